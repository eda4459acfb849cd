package fn

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"google.golang.org/protobuf/types/known/structpb"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
)

// withService is for a Service, which every WebApp has: the option only says what
// it is like.
var withService = optional{
	option: option{name: "service", check: checkService},
	wanted: always.wanted,
}

// serviceTypes are what a Service may be. ExternalName is none: it stands for
// something else than pods.
var serviceTypes = []string{string(corev1.ServiceTypeClusterIP), string(corev1.ServiceTypeNodePort), string(corev1.ServiceTypeLoadBalancer)}

func checkService(spec object) {
	s, ok := native[v1.Service](spec, "service")
	if !ok {
		return
	}

	in := spec.object("service")

	in.oneOf("type", serviceTypes...)
	in.integer("port", v1.MinPort, v1.MaxPort)

	if in.get("appProtocol") != nil && len(validation.IsQualifiedName(s.AppProtocol)) > 0 {
		*spec.errs = append(*spec.errs, field.Invalid(in.child("appProtocol"), clip(s.AppProtocol, maxQuoted), "must be the name of a protocol, such as http, grpc or kubernetes.io/h2c"))
	}

	if n := len(s.Annotations); n > v1.MaxAnnotations {
		*spec.errs = append(*spec.errs, field.TooMany(in.child("annotations"), n, v1.MaxAnnotations))
		return
	}

	in.annotations()

	for _, key := range slices.Sorted(maps.Keys(s.Annotations)) {
		if utf8.RuneCountInString(s.Annotations[key]) > v1.MaxAnnotationLength {
			*spec.errs = append(*spec.errs, &field.Error{
				Type:   field.ErrorTypeTooLong,
				Field:  in.child("annotations").Key(clip(key, maxQuoted)).String(),
				Detail: fmt.Sprintf("may not have more than %d characters", v1.MaxAnnotationLength),
			})
		}
	}
}

func service(app *webApp, set *settings, common common) fields {
	o := app.options["service"]

	kind := dig(o, "type")

	switch {
	case kind != nil:
	case set.serviceType != "":
		kind = str(set.serviceType)
	default:
		kind = clusterIP
	}

	ports := httpPorts
	if port, protocol := dig(o, "port"), dig(o, "appProtocol"); port != nil || protocol != nil {
		ports = servicePorts(port, protocol)
	}

	return fields{
		"spec": obj(fields{
			"type":     kind,
			"selector": common.selector,
			"ports":    ports,
		}),
	}
}

var (
	clusterIP = str(corev1.ServiceTypeClusterIP)

	// httpPorts are those of a Service that is told nothing.
	httpPorts = servicePorts(nil, nil)
)

func servicePorts(port, protocol *structpb.Value) *structpb.Value {
	if port == nil {
		port = num(v1.DefaultServicePort)
	}

	return list(obj(fields{
		"name":        httpPort,
		"port":        port,
		"protocol":    tcp,
		"appProtocol": protocol,
		"targetPort":  httpPort,
	}))
}

// servicePort is the port that the Service answers on.
func servicePort(app *webApp) int64 {
	if port := number(app.options["service"], "port"); port != 0 {
		return port
	}

	return int64(v1.DefaultServicePort)
}

// serviceURL is where the Service is reached inside the cluster. It names no
// cluster domain, which we cannot know: <service>.<namespace>.svc resolves
// whatever it is
// (https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/).
func serviceURL(app *webApp) string {
	scheme, usual := "http", int64(v1.DefaultServicePort)
	if strings.EqualFold(text(app.options["service"], "appProtocol"), "https") {
		scheme, usual = "https", 443
	}

	host := app.name + "." + app.namespace + ".svc"
	if port := servicePort(app); port != usual {
		host += ":" + strconv.FormatInt(port, 10)
	}

	return scheme + "://" + host
}
