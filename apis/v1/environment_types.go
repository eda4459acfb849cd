package v1

// An EnvFromSource sets every entry of a ConfigMap or a Secret as an environment
// variable, as in a Pod: exactly one of configMapRef and secretRef is set.
//
// +kubebuilder:validation:XValidation:rule="has(self.configMapRef) != has(self.secretRef)",message="set configMapRef or secretRef, and not both"
type EnvFromSource struct {
	// Prefix is put in front of every name. Default: nothing.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="self.matches('^[ -<>-~]*$')",message="may hold printable ASCII characters other than ="
	Prefix string `json:"prefix,omitempty"`

	// ConfigMapRef is the ConfigMap to take the entries of.
	// +optional
	ConfigMapRef *EnvSource `json:"configMapRef,omitempty"`

	// SecretRef is the Secret to take the entries of.
	// +optional
	SecretRef *EnvSource `json:"secretRef,omitempty"`
}

// An EnvSource names a ConfigMap or a Secret of the WebApp's namespace.
type EnvSource struct {
	// Name of the ConfigMap or the Secret.
	// +required
	Name ObjectName `json:"name"`

	// Optional lets pods start while there is no such object; they do not see it
	// come. Default: false, and pods wait for it.
	// +optional
	Optional *bool `json:"optional,omitempty"`
}

// A SecretKeySelector is one entry of a Secret of the WebApp's namespace.
type SecretKeySelector struct {
	// Name of the Secret.
	// +required
	Name ObjectName `json:"name"`

	// Key of the entry in the Secret.
	// +required
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="self.matches('^[-._a-zA-Z0-9]+$')",message="must be a key of a Secret: letters, digits, dashes, underscores and dots"
	Key string `json:"key"`

	// Optional lets pods start without the variable while there is no such Secret or
	// no such key in it. Default: false, and pods wait for it.
	// +optional
	Optional *bool `json:"optional,omitempty"`
}

// A ConfigMapKeySelector is one entry of a ConfigMap of the WebApp's namespace.
type ConfigMapKeySelector struct {
	// Name of the ConfigMap.
	// +required
	Name ObjectName `json:"name"`

	// Key of the entry in the ConfigMap.
	// +required
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="self.matches('^[-._a-zA-Z0-9]+$')",message="must be a key of a ConfigMap: letters, digits, dashes, underscores and dots"
	Key string `json:"key"`

	// Optional lets pods start without the variable while there is no such ConfigMap or
	// no such key in it. Default: false, and pods wait for it.
	// +optional
	Optional *bool `json:"optional,omitempty"`
}

// An EnvField is a field of the pod, or a resource of the container.
//
// +kubebuilder:validation:MaxLength=400
// +kubebuilder:validation:XValidation:rule=`self.matches(r'^(metadata[.](name|namespace|uid|(labels|annotations)\[\x27[^\x27]+\x27\])|spec[.](nodeName|serviceAccountName)|status[.](hostIP|hostIPs|podIP|podIPs)|(limits|requests)[.](cpu|memory|ephemeral-storage))$')`,message="must be metadata.name, .namespace, .uid, .labels['KEY'] or .annotations['KEY'], spec.nodeName or .serviceAccountName, status.hostIP, .hostIPs, .podIP or .podIPs, or cpu, memory or ephemeral-storage of limits or requests, such as limits.memory"
type EnvField = string
