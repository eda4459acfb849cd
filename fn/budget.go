package fn

import (
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
)

// withBudget is for a PodDisruptionBudget: from two replicas on, unless it is turned off.
// One for a single replica would keep its node from ever being drained.
var withBudget = optional{
	option:  option{name: "podDisruptionBudget", check: checkBudget},
	feature: "podDisruptionBudget",
	wanted: func(app *webApp) bool {
		return leastReplicas(app) > 1 && !dig(app.options["podDisruptionBudget"], "disabled").GetBoolValue()
	},
}

func checkBudget(spec object) {
	b, ok := native[v1.PodDisruptionBudget](spec, "podDisruptionBudget")
	if ok && b.MinAvailable != nil && b.MaxUnavailable != nil {
		*spec.errs = append(*spec.errs, field.Forbidden(spec.child("podDisruptionBudget").Child("maxUnavailable"), "set minAvailable or maxUnavailable, not both"))
	}
}

// budget keeps a drain from taking more than one replica at a time. Pods that do
// not work anyway may always be taken: they would keep the drain waiting for ever.
func budget(app *webApp, _ *settings, common common) fields {
	o := app.options["podDisruptionBudget"]
	least, most := dig(o, "minAvailable"), dig(o, "maxUnavailable")

	if least == nil && most == nil {
		most = one
	}

	return fields{
		"spec": obj(fields{
			"selector":                   common.matching,
			"minAvailable":               least,
			"maxUnavailable":             most,
			"unhealthyPodEvictionPolicy": alwaysAllow,
		}),
	}
}

var alwaysAllow = str(policyv1.AlwaysAllow)
