package exposure

import (
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/util/validation/field"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/network"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// CheckRoute checks httpRoute.
func CheckRoute(spec value.Reader) {
	if spec.Get("ingress") != nil {
		spec.Forbidden("httpRoute", "set ingress or httpRoute, not both")
	}

	in, ok := value.Native[v1.HTTPRoute](spec, "httpRoute")
	if !ok {
		return
	}

	written := spec.Object("httpRoute")

	if written.TooMany("hostnames", len(in.Hostnames), v1.MaxHostnames) {
		return
	}

	for i, host := range in.Hostnames {
		webapp.CheckHost(written.Items("hostnames")[i], "", host)
	}

	network.CheckParents(written, in.ParentRefs)

	path := written.Object("path")
	path.OneOf("type", exactPath, "PathPrefix")

	if path.Get("value") != nil {
		webapp.CheckPath(path, "value", in.Path.Value, "")
	}
}

// ReadDefaultRoute reads what the platform team says of HTTPRoutes.
func ReadDefaultRoute(in value.Reader, into *webapp.Defaults) {
	route := in.Object("httpRoute")
	route.Only("parentRefs", "always", "hostname")

	parents, _ := value.Native[[]v1.ParentReference](route, "parentRefs")
	network.CheckParents(route, parents)

	if written := route.Get("parentRefs"); written != nil {
		into.Route.ParentRefs = written
	}

	if host, ok := route.Text("hostname"); ok {
		into.Route.Host = webapp.Template(host)
		into.Route.Host.CheckHost(route, "hostname")
	}

	if always, ok := value.Native[bool](route, "always"); ok {
		into.Route.Always = always
	}

	if !into.Route.Always {
		return
	}

	if len(into.Route.ParentRefs.GetListValue().GetValues()) == 0 {
		route.Required("parentRefs", "say which Gateway sends the traffic: all WebApps have an HTTPRoute")
	}

	if into.Route.Host == "" {
		route.Required("hostname", "say by which name each WebApp is reached, such as {name}.{namespace}.apps.acme.com: they all have an HTTPRoute")
	}

	if into.Ingress.Always {
		route.Forbidden("always", "set it of ingress or of httpRoute, not of both")
	}
}

// WantsRoute says whether a WebApp has an HTTPRoute: it asks for one, or all have one that
// say no other way in. One that is disabled is none.
func WantsRoute(app *webapp.App, settings *webapp.Settings, _ bool) bool {
	return asks(app, "httpRoute") || settings.Route.Always && app.Options["httpRoute"] == nil && !asks(app, "ingress")
}

// Hostnames are the hosts of a WebApp's route, or nil for all of its Gateway.
func Hostnames(app *webapp.App, settings *webapp.Settings) *structpb.Value {
	hosts := app.Option("httpRoute").Get("hostnames")
	if len(hosts.GetListValue().GetValues()) == 0 && settings.Route.Host != "" {
		hosts = value.List(value.String(settings.Route.Host.For(app)))
	}

	return hosts
}

// ParentRefs are the Gateways of a WebApp, or nil if nobody has named any.
func ParentRefs(app *webapp.App, settings *webapp.Settings) *structpb.Value {
	parents := value.Or(app.Option("httpRoute").Get("parentRefs"), settings.Route.ParentRefs)
	if len(parents.GetListValue().GetValues()) == 0 {
		return nil
	}

	return parents
}

// FitsRoute refuses a route that leads to no Gateway, of which nobody would find out, or
// whose host is none.
func FitsRoute(app *webapp.App, settings *webapp.Settings) *field.Error {
	at := app.Composite.Path().Child("httpRoute")
	if ParentRefs(app, settings) == nil {
		return field.Required(at.Child("parentRefs"), "say which Gateway sends the traffic: the platform team has set none for all")
	}

	own := app.Option("httpRoute").Get("hostnames").GetListValue().GetValues()
	if host := value.String(settings.Route.Host.For(app)); len(own) == 0 && settings.Route.Host != "" && !webapp.IsHostname(host.GetStringValue()) {
		return unfit(at.Child("hostnames"), settings.Route.Host, host)
	}

	return nil
}

// routeURL is where the first host of an HTTPRoute is reached, or "" if it has
// none. Which protocols a Gateway listens for is not ours to see. It is https where
// a parentRef says so by the usual port or name, and else http, from where Gateways
// with https lead on to it.
func routeURL(plan *webapp.Plan) string {
	o := plan.App.Option("httpRoute")
	scheme, port := listener(ParentRefs(plan.App, plan.Settings).GetListValue().GetValues())

	path := value.Text(o.Get("path"), "value")
	if value.Text(o.Get("path"), "type") != exactPath {
		path = withoutSlash(path)
	}

	return firstURL(scheme, Hostnames(plan.App, plan.Settings).GetListValue().GetValues(), port, path)
}

// listener is the scheme, and the port if it is not the scheme's own, of the first
// parentRef that says https, or else of the first.
func listener(parents []*structpb.Value) (scheme, port string) {
	i := max(0, slices.IndexFunc(parents, saysHTTPS))
	if len(parents) == 0 {
		return "http", ""
	}

	scheme, usual := "http", int64(80)
	if saysHTTPS(parents[i]) {
		scheme, usual = "https", 443
	}

	if n := value.Number(parents[i], "port"); n != 0 && n != usual {
		port = ":" + strconv.FormatInt(n, 10)
	}

	return scheme, port
}

// saysHTTPS says whether a parentRef is to a listener for https, by its port or what
// such listeners are usually called.
func saysHTTPS(parent *structpb.Value) bool {
	port, section := value.Number(parent, "port"), value.Text(parent, "sectionName")

	return port == 443 || port == 8443 || strings.Contains(section, "https") || section == "websecure" || section == "tls"
}

const exactPath = "Exact"
