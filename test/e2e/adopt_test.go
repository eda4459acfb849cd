package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

var slicesOfEndpoints = schema.GroupVersionResource{Group: "discovery.k8s.io", Version: "v1", Resource: "endpointslices"}

// testAdopt makes a WebApp of an application that somebody has made by hand, as its messages
// say: its pods serve until those of the WebApp do, and at no time does nobody.
func testAdopt(t *testing.T, n *namespace) {
	n.apply(t, `
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: shop, tier: web}}
  template:
    metadata: {labels: {app: shop, tier: web}}
    spec:
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers: [{name: web, image: nginx, securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}]
`)
	n.apply(t, `
apiVersion: v1
kind: Service
metadata: {name: shop}
spec:
  selector: {app: shop, tier: web}
  sessionAffinity: ClientIP
  ports: [{name: web, port: 80, targetPort: 3000}, {name: admin, port: 9090}]
`)
	n.expect(t, deployments, "shop", "{.status.availableReplicas}", "2")

	old := n.podsOf(t, "shop")
	n.leadsTo(t, "shop", old)

	t.Log("what is in the way, and what to do, is said")

	const (
		remake  = "delete deployment shop --cascade=orphan --wait=false"
		consent = "annotate service/shop example.com/adopt=shop"
	)

	message := fmt.Sprintf("There already is Deployment shop (its selector app=shop,tier=web cannot be changed), Service shop (it was written by e2e). "+
		"It is left alone, and nothing new is created until the name is free: delete it, rename it, or give the WebApp another name. "+
		"Its pods go on serving if the Deployment is deleted with: kubectl -n %[1]s %[2]s. To have it taken over instead: kubectl -n %[1]s %[3]s", n.name, remake, consent)

	// No node has this label, so that its pods wait.
	n.webApp(t, "shop", "image: nginx, replicas: 2, nodeSelector: {pool: none}")
	n.expect(t, webApps, "shop", stands, "Failed NameConflict 0 False: "+message)

	serving := n.recordServing(t, "shop")

	n.do(t, strings.Fields(consent)...)
	n.do(t, strings.Fields(remake)...)

	t.Log("the Service goes on leading to the old pods while the new ones do not run")

	before := n.get(t, services, "shop")
	remove := "delete replicaset -l 'app=shop,tier=web,managed-by!=webapp-operator'"

	n.expect(t, webApps, "shop", stands, "Pending TakingOver 0 False: Pods are being started or replaced; 0 of 2 replicas are available. "+
		"When it is Running, it takes over Service shop. After that, remove what served until then: kubectl -n "+n.name+" "+remove)
	n.steady(t, "shop")
	n.leadsTo(t, "shop", old)

	if diff := cmp.Diff(before, n.get(t, services, "shop")); diff != "" {
		t.Errorf("want the Service as it was: -before, +after:\n%s", diff)
	}

	t.Log("it leads to the new ones once they run")
	n.webApp(t, "shop", "image: nginx, replicas: 2")
	n.running(t, "shop", 2)

	pods := slices.DeleteFunc(n.podsOf(t, "shop"), func(pod string) bool { return slices.Contains(old, pod) })
	n.leadsTo(t, "shop", pods)

	after := n.get(t, services, "shop")
	if after.GetUID() != before.GetUID() || read(t, after, "{.spec.clusterIP}") != read(t, before, "{.spec.clusterIP}") {
		t.Error("want the same Service of the same address")
	}

	if got := read(t, after, "{.spec.sessionAffinity} {range .spec.ports[*]}{.name} {.port} {.targetPort}, {end}"); got != "ClientIP http 80 http, admin 9090 9090, " {
		t.Errorf("want what it had more to stay, got %s", got)
	}

	n.told(t, "shop",
		"Failed: NameConflict: "+message,
		"Created: Creating Deployment shop.",
		"Updated: Updating the pods' settings.",
		"Adopted: Taking over Service shop. Remove what Service shop led to until now: kubectl -n "+n.name+" "+remove,
		"Running: 2 of 2 replicas are available. Reach it at http://shop."+n.name+".svc")

	t.Log("what is left of it goes, and nothing else")
	n.do(t, strings.Fields(strings.ReplaceAll(remove, "'", ""))...)
	n.eventually(t, func() error {
		if now := n.podsOf(t, "shop"); !slices.Equal(now, pods) {
			return fmt.Errorf("want pods %v, got %v", pods, now)
		}

		return nil
	})
	n.steady(t, "shop")

	if fewest := serving(); fewest == 0 {
		t.Error("want somebody to serve all the time")
	}
}

// testAdoptHeld takes over an Ingress and an autoscaler once pods run for them to lead to and
// to scale, and not before. They have consented from the beginning.
func testAdoptHeld(t *testing.T, n *namespace) {
	n.composition(t, "features: [ingress, autoscaling], defaults: {resources: {requests: {cpu: 20m}}}")
	n.apply(t, `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop, annotations: {example.com/adopt: shop, color: red}}
spec:
  rules: [{host: old.example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: old, port: {number: 8080}}}}]}}]
`)
	n.apply(t, `
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: shop, annotations: {example.com/adopt: shop}}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: shop}
  minReplicas: 2
  maxReplicas: 20
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}]
`)

	const shop = "image: nginx, replicas: 2, ingress: {host: shop.example.com}, autoscaling: {minReplicas: 2, maxReplicas: 4}"

	ingress := n.get(t, ingresses, "shop")

	n.webApp(t, "shop", shop+", nodeSelector: {pool: none}"+n.compositionRef())
	n.expect(t, webApps, "shop", stands, "Pending TakingOver 0 False: Pods are being started or replaced; 0 of 2 replicas are available. "+
		"When it is Running, it takes over HorizontalPodAutoscaler shop, Ingress shop.")
	n.steady(t, "shop")

	if diff := cmp.Diff(ingress, n.get(t, ingresses, "shop")); diff != "" {
		t.Errorf("want the Ingress as it was: -before, +after:\n%s", diff)
	}

	n.expect(t, autoscalers, "shop", "{.spec.maxReplicas}{.metadata.ownerReferences}", "20")

	n.webApp(t, "shop", shop+n.compositionRef())
	n.running(t, "shop", 2)
	n.expect(t, ingresses, "shop", "{.spec.rules[*].host} {.spec.rules[*].http.paths[*].backend.service.name} {.metadata.annotations.color} {.metadata.ownerReferences[0].kind}", "shop.example.com shop red WebApp")
	n.expect(t, autoscalers, "shop", "{.spec.maxReplicas} {.metadata.ownerReferences[0].kind}", "4 WebApp")
	n.steady(t, "shop")
}

// leadsTo waits until a Service leads to pods, and to no others.
func (n *namespace) leadsTo(t *testing.T, service string, pods []string) {
	t.Helper()

	n.eventually(t, func() error {
		list, err := n.client.Resource(slicesOfEndpoints).Namespace(n.name).List(t.Context(), metav1.ListOptions{LabelSelector: "kubernetes.io/service-name=" + service})
		must(t, err)

		got := []string{}
		for i := range list.Items {
			got = append(got, strings.Fields(read(t, &list.Items[i], "{.endpoints[?(@.conditions.ready==true)].targetRef.name}"))...)
		}

		slices.Sort(got)

		if diff := cmp.Diff(slices.Sorted(slices.Values(pods)), slices.Compact(got)); diff != "" {
			return fmt.Errorf("Service %s: -want, +got:\n%s", service, diff)
		}

		return nil
	})
}

// recordServing watches where a Service leads, and returns how to end it and get how few of
// the pods were ready at any time since.
func (n *namespace) recordServing(t *testing.T, service string) func() int {
	t.Helper()

	w, err := n.client.Resource(slicesOfEndpoints).Namespace(n.name).Watch(t.Context(), metav1.ListOptions{LabelSelector: "kubernetes.io/service-name=" + service})
	must(t, err)

	fewest := make(chan int)

	go func() {
		ready, least := map[string]int{}, -1

		for e := range w.ResultChan() {
			object, ok := e.Object.(*unstructured.Unstructured)
			if !ok {
				continue
			}

			ready[object.GetName()] = len(strings.Fields(read(t, object, "{.endpoints[?(@.conditions.ready==true)].targetRef.name}")))

			sum := 0
			for _, n := range ready {
				sum += n
			}

			if least < 0 || sum < least {
				least = sum
			}
		}

		fewest <- least
	}()

	return func() int {
		w.Stop()
		return <-fewest
	}
}
