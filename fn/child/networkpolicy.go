package child

import (
	"google.golang.org/protobuf/types/known/structpb"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/webapp-operator/function-webapp/fn/network"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
	"github.com/webapp-operator/function-webapp/internal/wire"
)

const policyOption = "networkPolicy"

// wantsPolicy is for a NetworkPolicy of who asks for one, and of all if the platform team has
// rules for all.
func wantsPolicy(app *webapp.App, settings *webapp.Settings, _ bool) bool {
	return app.Options[policyOption] != nil || settings.Network.Ingress != nil || settings.Network.Egress != nil
}

// policyReads is what buildNetworkPolicy reads.
var policyReads = staysReads.And(wire.Fields{"spec": {"ingress": nil, "egress": nil}})

// buildNetworkPolicy names what it has rules for: Kubernetes would take one without rules for
// what comes in for one that lets nothing in. What the platform team allows and what the
// WebApp allows add up.
func buildNetworkPolicy(plan *webapp.Plan, observed *structpb.Struct) value.Fields {
	o, all := plan.App.Option(policyOption), plan.Settings.Network
	in, out := network.Rules("from", all.Ingress, o.Get("ingress")), network.Rules("to", all.Egress, o.Get("egress"))

	var types []*structpb.Value
	if in != nil {
		types = append(types, policyIngress)
	}

	if out != nil {
		types = append(types, policyEgress)
	}

	return value.Fields{
		"spec": value.Object(value.Fields{
			"podSelector": plan.Matching,
			"policyTypes": value.List(types...),
			"ingress":     rulesOf(in, observed, "ingress"),
			"egress":      rulesOf(out, observed, "egress"),
		}),
	}
}

// rulesOf leaves out a list of rules that is empty, unless that takes rules away which are
// there: Kubernetes stores none, and takes one that is sent for a change, each time (see
// PrepareForUpdate of pkg/registry/networking/networkpolicy/strategy.go). policyTypes says
// that nothing is let through.
func rulesOf(rules *structpb.Value, observed *structpb.Struct, direction string) *structpb.Value {
	if len(rules.GetListValue().GetValues()) == 0 && !value.IsSet(value.Dig(observed.GetFields()["spec"], direction)) {
		return nil
	}

	return rules
}

var (
	policyIngress = value.String(networkingv1.PolicyTypeIngress)
	policyEgress  = value.String(networkingv1.PolicyTypeEgress)
)
