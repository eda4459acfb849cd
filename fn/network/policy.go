package network

import (
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	netutils "k8s.io/utils/net"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// policyRules are v1.NetworkPolicy in Kubernetes' own types, which its validators
// take, but for other WebApps.
type policyRules struct {
	Ingress []struct {
		Ports []networkingv1.NetworkPolicyPort `json:"ports"`
		From  []peer                           `json:"from"`
	} `json:"ingress"`
	Egress []struct {
		Ports []networkingv1.NetworkPolicyPort `json:"ports"`
		To    []peer                           `json:"to"`
	} `json:"egress"`
}

type peer struct {
	networkingv1.NetworkPolicyPeer `json:",inline"`

	WebApp *v1.WebAppPeer `json:"webApp"`
}

// CheckPolicy checks the rules of networkPolicy as k8s.io/kubernetes/pkg/apis/networking/validation does:
// an API server that refuses the NetworkPolicy leaves the pods open to everybody.
func CheckPolicy(spec value.Reader) { checkRules(spec) }

// ReadDefaultPolicy reads what the platform team says of who may talk to whom.
func ReadDefaultPolicy(in value.Reader, into *webapp.Defaults) {
	checkRules(in)

	rules := in.Object("networkPolicy")
	into.Network.Ingress = value.Or(rules.Get("ingress"), into.Network.Ingress)
	into.Network.Egress = value.Or(rules.Get("egress"), into.Network.Egress)
}

func checkRules(in value.Reader) {
	rules, ok := value.Native[policyRules](in, "networkPolicy")
	if !ok {
		return
	}

	written := in.Object("networkPolicy")
	if written.Get("ingress") == nil && written.Get("egress") == nil {
		written.Required("", "say what may come in (ingress), what may go out (egress), or both")
	}

	for i, at := range written.Items("ingress") {
		checkPorts(at.Items("ports"), rules.Ingress[i].Ports)
		checkPeers(at.Items("from"), rules.Ingress[i].From)
	}

	for i, at := range written.Items("egress") {
		checkPorts(at.Items("ports"), rules.Egress[i].Ports)
		checkPeers(at.Items("to"), rules.Egress[i].To)
	}
}

func checkPorts(items []value.Reader, ports []networkingv1.NetworkPolicyPort) {
	for i, at := range items {
		at.OneOf("protocol", string(corev1.ProtocolTCP), string(corev1.ProtocolUDP), string(corev1.ProtocolSCTP))

		switch port := ports[i].Port; {
		case port == nil && ports[i].EndPort != nil:
			at.Required("port", "say with which port the range begins that ends with endPort")
		case port == nil:
		case port.Type == intstr.Int:
			first, _ := at.Integer("port", v1.MinPort, v1.MaxPort)
			if last, ok := at.Integer("endPort", v1.MinPort, v1.MaxPort); ok && last < first {
				at.Invalid("endPort", last, "must not be below port")
			}
		default:
			if problems := validation.IsValidPortName(port.StrVal); len(problems) > 0 {
				at.Invalid("port", port.StrVal, "must be a number from 1 to 65535 without quotes, or the name of a port: it "+problems[0])
			}

			if ports[i].EndPort != nil {
				at.Forbidden("endPort", "is for a range of ports, which begins with a number")
			}
		}
	}
}

func checkPeers(items []value.Reader, peers []peer) {
	const must = "set webApp alone, ipBlock alone, or podSelector, namespaceSelector or both"

	for i, at := range items {
		p := peers[i]
		selects := p.PodSelector != nil || p.NamespaceSelector != nil

		switch {
		case p.WebApp != nil && (selects || p.IPBlock != nil):
			at.Forbidden("webApp", must)
		case p.WebApp != nil:
			checkWebApp(at.Object("webApp"), p.WebApp)
		case p.IPBlock == nil && !selects:
			at.Required("", must)
		case p.IPBlock != nil && selects:
			at.Forbidden("ipBlock", must)
		case p.IPBlock != nil:
			checkBlock(at.Object("ipBlock"), p.IPBlock)
		}

		webapp.CheckSelector(at, "podSelector", p.PodSelector)
		webapp.CheckSelector(at, "namespaceSelector", p.NamespaceSelector)
	}
}

func checkWebApp(in value.Reader, of *v1.WebAppPeer) {
	webapp.CheckLabel(in, "name", of.Name, "say which WebApp")

	if in.Get("namespace") != nil {
		webapp.CheckLabel(in, "namespace", of.Namespace, "say which namespace, or leave it out for the WebApp's own")
	}
}

// checkBlock takes ranges as Kubernetes does, which does not mind zeros in front and
// addresses within the range.
func checkBlock(in value.Reader, block *networkingv1.IPBlock) {
	if block.CIDR == "" {
		in.Required("cidr", "say which addresses are meant, for example 10.0.0.0/8")
		return
	}

	in.Note(validation.IsValidCIDRForLegacyField(in.Child("cidr"), block.CIDR, false, nil)...)
	_, all, _ := netutils.ParseCIDRSloppy(block.CIDR)

	for i, except := range block.Except {
		at := in.Child("except").Index(i)
		in.Note(validation.IsValidCIDRForLegacyField(at, except, false, nil)...)

		_, part, err := netutils.ParseCIDRSloppy(except)
		if all == nil || err != nil {
			continue
		}

		most, _ := all.Mask.Size()
		if least, _ := part.Mask.Size(); !all.Contains(part.IP) || least <= most {
			in.Note(field.Invalid(at, except, "must be within cidr, and less than all of it"))
		}
	}
}
