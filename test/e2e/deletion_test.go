package e2e

import (
	"fmt"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// testDeleteBackground deletes a WebApp as kubectl does by default.
func testDeleteBackground(t *testing.T, n *namespace) {
	n.webApp(t, "shop", "image: nginx, replicas: 2")
	n.running(t, "shop", 2)
	n.delete(t, webApps, "shop", metav1.DeletePropagationBackground)
	n.gone(t, webApps, "shop")
	n.nothingLeft(t, "shop")
}

// testDeleteForeground deletes a WebApp that is gone only when its parts are.
func testDeleteForeground(t *testing.T, n *namespace) {
	n.webApp(t, "shop", "image: nginx, replicas: 2")
	n.running(t, "shop", 2)
	n.delete(t, webApps, "shop", metav1.DeletePropagationForeground)
	n.gone(t, webApps, "shop")

	for _, part := range n.parts(t, "shop") {
		if part != nil {
			t.Errorf("want no %s when the WebApp is gone", part.GetKind())
		}
	}

	n.nothingLeft(t, "shop")
}

// testDeleteHeld deletes a WebApp of which somebody else holds a part.
func testDeleteHeld(t *testing.T, n *namespace) {
	n.webApp(t, "shop", "image: nginx, replicas: 2")
	n.running(t, "shop", 2)
	n.patch(t, configMaps, "shop-config", "{metadata: {finalizers: [example.com/held]}}")
	n.delete(t, webApps, "shop", metav1.DeletePropagationForeground)

	// Crossplane has let go of it; Kubernetes waits for the part.
	n.gone(t, deployments, "shop")
	n.gone(t, services, "shop")
	n.expect(t, webApps, "shop", "{.metadata.finalizers}", `["foregroundDeletion"]`)
	n.expect(t, configMaps, "shop-config", "{.metadata.finalizers}", `["example.com/held"]`)

	n.patch(t, configMaps, "shop-config", "{metadata: {finalizers: null}}")
	n.gone(t, webApps, "shop")
	n.nothingLeft(t, "shop")
}

// testDeleteAndCreate creates a WebApp again while a part of its predecessor is
// held by somebody else: it waits, and then goes on by itself.
func testDeleteAndCreate(t *testing.T, n *namespace) {
	n.webApp(t, "shop", "image: 'nginx:1', replicas: 2, env: {COLOR: red}")
	n.running(t, "shop", 2)
	n.patch(t, configMaps, "shop-config", "{metadata: {finalizers: [example.com/held]}}")
	n.delete(t, webApps, "shop", metav1.DeletePropagationBackground)
	n.gone(t, webApps, "shop")

	n.webApp(t, "shop", "image: 'nginx:2', replicas: 1, env: {COLOR: blue}")
	n.gone(t, deployments, "shop")
	n.noneLeft(t, "shop", replicaSets, pods)
	n.expect(t, webApps, "shop", stands, "Pending Terminating 0 False: Waiting until the old ConfigMap shop-config (it belongs to WebApp shop) is deleted.")
	n.expect(t, configMaps, "shop-config", "{.data.COLOR}", "red")

	n.patch(t, configMaps, "shop-config", "{metadata: {finalizers: null}}")
	n.running(t, "shop", 1)
	n.expect(t, configMaps, "shop-config", "{.data.COLOR}", "blue")
	n.steady(t, "shop")
}

// nothingLeft waits until nothing is left of a WebApp that was deleted.
func (n *namespace) nothingLeft(t *testing.T, webApp string) {
	t.Helper()
	n.noneLeft(t, webApp, deployments, replicaSets, services, configMaps, pods)
}

// noneLeft waits until a WebApp has no objects of some kinds. The garbage
// collector comes to a Deployment's pods some time after the Deployment is gone.
func (n *namespace) noneLeft(t *testing.T, webApp string, kinds ...schema.GroupVersionResource) {
	t.Helper()

	for _, kind := range kinds {
		n.eventually(t, func() error {
			list, err := n.client.Resource(kind).Namespace(n.name).List(t.Context(), metav1.ListOptions{LabelSelector: "app=" + webApp})
			if err != nil {
				return err
			}

			if len(list.Items) > 0 {
				return fmt.Errorf("%d %s are left of WebApp %s", len(list.Items), kind.Resource, webApp)
			}

			return nil
		})
	}
}
