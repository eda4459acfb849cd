package child

import (
	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
	"github.com/webapp-operator/function-webapp/internal/wire"
)

// A Conflict is an object that has the name of a child and is not this WebApp's.
// Crossplane would take it over: server-side apply with force, and a controller
// reference if it has none.
type Conflict struct {
	Kind string
	Name string

	// Owner is who has it, in words.
	Owner string

	// Leaving means that it will be gone without anybody's help.
	Leaving bool
}

// ExistingReads is what is read of an object that exists already.
var ExistingReads = wire.Fields{"metadata": {
	"deletionTimestamp": nil,
	"labels":            {webapp.ManagedByLabel: nil},
	"ownerReferences":   nil,
	"managedFields":     {"manager": nil},
}}

// ExistingRequirement is the name by which we ask for what has a child's name.
func (c *Child) ExistingRequirement() string { return "existing-" + c.Key }

// Conflicts returns the objects that stand in the way of children that do not
// exist yet, and what Crossplane must be asked for to find them. A child that exists
// is this WebApp's, so that a steady state asks for nothing.
//
// Until Crossplane has answered there is no conflict to know of. That is safe:
// it calls again with the answer before it acts on this response.
func Conflicts(app *webapp.App, chosen []*Child, observed map[string]*fnv1.Resource, required map[string]*fnv1.Resources) ([]Conflict, map[string]*fnv1.ResourceSelector) {
	var (
		conflicts []Conflict
		ask       map[string]*fnv1.ResourceSelector
	)

	for _, c := range chosen {
		if _, exists := observed[c.Key]; exists {
			continue
		}

		if ask == nil {
			ask = map[string]*fnv1.ResourceSelector{}
		}

		name, requirement := c.Name(app), c.ExistingRequirement()
		ask[requirement] = &fnv1.ResourceSelector{
			ApiVersion: c.APIVersion,
			Kind:       c.Kind,
			Match:      &fnv1.ResourceSelector_MatchName{MatchName: name},
			Namespace:  &app.Namespace,
		}

		for _, found := range required[requirement].GetItems() {
			metadata := found.GetResource().GetFields()["metadata"]
			controller := ControllerOf(metadata)

			if app.UID != "" && value.Text(controller, "uid") == app.UID {
				continue
			}

			conflicts = append(conflicts, Conflict{
				Kind:  c.Kind,
				Name:  name,
				Owner: ownerOf(app, metadata, controller),
				// A WebApp that was deleted and is created again meets what its
				// predecessor leaves to the garbage collector.
				Leaving: value.Text(metadata, "deletionTimestamp") != "" || isPredecessor(controller, app),
			})
		}
	}

	return conflicts, ask
}

// isPredecessor says whether a controller is a WebApp of the same name.
func isPredecessor(controller *structpb.Value, app *webapp.App) bool {
	return value.Text(controller, "apiVersion") == app.Composite.APIVersion &&
		value.Text(controller, "kind") == app.Composite.Kind &&
		value.Text(controller, "name") == app.Name
}

// ControllerOf returns the owner reference of an object's controller, or nil.
func ControllerOf(metadata *structpb.Value) *structpb.Value {
	for _, owner := range value.Dig(metadata, "ownerReferences").GetListValue().GetValues() {
		if value.Dig(owner, "controller").GetBoolValue() {
			return owner
		}
	}

	return nil
}

// ownerOf says who has an object, from the surest sign to the weakest.
func ownerOf(app *webapp.App, metadata, controller *structpb.Value) string {
	if controller != nil {
		return "it belongs to " + value.Text(controller, "kind") + " " + value.Text(controller, "name")
	}

	switch manager := value.Text(metadata, "labels", webapp.ManagedByLabel); manager {
	case "":
	case webapp.ManagedBy:
		return "it is left from an earlier " + app.Composite.Kind
	default:
		return "it is managed by " + manager
	}

	if entries := value.Dig(metadata, "managedFields").GetListValue().GetValues(); len(entries) > 0 {
		return "it was written by " + value.Text(entries[0], "manager")
	}

	return "it has no owner"
}
