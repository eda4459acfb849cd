package exposure

import (
	"cmp"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/utils/ptr"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/container"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// serviceTypes are what a Service may be. ExternalName is none: it stands for
// something else than pods.
var serviceTypes = []string{string(corev1.ServiceTypeClusterIP), string(corev1.ServiceTypeNodePort), loadBalancer}

// CheckService checks service.
func CheckService(spec value.Reader) {
	s, ok := value.Native[v1.Service](spec, "service")
	if !ok {
		return
	}

	in := spec.Object("service")

	in.OneOf("type", serviceTypes...)
	in.Integer("port", v1.MinPort, v1.MaxPort)

	checkAppProtocol(in, s.AppProtocol)
	checkAdditionalPorts(in, s)
	in.OneOf("sessionAffinity", string(corev1.ServiceAffinityClientIP), string(corev1.ServiceAffinityNone))
	webapp.CheckAnnotations(in, "annotations")
}

func checkAppProtocol(in value.Reader, protocol string) {
	if in.Get("appProtocol") != nil && len(validation.IsQualifiedName(protocol)) > 0 {
		in.Invalid("appProtocol", protocol, "must be the name of a protocol, such as http, grpc or kubernetes.io/h2c")
	}
}

// checkAdditionalPorts checks that each port has a name, and a number and protocol, of its
// own. Kubernetes knows them by both.
func checkAdditionalPorts(in value.Reader, s v1.Service) {
	type answers struct {
		port     int32
		protocol string
	}

	if in.TooMany("additionalPorts", len(s.AdditionalPorts), v1.MaxAdditionalPorts) {
		return
	}

	tcp := string(corev1.ProtocolTCP)
	names := map[string]bool{}
	taken := map[answers]bool{{ptr.Deref(s.Port, v1.DefaultServicePort), tcp}: true}
	items := in.Items("additionalPorts")

	for i, p := range s.AdditionalPorts {
		at := items[i]

		checkServicePort(at, p)

		if p.Name != "" && names[p.Name] {
			at.Duplicate("name", p.Name)
		}

		a := answers{p.Port, ptr.Deref(p.Protocol, tcp)}
		if taken[a] {
			at.Invalid("port", p.Port, "is one that the Service answers on already: each needs another number, or another protocol")
		}

		names[p.Name], taken[a] = true, true
	}
}

func checkServicePort(in value.Reader, p v1.ServicePort) {
	switch {
	case p.Name == "":
		in.Required("name", "give the port a name, for example grpc")
	case p.Name == container.PortName:
		in.Invalid("name", p.Name, "is what the first port of the Service is called: give this one another")
	case len(validation.IsDNS1123Label(p.Name)) > 0:
		in.Invalid("name", p.Name, "must be at most 63 lower case letters, digits and dashes, starting and ending with a letter or digit")
	}

	if in.Get("port") == nil {
		in.Required("port", "say on which port the Service answers, from 1 to 65535")
	}

	in.Integer("port", v1.MinPort, v1.MaxPort)
	in.Integer("targetPort", v1.MinPort, v1.MaxPort)
	in.OneOf("protocol", string(corev1.ProtocolTCP), string(corev1.ProtocolUDP), string(corev1.ProtocolSCTP))
	checkAppProtocol(in, p.AppProtocol)
}

// ReadDefaultService reads what the platform team says of Services.
func ReadDefaultService(in value.Reader, into *webapp.Defaults) {
	service := in.Object("service")
	service.Only("type")

	if t, ok := service.OneOf("type", serviceTypes...); ok {
		into.ServiceType = t
	}
}

// ServicePort is the port that the Service answers on.
func ServicePort(app *webapp.App) int64 {
	if port := value.Number(app.Options["service"], "port"); port != 0 {
		return port
	}

	return int64(v1.DefaultServicePort)
}

// SpeaksTLS says whether the WebApp's port speaks TLS.
func SpeaksTLS(app *webapp.App) bool {
	return strings.EqualFold(value.Text(app.Options["service"], "appProtocol"), "https")
}

// ServiceURL is where the Service is reached inside the cluster. It names no
// cluster domain, which we cannot know: <service>.<namespace>.svc resolves
// whatever it is
// (https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/).
func ServiceURL(app *webapp.App) string {
	scheme, port := serviceScheme(app)

	host := app.Name + "." + app.Namespace + ".svc"
	if port != "" {
		host += ":" + port
	}

	return scheme + "://" + host
}

// serviceScheme is what the Service speaks, and its port if that is not the usual one.
func serviceScheme(app *webapp.App) (scheme, port string) {
	scheme, usual := "http", int64(v1.DefaultServicePort)
	if SpeaksTLS(app) {
		scheme, usual = "https", 443
	}

	if n := ServicePort(app); n != usual {
		port = strconv.FormatInt(n, 10)
	}

	return scheme, port
}

// loadBalancer is the type of a Service that is reached from outside by an address of its
// own.
const loadBalancer = string(corev1.ServiceTypeLoadBalancer)

// ServiceType is what kind of Service a WebApp has.
func ServiceType(plan *webapp.Plan) string {
	return cmp.Or(value.Text(plan.App.Options["service"], "type"), plan.Settings.ServiceType, string(corev1.ServiceTypeClusterIP))
}
