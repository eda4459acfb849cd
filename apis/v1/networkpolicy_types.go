package v1

import "k8s.io/apimachinery/pkg/util/intstr"

// A NetworkPolicy says who may talk to the pods, and to whom they may talk. Its
// rules are those of Kubernetes' NetworkPolicy, and it selects the pods of the
// WebApp.
//
// +kubebuilder:validation:XValidation:rule="has(self.ingress) || has(self.egress)",message="say what may come in (ingress), what may go out (egress), or both"
type NetworkPolicy struct {
	// Ingress are rules for who may talk to the pods, and on which of their ports.
	// What no rule allows is refused: with an empty list, everything. Remember the
	// ingress controller, and Prometheus. The kubelet's probes come from the pod's
	// own node, which nearly every network plugin always allows. What the platform team
	// allows for all comes in addition. Default: as the platform team says, or else
	// everybody may.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=50
	Ingress []NetworkPolicyIngressRule `json:"ingress,omitzero"`

	// Egress are rules for whom the pods may talk to. What no rule allows is
	// refused: with an empty list, everything. Remember the cluster's DNS, port 53. What
	// the platform team allows for all comes in addition. Default: as the platform team
	// says, or else they may talk to everybody.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=50
	Egress []NetworkPolicyEgressRule `json:"egress,omitzero"`
}

// A NetworkPolicyIngressRule allows some to talk to some ports of the pods.
type NetworkPolicyIngressRule struct {
	// Ports are those of the pods that may be talked to. Default: all.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=100
	Ports []NetworkPolicyPort `json:"ports,omitempty"`

	// From are those who may talk to them. Default: everybody.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=100
	From []NetworkPolicyPeer `json:"from,omitempty"`
}

// A NetworkPolicyEgressRule allows the pods to talk to some ports of some.
type NetworkPolicyEgressRule struct {
	// Ports are those of the others that may be talked to. Default: all.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=100
	Ports []NetworkPolicyPort `json:"ports,omitempty"`

	// To are those whom the pods may talk to. Default: everybody.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=100
	To []NetworkPolicyPeer `json:"to,omitempty"`
}

// A NetworkPolicyPort is a port, or several in a row.
//
// +kubebuilder:validation:XValidation:rule="!has(self.endPort) || (has(self.port) && type(self.port) == int && int(self.port) <= self.endPort)",message="is for a range of ports, and must not be below port, which must be a number",fieldPath=".endPort"
type NetworkPolicyPort struct {
	// Protocol is TCP, UDP or SCTP. Default: TCP.
	// +optional
	// +kubebuilder:validation:Enum=TCP;UDP;SCTP
	Protocol *string `json:"protocol,omitempty"`

	// Port is a number from 1 to 65535, or the name of a port of the pods. Default:
	// all.
	// +optional
	// +kubebuilder:validation:XIntOrString
	// +kubebuilder:validation:XValidation:rule="type(self) != int || (int(self) >= 1 && int(self) <= 65535)",message="must be between 1 and 65535, inclusive, or the name of a port"
	// +kubebuilder:validation:MaxLength=15
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`
	Port *intstr.IntOrString `json:"port,omitempty"`

	// EndPort is the last of a range of ports that begins with port.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=65535
	EndPort *int32 `json:"endPort,omitempty"`
}

// A NetworkPolicyPeer is somebody to talk to: pods, or addresses.
//
// +kubebuilder:validation:XValidation:rule="has(self.ipBlock) || has(self.webApp) ? !(has(self.ipBlock) && has(self.webApp)) && !has(self.podSelector) && !has(self.namespaceSelector) : has(self.podSelector) || has(self.namespaceSelector)",message="set webApp alone, ipBlock alone, or podSelector, namespaceSelector or both"
type NetworkPolicyPeer struct {
	// WebApp is another WebApp, by its name. It is set alone.
	// +optional
	WebApp *WebAppPeer `json:"webApp,omitempty"`

	// PodSelector selects pods, by labels: all of them, if it is empty. Without
	// namespaceSelector, those of the WebApp's namespace.
	// +optional
	PodSelector *LabelSelector `json:"podSelector,omitempty"`

	// NamespaceSelector selects namespaces, by labels: all of them, if it is empty.
	// Without podSelector, all their pods are meant.
	// +optional
	NamespaceSelector *LabelSelector `json:"namespaceSelector,omitempty"`

	// IPBlock is a range of addresses. It is set alone.
	// +optional
	IPBlock *IPBlock `json:"ipBlock,omitempty"`
}

// A WebAppPeer is another WebApp.
type WebAppPeer struct {
	// Name of the WebApp. It need not exist yet.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",message="must be at most 63 lower case letters, digits and dashes, starting and ending with a letter or digit"
	Name string `json:"name"`

	// Namespace of the WebApp. Default: that of the one which says this.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",message="must be at most 63 lower case letters, digits and dashes, starting and ending with a letter or digit"
	Namespace string `json:"namespace,omitempty"`
}

// An IPBlock is a range of addresses.
type IPBlock struct {
	// CIDR is the range, for example 10.0.0.0/8, 192.168.1.7/32 or 2001:db8::/64.
	// +required
	CIDR CIDR `json:"cidr"`

	// Except are ranges within cidr that are not meant.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=50
	Except []ExceptedCIDR `json:"except,omitempty"`
}

// A CIDR is a range of addresses.
//
// +kubebuilder:validation:MaxLength=43
// +kubebuilder:validation:XValidation:rule="self.matches('^[0-9a-fA-F:.]+/[0-9]+$')",message="must be a range of addresses, such as 10.0.0.0/8, 192.168.1.7/32 or 2001:db8::/64"
type CIDR = string

// An ExceptedCIDR is a range within another. There may be too many for a pattern, which
// the API server takes for a costly rule.
//
// +kubebuilder:validation:MaxLength=43
// +kubebuilder:validation:XValidation:rule="self.contains('/')",message="must be a range of addresses, such as 10.0.0.0/8, 192.168.1.7/32 or 2001:db8::/64"
type ExceptedCIDR = string

// +structType=atomic

// A LabelSelector selects by labels: what has all that it says. An empty one selects
// everything.
type LabelSelector struct {
	// MatchLabels are labels with their values.
	// +optional
	// +kubebuilder:validation:MaxProperties=50
	MatchLabels map[string]LabelValue `json:"matchLabels,omitempty"`

	// MatchExpressions are what else must be so of labels.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=50
	MatchExpressions []LabelSelectorRequirement `json:"matchExpressions,omitempty"`
}

// A LabelSelectorRequirement is what must be so of a label.
//
// +kubebuilder:validation:XValidation:rule="(self.operator in ['In', 'NotIn']) == (has(self.values) && size(self.values) > 0)",message="are for operators In and NotIn, which need them",fieldPath=".values"
type LabelSelectorRequirement struct {
	// Key of the label.
	// +required
	// +kubebuilder:validation:MaxLength=317
	// +kubebuilder:validation:Pattern=`^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[a-zA-Z0-9]([-a-zA-Z0-9_.]{0,61}[a-zA-Z0-9])?$`
	Key string `json:"key"`

	// Operator is In or NotIn, for one of values, or Exists or DoesNotExist.
	// +required
	// +kubebuilder:validation:Enum=In;NotIn;Exists;DoesNotExist
	Operator string `json:"operator"`

	// Values are those that the label has or does not have.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=50
	Values []LabelValue `json:"values,omitempty"`
}

// A LabelValue is the value of a label.
//
// +kubebuilder:validation:MaxLength=63
// +kubebuilder:validation:Pattern=`^([a-zA-Z0-9]([-a-zA-Z0-9_.]*[a-zA-Z0-9])?)?$`
type LabelValue = string
