package e2e

import "testing"

// testMetrics has a ServiceMonitor as soon as the cluster has the Prometheus
// Operator.
func testMetrics(t *testing.T, n *namespace) {
	n.featured(t, "metrics")
	n.webApp(t, "shop", "image: nginx, replicas: 1, metrics: {interval: 30s}"+n.compositionRef())
	n.expect(t, webApps, "shop", acceptance, "False FeatureNotInstalled")
	n.running(t, "shop", 1)

	must(t, n.define(t.Context(), "github.com/prometheus-operator/prometheus-operator", "example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml"))
	n.accepted(t, "shop", "servicemonitors.monitoring.coreos.com")

	const fields = "{.spec.selector.matchLabels.app} {.spec.endpoints[0]['port','targetPort','path','interval']}"

	n.expect(t, monitors, "shop", fields, "shop http 30s")
	n.expect(t, services, "shop", "{.metadata.labels.app} {.metadata.labels.managed-by} {.spec.ports[0].name}", "shop webapp-operator http")
	n.running(t, "shop", 1)
	n.stays(t, monitors)

	t.Log("somebody has it look elsewhere")
	n.patch(t, monitors, "shop", "{spec: {namespaceSelector: {matchNames: [other]}}}")
	n.expect(t, webApps, "shop", "{.status.message}", "1 of 1 replicas are available. ServiceMonitor shop looks in other namespaces than its own: namespaceSelector.matchNames (set by e2e). Take it out with: kubectl -n "+n.name+" edit servicemonitor shop")
	n.patch(t, monitors, "shop", "{spec: {namespaceSelector: null}}")
	n.expect(t, webApps, "shop", "{.status.message}", "1 of 1 replicas are available.")
	n.stays(t, monitors)

	t.Log("a port of its own is one of the container")
	n.webApp(t, "shop", "image: nginx, replicas: 1, metrics: {port: 9090, path: /stats}"+n.compositionRef())
	n.running(t, "shop", 1)
	n.expect(t, monitors, "shop", fields, "shop 9090 /stats")
	n.expect(t, deployments, "shop", "{.spec.template.spec.containers[0].ports[*].name} {.spec.template.spec.containers[0].ports[*].containerPort}", "http metrics 8080 9090")

	n.webApp(t, "shop", "image: nginx, replicas: 1"+n.compositionRef())
	n.running(t, "shop", 1)
	n.gone(t, monitors, "shop")
	n.expect(t, deployments, "shop", "{.spec.template.spec.containers[0].ports[*].name}", "http")
}
