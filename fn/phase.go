package fn

import (
	"fmt"
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
)

// A verdict is what a WebApp's status says in words.
type verdict struct {
	phase   v1.Phase
	reason  v1.Reason
	message string
}

// judge decides what to say of a WebApp.
func judge(r rollout, conflicts []conflict) verdict {
	if len(conflicts) > 0 {
		return inConflict(conflicts)
	}

	return judgeRollout(r)
}

// judgeRollout decides what to say of a rollout: the first rule that has an
// opinion wins.
func judgeRollout(r rollout) verdict {
	for _, rule := range rules {
		if v, applies := rule(r); applies {
			return v
		}
	}

	return pending(v1.ReasonReplicasUnavailable, "%s.", r.count())
}

// rules are in order of how much they tell a person. They are documented with
// the reasons, in apis/v1/reasons.go and in the README.
var rules = []func(r rollout) (verdict, bool){
	creating,
	terminating,
	updating,
	scaling,
	// A pod that will not last is no reason to say that all is well.
	willNotLast,
	autoscaling,
	unseen,
	// Before every failure: a Deployment that is complete has none.
	available,
	// Before the deadline: they say why it was missed.
	podsRefused,
	podsInTrouble,
	deadlineExceeded,
	paused,
	rollingOut,
}

func creating(r rollout) (verdict, bool) {
	if r.exists {
		return verdict{}, false
	}

	return beingCreated, true
}

// beingCreated holds until Kubernetes has said something of the Deployment, so
// that a new WebApp changes no more often than there is something to say.
var beingCreated = pending(v1.ReasonCreating, "The Deployment is being created.")

func terminating(r rollout) (verdict, bool) {
	if !r.terminating {
		return verdict{}, false
	}

	return pending(v1.ReasonTerminating, "The Deployment is being deleted. It will be created again when it is gone."), true
}

func updating(r rollout) (verdict, bool) {
	if r.templateCurrent {
		return verdict{}, false
	}

	return pending(v1.ReasonUpdating, "The Deployment is being updated; %s.", r.count()), true
}

func scaling(r rollout) (verdict, bool) {
	if r.written == r.wanted {
		return verdict{}, false
	}

	return pending(v1.ReasonScaling, "The Deployment is being scaled from %d to %d replicas.", r.written, r.wanted), true
}

// autoscaling is for a WebApp that goes on serving while its autoscaler has
// replicas started or stopped. It would not be Running half of its time otherwise.
func autoscaling(r rollout) (verdict, bool) {
	// No pod of an older template is left, and none is refused.
	settled := r.updated == r.replicas && r.progressing.reason == newReplicaSetAvailable && r.replicaFailure.status != string(corev1.ConditionTrue)

	if !r.app.autoscaled || !r.seen() || !settled || r.available < int64(leastReplicas(r.app)) {
		return verdict{}, false
	}

	// While replicas are on their way out, more are available than are wanted.
	r.available = min(r.available, r.wanted)

	return verdict{v1.PhaseRunning, v1.ReasonAvailable, r.count() + "."}, true
}

// newReplicaSetAvailable is the reason of a rollout that is done: see
// k8s.io/kubernetes/pkg/controller/deployment/util.NewRSAvailableReason.
const newReplicaSetAvailable = "NewReplicaSetAvailable"

// seen says whether the pods are those of the Deployment as it is. Of one that its
// autoscaler has just changed they are: Kubernetes acts on a change of the pods only
// after it has been seen, and until then there are as many as there were.
func (r rollout) seen() bool {
	return r.observedGeneration >= r.generation || (r.app.autoscaled && r.replicas != r.written)
}

// unseen is for a status that is about an older Deployment than there is.
func unseen(r rollout) (verdict, bool) {
	if r.observedGeneration >= r.generation {
		return verdict{}, false
	}

	if r.observedGeneration == 0 {
		return beingCreated, true
	}

	return pending(v1.ReasonRollingOut, "Kubernetes has not acted on the latest change yet; %s.", r.count()), true
}

// available is what the Deployment controller takes for complete: no pod of an
// older template is left, and every wanted one of the new is available. See
// k8s.io/kubernetes/pkg/controller/deployment/util.DeploymentComplete.
func available(r rollout) (verdict, bool) {
	if r.updated != r.wanted || r.replicas != r.wanted || r.available < r.wanted {
		return verdict{}, false
	}

	return verdict{v1.PhaseRunning, v1.ReasonAvailable, r.count() + "."}, true
}

// willNotLast is for a pod that may serve at the moment, and has stopped again and
// again. Without this, a WebApp would run and fail in turn.
func willNotLast(r rollout) (verdict, bool) {
	if r.trouble == nil || !r.trouble.loops || !r.seen() {
		return verdict{}, false
	}

	return podsInTrouble(r)
}

// podsInTrouble is for what pods say: see podRules.
func podsInTrouble(r rollout) (verdict, bool) {
	if r.trouble == nil {
		return verdict{}, false
	}

	v := failed(r.trouble.reason, "%s; %s. %s", r.trouble.what, r.count(), r.trouble.advice)
	if r.trouble.phase != "" {
		v.phase = r.trouble.phase
	}

	return v, true
}

// podsRefused is for pods that the API server does not let in.
func podsRefused(r rollout) (verdict, bool) {
	if r.replicaFailure.status != string(corev1.ConditionTrue) {
		return verdict{}, false
	}

	said := r.replicaFailure.message
	why := stable(said)

	switch {
	case strings.Contains(said, "exceeded quota"):
		return failed(v1.ReasonQuotaExceeded, "A ResourceQuota of the namespace forbids more pods: %s. Ask for more quota, or lower %s. See: kubectl -n %s describe quota",
			why, replicasField(r.app), r.app.namespace), true
	case strings.Contains(said, "is forbidden") || strings.Contains(said, "denied the request"):
		return failed(v1.ReasonAdmissionRefused, "The cluster refuses the pods: %s", why), true
	default:
		return failed(v1.ReasonReplicaFailure, "Pods cannot be created or deleted: %s", why), true
	}
}

// replicasField is the field that says how many replicas there are at most.
func replicasField(app *webApp) string {
	if app.autoscaled {
		return "spec.autoscaling.maxReplicas"
	}

	return "spec.replicas"
}

func deadlineExceeded(r rollout) (verdict, bool) {
	if r.progressing.status != string(corev1.ConditionFalse) || r.progressing.reason != "ProgressDeadlineExceeded" {
		return verdict{}, false
	}

	return failed(v1.ReasonProgressDeadlineExceeded,
		"The rollout makes no progress; %s. Often the image cannot be pulled, the container stops or runs as root, or nothing listens on port %d. See: kubectl -n %s describe pods -l app=%s",
		r.count(), r.app.spec.Port, r.app.namespace, r.app.name), true
}

func paused(r rollout) (verdict, bool) {
	if r.progressing.reason != "DeploymentPaused" {
		return verdict{}, false
	}

	return pending(v1.ReasonPaused, "Somebody paused the rollout. Resume it with: kubectl -n %s rollout resume deployment/%s", r.app.namespace, r.app.name), true
}

func rollingOut(r rollout) (verdict, bool) {
	if r.updated >= r.wanted && r.replicas <= r.updated && r.progressing.reason == newReplicaSetAvailable {
		return verdict{}, false
	}

	return pending(v1.ReasonRollingOut, "Pods are being started or replaced; %s.", r.count()), true
}

// count says how many replicas serve. It leaves out what changes more often:
// every change of a status is a write, and wakes everybody who watches it.
func (r rollout) count() string {
	return fmt.Sprintf("%d of %d replicas are available", r.available, r.wanted)
}

func pending(reason v1.Reason, format string, args ...any) verdict {
	return verdict{v1.PhasePending, reason, fmt.Sprintf(format, args...)}
}

func failed(reason v1.Reason, format string, args ...any) verdict {
	return verdict{v1.PhaseFailed, reason, clip(fmt.Sprintf(format, args...), maxMessage)}
}

// podSuffix is what a ReplicaSet adds to the Deployment's name to name a pod:
// a hash, and five characters of k8s.io/apimachinery/pkg/util/rand's alphabet.
var podSuffix = regexp.MustCompile(`-[bcdfghjklmnpqrstvwxz2456789]{1,10}-[bcdfghjklmnpqrstvwxz2456789]{5}\b`)

// podRefused is how the API server begins to say why it refuses a pod.
var podRefused = regexp.MustCompile(`^pods "[^"]*" is forbidden: `)

// stable takes the names of single pods out of Kubernetes' words. Every attempt
// to create a pod has another name, and none of them exists.
func stable(message string) string {
	return podRefused.ReplaceAllString(podSuffix.ReplaceAllString(message, ""), "")
}
