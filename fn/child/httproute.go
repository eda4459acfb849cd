package child

import (
	"slices"

	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/util/validation/field"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

func checkRoute(spec value.Reader) {
	if spec.Get("ingress") != nil {
		spec.Forbidden("httpRoute", "set ingress or httpRoute, not both")
	}

	in, ok := value.Native[v1.HTTPRoute](spec, "httpRoute")
	if !ok {
		return
	}

	written := spec.Object("httpRoute")

	for i, host := range in.Hostnames {
		webapp.CheckHost(written.Items("hostnames")[i], "", host)
	}

	checkParents(written, in.ParentRefs)

	path := written.Object("path")
	path.OneOf("type", "Exact", "PathPrefix")

	if path.Get("value") != nil {
		webapp.CheckPath(path, "value", in.Path.Value)
	}
}

func checkParents(in value.Reader, parents []v1.ParentReference) {
	for i, p := range parents {
		if p.Name == "" {
			in.Items("parentRefs")[i].Required("name", "say which Gateway sends the traffic")
		}
	}
}

func readDefaultRoute(in value.Reader, into *webapp.Defaults) {
	route := in.Object("httpRoute")
	route.Only("parentRefs")

	parents, _ := value.Native[[]v1.ParentReference](route, "parentRefs")
	checkParents(route, parents)

	if written := route.Get("parentRefs"); written != nil {
		into.ParentRefs = written
	}
}

// parentRefs are the Gateways of a WebApp, or nil if nobody has named any.
func parentRefs(app *webapp.App, settings *webapp.Settings) *structpb.Value {
	parents := value.Or(app.Option("httpRoute").Get("parentRefs"), settings.ParentRefs)
	if len(parents.GetListValue().GetValues()) == 0 {
		return nil
	}

	return parents
}

// RequireParents refuses a route that leads to no Gateway: nobody would find out.
func RequireParents(app *webapp.App, settings *webapp.Settings, chosen []*Child) *field.Error {
	routed := slices.ContainsFunc(chosen, func(c *Child) bool { return c.Key == KeyRoute })
	if !routed || parentRefs(app, settings) != nil {
		return nil
	}

	return field.Required(field.NewPath("spec", "httpRoute", "parentRefs"), "say which Gateway sends the traffic: the platform team has set none for all")
}

// buildRoute is ready when it exists, for the same reason as an Ingress: what its status
// says is about Gateways, each in its own way.
func buildRoute(plan *webapp.Plan, _ *structpb.Struct) value.Fields {
	o := plan.App.Option("httpRoute")

	var matches *structpb.Value
	if path := o.Get("path"); path != nil {
		matches = value.List(value.Object(value.Fields{"path": path}))
	}

	return value.Fields{
		"spec": value.Object(value.Fields{
			"parentRefs": parentRefs(plan.App, plan.Settings),
			"hostnames":  o.Get("hostnames"),
			"rules": value.List(value.Object(value.Fields{
				"matches":     matches,
				"backendRefs": value.List(value.Object(value.Fields{"name": value.String(plan.App.Name), "port": value.Int(servicePort(plan.App))})),
			})),
		}),
	}
}

// routeURL is where the first host of an HTTPRoute is reached, or "" if it has
// none. Which protocols a Gateway listens for is not ours to see. It is https where
// a parentRef says so by the usual port or name, and else http, from where Gateways
// with https lead on to it.
func routeURL(plan *webapp.Plan) string {
	o := plan.App.Option("httpRoute")
	scheme := "http"

	for _, p := range parentRefs(plan.App, plan.Settings).GetListValue().GetValues() {
		if value.Number(p, "port") == 443 || value.Text(p, "sectionName") == "https" {
			scheme = "https"
		}
	}

	for _, host := range o.Get("hostnames").GetListValue().GetValues() {
		if u := outsideURL(scheme, host.GetStringValue(), value.Text(o.Get("path"), "value")); u != "" {
			return u
		}
	}

	return ""
}
