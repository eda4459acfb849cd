package rollout

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/webapp-operator/function-webapp/fn/owner"
	"github.com/webapp-operator/function-webapp/fn/value"
)

// withOthers adds what others have set of the Deployment, which may be why the WebApp is
// not as it should be, or why its Deployment cannot be written.
//
// A Deployment that is deleted without its pods is made again as the WebApp says, and
// takes them over: its ReplicaSets have the labels that it selects.
func (s situation) withOthers(v Verdict) Verdict {
	if len(s.others) == 0 {
		return v
	}

	v.Message = value.Clip(fmt.Sprintf("%[1]s The Deployment has more than the %[2]s says, which may keep it from being updated: %[3]s. Say it in the %[2]s, or have the Deployment made again without stopping its pods: kubectl -n %[4]s delete deployment %[5]s --cascade=orphan --wait=false",
		value.Clip(v.Message, value.MaxMessage/2), s.plan.App.Composite.Kind, value.Clip(whose(s.others), value.MaxMessage/4), s.plan.App.Namespace, s.plan.App.Name), value.MaxMessage)

	return v
}

// whose says who has set what.
func whose(fields []owner.Field) string {
	fields = slices.Clone(fields)
	slices.SortFunc(fields, func(a, b owner.Field) int {
		return cmp.Or(cmp.Compare(a.Manager, b.Manager), cmp.Compare(a.Path, b.Path))
	})

	text := strings.Builder{}

	for i, f := range fields {
		if i > 0 {
			text.WriteString(", ")
		}

		text.WriteString(f.Path)

		if i == len(fields)-1 || fields[i+1].Manager != f.Manager {
			text.WriteString(" (set by " + f.Manager + ")")
		}
	}

	return text.String()
}
