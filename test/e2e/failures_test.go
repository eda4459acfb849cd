package e2e

import (
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// stands is what a WebApp's status says.
const stands = `{.status.phase} {.status.reason} {.status.availableReplicas} {.status.conditions[?(@.type=="Ready")].status}: {.status.message}`

// testStalled updates a WebApp to an image that never becomes ready: what serves
// goes on serving, the WebApp says what is wrong, and recovers when it is put
// right.
func testStalled(t *testing.T, n *namespace) {
	n.webApp(t, "shop", "image: 'nginx:1', replicas: 2")
	n.running(t, "shop", 2)

	before := n.podsOf(t, "shop")

	// Ten minutes are too long to wait.
	n.patch(t, deployments, "shop", "{spec: {progressDeadlineSeconds: 2}}")
	n.webApp(t, "shop", "image: 'example.com/never-ready:1', replicas: 2")

	const message = "The rollout has made no progress for 2 seconds; 2 of 2 replicas are available. Often the image cannot be pulled, the container stops or runs as root, or nothing listens on port 8080. See: kubectl -n webapps-stalled describe pods -l app=shop"

	n.expect(t, webApps, "shop", stands, "Failed ProgressDeadlineExceeded 2 False: "+message)
	n.steady(t, "shop")

	n.patch(t, deployments, "shop", "{spec: {progressDeadlineSeconds: 600}}")
	n.webApp(t, "shop", "image: 'nginx:1', replicas: 2")
	n.running(t, "shop", 2)

	if diff := cmp.Diff(before, n.podsOf(t, "shop")); diff != "" {
		t.Errorf("want the pods that served to go on: -before, +after:\n%s", diff)
	}

	n.told(t, "shop",
		"Created: Creating Deployment shop.",
		"Running: 2 of 2 replicas are available. Reach it at http://shop.webapps-stalled.svc",
		"Updated: Updating the image from nginx:1 to example.com/never-ready:1.",
		"Failed: ProgressDeadlineExceeded: "+message,
		"Updated: Updating the image from example.com/never-ready:1 to nginx:1.")
}

// testQuota runs into a quota, which is raised then.
func testQuota(t *testing.T, n *namespace) {
	n.apply(t, `{apiVersion: v1, kind: ResourceQuota, metadata: {name: small}, spec: {hard: {pods: "1"}}}`)
	n.expect(t, quotas, "small", "{.status.hard.pods}", "1")
	n.webApp(t, "shop", "image: nginx, replicas: 3")

	const message = "A ResourceQuota of the namespace forbids more pods: exceeded quota: small, requested: pods=1, limited: pods=1. Ask for more quota, or lower spec.replicas. See: kubectl -n webapps-quota describe quota"

	n.expect(t, webApps, "shop", stands, "Failed QuotaExceeded 1 False: "+message)
	n.steady(t, "shop")

	n.apply(t, `{apiVersion: v1, kind: ResourceQuota, metadata: {name: small}, spec: {hard: {pods: "5"}}}`)
	n.running(t, "shop", 3)
	n.told(t, "shop",
		"Created: Creating Deployment shop.",
		"Failed: QuotaExceeded: "+message,
		"Running: 3 of 3 replicas are available. Reach it at http://shop.webapps-quota.svc")
}

// testPodsRefused has the cluster refuse the pods, for another cause than quota.
func testPodsRefused(t *testing.T, n *namespace) {
	n.apply(t, `{apiVersion: v1, kind: LimitRange, metadata: {name: small}, spec: {limits: [{type: Container, min: {memory: 1Gi}}]}}`)
	n.webApp(t, "shop", "image: nginx, replicas: 1")
	n.expect(t, webApps, "shop", stands, "Failed AdmissionRefused 0 False: The cluster refuses the pods: minimum memory usage per Container is 1Gi, but request is 64Mi. Set spec.resources to what a LimitRange of the namespace allows")
	n.steady(t, "shop")

	n.delete(t, limits, "small", metav1.DeletePropagationBackground)
	n.running(t, "shop", 1)
}

// testRoot runs an image as root, which the namespace does not allow until
// somebody changes that.
func testRoot(t *testing.T, n *namespace) {
	n.webApp(t, "shop", "image: nginx, replicas: 1, securityContext: {runAsNonRoot: false}")
	n.expect(t, webApps, "shop", stands, `Failed AdmissionRefused 0 False: The cluster refuses the pods: violates PodSecurity "restricted:latest": runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false)`)
	n.steady(t, "shop")

	n.do(t, "label", "namespace", n.name, "pod-security.kubernetes.io/enforce=baseline", "--overwrite")
	n.running(t, "shop", 1)
	n.expect(t, deployments, "shop", "{.spec.template.spec.securityContext.runAsNonRoot}", "false")
}

// testRolloutPaused pauses the Deployment's rollout with kubectl.
func testRolloutPaused(t *testing.T, n *namespace) {
	n.webApp(t, "shop", "image: 'nginx:1', replicas: 1")
	n.running(t, "shop", 1)

	before := n.podsOf(t, "shop")

	n.do(t, "rollout", "pause", "deployment/shop")
	n.webApp(t, "shop", "image: 'nginx:2', replicas: 1")
	n.expect(t, webApps, "shop", stands, "Pending Paused 1 False: Somebody paused the rollout. Resume it with: kubectl -n "+n.name+" rollout resume deployment/shop")
	n.steady(t, "shop")

	if diff := cmp.Diff(before, n.podsOf(t, "shop")); diff != "" {
		t.Errorf("want the same pods while it is paused: -before, +after:\n%s", diff)
	}

	n.do(t, "rollout", "resume", "deployment/shop")
	n.running(t, "shop", 1)
	n.expect(t, deployments, "shop", "{.spec.template.spec.containers[0].image}", "nginx:2")
}

// testNodeDown loses the node that all replicas are on.
func testNodeDown(t *testing.T, n *namespace) {
	const node = "node-that-fails"

	// Nobody else's pods come here.
	n.cluster.apply(t, `
apiVersion: v1
kind: Node
metadata: {name: `+node+`, labels: {kubernetes.io/hostname: `+node+`}}
spec: {taints: [{key: fails, effect: NoSchedule}]}
`)
	must(t, n.StartNode(t.Context(), node))

	n.webApp(t, "shop", "image: nginx, replicas: 2")
	n.running(t, "shop", 2)
	n.patch(t, webApps, "shop", "{spec: {nodeSelector: {kubernetes.io/hostname: "+node+"}, tolerations: [{key: fails, operator: Exists}]}}")
	n.expect(t, deployments, "shop", "{.status.observedGeneration} {.status.updatedReplicas} {.status.replicas} {.status.availableReplicas}", "2 2 2 2")
	n.running(t, "shop", 2)

	// The cluster takes a node for dead that has not said for a while that it
	// lives.
	must(t, n.Kill(t.Context(), node))
	n.expect(t, webApps, "shop", stands, "Pending ReplicasUnavailable 0 False: 0 of 2 replicas are available.")
	n.steady(t, "shop")

	must(t, n.Restart(t.Context(), node))
	n.everywhere().expect(t, nodes, node, `{.status.conditions[?(@.type=="Ready")].status} {.spec.taints[*].key}`, "True fails")

	// A kubelet would make them ready again. Kwok does so only once.
	n.do(t, "delete", "pods", "-l", "app=shop")
	n.running(t, "shop", 2)
}

// testUnseen changes a WebApp while nobody acts on its Deployment: what the
// Deployment's status says is of an earlier one, and not to be believed.
func testUnseen(t *testing.T, n *namespace) {
	n.webApp(t, "shop", "image: 'nginx:1', replicas: 2")
	n.running(t, "shop", 2)

	must(t, n.Signal("kube-controller-manager", syscall.SIGSTOP))
	t.Cleanup(func() { must(t, n.Signal("kube-controller-manager", syscall.SIGCONT)) })

	n.webApp(t, "shop", "image: 'nginx:2', replicas: 2")
	n.expect(t, webApps, "shop", stands, "Pending RollingOut 2 False: Pods are being started or replaced; 2 of 2 replicas are available.")
	n.expect(t, deployments, "shop", "{.metadata.generation} {.status.observedGeneration} {.status.updatedReplicas}", "2 1 2")
	n.steady(t, "shop")

	must(t, n.Signal("kube-controller-manager", syscall.SIGCONT))
	n.running(t, "shop", 2)
}
