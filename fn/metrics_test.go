package fn

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/crossplane/function-sdk-go/resource"

	"github.com/webapp-operator/function-webapp/fn/child"
)

// TestMonitor holds what a ServiceMonitor is made of.
func TestMonitor(t *testing.T) {
	cases := map[string]struct{ reason, fields, want string }{
		"Empty":      {"Prometheus knows the usual path.", `"metrics": {}`, `{"port": "http"}`},
		"Everything": {"What is written is sent.", `"metrics": {"path": "/stats", "port": 9090, "interval": "15s"}`, `{"targetPort": 9090, "path": "/stats", "interval": "15s"}`},
		"OwnPort":    {"The WebApp's port is that of the Service.", `"metrics": {"port": 8080}`, `{"port": "http"}`},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			spec := askFor(t, tc.fields).child(child.KeyMonitor).GetFields()["spec"]

			want := `{"selector": {"matchLabels": {"app": "shop", "managed-by": "webapp-operator"}}, "endpoints": [` + tc.want + `]}`
			if diff := cmp.Diff(resource.MustStructJSON(want).AsMap(), spec.AsInterface()); diff != "" {
				t.Errorf("\n%s\nspec: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
