package child

import (
	"google.golang.org/protobuf/types/known/structpb"
	policyv1 "k8s.io/api/policy/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// wantsBudget is for a PodDisruptionBudget: from two replicas on, unless it is turned off.
// One for a single replica would keep its node from ever being drained.
func wantsBudget(app *webapp.App, autoscaled bool) bool {
	return app.LeastReplicas(autoscaled) > 1 && !value.Dig(app.Options["podDisruptionBudget"], "disabled").GetBoolValue()
}

func checkBudget(spec value.Reader) {
	b, ok := value.Native[v1.PodDisruptionBudget](spec, "podDisruptionBudget")
	if ok && b.MinAvailable != nil && b.MaxUnavailable != nil {
		spec.Object("podDisruptionBudget").Forbidden("maxUnavailable", "set minAvailable or maxUnavailable, not both")
	}
}

// buildBudget keeps a drain from taking more than one replica at a time. Pods that do
// not work anyway may always be taken: they would keep the drain waiting for ever.
func buildBudget(plan *webapp.Plan, _ *structpb.Struct) value.Fields {
	o := plan.App.Options["podDisruptionBudget"]
	least, most := value.Dig(o, "minAvailable"), value.Dig(o, "maxUnavailable")

	if least == nil && most == nil {
		most = oneAtATime
	}

	return value.Fields{
		"spec": value.Object(value.Fields{
			"selector":                   plan.Matching,
			"minAvailable":               least,
			"maxUnavailable":             most,
			"unhealthyPodEvictionPolicy": alwaysAllow,
		}),
	}
}

var (
	oneAtATime  = value.Int(int32(1))
	alwaysAllow = value.String(policyv1.AlwaysAllow)
)
