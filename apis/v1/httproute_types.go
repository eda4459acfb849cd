package v1

// An HTTPRoute says how the WebApp is reached through a Gateway. Names are those
// of the Gateway API's HTTPRoute, of which it is the part that one web application
// needs.
type HTTPRoute struct {
	// Disabled has no HTTPRoute made, also where the platform team gives one to every
	// WebApp. Default: false.
	// +optional
	Disabled bool `json:"disabled,omitempty"`

	// Hostnames are the names by which the WebApp is reached, for example
	// shop.example.com, or *.example.com for every name below. Default: what the
	// platform team says, and else those of the Gateway.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=16
	Hostnames []Hostname `json:"hostnames,omitempty"`

	// ParentRefs are the Gateways that send the WebApp its traffic. Default: those
	// that the platform team has set.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=32
	ParentRefs []ParentReference `json:"parentRefs,omitempty"`

	// Path says which requests the WebApp gets. Default: all.
	// +optional
	Path *HTTPPathMatch `json:"path,omitempty"`
}

// A ParentReference names a Gateway, or part of one.
type ParentReference struct {
	// Group of the parent's kind. Default: gateway.networking.k8s.io.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="self.matches('^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$')",message="must be the group of a kind, such as gateway.networking.k8s.io: lower case letters, digits, dashes and dots, starting and ending with a letter or digit"
	Group *string `json:"group,omitempty"`

	// Kind of the parent. Default: Gateway.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$')",message="must be a kind, such as Gateway: letters, digits and dashes, starting with a letter and ending with a letter or digit"
	Kind *string `json:"kind,omitempty"`

	// Namespace of the parent. Default: that of the WebApp.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",message="must be the name of a namespace: lower case letters, digits and dashes, starting and ending with a letter or digit"
	Namespace *string `json:"namespace,omitempty"`

	// Name of the parent.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name"`

	// SectionName is the name of one of the Gateway's listeners. Default: all of
	// them.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$')",message="must be the name of a listener: lower case letters, digits, dashes and dots, starting and ending with a letter or digit"
	SectionName *string `json:"sectionName,omitempty"`

	// Port of the Gateway's listeners. Default: all of them.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=65535
	Port *int32 `json:"port,omitempty"`
}

// An HTTPPathMatch says which paths of a URL are meant.
type HTTPPathMatch struct {
	// Type says how value is compared: Exact or PathPrefix. Default: PathPrefix.
	// +optional
	// +kubebuilder:validation:Enum=Exact;PathPrefix
	Type string `json:"type,omitempty"`

	// Value is the path. It is not taken off what the container sees. Default: /.
	// +optional
	Value URLPath `json:"value,omitempty"`
}
