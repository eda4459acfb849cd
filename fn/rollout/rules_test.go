package rollout

import (
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/crossplane/function-sdk-go/resource"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/diagnosis"
	"github.com/webapp-operator/function-webapp/fn/owner"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

func TestJudge(t *testing.T) {
	app := &webapp.App{Composite: webapp.WebApp, Name: "shop", Namespace: "acme", Spec: v1.WebAppSpec{Image: "nginx:1.27", Replicas: 3, Port: 8080}}
	plan := new(webapp.NewPlan(app, &webapp.Settings{}, false))
	slow := new(webapp.NewPlan(&webapp.App{Composite: webapp.WebApp, Name: "shop", Namespace: "acme", Spec: app.Spec, Options: map[string]*structpb.Value{
		"readinessProbe": structpb.NewStructValue(resource.MustStructJSON(`{"initialDelaySeconds": 900}`)),
	}}, &webapp.Settings{}, false))
	noon := time.Date(2026, time.January, 5, 12, 0, 0, 0, time.UTC)
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
				"3 of 3 replicas are available. The Deployment has more than the WebApp says, which may keep it from being updated: env[DEBUG], livenessProbe (set by kubectl-rollout), env[MODE] (set by reloader). Say it in the WebApp, or have the Deployment made again without stopping its pods: kubectl -n acme delete deployment shop --cascade=orphan --wait=false",
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
		"PausedWhileItFails": {
			reason: "What follows from it comes after it: the deadline that was missed, pods that are refused, and those that stop.",
			args: complete(func(r *situation) {
				r.paused, r.updated, r.available = true, 0, 1
				r.progressing = condition{status: "False", reason: "ProgressDeadlineExceeded"}
				r.replicaFailure = condition{status: "True", reason: "FailedCreate", message: "exceeded quota: small"}
				r.trouble = &diagnosis.Trouble{Phase: v1.PhaseFailed, Reason: v1.ReasonCrashLoop, What: "It stops", Advice: "See.", Loops: true}
			}),
			want: Verdict{v1.PhasePending, v1.ReasonPaused, "Somebody paused the rollout. Resume it with: kubectl -n acme rollout resume deployment/shop"},
		},
		"PausedAndStops": {
			reason: "What does not follow from it does not: all pods are those that are wanted.",
			args: complete(func(r *situation) {
				r.paused, r.available = true, 1
				r.trouble = &diagnosis.Trouble{Phase: v1.PhaseFailed, Reason: v1.ReasonCrashLoop, What: "It stops", Advice: "See.", Loops: true}
			}),
			want: Verdict{v1.PhaseFailed, v1.ReasonCrashLoop, "It stops. See."},
		},
		"PausedAndComplete": {
			reason: "Nothing is missing.",
			args:   complete(func(r *situation) { r.paused = true }),
			want:   Verdict{v1.PhaseRunning, v1.ReasonAvailable, "3 of 3 replicas are available."},
		},
		"ProgressDeadlineExceeded": {
			reason: "Kubernetes gave up waiting.",
			args: complete(func(r *situation) {
				r.replicas, r.updated, r.deadline = 4, 1, 10*time.Minute
				r.progressing = condition{status: "False", reason: "ProgressDeadlineExceeded"}
			}),
			want: Verdict{
				v1.PhaseFailed, v1.ReasonProgressDeadlineExceeded,
				"The rollout has made no progress for 10 minutes; 3 of 3 replicas are available. Often the image cannot be pulled, the container stops or runs as root, or nothing listens on port 8080. See: kubectl -n acme describe pods -l app=shop",
			},
		},
		"QuotaExceeded": {
			reason: "A quota is why the deadline was missed. The pod that was refused has another name each time, and is not named.",
			args:   refused(`pods "shop-7c5ddbdf54-x2x4q" is forbidden: exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1`),
			want: Verdict{
				v1.PhaseFailed, v1.ReasonQuotaExceeded,
				"A ResourceQuota of the namespace forbids more pods: exceeded quota: small, requested: pods=1, limited: pods=1. Ask for more quota, or lower spec.replicas. See: kubectl -n acme describe quota",
			},
		},
		"RefusedForAMoment": {
			reason: "A webhook that is not there for a moment will be.",
			args: func() situation {
				s := refused(`Internal error occurred: failed calling webhook "policy.acme.com": failed to call webhook: Post "https://policy.acme.svc:443/pods?timeout=10s": dial tcp 10.96.0.7:443: connect: connection refused`)
				s.progressing, s.now = progressing, noon
				s.replicaFailure.transition = structpb.NewStringValue("2026-01-05T11:58:01Z")

				return s
			}(),
			want: Verdict{v1.PhasePending, v1.ReasonReplicaFailure, `Pods cannot be created or deleted: Internal error occurred: failed calling webhook "policy.acme.com": failed to call webhook: Post "https://policy.acme.svc:443/pods": dial tcp: connect: connection refused. This may heal by itself within 2 minutes. Ask who runs what does not answer`},
		},
		"RefusedForLong": {
			reason: "Or will not.",
			args: func() situation {
				s := refused(`pods "shop-7c5ddbdf54-" is forbidden: status unknown for quota: team, resources: limits.cpu`)
				s.progressing, s.now = progressing, noon
				s.replicaFailure.transition = structpb.NewStringValue("2026-01-05T11:58:00Z")

				return s
			}(),
			want: Verdict{v1.PhaseFailed, v1.ReasonAdmissionRefused, `The cluster refuses the pods: status unknown for quota: team, resources: limits.cpu. This has lasted for 2 minutes or more. Ask who runs what does not answer`},
		},
		"QuotaWantsToKnow": {
			reason: "A quota may want to know what a pod needs, which the WebApp can say.",
			args:   refused(`pods "shop-7c5ddbdf54-x2x4q" is forbidden: failed quota: team: must specify limits.cpu for: app`),
			want:   Verdict{v1.PhaseFailed, v1.ReasonAdmissionRefused, `The cluster refuses the pods: failed quota: team: must specify limits.cpu for: app. Say it in spec.resources`},
		},
		"LimitRange": {
			reason: "A LimitRange says how much it may need.",
			args:   refused(`pods "shop-7c5ddbdf54-x2x4q" is forbidden: maximum memory usage per Container is 1Gi, but limit is 2Gi`),
			want:   Verdict{v1.PhaseFailed, v1.ReasonAdmissionRefused, `The cluster refuses the pods: maximum memory usage per Container is 1Gi, but limit is 2Gi. Set spec.resources to what a LimitRange of the namespace allows`},
		},
		"NoServiceAccount": {
			reason: "The account that the WebApp names does not exist.",
			args:   refused(`pods "shop-7c5ddbdf54-" is forbidden: error looking up service account acme/shop: serviceaccount "shop" not found`),
			want:   Verdict{v1.PhaseFailed, v1.ReasonAdmissionRefused, `The cluster refuses the pods: error looking up service account acme/shop: serviceaccount "shop" not found. Create the ServiceAccount, or correct spec.serviceAccountName`},
		},
		"NoPriorityClass": {
			reason: "Neither does the class.",
			args:   refused(`pods "shop-7c5ddbdf54-" is forbidden: no PriorityClass with name high was found`),
			want:   Verdict{v1.PhaseFailed, v1.ReasonAdmissionRefused, `The cluster refuses the pods: no PriorityClass with name high was found. Create the PriorityClass, or correct spec.priorityClassName`},
		},
		"ShortDeadline": {
			reason: "Somebody wants to know soon, and no probe is in the way.",
			args: complete(func(r *situation) {
				r.now, r.deadline, r.available = noon, 2*time.Second, 0
				r.progressing = condition{status: "False", reason: "ProgressDeadlineExceeded", transition: structpb.NewStringValue("2026-01-05T11:59:59Z")}
			}),
			want: Verdict{
				v1.PhaseFailed, v1.ReasonProgressDeadlineExceeded,
				"The rollout has made no progress for 2 seconds; 0 of 3 replicas are available. Often the image cannot be pulled, the container stops or runs as root, or nothing listens on port 8080. See: kubectl -n acme describe pods -l app=shop",
			},
		},
		"TooSoon": {
			reason: "Kubernetes gave up before the WebApp's own probes did.",
			args: complete(func(r *situation) {
				r.plan, r.now, r.deadline = slow, noon, 10*time.Minute
				r.available = 0
				r.progressing = condition{status: "False", reason: "ProgressDeadlineExceeded", transition: structpb.NewStringValue("2026-01-05T11:55:00Z")}
			}),
			want: Verdict{v1.PhasePending, v1.ReasonRollingOut, "Pods are being started or replaced; 0 of 3 replicas are available."},
		},
		"NotTooSoon": {
			reason: "Then they do, too.",
			args: complete(func(r *situation) {
				r.plan, r.now, r.deadline = slow, noon, 10*time.Minute
				r.available = 0
				r.progressing = condition{status: "False", reason: "ProgressDeadlineExceeded", transition: structpb.NewStringValue("2026-01-05T11:54:30Z")}
			}),
			want: Verdict{
				v1.PhaseFailed, v1.ReasonProgressDeadlineExceeded,
				"The rollout has made no progress for 930 seconds; 0 of 3 replicas are available. Often the image cannot be pulled, the container stops or runs as root, or it does not accept connections on port 8080 (spec.port), and not on 127.0.0.1 only. See: kubectl -n acme describe pods -l app=shop",
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
				r.trouble = &diagnosis.Trouble{Phase: v1.PhaseFailed, Reason: v1.ReasonCrashLoop, What: "It stops", Advice: "See.", Loops: true}
			}),
			want: Verdict{v1.PhaseFailed, v1.ReasonCrashLoop, "It stops. See."},
		},
		"LoopUnseen": {
			reason: "But one that is about to be replaced may be what was put right.",
			args: complete(func(r *situation) {
				r.generation, r.trouble = 8, &diagnosis.Trouble{Phase: v1.PhaseFailed, Reason: v1.ReasonCrashLoop, What: "It stops", Advice: "See.", Loops: true}
			}),
			want: Verdict{v1.PhasePending, v1.ReasonRollingOut, "Pods are being started or replaced; 3 of 3 replicas are available."},
		},
		"TroubleOfOthers": {
			reason: "What keeps a pod from serving is none of a Deployment that is complete.",
			args: complete(func(r *situation) {
				r.trouble = &diagnosis.Trouble{Phase: v1.PhaseFailed, Reason: v1.ReasonEvicted, What: "It was evicted", Advice: "See."}
			}),
			want: Verdict{v1.PhaseRunning, v1.ReasonAvailable, "3 of 3 replicas are available."},
		},
		"ReplicaFailure": {
			reason: "Anything else is told as it is.",
			args:   refused(`no API token found for service account "default"`),
			want:   Verdict{v1.PhaseFailed, v1.ReasonReplicaFailure, `Pods cannot be created or deleted: no API token found for service account "default"`},
		},
	}

	scaled := new(webapp.NewPlan(&webapp.App{Composite: webapp.WebApp, Name: "shop", Namespace: "acme", Spec: app.Spec, Options: map[string]*structpb.Value{
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
				r.wanted, r.written, r.generation, r.trouble = 5, 5, 8, &diagnosis.Trouble{Phase: v1.PhaseFailed, Reason: v1.ReasonCrashLoop, What: "It stops", Advice: "See.", Loops: true}
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
			reason: "That the autoscaler gets no more is for somebody to know. Nothing is missing that must be.",
			args: autoscaled(func(r *situation) {
				r.wanted, r.written = 5, 5
				r.replicaFailure = condition{status: "True", reason: "FailedCreate", message: "exceeded quota: small"}
			}),
			want: Verdict{
				v1.PhaseRunning, v1.ReasonAvailable,
				"3 of 5 replicas are available. A ResourceQuota of the namespace forbids more pods: exceeded quota: small. Ask for more quota, or lower spec.autoscaling.maxReplicas. See: kubectl -n acme describe quota",
			},
		},
		"AutoscaledRefusedTooFew": {
			reason: "But for those that must be.",
			args: autoscaled(func(r *situation) {
				r.wanted, r.written, r.replicas, r.updated, r.available = 5, 5, 1, 1, 1
				r.replicaFailure = condition{status: "True", reason: "FailedCreate", message: "exceeded quota: small"}
			}),
			want: Verdict{
				v1.PhaseFailed, v1.ReasonQuotaExceeded,
				"A ResourceQuota of the namespace forbids more pods: exceeded quota: small. Ask for more quota, or lower spec.autoscaling.maxReplicas. See: kubectl -n acme describe quota",
			},
		},
		"AutoscaledBelowMinimum": {
			reason: "An autoscaler that has stopped asks for what there was, which is not what the WebApp asks for.",
			args:   autoscaled(func(r *situation) { r.wanted, r.written, r.replicas, r.updated, r.available = 1, 1, 1, 1, 1 }),
			want:   Verdict{v1.PhasePending, v1.ReasonReplicasUnavailable, "1 of 2 replicas are available: its autoscaler asks for 1, and not for as many as spec.autoscaling.minReplicas. If that lasts, see: kubectl -n acme describe hpa shop"},
		},
		"AutoscaledBelowMinimumAndUnavailable": {
			reason: "What there is does not serve either.",
			args:   autoscaled(func(r *situation) { r.wanted, r.written, r.replicas, r.updated, r.available = 1, 1, 1, 1, 0 }),
			want:   Verdict{v1.PhasePending, v1.ReasonReplicasUnavailable, "0 of 2 replicas are available."},
		},
		"AutoscaledPaused": {
			reason: "To pause a Deployment does not keep its autoscaler from scaling it.",
			args: autoscaled(func(r *situation) {
				r.paused, r.progressing = true, condition{status: "Unknown", reason: "DeploymentPaused"}
				r.wanted, r.written, r.replicas, r.updated = 5, 5, 5, 5
			}),
			want: Verdict{v1.PhaseRunning, v1.ReasonAvailable, "3 of 5 replicas are available."},
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
