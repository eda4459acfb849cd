package v1

import "k8s.io/apimachinery/pkg/util/intstr"

// A PodDisruptionBudget says how many replicas may be missing while nodes are
// drained. Replicas that do not work may always be taken, so that they keep no
// node from being drained.
//
// +kubebuilder:validation:XValidation:rule="!has(self.minAvailable) || !has(self.maxUnavailable)",message="set minAvailable or maxUnavailable, not both",fieldPath=".maxUnavailable"
type PodDisruptionBudget struct {
	// MinAvailable is how many replicas must stay, as a number or in percent.
	// +optional
	// +kubebuilder:validation:XIntOrString
	MinAvailable *intstr.IntOrString `json:"minAvailable,omitempty"`

	// MaxUnavailable is how many replicas may be missing, as a number or in
	// percent. Default: 1, if minAvailable is not set.
	// +optional
	// +kubebuilder:validation:XIntOrString
	MaxUnavailable *intstr.IntOrString `json:"maxUnavailable,omitempty"`

	// Disabled leaves the WebApp without a PodDisruptionBudget. Default: false.
	// +optional
	Disabled bool `json:"disabled,omitempty"`
}
