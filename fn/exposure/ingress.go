package exposure

import (
	"fmt"
	"maps"
	"slices"
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

	if written.Get("host") != nil {
		checkIngressHost(written, "host", in.Host)
	}

	checkIngressHosts(written, in.Hosts)
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

// checkIngressHost checks the name of a host, which a field is, or without a name the item of
// a list.
func checkIngressHost(in value.Reader, name, host string) {
	if netutils.ParseIPSloppy(host) != nil {
		in.Invalid(name, host, "must be a name, not an IP address")
		return
	}

	webapp.CheckHost(in, name, host)
}

func checkIngressHosts(written value.Reader, hosts []string) {
	if written.TooMany("hosts", len(hosts), v1.MaxHostnames) {
		return
	}

	if len(hosts) > 0 && written.Get("host") != nil {
		written.Forbidden("hosts", "set host or hosts, not both")
	}

	for i, at := range written.Items("hosts") {
		checkIngressHost(at, "", hosts[i])

		if slices.Contains(hosts[:i], hosts[i]) {
			at.Duplicate("", hosts[i])
		}
	}
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
	ingress.Only("ingressClassName", "always", "host", "annotations", "tls")

	if class, ok := ingress.Text("ingressClassName"); ok {
		webapp.CheckReference(ingress, "ingressClassName", class, "class of Ingresses")
		into.Ingress.ClassName = class
	}

	if host, ok := ingress.Text("host"); ok {
		into.Ingress.Host = webapp.Template(host)
		into.Ingress.Host.CheckHost(ingress, "host")
	}

	if always, ok := value.Native[bool](ingress, "always"); ok {
		into.Ingress.Always = always
	}

	if into.Ingress.Always && into.Ingress.Host == "" {
		ingress.Required("host", "say by which name each WebApp is reached, such as {name}.{namespace}.apps.acme.com: they all have an Ingress")
	}

	if read := webapp.ReadAnnotations(ingress, "annotations"); len(read) > 0 {
		// What is there already is of all namespaces.
		all := maps.Clone(into.Ingress.Annotations)
		if all == nil {
			all = map[string]string{}
		}

		maps.Copy(all, read)
		into.Ingress.Annotations = all
	}

	readDefaultTLS(ingress, into)
}

func readDefaultTLS(ingress value.Reader, into *webapp.Defaults) {
	if ingress.Get("tls") == nil {
		return
	}

	tls := ingress.Object("tls")
	tls.Only("secretName")

	into.Ingress.TLS = true

	if secret, ok := tls.Text("secretName"); ok {
		into.Ingress.Secret = webapp.Template(secret)
		into.Ingress.Secret.CheckObject(tls, "secretName")
	}
}

// WantsIngress says whether a WebApp has an Ingress: it asks for one, or all have one that
// say no other way in. One that is disabled is none.
func WantsIngress(app *webapp.App, settings *webapp.Settings, _ bool) bool {
	return asks(app, "ingress") || settings.Ingress.Always && app.Options["ingress"] == nil && !asks(app, "httpRoute")
}

// asks says whether a WebApp asks for a way in.
func asks(app *webapp.App, option string) bool {
	o := app.Options[option]
	return o != nil && !value.Dig(o, "disabled").GetBoolValue()
}

// IngressHosts are the hosts of a WebApp's Ingress. There are none if nobody has set one.
func IngressHosts(app *webapp.App, settings *webapp.Settings) []*structpb.Value {
	o := app.Option("ingress")

	if hosts := o.Get("hosts").GetListValue().GetValues(); len(hosts) > 0 {
		return hosts
	}

	switch host := o.Get("host"); {
	case host != nil:
		return []*structpb.Value{host}
	case settings.Ingress.Host != "":
		return []*structpb.Value{value.String(settings.Ingress.Host.For(app))}
	default:
		return nil
	}
}

// IngressTLS says whether a WebApp's Ingress is reached by https, and which Secret has the
// certificate, or nil for the controller's own.
func IngressTLS(plan *webapp.Plan) (secret *structpb.Value, is bool) {
	tls, all := plan.App.Option("ingress").Get("tls"), &plan.Settings.Ingress

	secret = value.Dig(tls, "secretName")
	if secret == nil && all.Secret != "" {
		secret = value.String(all.Secret.For(plan.App))
	}

	return secret, tls != nil || all.TLS
}

// IngressClass is which controller serves a WebApp's Ingress, or nil if that is not for the
// field to say.
func IngressClass(plan *webapp.Plan) *structpb.Value {
	class := plan.App.Option("ingress").Get("ingressClassName")
	if class == nil && plan.Settings.Ingress.ClassName != "" && !hasClassAnnotation(plan.App, plan.Settings) {
		class = value.String(plan.Settings.Ingress.ClassName)
	}

	return class
}

// FitsIngress refuses an Ingress without a host, which would take what is sent to any, or
// with two classes.
func FitsIngress(app *webapp.App, settings *webapp.Settings) *field.Error {
	at, o := app.Composite.Path().Child("ingress", "host"), app.Option("ingress")
	hosts := IngressHosts(app, settings)
	own := o.Get("host") != nil || len(o.Get("hosts").GetListValue().GetValues()) > 0

	switch {
	case len(hosts) == 0:
		return field.Required(at, "say by which name it is reached, for example shop.example.com: the platform team has set none for all")
	case !own && !webapp.IsHostname(hosts[0].GetStringValue()):
		return unfit(at, settings.Ingress.Host, hosts[0])
	default:
		return requireOneClass(app, settings)
	}
}

// unfit is for a WebApp whose name, or that of its namespace, is too long for a host.
func unfit(at *field.Path, template webapp.Template, host *structpb.Value) *field.Error {
	return field.Invalid(at, value.Clip(host.GetStringValue(), value.MaxQuoted),
		fmt.Sprintf("the platform team's %s is too long here: a host has at most 253 characters, and 63 between two dots. Set a shorter one", template))
}

// classAnnotation names the controller in the way that was there before the field.
const classAnnotation = "kubernetes.io/ingress.class"

// hasClassAnnotation says whether a WebApp, or the platform team, names the controller by
// it.
func hasClassAnnotation(app *webapp.App, settings *webapp.Settings) bool {
	_, everywhere := settings.Annotations[classAnnotation]
	_, ofAll := settings.Ingress.Annotations[classAnnotation]

	return everywhere || ofAll || app.Option("ingress").Object("annotations").Get(classAnnotation) != nil
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

// ingressURL is where an Ingress lets traffic in, or "" if that is no one host.
func ingressURL(plan *webapp.Plan) string {
	o := plan.App.Option("ingress")
	scheme := "http"

	if _, is := IngressTLS(plan); is {
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

	return firstURL(scheme, IngressHosts(plan.App, plan.Settings), "", path)
}
