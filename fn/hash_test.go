package fn

import (
	"fmt"
	"testing"

	"github.com/webapp-operator/function-webapp/fn/child"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// TestTemplateHashes pins the hashes of whole WebApps, with each generation of defaults:
// an upgrade of the function must not find that a running one changed.
func TestTemplateHashes(t *testing.T) {
	cases := map[string]struct {
		reason string
		webApp string
		input  string
		want   map[string]string
	}{
		"Bare": {
			reason: "The least a WebApp can say.",
			webApp: `{"apiVersion": "example.com/v1", "kind": "WebApp", "metadata": {"name": "shop", "namespace": "acme"}, "spec": {"image": "nginx", "replicas": 1}}`,
			want:   map[string]string{"": "2685eb87d69779fd", "2": "294dacdeb8f7b4e0", "3": "36c4f740bf553d16"},
		},
		"Env": {
			reason: "With an environment.",
			webApp: shop,
			want:   map[string]string{"": "c575a73ae178e811", "2": "987357064cf7fcd2", "3": "6238d8d2931c257a"},
		},
		"Resources": {
			reason: "With resources of the platform team: quantities are as the API server writes them, labels and annotations are not in the template.",
			webApp: shop,
			input: `{"apiVersion": "webapp.fn.example.com/v1beta1", "kind": "Input", "labels": {"team": "x"}, "annotations": {"a/b": "c"},
				"defaults": {"resources": {"requests": {"cpu": "0.5", "memory": "128Mi"}, "limits": {"cpu": 1, "memory": "1024Mi", "example.com/gpu": 2}}}}`,
			want: map[string]string{"": "73b494ff1baf097d", "2": "51ca652120259140", "3": "d3ef5c5fdc64a038"},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			req := request(tc.webApp)
			if tc.input != "" {
				withInput(tc.input)(req)
			}

			for generation, want := range tc.want {
				withObserved(child.KeyDeployment, fmt.Sprintf(`{"metadata": {"annotations": {"example.com/template-hash": %q, "example.com/defaults-generation": %q}}}`, want, generation))(req)

				deployment := run(t, req).GetDesired().GetResources()[child.KeyDeployment].GetResource()
				if got := value.Text(deployment.GetFields()["metadata"], "annotations", webapp.TemplateHashAnnotation); got != want {
					t.Errorf("\n%s\nhash with generation %q: want %s, got %s", tc.reason, generation, want, got)
				}
			}
		})
	}
}
