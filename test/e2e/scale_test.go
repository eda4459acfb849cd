package e2e

import (
	"slices"
	"strings"
	"testing"
)

// testScale scales with kubectl, which restarts nothing.
func testScale(t *testing.T, n *namespace) {
	n.webApp(t, "shop", "image: nginx, replicas: 2")
	n.running(t, "shop", 2)

	before := n.podsOf(t, "shop")

	n.do(t, "scale", "wa/shop", "--replicas=4")
	n.running(t, "shop", 4)
	n.expect(t, deployments, "shop", "{.spec.replicas}", "4")

	for _, name := range before {
		if !slices.Contains(n.podsOf(t, "shop"), name) {
			t.Errorf("want pod %s to stay when others are added", name)
		}
	}

	if _, err := n.try(t, "scale", "wa/shop", "--replicas=11"); err == nil || !strings.Contains(err.Error(), "spec.replicas") {
		t.Errorf("kubectl scale --replicas=11: want an error that names spec.replicas, got %v", err)
	}

	n.steady(t, "shop")
}

// testAutoscaler scales a WebApp with a HorizontalPodAutoscaler, whose least
// number of replicas needs no metrics.
func testAutoscaler(t *testing.T, n *namespace) {
	n.webApp(t, "shop", "image: nginx, replicas: 2")
	n.running(t, "shop", 2)
	n.apply(t, `
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: shop}
spec:
  minReplicas: 3
  maxReplicas: 6
  scaleTargetRef: {apiVersion: example.com/v1, kind: WebApp, name: shop}
  metrics:
  - {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}
`)
	n.running(t, "shop", 3)
	n.expect(t, webApps, "shop", "{.spec.replicas}", "3")
	n.told(t, "shop",
		"Created: Creating Deployment shop.",
		"Running: 2 of 2 replicas are available. Reach it at http://shop."+n.name+".svc",
		"Scaled: Scaling from 2 to 3 replicas.")
	n.steady(t, "shop")
}
