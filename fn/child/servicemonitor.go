package child

import (
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/webapp-operator/function-webapp/fn/container"
	"github.com/webapp-operator/function-webapp/fn/exposure"
	"github.com/webapp-operator/function-webapp/fn/pod"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

func buildMonitor(plan *webapp.Plan, _ *structpb.Struct) value.Fields {
	o := plan.App.Option("metrics")
	endpoint := value.Fields{"path": o.Get("path"), "interval": o.Get("interval"), "scheme": o.Get("scheme"), "tlsConfig": o.Get("tlsConfig")}

	if port := pod.MetricsPort(plan.App); port != nil {
		endpoint["targetPort"] = port
	} else {
		endpoint["port"] = container.HTTPPort

		// Prometheus asks over plain HTTP if it is not told otherwise.
		if endpoint["scheme"] == nil && exposure.SpeaksTLS(plan.App) {
			endpoint["scheme"] = https
		}
	}

	return value.Fields{
		"spec": value.Object(value.Fields{
			// The labels of the Service, too: no other has both.
			"selector":  plan.Matching,
			"endpoints": value.List(value.Object(endpoint)),
		}),
	}
}

var https = value.String("https")
