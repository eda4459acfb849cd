package v1

// Metrics says where Prometheus finds the metrics of the WebApp. Names are those
// of an endpoint of the Prometheus Operator's ServiceMonitor, of which it is the
// part that one web application needs.
type Metrics struct {
	// Path is where the metrics are. Default: /metrics.
	// +optional
	Path URLPath `json:"path,omitempty"`

	// Port is the TCP port of the container that has them, from 1 to 65535.
	// Default: the port of the WebApp.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=65535
	Port int32 `json:"port,omitempty"`

	// Interval is how often Prometheus asks, for example 30s. Default: as often as
	// it asks others.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=20
	// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]+y)?([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$')",message="must be a duration such as 30s, 1m30s or 500ms"
	Interval string `json:"interval,omitempty"`

	// Scheme is http or https. Default: https where service.appProtocol is https and
	// the metrics are on the port of the WebApp, else http.
	// +optional
	// +kubebuilder:validation:Enum=http;https
	Scheme string `json:"scheme,omitempty"`

	// TLSConfig says which certificate Prometheus expects. It asks each replica by its
	// IP address, for which certificates seldom are: without this it then takes the
	// replica for down.
	// +optional
	TLSConfig *MetricsTLSConfig `json:"tlsConfig,omitempty"`
}

// MetricsTLSConfig is which certificate Prometheus expects.
type MetricsTLSConfig struct {
	// ServerName is the name that the certificate is for.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	ServerName string `json:"serverName,omitempty"`

	// InsecureSkipVerify takes any certificate.
	// +optional
	InsecureSkipVerify bool `json:"insecureSkipVerify,omitempty"`
}
