package rollout

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

func TestTell(t *testing.T) {
	app := &webapp.App{Composite: webapp.WebApp, Name: "shop", Namespace: "acme", Spec: v1.WebAppSpec{Image: "nginx:1.28", Replicas: 3}}

	type args struct {
		before Verdict
		after  Verdict
		r      Facts
	}

	type event struct{ severity, reason, message string }

	cases := map[string]struct {
		reason string
		args   args
		want   []event
	}{
		"Nothing": {
			reason: "The same phase for the same reason is no news, whatever the counts.",
			args:   args{before: Verdict{v1.PhasePending, v1.ReasonRollingOut, "1 of 3"}, after: Verdict{v1.PhasePending, v1.ReasonRollingOut, "2 of 3"}},
		},
		"Created": {
			reason: "The first answer to a new WebApp.",
			args:   args{after: Verdict{v1.PhasePending, v1.ReasonCreating, ""}},
			want:   []event{{"SEVERITY_NORMAL", "Created", "Creating Deployment shop."}},
		},
		"UpdatedImage": {
			reason: "An update names the image that it replaces.",
			args: args{
				before: Verdict{v1.PhaseRunning, v1.ReasonAvailable, ""},
				after:  Verdict{v1.PhasePending, v1.ReasonUpdating, ""},
				r:      Facts{image: "nginx:1.27", wanted: 3, written: 3},
			},
			want: []event{{"SEVERITY_NORMAL", "Updated", "Updating the image from nginx:1.27 to nginx:1.28."}},
		},
		"UpdatedAndScaled": {
			reason: "Two changes at once are two events. The names and values of variables are not told.",
			args: args{
				before: Verdict{v1.PhaseRunning, v1.ReasonAvailable, ""},
				after:  Verdict{v1.PhasePending, v1.ReasonUpdating, ""},
				r:      Facts{image: "nginx:1.28", wanted: 3, written: 2},
			},
			want: []event{{"SEVERITY_NORMAL", "Updated", "Updating the pods' settings."}, {"SEVERITY_NORMAL", "Scaled", "Scaling from 2 to 3 replicas."}},
		},
		"Scaled": {
			reason: "From how many to how many.",
			args: args{
				before: Verdict{v1.PhaseRunning, v1.ReasonAvailable, ""},
				after:  Verdict{v1.PhasePending, v1.ReasonScaling, ""},
				r:      Facts{wanted: 3, written: 5},
			},
			want: []event{{"SEVERITY_NORMAL", "Scaled", "Scaling from 5 to 3 replicas."}},
		},
		"RollingOut": {
			reason: "A step on the way is in the status, and is no event.",
			args:   args{before: Verdict{v1.PhasePending, v1.ReasonCreating, ""}, after: Verdict{v1.PhasePending, v1.ReasonRollingOut, ""}},
		},
		"Running": {
			reason: "It runs, and this is where.",
			args:   args{before: Verdict{v1.PhasePending, v1.ReasonRollingOut, ""}, after: Verdict{v1.PhaseRunning, v1.ReasonAvailable, "3 of 3 replicas are available."}},
			want:   []event{{"SEVERITY_NORMAL", "Running", "3 of 3 replicas are available. Reach it at http://shop.acme.svc"}},
		},
		"Failed": {
			reason: "A failure is a warning with its reason.",
			args:   args{before: Verdict{v1.PhasePending, v1.ReasonRollingOut, ""}, after: Verdict{v1.PhaseFailed, v1.ReasonQuotaExceeded, "No quota."}},
			want:   []event{{"SEVERITY_WARNING", "Failed", "QuotaExceeded: No quota."}},
		},
		"FailedOtherwise": {
			reason: "Another reason is another warning.",
			args:   args{before: Verdict{v1.PhaseFailed, v1.ReasonProgressDeadlineExceeded, ""}, after: Verdict{v1.PhaseFailed, v1.ReasonQuotaExceeded, "No quota."}},
			want:   []event{{"SEVERITY_WARNING", "Failed", "QuotaExceeded: No quota."}},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			tc.args.r.before.Verdict = tc.args.before
			tc.args.r.plan = new(webapp.NewPlan(app, &webapp.Settings{}, false))

			var got []event
			for _, r := range Tell(Status{Verdict: tc.args.after, URL: "http://shop.acme.svc"}, tc.args.r) {
				got = append(got, event{r.GetSeverity().String(), r.GetReason(), r.GetMessage()})
			}

			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(event{})); diff != "" {
				t.Errorf("\n%s\nTell(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
