package rollout

import (
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/crossplane/function-sdk-go/resource"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/owner"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

func TestJudge(t *testing.T) {
	app := &webapp.App{Name: "shop", Namespace: "acme", Spec: v1.WebAppSpec{Image: "nginx:1.27", Replicas: 3, Port: 8080}}
	plan := new(webapp.NewPlan(app, &webapp.Settings{}, false))
	progressing := condition{status: "True", reason: "ReplicaSetUpdated"}
	done := condition{status: "True", reason: "NewReplicaSetAvailable"}

	// complete is a rollout that is done; each case spoils it in its own way.
	complete := func(spoil func(r *situation)) situation {
		r := situation{Facts: Facts{
			plan: plan, exists: true, templateCurrent: true, generation: 7, observedGeneration: 7,
			wanted: 3, written: 3, replicas: 3, updated: 3, available: 3, progressing: done,
		}}
		if spoil != nil {
			spoil(&r)
		}

		return r
	}

	refused := func(message string) situation {
		return complete(func(r *situation) {
			r.replicas, r.updated, r.available = 1, 1, 1
			r.progressing = condition{status: "False", reason: "ProgressDeadlineExceeded"}
			r.replicaFailure = condition{status: "True", reason: "FailedCreate", message: message}
		})
	}

	cases := map[string]struct {
		reason string
		args   situation
		want   Verdict
	}{
		"Creating": {
			reason: "There is no Deployment. A new WebApp is Pending, not Failed.",
			args:   situation{Facts: Facts{plan: plan}},
			want:   Verdict{v1.PhasePending, v1.ReasonCreating, "The Deployment is being created."},
		},
		"Terminating": {
			reason: "A Deployment that is being deleted is not Running, however many pods it has.",
			args:   complete(func(r *situation) { r.terminating = true }),
			want:   Verdict{v1.PhasePending, v1.ReasonTerminating, "The Deployment is being deleted. It will be created again when it is gone."},
		},
		"Others": {
			reason: "It runs, but not as the WebApp says, and somebody has to know.",
			args: complete(func(r *situation) {
				r.others = []owner.Field{{Path: "livenessProbe", Manager: "kubectl-rollout"}, {Path: "env[MODE]", Manager: "reloader"}, {Path: "env[DEBUG]", Manager: "kubectl-rollout"}}
			}),
			want: Verdict{
				v1.PhaseRunning, v1.ReasonAvailable,
				"3 of 3 replicas are available. The Deployment has more than the WebApp says, which may keep it from being updated: env[DEBUG], livenessProbe (set by kubectl-rollout), env[MODE] (set by reloader). Say it in the WebApp, or have the Deployment made again without stopping its pods: kubectl -n acme delete deployment shop --cascade=orphan",
			},
		},
		"Updating": {
			reason: "What runs is not what is wanted.",
			args:   complete(func(r *situation) { r.templateCurrent = false }),
			want:   Verdict{v1.PhasePending, v1.ReasonUpdating, "The Deployment is being updated; 3 of 3 replicas are available."},
		},
		"Scaling": {
			reason: "How many run is not how many are wanted.",
			args:   complete(func(r *situation) { r.written, r.replicas, r.updated, r.available = 5, 5, 5, 5 }),
			want:   Verdict{v1.PhasePending, v1.ReasonScaling, "The Deployment is being scaled from 5 to 3 replicas."},
		},
		"Unseen": {
			reason: "Counts and conditions of an older generation say nothing of this one, good or bad.",
			args: complete(func(r *situation) {
				r.generation = 8
				r.progressing = condition{status: "False", reason: "ProgressDeadlineExceeded"}
			}),
			want: Verdict{v1.PhasePending, v1.ReasonRollingOut, "Pods are being started or replaced; 3 of 3 replicas are available."},
		},
		"NeverSeen": {
			reason: "Of a new Deployment, Kubernetes has said nothing yet.",
			args: complete(func(r *situation) {
				r.generation, r.observedGeneration, r.replicas, r.updated, r.available = 1, 0, 0, 0, 0
			}),
			want: Verdict{v1.PhasePending, v1.ReasonCreating, "The Deployment is being created."},
		},
		"Available": {
			reason: "Every wanted replica is updated and available, and no other is left.",
			args:   complete(nil),
			want:   Verdict{v1.PhaseRunning, v1.ReasonAvailable, "3 of 3 replicas are available."},
		},
		"AvailableThoughFailed": {
			reason: "A condition that has not been cleared yet does not spoil a Deployment that is complete.",
			args:   complete(func(r *situation) { r.replicaFailure = condition{status: "True"} }),
			want:   Verdict{v1.PhaseRunning, v1.ReasonAvailable, "3 of 3 replicas are available."},
		},
		"OldPodsLeft": {
			reason: "The available replicas may be the old ones as long as there are any.",
			args:   complete(func(r *situation) { r.replicas, r.progressing = 4, progressing }),
			want:   Verdict{v1.PhasePending, v1.ReasonRollingOut, "Pods are being started or replaced; 3 of 3 replicas are available."},
		},
		"RollingOut": {
			reason: "Two are up to date, one of them serves.",
			args:   complete(func(r *situation) { r.updated, r.available, r.progressing = 2, 1, progressing }),
			want:   Verdict{v1.PhasePending, v1.ReasonRollingOut, "Pods are being started or replaced; 1 of 3 replicas are available."},
		},
		"NoConditionsYet": {
			reason: "A Deployment that its controller has only begun to look at is rolling out.",
			args:   complete(func(r *situation) { r.replicas, r.updated, r.available, r.progressing = 3, 3, 0, condition{} }),
			want:   Verdict{v1.PhasePending, v1.ReasonRollingOut, "Pods are being started or replaced; 0 of 3 replicas are available."},
		},
		"ReplicasUnavailable": {
			reason: "The rollout was done, and a replica stopped serving since.",
			args:   complete(func(r *situation) { r.available = 2 }),
			want:   Verdict{v1.PhasePending, v1.ReasonReplicasUnavailable, "2 of 3 replicas are available."},
		},
		"Paused": {
			reason: "Nothing will happen until somebody resumes the rollout.",
			args: complete(func(r *situation) {
				r.updated, r.progressing = 0, condition{status: "Unknown", reason: "DeploymentPaused"}
			}),
			want: Verdict{v1.PhasePending, v1.ReasonPaused, "Somebody paused the rollout. Resume it with: kubectl -n acme rollout resume deployment/shop"},
		},
		"ProgressDeadlineExceeded": {
			reason: "Kubernetes gave up waiting.",
			args: complete(func(r *situation) {
				r.replicas, r.updated = 4, 1
				r.progressing = condition{status: "False", reason: "ProgressDeadlineExceeded"}
			}),
			want: Verdict{
				v1.PhaseFailed, v1.ReasonProgressDeadlineExceeded,
				"The rollout makes no progress; 3 of 3 replicas are available. Often the image cannot be pulled, the container stops or runs as root, or nothing listens on port 8080. See: kubectl -n acme describe pods -l app=shop",
			},
		},
		"QuotaExceeded": {
			reason: "A quota is why the deadline was missed. The pod that was refused has another name each time, and is not named.",
			args:   refused(`pods "shop-7c5ddbdf54-x2x4q" is forbidden: exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1`),
			want: Verdict{
				v1.PhaseFailed, v1.ReasonQuotaExceeded,
				"A ResourceQuota of the namespace forbids more pods: exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1. Ask for more quota, or lower spec.replicas. See: kubectl -n acme describe quota",
			},
		},
		"AdmissionRefused": {
			reason: "Pod Security says what it does not like.",
			args:   refused(`pods "shop-7c5ddbdf54-x2x4q" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true`),
			want:   Verdict{v1.PhaseFailed, v1.ReasonAdmissionRefused, `The cluster refuses the pods: violates PodSecurity "restricted:latest": runAsNonRoot != true`},
		},
		"AdmissionRefusedByWebhook": {
			reason: "So does a webhook, with the pod's name anywhere in it.",
			args:   refused(`admission webhook "policy.acme.com" denied the request: acme/shop-7c5ddbdf54-x2x4q has no team`),
			want:   Verdict{v1.PhaseFailed, v1.ReasonAdmissionRefused, `The cluster refuses the pods: admission webhook "policy.acme.com" denied the request: acme/shop has no team`},
		},
		"Loop": {
			reason: "A container that stops again and again is not trusted while it is ready.",
			args: complete(func(r *situation) {
				r.trouble = &Trouble{reason: v1.ReasonCrashLoop, what: "It stops", advice: "See.", loops: true}
			}),
			want: Verdict{v1.PhaseFailed, v1.ReasonCrashLoop, "It stops. See."},
		},
		"LoopUnseen": {
			reason: "But one that is about to be replaced may be what was put right.",
			args: complete(func(r *situation) {
				r.generation, r.trouble = 8, &Trouble{reason: v1.ReasonCrashLoop, what: "It stops", advice: "See.", loops: true}
			}),
			want: Verdict{v1.PhasePending, v1.ReasonRollingOut, "Pods are being started or replaced; 3 of 3 replicas are available."},
		},
		"TroubleOfOthers": {
			reason: "What keeps a pod from serving is none of a Deployment that is complete.",
			args: complete(func(r *situation) {
				r.trouble = &Trouble{reason: v1.ReasonEvicted, what: "It was evicted", advice: "See."}
			}),
			want: Verdict{v1.PhaseRunning, v1.ReasonAvailable, "3 of 3 replicas are available."},
		},
		"ReplicaFailure": {
			reason: "Anything else is told as it is.",
			args:   refused(`no API token found for service account "default"`),
			want:   Verdict{v1.PhaseFailed, v1.ReasonReplicaFailure, `Pods cannot be created or deleted: no API token found for service account "default"`},
		},
	}

	scaled := new(webapp.NewPlan(&webapp.App{Name: "shop", Namespace: "acme", Spec: app.Spec, Options: map[string]*structpb.Value{
		"autoscaling": structpb.NewStructValue(resource.MustStructJSON(`{"minReplicas": 2, "maxReplicas": 10}`)),
	}}, &webapp.Settings{}, true))

	// autoscaled is a complete rollout of which an autoscaler decides how many
	// replicas there are.
	autoscaled := func(spoil func(r *situation)) situation {
		return complete(func(r *situation) { r.plan = scaled; spoil(r) })
	}

	maps.Copy(cases, map[string]struct {
		reason string
		args   situation
		want   Verdict
	}{
		"AutoscaledUp": {
			reason: "An autoscaler adds replicas to those that serve.",
			args:   autoscaled(func(r *situation) { r.wanted, r.written, r.replicas, r.updated = 5, 5, 5, 5 }),
			want:   Verdict{v1.PhaseRunning, v1.ReasonAvailable, "3 of 5 replicas are available."},
		},
		"AutoscaledLoop": {
			reason: "What stops again and again is not trusted, however many serve.",
			args: autoscaled(func(r *situation) {
				r.wanted, r.written, r.generation, r.trouble = 5, 5, 8, &Trouble{reason: v1.ReasonCrashLoop, what: "It stops", advice: "See.", loops: true}
			}),
			want: Verdict{v1.PhaseFailed, v1.ReasonCrashLoop, "It stops. See."},
		},
		"AutoscaledUpUnseen": {
			reason: "That Kubernetes has not acted on it yet spoils nothing.",
			args:   autoscaled(func(r *situation) { r.wanted, r.written, r.generation = 5, 5, 8 }),
			want:   Verdict{v1.PhaseRunning, v1.ReasonAvailable, "3 of 5 replicas are available."},
		},
		"AutoscaledDownUnseen": {
			reason: "The same goes for replicas that it removes.",
			args:   autoscaled(func(r *situation) { r.wanted, r.written, r.available, r.generation = 2, 2, 2, 8 }),
			want:   Verdict{v1.PhaseRunning, v1.ReasonAvailable, "2 of 2 replicas are available."},
		},
		"AutoscaledUnseen": {
			reason: "Any other change is one of the pods, of which Kubernetes has said nothing yet.",
			args:   autoscaled(func(r *situation) { r.generation = 8 }),
			want:   Verdict{v1.PhasePending, v1.ReasonRollingOut, "Pods are being started or replaced; 3 of 3 replicas are available."},
		},
		"AutoscaledUpdate": {
			reason: "Other pods are other pods, however many there are.",
			args: autoscaled(func(r *situation) {
				r.wanted, r.written, r.replicas, r.updated, r.progressing = 5, 5, 6, 1, progressing
			}),
			want: Verdict{v1.PhasePending, v1.ReasonRollingOut, "Pods are being started or replaced; 3 of 5 replicas are available."},
		},
		"AutoscaledTooFew": {
			reason: "There are fewer than there must be at least.",
			args:   autoscaled(func(r *situation) { r.available = 1 }),
			want:   Verdict{v1.PhasePending, v1.ReasonReplicasUnavailable, "1 of 3 replicas are available."},
		},
		"AutoscaledRefused": {
			reason: "That the autoscaler gets no more is for somebody to know, and to mend.",
			args: autoscaled(func(r *situation) {
				r.wanted, r.written = 5, 5
				r.replicaFailure = condition{status: "True", reason: "FailedCreate", message: "exceeded quota: small"}
			}),
			want: Verdict{
				v1.PhaseFailed, v1.ReasonQuotaExceeded,
				"A ResourceQuota of the namespace forbids more pods: exceeded quota: small. Ask for more quota, or lower spec.autoscaling.maxReplicas. See: kubectl -n acme describe quota",
			},
		},
	})

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, Judge(tc.args.Facts, tc.args.trouble)); diff != "" {
				t.Errorf("\n%s\nJudge(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
