package fn

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	"github.com/crossplane/function-sdk-go/resource"

	"github.com/webapp-operator/function-webapp/fn/child"
	"github.com/webapp-operator/function-webapp/fn/platform"
)

// TestPolicy holds what a NetworkPolicy is made of.
func TestPolicy(t *testing.T) {
	const (
		forAll = `"ingress": [{"from": [{"namespaceSelector": {"matchLabels": {"edge": "yes"}}}]}]`
		edge   = `{"from": [{"namespaceSelector": {"matchLabels": {"edge": "yes"}}}]}`
		pods   = `{"podSelector": {"matchLabels": {"app": "cart", "managed-by": "webapp-operator"}}`
	)

	cases := map[string]struct {
		reason string
		// defaults are the platform team's.
		defaults, fields string
		// observed are rules of the one that is there.
		observed string

		// want is there with the pods that it is for, if there is any.
		want string
	}{
		"In": {
			reason: "Who says nothing of what goes out leaves it as it is.",
			fields: `"networkPolicy": {"ingress": [{"from": [{"podSelector": {}}]}]}`,
			want:   `"policyTypes": ["Ingress"], "ingress": [{"from": [{"podSelector": {}}]}]`,
		},
		"Out": {
			reason: "And the other way round.",
			fields: `"networkPolicy": {"egress": [{"ports": [{"port": 53, "protocol": "UDP"}]}]}`,
			want:   `"policyTypes": ["Egress"], "egress": [{"ports": [{"port": 53, "protocol": "UDP"}]}]`,
		},
		"Nothing": {
			reason: "An empty list lets nothing through. It is not sent: Kubernetes would take it for a change each time.",
			fields: `"networkPolicy": {"ingress": [], "egress": []}`,
			want:   `"policyTypes": ["Ingress", "Egress"]`,
		},
		"None": {reason: "Who says nothing has none.", fields: `"port": 8080`},
		"ForAll": {
			reason:   "The platform team may close all WebApps, but for whom it names.",
			defaults: forAll,
			fields:   `"port": 8080`,
			want:     `"policyTypes": ["Ingress"], "ingress": [` + edge + `]`,
		},
		"ClosedForAll": {
			reason:   "It need name nobody.",
			defaults: `"ingress": [], "egress": []`,
			fields:   `"port": 8080`,
			want:     `"policyTypes": ["Ingress", "Egress"]`,
		},
		"AddsUp": {
			reason:   "What a WebApp allows comes in addition, in each direction.",
			defaults: forAll,
			fields:   `"networkPolicy": {"ingress": [{"from": [{"podSelector": {}}]}], "egress": []}`,
			want:     `"policyTypes": ["Ingress", "Egress"], "ingress": [` + edge + `, {"from": [{"podSelector": {}}]}]`,
		},
		"ClosesNothing": {
			reason:   "Nobody is kept out whom the platform team lets in.",
			defaults: forAll,
			fields:   `"networkPolicy": {"ingress": []}`,
			want:     `"policyTypes": ["Ingress"], "ingress": [` + edge + `]`,
		},
		"Opened": {
			reason:   "Rules that somebody else has set where there are none are taken away.",
			observed: `"ingress": [{"from": [{"podSelector": {}}]}]`,
			fields:   `"networkPolicy": {"ingress": [], "egress": []}`,
			want:     `"policyTypes": ["Ingress", "Egress"], "ingress": []`,
		},
		"Empty": {
			reason: "Nor is sent what is empty within rules, but for selectors of everything.",
			fields: `"networkPolicy": {"ingress": [{"from": [], "ports": []}, {"from": [{"podSelector": {"matchLabels": {}, "matchExpressions": []}, "namespaceSelector": {}},
				{"ipBlock": {"cidr": "10.0.0.0/8", "except": []}}]}]}`,
			want: `"policyTypes": ["Ingress"], "ingress": [{}, {"from": [{"podSelector": {}, "namespaceSelector": {}}, {"ipBlock": {"cidr": "10.0.0.0/8"}}]}]`,
		},
		"WebApps": {
			reason: "Another WebApp is let in by its name: it is its pods, here or in its namespace.",
			fields: `"networkPolicy": {"ingress": [{"ports": [{"port": "http"}], "from": [{"webApp": {"name": "cart"}}, {"podSelector": {}}, {"webApp": {"name": "cart", "namespace": "store"}}]}],
				"egress": [{"to": [{"webApp": {"name": "cart"}}]}]}`,
			want: `"policyTypes": ["Ingress", "Egress"],
				"ingress": [{"ports": [{"port": "http"}], "from": [` + pods + `}, {"podSelector": {}}, ` + pods + `, "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "store"}}}]}],
				"egress": [{"to": [` + pods + `}]}]`,
		},
		"WebAppForAll": {
			reason:   "The platform team may name one, too.",
			defaults: `"ingress": [{"from": [{"webApp": {"name": "cart"}}]}]`,
			fields:   `"port": 8080`,
			want:     `"policyTypes": ["Ingress"], "ingress": [{"from": [` + pods + `}]}]`,
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			input := `"features": ["networkPolicy"]`
			if tc.defaults != "" {
				input += `, "defaults": {"networkPolicy": {` + tc.defaults + `}}`
			}

			edits := []func(*fnv1.RunFunctionRequest){withInput(inputWith(input)), withRequired(platform.GrantsRequirement, everythingGranted)}
			if tc.observed != "" {
				edits = append(edits, withObserved(child.KeyPolicy, `{"metadata": {"name": "shop"}, "spec": {`+tc.observed+`}}`))
			}

			rsp := run(t, request(webAppWith(tc.fields), edits...))
			object, made := rsp.GetDesired().GetResources()[child.KeyPolicy]

			if made != (tc.want != "") {
				t.Fatalf("\n%s\nmade: %v, with %v", tc.reason, made, rsp.GetConditions())
			}

			if !made {
				return
			}

			want := `{"podSelector": {"matchLabels": {"app": "shop", "managed-by": "webapp-operator"}}, ` + tc.want + `}`
			if diff := cmp.Diff(resource.MustStructJSON(want).AsMap(), object.GetResource().GetFields()["spec"].AsInterface()); diff != "" {
				t.Errorf("\n%s\nspec: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestWebAppsOfPolicy holds what is refused of another WebApp's name.
func TestWebAppsOfPolicy(t *testing.T) {
	got := mistakes(webAppWith(`"networkPolicy": {"ingress": [{"from": [
		{"webApp": {}}, {"webApp": {"name": "Cart", "namespace": ""}}, {"webApp": {"name": "cart"}, "podSelector": {}}, {"webApp": {"name": "cart"}, "ipBlock": {"cidr": "10.0.0.0/8"}}]}]}`))
	want := []string{
		"spec.networkPolicy.ingress[0].from[0].webApp.name: Required value: say which WebApp",
		`spec.networkPolicy.ingress[0].from[1].webApp.name: Invalid value: "Cart": must be at most 63 lower case letters, digits and dashes, starting and ending with a letter or digit`,
		"spec.networkPolicy.ingress[0].from[1].webApp.namespace: Required value: say which namespace, or leave it out for the WebApp's own",
		"spec.networkPolicy.ingress[0].from[2].webApp: Forbidden: set webApp alone, ipBlock alone, or podSelector, namespaceSelector or both",
		"spec.networkPolicy.ingress[0].from[3].webApp: Forbidden: set webApp alone, ipBlock alone, or podSelector, namespaceSelector or both",
	}

	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("webapp.Read(...): -want, +got:\n%s", diff)
	}
}
