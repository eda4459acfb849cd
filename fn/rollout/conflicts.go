package rollout

import (
	"fmt"
	"slices"
	"strings"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/child"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// JudgeConflicts says what is in the way of a WebApp, of which something may not be taken
// over, whether it has consented to that, and what to do.
func JudgeConflicts(app *webapp.App, conflicts []child.Conflict) Verdict {
	stay := slices.DeleteFunc(slices.Clone(conflicts), func(c child.Conflict) bool { return c.Leaving || c.MayBeTaken() })
	if len(stay) == 0 {
		leaving := slices.DeleteFunc(slices.Clone(conflicts), func(c child.Conflict) bool { return !c.Leaving })
		owners := list(leaving, func(c child.Conflict) string { return called(c) + " (" + c.Owner + ")" })

		return pending(v1.ReasonTerminating, "Waiting until the old %s is deleted.", value.Clip(owners, value.MaxMessage/2))
	}

	todo := "It is left alone, and nothing new is created until the name is free: delete it, rename it, or give the " + app.Composite.Kind + " another name."
	for _, advice := range advices(app, stay) {
		todo = strings.TrimSuffix(todo, ".") + ". " + advice
	}

	// What to do counts more than what the last of many objects is.
	room := max(value.MaxMessage-len(todo)-len("There already is . "), value.MaxMessage/8)
	objects := list(conflicts, func(c child.Conflict) string { return called(c) + " (" + standing(c) + ")" })

	return failed(v1.ReasonNameConflict, "There already is %s. %s", value.Clip(objects, room), todo)
}

// standing says whether an object may be taken over, and if not, why.
func standing(c child.Conflict) string {
	switch {
	case c.Hindered.What == "" && c.Consents:
		return "it has consented"
	case c.Hindered.What == "":
		return c.Owner
	case c.Consents:
		return "it has consented, but " + c.Hindered.What
	default:
		return c.Hindered.What
	}
}

// advices are sentences about what else than deleting can be done about objects, each of them
// once. Some of them end with a command.
func advices(app *webapp.App, conflicts []child.Conflict) []string {
	var all, asked, tools []string

	for _, c := range conflicts {
		// A command must be whole: when these have consented, it is for the others.
		if !c.Consents && (c.Hindered.What == "" || c.Hindered.Passing) && len(strings.Join(asked, " ")) < value.MaxMessage/4 {
			asked = append(asked, strings.ToLower(c.Child.Kind)+"/"+c.Name)
		}

		switch {
		case c.Hindered.Advice == "":
		case !c.Hindered.Passing:
			all = append(all, c.Hindered.Advice)
		case !slices.Contains(tools, c.Hindered.Advice):
			tools = append(tools, c.Hindered.Advice)
		}
	}

	if len(asked) > 0 {
		// The last, so that nothing follows the name.
		all = append(all, fmt.Sprintf("To have it taken over instead: kubectl -n %s annotate %s %s=%s", app.Namespace, strings.Join(asked, " "), webapp.AdoptAnnotation, app.Name))
	}

	return append(tools, all...)
}

// Hold says of a WebApp that does not run what it takes over when it does. What is wrong with
// its pods comes first.
func Hold(v Verdict, app *webapp.App, held []child.Conflict) Verdict {
	if v.Reason == v1.ReasonRollingOut || v.Reason == v1.ReasonReplicasUnavailable {
		v.Reason = v1.ReasonTakingOver
	}

	remark := fmt.Sprintf("When it is Running, it takes over %s.", list(held, called))
	if _, remove := leftovers(app, held); remove != "" {
		remark += " After that, remove what served until then: " + remove
	}

	return v.With(remark)
}

// TellTaken returns an event for what is taken over, or nothing.
func TellTaken(app *webapp.App, taken []child.Conflict) []*fnv1.Result {
	if len(taken) == 0 {
		return nil
	}

	message := fmt.Sprintf("Taking over %s.", value.Clip(list(taken, called), value.MaxMessage/2))
	if service, remove := leftovers(app, taken); remove != "" {
		message += fmt.Sprintf(" Remove what %s led to until now: %s", service, remove)
	}

	return []*fnv1.Result{normal(eventAdopted, "%s", value.Clip(message, value.MaxMessage))}
}

// leftovers returns the Service among objects that leads to pods of others, and the command
// that removes them; or nothing.
func leftovers(app *webapp.App, conflicts []child.Conflict) (service, remove string) {
	for _, c := range conflicts {
		if selector := c.LeadsTo(app); selector != "" {
			return called(c), fmt.Sprintf("kubectl -n %s delete replicaset -l '%s'", app.Namespace, selector)
		}
	}

	return "", ""
}

func called(c child.Conflict) string { return c.Child.Kind + " " + c.Name }

func list(conflicts []child.Conflict, say func(child.Conflict) string) string {
	said := make([]string, 0, len(conflicts))
	for _, c := range conflicts {
		said = append(said, say(c))
	}

	return strings.Join(said, ", ")
}
