package network

import (
	"slices"

	"google.golang.org/protobuf/types/known/structpb"
	corev1 "k8s.io/api/core/v1"

	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// Rules are all rules for one direction, as Kubernetes has them, or nil if nobody has any.
// What is empty in a rule is left out, as Kubernetes stores it: it would take it for a change
// each time that it is sent.
// Peers is what those are called whom a rule of that direction is for.
func Rules(peers string, written ...*structpb.Value) *structpb.Value {
	var (
		all  []*structpb.Value
		none *structpb.Value
	)

	for _, rules := range written {
		none = value.Or(rules, none)

		for _, rule := range rules.GetListValue().GetValues() {
			all = append(all, asStored(resolve(rule, peers)))
		}
	}

	// An empty list lets nobody.
	if len(all) == 0 {
		return none
	}

	return value.List(all...)
}

// resolve is a rule in which other WebApps are the pods that they have.
func resolve(rule *structpb.Value, peers string) *structpb.Value {
	written := value.Dig(rule, peers).GetListValue().GetValues()
	if !slices.ContainsFunc(written, isWebApp) {
		return rule
	}

	resolved := make([]*structpb.Value, 0, len(written))

	for _, p := range written {
		if isWebApp(p) {
			p = podsOf(value.Dig(p, "webApp"))
		}

		resolved = append(resolved, p)
	}

	return value.With(rule, value.Fields{peers: value.List(resolved...)})
}

// asStored is an object or a list without fields that are empty, but for selectors, which
// select everything then.
func asStored(v *structpb.Value) *structpb.Value {
	switch kind := v.GetKind().(type) {
	case *structpb.Value_ListValue:
		items := make([]*structpb.Value, 0, len(kind.ListValue.GetValues()))
		for _, item := range kind.ListValue.GetValues() {
			items = append(items, asStored(item))
		}

		return value.List(items...)
	case *structpb.Value_StructValue:
		fields := make(value.Fields, len(kind.StructValue.GetFields()))

		for name, field := range kind.StructValue.GetFields() {
			if name != "matchLabels" || len(field.GetStructValue().GetFields()) > 0 {
				fields[name] = asStored(field)
			}
		}

		return value.Object(fields)
	default:
		return v
	}
}

func isWebApp(peer *structpb.Value) bool { return value.Dig(peer, "webApp") != nil }

// podsOf selects the pods of a WebApp.
func podsOf(other *structpb.Value) *structpb.Value {
	selects := value.Fields{"podSelector": value.Object(value.Fields{"matchLabels": webapp.Selector(value.Text(other, "name"))})}

	if namespace := value.Dig(other, "namespace"); namespace != nil {
		selects["namespaceSelector"] = value.Object(value.Fields{"matchLabels": value.Object(value.Fields{corev1.LabelMetadataName: namespace})})
	}

	return value.Object(selects)
}
