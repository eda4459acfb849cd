package child

import (
	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
	"github.com/webapp-operator/function-webapp/internal/wire"
)

// A Conflict is an object that has the name of a child and is not this WebApp's.
// Composing the child is taking it over: Crossplane applies it with force, and adds a
// controller reference if it has none.
type Conflict struct {
	// Child is what has the name.
	Child *Child
	Name  string

	// Object is what is read of it.
	Object *structpb.Struct

	// Owner is who has it, in words.
	Owner string

	// Leaving means that it will be gone without anybody's help.
	Leaving bool

	// Consents means that it says itself that this WebApp may take it over.
	Consents bool

	// Hindered is why it may not be taken over whether it consents or not, and is not
	// hindered by anything if there is no What.
	Hindered Hindrance
}

// A Hindrance is why an object may not be taken over.
type Hindrance struct {
	// What it is, in words about the object.
	What string

	// Advice is a sentence about how to be rid of it. It is empty where there is no other
	// way than to delete the object or to rename one of the two.
	Advice string

	// Passing means that the object can be taken over when it has consented and the advice
	// was followed.
	Passing bool
}

// MayBeTaken says whether the object may be taken over.
func (c *Conflict) MayBeTaken() bool {
	return c.Consents && c.Hindered.What == "" && !c.Leaving
}

// ExistingReads is what is read of an object that has the name of a child. One that is taken
// over is looked at as if it were observed.
func (c *Child) ExistingReads() wire.Fields { return c.Reads.And(existingReads).And(c.taken) }

var existingReads = wire.Fields{"metadata": {
	"deletionTimestamp": nil,
	"ownerReferences":   nil,
	"managedFields":     wire.Later,
	"labels":            {webapp.ManagedByLabel: nil},
	"annotations":       {webapp.AdoptAnnotation: nil},
}}.And(toolReads())

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
			object := found.GetResource()
			if controller := ControllerOf(object.GetFields()["metadata"]); app.UID == "" || value.Text(controller, "uid") != app.UID {
				conflicts = append(conflicts, newConflict(app, c, name, object, controller))
			}
		}
	}

	return conflicts, ask
}

func newConflict(app *webapp.App, c *Child, name string, object *structpb.Struct, controller *structpb.Value) Conflict {
	metadata := object.GetFields()["metadata"]
	consent := value.Text(metadata, "annotations", webapp.AdoptAnnotation)

	return Conflict{
		Child:    c,
		Name:     name,
		Object:   object,
		Owner:    ownerOf(app, metadata, controller),
		Consents: consent == app.Name,
		// A WebApp that was deleted and is created again meets what its predecessor leaves
		// to the garbage collector, which deletes what only a UID owns that is no more:
		// also what somebody has put back from a backup as it was.
		Leaving:  value.Text(metadata, "deletionTimestamp") != "" || isPredecessor(controller, app),
		Hindered: hindrance(app, c, object, consent, controller != nil),
	}
}

// hindrance is why an object may not be taken over, from what nobody can change to what
// somebody can.
func hindrance(app *webapp.App, c *Child, object *structpb.Struct, consent string, controlled bool) Hindrance {
	metadata := object.GetFields()["metadata"]

	if controlled {
		return Hindrance{What: ownerOf(app, metadata, ControllerOf(metadata))}
	}

	if consent != "" && consent != app.Name {
		return Hindrance{What: "it has consented to " + value.Clip(consent, value.MaxQuoted) + ", not to " + app.Name}
	}

	if called, advice := writer(metadata); called != "" {
		return Hindrance{What: called + " keeps writing it", Advice: advice, Passing: true}
	}

	if c.unfit == nil {
		return Hindrance{}
	}

	return c.unfit(app, object)
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

	if all := managers(metadata); len(all) > 0 {
		return "it was written by " + all[0]
	}

	return "it has no owner"
}

// LeadsTo is a selector, as kubectl takes it, of what a Service that has not been taken over
// leads to. It is empty of any other object, and of one that leads to a WebApp's pods.
//
// A WebApp's own are left out: they may have all the labels that the Service selects.
func (c *Conflict) LeadsTo(app *webapp.App) string {
	selector := value.Dig(wire.Open(c.Object.GetFields()["spec"]), "selector").GetStructValue()
	if c.Child.Key != KeyService || len(selector.GetFields()) == 0 || webapp.Selects(app, selector) {
		return ""
	}

	return webapp.LabelsText(selector) + "," + webapp.NotOurs
}
