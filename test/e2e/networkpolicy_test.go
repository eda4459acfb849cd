package e2e

import "testing"

// testNetworkPolicy has a NetworkPolicy of the rules that the WebApp has.
func testNetworkPolicy(t *testing.T, n *namespace) {
	const fields = "{.spec.podSelector.matchLabels.app} {.spec.policyTypes[*]} {.spec.ingress[*].from[*].namespaceSelector.matchLabels.team} {.spec.ingress[*].ports[*].port} {.spec.egress[*].ports[*].port}"

	n.featured(t, "networkPolicy")
	n.webApp(t, "shop", "image: nginx, replicas: 1, networkPolicy: {ingress: [{from: [{namespaceSelector: {matchLabels: {team: edge}}}], ports: [{port: http}]}]}"+n.compositionRef())
	n.running(t, "shop", 1)
	n.expect(t, policies, "shop", fields, "shop Ingress edge http ")
	n.stays(t, policies)

	t.Log("an empty list lets nothing in")
	n.webApp(t, "shop", "image: nginx, replicas: 1, networkPolicy: {ingress: [], egress: [{ports: [{port: 53, protocol: UDP}]}]}"+n.compositionRef())
	n.expect(t, policies, "shop", fields, "shop Ingress Egress   53")
	n.running(t, "shop", 1)

	n.webApp(t, "shop", "image: nginx, replicas: 1"+n.compositionRef())
	n.running(t, "shop", 1)
	n.gone(t, policies, "shop")
}
