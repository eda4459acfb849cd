package fn

import (
	"testing"

	"github.com/webapp-operator/function-webapp/fn/child"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// TestTemplateHashes pins the hashes of whole WebApps: an upgrade of the function
// must not find that a running one changed.
func TestTemplateHashes(t *testing.T) {
	cases := map[string]struct {
		reason string
		webApp string
		input  string
		want   string
	}{
		"Bare": {
			reason: "The least a WebApp can say.",
			webApp: `{"apiVersion": "example.com/v1", "kind": "WebApp", "metadata": {"name": "shop", "namespace": "acme"}, "spec": {"image": "nginx", "replicas": 1}}`,
			want:   "2685eb87d69779fd",
		},
		"Env": {
			reason: "With an environment.",
			webApp: shop,
			want:   "c575a73ae178e811",
		},
		"Resources": {
			reason: "With resources of the platform team: quantities are as the API server writes them, labels and annotations are not in the template.",
			webApp: shop,
			input: `{"apiVersion": "webapp.fn.example.com/v1beta1", "kind": "Input", "labels": {"team": "x"}, "annotations": {"a/b": "c"},
				"defaults": {"resources": {"requests": {"cpu": "0.5", "memory": "128Mi"}, "limits": {"cpu": 1, "memory": "1024Mi", "example.com/gpu": 2}}}}`,
			want: "73b494ff1baf097d",
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			req := request(tc.webApp)
			if tc.input != "" {
				withInput(tc.input)(req)
			}

			deployment := run(t, req).GetDesired().GetResources()[child.KeyDeployment].GetResource()
			if got := value.Text(deployment.GetFields()["metadata"], "annotations", webapp.TemplateHashAnnotation); got != tc.want {
				t.Errorf("\n%s\nhash: want %s, got %s", tc.reason, tc.want, got)
			}
		})
	}
}
