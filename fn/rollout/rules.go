package rollout

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/child"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// A Verdict is what a WebApp's status says in words.
type Verdict struct {
	Phase   v1.Phase
	Reason  v1.Reason
	Message string
}

// JudgeConflicts says what is in the way, and what to do.
func JudgeConflicts(conflicts []child.Conflict) Verdict {
	objects := make([]string, 0, len(conflicts))
	leaving := true

	for _, c := range conflicts {
		objects = append(objects, fmt.Sprintf("%s %s (%s)", c.Kind, c.Name, c.Owner))
		leaving = leaving && c.Leaving
	}

	all := value.Clip(strings.Join(objects, ", "), value.MaxMessage/2)

	if leaving {
		return pending(v1.ReasonTerminating, "Waiting until the old %s is deleted.", all)
	}

	return failed(v1.ReasonNameConflict,
		"There already is %s. It is left alone, and nothing new is created until the name is free: delete it, rename it, or give the WebApp another name.", all)
}

// A situation is what rules look at.
type situation struct {
	Facts

	// trouble is why pods do not serve, if they were looked at and say so.
	trouble *Trouble
}

// Judge decides what to say of a rollout: the first rule that has an opinion wins.
// There is no trouble (nil) where pods were not looked at, or say nothing.
func Judge(facts Facts, trouble *Trouble) Verdict {
	s := situation{Facts: facts, trouble: trouble}

	for _, rule := range rules {
		if v, applies := rule.judge(s); applies {
			return s.withOthers(v)
		}
	}

	return s.withOthers(pending(v1.ReasonReplicasUnavailable, "%s.", s.count()))
}

// rules are in order of how much they tell a person. They are documented with
// the reasons, in apis/v1/reasons.go and in the README.
var rules = []struct {
	name  string
	judge func(s situation) (Verdict, bool)
}{
	{name: "creating", judge: creating},
	{name: "terminating", judge: terminating},
	{name: "updating", judge: updating},
	{name: "scaling", judge: scaling},
	// A pod that will not last is no reason to say that all is well.
	{name: "will not last", judge: willNotLast},
	{name: "autoscaling", judge: autoscaling},
	{name: "unseen", judge: unseen},
	// Before every failure: a Deployment that is complete has none.
	{name: "available", judge: available},
	// Before the deadline: they say why it was missed.
	{name: "pods refused", judge: podsRefused},
	{name: "pods in trouble", judge: podsInTrouble},
	{name: "deadline exceeded", judge: deadlineExceeded},
	{name: "paused", judge: paused},
	{name: "rolling out", judge: rollingOut},
}

func creating(s situation) (Verdict, bool) {
	if s.exists {
		return Verdict{}, false
	}

	return beingCreated, true
}

// beingCreated holds until Kubernetes has said something of the Deployment, so
// that a new WebApp changes no more often than there is something to say.
var beingCreated = pending(v1.ReasonCreating, "The Deployment is being created.")

func terminating(s situation) (Verdict, bool) {
	if !s.terminating {
		return Verdict{}, false
	}

	return pending(v1.ReasonTerminating, "The Deployment is being deleted. It will be created again when it is gone."), true
}

func updating(s situation) (Verdict, bool) {
	if s.templateCurrent {
		return Verdict{}, false
	}

	return pending(v1.ReasonUpdating, "The Deployment is being updated; %s.", s.count()), true
}

func scaling(s situation) (Verdict, bool) {
	if s.written == s.wanted {
		return Verdict{}, false
	}

	return pending(v1.ReasonScaling, "The Deployment is being scaled from %d to %d replicas.", s.written, s.wanted), true
}

// autoscaling is for a WebApp that goes on serving while its autoscaler has
// replicas started or stopped. It would not be Running half of its time otherwise.
func autoscaling(s situation) (Verdict, bool) {
	// No pod of an older template is left, and none is refused.
	calm := s.updated == s.replicas && s.progressing.reason == newReplicaSetAvailable && s.replicaFailure.status != string(corev1.ConditionTrue)

	if !s.plan.Autoscaled || !s.seen() || !calm || s.available < int64(s.plan.LeastReplicas()) {
		return Verdict{}, false
	}

	return Verdict{v1.PhaseRunning, v1.ReasonAvailable, s.count() + "."}, true
}

// newReplicaSetAvailable is the reason of a rollout that is done: see
// k8s.io/kubernetes/pkg/controller/deployment/util.NewRSAvailableReason.
const newReplicaSetAvailable = "NewReplicaSetAvailable"

// seen says whether the pods are those of the Deployment as it is. Of one that its
// autoscaler has just changed they are: Kubernetes acts on a change of the pods only
// after it has been seen, and until then there are as many as there were.
func (f Facts) seen() bool {
	return f.observedGeneration >= f.generation || (f.plan.Autoscaled && f.replicas != f.written)
}

// unseen is for a status that is about an older Deployment than there is.
func unseen(s situation) (Verdict, bool) {
	if s.observedGeneration >= s.generation {
		return Verdict{}, false
	}

	if s.observedGeneration == 0 {
		return beingCreated, true
	}

	return beingReplaced(s), true
}

// available is what the Deployment controller takes for complete: no pod of an
// older template is left, and every wanted one of the new is available. See
// k8s.io/kubernetes/pkg/controller/deployment/util.DeploymentComplete.
func available(s situation) (Verdict, bool) {
	if s.updated != s.wanted || s.replicas != s.wanted || s.available < s.wanted {
		return Verdict{}, false
	}

	return Verdict{v1.PhaseRunning, v1.ReasonAvailable, s.count() + "."}, true
}

// willNotLast is for a pod that may serve at the moment, and has stopped again and
// again. Without this, a WebApp would run and fail in turn.
func willNotLast(s situation) (Verdict, bool) {
	if s.trouble == nil || !s.trouble.loops || !s.seen() {
		return Verdict{}, false
	}

	return podsInTrouble(s)
}

// podsInTrouble is for what pods say: see podRules.
func podsInTrouble(s situation) (Verdict, bool) {
	if s.trouble == nil {
		return Verdict{}, false
	}

	what := s.trouble.what
	if !s.trouble.loops {
		what += "; " + s.count()
	}

	// What starts and stops is counted at times, and at times it is not: how many serve
	// is in availableReplicas, and the words stay.
	v := failed(s.trouble.reason, "%s. %s", what, s.trouble.advice)
	// What may heal has had its time.
	if s.trouble.phase != "" && !s.missedDeadline() {
		v.Phase = s.trouble.phase
	}

	return v, true
}

// podsRefused is for pods that the API server does not let in.
func podsRefused(s situation) (Verdict, bool) {
	if s.replicaFailure.status != string(corev1.ConditionTrue) {
		return Verdict{}, false
	}

	words := s.replicaFailure.message
	why := withoutPods(words)

	switch {
	case strings.Contains(words, "exceeded quota"):
		return failed(v1.ReasonQuotaExceeded, "A ResourceQuota of the namespace forbids more pods: %s. Ask for more quota, or lower %s. See: kubectl -n %s describe quota",
			why, replicasField(s.plan), s.plan.App.Namespace), true
	case strings.Contains(words, "is forbidden") || strings.Contains(words, "denied the request"):
		return failed(v1.ReasonAdmissionRefused, "The cluster refuses the pods: %s", why), true
	default:
		return failed(v1.ReasonReplicaFailure, "Pods cannot be created or deleted: %s", why), true
	}
}

// replicasField is the field that says how many replicas there are at most.
func replicasField(plan *webapp.Plan) string {
	if plan.Autoscaled {
		return "spec.autoscaling.maxReplicas"
	}

	return "spec.replicas"
}

// missedDeadline says whether Kubernetes has given up waiting for the rollout.
func (f Facts) missedDeadline() bool {
	return f.progressing.status == string(corev1.ConditionFalse) && f.progressing.reason == "ProgressDeadlineExceeded"
}

func deadlineExceeded(s situation) (Verdict, bool) {
	if !s.missedDeadline() {
		return Verdict{}, false
	}

	volumes := mounts(s.plan.App)
	if volumes != "" {
		volumes = " there is not all that it mounts (" + volumes + "),"
	}

	return failed(v1.ReasonProgressDeadlineExceeded,
		"The rollout makes no progress; %s. Often the image cannot be pulled, the container stops or runs as root,%s or nothing listens on port %d. See: kubectl -n %s describe pods -l app=%s",
		s.count(), volumes, s.plan.App.Spec.Port, s.plan.App.Namespace, s.plan.App.Name), true
}

func paused(s situation) (Verdict, bool) {
	if s.progressing.reason != "DeploymentPaused" {
		return Verdict{}, false
	}

	return pending(v1.ReasonPaused, "Somebody paused the rollout. Resume it with: kubectl -n %s rollout resume deployment/%s", s.plan.App.Namespace, s.plan.App.Name), true
}

func rollingOut(s situation) (Verdict, bool) {
	if s.updated >= s.wanted && s.replicas <= s.updated && s.progressing.reason == newReplicaSetAvailable {
		return Verdict{}, false
	}

	return beingReplaced(s), true
}

// beingReplaced is the same whether Kubernetes has begun or is about to: that it has
// would be one more write, which tells nobody anything.
func beingReplaced(s situation) Verdict {
	return pending(v1.ReasonRollingOut, "Pods are being started or replaced; %s.", s.count())
}

// count says how many replicas serve. It leaves out what changes more often:
// every change of a status is a write, and wakes everybody who watches it.
func (f Facts) count() string {
	return fmt.Sprintf("%d of %d replicas are available", f.available, f.wanted)
}

func pending(reason v1.Reason, format string, args ...any) Verdict {
	return Verdict{v1.PhasePending, reason, fmt.Sprintf(format, args...)}
}

func failed(reason v1.Reason, format string, args ...any) Verdict {
	return Verdict{v1.PhaseFailed, reason, value.Clip(fmt.Sprintf(format, args...), value.MaxMessage)}
}
