package e2e

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// testConflict leaves objects of others alone, byte for byte, and takes the name
// when it is free.
func testConflict(t *testing.T, n *namespace) {
	n.apply(t, `{apiVersion: v1, kind: ConfigMap, metadata: {name: boss}}`)
	boss := n.get(t, configMaps, "boss")

	for _, tc := range []struct {
		reason   string
		webApp   string
		kind     schema.GroupVersionResource
		name     string
		manifest string
		want     string
	}{
		{
			reason: "A Service that nobody controls.",
			webApp: "uncontrolled", kind: services, name: "uncontrolled",
			manifest: `{apiVersion: v1, kind: Service, metadata: {name: uncontrolled}, spec: {ports: [{port: 80}]}}`,
			want:     "Service uncontrolled (it was written by e2e)",
		},
		{
			reason: "A Deployment that another object controls.",
			webApp: "controlled", kind: deployments, name: "controlled",
			manifest: `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: controlled
  ownerReferences: [{apiVersion: v1, kind: ConfigMap, name: boss, uid: ` + string(boss.GetUID()) + `, controller: true}]
spec:
  replicas: 0
  selector: {matchLabels: {app: boss}}
  template: {metadata: {labels: {app: boss}}, spec: {containers: [{name: app, image: nginx}]}}
`,
			want: "Deployment controlled (it belongs to ConfigMap boss)",
		},
		{
			reason: "A ConfigMap of Helm's.",
			webApp: "configured", kind: configMaps, name: "configured-config",
			manifest: `{apiVersion: v1, kind: ConfigMap, metadata: {name: configured-config, labels: {app.kubernetes.io/managed-by: Helm}}, data: {COLOR: red}}`,
			want:     "ConfigMap configured-config (it is managed by Helm)",
		},
	} {
		t.Log(tc.reason)

		n.apply(t, tc.manifest)

		if tc.kind == deployments {
			n.expect(t, deployments, tc.name, "{.status.observedGeneration} {.status.conditions[*].reason}", "1 MinimumReplicasAvailable NewReplicaSetAvailable")
		}

		before := n.get(t, tc.kind, tc.name)
		message := "There already is " + tc.want + ". It is left alone, and nothing new is created until the name is free: delete it, rename it, or give the WebApp another name."

		n.webApp(t, tc.webApp, "image: nginx, replicas: 1, env: {COLOR: blue}")
		n.expect(t, webApps, tc.webApp, stands, "Failed NameConflict 0 False: "+message)
		n.expect(t, webApps, tc.webApp, `{.status.conditions[?(@.type=="Accepted")].status} {.status.conditions[?(@.type=="Accepted")].reason}`, "False NameConflict")
		n.steady(t, tc.webApp)

		if diff := cmp.Diff(before, n.get(t, tc.kind, tc.name)); diff != "" {
			t.Errorf("want it left alone: -before, +after:\n%s", diff)
		}

		if out := n.do(t, "get", "deployment,service,configmap", "-l", "managed-by=webapp-operator,app="+tc.webApp, "-o", "name"); out != "" {
			t.Errorf("want nothing created beside what is in the way, got %s", out)
		}

		n.delete(t, tc.kind, tc.name, metav1.DeletePropagationForeground)
		n.running(t, tc.webApp, 1)
		n.told(t, tc.webApp,
			"Failed: NameConflict: "+message,
			"Created: Creating Deployment "+tc.webApp+".",
			"Running: 1 of 1 replicas are available. Reach it at http://"+tc.webApp+"."+n.name+".svc")
		n.steady(t, tc.webApp)
	}
}

// testOrphans deletes a WebApp and leaves what it was made of. A WebApp of the
// same name does not take it over.
func testOrphans(t *testing.T, n *namespace) {
	n.webApp(t, "shop", "image: nginx, replicas: 2")
	n.running(t, "shop", 2)

	// What Crossplane writes while its owner is being deleted has an owner again,
	// and is deleted with it. So it is not at work.
	n.patch(t, webApps, "shop", "{metadata: {annotations: {crossplane.io/paused: 'true'}}}")
	n.expect(t, webApps, "shop", `{.status.conditions[?(@.type=="Synced")].reason}`, "ReconcilePaused")

	before := n.podsOf(t, "shop")

	n.delete(t, webApps, "shop", metav1.DeletePropagationOrphan)
	n.expect(t, webApps, "shop", "{.metadata.finalizers}", `["composite.apiextensions.crossplane.io"]`)
	n.patch(t, webApps, "shop", "{metadata: {annotations: {crossplane.io/paused: null}}}")
	n.gone(t, webApps, "shop")
	n.webApp(t, "shop", "image: httpd, replicas: 1")
	n.expect(t, webApps, "shop", stands, "Failed NameConflict 0 False: There already is Deployment shop (it is left from an earlier WebApp), "+
		"Service shop (it is left from an earlier WebApp), ConfigMap shop-config (it is left from an earlier WebApp). "+
		"It is left alone, and nothing new is created until the name is free: delete it, rename it, or give the WebApp another name.")

	for _, part := range n.parts(t, "shop") {
		if owners := part.GetOwnerReferences(); len(owners) > 0 {
			t.Errorf("want nobody to own %s %s, got %v", part.GetKind(), part.GetName(), owners)
		}
	}

	if diff := cmp.Diff(before, n.podsOf(t, "shop")); diff != "" {
		t.Errorf("want the pods to go on: -before, +after:\n%s", diff)
	}

	n.do(t, "delete", "deployment/shop", "service/shop", "configmap/shop-config")
	n.running(t, "shop", 1)
}
