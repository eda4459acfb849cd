package fn

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	"github.com/crossplane/function-sdk-go/resource"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/child"
	"github.com/webapp-operator/function-webapp/fn/diagnosis"
	"github.com/webapp-operator/function-webapp/fn/platform"
	"github.com/webapp-operator/function-webapp/fn/rollout"
	"github.com/webapp-operator/function-webapp/fn/value"
)

// consenting is an object that kubectl has made, and that consents.
func consenting(more string) string { return standing(consents, more) }

// TestAdopt holds when objects that consent are taken over, what is said before and when it
// happens, and that nothing that sends traffic is before the pods run.
func TestAdopt(t *testing.T) {
	const (
		leads   = `, "spec": {"clusterIP": "10.0.0.1", "selector": {"tier": "web", "app": "shop"}, "ports": [{"port": 80, "protocol": "TCP", "targetPort": 8080}]}`
		remove  = "kubectl -n acme delete replicaset -l 'app=shop,tier=web,managed-by!=webapp-operator'"
		holding = "When it is Running, it takes over Service shop. After that, remove what served until then: " + remove
		failing = `Container app of pod shop-7d-a cannot be created: secret "a" not found; 1 of 2 replicas are available. ` +
			"Create what is missing, or correct what the WebApp names. See: kubectl -n acme describe pod shop-7d-a. "
		adopted = "Adopted: Taking over Service shop. Remove what Service shop led to until now: " + remove
		creates = "Created: Creating Deployment shop."
		runs    = "Running: 2 of 2 replicas are available. Reach it at http://shop.acme.svc"
	)

	type want struct {
		desired string
		verdict rollout.Verdict
		events  []string
	}

	creating := saying(v1.PhasePending, v1.ReasonCreating, "The Deployment is being created. "+holding)
	available := saying(v1.PhaseRunning, v1.ReasonAvailable, "2 of 2 replicas are available.")
	route := `"ingress": {"host": "shop.acme.com"}`

	cases := map[string]struct {
		reason string
		webApp string
		args   []func(*fnv1.RunFunctionRequest)
		want   want
	}{
		"New": {
			reason: "The Service goes on leading where it does while the Deployment is made.",
			args:   []func(*fnv1.RunFunctionRequest){withRequired("existing-service", consenting(leads))},
			want:   want{desired: "configmap deployment", verdict: creating, events: []string{creates}},
		},
		"Starting": {
			reason: "And while its pods start.",
			args:   []func(*fnv1.RunFunctionRequest){withObserved("deployment", rolling), withRequired("existing-service", consenting(leads))},
			want: want{
				desired: "configmap deployment",
				verdict: saying(v1.PhasePending, v1.ReasonTakingOver, "Pods are being started or replaced; 1 of 2 replicas are available. "+holding),
			},
		},
		"Failing": {
			reason: "What is wrong with them is said first, by its own reason.",
			args: []func(*fnv1.RunFunctionRequest){
				withObserved("deployment", rolling), withRequired("existing-service", consenting(leads)), withInput(diagnosed),
				withRequired(platform.GrantsRequirement, everythingGranted), withRequired(diagnosis.PodsRequirement, waits("shop-7d-a", "CreateContainerConfigError", `secret "a" not found`)),
			},
			want: want{
				desired: "configmap deployment",
				verdict: saying(v1.PhaseFailed, v1.ReasonConfigError, failing+holding),
				events:  []string{"Failed: ConfigError: " + failing + holding},
			},
		},
		"Running": {
			reason: "Once they all run, it is taken over.",
			args:   []func(*fnv1.RunFunctionRequest){withObserved("deployment", complete), withRequired("existing-service", consenting(leads))},
			want:   want{desired: "configmap deployment service", verdict: available, events: []string{adopted, runs}},
		},
		"Config": {
			reason: "A ConfigMap leads nowhere.",
			args:   []func(*fnv1.RunFunctionRequest){withRequired("existing-configmap", consenting(`, "data": {"B": "1"}`))},
			want: want{
				desired: "configmap deployment service", verdict: saying(v1.PhasePending, v1.ReasonCreating, "The Deployment is being created."),
				events: []string{"Adopted: Taking over ConfigMap shop-config.", creates},
			},
		},
		"IngressOfRunning": {
			reason: "What a WebApp that runs asks for is taken over at once.",
			webApp: webAppWith(route),
			args: []func(*fnv1.RunFunctionRequest){
				withInput(everythingSet), withRequired(platform.GrantsRequirement, everythingGranted),
				withObserved("deployment", complete), withObserved("service", `{}`), withObserved("configmap", `{}`), withRequired("existing-ingress", consenting("")),
			},
			want: want{desired: "configmap deployment ingress networkpolicy poddisruptionbudget service", verdict: available, events: []string{"Adopted: Taking over Ingress shop.", runs}},
		},
		"IngressOfNew": {
			reason: "All that sends traffic is held.",
			webApp: webAppWith(route),
			args: []func(*fnv1.RunFunctionRequest){
				withInput(everythingSet), withRequired(platform.GrantsRequirement, everythingGranted),
				withRequired("existing-service", consenting("")), withRequired("existing-ingress", consenting("")), withRequired("existing-poddisruptionbudget", consenting("")),
			},
			want: want{
				desired: "configmap deployment networkpolicy",
				verdict: saying(v1.PhasePending, v1.ReasonCreating, "The Deployment is being created. When it is Running, it takes over Service shop, PodDisruptionBudget shop, Ingress shop."),
				events:  []string{creates},
			},
		},
		"Deployment": {
			reason: "A Deployment with our selector is taken over as it is, and all with it.",
			args: []func(*fnv1.RunFunctionRequest){
				withRequired("existing-deployment", consenting(`, "spec": {"replicas": 2, `+ourSelector+`, "template": {"spec": {"containers": [{"name": "app", "image": "httpd"}]}}}`)),
				withRequired("existing-service", consenting(`, "spec": {`+strings.Replace(ourSelector, `{"matchLabels": `, "", 1))),
			},
			want: want{
				desired: "configmap deployment service", verdict: saying(v1.PhasePending, v1.ReasonUpdating, "The Deployment is being updated; 0 of 2 replicas are available."),
				events: []string{"Adopted: Taking over Deployment shop, Service shop.", "Updated: Updating the image from httpd to nginx:1.27."},
			},
		},
		"ToolHasLetGo": {
			reason: "What a tool has let go of is as any other.",
			args: []func(*fnv1.RunFunctionRequest){withObserved("deployment", complete), withRequired("existing-service", standing(consents+
				`, "meta.helm.sh/release-name": "web", "helm.sh/resource-policy": "keep", "argocd.argoproj.io/tracking-id": "web:/Service:acme/shop", "argocd.argoproj.io/sync-options": "Delete=false, Prune=false"`, leads))},
			want: want{desired: "configmap deployment service", verdict: available, events: []string{adopted, runs}},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			webApp := tc.webApp
			if webApp == "" {
				webApp = shop
			}

			rsp := run(t, request(webApp, tc.args...))
			got := want{
				desired: strings.Join(slices.Sorted(maps.Keys(rsp.GetDesired().GetResources())), " "),
				verdict: rollout.ReadStatus(rsp.GetDesired().GetComposite().GetResource().GetFields()["status"]).Verdict,
			}

			for _, r := range rsp.GetResults() {
				got.events = append(got.events, r.GetReason()+": "+r.GetMessage())
			}

			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("\n%s\nRunFunction(...): -want, +got:\n%s", tc.reason, diff)
			}

			if s := rsp.GetConditions()[0].GetStatus(); s != fnv1.Status_STATUS_CONDITION_TRUE {
				t.Errorf("want it accepted, got %v", rsp.GetConditions())
			}
		})
	}
}

// TestAdoptOrphans holds that what a WebApp has left is answered as if it had never been
// left: in one answer, of the generation of defaults that it was made with, and to the byte.
func TestAdoptOrphans(t *testing.T) {
	const first = `"example.com/template-hash": "c575a73ae178e811"`

	kept := `, "spec": {"replicas": 2, ` + ourSelector + `}, "status": {"observedGeneration": 1, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2,
		"conditions": [` + hasProgressed + `]}`
	left := strings.Replace(standing(consents+", "+first, kept), `"metadata": {`, `"metadata": {"generation": 1, `, 1)
	none := consenting("")

	was := run(t, request(shop, withObserved("deployment", left), withObserved("service", none), withObserved("configmap", none)))
	is := run(t, request(shop, withRequired("existing-deployment", left), withRequired("existing-service", none), withRequired("existing-configmap", none)))

	if diff := cmp.Diff(was.GetDesired(), is.GetDesired(), protocmp.Transform()); diff != "" {
		t.Errorf("-as it was, +taken back:\n%s", diff)
	}

	annotations := value.Dig(is.GetDesired().GetResources()[child.KeyDeployment].GetResource().GetFields()["metadata"], "annotations")
	if diff := cmp.Diff(resource.MustStructJSON("{"+first+"}").AsMap(), annotations.AsInterface()); diff != "" {
		t.Errorf("want the pods to stay: -want, +got:\n%s", diff)
	}

	if phase := rollout.ReadStatus(is.GetDesired().GetComposite().GetResource().GetFields()["status"]).Phase; phase != v1.PhaseRunning {
		t.Errorf("want it Running at once, got %s", phase)
	}
}

// TestAdoptFields holds what becomes of fields of others in what is taken over: what
// Kubernetes does not take beside ours goes, and what is theirs stays unsaid.
func TestAdoptFields(t *testing.T) {
	const service = `{"metadata": {"name": "shop", "annotations": {"example.com/adopt": "shop"}, "managedFields": [{"manager": "kubectl-client-side-apply", "fieldsV1": {"f:spec": {
			"f:ports": {".": {}, "k:{\"port\":80,\"protocol\":\"TCP\"}": {".": {}, "f:port": {}, "f:targetPort": {}}, "k:{\"port\":8080,\"protocol\":\"TCP\"}": {".": {}, "f:name": {}, "f:port": {}, "f:targetPort": {}}},
			"f:selector": {}, "f:loadBalancerSourceRanges": {}}}}]},
		"spec": {"selector": {"app": "web"}, "sessionAffinity": "ClientIP", "loadBalancerSourceRanges": ["10.0.0.0/8"],
			"ports": [{"port": 80, "protocol": "TCP", "targetPort": 8080}, {"name": "http", "port": 8080, "protocol": "TCP", "targetPort": 8080}]}}`

	rsp := run(t, request(shop, withObserved("deployment", complete), withRequired("existing-service", service)))

	want := resource.MustStructJSON(`{"type": "ClusterIP", "loadBalancerSourceRanges": null, "selector": {"app": "shop", "managed-by": "webapp-operator"},
		"ports": [{"name": "http", "port": 80, "protocol": "TCP", "targetPort": "http"}, {"name": "http-8080", "port": 8080, "protocol": "TCP"}]}`).AsMap()
	if diff := cmp.Diff(want, rsp.GetDesired().GetResources()[child.KeyService].GetResource().GetFields()["spec"].AsInterface()); diff != "" {
		t.Errorf("spec of the Service: -want, +got:\n%s", diff)
	}
}

// TestAdoptAutoscaler holds that an autoscaler which is to be taken over is not fought with
// until then: it may be scaling the Deployment already.
func TestAdoptAutoscaler(t *testing.T) {
	webApp := webAppWith(`"autoscaling": {"minReplicas": 2, "maxReplicas": 5}`)
	scaled := strings.Replace(rolling, `"metadata": {`, `"metadata": {"managedFields": [{"manager": "kube-controller-manager", "subresource": "scale", "fieldsV1": {"f:spec": {"f:replicas": {}}}}], `, 1)
	options := []func(*fnv1.RunFunctionRequest){withInput(everythingSet), withRequired(platform.GrantsRequirement, everythingGranted), withObserved("deployment", scaled)}

	rsp := run(t, request(webApp, append(options, withRequired("existing-horizontalpodautoscaler", consenting("")))...))
	if rsp.GetDesired().GetResources()[child.KeyAutoscaler] != nil {
		t.Error("want the autoscaler held")
	}

	if replicas := value.Dig(rsp.GetDesired().GetResources()[child.KeyDeployment].GetResource().GetFields()["spec"], "replicas"); replicas != nil {
		t.Errorf("want the number of replicas left to it, got %v", replicas)
	}
}
