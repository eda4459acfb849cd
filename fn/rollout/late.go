package rollout

import (
	"fmt"
	"time"

	"google.golang.org/protobuf/types/known/structpb"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
)

// late is after how long a Deployment that is not written as it should be is one that
// Crossplane could not write: it does so within seconds.
const late = time.Minute

// Late says where to look when Crossplane has failed to write the Deployment for a
// minute: an API server of another version, a webhook or a quota has refused it. Only
// Crossplane has their words, and says them in condition Synced.
func Late(verdict Verdict, facts Facts, composite *structpb.Struct) Verdict {
	writing := verdict.Reason == v1.ReasonUpdating || verdict.Reason == v1.ReasonCreating && !facts.exists
	if !writing || facts.before.Reason != verdict.Reason {
		return verdict
	}

	synced := conditionOf(composite.GetFields()["status"], "Synced")
	if synced.status != conditionFalse || facts.now.Sub(value.Time(synced.since())) < late {
		return verdict
	}

	// It may have failed for long with something else, and not with what was asked for
	// just now.
	if facts.now.Sub(lastWrite(composite, "status")) < late {
		return verdict
	}

	verdict.Message += fmt.Sprintf(" That takes longer than it should: the cluster may refuse it. kubectl -n %s describe %s %s shows why, in the events and in condition Synced.",
		facts.plan.App.Namespace, facts.plan.App.Composite.Argument(), facts.plan.App.Name)

	return verdict
}
