package fn

import (
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
)

// withIngress is for an Ingress. It is ready when it exists: not every controller
// writes an Ingress's status, and one that does speaks of its own address, and not
// of the WebApp, which others in the cluster reach all the same.
var withIngress = optional{
	option:  option{name: "ingress", check: checkIngress},
	feature: "ingress",
	wanted:  func(app *webApp) bool { return app.options["ingress"] != nil },
}

func checkIngress(spec object) {
	in, ok := native[v1.Ingress](spec, "ingress")
	if !ok {
		return
	}

	written := spec.object("ingress")

	if in.Host == "" {
		*spec.errs = append(*spec.errs, field.Required(written.child("host"), "say by which name the WebApp is reached, for example shop.example.com"))
	} else {
		checkHost(written.child("host"), in.Host, spec.errs)
	}

	if written.get("path") != nil {
		checkPath(written.child("path"), in.Path, spec.errs)
	}

	written.oneOf("pathType", string(networkingv1.PathTypePrefix), string(networkingv1.PathTypeExact), string(networkingv1.PathTypeImplementationSpecific))
	written.annotations()
}

// checkHost notes what is wrong with the name of a host.
func checkHost(path *field.Path, host string, errs *field.ErrorList) {
	if len(host) > v1.MaxHostLength || !hostPattern.MatchString(host) {
		*errs = append(*errs, field.Invalid(path, clip(host, maxQuoted),
			"must be a host name such as shop.example.com or *.example.com: lower case, without https://, port and path"))
	}
}

// checkPath notes what is wrong with the path of a URL.
func checkPath(path *field.Path, written string, errs *field.ErrorList) {
	if len(written) > v1.MaxPathLength || !pathPattern.MatchString(written) {
		*errs = append(*errs, field.Invalid(path, clip(written, maxQuoted),
			"must be a path such as / or /shop/cart: it begins with a slash, and has no empty part, no . or .., and no ?, # or %"))
	}
}

func readDefaultIngress(in object, into *defaults) {
	ingress := in.object("ingress")
	ingress.only("ingressClassName")

	if class, ok := ingress.text("ingressClassName"); ok {
		into.ingressClassName = class
	}
}

func ingress(app *webApp, set *settings, _ common) fields {
	o := app.option("ingress")
	host := o.get("host")

	class := o.get("ingressClassName")
	if class == nil && set.ingressClassName != "" {
		class = str(set.ingressClassName)
	}

	var tls *structpb.Value
	if t := o.get("tls"); t != nil {
		tls = list(obj(fields{"hosts": list(host), "secretName": dig(t, "secretName")}))
	}

	return fields{
		"spec": obj(fields{
			"ingressClassName": class,
			"rules": list(obj(fields{
				"host": host,
				"http": obj(fields{"paths": list(obj(fields{
					"path":     or(o.get("path"), rootPath),
					"pathType": or(o.get("pathType"), prefix),
					"backend": obj(fields{"service": obj(fields{
						"name": str(app.name),
						"port": obj(fields{"name": httpPort}),
					})}),
				}))}),
			})),
			"tls": tls,
		}),
	}
}

var (
	rootPath = str("/")
	prefix   = str(networkingv1.PathTypePrefix)
)

// ingressURL is where an Ingress lets traffic in, or "" if that is more than one
// host.
func ingressURL(app *webApp) string {
	o := app.option("ingress")
	scheme := "http"

	if o.get("tls") != nil {
		scheme = "https"
	}

	return outsideURL(scheme, o.get("host").GetStringValue(), o.get("path").GetStringValue())
}

// outsideURL is the URL of a host and a path, or "" for a host that stands for
// many.
func outsideURL(scheme, host, path string) string {
	if host == "" || strings.HasPrefix(host, "*") {
		return ""
	}

	return scheme + "://" + host + strings.TrimSuffix(path, "/")
}
