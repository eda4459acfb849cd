package pod

import (
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/webapp-operator/function-webapp/fn/container"
)

func applyInitContainers(t *template, _ *structpb.Value) {
	t.spec[container.Init] = container.BuildInit(t.app, t.defaults.Resources)
}
