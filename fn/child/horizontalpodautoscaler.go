package child

import (
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/webapp-operator/function-webapp/fn/scaling"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// buildAutoscaler scales the Deployment, and not the WebApp, whose spec.replicas stays
// what somebody wrote: tools such as Flux and Argo CD would put it back.
func buildAutoscaler(plan *webapp.Plan, _ *structpb.Struct) value.Fields {
	app, o := plan.App, plan.App.Options[webapp.AutoscalingOption]

	return value.Fields{
		"spec": value.Object(value.Fields{
			"scaleTargetRef": value.Object(value.Fields{"apiVersion": value.String("apps/v1"), "kind": value.String("Deployment"), "name": value.String(app.Name)}),
			"minReplicas":    value.Dig(o, "minReplicas"),
			"maxReplicas":    value.Dig(o, "maxReplicas"),
			"metrics":        scaling.Metrics(o),
			"behavior":       value.Dig(o, "behavior"),
		}),
	}
}
