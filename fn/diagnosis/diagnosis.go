package diagnosis

import (
	"fmt"
	"math"
	"time"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// A Case is whose pods are looked at, and what is known of them.
type Case struct {
	App *webapp.App

	// ReplicaSet is the name of the newest, or "" if it is not known.
	ReplicaSet string

	// Phase and Reason are what the WebApp says until now, and Since is when it last
	// said anything else.
	Phase  v1.Phase
	Reason v1.Reason
	Since  time.Time

	// GaveUp says that Kubernetes does not wait for the pods any more.
	GaveUp bool

	Now time.Time

	pods []observedPod
}

// A Trouble is why a pod does not serve.
type Trouble struct {
	Reason v1.Reason

	// Phase is Pending while it may heal by itself, and Failed from then on.
	Phase v1.Phase

	// What is wrong, and what to do.
	What, Advice string

	// Loops means that it will not last if the pod serves now.
	Loops bool

	// patience is how long it may heal from when it began. It is none for what cannot.
	patience time.Duration
	began    time.Time

	// unclear means that there are no words for what it may heal from at the moment.
	unclear bool

	hope hope
}

// A hope is that a trouble heals by itself.
type hope int

const (
	noHope hope = iota
	// givenUp is what may heal, and was given up on before: in this pod or in another.
	givenUp
	mayHeal
)

// untilDeadline is for what Kubernetes decides: see the Deployment's progress deadline.
const untilDeadline = time.Duration(math.MaxInt64)

// rules are in order of how much they tell a person: first what never heals by
// itself, and last what may only be late. They are documented with the reasons, in
// apis/v1/reasons.go and in docs/reference.md.
var rules = []struct {
	reason v1.Reason
	find   func(p observedPod) (Trouble, bool)

	// ofEnded says that it is about pods that have ended for good. What their
	// containers say has nothing to do with whether the application serves.
	ofEnded bool
}{
	{reason: v1.ReasonImagePullError, find: cannotPull},
	{reason: v1.ReasonConfigError, find: cannotCreate},
	{reason: v1.ReasonOOMKilled, find: outOfMemory},
	{reason: v1.ReasonCrashLoop, find: keepsStopping},
	{reason: v1.ReasonUnschedulable, find: findsNoNode},
	{reason: v1.ReasonEvicted, find: evicted, ofEnded: true},
	{reason: v1.ReasonContainerCreating, find: waitsToBegin},
	{reason: v1.ReasonContainerCreating, find: waitsForOthers},
	{reason: v1.ReasonProbeFailing, find: neverReady},
}

// Tells says whether pods told a reason.
func Tells(reason v1.Reason) bool {
	for _, rule := range rules {
		if rule.reason == reason {
			return true
		}
	}

	return false
}

// Find returns what the first rule finds that finds anything, or nil. What may heal
// comes after what cannot. Of several pods it is that of the oldest of which there is the
// least hope: one without any is why the others were given up on. If another pod loops,
// this does: that one will not last either.
func Find(c Case, pods []*fnv1.Resource) *Trouble {
	c.pods = newPods(&c, pods)

	var worst *Trouble

	loops := false

	for _, rule := range rules {
		for _, p := range c.pods {
			if p.ended != rule.ofEnded {
				continue
			}

			found, ok := rule.find(p)
			if !ok {
				continue
			}

			found.Reason = rule.reason
			c.settle(&found)

			loops = loops || found.Loops
			if worst == nil || found.hope < worst.hope && (worst.hope == mayHeal || worst.Reason == found.Reason) {
				worst = &found
			}
		}
	}

	if worst != nil {
		worst.Loops = loops
	}

	return worst
}

// settle decides whether a trouble may still heal, and says for how long. A pod does not
// always say since when it has had it; the WebApp has said so for as long as its status
// is the same. What was given up on once does not come back because the next pod has it,
// too.
func (c *Case) settle(found *Trouble) {
	told := c.Reason == found.Reason

	began := found.began
	if told && (began.IsZero() || c.Since.Before(began)) {
		began = c.Since
	}

	found.Phase, found.hope = v1.PhaseFailed, noHope

	switch {
	case found.patience == 0:
	case found.patience == untilDeadline:
		found.Phase, found.hope = v1.PhasePending, mayHeal
	case !began.IsZero() && c.Now.Sub(began) >= found.patience:
		found.Advice = fmt.Sprintf("This has lasted for %s or more. %s", Span(found.patience), found.Advice)
	case told && c.Phase == v1.PhaseFailed:
		if !found.unclear {
			found.hope = givenUp
		}
	default:
		found.Phase, found.hope = v1.PhasePending, mayHeal
		if !c.GaveUp {
			found.Advice = fmt.Sprintf("This may heal by itself within %s. %s", Span(found.patience), found.Advice)
		}
	}
}
