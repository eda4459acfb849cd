package main

import (
	"strings"
	"testing"
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
