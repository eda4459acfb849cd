package fn

import (
	"fmt"
	"slices"
	"strings"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
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
	grantsName        = "webapp-operator"
	grantsRequirement = "granted-features"
	grantsFile        = "install/rbac.yaml"
)

// grantsReads is what is read of the EnvironmentConfig.
var grantsReads = wire.Fields{"data": {"features": nil}}

// features are all there are, in the order of children.
func features() []string {
	var all []string

	for _, c := range children {
		if c.feature != "" {
			all = append(all, c.feature)
		}
	}

	return all
}

// choose returns the children that a WebApp has, and a condition if it asks for one
// that it cannot have. What it cannot have never keeps it from what it can.
func choose(req *fnv1.RunFunctionRequest, rsp *fnv1.RunFunctionResponse, app *webApp, set *settings) ([]*child, *fnv1.Condition) {
	chosen := make([]*child, 0, len(children))
	missed := map[v1.Reason][]string{}

	for _, c := range children {
		if !c.wanted(app) {
			continue
		}

		_, exists := req.GetObserved().GetResources()[c.key]
		lacks := c.lacks(req, rsp, set, exists)

		// What there is stays, even if nobody knows any more why it may be there: a
		// file that was deleted deletes nothing else.
		if lacks == "" || exists && lacks != v1.ReasonFeatureOff {
			chosen = append(chosen, c)
			// Children that come after the autoscaler depend on whether there is one.
			app.autoscaled = app.autoscaled || c.key == keyAutoscaler
		}

		// Nobody misses what he gets by default.
		if lacks != "" && (lacks != v1.ReasonFeatureOff || app.options[c.option.name] != nil) {
			missed[lacks] = append(missed[lacks], c.called(lacks))
		}
	}

	if set.diagnostics {
		if granted, known := isGranted(req, rsp, diagnosticsFeature); known && !granted {
			missed[v1.ReasonFeatureNotGranted] = append(missed[v1.ReasonFeatureNotGranted], diagnosticsFeature)
		}
	}

	for _, l := range lacking {
		if names := missed[l.reason]; len(names) > 0 {
			return chosen, accepted(fnv1.Status_STATUS_CONDITION_FALSE, l.reason, fmt.Sprintf(l.message, strings.Join(names, ", ")))
		}
	}

	return chosen, nil
}

// called is what a child is called when it is said what it lacks.
func (c *child) called(lacks v1.Reason) string {
	if lacks == v1.ReasonFeatureNotInstalled {
		return fmt.Sprintf("%s (%s of %s)", c.feature, c.kind, c.apiVersion)
	}

	return c.feature
}

// lacking is what a child may lack, in words, in the order in which it is told.
var lacking = []struct {
	reason  v1.Reason
	message string
}{
	{v1.ReasonFeatureNotGranted, "The platform team has switched on %s, but Crossplane has no rights for it: apply " + grantsFile + " of the function, which grants them. Everything else works."},
	{v1.ReasonFeatureNotInstalled, "The cluster does not know the kind of object that is made for %s: install its CustomResourceDefinition. Everything else works."},
	{v1.ReasonFeatureOff, "The WebApp asks for %s, which the platform team has not switched on: add it to features in the input of the Composition's step, and apply " + grantsFile + " of the function. Everything else works."},
}

// notAnswered is what a child lacks until Crossplane has answered. It is not told.
const notAnswered v1.Reason = "NotAnswered"

// lacks says what keeps a child from being made, or "" if nothing does.
func (c *child) lacks(req *fnv1.RunFunctionRequest, rsp *fnv1.RunFunctionResponse, set *settings, exists bool) v1.Reason {
	if c.feature == "" {
		return ""
	}

	if !slices.Contains(set.features, c.feature) {
		return v1.ReasonFeatureOff
	}

	granted, isKnown := isGranted(req, rsp, c.feature)
	installed, isSaid := true, true

	// Of a kind that an object is of, nobody need ask.
	if c.custom && !exists {
		installed, isSaid = isInstalled(req, rsp, c)
	}

	switch {
	case isKnown && !granted:
		return v1.ReasonFeatureNotGranted
	case isSaid && !installed:
		return v1.ReasonFeatureNotInstalled
	case !isKnown || !isSaid:
		return notAnswered
	default:
		return ""
	}
}

// kindRequirement is the name by which we ask for the schema of a child's kind.
func (c *child) kindRequirement() string { return "kind-" + c.key }

// isInstalled says whether the cluster knows the kind of a child. Where it does
// not, Crossplane could not even look whether there is one. It sends the schema of
// a kind that we ask for here, and an empty one if there is none. It does not watch
// schemas: what is installed later is seen when it calls again, if it did not look
// in the second before the API server told of it. It remembers schemas until some
// definition changes.
func isInstalled(req *fnv1.RunFunctionRequest, rsp *fnv1.RunFunctionResponse, c *child) (installed, known bool) {
	name := c.kindRequirement()
	requireSchema(rsp, name, &fnv1.SchemaSelector{ApiVersion: c.apiVersion, Kind: c.kind})

	schema, known := req.GetRequiredSchemas()[name]

	return len(schema.GetOpenapiV3().GetFields()) > 0, known
}

// isGranted says whether a feature's rights are granted. That is not known until
// Crossplane has sent what we ask for here.
func isGranted(req *fnv1.RunFunctionRequest, rsp *fnv1.RunFunctionResponse, feature string) (granted, known bool) {
	require(rsp, grantsRequirement, &fnv1.ResourceSelector{
		ApiVersion: "apiextensions.crossplane.io/v1beta1",
		Kind:       "EnvironmentConfig",
		Match:      &fnv1.ResourceSelector_MatchName{MatchName: grantsName},
	})

	sent, known := req.GetRequiredResources()[grantsRequirement]

	for _, item := range sent.GetItems() {
		for _, name := range dig(item.GetResource().GetFields()["data"], "features").GetListValue().GetValues() {
			granted = granted || name.GetStringValue() == feature
		}
	}

	return granted, known
}
