package diagnosis

import (
	"testing"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
)

// TestTells holds which reasons are those of pods.
func TestTells(t *testing.T) {
	for _, rule := range rules {
		if !Tells(rule.reason) {
			t.Errorf("%s: want it to be told by pods", rule.reason)
		}
	}

	if Tells(v1.ReasonProgressDeadlineExceeded) {
		t.Error("the Deployment says when its deadline is over")
	}
}
