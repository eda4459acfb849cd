package child

import (
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// buildConfigMap holds spec.env for tools and other pods; the WebApp's own pods do
// not read it. Environment variables may have names that a ConfigMap's keys may
// not: those are left out.
func buildConfigMap(plan *webapp.Plan, _ *structpb.Struct) value.Fields {
	data := make(value.Fields, len(plan.Env))

	for _, v := range plan.Env {
		if webapp.IsConfigMapKey(v.Name) {
			data[v.Name] = v.Value
		}
	}

	if len(data) == 0 {
		return value.Fields{}
	}

	return value.Fields{"data": value.Object(data)}
}
