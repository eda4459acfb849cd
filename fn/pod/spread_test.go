package pod

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/crossplane/function-sdk-go/resource"

	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

func messages(errs field.ErrorList) []string {
	var out []string
	for _, err := range errs {
		out = append(out, err.Error())
	}

	return out
}

// TestSpread holds how the platform team has replicas spread.
func TestSpread(t *testing.T) {
	constraint := func(topology, action string) any {
		return map[string]any{
			"maxSkew": 1.0, "topologyKey": topology, "whenUnsatisfiable": action, "matchLabelKeys": []any{"pod-template-hash"},
			"labelSelector": map[string]any{"matchLabels": map[string]any{"app": "shop", "managed-by": "webapp-operator"}},
		}
	}
	soft := []any{constraint("topology.kubernetes.io/zone", "ScheduleAnyway"), constraint("kubernetes.io/hostname", "ScheduleAnyway")}

	type want struct {
		constraints any
		errs        []string
	}

	cases := map[string]struct {
		reason, spread string
		want           want
	}{
		"Default": {
			reason: "Replicas are spread where that is possible.",
			spread: `{}`,
			want:   want{constraints: soft},
		},
		"Soft": {
			reason: "The default can be said.",
			spread: `{"whenUnsatisfiable": "ScheduleAnyway", "disabled": false}`,
			want:   want{constraints: soft},
		},
		"Hard": {
			reason: "What cannot be spread waits.",
			spread: `{"whenUnsatisfiable": "DoNotSchedule"}`,
			want:   want{constraints: []any{constraint("topology.kubernetes.io/zone", "DoNotSchedule"), constraint("kubernetes.io/hostname", "DoNotSchedule")}},
		},
		"Disabled": {
			reason: "It can be left to the scheduler.",
			spread: `{"disabled": true}`,
		},
		"Wrong": {
			reason: "There are two ways, and nothing else to say.",
			spread: `{"disabled": "yes", "whenUnsatisfiable": "Evict", "maxSkew": 2}`,
			want: want{errs: []string{
				`defaults.topologySpread.maxSkew: Forbidden: unknown field: known here are disabled, whenUnsatisfiable`,
				`defaults.topologySpread.disabled: Invalid value: "string": must be true or false`,
				`defaults.topologySpread.whenUnsatisfiable: Unsupported value: "Evict": supported values: "ScheduleAnyway", "DoNotSchedule"`,
			}},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			root, errs := value.Read(resource.MustStructJSON(`{"defaults": {"topologySpread": ` + tc.spread + `}}`).GetFields())
			settings := &webapp.Settings{}
			readDefaultSpreading(root.Object("defaults"), &settings.Defaults)

			if diff := cmp.Diff(tc.want.errs, messages(*errs)); diff != "" {
				t.Errorf("\n%s\nreadDefaultSpreading(...): -want errors, +got errors:\n%s", tc.reason, diff)
			}

			if len(*errs) > 0 {
				return
			}

			spec, _ := Deployment(new(webapp.NewPlan(&webapp.App{Composite: webapp.WebApp, Name: "shop"}, settings, false)), nil, nil)

			got := value.Dig(spec, "template", "spec", "topologySpreadConstraints").AsInterface()
			if diff := cmp.Diff(tc.want.constraints, got); diff != "" {
				t.Errorf("\n%s\ntopologySpreadConstraints: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
