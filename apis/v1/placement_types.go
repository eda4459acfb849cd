package v1

// A Toleration lets replicas run on nodes that have a taint.
//
// +kubebuilder:validation:XValidation:rule="(has(self.key) && size(self.key) > 0) || (has(self.operator) && self.operator == 'Exists')",message="is needed, but with operator Exists, which tolerates every taint without it",fieldPath=".key"
// +kubebuilder:validation:XValidation:rule="!has(self.operator) || self.operator != 'Exists' || !has(self.value) || size(self.value) == 0",message="is for operator Equal only",fieldPath=".value"
// +kubebuilder:validation:XValidation:rule="!has(self.tolerationSeconds) || (has(self.effect) && self.effect == 'NoExecute')",message="is for effect NoExecute only",fieldPath=".tolerationSeconds"
type Toleration struct {
	// Key of the taint. Default: every taint, for operator Exists.
	// +optional
	// +kubebuilder:validation:MaxLength=317
	// +kubebuilder:validation:XValidation:rule=`self.matches('^(([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[a-zA-Z0-9]([-a-zA-Z0-9_.]{0,61}[a-zA-Z0-9])?)?$')`,message="must be the key of a taint: a name of at most 63 letters, digits, dashes, underscores and dots, after a domain and a slash if there is one"
	Key string `json:"key,omitempty"`

	// Operator is Equal, for a taint with this value, or Exists, for one with any.
	// Default: Equal.
	// +optional
	// +kubebuilder:validation:Enum=Equal;Exists
	Operator string `json:"operator,omitempty"`

	// Value of the taint. Default: none.
	// +optional
	Value LabelText `json:"value,omitempty"`

	// Effect of the taint: NoSchedule, PreferNoSchedule or NoExecute. Default: all.
	// +optional
	// +kubebuilder:validation:Enum=NoSchedule;PreferNoSchedule;NoExecute
	Effect string `json:"effect,omitempty"`

	// TolerationSeconds is for how many seconds a replica that runs on a node stays
	// there when the node gets the taint, with effect NoExecute. Default: for ever.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=86400
	TolerationSeconds *int64 `json:"tolerationSeconds,omitempty"`
}

// LabelText is the value of a label or a taint.
//
// +kubebuilder:validation:MaxLength=63
// +kubebuilder:validation:XValidation:rule="self.matches('^([a-zA-Z0-9]([-a-zA-Z0-9_.]*[a-zA-Z0-9])?)?$')",message="must be at most 63 letters, digits, dashes, underscores and dots, starting and ending with a letter or digit, or nothing"
type LabelText = string
