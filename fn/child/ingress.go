package child

import (
	"google.golang.org/protobuf/types/known/structpb"
	networkingv1 "k8s.io/api/networking/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/pod"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

func checkIngress(spec value.Reader) {
	in, ok := value.Native[v1.Ingress](spec, "ingress")
	if !ok {
		return
	}

	written := spec.Object("ingress")

	if in.Host == "" {
		written.Required("host", "say by which name the WebApp is reached, for example shop.example.com")
	} else {
		webapp.CheckHost(written, "host", in.Host)
	}

	if written.Get("path") != nil {
		webapp.CheckPath(written, "path", in.Path)
	}

	written.OneOf("pathType", string(networkingv1.PathTypePrefix), string(networkingv1.PathTypeExact), string(networkingv1.PathTypeImplementationSpecific))
	webapp.ReadAnnotations(written)
}

func readDefaultIngress(in value.Reader, into *webapp.Defaults) {
	ingress := in.Object("ingress")
	ingress.Only("ingressClassName")

	if class, ok := ingress.Text("ingressClassName"); ok {
		into.IngressClassName = class
	}
}

// buildIngress is ready when it exists: not every controller writes an Ingress's status,
// and one that does speaks of its own address, and not of the WebApp, which others in
// the cluster reach all the same.
func buildIngress(plan *webapp.Plan, _ *structpb.Struct) value.Fields {
	o := plan.App.Option("ingress")
	host := o.Get("host")

	class := o.Get("ingressClassName")
	if class == nil && plan.Settings.IngressClassName != "" {
		class = value.String(plan.Settings.IngressClassName)
	}

	var tls *structpb.Value
	if t := o.Get("tls"); t != nil {
		tls = value.List(value.Object(value.Fields{"hosts": value.List(host), "secretName": value.Dig(t, "secretName")}))
	}

	return value.Fields{
		"spec": value.Object(value.Fields{
			"ingressClassName": class,
			"rules": value.List(value.Object(value.Fields{
				"host": host,
				"http": value.Object(value.Fields{"paths": value.List(value.Object(value.Fields{
					"path":     value.Or(o.Get("path"), rootPath),
					"pathType": value.Or(o.Get("pathType"), pathPrefix),
					"backend": value.Object(value.Fields{"service": value.Object(value.Fields{
						"name": value.String(plan.App.Name),
						"port": value.Object(value.Fields{"name": pod.HTTPPort}),
					})}),
				}))}),
			})),
			"tls": tls,
		}),
	}
}

var (
	rootPath   = value.String("/")
	pathPrefix = value.String(networkingv1.PathTypePrefix)
)

// ingressURL is where an Ingress lets traffic in, or "" if that is more than one
// host.
func ingressURL(plan *webapp.Plan) string {
	o := plan.App.Option("ingress")
	scheme := "http"

	if o.Get("tls") != nil {
		scheme = "https"
	}

	return outsideURL(scheme, o.Get("host").GetStringValue(), o.Get("path").GetStringValue())
}
