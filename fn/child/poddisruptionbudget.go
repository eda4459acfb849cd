package child

import (
	"fmt"
	"math"

	"google.golang.org/protobuf/types/known/structpb"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/pod"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

const budgetOption = "podDisruptionBudget"

// wantsBudget is for a PodDisruptionBudget from two replicas on, and where a WebApp asks
// for one, unless it is turned off. One for a single replica that may not go would
// keep its node from ever being drained.
func wantsBudget(app *webapp.App, _ *webapp.Settings, autoscaled bool) bool {
	o := app.Options[budgetOption]

	switch {
	case value.Dig(o, "disabled").GetBoolValue():
		return false
	case o == nil:
		return app.LeastReplicas(autoscaled) > 1
	default:
		return app.MostReplicas(autoscaled) > 1 || !blocks(o, 1)
	}
}

func checkBudget(spec value.Reader) {
	b, ok := value.Native[v1.PodDisruptionBudget](spec, budgetOption)
	if !ok {
		return
	}

	in := spec.Object(budgetOption)
	if b.MinAvailable != nil && b.MaxUnavailable != nil {
		in.Forbidden("maxUnavailable", "set minAvailable or maxUnavailable, not both")
	}

	checkShare(in, "minAvailable", b.MinAvailable)
	checkShare(in, "maxUnavailable", b.MaxUnavailable)
}

func checkShare(in value.Reader, name string, n *intstr.IntOrString) {
	if n != nil && !pod.IsShare(n, math.MaxInt32) {
		in.Invalid(name, n.String(), "must be a whole number without quotes, or percents from 0% to 100%, such as 50%")
	}
}

// blocks says whether a budget would let none of some replicas go. More replicas never
// let fewer go. Kubernetes rounds both percentages up: see getExpectedPodCount of
// k8s.io/kubernetes/pkg/controller/disruption.
func blocks(o *structpb.Value, replicas int32) bool {
	if least := value.Dig(o, "minAvailable"); value.IsSet(least) {
		return shareOf(least, replicas) >= int(replicas)
	}

	most := value.Dig(o, "maxUnavailable")

	return value.IsSet(most) && shareOf(most, replicas) == 0
}

func shareOf(written *structpb.Value, replicas int32) int {
	share := intstr.FromInt32(int32(written.GetNumberValue()))
	if text := written.GetStringValue(); text != "" {
		share = intstr.FromString(text)
	}

	n, _ := intstr.GetScaledValueFromIntOrPercent(&share, int(replicas), true) // It was checked.

	return n
}

// Blocking says in words what is made instead of a budget that would let none of the
// replicas go, or nothing.
func Blocking(plan *webapp.Plan) string {
	o, least := plan.App.Options[budgetOption], plan.LeastReplicas()
	if o == nil || value.Dig(o, "disabled").GetBoolValue() || !blocks(o, least) {
		return ""
	}

	name := "minAvailable"
	if !value.IsSet(value.Dig(o, name)) {
		name = "maxUnavailable"
	}

	instead := "it is left out, because there is one replica only: run more, or set disabled"
	if plan.App.MostReplicas(plan.Autoscaled) > 1 {
		instead = "one replica at a time may go instead (maxUnavailable: 1)"
	}

	return fmt.Sprintf("%s would let none of %d replicas go, so that no node with one could ever be drained: %s.", plan.App.Field(budgetOption+"."+name), least, instead)
}

// buildBudget keeps a drain from taking more than one replica at a time, or as many as
// the WebApp says, but never from going on. Pods that do not work anyway may always be
// taken: they would keep the drain waiting for ever.
func buildBudget(plan *webapp.Plan, _ *structpb.Struct) value.Fields {
	o := plan.App.Options[budgetOption]
	least, most := value.Dig(o, "minAvailable"), value.Dig(o, "maxUnavailable")

	if !value.IsSet(least) && !value.IsSet(most) || blocks(o, plan.LeastReplicas()) {
		least, most = nil, oneAtATime
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
