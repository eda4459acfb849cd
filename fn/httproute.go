package fn

import (
	"slices"

	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/util/validation/field"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
)

// withRoute is for an HTTPRoute, where the Gateway API is installed. It is ready
// when it exists, for the same reason as an Ingress: what its status says is about
// Gateways, each in its own way.
var withRoute = optional{
	option:  option{name: "httpRoute", check: checkRoute},
	feature: "httpRoute",
	custom:  true,
	wanted:  func(app *webApp) bool { return app.options["httpRoute"] != nil },
}

func checkRoute(spec object) {
	if spec.get("ingress") != nil {
		*spec.errs = append(*spec.errs, field.Forbidden(spec.child("httpRoute"), "set ingress or httpRoute, not both"))
	}

	in, ok := native[v1.HTTPRoute](spec, "httpRoute")
	if !ok {
		return
	}

	written := spec.object("httpRoute")

	for i, host := range in.Hostnames {
		checkHost(written.child("hostnames").Index(i), host, spec.errs)
	}

	checkParents(written.child("parentRefs"), in.ParentRefs, spec.errs)

	path := written.object("path")
	path.oneOf("type", "Exact", "PathPrefix")

	if path.get("value") != nil {
		checkPath(path.child("value"), in.Path.Value, spec.errs)
	}
}

func checkParents(path *field.Path, parents []v1.ParentReference, errs *field.ErrorList) {
	for i, p := range parents {
		if p.Name == "" {
			*errs = append(*errs, field.Required(path.Index(i).Child("name"), "say which Gateway sends the traffic"))
		}
	}
}

func readDefaultRoute(in object, into *defaults) {
	route := in.object("httpRoute")
	route.only("parentRefs")

	parents, _ := native[[]v1.ParentReference](route, "parentRefs")
	checkParents(route.child("parentRefs"), parents, in.errs)

	if written := route.get("parentRefs"); written != nil {
		into.parentRefs = written
	}
}

// parentRefs are the Gateways of a WebApp, or nil if nobody has named any.
func parentRefs(app *webApp, set *settings) *structpb.Value {
	parents := or(app.option("httpRoute").get("parentRefs"), set.parentRefs)
	if len(parents.GetListValue().GetValues()) == 0 {
		return nil
	}

	return parents
}

// requireParents refuses a route that leads to no Gateway: nobody would find out.
func requireParents(app *webApp, set *settings, chosen []*child) *field.Error {
	routed := slices.ContainsFunc(chosen, func(c *child) bool { return c.key == keyRoute })
	if !routed || parentRefs(app, set) != nil {
		return nil
	}

	return field.Required(field.NewPath("spec", "httpRoute", "parentRefs"), "say which Gateway sends the traffic: the platform team has set none for all")
}

func route(app *webApp, set *settings, _ common) fields {
	o := app.option("httpRoute")

	var matches *structpb.Value
	if path := o.get("path"); path != nil {
		matches = list(obj(fields{"path": path}))
	}

	return fields{
		"spec": obj(fields{
			"parentRefs": parentRefs(app, set),
			"hostnames":  o.get("hostnames"),
			"rules": list(obj(fields{
				"matches":     matches,
				"backendRefs": list(obj(fields{"name": str(app.name), "port": num(servicePort(app))})),
			})),
		}),
	}
}

// routeURL is where the first host of an HTTPRoute is reached, or "" if it has
// none. Which protocols a Gateway listens for is not ours to see. It is https where
// a parentRef says so by the usual port or name, and else http, from where Gateways
// with https lead on to it.
func routeURL(app *webApp, set *settings) string {
	o := app.option("httpRoute")
	scheme := "http"

	for _, p := range parentRefs(app, set).GetListValue().GetValues() {
		if number(p, "port") == 443 || text(p, "sectionName") == "https" {
			scheme = "https"
		}
	}

	for _, host := range o.get("hostnames").GetListValue().GetValues() {
		if u := outsideURL(scheme, host.GetStringValue(), text(o.get("path"), "value")); u != "" {
			return u
		}
	}

	return ""
}
