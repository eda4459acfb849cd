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
	n.stays(t, policies)

	t.Log("and nobody else does")
	n.patch(t, policies, "shop", "{spec: {ingress: [{from: [{namespaceSelector: {matchLabels: {team: any}}}]}]}}")
	n.expect(t, policies, "shop", fields, "shop Ingress Egress   53")
	n.stays(t, policies)

	t.Log("another WebApp is let in by its name")
	n.webApp(t, "shop", "image: nginx, replicas: 1, networkPolicy: {ingress: [{from: [{webApp: {name: cart}}, {webApp: {name: till, namespace: store}}]}]}"+n.compositionRef())
	n.expect(t, policies, "shop", `{.spec.ingress[*].from[*].podSelector.matchLabels.app} {.spec.ingress[*].from[*].namespaceSelector.matchLabels.kubernetes\.io/metadata\.name}`, "cart till store")
	n.stays(t, policies)

	n.webApp(t, "shop", "image: nginx, replicas: 1"+n.compositionRef())
	n.running(t, "shop", 1)
	n.gone(t, policies, "shop")

	t.Log("all are closed but for whom the platform team lets in, and what a WebApp allows comes in addition")
	n.composition(t, "features: [networkPolicy], defaults: {networkPolicy: {ingress: [{from: [{namespaceSelector: {matchLabels: {team: edge}}}]}]}}")
	n.webApp(t, "shop", "image: nginx, replicas: 1"+n.compositionRef())
	n.expect(t, policies, "shop", fields, "shop Ingress edge  ")
	n.webApp(t, "shop", "image: nginx, replicas: 1, networkPolicy: {ingress: [{from: [{namespaceSelector: {matchLabels: {team: till}}}]}], egress: [{ports: [{port: 53, protocol: UDP}]}]}"+n.compositionRef())
	n.expect(t, policies, "shop", fields, "shop Ingress Egress edge till  53")
	n.running(t, "shop", 1)
	n.stays(t, policies)
}
