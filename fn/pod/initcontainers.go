package pod

import (
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/webapp-operator/function-webapp/fn/container"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

func applyInitContainers(t *template, _ *structpb.Value) {
	t.spec[webapp.InitContainers] = container.BuildInit(t.app, t.defaults.Resources)
}
