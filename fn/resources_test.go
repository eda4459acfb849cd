package fn

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestResources holds what becomes of a WebApp's resources and the platform
// team's.
func TestResources(t *testing.T) {
	type args struct {
		defaults, own string
	}

	cases := map[string]struct {
		reason string
		args   args
		want   map[string]any
	}{
		"Nothing": {
			reason: "Nobody has said anything.",
			args:   args{defaults: `{}`, own: `{}`},
		},
		"Defaults": {
			reason: "What a WebApp does not name is the platform team's.",
			args:   args{defaults: `{"requests": {"cpu": "50m"}, "limits": {"memory": "1Gi"}}`, own: `{"requests": {"memory": "64Mi"}}`},
			want: map[string]any{
				"requests": map[string]any{"cpu": "50m", "memory": "64Mi"},
				"limits":   map[string]any{"memory": "1Gi"},
			},
		},
		"Own": {
			reason: "What it names is its own, in the words of Kubernetes: another spelling restarts nothing.",
			args:   args{defaults: `{"requests": {"cpu": "50m"}}`, own: `{"requests": {"cpu": "0.50", "memory": 4294967296}, "limits": {"cpu": 1}}`},
			want: map[string]any{
				"requests": map[string]any{"cpu": "500m", "memory": "4294967296"},
				"limits":   map[string]any{"cpu": "1"},
			},
		},
		"RequestAboveTheLimit": {
			reason: "A default request above the WebApp's limit is lowered.",
			args:   args{defaults: `{"requests": {"cpu": "50m", "memory": "1Gi"}, "limits": {"memory": "2Gi"}}`, own: `{"limits": {"cpu": "1", "memory": "512Mi"}}`},
			want: map[string]any{
				"requests": map[string]any{"cpu": "50m", "memory": "512Mi"},
				"limits":   map[string]any{"cpu": "1", "memory": "512Mi"},
			},
		},
		"LimitBelowTheRequest": {
			reason: "A default limit below the WebApp's request is raised.",
			args:   args{defaults: `{"limits": {"cpu": "2", "memory": "256Mi"}}`, own: `{"requests": {"cpu": "1", "memory": "512Mi"}}`},
			want: map[string]any{
				"requests": map[string]any{"cpu": "1", "memory": "512Mi"},
				"limits":   map[string]any{"cpu": "2", "memory": "512Mi"},
			},
		},
		"NotShared": {
			reason: "Of what cannot be shared, the request is the limit.",
			args:   args{defaults: `{"requests": {"acme.com/gpu": 1}, "limits": {"acme.com/gpu": 1}}`, own: `{"limits": {"acme.com/gpu": 2}}`},
			want: map[string]any{
				"requests": map[string]any{"acme.com/gpu": "2"},
				"limits":   map[string]any{"acme.com/gpu": "2"},
			},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			req := request(webAppWith(`"resources": `+tc.args.own),
				withInput(`{"apiVersion": "webapp.fn.example.com/v1beta1", "kind": "Input", "defaults": {"resources": `+tc.args.defaults+`}}`))
			before := req.String()

			// Twice: what is shared between calls must not change.
			for range 2 {
				container := appContainer(run(t, req).GetDesired().GetResources()[keyDeployment].GetResource())

				got, _ := dig(container, "resources").AsInterface().(map[string]any)
				if diff := cmp.Diff(tc.want, got); diff != "" {
					t.Errorf("\n%s\nresources: -want, +got:\n%s", tc.reason, diff)
				}
			}

			if req.String() != before {
				t.Errorf("\n%s\nthe request was changed", tc.reason)
			}
		})
	}
}
