package child

import (
	"strconv"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/container"
	"github.com/webapp-operator/function-webapp/fn/pod"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// serviceTypes are what a Service may be. ExternalName is none: it stands for
// something else than pods.
var serviceTypes = []string{string(corev1.ServiceTypeClusterIP), string(corev1.ServiceTypeNodePort), string(corev1.ServiceTypeLoadBalancer)}

func checkService(spec value.Reader) {
	s, ok := value.Native[v1.Service](spec, "service")
	if !ok {
		return
	}

	in := spec.Object("service")

	in.OneOf("type", serviceTypes...)
	in.Integer("port", v1.MinPort, v1.MaxPort)

	if in.Get("appProtocol") != nil && len(validation.IsQualifiedName(s.AppProtocol)) > 0 {
		in.Invalid("appProtocol", s.AppProtocol, "must be the name of a protocol, such as http, grpc or kubernetes.io/h2c")
	}

	webapp.CheckAnnotations(in, "annotations")
}

func readDefaultService(in value.Reader, into *webapp.Defaults) {
	service := in.Object("service")
	service.Only("type")

	if t, ok := service.OneOf("type", serviceTypes...); ok {
		into.ServiceType = t
	}
}

func buildService(plan *webapp.Plan, _ *structpb.Struct) value.Fields {
	o := plan.App.Options["service"]

	kind := value.Dig(o, "type")

	switch {
	case kind != nil:
	case plan.Settings.ServiceType != "":
		kind = value.String(plan.Settings.ServiceType)
	default:
		kind = clusterIP
	}

	ports := httpPorts
	if port, protocol := value.Dig(o, "port"), value.Dig(o, "appProtocol"); port != nil || protocol != nil {
		ports = servicePorts(port, protocol)
	}

	return value.Fields{
		"spec": value.Object(value.Fields{
			"type":     kind,
			"selector": plan.Selector,
			"ports":    ports,
		}),
	}
}

var (
	clusterIP = value.String(corev1.ServiceTypeClusterIP)

	// httpPorts are those of a Service that is told nothing.
	httpPorts = servicePorts(nil, nil)
)

func servicePorts(port, protocol *structpb.Value) *structpb.Value {
	if port == nil {
		port = value.Int(v1.DefaultServicePort)
	}

	return value.List(value.Object(value.Fields{
		"name":        container.HTTPPort,
		"port":        port,
		"protocol":    pod.TCP,
		"appProtocol": protocol,
		"targetPort":  container.HTTPPort,
	}))
}

// servicePort is the port that the Service answers on.
func servicePort(app *webapp.App) int64 {
	if port := value.Number(app.Options["service"], "port"); port != 0 {
		return port
	}

	return int64(v1.DefaultServicePort)
}

// speaksTLS says whether the WebApp's port speaks TLS.
func speaksTLS(app *webapp.App) bool {
	return strings.EqualFold(value.Text(app.Options["service"], "appProtocol"), "https")
}

// serviceURL is where the Service is reached inside the cluster. It names no
// cluster domain, which we cannot know: <service>.<namespace>.svc resolves
// whatever it is
// (https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/).
func serviceURL(app *webapp.App) string {
	scheme, usual := "http", int64(v1.DefaultServicePort)
	if speaksTLS(app) {
		scheme, usual = "https", 443
	}

	host := app.Name + "." + app.Namespace + ".svc"
	if port := servicePort(app); port != usual {
		host += ":" + strconv.FormatInt(port, 10)
	}

	return scheme + "://" + host
}
