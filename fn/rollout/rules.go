package rollout

import (
	"fmt"
	"strings"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/diagnosis"
	"github.com/webapp-operator/function-webapp/fn/value"
)

// A Verdict is what a WebApp's status says in words.
type Verdict struct {
	Phase   v1.Phase
	Reason  v1.Reason
	Message string
}

// With adds a remark on what is not the rollout's, which may be none.
func (v Verdict) With(remark string) Verdict {
	if remark != "" {
		v.Message = value.Clip(strings.TrimSuffix(value.Clip(v.Message, value.MaxMessage/2), ".")+". "+remark, value.MaxMessage)
	}

	return v
}

// A situation is what rules look at.
type situation struct {
	Facts

	// trouble is why pods do not serve, if they were looked at and say so.
	trouble *diagnosis.Trouble
}

// Judge decides what to say of a rollout: the first rule that has an opinion wins.
// There is no trouble (nil) where pods were not looked at, or say nothing.
func Judge(facts Facts, trouble *diagnosis.Trouble) Verdict {
	s := situation{Facts: facts, trouble: trouble}

	for _, rule := range rules {
		if v, applies := rule.judge(s); applies {
			return s.withOthers(v)
		}
	}

	return s.withOthers(pending(v1.ReasonReplicasUnavailable, "%s.", s.count()))
}

// rules are in order of how much they tell a person. They are documented with
// the reasons, in apis/v1/reasons.go and in docs/reference.md.
var rules = []struct {
	name  string
	judge func(s situation) (Verdict, bool)
}{
	{name: "creating", judge: creating},
	{name: "terminating", judge: terminating},
	{name: "updating", judge: updating},
	{name: "scaling", judge: scaling},
	// Before what follows from it.
	{name: "paused on the way", judge: pausedOnTheWay},
	// A pod that will not last is no reason to say that all is well.
	{name: "will not last", judge: willNotLast},
	{name: "autoscaling", judge: autoscaling},
	{name: "unseen", judge: unseen},
	{name: "below the minimum", judge: belowMinimum},
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
	// No pod of an older template is left.
	calm := s.updated == s.replicas && (s.progressing.reason == newReplicaSetAvailable || s.paused)

	if !s.plan.Autoscaled || !s.seen() || !calm || s.available < int64(s.plan.LeastReplicas()) {
		return Verdict{}, false
	}

	// More is what the autoscaler would like, and not what must be.
	if s.available < s.wanted && s.replicaFailure.status == conditionTrue {
		return Verdict{v1.PhaseRunning, v1.ReasonAvailable, value.Clip(fmt.Sprintf("%s. %s", s.count(), say(s.refused())), value.MaxMessage)}, true
	}

	return Verdict{v1.PhaseRunning, v1.ReasonAvailable, s.count() + "."}, true
}

// belowMinimum is for a number of replicas that is not ours to write, and is less than
// there must be: its autoscaler does not do what it is there for, or has not yet.
func belowMinimum(s situation) (Verdict, bool) {
	least := int64(s.plan.LeastReplicas())
	if !s.plan.Autoscaled || s.wanted >= least || s.available < s.wanted {
		return Verdict{}, false
	}

	return pending(v1.ReasonReplicasUnavailable, "%s: its autoscaler asks for %d, and not for as many as %s. If that lasts, see: kubectl -n %s describe hpa %s",
		s.count(), s.wanted, s.plan.App.Field("autoscaling.minReplicas"), s.plan.App.Namespace, s.plan.App.Name), true
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
	if s.updated != s.wanted || s.replicas != s.wanted || s.available < s.asked() {
		return Verdict{}, false
	}

	return Verdict{v1.PhaseRunning, v1.ReasonAvailable, s.count() + "."}, true
}

// willNotLast is for a pod that may serve at the moment, and has stopped again and
// again. Without this, a WebApp would run and fail in turn.
func willNotLast(s situation) (Verdict, bool) {
	if s.trouble == nil || !s.trouble.Loops || !s.seen() {
		return Verdict{}, false
	}

	return podsInTrouble(s)
}

// podsInTrouble is for what pods say: see package diagnosis.
func podsInTrouble(s situation) (Verdict, bool) {
	if s.trouble == nil {
		return Verdict{}, false
	}

	what := s.trouble.What
	if !s.trouble.Loops {
		what += "; " + s.count()
	}

	// What starts and stops is counted at times, and at times it is not: how many serve
	// is in availableReplicas, and the words stay.
	v := failed(s.trouble.Reason, "%s. %s", what, s.trouble.Advice)
	// What may heal has had its time.
	if !s.missedDeadline() {
		v.Phase = s.trouble.Phase
	}

	return v, true
}

// podsRefused is for pods that the API server does not let in.
func podsRefused(s situation) (Verdict, bool) {
	if s.replicaFailure.status != conditionTrue {
		return Verdict{}, false
	}

	refused := s.refused()

	v := failed(refused.Reason, "%s", say(refused))
	if !s.missedDeadline() {
		v.Phase = refused.Phase
	}

	return v, true
}

// refused is why no more pods are let in.
func (f Facts) refused() diagnosis.Trouble {
	return diagnosis.Refused(f.diagnosed(), f.replicaFailure.message, value.Time(f.replicaFailure.since()), f.plan.Autoscaled)
}

// say is what is wrong, and what to do if anything is known.
func say(t diagnosis.Trouble) string {
	if t.Advice == "" {
		return t.What
	}

	return t.What + ". " + t.Advice
}

func deadlineExceeded(s situation) (Verdict, bool) {
	if !s.missedDeadline() {
		return Verdict{}, false
	}

	return failed(v1.ReasonProgressDeadlineExceeded,
		"The rollout has made no progress for %s; %s. Often %s. See: kubectl -n %s describe pods -l app=%s",
		diagnosis.Span(s.patience()), s.count(), diagnosis.Guesses(s.plan.App), s.plan.App.Namespace, s.plan.App.Name), true
}

// pausedOnTheWay is for pods of an older template that stay because somebody wants it
// so. What is wrong with any of them may be why.
func pausedOnTheWay(s situation) (Verdict, bool) {
	if !s.paused || s.replicas <= s.updated {
		return Verdict{}, false
	}

	return isPaused(s), true
}

func paused(s situation) (Verdict, bool) {
	if !s.paused && s.progressing.reason != "DeploymentPaused" {
		return Verdict{}, false
	}

	return isPaused(s), true
}

func isPaused(s situation) Verdict {
	return pending(v1.ReasonPaused, "Somebody paused the rollout. Resume it with: kubectl -n %s rollout resume deployment/%s", s.plan.App.Namespace, s.plan.App.Name)
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
	return fmt.Sprintf("%d of %d replicas are available", f.available, f.asked())
}

// asked is how many replicas there must be. What an autoscaler asks for may be less
// than the WebApp does.
func (f Facts) asked() int64 {
	if !f.plan.Autoscaled {
		return f.wanted
	}

	return max(f.wanted, int64(f.plan.LeastReplicas()))
}

func pending(reason v1.Reason, format string, args ...any) Verdict {
	return Verdict{v1.PhasePending, reason, fmt.Sprintf(format, args...)}
}

func failed(reason v1.Reason, format string, args ...any) Verdict {
	return Verdict{v1.PhaseFailed, reason, value.Clip(fmt.Sprintf(format, args...), value.MaxMessage)}
}
