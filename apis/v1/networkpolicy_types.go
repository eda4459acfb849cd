package v1

import networkingv1 "k8s.io/api/networking/v1"

// A NetworkPolicy says who may talk to the pods, and to whom they may talk. Its
// rules are those of Kubernetes' NetworkPolicy, and it selects the pods of the
// WebApp.
//
// +kubebuilder:validation:XValidation:rule="has(self.ingress) || has(self.egress)",message="say what may come in (ingress), what may go out (egress), or both"
type NetworkPolicy struct {
	// Ingress are rules for who may talk to the pods, and on which of their ports.
	// What no rule allows is refused: with an empty list, everything. Remember the
	// ingress controller, and Prometheus. The kubelet's probes come from the pod's
	// own node, which nearly every network plugin always allows. Default: everybody
	// may.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=50
	Ingress []networkingv1.NetworkPolicyIngressRule `json:"ingress,omitzero"`

	// Egress are rules for whom the pods may talk to. What no rule allows is
	// refused: with an empty list, everything. Remember the cluster's DNS, port 53.
	// Default: they may talk to everybody.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=50
	Egress []networkingv1.NetworkPolicyEgressRule `json:"egress,omitzero"`
}
