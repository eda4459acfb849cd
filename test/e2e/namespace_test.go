package e2e

import (
	"slices"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// testNamespaceDefaults gives a namespace defaults, changes them, gets them wrong and
// takes them away: the pods of those WebApps that they reach are replaced, and no
// others.
func testNamespaceDefaults(t *testing.T, n *namespace) {
	const cpu = `{.spec.template.spec.containers[0].resources.requests.cpu} {.metadata.annotations.example\.com/defaults}`

	// Crossplane drops events of what changes as often as here, and with them the
	// one of the ConfigMap.
	set := func(yaml string) {
		n.apply(t, `{apiVersion: v1, kind: ConfigMap, metadata: {name: webapp-defaults}, data: {defaults.yaml: "`+yaml+`"}}`)
		n.look(t, "shop")
	}

	n.composition(t, "namespaceDefaults: true, defaults: {resources: {requests: {cpu: 50m}}}")
	n.webApp(t, "shop", "image: nginx, replicas: 2"+n.compositionRef())
	n.webApp(t, "own", "image: nginx, replicas: 1, resources: {requests: {cpu: 70m}}"+n.compositionRef())
	n.running(t, "shop", 2)
	n.running(t, "own", 1)
	n.expect(t, deployments, "shop", cpu, "50m resources.requests.cpu from the Composition")
	n.expect(t, deployments, "own", cpu, "70m ")
	n.steady(t, "shop")
	n.steady(t, "own")

	own, ownPods, before := n.parts(t, "own"), n.podsOf(t, "own"), n.podsOf(t, "shop")

	set("resources: {requests: {cpu: 60m}}")
	n.expect(t, deployments, "shop", cpu, "60m resources.requests.cpu from ConfigMap webapp-defaults")
	n.running(t, "shop", 2)
	n.expect(t, webApps, "shop", acceptance, "True Accepted")
	n.steady(t, "shop")

	parts, pods := n.parts(t, "shop"), n.podsOf(t, "shop")

	for _, pod := range pods {
		if slices.Contains(before, pod) {
			t.Errorf("want pods with the new defaults, pod %s is as it was", pod)
		}
	}

	// Other words for the same change nothing, and neither does what is wrong.
	set("# the same\\nresources:\\n  requests: {cpu: 0.06}\\n")
	n.untouched(t, "shop", parts, pods)

	set("resources: {requests: {cpu: lots}}")
	n.expect(t, webApps, "shop", acceptance+` {.status.conditions[?(@.type=="Accepted")].message}`,
		"False InvalidDefaults defaults.yaml of ConfigMap webapp-defaults in namespace "+n.name+`: resources.requests[cpu]: Invalid value: "lots": must be a quantity such as 100m, 0.5 or 128Mi`)
	n.untouched(t, "shop", parts, pods)

	n.delete(t, configMaps, "webapp-defaults", metav1.DeletePropagationBackground)
	n.look(t, "shop")
	n.expect(t, deployments, "shop", cpu, "50m resources.requests.cpu from the Composition")
	n.running(t, "shop", 2)
	n.steady(t, "shop")

	// What says all of it by itself was never concerned.
	n.expect(t, webApps, "own", acceptance, "True Accepted")
	n.untouched(t, "own", own, ownPods)
}

// testDefaults has a platform team say how WebApps are that do not say otherwise.
func testDefaults(t *testing.T, n *namespace) {
	const spread = "{.spec.template.spec.topologySpreadConstraints[1].whenUnsatisfiable}"

	for _, tc := range []struct {
		name, reason, input, fields, want string
	}{
		{"soft", "By default they spread where they can, and run anyway.", "ttl: 10m", spread, "ScheduleAnyway"},
		{"hard", "They wait if they must spread and cannot.", "defaults: {topologySpread: {whenUnsatisfiable: DoNotSchedule}}", spread, "DoNotSchedule"},
		{"off", "They go wherever the scheduler likes.", "defaults: {topologySpread: {disabled: true}}", spread, ""},
		{
			"security", "They may do less than by default.", "defaults: {securityContext: {readOnlyRootFilesystem: true, runAsUser: 1000}}",
			"{.spec.template.spec.securityContext.runAsUser} {.spec.template.spec.containers[0].securityContext.readOnlyRootFilesystem} {.spec.template.spec.containers[0].volumeMounts[*].mountPath}",
			"1000 true /tmp",
		},
		{
			"pods", "They are found, and placed.",
			"defaults: {podLabels: {mesh: 'on'}, podAnnotations: {a/b: c}, deploymentAnnotations: {d/e: f}, nodeSelector: {topology.kubernetes.io/zone: zone-a}, tolerations: [{key: pool, operator: Exists}], restartOnChange: true}",
			"{.spec.template.metadata.labels.mesh} {.spec.template.metadata.annotations} {.metadata.annotations['d/e']} {.spec.template.spec.nodeSelector} {.spec.template.spec.tolerations}",
			`on {"a/b":"c"} f {"topology.kubernetes.io/zone":"zone-a"} [{"key":"pool","operator":"Exists"}]`,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Log(tc.reason)

			own := n.namespace(t, n.name+"-"+tc.name)
			own.composition(t, tc.input)
			own.webApp(t, "shop", "image: nginx, replicas: 2"+own.compositionRef())
			own.running(t, "shop", 2)
			own.expect(t, deployments, "shop", tc.fields, tc.want)
			own.steady(t, "shop")
		})
	}
}
