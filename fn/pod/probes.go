package pod

import (
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/webapp-operator/function-webapp/fn/container"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

func applyReadinessProbe(t *template, v *structpb.Value) {
	if value.Dig(v, "disabled").GetBoolValue() {
		delete(t.container, webapp.ReadinessProbe)
		return
	}

	t.container[webapp.ReadinessProbe] = container.Probe(t.app, v)
}

// applyProbe is for the probes that a container does not have by default.
func applyProbe(name string) func(*template, *structpb.Value) {
	return func(t *template, v *structpb.Value) { t.container[name] = container.Probe(t.app, v) }
}
