package e2e

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// untouched holds that a WebApp's parts and pods are as they were.
func (n *namespace) untouched(t *testing.T, webApp string, parts []*unstructured.Unstructured, pods []string) {
	t.Helper()

	if diff := cmp.Diff([]any{parts, pods}, []any{n.parts(t, webApp), n.podsOf(t, webApp)}); diff != "" {
		t.Errorf("want what runs of WebApp %s to stay as it is: -before, +after:\n%s", webApp, diff)
	}
}

// testPolicy makes a policy stricter: what runs goes on, and what is new or changed
// must keep to it.
func testPolicy(t *testing.T, n *namespace) {
	const (
		message = `{.status.conditions[?(@.type=="Accepted")].message}`
		refused = "the platform team does not allow the WebApp: "
	)

	n.composition(t, "policy: {forbidLatestTag: true}")
	n.webApp(t, "shop", "image: 'ghcr.io/acme-labs/shop:v1', replicas: 3"+n.compositionRef())
	n.running(t, "shop", 3)
	n.steady(t, "shop")

	parts, pods := n.parts(t, "shop"), n.podsOf(t, "shop")

	// A stricter one stops nothing.
	n.composition(t, "policy: {registries: [ghcr.io/acme], requiredLabels: [example.com/team], maxReplicas: 2, maxResources: {limits: {memory: 1Gi}}}, defaults: {resources: {limits: {memory: 512Mi}}}")
	n.expect(t, webApps, "shop", acceptance, "False PolicyViolation")
	n.expect(t, webApps, "shop", message, refused+"spec.image: Forbidden: policy.registries of the platform team allows images from ghcr.io/acme only; "+
		"metadata.labels[example.com/team]: Required value: policy.requiredLabels of the platform team asks for this label; "+
		"spec.replicas: Forbidden: policy.maxReplicas of the platform team allows at most 2")
	n.look(t, "shop")
	n.untouched(t, "shop", parts, pods)
	n.expect(t, webApps, "shop", "{.status.phase} {.status.availableReplicas}", "Running 3")

	// A change that does not keep to it changes nothing, and a new WebApp that does
	// not is not made.
	n.webApp(t, "shop", "image: 'ghcr.io/acme/shop:v2', replicas: 3"+n.compositionRef())
	n.webApp(t, "blog", "image: nginx, replicas: 1"+n.compositionRef())
	n.expect(t, webApps, "shop", message, refused+
		"metadata.labels[example.com/team]: Required value: policy.requiredLabels of the platform team asks for this label; "+
		"spec.replicas: Forbidden: policy.maxReplicas of the platform team allows at most 2")
	n.expect(t, webApps, "blog", acceptance, "False PolicyViolation")
	n.untouched(t, "shop", parts, pods)

	if got := strings.Join(n.podsOf(t, "blog"), " "); got != "" || n.get(t, services, "blog") != nil {
		t.Errorf("want nothing of a WebApp that is against the policy, got pods %q", got)
	}

	// One that keeps to it does.
	n.patch(t, webApps, "shop", "{metadata: {labels: {example.com/team: storefront}}, spec: {replicas: 2}}")
	n.running(t, "shop", 2)
	n.expect(t, webApps, "shop", acceptance, "True Accepted")
	n.expect(t, deployments, "shop", "{.spec.template.spec.containers[0].image} {.spec.template.spec.containers[0].resources.limits.memory}", "ghcr.io/acme/shop:v2 512Mi")
	n.steady(t, "shop")

	// What is refused can be deleted.
	n.delete(t, webApps, "blog", metav1.DeletePropagationForeground)
	n.gone(t, webApps, "blog")
}
