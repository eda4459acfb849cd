package platform

import (
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	"github.com/crossplane/function-sdk-go/resource"

	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// TestDefaultsOver holds that a part of the defaults leaves alone what it does not
// find: the Composition's are below those of the namespace.
func TestDefaultsOver(t *testing.T) {
	const everythingSet = `{"topologySpread": {"whenUnsatisfiable": "ScheduleAnyway"}, "securityContext": {"fsGroup": 1, "readOnlyRootFilesystem": true},
		"restartOnChange": true, "podLabels": {"a": "b"}, "podAnnotations": {"a": "b"}, "deploymentAnnotations": {"a": "b"}, "nodeSelector": {"a": "b"}, "affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"labelSelector": {"matchLabels": {"noisy": "yes"}}, "topologyKey": "kubernetes.io/hostname", "namespaceSelector": {}}]}}, "tolerations": [{"key": "a"}], "priorityClassName": "high",
		"ingress": {"ingressClassName": "nginx", "host": "{name}.acme.com", "annotations": {"a": "b"}, "tls": {"secretName": "{name}-tls"}}, "networkPolicy": {"ingress": []}, "httpRoute": {"hostname": "{name}.acme.com", "parentRefs": [{"name": "internal"}]}, "service": {"type": "NodePort"}, "lifecycle": {"preStop": {"sleep": {"seconds": 10}}},
		"resources": {"requests": {"cpu": "0.5", "memory": "128Mi"}, "limits": {"cpu": 1, "memory": "1024Mi", "example.com/gpu": 2}}}`

	set, errs := ReadInput(resource.MustStructJSON(`{"apiVersion": "webapp.fn.example.com/v1beta1", "kind": "Input", "features": ["networkPolicy"], "defaults": ` + everythingSet + `}`))
	if len(errs) > 0 {
		t.Fatal(errs)
	}

	over := set.Settings.Defaults
	nothing, wrong := value.Read(nil)
	readParts(nothing, defaultParts, &over)

	if diff := cmp.Diff(set.Settings.Defaults, over, protocmp.Transform()); diff != "" || len(*wrong) > 0 {
		t.Errorf("nothing over defaults: -want, +got (%v):\n%s", *wrong, diff)
	}

	for _, p := range defaultParts {
		if resource.MustStructJSON(everythingSet).GetFields()[p.name] == nil {
			t.Errorf("everythingSet has no %s", p.name)
		}
	}
}

// TestLayers holds that what is remembered is bounded.
func TestLayers(t *testing.T) {
	n := &Namespaces{}
	app, input := &webapp.App{Composite: webapp.WebApp, Namespace: "acme"}, &Input{Settings: webapp.Settings{Traced: true}}

	for i := range maxLayers + 10 {
		defaults := resource.MustStructJSON(`{"data": {"defaults.yaml": "# ` + strconv.Itoa(i) + `"}}`)
		required := map[string]*fnv1.Resources{NamespaceRequirement: {Items: []*fnv1.Resource{{Resource: defaults}}}}

		if _, _, err := n.Settings(app, input, required); err != nil {
			t.Fatal(err)
		}
	}

	if got := len(n.layers); got != 10 {
		t.Errorf("want 10 after %d, got %d", maxLayers+10, got)
	}
}
