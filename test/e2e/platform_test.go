package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

var (
	shops   = schema.GroupVersionResource{Group: "platform.acme.io", Version: "v1", Resource: "shops"}
	secrets = schema.GroupVersionResource{Version: "v1", Resource: "secrets"}
)

// shopStands is what a Shop says.
const shopStands = `{.status.phase} {.status.replicas} {.status.url}: {.status.message} {.status.conditions[?(@.type=="Ready")].status}`

// testPlatform has a WebApp be a part of something larger: composed by a function of a
// platform team, and as a step of that one's own pipeline.
func testPlatform(t *testing.T, n *namespace) {
	n.installPlatform(t)

	for composition, composed := range map[string]bool{"shops.platform.acme.io": true, "shops-pipeline": false} {
		name := map[bool]string{true: "books", false: "music"}[composed]

		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n.tryShop(t, name, composition, composed)
		})
	}
}

// tryShop takes a Shop through its life. Its WebApp is composed, or a step of its pipeline.
func (n *namespace) tryShop(t *testing.T, name, composition string, composed bool) {
	shop := func(spec string) {
		n.apply(t, fmt.Sprintf("{apiVersion: platform.acme.io/v1, kind: Shop, metadata: {name: %s}, spec: {%s, crossplane: {compositionRef: {name: %s}}}}", name, spec, composition))
	}
	runs := func(replicas int) {
		n.expect(t, shops, name, shopStands, fmt.Sprintf("Running %[1]d http://%[2]s.%[3]s.svc: %[1]d of %[1]d replicas are available. True", replicas, name, n.name))
	}

	t.Log("it runs with what it needs, and has the name of the Shop")
	shop("image: 'nginx:1', greeting: Hello")
	runs(1)
	n.expect(t, configMaps, name+"-settings", "{.data.GREETING}", "Hello")
	n.expect(t, deployments, name, "{.spec.template.spec.containers[0].envFrom[0].configMapRef.name} {.spec.template.spec.containers[0].env[0].valueFrom.secretKeyRef.name}", name+"-settings "+name+"-database")
	n.expect(t, services, name, "{.spec.selector.app}", name)

	if (n.get(t, webApps, name) != nil) != composed {
		t.Errorf("want a WebApp between: %t", composed)
	}

	if composed {
		t.Log("a Shop that does not say how many leaves that to who scales its WebApp")
		n.do(t, "scale", "wa", name, "--replicas=3")
		runs(3)
		shop("image: 'nginx:2', greeting: Hello")
		n.expect(t, deployments, name, "{.spec.template.spec.containers[0].image}", "nginx:2")
		runs(3)
	}

	t.Log("one that says so is scaled as a Shop")
	shop("image: 'nginx:2', greeting: Hello, replicas: 1")
	runs(1)
	n.do(t, "scale", "shops.platform.acme.io", name, "--replicas=2")
	runs(2)

	t.Log("what is refused is visible on the Shop, in words, and nothing stops")

	before := n.podsOf(t, name)

	shop("image: 'https://nginx', greeting: Hello, replicas: 2")

	what := "context[acme.io/webapp].image"
	if composed {
		what = "spec.image"
	}

	n.expect(t, shops, name, `{.status.conditions[?(@.type=="Synced")].status}`, "False")
	n.eventually(t, func() error {
		told := n.do(t, "get", "events", "--field-selector", "involvedObject.kind=Shop,involvedObject.name="+name, "-o", "jsonpath={.items[*].message}")
		if !strings.Contains(told, what+`: Invalid value: "https://nginx"`) {
			return fmt.Errorf("want an event of the Shop to say that %s is wrong, got %q", what, told)
		}

		return nil
	})

	if diff := cmp.Diff(before, n.podsOf(t, name)); diff != "" {
		t.Errorf("want what runs to go on: -before, +after:\n%s", diff)
	}

	shop("image: 'nginx:2', greeting: Hello, replicas: 2")
	runs(2)

	if composed {
		n.refusedByPolicy(t, name, shop, runs)
	}

	t.Log("what is deleted leaves nothing")
	n.delete(t, shops, name, metav1.DeletePropagationForeground)
	n.gone(t, shops, name)

	for kind, names := range map[schema.GroupVersionResource][]string{webApps: {name}, deployments: {name}, services: {name}, configMaps: {name + "-config", name + "-settings"}, secrets: {name + "-database"}} {
		for _, object := range names {
			if n.get(t, kind, object) != nil {
				t.Errorf("want no %s %s when the Shop is gone", kind.Resource, object)
			}
		}
	}
}

// refusedByPolicy has a WebApp accepted by the API server and refused by the function: it
// keeps the Ready that it had, and the Shop must not.
func (n *namespace) refusedByPolicy(t *testing.T, name string, shop func(string), runs func(int)) {
	t.Helper()

	n.composition(t, "policy: {maxReplicas: 2}")
	n.patch(t, webApps, name, "{spec: {crossplane: {compositionRef: {name: "+n.name+"}, compositionRevisionRef: null}}}")
	n.expect(t, webApps, name, acceptance, "True Accepted")
	shop("image: 'nginx:2', greeting: Hello, replicas: 3")
	n.expect(t, webApps, name, acceptance, "False PolicyViolation")
	n.expect(t, shops, name, `{.status.message} {.status.conditions[?(@.type=="Ready")].status}`,
		"the platform team does not allow the WebApp: spec.replicas: Forbidden: policy.maxReplicas of the platform team allows at most 2 False")
	shop("image: 'nginx:2', greeting: Hello, replicas: 2")
	runs(2)
}

// installPlatform installs the Shop's definition, its Compositions and its function.
func (n *namespace) installPlatform(t *testing.T) {
	t.Helper()

	binary := filepath.Join(t.TempDir(), "shop")
	n.execute(t, "go", "-C", filepath.Join(root, "test/shop"), "build", "-o", binary, ".")

	must(t, n.InstallFunction(t.Context(), "function-shop", filepath.Join(root, "test/shop/package"), binary, func(address, certificates string) []string {
		return []string{"--address=" + address, "--tls-certs-dir=" + certificates}
	}))

	all := n.everywhere()

	for _, file := range []string{"definition.yaml", "composition-go.yaml", "composition-pipeline.yaml"} {
		manifest, err := os.ReadFile(filepath.Join(root, "examples/platform", file))
		must(t, err)
		all.apply(t, string(manifest))
	}

	all.expect(t, definitions, "shops.platform.acme.io", `{.status.conditions[?(@.type=="Established")].status}`, "True")
}
