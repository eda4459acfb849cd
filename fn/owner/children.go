package owner

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/internal/wire"
)

// ChildReads is what is read here of a child that is not the Deployment: nothing of most.
var ChildReads = wire.Shared(composedManager, wire.Fields{
	"metadata": {"managedFields": wire.Later}, "spec": wire.Later,
	"immutable": nil, "binaryData": wire.Later,
})

// cleared is what goes of the spec of a child, by its kind, if somebody else has set it and
// it is not desired: Kubernetes does not take it beside what is, or it keeps the child from
// what the WebApp has it for. All other fields that others may set do neither, or cannot be
// cleared: see [FindStuck].
var cleared = map[string]wire.Fields{
	"Service": ofBalancer.And(wire.Fields{"loadBalancerSourceRanges": nil}),
	// A minimum that may be more than our maximum, and rules by which it may not scale.
	"HorizontalPodAutoscaler": {"minReplicas": nil, "behavior": {"scaleUp": scalingRules, "scaleDown": scalingRules}},
	// It takes one of the two.
	"PodDisruptionBudget": {"minAvailable": nil, "maxUnavailable": nil},
	// Without any, it is for all hosts of its Gateway.
	"HTTPRoute": {"hostnames": nil},
}

// ofBalancer is what goes of a Service that is a load balancer: speaking another protocol
// than the pods. Of what only a load balancer may have, Kubernetes drops all from one that is
// none any more, but for one field.
var ofBalancer = wire.Fields{"ports": {"appProtocol": nil}}

var scalingRules = wire.Fields{"stabilizationWindowSeconds": nil, "selectPolicy": nil, "policies": nil}

// Clear returns the spec that is desired of a child, of which the observed one may be nil,
// with null for what goes. It costs nothing where nobody else has set any of the spec.
func Clear(kind string, observed *structpb.Struct, spec *structpb.Value) *structpb.Value {
	if cleared[kind] == nil || !wire.MayHave(managedFields(observed), ofSpec, ofCrossplane) {
		return spec
	}

	l := look{drift: &Drift{}}
	fields, have := cleared[kind], wire.Open(observed.GetFields()["spec"])

	switch {
	case kind == "HTTPRoute":
		// Kinds of a CustomResourceDefinition take no null.
		l.nothing = structpb.NewListValue(&structpb.ListValue{})
	case value.Text(spec, "type") == "LoadBalancer":
		fields = ofBalancer
	}

	for _, entry := range others(observed) {
		spec = l.object(value.Dig(entry, "fieldsV1", "f:spec"), spec, have, fields, "")
	}

	if kind == "Service" {
		return withPorts(spec, value.Dig(have, "ports"), others(observed))
	}

	return spec
}

// withPorts adds ports to a Service that others have made, and that Kubernetes does not take
// beside ours.
//
// A port is known by its number: one whose number somebody has changed is theirs, and nobody
// else can remove it. But it has the name that ours has, or none, which is refused. So it
// gets another, for as long as it is there.
func withPorts(spec, observed *structpb.Value, others []*structpb.Value) *structpb.Value {
	ports := slices.Clone(value.Dig(spec, "ports").GetListValue().GetValues())
	ours := len(ports)

	for _, entry := range others {
		for _, item := range wire.AppendSorted(nil, value.Dig(entry, "fieldsV1", "f:spec", "f:ports").GetStructValue()) {
			k, ok := keyOf(item.Name)
			i := k.find(observed)

			// An item of ours goes with all that is in it.
			if !ok || i < 0 || k.find(value.List(ports...)) >= 0 || value.Dig(item.Value, ".") == nil {
				continue
			}

			named := value.Text(observed.GetListValue().GetValues()[i], "name")

			for _, our := range ports[:ours] {
				name := value.Text(our, "name")
				other := fmt.Sprintf("%s-%v", name, k["port"])

				if named == "" || named == name || named == other {
					port := k.fields()
					port["name"] = value.String(other)
					ports = append(ports, value.Object(port))

					break
				}
			}
		}
	}

	if len(ports) == ours {
		return spec
	}

	return with(spec, "ports", value.List(ports...))
}

// A Stuck is what somebody else has set of a child, that is in its way, and that only a
// person can undo.
type Stuck struct {
	// What is wrong with the child, in words that begin after its name.
	What string

	Field

	// Fixed says that nobody can take it out of the child, which must be made again.
	Fixed bool
}

// FindStuck finds what is in the way of a child, of which the observed one may be nil. It
// costs nothing where nobody else has set such a field.
func FindStuck(kind string, observed, desired *structpb.Struct) (Stuck, bool) {
	switch kind {
	case "Service":
		return stuckService(observed, desired.GetFields()["spec"])
	case "ConfigMap":
		return stuckData(observed, desired.GetFields()["data"])
	case "ServiceMonitor":
		return stuckMonitor(observed, value.Text(desired.GetFields()["metadata"], "namespace"))
	default:
		return Stuck{}, false
	}
}

// rangesAnnotation is of the time before loadBalancerSourceRanges.
const rangesAnnotation = "service.beta.kubernetes.io/load-balancer-source-ranges"

// stuckService finds a port that has got another name, what is refused of a Service that is
// no load balancer, and that there is no address, without which a port is the pods' own.
func stuckService(observed *structpb.Struct, desired *structpb.Value) (Stuck, bool) {
	ports := value.Dig(desired, "ports").GetListValue().GetValues()

	// One that only got another name leads nowhere that we have said.
	if i := slices.IndexFunc(ports, func(p *structpb.Value) bool { return value.Dig(p, "targetPort") == nil }); i >= 0 {
		n, protocol := value.Number(ports[i], "port"), value.Text(ports[i], "protocol")
		by := setBy(observed, ofSpec, "f:spec", "f:ports", fmt.Sprintf(`k:{"port":%d,"protocol":%q}`, n, protocol))

		return Stuck{What: "has a port too many", Field: Field{fmt.Sprintf("ports[%d/%s]", n, protocol), by}}, true
	}

	if by := setBy(observed, ofRanges, "f:metadata", "f:annotations", "f:"+rangesAnnotation); by != "" && value.Text(desired, "type") != "LoadBalancer" {
		return Stuck{What: cannotFollow, Field: Field{"annotation " + rangesAnnotation, by}}, true
	}

	if by := setBy(observed, ofAddress, "f:spec", "f:clusterIP"); by != "" && value.Text(wire.Open(observed.GetFields()["spec"]), "clusterIP") == "None" {
		return Stuck{What: "has no address, so that its port leads nowhere", Field: Field{"clusterIP None", by}, Fixed: true}, true
	}

	return Stuck{}, false
}

const cannotFollow = "cannot be changed"

// stuckData finds what keeps a ConfigMap from being written, for good.
func stuckData(observed *structpb.Struct, data *structpb.Value) (Stuck, bool) {
	if observed.GetFields()["immutable"].GetBoolValue() {
		return Stuck{What: cannotFollow, Field: Field{"immutable", setBy(observed, []byte("f:immutable"), "f:immutable")}, Fixed: true}, true
	}

	// A key is in one of the two.
	for _, entry := range wire.AppendSorted(nil, wire.Open(observed.GetFields()["binaryData"]).GetStructValue()) {
		if value.Dig(data, entry.Name) != nil {
			return Stuck{What: cannotFollow, Field: Field{"binaryData." + entry.Name, setBy(observed, []byte("f:binaryData"), "f:binaryData", "f:"+entry.Name)}, Fixed: true}, true
		}
	}

	return Stuck{}, false
}

// stuckMonitor finds that a monitor looks in other namespaces than its own. What is in an
// object of a CustomResourceDefinition cannot be cleared: without it, the object would be null,
// which is refused.
func stuckMonitor(observed *structpb.Struct, namespace string) (Stuck, bool) {
	by := setBy(observed, ofNames, "f:spec", "f:namespaceSelector", "f:matchNames")
	if by == "" {
		return Stuck{}, false
	}

	names := value.Dig(wire.Open(observed.GetFields()["spec"]), "namespaceSelector", "matchNames").GetListValue().GetValues()
	if slices.ContainsFunc(names, func(name *structpb.Value) bool { return name.GetStringValue() == namespace }) {
		return Stuck{}, false
	}

	return Stuck{What: "looks in other namespaces than its own", Field: Field{"namespaceSelector.matchNames", by}}, true
}

// What entries of managedFields have in them, of all kinds and of one.
var (
	ofSpec    = []byte("f:spec")
	ofRanges  = []byte("f:" + rangesAnnotation)
	ofAddress = []byte("f:clusterIP")
	ofNames   = []byte("f:matchNames")
)

// setBy returns who but Crossplane has set a field of an object, by its path in managedFields
// and a text that such an entry has in it, or "" if nobody is known to have.
func setBy(observed *structpb.Struct, text []byte, path ...string) string {
	if !wire.MayHave(managedFields(observed), text, ofCrossplane) {
		return ""
	}

	for _, entry := range others(observed) {
		if value.Dig(value.Dig(entry, "fieldsV1"), path...) != nil {
			return calledBy(entry)
		}
	}

	return ""
}
