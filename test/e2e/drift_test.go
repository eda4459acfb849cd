package e2e

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// testDriftFields changes fields by hand: what is ours comes back, and what is
// not stays.
func testDriftFields(t *testing.T, n *namespace) {
	n.webApp(t, "shop", "image: nginx, replicas: 2, env: {COLOR: red}")
	n.running(t, "shop", 2)

	before := n.podsOf(t, "shop")

	n.patch(t, deployments, "shop", "{metadata: {annotations: {note: kept}, labels: {managed-by: nobody}}, spec: {revisionHistoryLimit: 3, replicas: 1}}")
	n.patch(t, services, "shop", "{metadata: {labels: {note: kept}}, spec: {sessionAffinity: ClientIP, selector: {app: another}}}")
	n.patch(t, configMaps, "shop-config", "{data: {SIZE: kept, COLOR: blue}}")
	n.expect(t, deployments, "shop", "{.metadata.labels.managed-by} {.spec.replicas} {.metadata.annotations.note} {.spec.revisionHistoryLimit}", "webapp-operator 2 kept 3")
	n.expect(t, services, "shop", "{.spec.selector.app} {.metadata.labels.note} {.spec.sessionAffinity}", "shop kept ClientIP")
	n.expect(t, configMaps, "shop-config", "{.data.COLOR} {.data.SIZE}", "red kept")
	n.expect(t, deployments, "shop", "{.metadata.generation} {.status.observedGeneration} {.status.updatedReplicas} {.status.replicas} {.status.availableReplicas}", "3 3 2 2 2")
	n.running(t, "shop", 2)

	if got := n.podsOf(t, "shop"); !slices.Contains(got, before[0]) && !slices.Contains(got, before[1]) {
		t.Errorf("want one of the pods %v to stay, got %v", before, got)
	}

	n.steady(t, "shop")
}

// testDriftPods changes the pods by hand.
func testDriftPods(t *testing.T, n *namespace) {
	n.webApp(t, "shop", "image: nginx, replicas: 2")
	n.running(t, "shop", 2)
	n.patch(t, deployments, "shop", "{spec: {template: {spec: {containers: [{name: app, image: 'httpd:2'}]}}}}")
	n.expect(t, deployments, "shop", "{.spec.template.spec.containers[0].image} {.spec.template.spec.containers[0].ports[0].name}", "nginx http")
	n.expect(t, deployments, "shop", "{.metadata.generation} {.status.observedGeneration} {.status.updatedReplicas} {.status.replicas} {.status.availableReplicas}", "3 3 2 2 2")
	n.running(t, "shop", 2)
	n.steady(t, "shop")
}

// testDriftObjects deletes the Service and the ConfigMap by hand.
func testDriftObjects(t *testing.T, n *namespace) {
	n.webApp(t, "shop", "image: nginx, replicas: 2, env: {COLOR: red}")
	n.running(t, "shop", 2)

	before := n.podsOf(t, "shop")

	for _, part := range n.parts(t, "shop")[1:] {
		kind := map[string]schema.GroupVersionResource{"Service": services, "ConfigMap": configMaps}[part.GetKind()]

		n.delete(t, kind, part.GetName(), metav1.DeletePropagationBackground)
		n.eventually(t, func() error { return another(n.get(t, kind, part.GetName()), part) })
	}

	n.running(t, "shop", 2)

	if diff := cmp.Diff(before, n.podsOf(t, "shop")); diff != "" {
		t.Errorf("want the same pods: -before, +after:\n%s", diff)
	}

	n.steady(t, "shop")
}

// testDeploymentDeleted deletes the Deployment by hand.
func testDeploymentDeleted(t *testing.T, n *namespace) {
	n.webApp(t, "shop", "image: nginx, replicas: 2")
	n.running(t, "shop", 2)

	states := n.record(t, "shop")
	parts := n.parts(t, "shop")

	n.delete(t, deployments, "shop", metav1.DeletePropagationForeground)
	n.eventually(t, func() error { return another(n.get(t, deployments, "shop"), parts[0]) })
	n.running(t, "shop", 2)

	if seen := states(); !slices.ContainsFunc(seen, func(s string) bool { return strings.HasPrefix(s, "Pending ") }) {
		t.Errorf("want the WebApp to be Pending without its Deployment, got %q", seen)
	}

	if diff := cmp.Diff(parts[1:], n.parts(t, "shop")[1:]); diff != "" {
		t.Errorf("want the others untouched: -before, +after:\n%s", diff)
	}

	n.steady(t, "shop")
}

// testPause has Crossplane leave a WebApp alone for a while.
func testPause(t *testing.T, n *namespace) {
	n.webApp(t, "shop", "image: nginx, replicas: 2")
	n.running(t, "shop", 2)
	n.patch(t, webApps, "shop", "{metadata: {annotations: {crossplane.io/paused: 'true'}}}")
	n.expect(t, webApps, "shop", `{.status.conditions[?(@.type=="Synced")].reason}`, "ReconcilePaused")

	calls, generation := len(n.calls(t, "shop")), n.get(t, deployments, "shop").GetGeneration()

	n.patch(t, webApps, "shop", "{spec: {replicas: 3}}")
	n.delete(t, configMaps, "shop-config", metav1.DeletePropagationBackground)
	n.expect(t, webApps, "shop",
		`{.status.conditions[?(@.type=="Synced")].status} {.status.conditions[?(@.type=="Synced")].reason} of generation {.status.conditions[?(@.type=="Synced")].observedGeneration}`,
		"False ReconcilePaused of generation "+read(t, n.get(t, webApps, "shop"), "{.metadata.generation}"))
	n.expect(t, webApps, "shop", "{.status.phase} {.status.availableReplicas}", "Running 2")

	if len(n.calls(t, "shop")) != calls || n.get(t, deployments, "shop").GetGeneration() != generation || n.get(t, configMaps, "shop-config") != nil {
		t.Error("want nothing done while it is paused")
	}

	n.patch(t, webApps, "shop", "{metadata: {annotations: {crossplane.io/paused: null}}}")
	n.running(t, "shop", 3)

	if n.get(t, configMaps, "shop-config") == nil {
		t.Error("want the ConfigMap back")
	}

	n.steady(t, "shop")
}

// testComposition uses a Composition of a platform team, and changes it: what it
// says goes on to its WebApps, and restarts no pod that it does not concern.
func testComposition(t *testing.T, n *namespace) {
	compose := func(input string) {
		n.cluster.apply(t, `
apiVersion: apiextensions.crossplane.io/v1
kind: Composition
metadata: {name: labelled}
spec:
  compositeTypeRef: {apiVersion: example.com/v1, kind: WebApp}
  mode: Pipeline
  pipeline:
  - step: webapp
    functionRef: {name: webapp-operator-function-webapp}
    input: {apiVersion: webapp.fn.example.com/v1beta1, kind: Input, `+input+`}
`)
	}

	compose("labels: {example.com/team: storefront}")
	n.webApp(t, "shop", "image: nginx, replicas: 2, crossplane: {compositionRef: {name: labelled}}")
	n.running(t, "shop", 2)

	pods := n.podsOf(t, "shop")
	revision := read(t, n.get(t, webApps, "shop"), "{.spec.crossplane.compositionRevisionRef.name}")

	labelled := func(want string) {
		n.expect(t, deployments, "shop", `{.metadata.labels.example\.com/team}{.spec.template.metadata.labels.example\.com/team}`, want)
		n.expect(t, services, "shop", `{.metadata.labels.example\.com/team}`, want)
		n.expect(t, configMaps, "shop-config", `{.metadata.labels.example\.com/team}`, want)
	}

	labelled("storefront")
	compose("labels: {example.com/team: checkout}")
	labelled("checkout")
	n.running(t, "shop", 2)

	if read(t, n.get(t, webApps, "shop"), "{.spec.crossplane.compositionRevisionRef.name}") == revision {
		t.Error("want another revision of the Composition")
	}

	t.Log("an input that is wrong changes nothing")
	compose("labels: {app: checkout}")
	n.expect(t, webApps, "shop", `{.status.conditions[?(@.type=="Accepted")].status} {.status.conditions[?(@.type=="Accepted")].reason} {.status.phase}`, "False InvalidInput Running")
	labelled("checkout")

	compose("ttl: 1m")
	labelled("")
	n.running(t, "shop", 2)

	if diff := cmp.Diff(pods, n.podsOf(t, "shop")); diff != "" {
		t.Errorf("want the same pods: -before, +after:\n%s", diff)
	}

	n.steady(t, "shop")
}
