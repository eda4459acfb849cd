package e2e

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// testStrategy changes how pods are replaced, there and back, which restarts none
// of them; and then replaces them all at once.
func testStrategy(t *testing.T, n *namespace) {
	const (
		plain  = "image: 'nginx:1', replicas: 2"
		fields = `{.spec.strategy}`
	)

	n.webApp(t, "shop", plain)
	n.running(t, "shop", 2)
	n.expect(t, deployments, "shop", fields, `{"rollingUpdate":{"maxSurge":"25%","maxUnavailable":0},"type":"RollingUpdate"}`)

	before := n.podsOf(t, "shop")

	for _, step := range []struct{ strategy, want string }{
		{"{type: Recreate}", `{"type":"Recreate"}`},
		{"{rollingUpdate: {maxUnavailable: 50%}}", `{"rollingUpdate":{"maxSurge":"25%","maxUnavailable":"50%"},"type":"RollingUpdate"}`},
		{"{type: Recreate}", `{"type":"Recreate"}`},
	} {
		n.webApp(t, "shop", plain+", strategy: "+step.strategy)
		n.running(t, "shop", 2)
		n.expect(t, deployments, "shop", fields, step.want)
	}

	n.steady(t, "shop")

	if diff := cmp.Diff(before, n.podsOf(t, "shop")); diff != "" {
		t.Errorf("want the pods of before: -before, +after:\n%s", diff)
	}

	n.webApp(t, "shop", "image: 'nginx:2', replicas: 2, strategy: {type: Recreate}")
	n.running(t, "shop", 2)
	n.expect(t, deployments, "shop", `{.spec.template.spec.containers[0].image}`, "nginx:2")

	n.webApp(t, "shop", "image: 'nginx:2', replicas: 2")
	n.running(t, "shop", 2)
	n.expect(t, deployments, "shop", fields, `{"rollingUpdate":{"maxSurge":"25%","maxUnavailable":0},"type":"RollingUpdate"}`)
}
