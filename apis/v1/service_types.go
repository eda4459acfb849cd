package v1

import corev1 "k8s.io/api/core/v1"

// AnnotationValue is the value of one annotation: any text, up to 4096
// characters.
//
// +kubebuilder:validation:MaxLength=4096
type AnnotationValue = string

// A Service says how the WebApp is reached by others. It forwards to the port that
// the container listens on.
//
// +kubebuilder:validation:XValidation:rule="!has(self.additionalPorts) || self.additionalPorts.all(p, ((has(p.protocol) ? p.protocol : 'TCP') != 'TCP' || p.port != (has(self.port) ? self.port : 80)) && self.additionalPorts.exists_one(q, q.port == p.port && (has(q.protocol) ? q.protocol : 'TCP') == (has(p.protocol) ? p.protocol : 'TCP')))",message="have a port that the Service answers on already: each needs another number, or another protocol",fieldPath=".additionalPorts"
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
	AppProtocol AppProtocol `json:"appProtocol,omitempty"`

	// AdditionalPorts are further ports of the Service, such as one for gRPC or for
	// administrators. Each forwards to a port that the container listens on,
	// which restarts nothing. Default: none.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=20
	AdditionalPorts []ServicePort `json:"additionalPorts,omitempty"`

	// SessionAffinity is ClientIP, so that what comes from one address goes to one replica
	// until it has been silent for three hours, or None. Ingress controllers and Gateways
	// mostly pick replicas themselves, and have settings of their own for that. Default:
	// None.
	// +optional
	// +kubebuilder:validation:Enum=ClientIP;None
	SessionAffinity corev1.ServiceAffinity `json:"sessionAffinity,omitempty"`

	// Annotations are put on the Service, where clouds read what their load
	// balancers should be like. They go before those of the platform team. Keys of
	// crossplane.io are Crossplane's own. Default: those of the platform team.
	// +optional
	// +kubebuilder:validation:MaxProperties=50
	// +kubebuilder:validation:XValidation:rule=`self.all(key, key.matches('^([a-zA-Z0-9]([-a-zA-Z0-9.]*[a-zA-Z0-9])?/)?[a-zA-Z0-9]([-a-zA-Z0-9_.]{0,61}[a-zA-Z0-9])?$') && !key.matches('^([^/]*[.])?crossplane[.]io(/|$)'))`,message="annotation keys are a name of at most 63 letters, digits, dashes, underscores and dots, after a domain and a slash if you like; those of crossplane.io are not yours"
	Annotations map[string]AnnotationValue `json:"annotations,omitempty"`
}

// A ServicePort is a further port of a Service.
type ServicePort struct {
	// Name of the port, by which others may refer to it, such as an Ingress of yours. The
	// first port of the Service is called http.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$') && self != 'http'",message="must be lower case letters, digits and dashes, starting and ending with a letter or digit, and not http, which is the first port of the Service"
	Name string `json:"name"`

	// Port is the port that the Service answers on, from 1 to 65535.
	// +required
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=65535
	Port int32 `json:"port"`

	// TargetPort is the port that the container listens on, from 1 to 65535. Default:
	// port.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=65535
	TargetPort *int32 `json:"targetPort,omitempty"`

	// Protocol is TCP, UDP or SCTP. Default: TCP.
	// +optional
	// +kubebuilder:validation:Enum=TCP;UDP;SCTP
	Protocol *string `json:"protocol,omitempty"`

	// AppProtocol says what is spoken on the port, as that of the Service does for its
	// first. Default: none.
	// +optional
	AppProtocol AppProtocol `json:"appProtocol,omitempty"`
}

// An AppProtocol is what is spoken on a port.
//
// +kubebuilder:validation:MaxLength=317
// +kubebuilder:validation:XValidation:rule=`self.matches('^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[a-zA-Z0-9]([-a-zA-Z0-9_.]{0,61}[a-zA-Z0-9])?$')`,message="must be the name of a protocol, such as http, grpc or kubernetes.io/h2c"
type AppProtocol = string
