package nodes_test

import "testing"

// TestNodes does all that is done to the cluster, in the order in which one does not
// spoil the next: nodes that were cut off are not at rest for minutes.
func TestNodes(t *testing.T) {
	t.Run("Truth", testTruth)
	t.Run("Requests", testRequests)
	t.Run("Stubborn", testStubborn)
	t.Run("Upgrade", testUpgrade)
	t.Run("Status", testStatus)
	t.Run("Cut", testCut)
}
