package rollout

import (
	"fmt"
	"strings"
	"time"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
)

// late is after how long a Deployment that is not written as it should be is one that
// Crossplane could not write: it does so within seconds.
const late = time.Minute

// Late says where to look when the Deployment should have been written a minute ago: an
// API server of another version, a webhook or a quota has refused it, and only
// Crossplane has their words. Once said, it is said until the reason is another.
func Late(before Status, verdict Verdict, facts Facts, now time.Time) Verdict {
	writing := verdict.Reason == v1.ReasonUpdating || verdict.Reason == v1.ReasonCreating && !facts.exists
	if !writing || before.Reason != verdict.Reason {
		return verdict
	}

	hint := fmt.Sprintf(" That takes longer than it should: the cluster may refuse it. kubectl describe webapp %s shows why, in the events and in condition Synced.", facts.plan.App.Name)
	if strings.HasSuffix(before.Message, hint) || now.Sub(parseTime(before.LastUpdated)) >= late {
		verdict.Message += hint
	}

	return verdict
}
