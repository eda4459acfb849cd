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
func choose(req *fnv1.RunFunctionRequest, rsp *fnv1.RunFunctionResponse, app *webApp, set *settings) ([]child, *fnv1.Condition) {
	chosen := make([]child, 0, len(children))

	add := func(c child) {
		chosen = append(chosen, c)
		// Children that come after the autoscaler depend on whether there is one.
		app.autoscaled = app.autoscaled || c.key == keyAutoscaler
	}

	var off, notGranted []string

	for _, c := range children {
		if !c.wanted(app) {
			continue
		}

		_, exists := req.GetObserved().GetResources()[c.key]

		switch {
		case c.feature == "":
			add(c)
		case !slices.Contains(set.features, c.feature):
			if app.options[c.option.name] != nil {
				off = append(off, c.feature)
			}
		default:
			granted, known := isGranted(req, rsp, c.feature)
			// What there is stays, even if nobody knows any more why it may be
			// there: a file that was deleted deletes nothing else.
			if granted || exists {
				add(c)
			}

			if known && !granted {
				notGranted = append(notGranted, c.feature)
			}
		}
	}

	if set.diagnostics {
		if granted, known := isGranted(req, rsp, diagnosticsFeature); known && !granted {
			notGranted = append(notGranted, diagnosticsFeature)
		}
	}

	switch {
	case len(notGranted) > 0:
		return chosen, accepted(fnv1.Status_STATUS_CONDITION_FALSE, v1.ReasonFeatureNotGranted, fmt.Sprintf(
			"The platform team has switched on %s, but Crossplane has no rights for it: apply %s of the function, which grants them. Everything else works.",
			strings.Join(notGranted, ", "), grantsFile))
	case len(off) > 0:
		return chosen, accepted(fnv1.Status_STATUS_CONDITION_FALSE, v1.ReasonFeatureOff, fmt.Sprintf(
			"The WebApp asks for %s, which the platform team has not switched on: add it to features in the input of the Composition's step, and apply %s of the function. Everything else works.",
			strings.Join(off, ", "), grantsFile))
	default:
		return chosen, nil
	}
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
