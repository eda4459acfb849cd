package platform

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/webapp-operator/function-webapp/fn/placement"
	"github.com/webapp-operator/function-webapp/fn/value"
)

// A placementPolicy is which priorities and which nodes WebApps may ask for. What the
// platform team itself sets for all is right.
type placementPolicy struct {
	// classes are the names of PriorityClasses, and taints are keys. Nil is any, and
	// none is none.
	classes, taints []string

	ofPlatform map[string]*structpb.Value
}

func readPriorityClassNames(in value.Reader, into *Policy) {
	into.placement.classes = readNames(in, "priorityClassNames", validation.IsDNS1123Subdomain)
}

func readTolerations(in value.Reader, into *Policy) {
	into.placement.taints = readNames(in, placement.Tolerations, validation.IsQualifiedName)
}

// readNames reads a list of names. It is nil if it is absent only.
func readNames(in value.Reader, name string, check func(string) []string) []string {
	names, ok := value.Native[[]string](in, name)
	if !ok {
		return nil
	}

	for i, n := range names {
		for _, problem := range check(n) {
			in.Items(name)[i].Invalid("", n, problem)
		}
	}

	return names
}

// check holds the pods to it, defaults of the namespace and all.
func (p *placementPolicy) check(spec value.Reader, pods *structpb.Value) {
	class := value.Text(pods, placement.PriorityClassName)
	if p.classes != nil && class != "" && class != p.ofPlatform[placement.PriorityClassName].GetStringValue() && !slices.Contains(p.classes, class) {
		spec.Forbidden(placement.PriorityClassName, demand("priorityClassNames", "allows %s", orNothing(p.classes)))
	}

	if p.taints == nil {
		return
	}

	// Theirs come first.
	all := value.Dig(pods, placement.Tolerations).GetListValue().GetValues()
	theirs := len(p.ofPlatform[placement.Tolerations].GetListValue().GetValues())

	for _, t := range all[min(theirs, len(all)):] {
		if key := value.Text(t, "key"); !slices.Contains(p.taints, key) {
			spec.Forbidden(placement.Tolerations, demand("tolerations", "allows %s, and not %q", orNothing(p.taints), key))
		}
	}
}

func orNothing(names []string) string {
	if len(names) == 0 {
		return "none"
	}

	return value.Clip(strings.Join(names, ", "), value.MaxMessage/3)
}
