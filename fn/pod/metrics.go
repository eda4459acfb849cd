package pod

import (
	"regexp"
	"slices"

	"google.golang.org/protobuf/types/known/structpb"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/container"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// metricsPortName names the port of the container that has its metrics, if that
// is not the WebApp's.
const metricsPortName = "metrics"

var intervalPattern = regexp.MustCompile(v1.IntervalPattern)

func checkMetrics(spec value.Reader) {
	in, ok := value.Native[v1.Metrics](spec, "metrics")
	if !ok {
		return
	}

	written := spec.Object("metrics")
	written.Integer("port", v1.MinPort, v1.MaxPort)
	written.OneOf("scheme", "http", "https")

	if tls := written.Object("tlsConfig"); tls.Get("serverName") != nil && (in.TLSConfig.ServerName == "" || len(in.TLSConfig.ServerName) > v1.MaxSubdomainLength) {
		tls.Invalid("serverName", in.TLSConfig.ServerName, "must be the name that the certificate is for")
	}

	if written.Get("path") != nil {
		webapp.CheckPath(written, "path", in.Path, "")
	}

	if interval := in.Interval; written.Get("interval") != nil && (interval == "" || len(interval) > v1.MaxIntervalLength || !intervalPattern.MatchString(interval)) {
		written.Invalid("interval", interval, "must be a duration such as 30s, 1m30s or 500ms")
	}
}

// MetricsPort returns the port that the container has for its metrics only, or
// nil.
func MetricsPort(app *webapp.App) *structpb.Value {
	port := app.Option("metrics").Get("port")
	if port.GetNumberValue() == float64(app.Spec.Port) {
		return nil
	}

	return port
}

// applyMetrics names a port that is not the Service's: Prometheus finds it only if
// the container does. The ServiceMonitor is a child.
func applyMetrics(t *template, _ *structpb.Value) {
	port := MetricsPort(t.app)
	if port == nil {
		return
	}

	ports := slices.Clone(t.container["ports"].GetListValue().GetValues())
	t.container["ports"] = value.List(append(ports, value.Object(value.Fields{"name": value.String(metricsPortName), "containerPort": port, "protocol": container.TCP}))...)
}
