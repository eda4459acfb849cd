package rollout

import (
	"testing"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
)

// TestPodRules holds that every reason of pods has one rule.
func TestPodRules(t *testing.T) {
	seen := map[v1.Reason]bool{}

	for _, rule := range podRules {
		if seen[rule.reason] || !isOfPods(rule.reason) {
			t.Errorf("%s: want one rule", rule.reason)
		}

		seen[rule.reason] = true
	}

	if isOfPods(v1.ReasonProgressDeadlineExceeded) {
		t.Error("the Deployment says when its deadline is over")
	}
}
