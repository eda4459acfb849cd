package webapp

import (
	"testing"
	"time"

	"github.com/crossplane/function-sdk-go/resource"
)

func TestPatience(t *testing.T) {
	type want struct{ ready, again, deadline time.Duration }

	cases := map[string]struct {
		reason string
		args   string
		want   want
	}{
		"Default": {
			reason: "Two minutes to be ready, and Kubernetes' deadline.",
			args:   `{}`,
			want:   want{2 * time.Minute, 2 * time.Minute, 10 * time.Minute},
		},
		"Quick": {
			reason: "A probe that asks more often makes nobody less patient.",
			args:   `{"readinessProbe": {"periodSeconds": 1, "failureThreshold": 1}}`,
			want:   want{2 * time.Minute, 2 * time.Minute, 10 * time.Minute},
		},
		"Delay": {
			reason: "A delay is one at the start only.",
			args:   `{"readinessProbe": {"initialDelaySeconds": 300}}`,
			want:   want{330 * time.Second, 2 * time.Minute, 10 * time.Minute},
		},
		"Threshold": {
			reason: "How often it is asked counts each time.",
			args:   `{"readinessProbe": {"periodSeconds": 60, "failureThreshold": 4}}`,
			want:   want{4 * time.Minute, 4 * time.Minute, 10 * time.Minute},
		},
		"SuccessThreshold": {
			reason: "One that must succeed often is not ready before it has.",
			args:   `{"readinessProbe": {"periodSeconds": 60, "successThreshold": 5}}`,
			want:   want{5 * time.Minute, 5 * time.Minute, 10 * time.Minute},
		},
		"Timeout": {
			reason: "Nor is one asked again before it has had its time to answer.",
			args:   `{"readinessProbe": {"periodSeconds": 1, "timeoutSeconds": 60}}`,
			want:   want{3 * time.Minute, 3 * time.Minute, 10 * time.Minute},
		},
		"Startup": {
			reason: "A readiness probe waits for the startup probe, and the deadline for both.",
			args:   `{"startupProbe": {"initialDelaySeconds": 60, "failureThreshold": 60}, "readinessProbe": {"initialDelaySeconds": 120}}`,
			want:   want{810 * time.Second, 2 * time.Minute, 930 * time.Second},
		},
		"Most": {
			reason: "No longer than a year, whatever the fields multiply to.",
			args:   `{"startupProbe": {"periodSeconds": 2147483647, "failureThreshold": 2147483647}}`,
			want:   want{365*24*time.Hour + 30*time.Second, 2 * time.Minute, 365*24*time.Hour + 150*time.Second},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			app := &App{Options: resource.MustStructJSON(tc.args).GetFields()}

			if got := (want{app.TimeToBeReady(), app.TimeToBeReadyAgain(), app.ProgressDeadline()}); got != tc.want {
				t.Errorf("\n%s\nwant %v, got %v", tc.reason, tc.want, got)
			}
		})
	}
}
