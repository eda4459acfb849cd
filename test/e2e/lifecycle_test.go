package e2e

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestLifecycle takes WebApps through their whole life, as a platform team and
// its developers see it. Tests that only need a namespace of their own run side
// by side.
func TestLifecycle(t *testing.T) {
	c := newCluster(t, false)
	c.install(t, version)

	t.Run("WebApps", func(t *testing.T) {
		for name, test := range map[string]func(*testing.T, *namespace){
			"Example":  testExample,
			"Scale":    testScale,
			"Conflict": testConflict,
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				test(t, c.newNamespace(t))
			})
		}
	})
}

// testExample does what the README says.
func testExample(t *testing.T, n *namespace) {
	n.do(t, "apply", "-f", filepath.Join(root, "examples/webapp.yaml"))
	n.running(t, "my-app", 2)
	n.expect(t, webApps, "my-app", "{.status.url}", "http://my-app."+n.name+".svc")
	t.Log("\n" + n.do(t, "get", "wa", "-o", "wide"))
	n.do(t, "delete", "wa", "my-app", "--cascade=foreground", "--timeout=60s")

	if out := n.do(t, "get", "deployment,service,configmap", "-l", "managed-by=webapp-operator", "-o", "name"); out != "" {
		t.Errorf("want nothing left, got %s", out)
	}
}

// testScale scales with kubectl.
func testScale(t *testing.T, n *namespace) {
	n.webApp(t, "shop", "image: nginx, replicas: 2")
	n.running(t, "shop", 2)
	n.do(t, "scale", "wa/shop", "--replicas=4")
	n.running(t, "shop", 4)
	n.expect(t, deployments, "shop", "{.spec.replicas}", "4")

	if _, err := n.try(t, "scale", "wa/shop", "--replicas=11"); err == nil || !strings.Contains(err.Error(), "spec.replicas") {
		t.Errorf("kubectl scale --replicas=11: want an error that names spec.replicas, got %v", err)
	}
}

// testConflict leaves a Service of somebody else alone, and takes the name when
// it is free.
func testConflict(t *testing.T, n *namespace) {
	n.do(t, "create", "service", "clusterip", "taken", "--tcp=80")
	n.webApp(t, "taken", "image: nginx, replicas: 1")
	n.expect(t, webApps, "taken", "{.status.phase} {.status.reason}", "Failed NameConflict")
	n.expect(t, services, "taken", "{.metadata.ownerReferences}{.spec.selector.managed-by}", "")

	if out := n.do(t, "get", "deployment,configmap", "-l", "app=taken", "-o", "name"); out != "" {
		t.Errorf("want nothing created beside a Service that is in the way, got %s", out)
	}

	n.do(t, "delete", "service", "taken")
	n.running(t, "taken", 1)
}
