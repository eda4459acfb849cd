package fn

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
)

// TestFeatures holds when there are children that need rights, and what is said
// when there are not.
func TestFeatures(t *testing.T) {
	const (
		none    = `{"apiVersion": "webapp.fn.example.com/v1beta1", "kind": "Input"}`
		on      = `{"apiVersion": "webapp.fn.example.com/v1beta1", "kind": "Input", "features": ["podDisruptionBudget"]}`
		granted = `{"data": {"features": ["other", "podDisruptionBudget"]}}`
		others  = `{"data": {"features": ["other"]}}`
		exists  = `{"metadata": {"name": "shop"}}`

		notGranted = "The platform team has switched on podDisruptionBudget, but Crossplane has no rights for it: apply install/rbac.yaml of the function, which grants them. Everything else works."
		off        = "The WebApp asks for podDisruptionBudget, which the platform team has not switched on: add it to features in the input of the Composition's step, and apply install/rbac.yaml of the function. Everything else works."
		fine       = "The WebApp is valid and no other object is in its way."
	)

	type want struct {
		budget, asks    bool
		reason, message string
	}

	asking := webAppWith(`"podDisruptionBudget": {"minAvailable": "50%"}`)

	cases := map[string]struct {
		reason string
		req    *fnv1.RunFunctionRequest
		want   want
	}{
		"Off": {
			reason: "What is off and not asked for is not missed.",
			req:    request(shop, withInput(none), withRequired(grantsRequirement, granted)),
			want:   want{reason: "Accepted", message: fine},
		},
		"OffAndAskedFor": {
			reason: "What is off and asked for is.",
			req:    request(asking, withInput(none)),
			want:   want{reason: "FeatureOff", message: off},
		},
		"SwitchedOff": {
			reason: "Switching it off takes away what there is.",
			req:    request(shop, withInput(none), withObserved(keyBudget, exists)),
			want:   want{reason: "Accepted", message: fine},
		},
		"NotAnsweredYet": {
			reason: "Until Crossplane says what is granted, nothing is made and nothing is wrong.",
			req:    request(shop, withInput(on)),
			want:   want{asks: true, reason: "Accepted", message: fine},
		},
		"Granted": {
			reason: "Both together make it.",
			req:    request(shop, withInput(on), withRequired(grantsRequirement, granted)),
			want:   want{budget: true, asks: true, reason: "Accepted", message: fine},
		},
		"NothingGranted": {
			reason: "The file was not applied.",
			req:    request(shop, withInput(on), withRequired(grantsRequirement)),
			want:   want{asks: true, reason: "FeatureNotGranted", message: notGranted},
		},
		"OthersGranted": {
			reason: "The file was applied without it.",
			req:    request(shop, withInput(on), withRequired(grantsRequirement, others)),
			want:   want{asks: true, reason: "FeatureNotGranted", message: notGranted},
		},
		"NoLongerGranted": {
			reason: "What there is stays when the file is deleted.",
			req:    request(shop, withInput(on), withRequired(grantsRequirement), withObserved(keyBudget, exists)),
			want:   want{budget: true, asks: true, reason: "FeatureNotGranted", message: notGranted},
		},
		"ExistsAndNotAnsweredYet": {
			reason: "What there is stays while Crossplane has not answered.",
			req:    request(shop, withInput(on), withObserved(keyBudget, exists)),
			want:   want{budget: true, asks: true, reason: "Accepted", message: fine},
		},
		"NotWanted": {
			reason: "What a WebApp does not want needs no rights.",
			req:    request(webAppWith(`"podDisruptionBudget": {"disabled": true}`), withInput(on)),
			want:   want{reason: "Accepted", message: fine},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			rsp := run(t, tc.req)
			resources := rsp.GetDesired().GetResources()

			_, budget := resources[keyBudget]
			_, asks := rsp.GetRequirements().GetResources()[grantsRequirement]
			condition := rsp.GetConditions()[0]

			got := want{budget: budget, asks: asks, reason: condition.GetReason(), message: condition.GetMessage()}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("\n%s\nRunFunction(...): -want, +got:\n%s", tc.reason, diff)
			}

			delete(resources, keyBudget)

			if diff := cmp.Diff([]string{keyConfigMap, keyDeployment, keyService}, slices.Sorted(maps.Keys(resources))); diff != "" {
				t.Errorf("\n%s\nwant everything else in any case: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
