package v1

import "k8s.io/apimachinery/pkg/util/intstr"

// A PodDisruptionBudget says how many replicas may be missing while nodes are
// drained. Replicas that do not work may always be taken, so that they keep no
// node from being drained.
//
// +kubebuilder:validation:XValidation:rule="!has(self.minAvailable) || !has(self.maxUnavailable)",message="set minAvailable or maxUnavailable, not both",fieldPath=".maxUnavailable"
type PodDisruptionBudget struct {
	// MinAvailable is how many replicas must stay, as a number or in percent, which
	// is rounded up. One that would let none go is not made: one replica at a time may
	// go instead, and condition Accepted says so.
	// +optional
	// +kubebuilder:validation:XIntOrString
	// +kubebuilder:validation:XValidation:rule="type(self) == int ? int(self) >= 0 : string(self).matches('^(0|[1-9][0-9]?|100)%$')",message="must be a whole number without quotes, or percents from 0% to 100%, such as 50%"
	MinAvailable *intstr.IntOrString `json:"minAvailable,omitempty"`

	// MaxUnavailable is how many replicas may be missing, as a number or in
	// percent, which is rounded up. With 0, it is one at a time all the same, and
	// condition Accepted says so. Default: 1, if minAvailable is not set.
	// +optional
	// +kubebuilder:validation:XIntOrString
	// +kubebuilder:validation:XValidation:rule="type(self) == int ? int(self) >= 0 : string(self).matches('^(0|[1-9][0-9]?|100)%$')",message="must be a whole number without quotes, or percents from 0% to 100%, such as 50%"
	MaxUnavailable *intstr.IntOrString `json:"maxUnavailable,omitempty"`

	// Disabled leaves the WebApp without a PodDisruptionBudget. Default: false.
	// +optional
	Disabled bool `json:"disabled,omitempty"`
}
