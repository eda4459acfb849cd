package fn

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/internal/wire"
)

// A conflict is an object that has the name of a child and is not this WebApp's.
// Crossplane would take it over: server-side apply with force, and a controller
// reference if it has none.
type conflict struct {
	kind string
	name string

	// owner is who has it, in words.
	owner string

	// leaving means that it will be gone without anybody's help.
	leaving bool
}

// existingReads is what is read of an object that exists already.
var existingReads = wire.Fields{"metadata": {
	"deletionTimestamp": nil,
	"labels":            {managedByLabel: nil},
	"ownerReferences":   nil,
	"managedFields":     {"manager": nil},
}}

// requirement is the name by which we ask for what has a child's name.
func (c *child) requirement() string { return "existing-" + c.key }

// findConflicts finds objects that stand in the way of children that do not
// exist yet, and asks Crossplane for those it was not sent. A child that exists
// is this WebApp's, so that a steady state asks for nothing.
//
// Until Crossplane has answered there is no conflict to know of. That is safe:
// it calls again with the answer before it acts on this response.
func findConflicts(req *fnv1.RunFunctionRequest, rsp *fnv1.RunFunctionResponse, app *webApp, chosen []*child) []conflict {
	var conflicts []conflict

	for _, c := range chosen {
		if _, exists := req.GetObserved().GetResources()[c.key]; exists {
			continue
		}

		name := c.name(app)
		requirement := c.requirement()

		require(rsp, requirement, &fnv1.ResourceSelector{
			ApiVersion: c.apiVersion,
			Kind:       c.kind,
			Match:      &fnv1.ResourceSelector_MatchName{MatchName: name},
			Namespace:  &app.namespace,
		})

		for _, found := range req.GetRequiredResources()[requirement].GetItems() {
			metadata := found.GetResource().GetFields()["metadata"]
			controller := controllerOf(metadata)

			if app.uid != "" && text(controller, "uid") == app.uid {
				continue
			}

			conflicts = append(conflicts, conflict{
				kind:  c.kind,
				name:  name,
				owner: ownerOf(metadata, controller),
				// A WebApp that was deleted and is created again meets what its
				// predecessor leaves to the garbage collector.
				leaving: text(metadata, "deletionTimestamp") != "" ||
					(text(controller, "apiVersion") == v1.GroupVersion.String() && text(controller, "kind") == v1.Kind && text(controller, "name") == app.name),
			})
		}
	}

	return conflicts
}

func controllerOf(metadata *structpb.Value) *structpb.Value {
	for _, owner := range dig(metadata, "ownerReferences").GetListValue().GetValues() {
		if dig(owner, "controller").GetBoolValue() {
			return owner
		}
	}

	return nil
}

// ownerOf says who has an object, from the surest sign to the weakest.
func ownerOf(metadata, controller *structpb.Value) string {
	if controller != nil {
		return fmt.Sprintf("it belongs to %s %s", text(controller, "kind"), text(controller, "name"))
	}

	switch manager := text(metadata, "labels", managedByLabel); manager {
	case "":
	case managedBy:
		return "it is left from an earlier WebApp"
	default:
		return "it is managed by " + manager
	}

	if entries := dig(metadata, "managedFields").GetListValue().GetValues(); len(entries) > 0 {
		return "it was written by " + text(entries[0], "manager")
	}

	return "it has no owner"
}

// inConflict says what is in the way, and what to do.
func inConflict(conflicts []conflict) verdict {
	objects := make([]string, 0, len(conflicts))
	leaving := true

	for _, c := range conflicts {
		objects = append(objects, fmt.Sprintf("%s %s (%s)", c.kind, c.name, c.owner))
		leaving = leaving && c.leaving
	}

	list := strings.Join(objects, ", ")

	if leaving {
		return pending(v1.ReasonTerminating, "Waiting until the old %s is deleted.", clip(list, maxMessage/2))
	}

	return failed(v1.ReasonNameConflict,
		"There already is %s. It is left alone, and nothing new is created until the name is free: delete it, rename it, or give the WebApp another name.",
		clip(list, maxMessage/2))
}
