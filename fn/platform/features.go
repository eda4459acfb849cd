package platform

import (
	"fmt"
	"slices"
	"strings"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/child"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
	"github.com/webapp-operator/function-webapp/internal/wire"
)

// A feature is a kind of children that Crossplane may not make by the rights of
// its own chart. The platform team switches it on in the function's input, and
// grants the rights with install/rbac.yaml. Both are needed: without the rights,
// Crossplane could not apply such a child, and would stop before it has applied
// others; and where it may not list what a function asks for, it waits until its
// deadline.
//
// Crossplane cannot be asked for its rights, so that install/rbac.yaml says in an
// EnvironmentConfig which of them it grants.
const (
	grantsName = "webapp-operator"
	grantsFile = "install/rbac.yaml"

	// GrantsRequirement is the name by which we ask for that EnvironmentConfig.
	GrantsRequirement = "granted-features"

	// diagnosticsFeature is the right to read pods. It is no kind of children.
	diagnosticsFeature = "diagnostics"
)

// GrantsReads is what is read of the EnvironmentConfig.
var GrantsReads = wire.Fields{"data": {"features": nil}}

// features are all there are, in the order of children.
func features() []string {
	var all []string

	for _, c := range child.All {
		if c.Feature != "" {
			all = append(all, c.Feature)
		}
	}

	return all
}

// Rights are what Crossplane has said that it may do, and knows.
type Rights struct {
	// Resources and Schemas are what was asked for. Nil is nothing.
	Resources map[string]*fnv1.Resources
	Schemas   map[string]*fnv1.Schema

	// Meta says what Crossplane can do.
	Meta *fnv1.RequestMeta
}

// isGranted says whether a feature's rights are granted. That is not known until
// Crossplane has sent the EnvironmentConfig.
func (r Rights) isGranted(feature string) (granted, known bool) {
	sent, known := r.Resources[GrantsRequirement]

	for _, item := range sent.GetItems() {
		for _, name := range value.Dig(item.GetResource().GetFields()["data"], "features").GetListValue().GetValues() {
			granted = granted || name.GetStringValue() == feature
		}
	}

	return granted, known
}

// isInstalled says whether the cluster knows the kind of a child. Where it does
// not, Crossplane could not even look whether there is one. It sends the schema of
// a kind that is asked for, and an empty one if there is none. It does not watch
// schemas: what is installed later is seen when it calls again, if it did not look
// in the second before the API server told of it. It remembers schemas until some
// definition changes.
func (r Rights) isInstalled(c *child.Child) (installed, known bool) {
	schema, known := r.Schemas[kindRequirement(c)]

	return len(schema.GetOpenapiV3().GetFields()) > 0, known
}

// sendsSchemas says whether Crossplane sends schemas at all. Before 2.2 it does not, and
// does not know either that it may say so.
func (r Rights) sendsSchemas() bool {
	return slices.Contains(r.Meta.GetCapabilities(), fnv1.Capability_CAPABILITY_REQUIRED_SCHEMAS)
}

// kindRequirement is the name by which we ask for the schema of a child's kind.
func kindRequirement(c *child.Child) string { return "kind-" + c.Key }

// A Choice is which children a WebApp has.
type Choice struct {
	Children []*child.Child

	// Autoscaled says that the autoscaler is among them.
	Autoscaled bool

	// Diagnostics says that pods may be looked at.
	Diagnostics bool

	// Missed and Message say why a WebApp does not have all that it asks for. They
	// are empty if it has.
	Missed  v1.Reason
	Message string

	// Resources and Schemas are what Crossplane must be asked for, in every answer.
	Resources map[string]*fnv1.ResourceSelector
	Schemas   map[string]*fnv1.SchemaSelector
}

// Choose returns the children that a WebApp has. What it cannot have never keeps it
// from what it can.
func Choose(app *webapp.App, settings *webapp.Settings, input *Input, observed map[string]*fnv1.Resource, rights Rights) Choice {
	out := Choice{Children: make([]*child.Child, 0, len(child.All))}
	missed := missing{}

	// Others depend on whether there is an autoscaler.
	for _, c := range child.All {
		_, exists := observed[c.Key]
		if c.Key == child.KeyAutoscaler && c.Wanted(app, settings, false) {
			out.Autoscaled = stays(lackOf(c, input, rights, exists), exists)
		}
	}

	for _, c := range child.All {
		if !c.Wanted(app, settings, out.Autoscaled) {
			continue
		}

		_, exists := observed[c.Key]
		l := lackOf(c, input, rights, exists)

		if stays(l, exists) {
			out.Children = append(out.Children, c)
		}

		out.ask(c, l, exists)

		// Nobody misses what he gets by default.
		if l != lacksNothing && (l != lacksSwitch || app.Options[c.Option.Name] != nil) {
			missed.add(l, called(c, l))
		}
	}

	if input.Diagnostics {
		out.askForGrants()

		granted, known := rights.isGranted(diagnosticsFeature)
		out.Diagnostics = granted

		if known && !granted {
			missed.add(lacksGrant, diagnosticsFeature)
		}
	}

	out.Missed, out.Message = missed.told(app.Composite.Kind)

	return out
}

// stays says whether there is a child. What exists stays, even if nobody knows any
// more why it may be there: a file that was deleted deletes nothing else.
func stays(l lack, exists bool) bool {
	return l == lacksNothing || exists && l != lacksSwitch
}

// ask asks Crossplane for what says whether a child may be made.
func (c *Choice) ask(of *child.Child, l lack, exists bool) {
	if of.Feature == "" || l == lacksSwitch {
		return
	}

	c.askForGrants()

	// Of a kind that an object is of, nobody need ask.
	if of.Custom && !exists {
		if c.Schemas == nil {
			c.Schemas = map[string]*fnv1.SchemaSelector{}
		}

		c.Schemas[kindRequirement(of)] = &fnv1.SchemaSelector{ApiVersion: of.APIVersion, Kind: of.Kind}
	}
}

func (c *Choice) askForGrants() {
	if c.Resources == nil {
		c.Resources = map[string]*fnv1.ResourceSelector{GrantsRequirement: {
			ApiVersion: "apiextensions.crossplane.io/v1beta1",
			Kind:       "EnvironmentConfig",
			Match:      &fnv1.ResourceSelector_MatchName{MatchName: grantsName},
		}}
	}
}

// A lack is what keeps a child from being made.
type lack int

// Lacks, in the order in which they are told.
const (
	lacksNothing lack = iota
	lacksGrant
	lacksKind
	lacksSchemas
	lacksSwitch

	// lacksAnswer holds until Crossplane has answered. It is not told.
	lacksAnswer
)

// lackOf says what keeps a child from being made.
func lackOf(c *child.Child, input *Input, rights Rights, exists bool) lack {
	if c.Feature == "" {
		return lacksNothing
	}

	if !slices.Contains(input.features, c.Feature) {
		return lacksSwitch
	}

	granted, isKnown := rights.isGranted(c.Feature)
	installed, isSaid := true, true

	if c.Custom && !exists {
		installed, isSaid = rights.isInstalled(c)
	}

	switch {
	case isKnown && !granted:
		return lacksGrant
	case isSaid && !installed:
		return lacksKind
	case !isSaid && !rights.sendsSchemas():
		return lacksSchemas
	case !isKnown || !isSaid:
		return lacksAnswer
	default:
		return lacksNothing
	}
}

// called is what a child is called when it is said what it lacks.
func called(c *child.Child, l lack) string {
	if l == lacksKind || l == lacksSchemas {
		return fmt.Sprintf("%s (%s of %s)", c.Feature, c.Kind, c.APIVersion)
	}

	return c.Feature
}

// lacks say what is lacking, in words.
var lacks = [...]struct {
	reason  v1.Reason
	message string
}{
	lacksGrant:   {v1.ReasonFeatureNotGranted, "The platform team has switched on %[1]s, but Crossplane has no rights for it: apply " + grantsFile + " of the function, which grants them. Everything else works."},
	lacksKind:    {v1.ReasonFeatureNotInstalled, "The cluster does not know the kind of object that is made for %[1]s: install its CustomResourceDefinition. Everything else works."},
	lacksSchemas: {v1.ReasonFeatureNotInstalled, "This Crossplane cannot tell whether the cluster knows the kind of object that is made for %[1]s: upgrade it to 2.2 or later. Everything else works."},
	lacksSwitch:  {v1.ReasonFeatureOff, "The %[2]s asks for %[1]s, which the platform team has not switched on: add it to features in the input of the Composition's step, and apply " + grantsFile + " of the function. Everything else works."},
}

// missing is what children lack: what they are called, by lack.
type missing [lacksAnswer + 1][]string

func (m *missing) add(l lack, name string) { m[l] = append(m[l], name) }

// told is the first lack that there is to tell, for all that lack the same, of a WebApp of
// this kind.
func (m *missing) told(kind string) (reason v1.Reason, message string) {
	for l, said := range lacks {
		if names := m[l]; said.reason != "" && len(names) > 0 {
			return said.reason, fmt.Sprintf(said.message, strings.Join(names, ", "), kind)
		}
	}

	return "", ""
}
