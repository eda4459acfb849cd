package v1

import autoscalingv2 "k8s.io/api/autoscaling/v2"

// An Autoscaling lets a HorizontalPodAutoscaler decide how many replicas there
// are, by what they use of the CPU or memory that they request, or by other metrics.
// Without a target and without metrics, it aims at 80 % of the CPU.
//
// +kubebuilder:validation:XValidation:rule="!has(self.minReplicas) || self.minReplicas <= self.maxReplicas",message="must not be more than maxReplicas",fieldPath=".minReplicas"
type Autoscaling struct {
	// MinReplicas is how many replicas run at least, from 1 to 100. The WebApp is
	// Running while as many are available. Default: 1.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=100
	MinReplicas *int32 `json:"minReplicas,omitempty"`

	// MaxReplicas is how many replicas run at most, from 1 to 100.
	// +required
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=100
	MaxReplicas int32 `json:"maxReplicas"`

	// TargetCPUUtilizationPercentage is how much of the CPU that it requests a
	// replica should use, on average, in percent: replicas are added while they
	// use more, and removed while they use less. It needs a request for cpu, and
	// may be more than 100. Default: 80, if there is no target for memory and there are
	// no metrics.
	// +optional
	// +kubebuilder:validation:Minimum=1
	TargetCPUUtilizationPercentage *int32 `json:"targetCPUUtilizationPercentage,omitempty"`

	// TargetMemoryUtilizationPercentage is the same for memory. Use it for
	// applications that give memory back when there is less to do. With both
	// targets, the one that asks for more replicas counts. Default: none.
	// +optional
	// +kubebuilder:validation:Minimum=1
	TargetMemoryUtilizationPercentage *int32 `json:"targetMemoryUtilizationPercentage,omitempty"`

	// Metrics are what else it follows, as in a HorizontalPodAutoscaler. Of all that it
	// follows, targets included, what asks for most replicas counts. Default: none.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=10
	Metrics []ScalingMetric `json:"metrics,omitempty"`

	// Behavior says how fast replicas are added and removed, as in a
	// HorizontalPodAutoscaler. Default: Kubernetes', which adds them at once, and
	// removes them when fewer would have done for five minutes.
	// +optional
	Behavior *ScalingBehavior `json:"behavior,omitempty"`
}

// ScalingBehavior says how fast replicas are added and removed.
type ScalingBehavior struct {
	// ScaleUp says how fast replicas are added. Default: at most as many as there
	// are, or 4 if that is more, in 15 seconds.
	// +optional
	ScaleUp *ScalingRules `json:"scaleUp,omitempty"`

	// ScaleDown says how fast replicas are removed. Default: as many as are not
	// needed, after five minutes.
	// +optional
	ScaleDown *ScalingRules `json:"scaleDown,omitempty"`
}

// ScalingRules are the rules of one direction.
type ScalingRules struct {
	// StabilizationWindowSeconds is how far to look back, so that the number of
	// replicas does not follow every peak, from 0 to 3600 seconds: of all that was
	// wanted in this time, the least change is made. Default: 0 to add replicas,
	// 300 to remove them.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=3600
	StabilizationWindowSeconds *int32 `json:"stabilizationWindowSeconds,omitempty"`

	// SelectPolicy says which policy counts: Max is the one that changes most, Min
	// the one that changes least, and Disabled turns the direction off.
	// Default: Max.
	// +optional
	// +kubebuilder:validation:Enum=Max;Min;Disabled
	SelectPolicy *autoscalingv2.ScalingPolicySelect `json:"selectPolicy,omitempty"`

	// Policies say how much may change in how much time. Default: those of the
	// direction.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=10
	Policies []ScalingPolicy `json:"policies,omitempty"`
}

// A ScalingPolicy says how much may change in how much time.
type ScalingPolicy struct {
	// Type is what value counts: Pods, or Percent of those there are.
	// +required
	// +kubebuilder:validation:Enum=Pods;Percent
	Type autoscalingv2.HPAScalingPolicyType `json:"type"`

	// Value is how much may change, at least 1.
	// +required
	// +kubebuilder:validation:Minimum=1
	Value int32 `json:"value"`

	// PeriodSeconds is in how much time, from 1 to 1800 seconds.
	// +required
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=1800
	PeriodSeconds int32 `json:"periodSeconds"`
}
