package child

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/webapp-operator/function-webapp/fn/owner"
	"github.com/webapp-operator/function-webapp/fn/placement"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// Compose builds children, by key. What others have set and is in their way is cleared.
func Compose(plan *webapp.Plan, chosen []*Child, observed map[string]*fnv1.Resource) map[string]*structpb.Struct {
	out := make(map[string]*structpb.Struct, len(chosen))
	namespace := value.String(plan.App.Namespace)
	labels := value.WithStrings(plan.Labels, plan.Settings.Labels)

	for _, c := range chosen {
		object := c.build(plan, observed[c.Key].GetResource())
		object["spec"] = owner.Clear(c.Kind, observed[c.Key].GetResource(), object["spec"])
		object["apiVersion"] = c.apiVersion
		object["kind"] = c.kind
		object["metadata"] = value.Object(value.Fields{
			"name":        value.String(c.Name(plan.App)),
			"namespace":   namespace,
			"labels":      labels,
			"annotations": annotations(plan.Settings, plan.App.Options[c.Option.Name], object["metadata"]),
		})

		out[c.Key] = value.Object(object).GetStructValue()
	}

	if from := origins(plan); from != "" {
		metadata := out[KeyDeployment].GetFields()["metadata"].GetStructValue().GetFields()
		metadata["annotations"] = value.With(metadata["annotations"], value.Fields{webapp.DefaultsAnnotation: value.String(from)})
	}

	return out
}

// Stuck says in words what others have set of children that is in their way and cannot be
// cleared, and what to do; or nothing.
func Stuck(app *webapp.App, chosen []*Child, observed map[string]*fnv1.Resource, built map[string]*structpb.Struct) string {
	var all []string

	for _, c := range chosen {
		s, found := owner.FindStuck(c.Kind, observed[c.Key].GetResource(), built[c.Key])
		if !found {
			continue
		}

		advice, command := "Take it out with", "edit %s %s"
		if s.Fixed {
			// kubectl waits until nothing has the name, and may see no more than what was
			// made again.
			advice, command = "Delete it, and it is made again", "delete %s %s --wait=false"
		}

		all = append(all, fmt.Sprintf("%s %s %s: %s (set by %s). %s: kubectl -n %s "+command,
			c.Kind, c.Name(app), s.What, s.Path, cmp.Or(s.Manager, "somebody"), advice, app.Namespace, strings.ToLower(c.Kind), c.Name(app)))
	}

	return strings.Join(all, ". ")
}

// annotations are the platform team's, over them those that a WebApp's option says go
// on its object, and over them ours.
func annotations(settings *webapp.Settings, option, ours *structpb.Value) *structpb.Value {
	all := value.Strings(settings.Annotations)

	for _, more := range [...]*structpb.Value{value.Dig(option, "annotations"), value.Dig(ours, "annotations")} {
		switch {
		case len(more.GetStructValue().GetFields()) == 0:
		case all == nil:
			all = more
		default:
			all = value.With(all, more.GetStructValue().GetFields())
		}
	}

	return all
}

// origins says in words which defaults a WebApp has, and where from. It is empty if
// nobody wants to know.
func origins(plan *webapp.Plan) string {
	if !plan.Settings.Traced {
		return ""
	}

	text, from := "", ""

	for _, o := range plan.Settings.Origins {
		if !applies(o, plan) {
			continue
		}

		switch {
		case text == "":
		case from != o.From:
			text += " from " + from + "; "
		default:
			text += ", "
		}

		text += strings.Join(o.Path, ".")
		from = o.From
	}

	if text == "" {
		return ""
	}

	return text + " from " + from
}

// applies says whether a WebApp has a default: it does not say so itself, and has
// what the default is about.
func applies(o webapp.Origin, plan *webapp.Plan) bool {
	option, adds := plan.App.Options[o.Path[0]], o.Path[0] == placement.Tolerations || o.Path[0] == policyOption
	if !adds && (value.Dig(option, o.Path[1:]...) != nil || len(value.Dig(option, several[strings.Join(o.Path, ".")]).GetListValue().GetValues()) > 0) {
		return false
	}

	return !slices.ContainsFunc(All, func(c *Child) bool {
		return c.Option.Name == o.Path[0] && !c.Wanted(plan.App, plan.Settings, plan.Autoscaled)
	})
}

// several are the fields by which a WebApp says more than one of what a default is one of.
var several = map[string]string{"ingress.host": "hosts", "httpRoute.hostname": "hostnames"}
