package e2e

import (
	"fmt"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/watch"
)

// testUndo runs kubectl rollout undo on WebApps whose settings have changed in ways that
// server-side apply alone does not put back.
func testUndo(t *testing.T, n *namespace) {
	const of = "{.spec.template.spec."

	undo := func(name string) {
		n.running(t, name, 1)
		n.do(t, "rollout", "undo", "deployment/"+name)
	}

	t.Log("a variable that has become a secret")
	n.apply(t, `{apiVersion: v1, kind: Secret, metadata: {name: shop}, stringData: {password: new}}`)
	n.webApp(t, "secret", "image: 'nginx:1.27', replicas: 1, env: {PASSWORD: old}")
	n.running(t, "secret", 1)
	n.webApp(t, "secret", "image: 'nginx:1.28', replicas: 1, secretEnv: {PASSWORD: {name: shop, key: password}}")
	undo("secret")
	n.expect(t, deployments, "secret", of+"containers[0].image} "+of+"containers[0].env[0].value} "+of+"containers[0].env[0].valueFrom.secretKeyRef.name}", "nginx:1.28  shop")
	n.running(t, "secret", 1)
	n.expect(t, webApps, "secret", "{.status.message}", "1 of 1 replicas are available.")
	n.steady(t, "secret")

	t.Log("values and lists that have gone, which are cleared as null")
	n.webApp(t, "values", "image: nginx, replicas: 1, command: [nginx], imagePullPolicy: Never, securityContext: {runAsUser: 7}, terminationGracePeriodSeconds: 99")
	n.running(t, "values", 1)
	n.webApp(t, "values", "image: nginx, replicas: 1")
	undo("values")
	n.expect(t, deployments, "values", of+"containers[0]['command','imagePullPolicy']} "+of+"securityContext.runAsUser} "+of+"terminationGracePeriodSeconds}", "Always  35")
	n.running(t, "values", 1)
	n.steady(t, "values")

	t.Log("a volume from elsewhere")
	n.webApp(t, "volume", "image: nginx, replicas: 1, volumes: [{name: data, mountPath: /data, configMap: {name: volume-config}}]")
	n.running(t, "volume", 1)
	n.webApp(t, "volume", "image: nginx, replicas: 1, volumes: [{name: data, mountPath: /data, emptyDir: {}}]")
	undo("volume")
	n.expect(t, deployments, "volume", of+"volumes[*].name} is "+of+"containers[0].volumeMounts[0].name} of "+of+"volumes[0].configMap.name}", "data is data of ")
	n.running(t, "volume", 1)
	n.steady(t, "volume")
}

// testUndoStuck runs kubectl rollout undo where it brings back what cannot be cleared: the
// status says so, and what it says to do helps, without stopping a pod before its time.
func testUndoStuck(t *testing.T, n *namespace) {
	n.webApp(t, "shop", "image: nginx, replicas: 2, livenessProbe: {exec: {command: ['true']}}, env: {DEBUG: '1'}")
	n.running(t, "shop", 2)
	n.webApp(t, "shop", "image: nginx, replicas: 2, livenessProbe: {httpGet: {path: /live}}")
	n.running(t, "shop", 2)
	n.do(t, "rollout", "undo", "deployment/shop")

	n.eventually(t, func() error {
		message := read(t, n.get(t, webApps, "shop"), "{.status.phase} {.status.reason} {.status.message}")
		if !strings.HasPrefix(message, "Pending Updating ") || !strings.Contains(message, "env[DEBUG], livenessProbe.exec (set by kubectl)") {
			return fmt.Errorf("want the WebApp to say what is in the way, got %q", message)
		}

		return nil
	})

	n.expect(t, deployments, "shop", "{.status['replicas','updatedReplicas','availableReplicas']}", "2 2 2")

	fewest := n.recordReady(t, "shop")

	n.do(t, "delete", "deployment", "shop", "--cascade=orphan", "--wait=false")
	n.running(t, "shop", 2)
	n.expect(t, webApps, "shop", "{.status.message}", "2 of 2 replicas are available.")
	n.expect(t, deployments, "shop", "{.spec.template.spec.containers[0].livenessProbe.exec}{.spec.template.spec.containers[0].livenessProbe.httpGet.path}{.spec.template.spec.containers[0].env}", "/live")

	if ready := fewest(); ready < 2 {
		t.Errorf("want 2 pods to be ready all the time, got %d", ready)
	}

	n.steady(t, "shop")
}

// recordReady watches the pods of a WebApp, and returns how to end it and get how few of
// them were ready at any time since.
func (n *namespace) recordReady(t *testing.T, webApp string) func() int {
	t.Helper()

	client, of := n.client.Resource(pods).Namespace(n.name), metav1.ListOptions{LabelSelector: "app=" + webApp}

	list, err := client.List(t.Context(), of)
	must(t, err)

	ready := map[string]bool{}

	see := func(how watch.EventType, pod *unstructured.Unstructured) int {
		delete(ready, pod.GetName())

		if how != watch.Deleted && pod.GetDeletionTimestamp() == nil && read(t, pod, `{.status.conditions[?(@.type=="Ready")].status}`) == "True" {
			ready[pod.GetName()] = true
		}

		return len(ready)
	}

	for i := range list.Items {
		see(watch.Added, &list.Items[i])
	}

	of.ResourceVersion = list.GetResourceVersion()
	w, err := client.Watch(t.Context(), of)
	must(t, err)

	fewest := make(chan int)

	go func() {
		least := len(ready)

		for e := range w.ResultChan() {
			if pod, ok := e.Object.(*unstructured.Unstructured); ok {
				least = min(least, see(e.Type, pod))
			}
		}

		fewest <- least
	}()

	return func() int {
		w.Stop()
		return <-fewest
	}
}
