package nodes_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/webapp-operator/function-webapp/test/e2e/nodes"
)

// meshed is a WebApp's spec that asks for a proxy, with more annotations.
func meshed(how, more string) string {
	return fmt.Sprintf("podAnnotations: {%s: %s%s}", injected, how, more)
}

const notOurs = "The WebApp does not have a container mesh-"

// allMeshed are WebApps whose application works, and whose mesh does not.
var allMeshed = []broken{
	{
		name: "proxy-exits", spec: meshed(asContainer, `, `+proxyEnv+`: EXIT_AFTER=1s EXIT_CODE=3`),
		reason: "CrashLoop", words: []string{"Container mesh-proxy", "exit code 3", notOurs + "proxy: ask who adds it to its pods", "-c mesh-proxy --previous"},
	},
	{
		name: "sidecar-exits", spec: meshed(asSidecar, `, `+proxyEnv+`: EXIT_AFTER=1s EXIT_CODE=3`),
		reason: "CrashLoop", words: []string{"Container mesh-proxy", "exit code 3", notOurs + "proxy: ask who adds it to its pods", "-c mesh-proxy --previous"},
	},
	{
		name: "sidecar-ends-well", spec: meshed(asSidecar, `, `+proxyEnv+`: EXIT_AFTER=1s`),
		reason: "CrashLoop", words: []string{"Container mesh-proxy", "exit code 0", notOurs + "proxy: ask who adds it to its pods"},
	},
	{
		name: "proxy-image-missing", spec: meshed(asContainer, `, `+proxyImage+`: "`+nodes.Registry+`/proxy:missing"`),
		reason: "ImagePullError", words: []string{"container mesh-proxy", "proxy:missing", "not found", notOurs + "proxy: ask who adds it to its pods"},
	},
	{
		name: "sidecar-image-missing", spec: meshed(asSidecar, `, `+proxyImage+`: "`+nodes.Registry+`/proxy:missing"`),
		reason: "ImagePullError", words: []string{"container mesh-proxy", "proxy:missing", "not found", notOurs + "proxy: ask who adds it to its pods"},
	},
	{
		name: "setup-fails", spec: meshed(asContainer, `, `+setupEnv+`: EXIT_CODE=4`),
		reason: "CrashLoop", words: []string{"Container mesh-setup", "exit code 4", notOurs + "setup: ask who adds it to its pods"},
	},
	{
		name: "sidecar-unready", spec: meshed(asSidecar, `, `+proxyEnv+`: UNHEALTHY=1`),
		reason: "ProbeFailing", words: []string{"Container mesh-proxy", "not been ready", notOurs + "proxy: ask who adds it to its pods"},
	},
	// For two minutes it is Pending for the same reason, without a warning.
	{
		name: "webhook-unanswered", spec: `podAnnotations: {` + unanswered + `: "true"}`,
		reason: "ReplicaFailure", words: []string{"unanswered.mesh.example.com", "2 minutes or more", "Ask who runs what does not answer"},
	},
}

// testMesh breaks what a mesh adds to pods. Their WebApps say what it is, and that it is
// not theirs.
func testMesh(t *testing.T) {
	n := newNamespace(t, "mesh")
	n.inject(t)
	n.breakAll(t, allMeshed, 10*time.Second)
}

// holdsMesh holds that the pods of the shop have what a mesh adds to them, and that it is
// on the pods only.
func (n *namespace) holdsMesh(t *testing.T, how string) {
	t.Helper()

	want := map[string]string{asContainer: "mesh-setup app mesh-proxy", asSidecar: "mesh-setup mesh-proxy app"}[how]
	got := n.do(t, "get", "pods", "-n", n.name, "-l", "app=shop", "-o", `jsonpath={range .items[*]}{.spec.initContainers[*].name} {.spec.containers[*].name} {.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}`)

	if strings.Count(got, want+" True\n") < 4 {
		t.Errorf("want four pods with %q, got %q", want, got)
	}

	if got := read(t, n.get(t, deployments, "shop"), "{.spec.template.spec.initContainers[*].name} {.spec.template.spec.containers[*].name}"); got != " app" {
		t.Errorf("want a Deployment with nothing but app, got %q", got)
	}
}
