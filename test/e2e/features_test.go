package e2e

import (
	"path/filepath"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// featured uses a Composition that has features on, and the rights that they need.
// Every test that calls it has a Composition of its own.
func (n *namespace) featured(t *testing.T, features string) {
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
    input: {apiVersion: webapp.fn.example.com/v1beta1, kind: Input, features: [`+features+`]}
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

	n.webApp(t, "shop", "image: nginx, replicas: 2, podDisruptionBudget: {minAvailable: 100%}"+n.compositionRef())
	n.expect(t, budgets, "shop", "{.spec.maxUnavailable}{.spec.minAvailable} {.status.disruptionsAllowed}", "100% 0")
	n.running(t, "shop", 2)

	n.webApp(t, "shop", "image: nginx, replicas: 1"+n.compositionRef())
	n.gone(t, budgets, "shop")
	n.running(t, "shop", 1)

	n.webApp(t, "shop", "image: nginx, replicas: 2"+n.compositionRef())
	n.running(t, "shop", 2)
	n.expect(t, budgets, "shop", "{.spec.maxUnavailable}", "1")

	n.webApp(t, "shop", "image: nginx, replicas: 2, podDisruptionBudget: {disabled: true}"+n.compositionRef())
	n.gone(t, budgets, "shop")
	n.running(t, "shop", 2)
	n.expect(t, webApps, "shop", acceptance, "True Accepted")

	// What is switched off is asked for in vain, and everything else works.
	n.featured(t, "")
	n.webApp(t, "shop", "image: 'nginx:2', replicas: 2, podDisruptionBudget: {maxUnavailable: 1}"+n.compositionRef())
	n.expect(t, webApps, "shop", acceptance, "False FeatureOff")
	n.running(t, "shop", 2)
	n.expect(t, deployments, "shop", "{.spec.template.spec.containers[0].image}", "nginx:2")
	n.delete(t, webApps, "shop", metav1.DeletePropagationBackground)
}

// grant gives Crossplane the rights for every feature, as a platform team does.
func (c *cluster) grant(t *testing.T) {
	t.Helper()
	c.everywhere().do(t, "apply", "--server-side", "-f", filepath.Join(root, "install/rbac.yaml"))
}
