package e2e

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// testIngress has an Ingress as long as the WebApp asks for one that it may have,
// and its address.
func testIngress(t *testing.T, n *namespace) {
	const shop = "image: nginx, replicas: 1"

	n.featured(t, "ingress")
	n.webApp(t, "shop", shop+", ingress: {host: shop.example.com, path: /cart, tls: {secretName: shop-tls}}"+n.compositionRef())
	n.running(t, "shop", 1)
	n.expect(t, ingresses, "shop", "{.spec.rules[0].host} {.spec.rules[0].http.paths[0].path} {.spec.rules[0].http.paths[0].pathType} {.spec.rules[0].http.paths[0].backend.service.name}:{.spec.rules[0].http.paths[0].backend.service.port.name}",
		"shop.example.com /cart Prefix shop:http")
	n.expect(t, ingresses, "shop", "{.spec.tls[0].hosts[0]} {.spec.tls[0].secretName} {.spec.ingressClassName}", "shop.example.com shop-tls ")
	n.expect(t, webApps, "shop", "{.status.url}", "https://shop.example.com/cart")
	n.stays(t, ingresses)

	t.Log("what is no longer written is no longer there")
	n.webApp(t, "shop", shop+", ingress: {host: shop.example.com, ingressClassName: public, annotations: {color: red}}"+n.compositionRef())
	n.expect(t, ingresses, "shop", "{.spec.tls} {.spec.ingressClassName} {.spec.rules[0].http.paths[0].path} {.metadata.annotations.color}", " public / red")
	n.expect(t, webApps, "shop", "{.status.url}", "http://shop.example.com")
	n.running(t, "shop", 1)

	t.Log("who asks in vain is reached inside the cluster")
	n.featured(t, "")
	n.gone(t, ingresses, "shop")
	n.expect(t, webApps, "shop", acceptance+" {.status.url}", "False FeatureOff http://shop."+n.name+".svc")
	n.running(t, "shop", 1)

	n.webApp(t, "shop", shop+n.compositionRef())
	n.expect(t, webApps, "shop", acceptance, "True Accepted")
	n.running(t, "shop", 1)
}

// stays checks that WebApp shop comes to rest, and an object of it, too.
func (n *namespace) stays(t *testing.T, kind schema.GroupVersionResource) {
	t.Helper()
	n.steady(t, "shop")

	before := n.get(t, kind, "shop")
	n.look(t, "shop")

	if diff := cmp.Diff(before, n.get(t, kind, "shop")); diff != "" {
		t.Errorf("want %s shop to stay as it is: -before, +after:\n%s", kind.Resource, diff)
	}
}
