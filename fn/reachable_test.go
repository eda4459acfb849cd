package fn

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/child"
	"github.com/webapp-operator/function-webapp/fn/platform"
)

// TestReachable holds what is said of the way in, and which address is shown, for what those
// write who serve it.
func TestReachable(t *testing.T) {
	const (
		inside  = "http://shop.acme.svc"
		ingress = `"ingress": {"host": "shop.example.com"}`
		route   = `"httpRoute": {"hostnames": ["shop.example.com"], "parentRefs": [{"name": "public", "namespace": "edge", "sectionName": "https"}]}`

		// Of Envoy Gateway, which writes the whole reference.
		parentRef = `"parentRef": {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "public", "namespace": "edge", "sectionName": "https"}, "controllerName": "gateway.envoyproxy.io/gatewayclass-controller"`
		accepted  = `{"type": "Accepted", "status": "True", "reason": "Accepted", "message": "Route is accepted", "observedGeneration": 2}`
		resolved  = `{"type": "ResolvedRefs", "status": "True", "reason": "ResolvedRefs", "message": "Resolved all the Object references for the Route", "observedGeneration": 2}`

		noRoute = "False NotAccepted: Gateway edge/public (https) "
	)

	parents := func(parents ...string) string {
		return `{"metadata": {"generation": 2}, "status": {"parents": [` + strings.Join(parents, ", ") + `]}}`
	}
	parent := func(conditions ...string) string {
		return `{` + parentRef + `, "conditions": [` + strings.Join(conditions, ", ") + `]}`
	}

	const noBackend = `{"type": "ResolvedRefs", "status": "False", "reason": "BackendNotFound"}`

	// Traefik speaks of Gateways that are not its own, too.
	traefiks := strings.Replace(parent(`{"type": "Accepted", "status": "False", "reason": "NoMatchingParent"}`), "gateway.envoyproxy.io/gatewayclass-controller", "traefik.io/gateway-controller", 1)

	type args struct {
		// fields are those of the spec, and status is that of the object behind the key.
		fields, key, status string

		// before are conditions that the WebApp has already.
		before string
	}

	type want struct{ condition, url string }

	cases := map[string]struct {
		reason string
		args   args
		want   want
	}{
		"Inside": {
			reason: "Nobody has it reached from outside, and nothing is said.",
			args:   args{fields: `"port": 80`},
			want:   want{url: inside},
		},
		"InsideAgain": {
			reason: "Crossplane keeps what it was told.",
			args:   args{fields: `"port": 80`, before: `{"type": "Reachable", "status": "True", "reason": "Reachable"}`},
			want:   want{condition: "False InsideOnly: Nothing has it reached from outside: it is reached inside the cluster.", url: inside},
		},
		"IngressNew": {
			reason: "Nobody has seen it yet, or nobody serves it.",
			args:   args{fields: ingress, key: child.KeyIngress, status: `{"status": {"loadBalancer": {}}}`},
			want:   want{condition: "False NoAddress: The Ingress has no address: the controller of its class gives it one, if there is such a controller. See: kubectl -n acme describe ingress shop", url: inside},
		},
		"IngressNginx": {
			reason: "ingress-nginx writes the IP address of its Service.",
			args:   args{fields: ingress, key: child.KeyIngress, status: `{"status": {"loadBalancer": {"ingress": [{"ip": "203.0.113.10"}]}}}`},
			want:   want{condition: "True Reachable: The Ingress has the address 203.0.113.10.", url: "http://shop.example.com"},
		},
		"IngressAWS": {
			reason: "The AWS Load Balancer Controller writes a name.",
			args:   args{fields: ingress, key: child.KeyIngress, status: `{"status": {"loadBalancer": {"ingress": [{"hostname": "k8s-acme-shop-1234.eu-west-1.elb.amazonaws.com"}]}}}`},
			want:   want{condition: "True Reachable: The Ingress has the address k8s-acme-shop-1234.eu-west-1.elb.amazonaws.com.", url: "http://shop.example.com"},
		},
		"IngressTwo": {
			reason: "A controller may write its addresses in any order.",
			args:   args{fields: ingress, key: child.KeyIngress, status: `{"status": {"loadBalancer": {"ingress": [{"ip": "203.0.113.11"}, {"ip": "203.0.113.10"}]}}}`},
			want:   want{condition: "True Reachable: The Ingress has the address 203.0.113.10.", url: "http://shop.example.com"},
		},
		"RouteOfNoGeneration": {
			reason: "Not every controller says of which route it speaks.",
			args:   args{fields: route, key: child.KeyRoute, status: parents(parent(`{"type": "Accepted", "status": "True", "reason": "Accepted"}`, `{"type": "ResolvedRefs", "status": "True"}`))},
			want:   want{condition: "True Reachable: The HTTPRoute is accepted by Gateway edge/public (https).", url: "https://shop.example.com"},
		},
		"IngressEmpty": {
			reason: "An entry without an address is none.",
			args:   args{fields: ingress, key: child.KeyIngress, status: `{"status": {"loadBalancer": {"ingress": [{}]}}}`},
			want:   want{condition: "False NoAddress: The Ingress has no address: the controller of its class gives it one, if there is such a controller. See: kubectl -n acme describe ingress shop", url: inside},
		},
		"RouteNew": {
			reason: "Its Gateway has said nothing.",
			args:   args{fields: route, key: child.KeyRoute, status: parents()},
			want:   want{condition: noRoute + "says nothing of the HTTPRoute: it may not exist, or nobody serves it. See: kubectl -n acme describe httproute shop", url: inside},
		},
		"RouteAccepted": {
			reason: "Its Gateway leads in.",
			args:   args{fields: route, key: child.KeyRoute, status: parents(parent(accepted, resolved))},
			want:   want{condition: "True Reachable: The HTTPRoute is accepted by Gateway edge/public (https).", url: "https://shop.example.com"},
		},
		"RouteStale": {
			reason: "What was said of an older route does not hold.",
			args:   args{fields: route, key: child.KeyRoute, status: parents(parent(strings.Replace(accepted, "2}", "1}", 1), resolved))},
			want:   want{condition: noRoute + "has not yet said whether it accepts the HTTPRoute as it is now.", url: inside},
		},
		"RouteUnknown": {
			reason: "Gateways of the Gateway API's own conformance begin so.",
			args:   args{fields: route, key: child.KeyRoute, status: parents(parent(`{"type": "Accepted", "status": "Unknown", "reason": "Pending", "message": "Waiting for controller"}`))},
			want:   want{condition: noRoute + "has not yet said whether it accepts the HTTPRoute as it is now.", url: inside},
		},
		"RouteNotAllowed": {
			reason: "Istio: the listener is not for this namespace.",
			args:   args{fields: route, key: child.KeyRoute, status: parents(parent(`{"type": "Accepted", "status": "False", "reason": "NotAllowedByListeners", "message": "hostnames matched parent hostname \"*.example.com\", but namespace \"acme\" is not allowed by the parent", "observedGeneration": 2}`, resolved))},
			want:   want{condition: noRoute + `does not accept the HTTPRoute (NotAllowedByListeners: hostnames matched parent hostname "*.example.com", but namespace "acme" is not allowed by the parent).`, url: inside},
		},
		"RouteNoHost": {
			reason: "Envoy Gateway: the listener is for other hosts. A sentence ends once.",
			args:   args{fields: route, key: child.KeyRoute, status: parents(parent(`{"type": "Accepted", "status": "False", "reason": "NoMatchingListenerHostname", "message": "There were no hostname intersections between the HTTPRoute and this parent ref's Listener(s).", "observedGeneration": 2}`))},
			want:   want{condition: noRoute + "does not accept the HTTPRoute (NoMatchingListenerHostname: There were no hostname intersections between the HTTPRoute and this parent ref's Listener(s)).", url: inside},
		},
		"RouteNoBackend": {
			reason: "Its Service is not there yet.",
			args:   args{fields: route, key: child.KeyRoute, status: parents(parent(accepted, `{"type": "ResolvedRefs", "status": "False", "reason": "BackendNotFound", "message": "Service acme/shop not found", "observedGeneration": 2}`))},
			want:   want{condition: "False RefsNotResolved: Gateway edge/public (https) does not find what the HTTPRoute refers to (BackendNotFound: Service acme/shop not found).", url: inside},
		},
		"RouteOther": {
			reason: "What another listener says is of another.",
			args:   args{fields: route, key: child.KeyRoute, status: parents(strings.Replace(parent(accepted, resolved), `"https"`, `"http"`, 1))},
			want:   want{condition: noRoute + "says nothing of the HTTPRoute: it may not exist, or nobody serves it. See: kubectl -n acme describe httproute shop", url: inside},
		},
		"RouteTwoControllers": {
			reason: "Traefik speaks of every Gateway; one that lets in is enough.",
			args:   args{fields: route, key: child.KeyRoute, status: parents(traefiks, parent(accepted, resolved))},
			want:   want{condition: "True Reachable: The HTTPRoute is accepted by Gateway edge/public (https).", url: "https://shop.example.com"},
		},
		"RouteTwoControllersClosed": {
			reason: "Of two that do not let in, the one is told that is nearer to it, whichever comes first.",
			args:   args{fields: route, key: child.KeyRoute, status: parents(parent(accepted, noBackend), traefiks)},
			want:   want{condition: "False RefsNotResolved: Gateway edge/public (https) does not find what the HTTPRoute refers to (BackendNotFound).", url: inside},
		},
		"RouteTwoControllersClosedAgain": {
			reason: "It says the same in the other order.",
			args:   args{fields: route, key: child.KeyRoute, status: parents(traefiks, parent(accepted, noBackend))},
			want:   want{condition: "False RefsNotResolved: Gateway edge/public (https) does not find what the HTTPRoute refers to (BackendNotFound).", url: inside},
		},
		"RouteTwoGateways": {
			reason: "Each of them must let in. A parentRef without a namespace is of the WebApp's.",
			args: args{
				fields: `"httpRoute": {"hostnames": ["shop.example.com"], "parentRefs": [{"name": "inner", "port": 8080}, {"name": "public", "namespace": "edge", "sectionName": "https"}]}`, key: child.KeyRoute,
				status: parents(parent(accepted, resolved)),
			},
			want: want{condition: "False NotAccepted: Gateway acme/inner (port 8080) says nothing of the HTTPRoute: it may not exist, or nobody serves it. See: kubectl -n acme describe httproute shop", url: inside},
		},
		"LoadBalancerNew": {
			reason: "The cloud takes its time.",
			args:   args{fields: `"service": {"type": "LoadBalancer"}`, key: child.KeyService, status: `{"status": {"loadBalancer": {}}}`},
			want:   want{condition: "False NoAddress: The load balancer of the Service has no address: the cluster gives it one, if it can. See: kubectl -n acme describe service shop", url: inside},
		},
		"LoadBalancer": {
			reason: "Its address is the way in.",
			args:   args{fields: `"service": {"type": "LoadBalancer"}`, key: child.KeyService, status: `{"status": {"loadBalancer": {"ingress": [{"ip": "203.0.113.10", "ipMode": "VIP"}]}}}`},
			want:   want{condition: "True Reachable: The load balancer of the Service has the address 203.0.113.10.", url: "http://203.0.113.10"},
		},
		"LoadBalancerPort": {
			reason: "With its port, and in brackets where it must be.",
			args:   args{fields: `"service": {"type": "LoadBalancer", "port": 8443, "appProtocol": "https"}`, key: child.KeyService, status: `{"status": {"loadBalancer": {"ingress": [{"ip": "2001:db8::1"}]}}}`},
			want:   want{condition: "True Reachable: The load balancer of the Service has the address 2001:db8::1.", url: "https://[2001:db8::1]:8443"},
		},
		"LoadBalancerBrackets": {
			reason: "Without a port, too.",
			args:   args{fields: `"service": {"type": "LoadBalancer"}`, key: child.KeyService, status: `{"status": {"loadBalancer": {"ingress": [{"ip": "2001:db8::1"}]}}}`},
			want:   want{condition: "True Reachable: The load balancer of the Service has the address 2001:db8::1.", url: "http://[2001:db8::1]"},
		},
		"Both": {
			reason: "The Ingress was asked for by name; what does not lead in comes last.",
			args:   args{fields: ingress + `, "service": {"type": "LoadBalancer"}`, key: child.KeyIngress, status: `{"status": {"loadBalancer": {"ingress": [{"ip": "203.0.113.10"}]}}}`},
			want: want{
				condition: "False NoAddress: The Ingress has the address 203.0.113.10. The load balancer of the Service has no address: the cluster gives it one, if it can. See: kubectl -n acme describe service shop",
				url:       "http://shop.example.com",
			},
		},
	}

	input := strings.Replace(everythingSet, `"service": {"type": "NodePort"}`, `"service": {"type": "ClusterIP"}`, 1)

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			webApp := strings.TrimSuffix(webAppWith(tc.args.fields), "}") + `, "status": {"conditions": [` + tc.args.before + `]}}`
			req := request(webApp, withInput(input), withRequired(platform.GrantsRequirement, everythingGranted), withKinds)

			if tc.args.key != "" {
				withObserved(tc.args.key, tc.args.status)(req)
			}

			rsp := &answer{run(t, req)}
			if diff := cmp.Diff(tc.want, want{conditionOf(rsp.RunFunctionResponse, v1.ConditionReachable), rsp.url()}, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("\n%s\nRunFunction(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// conditionOf is what an answer says by one of its conditions.
func conditionOf(rsp *fnv1.RunFunctionResponse, kind string) string {
	status := map[fnv1.Status]string{fnv1.Status_STATUS_CONDITION_TRUE: "True", fnv1.Status_STATUS_CONDITION_FALSE: "False"}

	for _, c := range rsp.GetConditions() {
		if c.GetType() == kind {
			return status[c.GetStatus()] + " " + c.GetReason() + ": " + c.GetMessage()
		}
	}

	return ""
}

// TestReachableStays holds that a refusal leaves what was said of the way in, which goes on
// as it was: Crossplane would say that it knows nothing of it.
func TestReachableStays(t *testing.T) {
	for status, want := range map[string]fnv1.Status{
		"True": fnv1.Status_STATUS_CONDITION_TRUE, "False": fnv1.Status_STATUS_CONDITION_FALSE, "Unknown": fnv1.Status_STATUS_CONDITION_UNKNOWN,
	} {
		webApp := strings.TrimSuffix(webAppWith(`"port": 0`), "}") +
			`, "status": {"conditions": [{"type": "Ready", "status": "True"}, {"type": "Reachable", "status": "` + status + `", "reason": "A", "message": "b"}]}}`

		said := run(t, request(webApp)).GetConditions()
		if len(said) != 2 || said[0].GetReason() != "InvalidSpec" || said[1].GetType() != "Reachable" || said[1].GetStatus() != want || said[1].GetReason() != "A" || said[1].GetMessage() != "b" {
			t.Errorf("want InvalidSpec, and Reachable %s as it was, got %v", status, said)
		}
	}
}
