package fn

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/crossplane/function-sdk-go/resource"

	"github.com/webapp-operator/function-webapp/fn/child"
	"github.com/webapp-operator/function-webapp/fn/platform"
	"github.com/webapp-operator/function-webapp/fn/value"
)

// TestRoute holds what an HTTPRoute is made of.
func TestRoute(t *testing.T) {
	type want struct{ spec, url string }

	const backend = `"backendRefs": [{"name": "shop", "port": 80}]`

	cases := map[string]struct {
		reason string
		fields string
		want   want
	}{
		"Empty": {
			reason: "The Gateway of all, and its host names, are enough.",
			fields: `"httpRoute": {}`,
			want: want{
				spec: `{"parentRefs": [{"name": "internal"}], "rules": [{` + backend + `}]}`,
				url:  "http://shop.acme.svc",
			},
		},
		"Everything": {
			reason: "What is written is sent.",
			fields: `"httpRoute": {"hostnames": ["*.example.com", "shop.example.com", "shop.example.org"], "parentRefs": [{"name": "public", "namespace": "edge"}], "path": {"type": "Exact", "value": "/cart"}}`,
			want: want{
				spec: `{"parentRefs": [{"name": "public", "namespace": "edge"}], "hostnames": ["*.example.com", "shop.example.com", "shop.example.org"],
					"rules": [{"matches": [{"path": {"type": "Exact", "value": "/cart"}}], ` + backend + `}]}`,
				url: "http://shop.example.com/cart",
			},
		},
		"Port": {
			reason: "The port of https says that it is https.",
			fields: `"httpRoute": {"hostnames": ["shop.example.com"], "parentRefs": [{"name": "public", "port": 443}]}`,
			want: want{
				spec: `{"parentRefs": [{"name": "public", "port": 443}], "hostnames": ["shop.example.com"], "rules": [{` + backend + `}]}`,
				url:  "https://shop.example.com",
			},
		},
		"Section": {
			reason: "So does the usual name of its listener.",
			fields: `"httpRoute": {"hostnames": ["shop.example.com"], "parentRefs": [{"name": "public", "sectionName": "https"}], "path": null}`,
			want: want{
				spec: `{"parentRefs": [{"name": "public", "sectionName": "https"}], "hostnames": ["shop.example.com"], "rules": [{` + backend + `}]}`,
				url:  "https://shop.example.com",
			},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			rsp := askFor(t, tc.fields)

			if diff := cmp.Diff(resource.MustStructJSON(tc.want.spec).AsMap(), rsp.child(child.KeyRoute).GetFields()["spec"].AsInterface()); diff != "" {
				t.Errorf("\n%s\nspec: -want, +got:\n%s", tc.reason, diff)
			}

			if got := rsp.url(); got != tc.want.url {
				t.Errorf("\n%s\nurl: want %q, got %q", tc.reason, tc.want.url, got)
			}
		})
	}
}

// TestRouteToNowhere holds that a route needs a Gateway, as soon as there is one to
// be made.
func TestRouteToNowhere(t *testing.T) {
	const message = "the WebApp is wrong: spec.httpRoute.parentRefs: Required value: say which Gateway sends the traffic: the platform team has set none for all"

	input := strings.Replace(everythingSet, `"parentRefs": [{"name": "internal"}]`, "", 1)
	asking := webAppWith(`"httpRoute": {"hostnames": ["shop.example.com"], "parentRefs": []}`)

	rsp := run(t, request(asking, withInput(input), withRequired(platform.GrantsRequirement, everythingGranted), withKinds))
	if c := rsp.GetConditions()[0]; c.GetReason() != "InvalidSpec" || c.GetMessage() != message {
		t.Errorf("condition: want InvalidSpec: %s, got %v", message, c)
	}

	rsp = run(t, request(asking, withInput(input), withRequired(platform.GrantsRequirement)))
	if c := rsp.GetConditions()[0]; c.GetReason() != "FeatureNotGranted" {
		t.Errorf("condition: want FeatureNotGranted where none is made, got %v", c)
	}

	_, errs := platform.ReadInput(resource.MustStructJSON(strings.Replace(everythingSet, `[{"name": "internal"}]`, `[{"namespace": "edge"}, {"name": "a", "gateway": "b"}]`, 1)))

	want := `defaults.httpRoute.parentRefs: Forbidden: unknown field "[1].gateway"; ` +
		"defaults.httpRoute.parentRefs[0].name: Required value: say which Gateway sends the traffic"
	if diff := cmp.Diff(want, value.Sentence(errs)); diff != "" {
		t.Errorf("platform.ReadInput(...): -want, +got:\n%s", diff)
	}
}
