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
		"TLS":        {"A port that speaks TLS is asked so, whatever the case of letters.", `"metrics": {}, "service": {"appProtocol": "HTTPS"}`, `{"port": "http", "scheme": "https"}`},
		"OtherPort":  {"Nothing is known of another port.", `"metrics": {"port": 9090}, "service": {"appProtocol": "https"}`, `{"targetPort": 9090}`},
		"Scheme":     {"The WebApp may know.", `"metrics": {"port": 9090, "scheme": "https", "tlsConfig": {"serverName": "shop.acme.com"}}`, `{"targetPort": 9090, "scheme": "https", "tlsConfig": {"serverName": "shop.acme.com"}}`},
		"Plain":      {"Also that it is not so.", `"metrics": {"scheme": "http"}, "service": {"appProtocol": "https"}`, `{"port": "http", "scheme": "http"}`},
		"Unchecked":  {"Prometheus asks by address, for which few certificates are.", `"metrics": {"tlsConfig": {"insecureSkipVerify": true}}, "service": {"appProtocol": "https"}`, `{"port": "http", "scheme": "https", "tlsConfig": {"insecureSkipVerify": true}}`},
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
