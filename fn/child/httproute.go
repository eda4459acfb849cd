package child

import (
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/webapp-operator/function-webapp/fn/exposure"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// buildRoute is ready when it exists, for the same reason as an Ingress: what its status
// says is about Gateways, each in its own way.
func buildRoute(plan *webapp.Plan, _ *structpb.Struct) value.Fields {
	o := plan.App.Option("httpRoute")

	var matches *structpb.Value
	if path := o.Get("path"); path != nil {
		matches = value.List(value.Object(value.Fields{"path": path}))
	}

	return value.Fields{
		"spec": value.Object(value.Fields{
			"parentRefs": exposure.ParentRefs(plan.App, plan.Settings),
			"hostnames":  exposure.Hostnames(plan.App, plan.Settings),
			"rules": value.List(value.Object(value.Fields{
				"matches":     matches,
				"backendRefs": value.List(value.Object(value.Fields{"name": value.String(plan.App.Name), "port": value.Int(exposure.ServicePort(plan.App))})),
			})),
		}),
	}
}
