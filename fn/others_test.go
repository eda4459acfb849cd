package fn

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	"github.com/crossplane/function-sdk-go/resource"

	"github.com/webapp-operator/function-webapp/fn/child"
	"github.com/webapp-operator/function-webapp/fn/platform"
	"github.com/webapp-operator/function-webapp/fn/value"
)

// withOwned is an object of which others own something, too.
func withOwned(key, content, owned string) func(*fnv1.RunFunctionRequest) {
	return withObserved(key, `{"metadata": {"managedFields": [
		{"manager": "apiextensions.crossplane.io/composed/0a1b", "fieldsV1": {"f:spec": {}, "f:data": {}}}, {"manager": "kubectl-edit", "fieldsV1": `+owned+`}]}, `+content+`}`)
}

// budgetsAndMetrics is the input of a platform team that has switched both on.
const budgetsAndMetrics = `{"apiVersion": "webapp.fn.example.com/v1beta1", "kind": "Input", "features": ["podDisruptionBudget", "metrics"]}`

// TestOthers holds that what others have set of a child and is in its way is cleared, and
// that the status says what cannot be, who has set it and what to do.
func TestOthers(t *testing.T) {
	const (
		port    = `Service shop has a port too many: ports[81/TCP] (set by kubectl-edit). Take it out with: kubectl -n acme edit service shop`
		address = `Service shop has no address, so that its port leads nowhere: clusterIP None (set by kubectl-edit). Delete it, and it is made again: kubectl -n acme delete service shop --wait=false`
		data    = `ConfigMap shop-config cannot be changed: immutable (set by kubectl-edit). Delete it, and it is made again: kubectl -n acme delete configmap shop-config --wait=false`
		monitor = `ServiceMonitor shop looks in other namespaces than its own: namespaceSelector.matchNames (set by kubectl-edit). Take it out with: kubectl -n acme edit servicemonitor shop`
	)

	renumbered := withOwned(child.KeyService, `"spec": {"ports": [{"name": "http", "port": 81, "protocol": "TCP", "targetPort": "http"}]}`,
		`{"f:spec": {"f:ports": {"k:{\"port\":81,\"protocol\":\"TCP\"}": {".": {}, "f:name": {}, "f:port": {}, "f:protocol": {}}}}}`)
	immutable := withOwned(child.KeyConfigMap, `"immutable": true`, `{"f:immutable": {}}`)
	running := withObserved(child.KeyDeployment, complete)

	cases := map[string]struct {
		reason string
		args   []func(*fnv1.RunFunctionRequest)

		// key is a child, and spec what is desired of it.
		key, spec string
		message   string
	}{
		"Budget": {
			reason:  "The other half of a budget is cleared, which needs no words.",
			args:    []func(*fnv1.RunFunctionRequest){running, withOwned(child.KeyBudget, `"spec": {"minAvailable": 2}`, `{"f:spec": {"f:minAvailable": {}}}`)},
			key:     child.KeyBudget,
			spec:    `{"maxUnavailable": 1, "minAvailable": null, "selector": {"matchLabels": {"app": "shop", "managed-by": "webapp-operator"}}, "unhealthyPodEvictionPolicy": "AlwaysAllow"}`,
			message: "2 of 2 replicas are available.",
		},
		"Port": {
			reason: "A port that has taken the place of ours gets another name.",
			args:   []func(*fnv1.RunFunctionRequest){running, renumbered},
			key:    child.KeyService,
			spec: `{"type": "ClusterIP", "selector": {"app": "shop", "managed-by": "webapp-operator"},
				"ports": [{"name": "http", "port": 80, "protocol": "TCP", "targetPort": "http"}, {"name": "http-81", "port": 81, "protocol": "TCP"}]}`,
			message: "2 of 2 replicas are available. " + port,
		},
		"Address": {
			reason:  "A Service without an address has to be made again.",
			args:    []func(*fnv1.RunFunctionRequest){running, withOwned(child.KeyService, `"spec": {"clusterIP": "None"}`, `{"f:spec": {"f:clusterIP": {}}}`)},
			message: "2 of 2 replicas are available. " + address,
		},
		"Immutable": {
			reason:  "Whatever the rollout says, it is told.",
			args:    []func(*fnv1.RunFunctionRequest){immutable},
			message: "The Deployment is being created. " + data,
		},
		"Several": {
			reason:  "All of it is.",
			args:    []func(*fnv1.RunFunctionRequest){running, renumbered, immutable, withOwned(child.KeyMonitor, `"spec": {"namespaceSelector": {"matchNames": ["other"]}}`, `{"f:spec": {"f:namespaceSelector": {"f:matchNames": {}}}}`)},
			message: "2 of 2 replicas are available. " + port + ". " + data + ". " + monitor,
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			webApp := strings.Replace(shop, `"replicas": 2`, `"replicas": 2, "metrics": {}`, 1)
			rsp := run(t, request(webApp, append(tc.args, withInput(budgetsAndMetrics), withRequired(platform.GrantsRequirement, everythingGranted), withKinds)...))

			if got := value.Text(rsp.GetDesired().GetComposite().GetResource().GetFields()["status"], "message"); got != tc.message {
				t.Errorf("%s\nmessage: want %q, got %q", tc.reason, tc.message, got)
			}

			if tc.key == "" {
				return
			}

			if diff := cmp.Diff(resource.MustStructJSON(tc.spec).AsMap(), rsp.GetDesired().GetResources()[tc.key].GetResource().GetFields()["spec"].AsInterface()); diff != "" {
				t.Errorf("%s\nspec of the %s: -want, +got:\n%s", tc.reason, tc.key, diff)
			}
		})
	}
}

// TestNobodyElse holds that children of which others own nothing that counts are answered
// with as new ones are.
func TestNobodyElse(t *testing.T) {
	for _, req := range everything() {
		before := run(t, req)

		for _, c := range child.All[1:] {
			withOwned(c.Key, `"spec": {"minAvailable": 1, "maxUnavailable": 1, "minReplicas": 9, "hostnames": ["a"], "ports": [{"name": "http", "port": 81, "protocol": "TCP"}]}`,
				`{"f:metadata": {"f:annotations": {"f:note": {}}}, "f:status": {}}`)(req)
		}

		after := run(t, req)
		for _, c := range child.All[1:] {
			if diff := cmp.Diff(before.GetDesired().GetResources()[c.Key].GetResource(), after.GetDesired().GetResources()[c.Key].GetResource(), protocmp.Transform()); diff != "" {
				t.Errorf("%s: -new, +there:\n%s", c.Key, diff)
			}
		}
	}
}
