package v1

import networkingv1 "k8s.io/api/networking/v1"

// An Ingress says how the WebApp is reached from outside the cluster by HTTP: by
// one host name or several, and below one path. Names are those of Kubernetes' Ingress, of
// which it is the part that one web application needs.
//
// +kubebuilder:validation:XValidation:rule="!has(self.path) || (has(self.pathType) && self.pathType == 'ImplementationSpecific') || self.path.matches('^/$|^(/([.]*[-A-Za-z0-9_~!$&()*+,;=:@][-A-Za-z0-9_~!$&()*+,;=:@.]*|[.]{3,}))+/?$')",message="must be a path such as / or /shop/cart: it begins with a slash, and has no empty part, no . or .., and no ?, # or %; other paths, such as regular expressions, need pathType ImplementationSpecific",fieldPath=".path"
// +kubebuilder:validation:XValidation:rule="!has(self.host) || !has(self.hosts) || size(self.hosts) == 0",message="set host or hosts, not both",fieldPath=".hosts"
// +kubebuilder:validation:XValidation:rule="!has(self.ingressClassName) || !has(self.annotations) || !('kubernetes.io/ingress.class' in self.annotations)",message="annotation kubernetes.io/ingress.class names the controller already: leave one of them out",fieldPath=".ingressClassName"
type Ingress struct {
	// Host is the name by which the WebApp is reached, for example
	// shop.example.com, or *.example.com for every name below. Default: what the
	// platform team says, and if it does not, you must.
	// +optional
	// +kubebuilder:validation:XValidation:rule="!self.matches('^[0-9]+([.][0-9]+){3}$')",message="must be a name, not an IP address"
	Host Hostname `json:"host,omitempty"`

	// Hosts are the names by which the WebApp is reached, where one host is not enough, all
	// below the same path. status.url shows the first that is no wildcard. Set host or hosts,
	// not both. Default: host.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=16
	// +kubebuilder:validation:items:XValidation:rule="!self.matches('^[0-9]+([.][0-9]+){3}$')",message="must be a name, not an IP address"
	Hosts []Hostname `json:"hosts,omitempty"`

	// Disabled has no Ingress made, also where the platform team gives one to every
	// WebApp. Default: false.
	// +optional
	Disabled bool `json:"disabled,omitempty"`

	// Path is below which the WebApp is reached. It is not taken off what the
	// container sees. With pathType ImplementationSpecific, it may be what the
	// controller takes, such as /* or a regular expression. Default: /.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1024
	// +kubebuilder:validation:XValidation:rule="self.startsWith('/')",message="must begin with a slash"
	Path string `json:"path,omitempty"`

	// PathType says how requests match path: Prefix, Exact or
	// ImplementationSpecific. Default: Prefix.
	// +optional
	// +kubebuilder:validation:Enum=Prefix;Exact;ImplementationSpecific
	PathType networkingv1.PathType `json:"pathType,omitempty"`

	// IngressClassName says which controller serves the Ingress. Default: that of
	// the platform team, and else the cluster's.
	// +optional
	IngressClassName ObjectName `json:"ingressClassName,omitempty"`

	// Annotations are put on the Ingress: many controllers, and cert-manager, take
	// their settings from there. They go before those of the platform team. Keys of
	// crossplane.io are Crossplane's own. Default: those of the platform team.
	// +optional
	// +kubebuilder:validation:MaxProperties=50
	// +kubebuilder:validation:XValidation:rule=`self.all(key, key.matches('^([a-zA-Z0-9]([-a-zA-Z0-9.]*[a-zA-Z0-9])?/)?[a-zA-Z0-9]([-a-zA-Z0-9_.]{0,61}[a-zA-Z0-9])?$') && !key.matches('^([^/]*[.])?crossplane[.]io(/|$)'))`,message="annotation keys are a name of at most 63 letters, digits, dashes, underscores and dots, after a domain and a slash if you like; those of crossplane.io are not yours"
	Annotations map[string]AnnotationValue `json:"annotations,omitempty"`

	// TLS has the WebApp reached by https. Default: as the platform team says, or else
	// http.
	// +optional
	TLS *IngressTLS `json:"tls,omitempty"`
}

// An IngressTLS says how an Ingress serves https.
type IngressTLS struct {
	// SecretName names the Secret of the namespace, of type kubernetes.io/tls,
	// that has the certificate and its key. Default: as the platform team says, or else
	// the certificate that the controller has for all.
	// +optional
	SecretName ObjectName `json:"secretName,omitempty"`
}

// A Hostname is the name of a host, for example shop.example.com, or
// *.example.com for every name below.
//
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=253
// +kubebuilder:validation:XValidation:rule="self.matches('^([*][.])?[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$')",message="must be a host name such as shop.example.com or *.example.com: lower case, without https://, port and path"
type Hostname = string

// A URLPath is the path of a URL, for example / or /shop/cart.
//
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=1024
// +kubebuilder:validation:XValidation:rule="self.matches('^/$|^(/([.]*[-A-Za-z0-9_~!$&()*+,;=:@][-A-Za-z0-9_~!$&()*+,;=:@.]*|[.]{3,}))+/?$')",message="must be a path such as / or /shop/cart: it begins with a slash, and has no empty part, no . or .., and no ?, # or %"
type URLPath = string
