package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/webapp-operator/function-webapp/test/e2e/controlplane"
)

// What install/next brings.
const (
	nextFunction    = controlplane.FunctionName + "-next"
	nextComposition = composition + "-next"
)

var locks = schema.GroupVersionResource{Group: "pkg.crossplane.io", Version: "v1beta1", Resource: "locks"}

// resolved is whether Crossplane resolves dependencies of packages, and of which.
const resolved = `{.status.conditions[?(@.type=="Resolved")].status} {.packages[*].source}`

// testStaged tries a new version of the function with one of two WebApps, as
// docs/operate.md says, has the other follow, and goes back with both. Nothing that runs
// is touched.
func testStaged(t *testing.T, n *namespace) {
	for _, name := range []string{"bold", "calm"} {
		n.webApp(t, name, "image: nginx, replicas: 2, env: {COLOR: red}")
	}

	for _, name := range []string{"bold", "calm"} {
		n.running(t, name, 2)
		n.steady(t, name)
	}

	state := func() []any {
		return []any{n.parts(t, "bold"), n.podsOf(t, "bold"), n.parts(t, "calm"), n.podsOf(t, "calm")}
	}
	before := state()

	t.Log("the new version beside the other")
	must(t, n.Push(t.Context(), newer))

	all, next := n.everywhere(), n.overlay(t, "install/next", newer, "Function")

	all.do(t, "apply", "-f", filepath.Join(root, "install/base/runtime.yaml"))
	all.do(t, "apply", "-k", next)
	all.expect(t, functions, nextFunction, health, healthy)
	must(t, n.StartReplica(t.Context(), nextFunction, "function-next", n.functionBinary(newer), "--debug"))

	for _, step := range []struct {
		reason     string
		webApp, to string
		// want is which WebApps follow the new version now.
		want map[string]bool
	}{
		{"Only the one that asks for it gets the new version.", "bold", nextComposition, map[string]bool{"bold": true, "calm": false}},
		{"All may follow.", "calm", nextComposition, map[string]bool{"bold": true, "calm": true}},
		{"And each may go back.", "bold", composition, map[string]bool{"bold": false, "calm": true}},
		{"All of them.", "calm", composition, map[string]bool{"bold": false, "calm": false}},
	} {
		t.Log(step.reason)
		n.do(t, "patch", "webapp", step.webApp, "--type=merge", "--patch", `{"spec": {"crossplane": {"compositionRef": {"name": "`+step.to+`"}}}}`)
		n.eventually(t, func() error {
			ref := read(t, n.get(t, webApps, step.webApp), "{.spec.crossplane.compositionRevisionRef.name}")
			if !strings.HasPrefix(ref, step.to+"-") || strings.HasPrefix(ref, nextComposition) != (step.to == nextComposition) {
				return fmt.Errorf("WebApp %s: want a revision of Composition %s, got %s", step.webApp, step.to, ref)
			}

			return nil
		})

		for name, follows := range step.want {
			calls := n.nextCalls(t, name)
			n.look(t, name)
			n.steady(t, name)

			if got := n.nextCalls(t, name) > calls; got != follows {
				t.Errorf("%s WebApp %s: want the new version called: %t, got %t", step.reason, name, follows, got)
			}
		}

		if diff := cmp.Diff(before, state()); diff != "" {
			t.Errorf("%s want nothing that runs changed: -before, +after:\n%s", step.reason, diff)
		}
	}

	t.Log("packages do not mind")
	all.expect(t, functions, controlplane.FunctionName, health, healthy)
	all.expect(t, configurations, controlplane.ConfigurationName, health, healthy)

	if got := read(t, all.get(t, locks, "lock"), "{.packages[*].name}"); strings.Contains(got, nextFunction) {
		t.Errorf("want no dependencies resolved of %s, got %s", nextFunction, got)
	}

	for _, name := range []string{"bold", "calm"} {
		n.told(t, name,
			"Created: Creating Deployment "+name+".",
			"Running: 2 of 2 replicas are available. Reach it at http://"+name+"."+n.name+".svc")
	}

	t.Log("and it goes")
	all.do(t, "delete", "-k", next, "--timeout=120s")
	must(t, n.StopFunction(t.Context(), "function-next"))
}

// nextCalls counts how often the new version was called about a WebApp.
func (n *namespace) nextCalls(t *testing.T, webApp string) int {
	t.Helper()

	log, err := os.ReadFile(n.Log("function-next"))
	must(t, err)

	return strings.Count(string(log), fmt.Sprintf(`"namespace":%q,"name":%q`, n.name, webApp))
}

// testTwins has two Functions of one repository take part in what depends on what:
// Crossplane resolves dependencies of no package any more, until one of them is gone.
// That is why install/next does not.
func testTwins(t *testing.T, n *namespace) {
	all := n.everywhere()
	image, err := n.Package("function-webapp", version)
	must(t, err)

	before := read(t, all.get(t, locks, "lock"), resolved)

	all.apply(t, fmt.Sprintf("{apiVersion: pkg.crossplane.io/v1, kind: Function, metadata: {name: twin}, spec: {package: %q}}", image))
	all.eventually(t, func() error {
		lock := all.get(t, locks, "lock")
		if got := read(t, lock, `{.status.conditions[?(@.type=="Resolved")].message}`); !strings.Contains(got, "function-webapp already exists") {
			return fmt.Errorf("want what depends on what not to be known, got %q", got)
		}

		return nil
	})

	all.do(t, "delete", "function", "twin", "--timeout=120s")
	all.expect(t, locks, "lock", resolved, before)
}
