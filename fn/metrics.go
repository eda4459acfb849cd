package fn

import (
	"regexp"
	"slices"

	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/util/validation/field"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
)

// metricsPortName names the port of the container that has its metrics, if that
// is not the WebApp's.
const metricsPortName = "metrics"

// metricsOption asks for a ServiceMonitor, and shapes the pods: Prometheus finds a
// port that is not the Service's only if the container names it.
var metricsOption = option{name: "metrics", check: checkMetrics, apply: applyMetrics}

// withMonitor is for a ServiceMonitor, where the Prometheus Operator is installed.
var withMonitor = optional{
	option:  metricsOption,
	feature: "metrics",
	custom:  true,
	wanted:  func(app *webApp) bool { return app.options["metrics"] != nil },
}

var intervalPattern = regexp.MustCompile(v1.IntervalPattern)

func checkMetrics(spec object) {
	in, ok := native[v1.Metrics](spec, "metrics")
	if !ok {
		return
	}

	written := spec.object("metrics")
	written.integer("port", v1.MinPort, v1.MaxPort)

	if written.get("path") != nil {
		checkPath(written.child("path"), in.Path, spec.errs)
	}

	if interval := in.Interval; written.get("interval") != nil && (interval == "" || len(interval) > v1.MaxIntervalLength || !intervalPattern.MatchString(interval)) {
		*spec.errs = append(*spec.errs, field.Invalid(written.child("interval"), clip(interval, maxQuoted), "must be a duration such as 30s, 1m30s or 500ms"))
	}
}

// metricsPort returns the port that the container has for its metrics only, or
// nil.
func metricsPort(app *webApp) *structpb.Value {
	port := app.option("metrics").get("port")
	if port.GetNumberValue() == float64(app.spec.Port) {
		return nil
	}

	return port
}

func applyMetrics(p *pod, _ *structpb.Value) {
	port := metricsPort(p.app)
	if port == nil {
		return
	}

	ports := p.container["ports"].GetListValue().GetValues()
	p.container["ports"] = list(append(slices.Clone(ports), obj(fields{"name": str(metricsPortName), "containerPort": port, "protocol": tcp}))...)
}

func monitor(app *webApp, _ *settings, common common) fields {
	o := app.option("metrics")
	endpoint := fields{"path": o.get("path"), "interval": o.get("interval")}

	if port := metricsPort(app); port != nil {
		endpoint["targetPort"] = port
	} else {
		endpoint["port"] = httpPort
	}

	return fields{
		"spec": obj(fields{
			// The labels of the Service, too: no other has both.
			"selector":  common.matching,
			"endpoints": list(obj(endpoint)),
		}),
	}
}
