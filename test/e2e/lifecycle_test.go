package e2e

import (
	"maps"
	"slices"
	"testing"
)

// TestLifecycle takes WebApps through their whole life, as a platform team and
// its developers see it, from the installation of the packages to their removal.
func TestLifecycle(t *testing.T) {
	c := newCluster(t, false)

	if !t.Run("Install", func(t *testing.T) { testInstall(t, c) }) {
		t.Fatal("there is nothing to test without it")
	}

	// What only needs a namespace of its own runs side by side.
	t.Run("WebApps", func(t *testing.T) {
		tests := map[string]func(*testing.T, *namespace){
			"Example":           testExample,
			"Change":            testChange,
			"Env":               testEnv,
			"Options":           testOptions,
			"RestartOnChange":   testRestartOnChange,
			"Strategy":          testStrategy,
			"Budget":            testBudget,
			"Diagnostics":       testDiagnostics,
			"Ingress":           testIngress,
			"Route":             testRoute,
			"Metrics":           testMetrics,
			"NetworkPolicy":     testNetworkPolicy,
			"Defaults":          testDefaults,
			"Policy":            testPolicy,
			"NamespaceDefaults": testNamespaceDefaults,
			"Refused":           testRefused,
			"Namespaces":        testNamespaces,
			"Service":           testService,
			"Scale":             testScale,
			"Autoscaler":        testAutoscaler,
			"Autoscaling":       testAutoscaling,
			"DriftFields":       testDriftFields,
			"DriftPods":         testDriftPods,
			"DriftObjects":      testDriftObjects,
			"DeploymentDeleted": testDeploymentDeleted,
			"Undo":              testUndo,
			"UndoStuck":         testUndoStuck,
			"Others":            testOthers,
			"OthersStuck":       testOthersStuck,
			"Pause":             testPause,
			"Composition":       testComposition,
			"OwnKind":           testOwnKind,
			"Platform":          testPlatform,
			"Project":           testProject,
			"Staged":            testStaged,
			"Stalled":           testStalled,
			"Quota":             testQuota,
			"PodsRefused":       testPodsRefused,
			"Root":              testRoot,
			"RolloutPaused":     testRolloutPaused,
			"NodeDown":          testNodeDown,
			"Conflict":          testConflict,
			"Orphans":           testOrphans,
			"Restore":           testRestore,
			"Adopt":             testAdopt,
			"AdoptHeld":         testAdoptHeld,
			"DeleteBackground":  testDeleteBackground,
			"DeleteForeground":  testDeleteForeground,
			"DeleteHeld":        testDeleteHeld,
			"DeleteAndCreate":   testDeleteAndCreate,
		}

		for _, name := range slices.Sorted(maps.Keys(tests)) {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				tests[name](t, c.newNamespace(t))
			})
		}
	})

	// What concerns the whole cluster does not.
	for _, test := range []struct {
		name string
		do   func(*testing.T, *namespace)
	}{
		{"Pages", testPages},
		{"Accepted", testAccepted},
		{"Unseen", testUnseen},
		{"FunctionDown", testFunctionDown},
		{"Twins", testTwins},
		{"Upgrade", testUpgrade},
		{"Uninstall", testUninstall},
		{"Production", testProduction},
	} {
		t.Run(test.name, func(t *testing.T) { test.do(t, c.newNamespace(t)) })
	}
}
