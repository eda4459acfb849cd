package e2e

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// testService changes how a WebApp is reached, which restarts no pod, and takes it
// back.
func testService(t *testing.T, n *namespace) {
	const (
		plain = "image: nginx, replicas: 1"
		spec  = "{.spec.type} {.spec.ports[0].name} {.spec.ports[0].port} {.spec.ports[0].targetPort} {.spec.ports[0].appProtocol}"
		notes = `{.metadata.annotations.example\.com/internal}`
		more  = "{.spec.ports[1:].name} {.spec.ports[1:].port} {.spec.ports[1:].targetPort} {.spec.ports[1:].protocol} {.spec.sessionAffinity}"
	)

	n.webApp(t, "shop", plain)
	n.running(t, "shop", 1)

	before, pods := n.get(t, services, "shop"), n.podsOf(t, "shop")

	for _, tc := range []struct{ service, want string }{
		{"{port: 8080}", "ClusterIP http 8080 http  "},
		{"{type: NodePort, port: 8080, appProtocol: kubernetes.io/h2c}", "NodePort http 8080 http kubernetes.io/h2c "},
		{"{type: LoadBalancer, port: 8080, annotations: {example.com/internal: 'true'}}", "LoadBalancer http 8080 http  true"},
	} {
		n.webApp(t, "shop", plain+", service: "+tc.service)
		n.expect(t, services, "shop", spec+" "+notes, tc.want)
		n.expect(t, webApps, "shop", "{.status.url}", "http://shop."+n.name+".svc:8080")
		n.running(t, "shop", 1)
	}

	n.steady(t, "shop")

	t.Log("it answers on further ports, and sends callers where they were before")
	n.webApp(t, "shop", plain+", service: {type: LoadBalancer, port: 8080, sessionAffinity: ClientIP, additionalPorts: [{name: grpc, port: 9000}, {name: dns, port: 53, protocol: UDP, targetPort: 5353}]}")
	n.expect(t, services, "shop", more, "grpc dns 9000 53 9000 5353 TCP UDP ClientIP")
	n.webApp(t, "shop", plain+", service: {type: LoadBalancer, port: 8080, additionalPorts: [{name: dns, port: 53, protocol: TCP, targetPort: 5353}]}")
	n.expect(t, services, "shop", more, "dns 53 5353 TCP None")
	n.running(t, "shop", 1)

	t.Log("the load balancer gets an address")
	n.expect(t, webApps, "shop", reachability, "False NoAddress http://shop."+n.name+".svc:8080")
	n.patchStatus(t, services, "shop", "{loadBalancer: {ingress: [{ip: 203.0.113.10}]}}")
	n.expect(t, webApps, "shop", reachability, "True Reachable http://203.0.113.10:8080")

	n.webApp(t, "shop", plain)
	n.expect(t, services, "shop", spec+" "+notes, "ClusterIP http 80 http  ")
	n.expect(t, webApps, "shop", "{.status.url}", "http://shop."+n.name+".svc")
	n.running(t, "shop", 1)

	now := n.get(t, services, "shop")
	if diff := cmp.Diff(before.Object["spec"], now.Object["spec"]); diff != "" || before.GetUID() != now.GetUID() {
		t.Errorf("want the Service as it was: -before, +after:\n%s", diff)
	}

	if diff := cmp.Diff(pods, n.podsOf(t, "shop")); diff != "" {
		t.Errorf("want the same pods: -before, +after:\n%s", diff)
	}

	// What the platform team says counts where the WebApp says nothing.
	n.composition(t, "annotations: {example.com/internal: 'false'}, defaults: {service: {type: NodePort}}")
	n.webApp(t, "shop", plain+n.compositionRef())
	n.expect(t, services, "shop", spec+" "+notes, "NodePort http 80 http  false")
	n.webApp(t, "shop", plain+", service: {type: ClusterIP, annotations: {example.com/internal: 'true'}}"+n.compositionRef())
	n.expect(t, services, "shop", spec+" "+notes, "ClusterIP http 80 http  true")
	n.running(t, "shop", 1)
	n.delete(t, webApps, "shop", metav1.DeletePropagationBackground)
}
