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

// testAutoscaling switches autoscalers on and off, and holds every number of
// replicas that anybody wrote. There is no metrics server here: all that an
// autoscaler does is to hold its bounds.
func testAutoscaling(t *testing.T, n *namespace) {
	const url = "Reach it at http://"

	n.featured(t, "autoscaling, podDisruptionBudget")

	// becomes waits until an object of a WebApp is as it should be. Crossplane may
	// drop events, and with them what the test changes: many pods start and stop.
	becomes := func(kind schema.GroupVersionResource, name, fields, want string) {
		n.eventually(t, func() error {
			object := n.get(t, kind, name)
			if object == nil || read(t, object, fields) != want {
				n.insist(t, webApps, n.get(t, webApps, name))

				return fmt.Errorf("%s %s: want %s to be %q, got %v", kind.Resource, name, fields, want, object)
			}

			return nil
		})
	}

	same := func(t *testing.T, what string, want, got []string) {
		t.Helper()

		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -want, +got:\n%s", what, diff)
		}
	}

	// is applies a WebApp.
	is := func(name, format string, args ...any) {
		n.webApp(t, name, fmt.Sprintf(format, args...)+n.compositionRef())
	}

	t.Run("running", func(t *testing.T) {
		is("shop", "image: nginx, replicas: 7")
		n.running(t, "shop", 7)

		replicas := n.recordReplicas(t, "shop")

		t.Log("switched on, nothing changes")
		is("shop", "image: nginx, replicas: 7, autoscaling: {minReplicas: 1, maxReplicas: 10}")
		becomes(autoscalers, "shop", "{.spec.scaleTargetRef.kind}/{.spec.scaleTargetRef.name} {.spec.minReplicas} {.spec.maxReplicas} {.spec.metrics[0].resource.name} {.spec.metrics[0].resource.target.averageUtilization}",
			"Deployment/shop 1 10 cpu 80")
		becomes(autoscalers, "shop", `{.status.currentReplicas} {.status.conditions[?(@.type=="ScalingActive")].reason}`, "7 FailedGetResourceMetric")
		n.gone(t, budgets, "shop")
		n.steady(t, "shop")

		t.Log("the autoscaler adds one")
		is("shop", "image: nginx, replicas: 7, autoscaling: {minReplicas: 8, maxReplicas: 10}")
		becomes(deployments, "shop", "{.spec.replicas}", "8")
		n.running(t, "shop", 8)
		becomes(budgets, "shop", "{.spec.maxUnavailable}", "1")

		t.Log("the autoscaler removes two, while the WebApp stays Running")

		states := n.record(t, "shop")

		is("shop", "image: nginx, replicas: 7, autoscaling: {minReplicas: 2, maxReplicas: 6}")
		becomes(deployments, "shop", "{.spec.replicas}", "6")
		n.running(t, "shop", 6)
		same(t, "the phases while the autoscaler scales", []string{"Running Available"}, states())

		t.Log("switched off, spec.replicas counts")
		is("shop", "image: nginx, replicas: 6")
		n.running(t, "shop", 6)
		n.gone(t, autoscalers, "shop")
		// Crossplane deletes before it applies.
		n.look(t, "shop")

		same(t, "the replicas of the Deployment, and whose they are", []string{
			"7 Crossplane",
			"8 the autoscaler",
			"6 the autoscaler",
			// The same number is of both, until it is another.
			"6 Crossplane and the autoscaler",
		}, uncrossed(replicas()))
		n.told(t, "shop",
			"Created: Creating Deployment shop.",
			"Running: 7 of 7 replicas are available. "+url+"shop."+n.name+".svc")
		n.delete(t, webApps, "shop", metav1.DeletePropagationBackground)
	})

	t.Run("metrics", func(t *testing.T) {
		const (
			metrics  = `{type: ContainerResource, containerResource: {name: cpu, container: app, target: {type: Utilization, averageUtilization: 70}}}, {type: Resource, resource: {name: memory, target: {type: AverageValue, averageValue: 64Mi}}}, {type: Pods, pods: {metric: {name: rps}, target: {type: AverageValue, averageValue: 30}}}, {type: Object, object: {describedObject: {apiVersion: networking.k8s.io/v1, kind: Ingress, name: queue}, metric: {name: rps}, target: {type: Value, value: 2k}}}, {type: External, external: {metric: {name: depth, selector: {matchLabels: {queue: orders}}}, target: {type: AverageValue, averageValue: 30}}}`
			external = `{type: External, external: {metric: {name: depth}, target: {type: Value, value: 1500m}}}`
			types    = "{.spec.metrics[*].type}"
			active   = `{.status.conditions[?(@.type=="ScalingActive")].reason}`
		)

		t.Log("the API server takes metrics of every type, beside a target")
		is("queue", "image: nginx, replicas: 1, resources: {requests: {cpu: 100m}}, autoscaling: {minReplicas: 2, maxReplicas: 5, targetCPUUtilizationPercentage: 60, metrics: [%s]}", metrics)
		n.running(t, "queue", 2)
		becomes(autoscalers, "queue", types, "Resource ContainerResource Resource Pods Object External")
		n.expect(t, webApps, "queue", acceptance, "True Accepted")

		t.Log("with metrics of its own, nothing follows the CPU, and nobody misses a request")
		is("queue", "image: nginx, replicas: 1, autoscaling: {minReplicas: 3, maxReplicas: 5, metrics: [%s]}", external)
		becomes(autoscalers, "queue", types+" {.spec.metrics[0].external.target.value}", "External 1500m")
		becomes(autoscalers, "queue", active, "FailedGetExternalMetric")
		n.running(t, "queue", 3)
		n.expect(t, webApps, "queue", `{.status.conditions[?(@.type=="Accepted")].message}`, "The WebApp is valid and no other object is in its way.")
		n.steady(t, "queue")
		n.delete(t, webApps, "queue", metav1.DeletePropagationBackground)
	})

	t.Run("new", func(t *testing.T) {
		is("cart", "image: nginx, replicas: 1, autoscaling: {minReplicas: 2, maxReplicas: 5}")
		n.running(t, "cart", 2)
		n.expect(t, webApps, "cart", acceptance, "True Accepted")
		n.steady(t, "cart")

		replicas := n.recordReplicas(t, "cart")

		is("cart", "image: nginx, replicas: 1, autoscaling: {minReplicas: 3, maxReplicas: 5}")
		becomes(deployments, "cart", "{.spec.replicas}", "3")
		n.running(t, "cart", 3)
		n.steady(t, "cart")

		t.Log("kubectl scale and an update leave the number alone")
		n.do(t, "scale", "wa/cart", "--replicas=5")
		is("cart", "image: 'nginx:2', autoscaling: {minReplicas: 3, maxReplicas: 5}")
		becomes(deployments, "cart", "{.spec.template.spec.containers[0].image}", "nginx:2")
		n.running(t, "cart", 3)
		n.expect(t, webApps, "cart", "{.spec.replicas} {.status.replicas}", "5 3")

		t.Log("switched off, and on again")
		is("cart", "image: 'nginx:2', replicas: 3")
		n.running(t, "cart", 3)
		n.gone(t, autoscalers, "cart")
		is("cart", "image: 'nginx:3', replicas: 3, autoscaling: {minReplicas: 2, maxReplicas: 5}")
		becomes(deployments, "cart", "{.spec.template.spec.containers[0].image}", "nginx:3")
		n.running(t, "cart", 3)

		t.Log("switched off with another number")
		is("cart", "image: 'nginx:3', replicas: 1")
		becomes(deployments, "cart", "{.spec.replicas}", "1")
		n.running(t, "cart", 1)

		same(t, "the replicas of the Deployment, and whose they are", []string{
			"2 Crossplane",
			"3 the autoscaler",
			"3 Crossplane and the autoscaler",
			"3 the autoscaler",
			"1 Crossplane",
		}, uncrossed(replicas()))
		n.told(t, "cart",
			"Created: Creating Deployment cart.",
			"Running: 2 of 2 replicas are available. "+url+"cart."+n.name+".svc",
			"Updated: Updating the image from nginx to nginx:2.",
			"Updated: Updating the image from nginx:2 to nginx:3.",
			"Scaled: Scaling from 3 to 1 replicas.")
		n.delete(t, webApps, "cart", metav1.DeletePropagationBackground)
	})
}

// recordReplicas watches a Deployment, and returns how to end it and get every
// number of replicas it went through, with whose it was.
func (n *namespace) recordReplicas(t *testing.T, name string) func() []string {
	t.Helper()

	w, err := n.client.Resource(deployments).Namespace(n.name).Watch(t.Context(), metav1.ListOptions{FieldSelector: "metadata.name=" + name})
	must(t, err)

	all := make(chan []string)

	go func() {
		seen := []string{}

		for e := range w.ResultChan() {
			if object, ok := e.Object.(*unstructured.Unstructured); ok {
				seen = append(seen, read(t, object, "{.spec.replicas} ")+strings.Join(whoseReplicas(object), " and "))
			}
		}

		all <- slices.Compact(seen)
	}()

	return func() []string {
		w.Stop()
		return <-all
	}
}

// uncrossed leaves out that what Crossplane sent crossed the autoscaler's first
// number, undid it, and was overruled: neither knows of the other in time, and
// docs/fields.md says so.
func uncrossed(replicas []string) []string {
	for i := range len(replicas) - 3 {
		first, second := replicas[i], replicas[i+1]
		if replicas[i+2] == first && replicas[i+3] == second && strings.HasSuffix(first, " Crossplane") && strings.HasSuffix(second, " the autoscaler") {
			return slices.Delete(replicas, i, i+2)
		}
	}

	return replicas
}

// whoseReplicas returns who owns the number of a Deployment's replicas.
func whoseReplicas(deployment *unstructured.Unstructured) []string {
	owners := []string{}

	for _, entry := range deployment.GetManagedFields() {
		if entry.FieldsV1 == nil || !strings.Contains(entry.FieldsV1.GetRawString(), `"f:replicas":{}`) || entry.Subresource == "status" {
			continue
		}

		switch {
		case strings.HasPrefix(entry.Manager, "apiextensions.crossplane.io/composed/"):
			owners = append(owners, "Crossplane")
		case entry.Manager == "kube-controller-manager" && entry.Subresource == "scale":
			owners = append(owners, "the autoscaler")
		default:
			owners = append(owners, entry.Manager)
		}
	}

	slices.Sort(owners)

	return owners
}
