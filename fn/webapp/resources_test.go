package webapp

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	apiresource "k8s.io/apimachinery/pkg/api/resource"

	"github.com/crossplane/function-sdk-go/resource"

	"github.com/webapp-operator/function-webapp/fn/value"
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
			read := func(written string) Resources {
				in, errs := value.Read(resource.MustStructJSON(written).GetFields())

				r := ReadResources(in)
				if len(*errs) > 0 {
					t.Fatalf("\n%s\nReadResources(%s): unexpected errors: %v", tc.reason, written, *errs)
				}

				return r
			}
			defaults, own := read(tc.args.defaults), read(tc.args.own)

			// Twice: what is shared between calls must not change.
			for range 2 {
				got, _ := own.Over(defaults).Value().AsInterface().(map[string]any)
				if diff := cmp.Diff(tc.want, got); diff != "" {
					t.Errorf("\n%s\nOver(...): -want, +got:\n%s", tc.reason, diff)
				}
			}

			if diff := cmp.Diff([]Resources{read(tc.args.defaults), read(tc.args.own)}, []Resources{defaults, own}); diff != "" {
				t.Errorf("\n%s\nOver(...) changed what it was given: -before, +after:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestQuantityPattern holds that what the pattern lets through can be parsed.
func TestQuantityPattern(t *testing.T) {
	for _, number := range []string{"0", "1", "+1", "1.", ".5", "1.5", "999999999999999999.999999999"} {
		for _, suffix := range []string{"", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "e3", "E-9", "e+99", "e-99"} {
			if quantity := number + suffix; IsQuantity(quantity) {
				if _, err := apiresource.ParseQuantity(quantity); err != nil {
					t.Errorf("%s: %v", quantity, err)
				}
			} else {
				t.Errorf("%s: is a quantity", quantity)
			}
		}
	}
}
