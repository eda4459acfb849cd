package platform

import (
	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/webapp-operator/function-webapp/fn/placement"
	"github.com/webapp-operator/function-webapp/fn/value"
)

func readPriorityClassNames(in value.Reader, into *Policy) {
	into.priorities = readAllowance(in, "priorityClassNames", validation.IsDNS1123Subdomain)
}

func readTolerations(in value.Reader, into *Policy) {
	into.tolerations = readAllowance(in, placement.Tolerations, validation.IsQualifiedName)
}

// checkPlacement checks which nodes pods may run on, and which of them go first. What the
// platform team itself sets for all is right.
func (p *Policy) checkPlacement(spec value.Reader, pods *structpb.Value) {
	class := value.Text(pods, placement.PriorityClassName)
	if class != "" && class != p.byDefault[placement.PriorityClassName].GetStringValue() && !p.priorities.has(class) {
		spec.Forbidden(placement.PriorityClassName, demand("priorityClassNames", "allows %s", p.priorities))
	}

	// Theirs come first.
	all := value.Dig(pods, placement.Tolerations).GetListValue().GetValues()
	theirs := len(p.byDefault[placement.Tolerations].GetListValue().GetValues())

	for _, t := range all[min(theirs, len(all)):] {
		if key := value.Text(t, "key"); !p.tolerations.has(key) {
			spec.Forbidden(placement.Tolerations, demand("tolerations", "allows %s, and not %q", p.tolerations, key))
		}
	}
}
