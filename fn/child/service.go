package child

import (
	"google.golang.org/protobuf/types/known/structpb"
	corev1 "k8s.io/api/core/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/container"
	"github.com/webapp-operator/function-webapp/fn/exposure"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

func buildService(plan *webapp.Plan, _ *structpb.Struct) value.Fields {
	o := plan.App.Options["service"]

	ports := httpPorts
	if port, protocol := value.Dig(o, "port"), value.Dig(o, "appProtocol"); port != nil || protocol != nil {
		ports = servicePorts(port, protocol)
	}

	return value.Fields{
		"spec": value.Object(value.Fields{
			"type":     serviceType(plan),
			"selector": plan.Selector,
			"ports":    ports,
		}),
	}
}

func serviceType(plan *webapp.Plan) *structpb.Value {
	if t := exposure.ServiceType(plan); t != string(corev1.ServiceTypeClusterIP) {
		return value.String(t)
	}

	return clusterIP
}

var clusterIP = value.String(corev1.ServiceTypeClusterIP)

// httpPorts are those of a Service that is told nothing.
var httpPorts = servicePorts(nil, nil)

func servicePorts(port, protocol *structpb.Value) *structpb.Value {
	if port == nil {
		port = value.Int(v1.DefaultServicePort)
	}

	return value.List(value.Object(value.Fields{
		"name":        container.HTTPPort,
		"port":        port,
		"protocol":    container.TCP,
		"appProtocol": protocol,
		"targetPort":  container.HTTPPort,
	}))
}
