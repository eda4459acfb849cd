package nodes_test

import (
	"sync"
	"testing"
)

// TestNodes does all that is done to the cluster, in the order in which one does not
// spoil the next: nodes that were cut off are not at rest for minutes.
func TestNodes(t *testing.T) {
	t.Run("Truth", testTruth)
	t.Run("Operations", testOperations)
	t.Run("Stubborn", testStubborn)
	t.Run("Upgrade", testUpgrade)
	t.Run("TruthByDefault", testTruthByDefault)
	t.Run("WebApps", testWebApps)
	t.Run("Cut", testCut)
}

// testWebApps takes WebApps through what happens to each of them alone, with Crossplane as it
// is installed by default. A Crossplane that is replaced loses events that it has not written
// yet, so that it stays meanwhile. What is broken takes minutes to heal, in which there is time
// for everything else.
func testWebApps(t *testing.T) {
	crossplaneByDefault(t)

	// What takes much of the machine waits for what else does. At the same time, they make all
	// late, even that nobody calls a pod any more that was told to go.
	turn := sync.Mutex{}
	inTurn := func(test func(*testing.T)) func(*testing.T) {
		return func(t *testing.T) {
			turn.Lock()
			t.Cleanup(turn.Unlock)
			test(t)
		}
	}

	for _, part := range []struct {
		name string
		test func(*testing.T)
	}{
		{"Diagnostics", testDiagnostics},
		{"Mesh", testMesh},
		{"WayIn", testWayIn},
		{"Autoscaler", testAutoscaler},
		{"Requests", inTurn(testRequests)},
		{"Migrate", inTurn(testMigrate)},
		{"Through", inTurn(testThrough)},
	} {
		t.Run(part.name, func(t *testing.T) {
			t.Parallel()
			part.test(t)
		})
	}
}
