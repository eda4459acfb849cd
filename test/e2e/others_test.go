package e2e

import "testing"

// testOthers changes children in ways that server-side apply alone does not put back, and
// some of which the API server would refuse for good.
func testOthers(t *testing.T, n *namespace) {
	n.featured(t, "podDisruptionBudget, autoscaling")
	n.webApp(t, "shop", "image: nginx, replicas: 2"+n.compositionRef())
	n.running(t, "shop", 2)

	t.Log("the other half of a budget")
	n.patch(t, budgets, "shop", "{spec: {minAvailable: 2, maxUnavailable: null}}")
	n.expect(t, budgets, "shop", "{.spec.maxUnavailable}{.spec.minAvailable}", "1")
	n.running(t, "shop", 2)

	t.Log("what only a load balancer has")
	n.patch(t, services, "shop", "{spec: {type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.0/8], externalTrafficPolicy: Local}}")
	n.expect(t, services, "shop", "{.spec.type}{.spec.loadBalancerSourceRanges}{.spec.externalTrafficPolicy}{.spec.ports[*].nodePort}", "ClusterIP")
	n.running(t, "shop", 2)

	t.Log("another protocol")
	n.do(t, "patch", "service", "shop", "-p", `{"spec": {"ports": [{"port": 80, "appProtocol": "https"}]}}`)
	n.expect(t, services, "shop", "{.spec.ports[*].port} {.spec.ports[*].appProtocol}", "80 ")
	n.running(t, "shop", 2)

	n.expect(t, webApps, "shop", "{.status.message}", "2 of 2 replicas are available.")
	n.steady(t, "shop")

	t.Log("a minimum above the maximum, and never to scale")
	n.webApp(t, "scaled", "image: nginx, replicas: 1, autoscaling: {maxReplicas: 3}"+n.compositionRef())
	n.running(t, "scaled", 1)
	n.patch(t, autoscalers, "scaled", "{spec: {minReplicas: 20, maxReplicas: 30, behavior: {scaleUp: {selectPolicy: Disabled}, scaleDown: {stabilizationWindowSeconds: 3000}}}}")
	n.expect(t, autoscalers, "scaled", "{.spec.minReplicas} {.spec.maxReplicas} {.spec.behavior.scaleUp.selectPolicy} {.spec.behavior.scaleDown.stabilizationWindowSeconds}", "1 3 Max ")
	n.expect(t, webApps, "scaled", `{.status.conditions[?(@.type=="Synced")].status}`, "True")
}

// testOthersStuck changes children in ways that nothing puts back: the status says so, and
// what it says to do helps.
func testOthersStuck(t *testing.T, n *namespace) {
	const running = "1 of 1 replicas are available."

	says := func(what string) {
		t.Helper()
		n.expect(t, webApps, "shop", "{.status.message}", running+what)
	}

	n.webApp(t, "shop", "image: nginx, replicas: 1, env: {COLOR: red}")
	n.running(t, "shop", 1)

	t.Log("port 80 has become port 81, as kubectl edit does it")
	n.do(t, "patch", "service", "shop", "--field-manager=kubectl-edit", "-p",
		`{"spec": {"ports": [{"name": "http", "port": 81, "protocol": "TCP", "targetPort": "http"}, {"port": 80, "$patch": "delete"}]}}`)
	n.expect(t, services, "shop", "{.spec.ports[*].name} {.spec.ports[*].port}", "http http-81 80 81")
	says(" Service shop has a port too many: ports[81/TCP] (set by kubectl-edit). Take it out with: kubectl -n " + n.name + " edit service shop")
	n.running(t, "shop", 1)
	n.steady(t, "shop")

	// What kubectl edit sends when its lines are taken out.
	n.do(t, "patch", "service", "shop", "-p", `{"spec": {"ports": [{"port": 81, "$patch": "delete"}]}}`)
	n.expect(t, services, "shop", "{.spec.ports[*].name} {.spec.ports[*].port}", "http 80")
	says("")
	n.steady(t, "shop")

	t.Log("a ConfigMap that is immutable")
	n.patch(t, configMaps, "shop-config", "{immutable: true}")
	n.webApp(t, "shop", "image: nginx, replicas: 1, env: {COLOR: blue}")
	says(" ConfigMap shop-config cannot be changed: immutable (set by e2e). Delete it, and it is made again: kubectl -n " + n.name + " delete configmap shop-config --wait=false")
	n.do(t, "delete", "configmap", "shop-config", "--wait=false")
	n.expect(t, configMaps, "shop-config", "{.data.COLOR}{.immutable}", "blue")
	n.running(t, "shop", 1)
	says("")

	t.Log("a Service that is another name, which it may stop to be")
	n.patch(t, services, "shop", "{spec: {type: ExternalName, externalName: example.com, clusterIP: null, clusterIPs: null}}")
	n.expect(t, services, "shop", "{.spec.type}", "ClusterIP")
	n.running(t, "shop", 1)
	says("")
	n.steady(t, "shop")
}
