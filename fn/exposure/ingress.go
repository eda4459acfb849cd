package exposure

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	netutils "k8s.io/utils/net"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// CheckIngress checks ingress.
func CheckIngress(spec value.Reader) {
	in, ok := value.Native[v1.Ingress](spec, "ingress")
	if !ok {
		return
	}

	written := spec.Object("ingress")

	switch {
	case written.Get("host") == nil:
	case netutils.ParseIPSloppy(in.Host) != nil:
		written.Invalid("host", in.Host, "must be a name, not an IP address")
	default:
		webapp.CheckHost(written, "host", in.Host)
	}

	checkIngressPath(written, in)
	written.OneOf("pathType", string(networkingv1.PathTypePrefix), string(networkingv1.PathTypeExact), string(networkingv1.PathTypeImplementationSpecific))

	if written.Get("ingressClassName") != nil {
		webapp.CheckReference(written, "ingressClassName", in.IngressClassName, "class of Ingresses")
	}

	if written.Object("tls").Get("secretName") != nil {
		webapp.CheckReference(written.Object("tls"), "secretName", in.TLS.SecretName, "Secret")
	}

	webapp.CheckAnnotations(written, "annotations")
}

// checkIngressPath lets the controller say what an ImplementationSpecific path may be.
func checkIngressPath(written value.Reader, in v1.Ingress) {
	switch {
	case written.Get("path") == nil:
	case in.PathType != networkingv1.PathTypeImplementationSpecific:
		webapp.CheckPath(written, "path", in.Path, "; other paths, such as regular expressions, need pathType ImplementationSpecific")
	case !strings.HasPrefix(in.Path, "/"):
		written.Invalid("path", in.Path, "must begin with a slash")
	case value.IsTooLong(in.Path, v1.MaxPathLength):
		written.TooLong("path", v1.MaxPathLength)
	}
}

// ReadDefaultIngress reads what the platform team says of Ingresses.
func ReadDefaultIngress(in value.Reader, into *webapp.Defaults) {
	ingress := in.Object("ingress")
	ingress.Only("ingressClassName", "host")

	if class, ok := ingress.Text("ingressClassName"); ok {
		webapp.CheckReference(ingress, "ingressClassName", class, "class of Ingresses")
		into.IngressClassName = class
	}

	if host, ok := ingress.Text("host"); ok {
		into.IngressHost = webapp.HostTemplate(host)
		into.IngressHost.Check(ingress, "host")
	}
}

// IngressHost is the host of a WebApp's Ingress, or nil if nobody has set one.
func IngressHost(app *webapp.App, settings *webapp.Settings) *structpb.Value {
	host := app.Option("ingress").Get("host")
	if host == nil && settings.IngressHost != "" {
		host = value.String(settings.IngressHost.For(app))
	}

	return host
}

// IngressClass is which controller serves a WebApp's Ingress, or nil if that is not for the
// field to say.
func IngressClass(plan *webapp.Plan) *structpb.Value {
	class := plan.App.Option("ingress").Get("ingressClassName")
	if class == nil && plan.Settings.IngressClassName != "" && !hasClassAnnotation(plan.App, plan.Settings) {
		class = value.String(plan.Settings.IngressClassName)
	}

	return class
}

// FitsIngress refuses an Ingress without a host, which would take what is sent to any, or
// with two classes.
func FitsIngress(app *webapp.App, settings *webapp.Settings) *field.Error {
	at := app.Composite.Path().Child("ingress", "host")

	switch host := IngressHost(app, settings); {
	case host == nil:
		return field.Required(at, "say by which name it is reached, for example shop.example.com: the platform team has set none for all")
	case app.Option("ingress").Get("host") == nil && !webapp.IsHostname(host.GetStringValue()):
		return unfit(at, settings.IngressHost, host)
	default:
		return requireOneClass(app, settings)
	}
}

// unfit is for a WebApp whose name, or that of its namespace, is too long for a host.
func unfit(at *field.Path, template webapp.HostTemplate, host *structpb.Value) *field.Error {
	return field.Invalid(at, value.Clip(host.GetStringValue(), value.MaxQuoted),
		fmt.Sprintf("the platform team's %s is too long here: a host has at most 253 characters, and 63 between two dots. Set a shorter one", template))
}

// classAnnotation names the controller in the way that was there before the field.
const classAnnotation = "kubernetes.io/ingress.class"

// hasClassAnnotation says whether a WebApp, or the platform team, names the controller by
// it.
func hasClassAnnotation(app *webapp.App, settings *webapp.Settings) bool {
	_, everywhere := settings.Annotations[classAnnotation]

	return everywhere || app.Option("ingress").Object("annotations").Get(classAnnotation) != nil
}

// requireOneClass refuses an Ingress that names its controller twice, which Kubernetes
// refuses: see ValidateIngressCreate of k8s.io/kubernetes/pkg/apis/networking/validation.
func requireOneClass(app *webapp.App, settings *webapp.Settings) *field.Error {
	if app.Option("ingress").Get("ingressClassName") == nil || !hasClassAnnotation(app, settings) {
		return nil
	}

	return field.Forbidden(app.Composite.Path().Child("ingress", "ingressClassName"),
		fmt.Sprintf("annotation %s names the controller already, in %s or for all in the input of the Composition's step: leave one of them out", classAnnotation, app.Field("ingress.annotations")))
}

// ingressURL is where an Ingress lets traffic in, or "" if that is more than one
// host.
func ingressURL(plan *webapp.Plan) string {
	o := plan.App.Option("ingress")
	scheme := "http"

	if o.Get("tls") != nil {
		scheme = "https"
	}

	path := o.Get("path").GetStringValue()

	switch o.Get("pathType").GetStringValue() {
	case string(networkingv1.PathTypeExact):
	case string(networkingv1.PathTypeImplementationSpecific):
		path = withoutSlash(literal(path))
	default:
		path = withoutSlash(path)
	}

	return outsideURL(scheme, IngressHost(plan.App, plan.Settings).GetStringValue(), path)
}
