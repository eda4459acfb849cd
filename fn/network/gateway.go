package network

import (
	"regexp"
	"slices"

	"k8s.io/utils/ptr"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
)

// parentFields are those of a parentRef that have a pattern of names. A Gateway's
// definition has the same.
var parentFields = []struct {
	name    string
	pattern *regexp.Regexp
	most    int
}{
	{"group", regexp.MustCompile(v1.GroupPattern), v1.MaxSubdomainLength},
	{"kind", regexp.MustCompile(v1.KindPattern), v1.MaxNameLength},
	{"namespace", regexp.MustCompile(v1.LabelPattern), v1.MaxNameLength},
	{"sectionName", regexp.MustCompile(v1.SubdomainPattern), v1.MaxSubdomainLength},
}

// CheckParents checks the Gateways that parentRefs name.
func CheckParents(in value.Reader, parents []v1.ParentReference) {
	if in.TooMany("parentRefs", len(parents), v1.MaxParentRefs) {
		return
	}

	seen := map[[4]string][]string{}

	items := in.Items("parentRefs")

	for i, p := range parents {
		at := items[i]

		if p.Name == "" {
			at.Required("name", "say which Gateway sends the traffic")
		}

		for _, f := range parentFields {
			if text, ok := at.Text(f.name); ok && (len(text) > f.most || !f.pattern.MatchString(text)) {
				at.Invalid(f.name, text, "must be what Kubernetes takes for a "+f.name+": letters, digits and dashes, starting and ending with a letter or digit")
			}
		}

		at.Integer("port", v1.MinPort, v1.MaxPort)

		section, _ := at.Text("sectionName")
		gateway := gatewayOf(p)

		// The Gateway API takes several listeners of a Gateway if all of them are named.
		if others, again := seen[gateway]; again && (section == "" || slices.Contains(others, "") || slices.Contains(others, section)) {
			at.Invalid("sectionName", section, "must name another listener than each other parentRef to the same Gateway, which must name one, too")
		}

		seen[gateway] = append(seen[gateway], section)
	}
}

// gatewayOf is which object a parentRef refers to, with the Gateway API's defaults.
func gatewayOf(p v1.ParentReference) [4]string {
	return [4]string{ptr.Deref(p.Group, "gateway.networking.k8s.io"), ptr.Deref(p.Kind, "Gateway"), ptr.Deref(p.Namespace, ""), p.Name}
}
