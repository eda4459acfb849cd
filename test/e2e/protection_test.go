package e2e

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/webapp-operator/function-webapp/test/e2e/controlplane"
)

var clusterUsages = schema.GroupVersionResource{Group: "protection.crossplane.io", Version: "v1beta1", Resource: "clusterusages"}

// protect protects what is installed, tries to delete it, and lifts the protection.
func (n *namespace) protect(t *testing.T) {
	t.Helper()

	all := n.everywhere()
	protected := []struct {
		kind schema.GroupVersionResource
		name string
		by   string
	}{
		{definitions, definition, "webapp-operator-definition"},
		{crds, definition, "webapp-operator-kind"},
		{configurations, controlplane.ConfigurationName, controlplane.ConfigurationName},
		{functions, controlplane.FunctionName, controlplane.FunctionName},
	}

	t.Log("what WebApps need is not deleted by accident")
	all.do(t, "apply", "-k", filepath.Join(root, "install/protection"))

	for _, p := range protected {
		all.expect(t, clusterUsages, p.by, `{.status.conditions[?(@.type=="Ready")].status}`, "True")
	}

	refused := func() {
		for _, p := range protected {
			all.expect(t, p.kind, p.name, `{.metadata.labels.crossplane\.io/in-use}`, "true")

			want := fmt.Sprintf("This resource is in-use by 1 usage(s), including the *v1beta1.ClusterUsage %q with reason: \"WebApps need it. To remove it, delete all WebApps first, then: kubectl delete -k install/protection\".", p.by)
			if out, err := all.try(t, "delete", p.kind.GroupResource().String(), p.name, "--timeout=20s"); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("kubectl delete %s %s: want it refused with %s, got %s %v", p.kind.Resource, p.name, want, out, err)
			}

			if object := all.get(t, p.kind, p.name); object == nil || object.GetDeletionTimestamp() != nil {
				t.Fatalf("want %s %s to stay", p.kind.Resource, p.name)
			}
		}
	}
	refused()

	t.Log("not even right after Crossplane has written it anew")
	all.patch(t, configurations, controlplane.ConfigurationName, "{spec: {commonLabels: {written: anew}}}")
	all.expect(t, definitions, definition, "{.metadata.labels.written}", "anew")
	all.expect(t, crds, definition, "{.metadata.labels.written}", "anew")
	refused()
	n.steady(t, "shop-0")

	t.Log("until that is lifted")
	all.do(t, "delete", "-k", filepath.Join(root, "install/protection"), "--timeout=120s")
}
