package e2e

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"
)

// testDiagnostics has pods fail for every reason that they can tell: the status says
// it and what to do, and so does one event.
func testDiagnostics(t *testing.T, n *namespace) {
	n.composition(t, "diagnostics: pods")

	stories := map[string]func(*testing.T, *namespace){
		"Image":         testImagePullError,
		"Config":        testConfigError,
		"Crash":         testCrashLoop,
		"Memory":        testOOMKilled,
		"Unschedulable": testUnschedulable,
		"Evicted":       testEvicted,
		"Probe":         testProbeFailing,
	}

	for name, story := range stories {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			story(t, n)
		})
	}
}

// diagnose creates a WebApp of one replica, and returns its pod.
func (n *namespace) diagnose(t *testing.T, name, image string) (pod string) {
	t.Helper()
	n.webApp(t, name, "image: '"+image+"', replicas: 1"+n.compositionRef())

	return n.podBesides(t, name)
}

// podBesides waits for one pod of a WebApp besides others, and returns its name.
func (n *namespace) podBesides(t *testing.T, webApp string, others ...string) (pod string) {
	t.Helper()

	n.eventually(t, func() error {
		now := slices.DeleteFunc(n.podsOf(t, webApp), func(name string) bool { return slices.Contains(others, name) })
		if len(now) != 1 {
			return fmt.Errorf("WebApp %s: want one pod besides %v, got %v", webApp, others, now)
		}

		pod = now[0]

		return nil
	})

	return pod
}

// patchStatus merges fields into a pod's status, as its kubelet or the scheduler
// does.
func (n *namespace) patchStatus(t *testing.T, kind schema.GroupVersionResource, name, fields string) {
	t.Helper()

	patch, err := yaml.YAMLToJSON([]byte("{status: " + fields + "}"))
	must(t, err)

	_, err = n.client.Resource(kind).Namespace(n.name).Patch(t.Context(), name, types.MergePatchType, patch, metav1.PatchOptions{FieldManager: "e2e"}, "status")
	must(t, err)
}

func (n *namespace) describePod(pod string) string {
	return "See: kubectl -n " + n.name + " describe pod " + pod
}

const missingImage = `failed to pull and unpack image "example.com/no-such-image:1": failed to resolve reference "example.com/no-such-image:1": example.com/no-such-image:1: not found`

// testImagePullError updates a WebApp to an image that does not exist, and back.
func testImagePullError(t *testing.T, n *namespace) {
	n.webApp(t, "image", "image: 'nginx:1', replicas: 2"+n.compositionRef())
	n.running(t, "image", 2)

	before := n.podsOf(t, "image")

	n.webApp(t, "image", "image: 'example.com/no-such-image:1', replicas: 2"+n.compositionRef())

	pod := n.podBesides(t, "image", before...)
	message := "The image of container app of pod " + pod + " cannot be pulled: " + missingImage +
		"; 2 of 2 replicas are available. Check spec.image, and spec.imagePullSecrets if its registry asks for a password. " + n.describePod(pod)

	n.expect(t, webApps, "image", stands, "Failed ImagePullError 2 False: "+message)
	n.expect(t, pods, pod, "{.status.containerStatuses[0].state.waiting.reason}", "ImagePullBackOff")
	n.steady(t, "image")
	n.expect(t, webApps, "image", stands, "Failed ImagePullError 2 False: "+message)

	n.webApp(t, "image", "image: 'nginx:1', replicas: 2"+n.compositionRef())
	n.running(t, "image", 2)

	if diff := cmp.Diff(before, n.podsOf(t, "image")); diff != "" {
		t.Errorf("want the pods that served to go on: -before, +after:\n%s", diff)
	}

	n.told(t, "image",
		"Created: Creating Deployment image.",
		"Running: 2 of 2 replicas are available. Reach it at http://image."+n.name+".svc",
		"Updated: Updating the image from nginx:1 to example.com/no-such-image:1.",
		"Failed: ImagePullError: "+message,
		"Updated: Updating the image from example.com/no-such-image:1 to nginx:1.")
}

// testConfigError has a pod name a Secret that is missing.
func testConfigError(t *testing.T, n *namespace) {
	pod := n.diagnose(t, "config", "example.com/config-error:1")
	message := "Container app of pod " + pod + ` cannot be created: secret "database" not found; 0 of 1 replicas are available. Create what is missing, or correct what the WebApp names. ` + n.describePod(pod)

	n.expect(t, webApps, "config", stands, "Failed ConfigError 0 False: "+message)
	n.steady(t, "config")
	n.told(t, "config", "Created: Creating Deployment config.", "Failed: ConfigError: "+message)
}

// testCrashLoop has a container stop again and again, and be ready in between: the
// WebApp fails once, until it has another image.
func testCrashLoop(t *testing.T, n *namespace) {
	n.webApp(t, "crash", "image: 'nginx:1', replicas: 1"+n.compositionRef())
	n.running(t, "crash", 1)

	phases := n.record(t, "crash")

	// The old pod would serve on.
	n.webApp(t, "crash", "image: 'example.com/crash-loop:1', replicas: 1"+n.compositionRef())
	n.expect(t, webApps, "crash", "{.status.phase} {.status.reason}", "Failed CrashLoop")

	pod := n.podBesides(t, "crash")

	// Twice more it waits, runs and stops.
	before := n.restarts(t, pod)
	n.eventually(t, func() error {
		if now := n.restarts(t, pod); now < before+2 {
			return fmt.Errorf("pod %s: restarted %d times, and %d before", pod, now, before)
		}

		return nil
	})

	want := fmt.Sprintf("Failed CrashLoop: Container app of pod %s keeps stopping, with exit code 1 (Error). Its log says why: kubectl -n %s logs %s -c app --previous", pod, n.name, pod)
	if got := read(t, n.get(t, webApps, "crash"), "{.status.phase} {.status.reason}: {.status.message}"); got != want {
		t.Errorf("want it to have failed, got %s", got)
	}

	n.webApp(t, "crash", "image: 'nginx:2', replicas: 1"+n.compositionRef())
	n.running(t, "crash", 1)

	// From the first failure on there is no other phase, until the image changes.
	seen := phases()

	first := slices.Index(seen, "Failed CrashLoop")
	if first < 0 || len(seen) < first+3 || seen[first+1] != "Pending Updating" || seen[len(seen)-1] != "Running Available" || slices.Contains(seen[first+1:], "Failed CrashLoop") {
		t.Errorf("want it to fail once, got %q", seen)
	}

	failed := 0

	for _, call := range n.calls(t, "crash") {
		if strings.Contains(call, `"event":"Failed"`) {
			failed++
		}

		if strings.Contains(call, "hunter2") {
			t.Errorf("the log has what the application wrote: %s", call)
		}
	}

	if failed == 0 || failed > 2 { // Crossplane may look again before it sees what it wrote.
		t.Errorf("want to be told once of a failure, got %d", failed)
	}

	if statuses := n.do(t, "get", "wa,events", "-o", "yaml"); strings.Contains(statuses, "hunter2") {
		t.Errorf("a status or an event has what the application wrote:\n%s", statuses)
	}
}

// restarts is how often the container of a pod was started again.
func (n *namespace) restarts(t *testing.T, pod string) int {
	t.Helper()

	count, err := strconv.Atoi(read(t, n.get(t, pods, pod), "{.status.containerStatuses[0].restartCount}"))
	must(t, err)

	return count
}

// testOOMKilled has a container run out of memory again and again.
func testOOMKilled(t *testing.T, n *namespace) {
	pod := n.diagnose(t, "memory", "example.com/oom:1")

	n.expect(t, webApps, "memory", "{.status.phase} {.status.reason}", "Failed OOMKilled")

	phases, before := n.record(t, "memory"), n.restarts(t, pod)

	n.eventually(t, func() error {
		if now := n.restarts(t, pod); now < before+2 {
			return fmt.Errorf("want pod %s to be started again twice, got %d after %d", pod, now, before)
		}

		return nil
	})

	if seen := phases(); slices.ContainsFunc(seen, func(s string) bool { return s != "Failed OOMKilled" }) {
		t.Errorf("want it to have failed, got %q", seen)
	}

	n.eventually(t, func() error {
		got, want := read(t, n.get(t, webApps, "memory"), "{.status.message}"), "Container app of pod "+pod+" ran out of memory and was killed. Raise its memory limit (spec.resources.limits.memory), or have it use less. "+n.describePod(pod)
		if got != want {
			return fmt.Errorf("want %q, got %q", want, got)
		}

		return nil
	})
}

// testUnschedulable has no node take a pod: at first one may be on its way.
func testUnschedulable(t *testing.T, n *namespace) {
	old := n.diagnose(t, "unschedulable", "nginx:1")
	n.running(t, "unschedulable", 1)

	n.patch(t, webApps, "unschedulable", "{spec: {nodeSelector: {example.com/disk: none}, tolerations: [{operator: Exists}]}}")

	pod := n.podBesides(t, "unschedulable", old)
	message := func(lasts string) string {
		return "Pod " + pod + " finds no node: node(s) didn't match Pod's node affinity/selector; 1 of 1 replicas are available. " + lasts + " Add nodes with the labels, or correct spec.nodeSelector. " + n.describePod(pod)
	}

	n.expect(t, webApps, "unschedulable", stands, "Pending Unschedulable 1 False: "+message("This may heal by itself within 2 minutes."))
	n.steady(t, "unschedulable")

	// Two minutes are too long to wait.
	said := read(t, n.get(t, pods, pod), "{.status.conditions[?(@.type=='PodScheduled')].message}")
	n.patchStatus(t, pods, pod, fmt.Sprintf("{conditions: [{type: PodScheduled, status: 'False', reason: Unschedulable, message: %q, lastTransitionTime: %q}]}", said, time.Now().Add(-3*time.Minute).UTC().Format(time.RFC3339)))
	n.expect(t, webApps, "unschedulable", stands, "Failed Unschedulable 1 False: "+message("This has lasted for 2 minutes or more."))
	n.steady(t, "unschedulable")
	n.told(t, "unschedulable",
		"Created: Creating Deployment unschedulable.",
		"Running: 1 of 1 replicas are available. Reach it at http://unschedulable."+n.name+".svc",
		"Updated: Updating the pods' settings.",
		"Failed: Unschedulable: "+message("This has lasted for 2 minutes or more."))
}

// testEvicted has a node stop a pod whose successor does not get ready.
func testEvicted(t *testing.T, n *namespace) {
	pod := n.diagnose(t, "evicted", "example.com/never-ready:1")

	n.expect(t, pods, pod, "{.status.phase}", "Running")

	now := time.Now().UTC().Format(time.RFC3339)
	n.patchStatus(t, pods, pod, fmt.Sprintf(`{phase: Failed, reason: Evicted, message: "The node was low on resource: memory. Threshold quantity: 100Mi, available: 20Mi. ", conditions: [
		{type: DisruptionTarget, status: "True", reason: TerminationByKubelet, message: "The node was low on resource: memory. ", lastTransitionTime: %[1]q},
		{type: Ready, status: "False", reason: PodFailed, lastTransitionTime: %[1]q}, {type: ContainersReady, status: "False", reason: PodFailed, lastTransitionTime: %[1]q}]}`, now))

	message := "Pod " + pod + " was evicted from its node: The node was low on resource: memory. Threshold quantity: 100Mi, available: 20Mi; 0 of 1 replicas are available. Another takes its place. Have it ask for as much memory as it uses (spec.resources.requests.memory), or use less. " + n.describePod(pod)

	n.podBesides(t, "evicted", pod)
	n.expect(t, webApps, "evicted", stands, "Pending Evicted 0 False: "+message)
	n.steady(t, "evicted")
	n.told(t, "evicted", "Created: Creating Deployment evicted.")
}

// testProbeFailing has a container run for long and not be ready.
func testProbeFailing(t *testing.T, n *namespace) {
	pod := n.diagnose(t, "probe", "example.com/unready:1")
	message := "Container app of pod " + pod + " runs, and has not been ready for 2 minutes or more: its readiness probe fails; 0 of 1 replicas are available. It must accept connections on port 8080 (spec.port), and not on 127.0.0.1 only. " + n.describePod(pod)

	n.expect(t, webApps, "probe", stands, "Failed ProbeFailing 0 False: "+message)
	n.steady(t, "probe")
	n.told(t, "probe", "Created: Creating Deployment probe.", "Failed: ProbeFailing: "+message)
}
