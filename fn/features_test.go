package fn

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/webapp-operator/function-webapp/fn/child"
	"github.com/webapp-operator/function-webapp/fn/platform"
)

// TestKinds holds when there are children of kinds that may not be installed.
func TestKinds(t *testing.T) {
	const (
		on = `{"apiVersion": "webapp.fn.example.com/v1beta1", "kind": "Input", "features": ["httpRoute"],
			"defaults": {"httpRoute": {"parentRefs": [{"name": "public"}]}}}`
		fine = "The WebApp is valid and no other object is in its way."
	)

	type want struct {
		route, asks     bool
		reason, message string
	}

	asking := webAppWith(`"httpRoute": {"hostnames": ["shop.example.com"]}`)
	granted := withRequired(platform.GrantsRequirement, everythingGranted)
	unknown := func(req *fnv1.RunFunctionRequest) {
		req.RequiredSchemas = map[string]*fnv1.Schema{"kind-httproute": {}}
	}
	// Crossplane before 2.2 says nothing of what it can do.
	old := func(req *fnv1.RunFunctionRequest) { req.Meta.Capabilities = nil }

	cases := map[string]struct {
		reason string
		req    *fnv1.RunFunctionRequest
		want   want
	}{
		"Off": {
			reason: "Nobody asks for the kind of what is switched off.",
			req:    request(asking),
			want: want{
				reason:  "FeatureOff",
				message: "The WebApp asks for httpRoute, which the platform team has not switched on: add it to features in the input of the Composition's step, and apply install/rbac.yaml of the function. Everything else works.",
			},
		},
		"NotAnsweredYet": {
			reason: "Until Crossplane says whether there is the kind, nothing is made and nothing is wrong.",
			req:    request(asking, withInput(on), granted),
			want:   want{asks: true, reason: "Accepted", message: fine},
		},
		"NeverAnswered": {
			reason: "A Crossplane that never says whether there is the kind is said to be too old.",
			req:    request(asking, withInput(on), granted, old),
			want: want{
				asks: true, reason: "FeatureNotInstalled",
				message: "This Crossplane cannot tell whether the cluster knows the kind of object that is made for httpRoute (HTTPRoute of gateway.networking.k8s.io/v1): upgrade it to 2.2 or later. Everything else works.",
			},
		},
		"NeverAnsweredNotGranted": {
			reason: "Without rights, a newer Crossplane does not help.",
			req:    request(asking, withInput(on), withRequired(platform.GrantsRequirement), old),
			want: want{
				asks: true, reason: "FeatureNotGranted",
				message: "The platform team has switched on httpRoute, but Crossplane has no rights for it: apply install/rbac.yaml of the function, which grants them. Everything else works.",
			},
		},
		"NeverAnsweredExists": {
			reason: "What exists needs no answer.",
			req:    request(asking, withInput(on), granted, withObserved(child.KeyRoute, `{"metadata": {"name": "shop"}}`), old),
			want:   want{route: true, reason: "Accepted", message: fine},
		},
		"NotInstalled": {
			reason: "The cluster has no such kind.",
			req:    request(asking, withInput(on), granted, unknown),
			want: want{
				asks: true, reason: "FeatureNotInstalled",
				message: "The cluster does not know the kind of object that is made for httpRoute (HTTPRoute of gateway.networking.k8s.io/v1): install its CustomResourceDefinition. Everything else works.",
			},
		},
		"NotGranted": {
			reason: "Rights come first: without them nothing helps.",
			req:    request(asking, withInput(on), withRequired(platform.GrantsRequirement), unknown),
			want: want{
				asks: true, reason: "FeatureNotGranted",
				message: "The platform team has switched on httpRoute, but Crossplane has no rights for it: apply install/rbac.yaml of the function, which grants them. Everything else works.",
			},
		},
		"GrantedNotAnsweredYet": {
			reason: "A known kind is not enough.",
			req:    request(asking, withInput(on), withKinds),
			want:   want{asks: true, reason: "Accepted", message: fine},
		},
		"Installed": {
			reason: "All together make it.",
			req:    request(asking, withInput(on), granted, withKinds),
			want:   want{route: true, asks: true, reason: "Accepted", message: fine},
		},
		"Exists": {
			reason: "Nobody asks for the kind of what exists: schemas are large.",
			req:    request(asking, withInput(on), granted, withObserved(child.KeyRoute, `{"metadata": {"name": "shop"}}`)),
			want:   want{route: true, reason: "Accepted", message: fine},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			rsp := run(t, tc.req)

			_, route := rsp.GetDesired().GetResources()[child.KeyRoute]
			schema, asks := rsp.GetRequirements().GetSchemas()["kind-httproute"]
			condition := rsp.GetConditions()[0]

			got := want{route: route, asks: asks, reason: condition.GetReason(), message: condition.GetMessage()}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("\n%s\nRunFunction(...): -want, +got:\n%s", tc.reason, diff)
			}

			if asks && (schema.GetApiVersion() != "gateway.networking.k8s.io/v1" || schema.GetKind() != "HTTPRoute") {
				t.Errorf("\n%s\nwant the schema of an HTTPRoute, got %v", tc.reason, schema)
			}

			if got := len(rsp.GetDesired().GetResources()); got < 3 {
				t.Errorf("\n%s\nwant everything else in any case, got %d", tc.reason, got)
			}
		})
	}
}

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
			req:    request(shop, withInput(none), withRequired(platform.GrantsRequirement, granted)),
			want:   want{reason: "Accepted", message: fine},
		},
		"OffAndAskedFor": {
			reason: "What is off and asked for is.",
			req:    request(asking, withInput(none)),
			want:   want{reason: "FeatureOff", message: off},
		},
		"SwitchedOff": {
			reason: "Switching it off takes away what there is.",
			req:    request(shop, withInput(none), withObserved(child.KeyBudget, exists)),
			want:   want{reason: "Accepted", message: fine},
		},
		"NotAnsweredYet": {
			reason: "Until Crossplane says what is granted, nothing is made and nothing is wrong.",
			req:    request(shop, withInput(on)),
			want:   want{asks: true, reason: "Accepted", message: fine},
		},
		"Granted": {
			reason: "Both together make it.",
			req:    request(shop, withInput(on), withRequired(platform.GrantsRequirement, granted)),
			want:   want{budget: true, asks: true, reason: "Accepted", message: fine},
		},
		"NothingGranted": {
			reason: "The file was not applied.",
			req:    request(shop, withInput(on), withRequired(platform.GrantsRequirement)),
			want:   want{asks: true, reason: "FeatureNotGranted", message: notGranted},
		},
		"OthersGranted": {
			reason: "The file was applied without it.",
			req:    request(shop, withInput(on), withRequired(platform.GrantsRequirement, others)),
			want:   want{asks: true, reason: "FeatureNotGranted", message: notGranted},
		},
		"NoLongerGranted": {
			reason: "What there is stays when the file is deleted.",
			req:    request(shop, withInput(on), withRequired(platform.GrantsRequirement), withObserved(child.KeyBudget, exists)),
			want:   want{budget: true, asks: true, reason: "FeatureNotGranted", message: notGranted},
		},
		"ExistsAndNotAnsweredYet": {
			reason: "What there is stays while Crossplane has not answered.",
			req:    request(shop, withInput(on), withObserved(child.KeyBudget, exists)),
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

			_, budget := resources[child.KeyBudget]
			_, asks := rsp.GetRequirements().GetResources()[platform.GrantsRequirement]
			condition := rsp.GetConditions()[0]

			got := want{budget: budget, asks: asks, reason: condition.GetReason(), message: condition.GetMessage()}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("\n%s\nRunFunction(...): -want, +got:\n%s", tc.reason, diff)
			}

			delete(resources, child.KeyBudget)

			if diff := cmp.Diff([]string{child.KeyConfigMap, child.KeyDeployment, child.KeyService}, slices.Sorted(maps.Keys(resources))); diff != "" {
				t.Errorf("\n%s\nwant everything else in any case: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
