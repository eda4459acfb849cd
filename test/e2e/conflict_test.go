package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// testConflict leaves objects of others alone, byte for byte, that have not consented, or do
// not fit, and takes the name when it is free.
func testConflict(t *testing.T, n *namespace) {
	n.apply(t, `{apiVersion: v1, kind: ConfigMap, metadata: {name: boss}}`)
	boss := n.get(t, configMaps, "boss")

	const helm = "Helm must let go of it first: put annotation helm.sh/resource-policy: keep on it in the chart, and upgrade the release."

	for _, tc := range []struct {
		reason string
		webApp string
		kind   schema.GroupVersionResource
		name   string
		// metadata and fields are the object's, as YAML flow.
		metadata, fields string
		// want is what is said of it, and advice what else there is to do.
		want, advice string
	}{
		{
			reason: "A Service that nobody controls, and that has not consented.",
			webApp: "uncontrolled", kind: services, name: "uncontrolled",
			fields: "spec: {ports: [{port: 80}]}",
			want:   "Service uncontrolled (it was written by e2e)",
			advice: "To have it taken over instead: kubectl -n " + n.name + " annotate service/uncontrolled example.com/adopt=uncontrolled",
		},
		{
			reason: "A Service that has consented to another.",
			webApp: "another", kind: services, name: "another",
			metadata: "annotations: {example.com/adopt: shop}",
			fields:   "spec: {ports: [{port: 80}]}",
			want:     "Service another (it has consented to shop, not to another)",
		},
		{
			reason: "A Deployment that another object controls.",
			webApp: "controlled", kind: deployments, name: "controlled",
			metadata: "annotations: {example.com/adopt: controlled}, ownerReferences: [{apiVersion: v1, kind: ConfigMap, name: boss, uid: " + string(boss.GetUID()) + ", controller: true}]",
			fields:   "spec: {replicas: 0, selector: {matchLabels: {app: boss}}, template: {metadata: {labels: {app: boss}}, spec: {containers: [{name: app, image: nginx}]}}}",
			want:     "Deployment controlled (it has consented, but it belongs to ConfigMap boss)",
		},
		{
			reason: "A Deployment with another selector.",
			webApp: "selected", kind: deployments, name: "selected",
			metadata: "annotations: {example.com/adopt: selected}",
			fields:   "spec: {replicas: 0, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: app, image: nginx}]}}}",
			want:     "Deployment selected (it has consented, but its selector app=web cannot be changed)",
			advice:   "Its pods go on serving if the Deployment is deleted with: kubectl -n " + n.name + " delete deployment selected --cascade=orphan --wait=false",
		},
		{
			reason: "A Deployment with our selector and a container of somebody else's.",
			webApp: "beside", kind: deployments, name: "beside",
			metadata: "annotations: {example.com/adopt: beside}",
			fields: "spec: {replicas: 0, selector: {matchLabels: {app: beside, managed-by: webapp-operator}}, template: {metadata: {labels: {app: beside, managed-by: webapp-operator}}, " +
				"spec: {containers: [{name: web, image: nginx}]}}}",
			want:   "Deployment beside (it has consented, but its container web would stay)",
			advice: "Its pods go on serving if the Deployment is deleted with: kubectl -n " + n.name + " delete deployment beside --cascade=orphan --wait=false",
		},
		{
			reason: "A ConfigMap of Helm's.",
			webApp: "configured", kind: configMaps, name: "configured-config",
			metadata: "labels: {app.kubernetes.io/managed-by: Helm}, annotations: {example.com/adopt: configured, meta.helm.sh/release-name: web}",
			fields:   "data: {COLOR: red}",
			want:     "ConfigMap configured-config (it has consented, but Helm release web keeps writing it)",
			advice:   helm,
		},
		{
			reason: "A ConfigMap that cannot be changed.",
			webApp: "immutable", kind: configMaps, name: "immutable-config",
			metadata: "annotations: {example.com/adopt: immutable}",
			fields:   "immutable: true, data: {COLOR: red}",
			want:     "ConfigMap immutable-config (it has consented, but it is immutable, with another COLOR)",
		},
		{
			reason: "A Service without an address.",
			webApp: "headless", kind: services, name: "headless",
			metadata: "annotations: {example.com/adopt: headless}",
			fields:   "spec: {clusterIP: None, ports: [{port: 80}]}",
			want:     "Service headless (it has consented, but it has no address (clusterIP: None) and cannot get one)",
		},
	} {
		t.Log(tc.reason)

		head := map[schema.GroupVersionResource]string{services: "v1, kind: Service", deployments: "apps/v1, kind: Deployment", configMaps: "v1, kind: ConfigMap"}[tc.kind]
		n.apply(t, fmt.Sprintf("{apiVersion: %s, metadata: {name: %s, %s}, %s}", head, tc.name, tc.metadata, tc.fields))

		if tc.kind == deployments {
			n.expect(t, deployments, tc.name, "{.status.observedGeneration} {.status.conditions[*].reason}", "1 MinimumReplicasAvailable NewReplicaSetAvailable")
		}

		before := n.get(t, tc.kind, tc.name)
		message := "There already is " + tc.want + ". It is left alone, and nothing new is created until the name is free: delete it, rename it, or give the WebApp another name."
		if tc.advice != "" {
			message += " " + tc.advice
		}

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

// testOrphans deletes a WebApp and leaves what it was made of. A WebApp of the same name takes
// it back when somebody says so, with the same pods.
func testOrphans(t *testing.T, n *namespace) {
	n.webApp(t, "shop", "image: nginx, replicas: 2")
	n.running(t, "shop", 2)

	// What Crossplane writes while its owner is being deleted has an owner again,
	// and is deleted with it. So it is not at work.
	n.patch(t, webApps, "shop", "{metadata: {annotations: {crossplane.io/paused: 'true'}}}")
	n.expect(t, webApps, "shop", `{.status.conditions[?(@.type=="Synced")].reason}`, "ReconcilePaused")

	before, deployment, service := n.podsOf(t, "shop"), n.get(t, deployments, "shop"), n.get(t, services, "shop")

	n.delete(t, webApps, "shop", metav1.DeletePropagationOrphan)
	n.expect(t, webApps, "shop", "{.metadata.finalizers}", `["composite.apiextensions.crossplane.io"]`)
	n.patch(t, webApps, "shop", "{metadata: {annotations: {crossplane.io/paused: null}}}")
	n.gone(t, webApps, "shop")

	n.webApp(t, "shop", "image: nginx, replicas: 2")

	const command = "annotate deployment/shop service/shop configmap/shop-config example.com/adopt=shop"

	message := "There already is Deployment shop (it is left from an earlier WebApp), " +
		"Service shop (it is left from an earlier WebApp), ConfigMap shop-config (it is left from an earlier WebApp). " +
		"It is left alone, and nothing new is created until the name is free: delete it, rename it, or give the WebApp another name. " +
		"To have it taken over instead: kubectl -n " + n.name + " " + command

	n.expect(t, webApps, "shop", stands, "Failed NameConflict 0 False: "+message)

	for _, part := range n.parts(t, "shop") {
		if owners := part.GetOwnerReferences(); len(owners) > 0 {
			t.Errorf("want nobody to own %s %s, got %v", part.GetKind(), part.GetName(), owners)
		}
	}

	n.do(t, strings.Fields(command)...)
	n.running(t, "shop", 2)
	n.steady(t, "shop")

	if diff := cmp.Diff(before, n.podsOf(t, "shop")); diff != "" {
		t.Errorf("want the same pods: -before, +after:\n%s", diff)
	}

	// That it consents is one generation more: Kubernetes counts annotations of a Deployment.
	now := n.get(t, deployments, "shop")
	if diff := cmp.Diff(deployment.Object["spec"], now.Object["spec"]); diff != "" || now.GetUID() != deployment.GetUID() || now.GetGeneration() != deployment.GetGeneration()+1 {
		t.Errorf("want the same Deployment of generation %d and one more, got generation %d: -before, +after:\n%s", deployment.GetGeneration(), now.GetGeneration(), diff)
	}

	if now := n.get(t, services, "shop"); now.GetUID() != service.GetUID() {
		t.Error("want the same Service")
	}

	// The first two are of the one before, and that it runs counts once.
	n.told(t, "shop",
		"Created: Creating Deployment shop.",
		"Running: 2 of 2 replicas are available. Reach it at http://shop."+n.name+".svc",
		"Failed: NameConflict: "+message,
		"Adopted: Taking over Deployment shop, Service shop, ConfigMap shop-config.")

	n.webApp(t, "shop", "image: httpd, replicas: 1")
	n.running(t, "shop", 1)
	n.delete(t, webApps, "shop", metav1.DeletePropagationBackground)
	n.nothingLeft(t, "shop")
}
