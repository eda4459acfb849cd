package main

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/plot/plotter"
)

func TestCheck(t *testing.T) {
	quiet := func(p Phase) *Report {
		p.Name, p.Seconds = quietPhase+"10s", 30
		return &Report{N: 20, Phases: []Phase{{Name: "settle", Changes: Changes{Objects: map[string]int{"pods changed": 1}}}, p}}
	}

	cases := map[string]struct {
		reason string
		report *Report
		want   string
	}{
		"Quiet": {
			reason: "WebApps that were looked at and did not change are well, whatever changed before.",
			report: quiet(Phase{Usage: Usage{Reconciles: 50, APIWrites: map[string]float64{"APPLY webapps": 50}}}),
		},
		"Object": {
			reason: "A change in a quiet time is an error.",
			report: quiet(Phase{Usage: Usage{Reconciles: 50}, Changes: Changes{Objects: map[string]int{"webapps changed": 2}}}),
			want:   "20 WebApps, quiet, TTL 10s: 2 × webapps changed, where nothing may change",
		},
		"Event": {
			reason: "An event in a quiet time is an error.",
			report: quiet(Phase{Usage: Usage{Reconciles: 50}, Changes: Changes{Events: map[string]int{"WebApp Running": 1}}}),
			want:   "20 WebApps, quiet, TTL 10s: 1 × WebApp Running, where nothing may change",
		},
		"NobodyLooked": {
			reason: "Quiet says nothing if no WebApp was looked at although it was time.",
			report: quiet(Phase{Usage: Usage{Reconciles: 3}}),
			want:   "20 WebApps, quiet, TTL 10s: only 3 reconciles in 30 s",
		},
		"CircuitBreaker": {
			reason: "A circuit breaker that opens is an error at any time.",
			report: &Report{N: 20, Phases: []Phase{{Name: "apply to Running", Usage: Usage{BreakerOpens: 1}}}},
			want:   "20 WebApps, apply to Running: 1 circuit breakers opened",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := ""
			if err := tc.report.check(); err != nil {
				got = err.Error()
			}

			if got != tc.want {
				t.Errorf("%s\nwant %q\ngot  %q", tc.reason, tc.want, got)
			}
		})
	}
}

func TestWaits(t *testing.T) {
	hundred := make([]float64, 0, 200)
	for i := range 200 {
		hundred = append(hundred, float64(200-i))
	}

	cases := map[string]struct {
		reason string
		args   []float64
		want   Waits
	}{
		"None":  {"Nobody ran.", nil, Waits{}},
		"One":   {"One is all there is.", []float64{3}, Waits{Median: 3, P99: 3, Most: 3}},
		"Three": {"Of a few, the 99th percentile is the slowest.", []float64{9, 1, 2}, Waits{Median: 2, P99: 9, Most: 9}},
		"Many":  {"Of many, it leaves out the slowest.", hundred, Waits{Median: 100, P99: 198, Most: 200}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := newWaits(tc.args)
			got.Each = nil

			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s\n-want, +got:\n%s", tc.reason, diff)
			}
		})
	}

	want := plotter.XYs{{X: 0, Y: 0}, {X: 1, Y: 50}, {X: 4, Y: 100}}
	if diff := cmp.Diff(want, newWaits([]float64{4, 1}).shares()); diff != "" {
		t.Errorf("shares: -want, +got:\n%s", diff)
	}
}

// TestWaitsOfFirst holds that a WebApp that runs, then does not, and runs again
// has waited until it ran first.
func TestWaitsOfFirst(t *testing.T) {
	at := func(s int) time.Time { return time.Unix(int64(s), 0) }
	w := &watch{running: map[string]bool{}, applied: map[string]time.Time{"a": at(10)}, waited: map[string]float64{}}

	for _, seen := range []struct {
		at   int
		runs bool
	}{{12, false}, {15, true}, {16, false}, {20, true}} {
		w.last = at(seen.at)
		w.runs("a", seen.runs)
	}

	if got := w.Waits(); got.Most != 5 || w.Running() != 1 {
		t.Errorf("want one that took 5 s, got %d that took %.0f s", w.Running(), got.Most)
	}
}

func TestSideBySide(t *testing.T) {
	phase := func(s float64) Phase {
		return Phase{Name: "apply to Running", Seconds: s, Usage: Usage{CPUSeconds: map[string]float64{"kube-apiserver": s}}}
	}
	out := &strings.Builder{}
	printGrowth(out, []*Report{
		{Scenario: ours, N: 20, Waits: newWaits([]float64{1, 2, 3}), Phases: []Phase{phase(10), {Name: "settle"}}},
		{Scenario: "kro", N: 300, Waits: newWaits([]float64{4}), Phases: []Phase{phase(20)}},
	})

	for _, want := range []string{
		"from apply to Running, each WebApp   webapp 20   kro 300",
		"median                               2.0 s       4.0 s",
		"99th percentile                      3.0 s       4.0 s",
		"wall time                        10.0 s      20.0 s",
		"wall time                        0.0 s       –",
	} {
		if !strings.Contains(out.String(), want+"\n") {
			t.Errorf("want a line %q in\n%s", want, out)
		}
	}
}

func TestChangedFields(t *testing.T) {
	object := func(revision, phase, ready, since string) map[string]any {
		return map[string]any{
			"metadata": map[string]any{"resourceVersion": revision + phase + ready + since},
			"spec":     map[string]any{"crossplane": map[string]any{"compositionRevisionRef": revision}},
			"status": map[string]any{"phase": phase, "conditions": []any{
				map[string]any{"type": "Ready", "status": ready, "lastTransitionTime": since},
				map[string]any{"type": "Synced", "status": "True"},
			}},
		}
	}

	cases := map[string]struct {
		reason        string
		before, after map[string]any
		want          string
	}{
		"Nothing":   {"What every write changes does not count.", object("a", "Pending", "False", "1"), object("a", "Pending", "False", "1"), ""},
		"Spec":      {"Crossplane's part of the spec is told apart.", object("a", "Pending", "False", "1"), object("b", "Pending", "False", "1"), "spec.crossplane.compositionRevisionRef"},
		"Condition": {"Conditions are told apart, and so are their fields.", object("a", "Running", "False", "1"), object("a", "Running", "True", "2"), "Ready.lastTransitionTime, Ready.status"},
		"Status":    {"A status is told field by field.", object("a", "Pending", "False", "1"), object("a", "Running", "False", "1"), "status.phase"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if got := strings.Join(changedFields(tc.before, tc.after), ", "); got != tc.want {
				t.Errorf("%s\nwant %q\ngot  %q", tc.reason, tc.want, got)
			}
		})
	}
}
