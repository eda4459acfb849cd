package e2e

import (
	"path/filepath"
	"testing"
)

// featured is a Composition of the test's own that has features on.
func (n *namespace) featured(t *testing.T, features string) {
	t.Helper()
	n.composition(t, "features: ["+features+"]")
}

// composition gives a test a Composition of its own, with fields of the input.
func (n *namespace) composition(t *testing.T, input string) {
	t.Helper()

	n.cluster.apply(t, `
apiVersion: apiextensions.crossplane.io/v1
kind: Composition
metadata: {name: `+n.name+`}
spec:
  compositeTypeRef: {apiVersion: example.com/v1, kind: WebApp}
  mode: Pipeline
  pipeline:
  - step: webapp
    functionRef: {name: webapp-operator-function-webapp}
    input: {apiVersion: webapp.fn.example.com/v1beta1, kind: Input, `+input+`}
`)
}

// compositionRef is how a WebApp uses the Composition of its test.
func (n *namespace) compositionRef() string {
	return ", crossplane: {compositionRef: {name: " + n.name + "}}"
}

const acceptance = `{.status.conditions[?(@.type=="Accepted")].status} {.status.conditions[?(@.type=="Accepted")].reason}`

// testBudget has a PodDisruptionBudget from two replicas on, as the WebApp says.
func testBudget(t *testing.T, n *namespace) {
	n.featured(t, "podDisruptionBudget")
	n.webApp(t, "shop", "image: nginx, replicas: 2"+n.compositionRef())
	n.running(t, "shop", 2)
	n.expect(t, budgets, "shop", "{.spec.maxUnavailable} {.spec.unhealthyPodEvictionPolicy} {.status.currentHealthy} {.status.disruptionsAllowed}", "1 AlwaysAllow 2 1")
	n.steady(t, "shop")

	n.webApp(t, "shop", "image: nginx, replicas: 2, podDisruptionBudget: {minAvailable: 50%}"+n.compositionRef())
	n.expect(t, budgets, "shop", "{.spec.maxUnavailable}{.spec.minAvailable} {.status.disruptionsAllowed}", "50% 1")
	n.running(t, "shop", 2)

	n.webApp(t, "shop", "image: nginx, replicas: 2, podDisruptionBudget: {disabled: true}"+n.compositionRef())
	n.gone(t, budgets, "shop")
	n.running(t, "shop", 2)
	n.expect(t, webApps, "shop", acceptance, "True Accepted")

	t.Log("one replica has none, which would keep its node from being drained")
	n.webApp(t, "single", "image: nginx, replicas: 1"+n.compositionRef())
	n.running(t, "single", 1)

	if n.get(t, budgets, "single") != nil {
		t.Error("want no PodDisruptionBudget for one replica")
	}

	n.webApp(t, "single", "image: nginx, replicas: 2"+n.compositionRef())
	n.running(t, "single", 2)
	n.expect(t, budgets, "single", "{.spec.maxUnavailable}", "1")

	t.Log("what is switched off is asked for in vain, and everything else works")
	n.featured(t, "")
	n.gone(t, budgets, "single")
	n.webApp(t, "late", "image: nginx, replicas: 2, podDisruptionBudget: {maxUnavailable: 1}"+n.compositionRef())
	n.running(t, "late", 2)
	n.expect(t, webApps, "late", acceptance, "False FeatureOff")
}

// grant gives Crossplane the rights for every feature, as a platform team does.
func (c *cluster) grant(t *testing.T) {
	t.Helper()
	c.everywhere().do(t, "apply", "--server-side", "-f", filepath.Join(root, "install/rbac.yaml"))
}
