package v1

// An Affinity says which nodes and which other pods replicas are drawn to, and which pods
// they keep away from.
type Affinity struct {
	// NodeAffinity is about labels of nodes. It says more than nodeSelector, and both must
	// be met. Default: that of the platform team; {} is none.
	// +optional
	NodeAffinity *NodeAffinity `json:"nodeAffinity,omitempty"`

	// PodAffinity has replicas run where certain pods run. Default: that of the platform
	// team; {} is none.
	// +optional
	PodAffinity *PodAffinity `json:"podAffinity,omitempty"`

	// PodAntiAffinity keeps replicas away from where certain pods run. They are spread
	// over zones and nodes in any case. Default: that of the platform team; {} is none.
	// +optional
	PodAntiAffinity *PodAffinity `json:"podAntiAffinity,omitempty"`
}

// A NodeAffinity says which nodes replicas are drawn to.
type NodeAffinity struct {
	// RequiredDuringSchedulingIgnoredDuringExecution is what a node must have for a
	// replica to be put there. One that runs stays when labels change. Default: nothing.
	// +optional
	RequiredDuringSchedulingIgnoredDuringExecution *NodeSelector `json:"requiredDuringSchedulingIgnoredDuringExecution,omitempty"`

	// PreferredDuringSchedulingIgnoredDuringExecution is what a node should have: one
	// with the greatest sum of weights is taken. Default: nothing.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=10
	PreferredDuringSchedulingIgnoredDuringExecution []PreferredSchedulingTerm `json:"preferredDuringSchedulingIgnoredDuringExecution,omitempty"`
}

// +structType=atomic

// A NodeSelector selects nodes by labels.
type NodeSelector struct {
	// NodeSelectorTerms are the ways to be right: a node must meet one of them.
	// +required
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=10
	NodeSelectorTerms []NodeSelectorTerm `json:"nodeSelectorTerms"`
}

// +structType=atomic

// A NodeSelectorTerm is met by a node of which all is so that it says.
type NodeSelectorTerm struct {
	// MatchExpressions are what must be so of the node's labels.
	// +required
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=20
	MatchExpressions []NodeSelectorRequirement `json:"matchExpressions"`
}

// A NodeSelectorRequirement is what must be so of a label of a node.
//
// +kubebuilder:validation:XValidation:rule="self.operator in ['In', 'NotIn'] ? has(self.values) && size(self.values) > 0 : self.operator in ['Gt', 'Lt'] ? has(self.values) && size(self.values) == 1 && self.values[0].matches('^[0-9]+$') : !has(self.values) || size(self.values) == 0",message="are one or more for operators In and NotIn, one whole number in quotes for Gt and Lt, and none for Exists and DoesNotExist",fieldPath=".values"
type NodeSelectorRequirement struct {
	// Key of the label.
	// +required
	Key LabelKey `json:"key"`

	// Operator is In or NotIn, for one of values, Exists or DoesNotExist, or Gt or Lt, for
	// a number that is greater or less than the one in values.
	// +required
	// +kubebuilder:validation:Enum=In;NotIn;Exists;DoesNotExist;Gt;Lt
	Operator string `json:"operator"`

	// Values are those that the label is compared with.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=50
	Values []LabelText `json:"values,omitempty"`
}

// A PreferredSchedulingTerm is what a node should have, and how much that counts.
type PreferredSchedulingTerm struct {
	// Weight is how much it counts, from 1 to 100.
	// +required
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=100
	Weight int32 `json:"weight"`

	// Preference is what the node should have.
	// +required
	Preference NodeSelectorTerm `json:"preference"`
}

// A PodAffinity says by which other pods replicas are drawn, or kept away.
type PodAffinity struct {
	// RequiredDuringSchedulingIgnoredDuringExecution is what must be so where a replica is
	// put: all of it. One that runs stays when that changes. Default: nothing.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=10
	RequiredDuringSchedulingIgnoredDuringExecution []PodAffinityTerm `json:"requiredDuringSchedulingIgnoredDuringExecution,omitempty"`

	// PreferredDuringSchedulingIgnoredDuringExecution is what should be so: a node with
	// the greatest sum of weights is taken. Default: nothing.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=10
	PreferredDuringSchedulingIgnoredDuringExecution []WeightedPodAffinityTerm `json:"preferredDuringSchedulingIgnoredDuringExecution,omitempty"`
}

// A PodAffinityTerm is pods, and how near or far is meant.
type PodAffinityTerm struct {
	// LabelSelector selects the pods, by labels: all of them, if it is empty. Those of a
	// WebApp have the label app with its name.
	// +required
	LabelSelector LabelSelector `json:"labelSelector"`

	// TopologyKey is the label of nodes whose value is the same for those that are near:
	// kubernetes.io/hostname for one node, topology.kubernetes.io/zone for a zone.
	// +required
	TopologyKey LabelKey `json:"topologyKey"`

	// Namespaces are those of the pods. Default: the WebApp's, and those of
	// namespaceSelector if that is set.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=20
	Namespaces []NamespaceName `json:"namespaces,omitempty"`

	// NamespaceSelector selects namespaces of the pods, by labels: all of them, if it is
	// empty. They come in addition to namespaces. Default: none.
	// +optional
	NamespaceSelector *LabelSelector `json:"namespaceSelector,omitempty"`
}

// A WeightedPodAffinityTerm is what should be so of pods, and how much that counts.
type WeightedPodAffinityTerm struct {
	// Weight is how much it counts, from 1 to 100.
	// +required
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=100
	Weight int32 `json:"weight"`

	// PodAffinityTerm is what should be so.
	// +required
	PodAffinityTerm PodAffinityTerm `json:"podAffinityTerm"`
}

// A LabelKey is the key of a label.
//
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=317
// +kubebuilder:validation:XValidation:rule=`self.matches('^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[a-zA-Z0-9]([-a-zA-Z0-9_.]{0,61}[a-zA-Z0-9])?$')`,message="must be the key of a label: a name of at most 63 letters, digits, dashes, underscores and dots, after a domain and a slash if there is one"
type LabelKey = string

// A NamespaceName is the name of a namespace.
//
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=63
// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",message="must be the name of a namespace: lower case letters, digits and dashes, starting and ending with a letter or digit"
type NamespaceName = string
