package rollout

import (
	"regexp"
	"time"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/diagnosis"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// AskForPods returns what Crossplane must be asked for to see the pods of a WebApp
// that does not run, or did not until now, or nil.
//
// Of one that runs they would say nothing: thirty make its request twenty times as
// large, and ten times as slow to read. That they are asked for only at times costs
// one more call when a WebApp stops running: Crossplane keeps pods in memory from the
// first time on, whoever asks for them, and reads them there.
func AskForPods(facts Facts) map[string]*fnv1.ResourceSelector {
	if Judge(facts, nil).Phase == v1.PhaseRunning && !diagnosis.Tells(facts.before.Reason) {
		return nil
	}

	return diagnosis.Ask(facts.plan.App)
}

// FindTrouble returns what troubles the pods, or nil.
func FindTrouble(pods []*fnv1.Resource, facts Facts) *diagnosis.Trouble {
	if len(pods) == 0 {
		return nil
	}

	return diagnosis.Find(facts.diagnosed(), pods)
}

// diagnosed is what a diagnosis has to know.
func (f Facts) diagnosed() diagnosis.Case {
	return diagnosis.Case{
		App: f.plan.App, ReplicaSet: f.newestReplicaSet(),
		Phase: f.before.Phase, Reason: f.before.Reason, Since: value.Time(f.before.LastUpdated),
		GaveUp: f.missedDeadline(), Now: f.now,
	}
}

// replicaSetName is how the Deployment controller names the ReplicaSet of the
// current template in condition Progressing: see progress.go and sync.go of
// k8s.io/kubernetes/pkg/controller/deployment.
var replicaSetName = regexp.MustCompile(`(?i)replica ?set "([^"]+)"`)

// newestReplicaSet returns the name of the ReplicaSet of the current template, or ""
// if it is not known. Then all pods are looked at.
func (f Facts) newestReplicaSet() string {
	if name := replicaSetName.FindStringSubmatch(f.progressing.message); name != nil {
		return name[1]
	}

	return ""
}

// missedDeadline says whether Kubernetes has given up waiting for the rollout, and that
// was not too soon: a Deployment may have a shorter deadline than its probes allow.
func (f Facts) missedDeadline() bool {
	if f.progressing.status != conditionFalse || f.progressing.reason != "ProgressDeadlineExceeded" {
		return false
	}

	since := value.Time(f.progressing.since())

	return since.IsZero() || f.now.Sub(since)+f.deadline >= f.patience()
}

// patience is for how long a rollout may make no progress: as long as Kubernetes waits,
// or the probes allow. They ask for nothing if they are done as soon as anything is.
func (f Facts) patience() time.Duration {
	if allowed := f.plan.App.TimeToBeReady(); allowed > webapp.Patience {
		return max(f.deadline, allowed)
	}

	return f.deadline
}
