package exposure

import (
	"cmp"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
	"github.com/webapp-operator/function-webapp/internal/wire"
)

// A Way is one by which a WebApp is reached from outside the cluster, as its object says.
// Nothing else is asked.
type Way struct {
	// Reason is why it leads nowhere yet, or [v1.ReasonReachable], and Message says the
	// same in a sentence.
	Reason  v1.Reason
	Message string

	// URL is where it leads in, or "" if that is not one address.
	URL string

	// Object is what says so, or nil while it does not exist.
	Object *structpb.Struct
}

// IsOpen says whether it leads in.
func (w Way) IsOpen() bool { return w.Reason == v1.ReasonReachable }

// URL is where a WebApp is reached: from outside, by the first way that leads in to one
// address, and else inside the cluster.
func URL(app *webapp.App, ways []Way) string {
	for _, w := range ways {
		if w.IsOpen() && w.URL != "" {
			return w.URL
		}
	}

	return ServiceURL(app)
}

// Judge says whether a WebApp is reached by all of its ways: the reason, and in words. There
// is no reason if it has none. But what Crossplane was told once of a composite it never
// forgets, so that a WebApp that had one says so.
func Judge(ways []Way, composite *structpb.Struct) (v1.Reason, string) {
	if len(ways) == 0 {
		if value.Condition(composite.GetFields()["status"], v1.ConditionReachable) == nil {
			return "", ""
		}

		return v1.ReasonInsideOnly, "Nothing has it reached from outside: it is reached inside the cluster."
	}

	reason := v1.ReasonReachable

	var open, closed []string

	for _, w := range ways {
		switch {
		case w.IsOpen():
			open = append(open, w.Message)
		default:
			closed = append(closed, w.Message)

			if reason == v1.ReasonReachable {
				reason = w.Reason
			}
		}
	}

	// What is closed ends with a command.
	if len(closed) > 0 {
		open = append(open, strings.Join(closed, "; "))
	}

	return reason, value.Clip(strings.Join(open, " "), value.MaxMessage)
}

// What is read of an object to see whether it leads in.
var (
	// BalancerReads is opened late: every Service has a status, and few are load balancers.
	BalancerReads = wire.Fields{"metadata": {"managedFields": wire.Later}, "status": wire.Later}

	// RouteReads is little of what a Gateway's controller writes.
	RouteReads = wire.Fields{"metadata": {"generation": nil}, "status": {"parents": {
		"parentRef":  {"group": nil, "kind": nil, "namespace": nil, "name": nil, "sectionName": nil, "port": nil},
		"conditions": {"type": nil, "status": nil, "reason": nil, "message": nil, "observedGeneration": nil},
	}}}
)

// address is what a load balancer is reached by, or "". Of several it is always the same,
// in whichever order they come.
func address(object *structpb.Struct) string {
	first := ""

	for _, one := range value.Dig(wire.Open(object.GetFields()["status"]), "loadBalancer", "ingress").GetListValue().GetValues() {
		if at := cmp.Or(value.Text(one, "hostname"), value.Text(one, "ip")); at != "" && (first == "" || at < first) {
			first = at
		}
	}

	return first
}

// IngressWay is that by an Ingress, which leads in when its controller has given it an
// address. The observed one may be nil.
func IngressWay(plan *webapp.Plan, observed *structpb.Struct) (Way, bool) {
	if at := address(observed); at != "" {
		return Way{Reason: v1.ReasonReachable, Message: fmt.Sprintf("The Ingress has the address %s.", at), URL: ingressURL(plan)}, true
	}

	return Way{
		Reason: v1.ReasonNoAddress,
		Message: fmt.Sprintf("The Ingress has no address: the controller of its class gives it one, if there is such a controller. See: kubectl -n %s describe ingress %s",
			plan.App.Namespace, plan.App.Name),
	}, true
}

// ServiceWay is that by a Service that is a load balancer; others lead in from nowhere. The
// observed one may be nil.
func ServiceWay(plan *webapp.Plan, observed *structpb.Struct) (Way, bool) {
	if ServiceType(plan) != loadBalancer {
		return Way{}, false
	}

	at := address(observed)
	if at == "" {
		return Way{
			Reason: v1.ReasonNoAddress,
			Message: fmt.Sprintf("The load balancer of the Service has no address: the cluster gives it one, if it can. See: kubectl -n %s describe service %s",
				plan.App.Namespace, plan.App.Name),
		}, true
	}

	scheme, port := serviceScheme(plan.App)
	host := at

	switch {
	case port != "":
		host = net.JoinHostPort(at, port)
	case strings.Contains(at, ":"):
		host = "[" + at + "]"
	}

	return Way{Reason: v1.ReasonReachable, Message: fmt.Sprintf("The load balancer of the Service has the address %s.", at), URL: scheme + "://" + host}, true
}

// RouteWay is that by an HTTPRoute, which leads in when each of its Gateways has accepted it
// and found what it refers to. The observed one may be nil.
func RouteWay(plan *webapp.Plan, observed *structpb.Struct) (Way, bool) {
	var names []string

	for _, ref := range ParentRefs(plan.App, plan.Settings).GetListValue().GetValues() {
		name := gatewayName(ref, plan.App.Namespace)
		if closed, is := closedBy(plan.App, observed, ref, name); is {
			return closed, true
		}

		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}

	return Way{Reason: v1.ReasonReachable, Message: fmt.Sprintf("The HTTPRoute is accepted by %s.", strings.Join(names, ", ")), URL: routeURL(plan)}, true
}

// maxWords is how much is repeated of what a Gateway says.
const maxWords = 300

// closedBy says why a Gateway does not let the route's traffic in, if it does not: in its
// own words. Several controllers may speak of one Gateway, of which one that lets in is
// enough; of others, the one is told that is nearest to it.
func closedBy(app *webapp.App, route *structpb.Struct, ref *structpb.Value, gateway string) (closed Way, is bool) {
	closed = Way{
		Reason: v1.ReasonNotAccepted,
		Message: fmt.Sprintf("%s says nothing of the HTTPRoute: it may not exist, or nobody serves it. See: kubectl -n %s describe httproute %s",
			gateway, app.Namespace, app.Name),
	}

	nearest, generation := 0, value.Number(route.GetFields()["metadata"], "generation")

	for _, parent := range value.Dig(route.GetFields()["status"], "parents").GetListValue().GetValues() {
		if !isSame(ref, value.Dig(parent, "parentRef"), app.Namespace) {
			continue
		}

		way, near := wayOf(parent, gateway, generation)
		if way.IsOpen() {
			return Way{}, false
		}

		if near > nearest {
			closed, nearest = way, near
		}
	}

	return closed, true
}

// wayOf is what one controller says of a Gateway and a route, and how near it is to letting
// in.
func wayOf(parent *structpb.Value, gateway string, generation int64) (way Way, near int) {
	accepted, resolved := condition(parent, "Accepted", generation), condition(parent, "ResolvedRefs", generation)

	switch {
	case value.Text(accepted, "status") == string(metav1.ConditionFalse):
		return Way{Reason: v1.ReasonNotAccepted, Message: inItsWords(gateway+" does not accept the HTTPRoute", accepted)}, 1
	case value.Text(accepted, "status") != string(metav1.ConditionTrue):
		return Way{Reason: v1.ReasonNotAccepted, Message: gateway + " has not yet said whether it accepts the HTTPRoute as it is now."}, 2
	case value.Text(resolved, "status") == string(metav1.ConditionFalse):
		return Way{Reason: v1.ReasonRefsNotResolved, Message: inItsWords(gateway+" does not find what the HTTPRoute refers to", resolved)}, 3
	default:
		return Way{Reason: v1.ReasonReachable}, 4
	}
}

func inItsWords(what string, condition *structpb.Value) string {
	words := value.Text(condition, "reason")
	if message := strings.TrimSuffix(strings.TrimSpace(value.Text(condition, "message")), "."); message != "" {
		words += ": " + message
	}

	return fmt.Sprintf("%s (%s).", what, value.Clip(words, maxWords))
}

// condition returns what is said of a route as it is now, or nil. Who does not say of which
// route it speaks, is taken to speak of this one.
func condition(parent *structpb.Value, kind string, generation int64) *structpb.Value {
	c := value.Condition(parent, kind)
	if of := value.Number(c, "observedGeneration"); of != 0 && of < generation {
		return nil
	}

	return c
}

// parentDefaults are what a parentRef means that does not say, but for its namespace: see
// ParentReference of sigs.k8s.io/gateway-api/apis/v1.
var parentDefaults = map[string]string{"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "", "sectionName": ""}

// isSame says whether two parentRefs of a route in a namespace are the same.
func isSame(a, b *structpb.Value, namespace string) bool {
	for name, otherwise := range parentDefaults {
		if textOr(a, name, otherwise) != textOr(b, name, otherwise) {
			return false
		}
	}

	return textOr(a, "namespace", namespace) == textOr(b, "namespace", namespace) && value.Number(a, "port") == value.Number(b, "port")
}

func textOr(ref *structpb.Value, name, otherwise string) string {
	if v := value.Dig(ref, name); value.IsSet(v) {
		return v.GetStringValue()
	}

	return otherwise
}

// gatewayName is what a parentRef of a route refers to, in words.
func gatewayName(ref *structpb.Value, namespace string) string {
	name := textOr(ref, "kind", "Gateway") + " " + textOr(ref, "namespace", namespace) + "/" + value.Text(ref, "name")

	if section := value.Text(ref, "sectionName"); section != "" {
		name += " (" + section + ")"
	} else if port := value.Number(ref, "port"); port != 0 {
		name += " (port " + strconv.FormatInt(port, 10) + ")"
	}

	return name
}
