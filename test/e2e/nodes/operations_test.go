package nodes_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/webapp-operator/function-webapp/test/e2e/checkout"
	"github.com/webapp-operator/function-webapp/test/e2e/controlplane"
	"github.com/webapp-operator/function-webapp/test/e2e/nodes"
)

// operations are what is done around a WebApp: to nodes, pods, and what makes it one.
var operations = []change{
	{name: "a node is drained", do: func(t *testing.T, n *namespace) {
		n.do(t, "drain", nodes.Node(1), "--ignore-daemonsets", "--delete-emptydir-data", "--force", "--timeout=120s")
		n.complete(t, 4)
		n.do(t, "uncordon", nodes.Node(1))
	}},
	{name: "no function for a minute, and one pod after another is deleted", do: func(t *testing.T, n *namespace) {
		replicas := func(number int) {
			n.do(t, "patch", "deploymentruntimeconfig", controlplane.FunctionName, "--type=json", fmt.Sprintf(`--patch=[{"op": "replace", "path": "/spec/deploymentTemplate/spec/replicas", "value": %d}]`, number))
		}

		replicas(0)
		n.eventually(t, patience, func() error {
			if left := n.do(t, "get", "pods", "-n", "crossplane-system", "-l", "pkg.crossplane.io/function", "-o", "name"); left != "" {
				return fmt.Errorf("there still are %s", left)
			}

			return nil
		})

		minute := time.After(time.Minute)

		// The next change needs it.
		go func() { _ = pushNewer() }()

		for pod := range strings.FieldsSeq(n.do(t, "get", "pods", "-n", n.name, "-l", "app=shop", "-o", "name")) {
			// Some may be about to go.
			n.do(t, "delete", "-n", n.name, pod, "--ignore-not-found")
			n.complete(t, 4)
		}

		<-minute
		replicas(3)
		must(t, n.Kubectl().Wait(t.Context(), "condition=Healthy", "function.pkg/"+controlplane.FunctionName))
	}},
	{name: "another version of the function and the Configuration, and back", do: func(t *testing.T, n *namespace) {
		must(t, pushNewer())
		n.upgrade(t, "function", controlplane.FunctionName, "function-webapp", newer)

		for _, v := range []string{newer, version} {
			n.upgrade(t, "configuration", controlplane.ConfigurationName, "configuration-webapp", v)
		}

		n.upgrade(t, "function", controlplane.FunctionName, "function-webapp", version)
	}},
	{name: "Crossplane restarts", do: func(t *testing.T, n *namespace) {
		// With the settings that the next tests want.
		must(t, n.UpgradeCrossplane(t.Context(), crossplanesDefaults))
	}},
}

// newer is the version to upgrade to.
const newer = checkout.Newer

// pushNewer pushes its packages, once.
var pushNewer = sync.OnceValue(func() error { return cluster.Push(context.Background(), nodes.Registry, newer) })

// upgrade changes the version of a package, and waits until it has taken over.
func (n *namespace) upgrade(t *testing.T, kind, name, repository, version string) {
	t.Helper()

	at := nodes.Package(repository, version)
	n.do(t, "patch", kind+".pkg", name, "--type=merge", fmt.Sprintf(`--patch={"spec": {"package": %q}}`, at))
	n.eventually(t, patience, func() error {
		got := n.do(t, "get", kind+"revision.pkg", "-l", "pkg.crossplane.io/package="+name, "-o", `jsonpath={range .items[?(@.spec.desiredState=="Active")]}{.spec.image} {.status.conditions[?(@.type=="RevisionHealthy")].status}{end}`)
		if got != at+" True" {
			return fmt.Errorf("want %s to be healthy, got %q", at, got)
		}

		return nil
	})
	must(t, n.Kubectl().Wait(t.Context(), "condition=Healthy", kind+".pkg/"+name))
}

// testOperations has no request fail while nodes go and come, and while what makes a WebApp
// of it is changed or gone.
func testOperations(t *testing.T) {
	newNamespace(t, "operations").serveWhile(t, operations, often)
}
