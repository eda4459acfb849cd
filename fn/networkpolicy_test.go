package fn

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/crossplane/function-sdk-go/resource"

	"github.com/webapp-operator/function-webapp/fn/child"
)

// TestPolicy holds what a NetworkPolicy is made of.
func TestPolicy(t *testing.T) {
	cases := map[string]struct{ reason, fields, want string }{
		"In":      {"Who says nothing of what goes out leaves it as it is.", `"ingress": [{"from": [{"podSelector": {}}]}]`, `"policyTypes": ["Ingress"], "ingress": [{"from": [{"podSelector": {}}]}]`},
		"Out":     {"And the other way round.", `"egress": [{"ports": [{"port": 53, "protocol": "UDP"}]}]`, `"policyTypes": ["Egress"], "egress": [{"ports": [{"port": 53, "protocol": "UDP"}]}]`},
		"Nothing": {"An empty list lets nothing through.", `"ingress": [], "egress": []`, `"policyTypes": ["Ingress", "Egress"], "ingress": [], "egress": []`},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			spec := askFor(t, `"networkPolicy": {`+tc.fields+`}`).child(child.KeyPolicy).GetFields()["spec"]

			want := `{"podSelector": {"matchLabels": {"app": "shop", "managed-by": "webapp-operator"}}, ` + tc.want + `}`
			if diff := cmp.Diff(resource.MustStructJSON(want).AsMap(), spec.AsInterface()); diff != "" {
				t.Errorf("\n%s\nspec: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
