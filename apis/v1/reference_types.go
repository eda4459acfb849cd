package v1

// A SecretReference names a Secret of the WebApp's namespace.
type SecretReference struct {
	// Name of the Secret.
	// +required
	Name ObjectName `json:"name"`
}

// An ObjectName is the name of an object of the WebApp's namespace.
//
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=253
// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$')",message="must be the name of an object: lower case letters, digits, dashes and dots, starting and ending with a letter or digit"
type ObjectName = string
