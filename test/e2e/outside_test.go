package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// reachability is what is said of the way in, and where it leads.
const reachability = `{.status.conditions[?(@.type=="Reachable")].status} {.status.conditions[?(@.type=="Reachable")].reason} {.status.url}`

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
	n.expect(t, webApps, "shop", reachability, "False NoAddress http://shop."+n.name+".svc")
	n.stays(t, ingresses)

	t.Log("its controller gives it an address")
	n.patchStatus(t, ingresses, "shop", "{loadBalancer: {ingress: [{ip: 203.0.113.10}]}}")
	n.expect(t, webApps, "shop", reachability, "True Reachable https://shop.example.com/cart")
	n.stays(t, ingresses)

	t.Log("what is no longer written is no longer there")
	n.webApp(t, "shop", shop+", ingress: {host: shop.example.com, ingressClassName: public, annotations: {color: red}}"+n.compositionRef())
	n.expect(t, ingresses, "shop", "{.spec.tls} {.spec.ingressClassName} {.spec.rules[0].http.paths[0].path} {.metadata.annotations.color}", " public / red")
	n.expect(t, webApps, "shop", reachability, "True Reachable http://shop.example.com")
	n.running(t, "shop", 1)

	t.Log("several hosts lead to the same path, and the first is where it is reached")
	n.webApp(t, "shop", shop+", ingress: {hosts: [shop.example.org, shop.example.com], tls: {}}"+n.compositionRef())
	n.expect(t, ingresses, "shop", "{.spec.rules[*].host} {.spec.tls[*].hosts[*]}", "shop.example.org shop.example.com shop.example.org shop.example.com")
	n.expect(t, webApps, "shop", reachability, "True Reachable https://shop.example.org")
	n.stays(t, ingresses)

	t.Log("its controller takes the address away")
	n.patchStatus(t, ingresses, "shop", "{loadBalancer: null}")
	n.expect(t, webApps, "shop", reachability, "False NoAddress http://shop."+n.name+".svc")

	t.Log("without a host, it has the platform team's, and none that is another's")

	const hosts = "features: [ingress], policy: {hosts: ['{name}.{namespace}.apps.acme.com']}, defaults: {ingress: {host: '{name}.{namespace}.apps.acme.com'}}"

	n.composition(t, hosts)
	n.webApp(t, "till", shop+", ingress: {}"+n.compositionRef())
	n.expect(t, ingresses, "till", "{.spec.rules[0].host}", "till."+n.name+".apps.acme.com")
	n.patchStatus(t, ingresses, "till", "{loadBalancer: {ingress: [{hostname: balancer.example.com}]}}")
	n.expect(t, webApps, "till", "{.status.url}", "http://till."+n.name+".apps.acme.com")
	n.running(t, "till", 1)
	n.webApp(t, "till", shop+", ingress: {host: till.others.apps.acme.com}"+n.compositionRef())
	n.expect(t, webApps, "till", `{.status.conditions[?(@.type=="Accepted")].message}`,
		"the platform team does not allow the WebApp: spec.ingress.host: Forbidden: policy.hosts of the platform team allows till."+n.name+".apps.acme.com")
	n.expect(t, ingresses, "till", "{.spec.rules[0].host}", "till."+n.name+".apps.acme.com")

	t.Log("nobody keeps two from claiming one host but a policy of hosts")

	const all = "features: [ingress], defaults: {ingress: {host: '{name}.{namespace}.apps.acme.com', always: true, annotations: {cert-manager.io/cluster-issuer: acme}, tls: {secretName: '{name}-tls'}}}"

	n.composition(t, all)
	n.webApp(t, "rival", shop+", ingress: {host: shop.example.com}"+n.compositionRef())
	n.webApp(t, "shop", shop+", ingress: {host: shop.example.com}"+n.compositionRef())
	n.expect(t, ingresses, "shop", "{.spec.rules[*].host}", "shop.example.com")
	n.expect(t, ingresses, "rival", "{.spec.rules[*].host}", "shop.example.com")
	n.expect(t, webApps, "rival", acceptance, "True Accepted")

	t.Log("everybody has an address, but for who wants none, and no pod is replaced")
	n.running(t, "rival", 1)

	pods := n.podsOf(t, "rival")

	n.webApp(t, "rival", shop+n.compositionRef())
	n.expect(t, ingresses, "rival", `{.spec.rules[*].host} {.spec.tls[*].secretName} {.metadata.annotations.cert-manager\.io/cluster-issuer}`, "rival."+n.name+".apps.acme.com rival-tls acme")
	n.webApp(t, "rival", shop+", ingress: {disabled: true}"+n.compositionRef())
	n.gone(t, ingresses, "rival")
	n.running(t, "rival", 1)

	if diff := cmp.Diff(pods, n.podsOf(t, "rival")); diff != "" {
		t.Errorf("want the same pods: -before, +after:\n%s", diff)
	}

	t.Log("who asks in vain is reached inside the cluster")
	n.featured(t, "")
	n.gone(t, ingresses, "shop")
	n.expect(t, webApps, "shop", acceptance+" {.status.url}", "False FeatureOff http://shop."+n.name+".svc")
	n.running(t, "shop", 1)

	n.webApp(t, "shop", shop+n.compositionRef())
	n.expect(t, webApps, "shop", acceptance, "True Accepted")
	n.expect(t, webApps, "shop", reachability, "False InsideOnly http://shop."+n.name+".svc")
	n.running(t, "shop", 1)
}

// testRoute has an HTTPRoute as soon as the cluster has the Gateway API.
func testRoute(t *testing.T, n *namespace) {
	n.featured(t, "httpRoute")
	n.webApp(t, "shop", "image: nginx, replicas: 1, httpRoute: {hostnames: [shop.example.com], parentRefs: [{name: public, sectionName: https}], path: {value: /cart}}"+n.compositionRef())
	n.expect(t, webApps, "shop", acceptance+" {.status.url}", "False FeatureNotInstalled http://shop."+n.name+".svc")
	n.running(t, "shop", 1)
	n.steady(t, "shop")

	must(t, n.define(t.Context(), "sigs.k8s.io/gateway-api", "config/crd/standard/gateway.networking.k8s.io_httproutes.yaml"))
	n.accepted(t, "shop", "httproutes.gateway.networking.k8s.io")
	n.expect(t, routes, "shop", "{.spec.hostnames[0]} {.spec.parentRefs[0].name} {.spec.rules[0].matches[0].path.type} {.spec.rules[0].matches[0].path.value} {.spec.rules[0].backendRefs[0].name}:{.spec.rules[0].backendRefs[0].port}",
		"shop.example.com public PathPrefix /cart shop:80")
	n.expect(t, webApps, "shop", reachability, "False NotAccepted http://shop."+n.name+".svc")
	n.running(t, "shop", 1)
	n.stays(t, routes)

	t.Log("its Gateway does not accept it, and then does")

	for _, tc := range []struct{ accepted, want string }{
		{"{type: Accepted, status: 'False', reason: NotAllowedByListeners, message: this namespace is not allowed", "False NotAccepted http://shop." + n.name + ".svc"},
		{"{type: Accepted, status: 'True', reason: Accepted, message: ''", "True Reachable https://shop.example.com/cart"},
	} {
		n.patchStatus(t, routes, "shop", fmt.Sprintf("{parents: [{parentRef: {name: public, sectionName: https}, controllerName: example.com/gateway, conditions: [%s, observedGeneration: %d, lastTransitionTime: '2026-01-01T00:00:00Z'}]}]}",
			tc.accepted, n.get(t, routes, "shop").GetGeneration()))
		n.expect(t, webApps, "shop", reachability, tc.want)
	}

	n.stays(t, routes)

	t.Log("without hosts, it is for all of its Gateway, whoever has set some")
	n.webApp(t, "shop", "image: nginx, replicas: 1, httpRoute: {parentRefs: [{name: public}]}"+n.compositionRef())
	n.expect(t, routes, "shop", "{.spec.hostnames}{.spec.parentRefs[0].name}", "public")
	n.patch(t, routes, "shop", "{spec: {hostnames: [other.example.com]}}")
	n.expect(t, routes, "shop", "{.spec.hostnames}{.spec.parentRefs[0].name}", "public")
	n.running(t, "shop", 1)
	n.stays(t, routes)

	t.Log("a WebApp has an Ingress or an HTTPRoute")

	if _, err := n.try(t, "patch", "webapp/shop", "--type=merge", "--patch", `{"spec": {"ingress": {"host": "shop.example.com"}}}`); err == nil {
		t.Error("want both to be refused")
	}

	n.webApp(t, "shop", "image: nginx, replicas: 1"+n.compositionRef())
	n.expect(t, webApps, "shop", "{.status.url}", "http://shop."+n.name+".svc")
	n.running(t, "shop", 1)
	n.gone(t, routes, "shop")
}

// accepted waits until a WebApp gets what it asks for of a kind that was just
// defined. Crossplane looks again now and then, and here soon. It remembers which
// kinds there are until a definition changes, and the API server tells of a new one
// a second later: if it looked in that second, it remembers what is not true.
func (n *namespace) accepted(t *testing.T, webApp, definition string) {
	t.Helper()

	last := time.Time{}

	n.eventually(t, func() error {
		got := read(t, n.get(t, webApps, webApp), acceptance)
		if got == "True Accepted" {
			return nil
		}

		if time.Since(last) > 5*time.Second {
			last = time.Now()

			n.everywhere().patch(t, crds, definition, fmt.Sprintf(`{metadata: {annotations: {%s: %q}}}`, asked, last.Format(time.RFC3339Nano)))
			n.ask(t, webApps, webApp)
		}

		return fmt.Errorf("WebApp %s: want it accepted, got %q", webApp, got)
	})
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
