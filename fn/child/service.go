package child

import (
	"google.golang.org/protobuf/types/known/structpb"
	corev1 "k8s.io/api/core/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/container"
	"github.com/webapp-operator/function-webapp/fn/exposure"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
	"github.com/webapp-operator/function-webapp/internal/wire"
)

func buildService(plan *webapp.Plan, _ *structpb.Struct) value.Fields {
	o := plan.App.Options["service"]

	ports := httpPorts
	if first, protocol, more := value.Dig(o, "port"), value.Dig(o, "appProtocol"), value.Dig(o, "additionalPorts"); first != nil || protocol != nil || more != nil {
		ports = servicePorts(first, protocol, more.GetListValue().GetValues()...)
	}

	return value.Fields{
		"spec": value.Object(value.Fields{
			"type":            serviceType(plan),
			"selector":        plan.Selector,
			"ports":           ports,
			"sessionAffinity": value.Dig(o, "sessionAffinity"),
		}),
	}
}

// unfitService is for one without an address, which it cannot get: its port would lead
// nowhere.
func unfitService(_ *webapp.App, object *structpb.Struct) Hindrance {
	if value.Text(wire.Open(object.GetFields()["spec"]), "clusterIP") == corev1.ClusterIPNone {
		return Hindrance{What: "it has no address (clusterIP: None) and cannot get one"}
	}

	return Hindrance{}
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

// servicePorts are the first port, which is the WebApp's, and more. Their protocol is
// always sent: it is a part of what Kubernetes knows a port by.
func servicePorts(port, protocol *structpb.Value, more ...*structpb.Value) *structpb.Value {
	if port == nil {
		port = value.Int(v1.DefaultServicePort)
	}

	ports := append(make([]*structpb.Value, 0, 1+len(more)), value.Object(value.Fields{
		"name":        container.HTTPPort,
		"port":        port,
		"protocol":    container.TCP,
		"appProtocol": protocol,
		"targetPort":  container.HTTPPort,
	}))

	for _, p := range more {
		ports = append(ports, value.Object(value.Fields{
			"name":        value.Dig(p, "name"),
			"port":        value.Dig(p, "port"),
			"protocol":    value.Or(value.Dig(p, "protocol"), container.TCP),
			"appProtocol": value.Dig(p, "appProtocol"),
			"targetPort":  value.Or(value.Dig(p, "targetPort"), value.Dig(p, "port")),
		}))
	}

	return value.List(ports...)
}
