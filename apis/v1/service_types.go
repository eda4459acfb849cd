package v1

import corev1 "k8s.io/api/core/v1"

// AnnotationValue is the value of one annotation: any text, up to 4096
// characters.
//
// +kubebuilder:validation:MaxLength=4096
type AnnotationValue = string

// A Service says how the WebApp is reached by others. It forwards to the port that
// the container listens on.
type Service struct {
	// Type says from where: ClusterIP is for the cluster alone, NodePort opens a
	// port on every node, and LoadBalancer asks the cloud for an address.
	// Default: the platform team's, or else ClusterIP.
	// +optional
	// +kubebuilder:validation:Enum=ClusterIP;NodePort;LoadBalancer
	Type corev1.ServiceType `json:"type,omitempty"`

	// Port is the TCP port that the Service answers on, from 1 to 65535.
	// Default: 80.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=65535
	Port *int32 `json:"port,omitempty"`

	// AppProtocol says what is spoken on the port, for load balancers, Ingresses,
	// Gateways and service meshes that ask, as in a Service: for example http,
	// https, grpc or kubernetes.io/h2c. Default: none.
	// +optional
	// +kubebuilder:validation:MaxLength=317
	// +kubebuilder:validation:XValidation:rule=`self.matches('^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[a-zA-Z0-9]([-a-zA-Z0-9_.]{0,61}[a-zA-Z0-9])?$')`,message="must be the name of a protocol, such as http, grpc or kubernetes.io/h2c"
	AppProtocol string `json:"appProtocol,omitempty"`

	// Annotations are put on the Service, where clouds read what their load
	// balancers should be like. They go before those of the platform team. Keys of
	// crossplane.io are Crossplane's own. Default: those of the platform team.
	// +optional
	// +kubebuilder:validation:MaxProperties=50
	// +kubebuilder:validation:XValidation:rule=`self.all(key, key.matches('^([a-zA-Z0-9]([-a-zA-Z0-9.]*[a-zA-Z0-9])?/)?[a-zA-Z0-9]([-a-zA-Z0-9_.]{0,61}[a-zA-Z0-9])?$') && !key.matches('^([^/]*[.])?crossplane[.]io(/|$)'))`,message="annotation keys are a name of at most 63 letters, digits, dashes, underscores and dots, after a domain and a slash if you like; those of crossplane.io are not yours"
	Annotations map[string]AnnotationValue `json:"annotations,omitempty"`
}
