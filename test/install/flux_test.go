package install

import (
	"path/filepath"
	"testing"

	"github.com/google/cel-go/cel"
	"github.com/google/go-cmp/cmp"
)

// TestFlux evaluates the health checks of the Flux examples as Flux does, and of what make
// api writes: a check
// that is false or cannot be evaluated, because a field is not there yet, is not
// met.
func TestFlux(t *testing.T) {
	type health struct{ Current, Failed bool }

	type check struct {
		APIVersion string `json:"apiVersion"`
		Kind       string `json:"kind"`
		Current    string `json:"current"`
		Failed     string `json:"failed"`
	}

	healthy := func(status string) map[string]any {
		return map[string]any{"conditions": []any{map[string]any{"type": "Installed", "status": "True"}, map[string]any{"type": "Healthy", "status": status}}}
	}

	cases := map[string]struct {
		reason string
		kind   string
		status map[string]any
		want   health
	}{
		"NewWebApp": {
			reason: "A WebApp without a status is on its way.",
			kind:   "WebApp",
		},
		"Pending": {
			reason: "So is one that is rolled out.",
			kind:   "WebApp",
			status: map[string]any{"phase": "Pending"},
		},
		"Running": {
			reason: "One that runs is there.",
			kind:   "WebApp",
			status: map[string]any{"phase": "Running"},
			want:   health{Current: true},
		},
		"Failed": {
			reason: "There is no need to wait for one that has failed.",
			kind:   "WebApp",
			status: map[string]any{"phase": "Failed"},
			want:   health{Failed: true},
		},
		"NewFunction": {
			reason: "A Function without conditions is on its way.",
			kind:   "Function",
			status: map[string]any{},
		},
		"UnhealthyFunction": {
			reason: "So is one that does not run yet.",
			kind:   "Function",
			status: healthy("False"),
		},
		"HealthyFunction": {
			reason: "One that runs is there.",
			kind:   "Function",
			status: healthy("True"),
			want:   health{Current: true},
		},
		"NewService": {
			reason: "The same is true of a kind of one's own, wherever its status is.",
			kind:   "Service",
		},
		"OtherStatus": {
			reason: "What else it says is nothing to Flux.",
			kind:   "Service",
			status: map[string]any{"phase": "Running"},
		},
		"PendingService": {
			reason: "It is on its way.",
			kind:   "Service",
			status: below(map[string]any{"phase": "Pending"}),
		},
		"RunningService": {
			reason: "It runs.",
			kind:   "Service",
			status: below(map[string]any{"phase": "Running"}),
			want:   health{Current: true},
		},
		"FailedService": {
			reason: "It has failed.",
			kind:   "Service",
			status: below(map[string]any{"phase": "Failed"}),
			want:   health{Failed: true},
		},
		"HealthyConfiguration": {
			reason: "The same is true of the Configuration.",
			kind:   "Configuration",
			status: healthy("True"),
			want:   health{Current: true},
		},
	}

	checks := map[string]check{}

	for _, file := range []string{filepath.Join(Root, "install/flux/operator.yaml"), filepath.Join(Root, "install/flux/webapps.yaml"), filepath.Join(ownKind(t), "install/flux.yaml")} {
		manifests, err := Read(file)
		must(t, err)

		for _, m := range manifests {
			if m.Object.GetKind() == "Kustomization" {
				for _, c := range find[[]check](t, manifests, "Kustomization", m.Object.GetName(), "spec", "healthCheckExprs") {
					checks[c.Kind] = c
				}
			}
		}
	}

	env, err := cel.NewEnv(cel.OptionalTypes(), cel.Variable("status", cel.DynType))
	must(t, err)

	met := func(expr string, status map[string]any) bool {
		if expr == "" {
			return false
		}

		ast, issues := env.Compile(expr)
		must(t, issues.Err())

		program, err := env.Program(ast)
		must(t, err)

		in := map[string]any{}
		if status != nil {
			in["status"] = status
		}

		out, _, err := program.Eval(in)

		return err == nil && out.Value() == true
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c, ok := checks[tc.kind]
			if !ok {
				t.Fatalf("\n%s\nthere is no check for %s", tc.reason, tc.kind)
			}

			got := health{met(c.Current, tc.status), met(c.Failed, tc.status)}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("\n%s\n-want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
