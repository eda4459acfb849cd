package v1

import "k8s.io/apimachinery/pkg/util/intstr"

// A DeploymentStrategy says how pods are replaced by new ones, as in a Deployment.
//
// +kubebuilder:validation:XValidation:rule="!has(self.rollingUpdate) || !has(self.type) || self.type == 'RollingUpdate'",message="is for type RollingUpdate only",fieldPath=".rollingUpdate"
type DeploymentStrategy struct {
	// Type is RollingUpdate or Recreate. RollingUpdate starts new pods before the old
	// are stopped. Recreate stops all pods before the first new one starts, for
	// volumes that one pod only may have; nothing answers in between. Default:
	// RollingUpdate.
	// +optional
	// +kubebuilder:validation:Enum=RollingUpdate;Recreate
	Type string `json:"type,omitempty"`

	// RollingUpdate says how many pods are replaced at a time.
	// +optional
	RollingUpdate *RollingUpdate `json:"rollingUpdate,omitempty"`
}

// A RollingUpdate says how many pods are replaced at a time: as a number, or in
// percent of spec.replicas.
//
// +kubebuilder:validation:XValidation:rule="!has(self.maxSurge) || !(self.maxSurge in [dyn(0), dyn('0%')]) || has(self.maxUnavailable) && !(self.maxUnavailable in [dyn(0), dyn('0%')])",message="must not be 0 while maxUnavailable is 0, too, which is its default: no pod could ever be replaced",fieldPath=".maxSurge"
type RollingUpdate struct {
	// MaxUnavailable is how many replicas may be missing meanwhile. Percents are
	// rounded down. Default: 0.
	// +optional
	// +kubebuilder:validation:XIntOrString
	// +kubebuilder:validation:XValidation:rule="type(self) == int ? self >= 0 && self <= 100 : string(self).matches('^(0|[1-9][0-9]?|100)%$')",message="must be a number from 0 to 100, or percents from 0% to 100%"
	MaxUnavailable *intstr.IntOrString `json:"maxUnavailable,omitempty"`

	// MaxSurge is how many pods there may be beyond spec.replicas meanwhile. Percents
	// are rounded up. Default: 25%.
	// +optional
	// +kubebuilder:validation:XIntOrString
	// +kubebuilder:validation:XValidation:rule="type(self) == int ? self >= 0 && self <= 100 : string(self).matches('^(0|[1-9][0-9]?|100)%$')",message="must be a number from 0 to 100, or percents from 0% to 100%"
	MaxSurge *intstr.IntOrString `json:"maxSurge,omitempty"`
}
