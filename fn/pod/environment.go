package pod

import (
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/webapp-operator/function-webapp/fn/env"
)

// applyVariables puts variables among those of env, in the order of names, so that each
// may refer to all that sort before it.
func applyVariables(from func(*structpb.Value) *structpb.Value) func(*template, *structpb.Value) {
	return func(t *template, v *structpb.Value) { t.container["env"] = env.With(t.container["env"], v, from) }
}
