package v1

import "k8s.io/apimachinery/pkg/util/intstr"

// A Probe is how a node asks a replica how it is, as in a Pod: by a GET request, a
// connection, a call or a command. Where it asks for a port, that is spec.port
// unless you name another. A probe that does not say how to ask connects to
// spec.port.
//
// +kubebuilder:validation:XValidation:rule="[has(self.httpGet), has(self.tcpSocket), has(self.grpc), has(self.exec)].filter(set, set).size() <= 1",message="set one of httpGet, tcpSocket, grpc and exec"
type Probe struct {
	// HTTPGet asks by a GET request: any answer from 200 to 399 is good.
	// +optional
	HTTPGet *HTTPGetAction `json:"httpGet,omitempty"`

	// TCPSocket asks by opening a connection.
	// +optional
	TCPSocket *TCPSocketAction `json:"tcpSocket,omitempty"`

	// GRPC asks by a call of grpc.health.v1.Health.
	// +optional
	GRPC *GRPCAction `json:"grpc,omitempty"`

	// Exec asks by a command in the container: exit status 0 is good.
	// +optional
	Exec *ExecAction `json:"exec,omitempty"`

	// InitialDelaySeconds is how long to wait after the container has started.
	// Default: 0.
	// +optional
	// +kubebuilder:validation:Minimum=0
	InitialDelaySeconds *int32 `json:"initialDelaySeconds,omitempty"`

	// TimeoutSeconds is how long an answer may take. Default: 1.
	// +optional
	// +kubebuilder:validation:Minimum=1
	TimeoutSeconds *int32 `json:"timeoutSeconds,omitempty"`

	// PeriodSeconds is how often to ask. Default: 10.
	// +optional
	// +kubebuilder:validation:Minimum=1
	PeriodSeconds *int32 `json:"periodSeconds,omitempty"`

	// FailureThreshold is how many bad answers in a row count. Default: 3.
	// +optional
	// +kubebuilder:validation:Minimum=1
	FailureThreshold *int32 `json:"failureThreshold,omitempty"`
}

// A ReadinessProbe says when a replica gets traffic.
//
// +kubebuilder:validation:XValidation:rule="!has(self.disabled) || !self.disabled || !(has(self.httpGet) || has(self.tcpSocket) || has(self.grpc) || has(self.exec) || has(self.initialDelaySeconds) || has(self.timeoutSeconds) || has(self.periodSeconds) || has(self.successThreshold) || has(self.failureThreshold))",message="a disabled probe has nothing else",fieldPath=".disabled"
type ReadinessProbe struct {
	Probe `json:",inline"`

	// SuccessThreshold is how many good answers in a row count after a bad one.
	// Default: 1.
	// +optional
	// +kubebuilder:validation:Minimum=1
	SuccessThreshold *int32 `json:"successThreshold,omitempty"`

	// Disabled sends a replica traffic from the moment its container runs,
	// whether it listens or not. Default: false.
	// +optional
	Disabled bool `json:"disabled,omitempty"`
}

// A RestartProbe says when a container is stopped, and started again.
type RestartProbe struct {
	Probe `json:",inline"`

	// SuccessThreshold is how many good answers in a row count: 1.
	// +optional
	// +kubebuilder:validation:Enum=1
	SuccessThreshold *int32 `json:"successThreshold,omitempty"`

	// TerminationGracePeriodSeconds is how long the container has to stop when it
	// is this probe that stops it. Default: terminationGracePeriodSeconds of the
	// WebApp.
	// +optional
	// +kubebuilder:validation:Minimum=1
	TerminationGracePeriodSeconds *int64 `json:"terminationGracePeriodSeconds,omitempty"`
}

// An HTTPGetAction is a GET request to the replica.
type HTTPGetAction struct {
	// Path to ask for. Default: /.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=2048
	Path string `json:"path,omitempty"`

	// Port to ask, as a number, or http for spec.port. Default: http.
	// +optional
	// +kubebuilder:validation:XIntOrString
	// +kubebuilder:validation:XValidation:rule="self == 'http' || (type(self) == int && self >= 1 && self <= 65535)",message="must be http, which is spec.port, or a number between 1 and 65535"
	Port *intstr.IntOrString `json:"port,omitempty"`

	// Scheme is HTTP or HTTPS, whose certificate is not checked. Default: HTTP.
	// +optional
	// +kubebuilder:validation:Enum=HTTP;HTTPS
	Scheme string `json:"scheme,omitempty"`

	// HTTPHeaders are sent with the request.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=20
	HTTPHeaders []HTTPHeader `json:"httpHeaders,omitempty"`
}

// An HTTPHeader is sent with a request.
type HTTPHeader struct {
	// Name of the header.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	// +kubebuilder:validation:XValidation:rule="self.matches('^[-A-Za-z0-9]+$')",message="must be the name of a header: letters, digits and dashes"
	Name string `json:"name"`

	// Value of the header. Default: empty.
	// +optional
	// +kubebuilder:validation:MaxLength=4096
	Value string `json:"value,omitempty"`
}

// A TCPSocketAction is a connection to the replica.
type TCPSocketAction struct {
	// Port to connect to, as a number, or http for spec.port. Default: http.
	// +optional
	// +kubebuilder:validation:XIntOrString
	// +kubebuilder:validation:XValidation:rule="self == 'http' || (type(self) == int && self >= 1 && self <= 65535)",message="must be http, which is spec.port, or a number between 1 and 65535"
	Port *intstr.IntOrString `json:"port,omitempty"`
}

// A GRPCAction is a call of grpc.health.v1.Health.
type GRPCAction struct {
	// Port to call. Default: spec.port.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=65535
	Port *int32 `json:"port,omitempty"`

	// Service to ask about. Default: the server as a whole.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	Service string `json:"service,omitempty"`
}

// An ExecAction is a command in the container.
type ExecAction struct {
	// Command is the program and its arguments. There is no shell, unless you
	// start one.
	// +required
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=100
	Command []Argument `json:"command"`
}
