package child

import (
	"google.golang.org/protobuf/types/known/structpb"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// buildNetworkPolicy names what it has rules for: Kubernetes would take one without rules for
// what comes in for one that lets nothing in.
func buildNetworkPolicy(plan *webapp.Plan, _ *structpb.Struct) value.Fields {
	o := plan.App.Option("networkPolicy")
	in, out := o.Get("ingress"), o.Get("egress")

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
			"ingress":     in,
			"egress":      out,
		}),
	}
}

var (
	policyIngress = value.String(networkingv1.PolicyTypeIngress)
	policyEgress  = value.String(networkingv1.PolicyTypeEgress)
)
