package e2e

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/webapp-operator/function-webapp/test/e2e/controlplane"
)

// ownServices is a kind of a platform team, which has the name of one of Kubernetes.
var ownServices = schema.GroupVersionResource{Group: "platform.acme.io", Version: "v1alpha1", Resource: "services"}

// ownStands is what a Service of the platform team says.
const ownStands = `{.status.app.phase} {.status.app.reason} {.status.app.availableReplicas}: {.status.app.message} {.status.conditions[?(@.type=="Ready")].status}`

// testOwnKind takes a kind that make api wrote through its life, beside WebApps.
func testOwnKind(t *testing.T, n *namespace) {
	folder := n.installOwnKind(t)

	t.Log("it is created as its README says, runs, and can be scaled")
	n.do(t, "apply", "-f", filepath.Join(folder, "install/people.yaml"))
	n.service(t, "shop", "image: 'nginx:1', replicas: 2, env: {COLOR: red}")
	n.serves(t, "shop", 2)
	n.expect(t, deployments, "shop", "{.metadata.ownerReferences[0].apiVersion} {.metadata.ownerReferences[0].kind} {.spec.template.spec.containers[0].image}", "platform.acme.io/v1alpha1 Service nginx:1")
	n.expect(t, services, "shop", "{.spec.selector.app}", "shop")
	n.do(t, "scale", "services.platform.acme.io", "shop", "--replicas=3")
	n.serves(t, "shop", 3)

	t.Log("a change replaces the pods")
	n.service(t, "shop", "image: 'nginx:2', replicas: 1, env: {COLOR: red}")
	n.serves(t, "shop", 1)
	n.expect(t, deployments, "shop", "{.spec.template.spec.containers[0].image}", "nginx:2")

	t.Log("what is refused is refused in its own words: at admission, and by the function")

	for fields, want := range map[string]string{
		`{"app": {"replicas": 20}}`:           "spec.app.replicas: Invalid value: 20",
		`{"app": {"image": "https://nginx"}}`: `spec.app.image: Invalid value: "https://nginx": must be an image reference`,
		`{"app": null}`:                       "spec.app: Required value",
	} {
		if _, err := n.try(t, "patch", "services.platform.acme.io", "shop", "--type=merge", "--patch", `{"spec": `+fields+`}`); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("kubectl patch %s: want an error with %q, got %v", fields, want, err)
		}
	}

	before := n.podsOf(t, "shop")
	large := strings.Repeat("x", 120_000)
	n.service(t, "shop", fmt.Sprintf("image: 'nginx:3', replicas: 1, env: {A: %[1]s, B: %[1]s, C: %[1]s, D: %[1]s, E: %[1]s, F: %[1]s, G: %[1]s, H: %[1]s, I: %[1]s}", large))
	n.expect(t, ownServices, "shop", `{.status.conditions[?(@.type=="Accepted")].reason} {.status.conditions[?(@.type=="Synced")].status}`, "InvalidSpec False")

	if message := read(t, n.get(t, ownServices, "shop"), `{.status.conditions[?(@.type=="Accepted")].message}`); !strings.HasPrefix(message, "the Service is wrong: spec.app.env: ") {
		t.Errorf("want the message to name spec.app.env of the Service, got %q", message)
	}

	if diff := cmp.Diff(before, n.podsOf(t, "shop")); diff != "" {
		t.Errorf("want what runs to go on: -before, +after:\n%s", diff)
	}

	n.service(t, "shop", "image: 'nginx:2', replicas: 1, env: {COLOR: red}")
	n.serves(t, "shop", 1)

	t.Log("a WebApp of the same name is in the way of nothing, and nothing is taken from it")
	n.webApp(t, "shop", "image: nginx, replicas: 1")
	n.expect(t, webApps, "shop", "{.status.phase} {.status.reason}: {.status.message}",
		"Failed NameConflict: There already is Deployment shop (it belongs to Service shop), Service shop (it belongs to Service shop), ConfigMap shop-config (it belongs to Service shop). It is left alone, and nothing new is created until the name is free: delete it, rename it, or give the WebApp another name.")
	n.serves(t, "shop", 1)
	n.webApp(t, "mine", "image: nginx, replicas: 1, env: {COLOR: red}")
	n.running(t, "mine", 1)
	n.service(t, "mine", "image: nginx, replicas: 1, env: {COLOR: red}")
	n.expect(t, ownServices, "mine", "{.status.app.phase} {.status.app.reason}", "Failed NameConflict")

	if message := read(t, n.get(t, ownServices, "mine"), "{.status.app.message}"); !strings.Contains(message, "Deployment mine (it belongs to WebApp mine)") || !strings.HasSuffix(message, "or give the Service another name.") {
		t.Errorf("want the Service to say to whom the name belongs, got %q", message)
	}

	n.running(t, "mine", 1)

	t.Log("a WebApp becomes one, with the same pods")
	n.adopt(t, "mine")

	t.Log("what both said is still the first one's, and told when the second does not say it any more")
	n.service(t, "mine", "image: nginx, replicas: 1")
	n.eventually(t, func() error {
		if message := read(t, n.get(t, ownServices, "mine"), "{.status.app.message}"); !strings.Contains(message, "env[COLOR] (set by another composite)") {
			return fmt.Errorf("want the message to name the variable, got %q", message)
		}

		return nil
	})

	t.Log("what is deleted leaves nothing, and the name is free")
	n.delete(t, ownServices, "mine", metav1.DeletePropagationForeground)
	n.gone(t, ownServices, "mine")
	n.nothingLeft(t, "mine")
	n.delete(t, ownServices, "shop", metav1.DeletePropagationForeground)
	n.gone(t, ownServices, "shop")
	n.running(t, "shop", 1)

	t.Log("the kind goes with its package, and WebApps stay")

	all := n.everywhere()
	all.do(t, "delete", "configuration", "configuration-services", "--timeout=120s")
	all.gone(t, definitions, "services.platform.acme.io")
	n.running(t, "shop", 1)
}

// adopt gives what a WebApp has made to a Service of the same name, which waits for it, as
// docs/platform.md says: the pods go on.
func (n *namespace) adopt(t *testing.T, name string) {
	t.Helper()

	before := n.podsOf(t, name)

	n.do(t, "annotate", "webapp", name, "crossplane.io/paused=true")
	n.expect(t, webApps, name, `{.status.conditions[?(@.type=="Synced")].reason}`, "ReconcilePaused")
	n.do(t, "delete", "webapp", name, "--cascade=orphan", "--wait=false")
	n.expect(t, webApps, name, "{.metadata.finalizers}", `["composite.apiextensions.crossplane.io"]`)
	n.do(t, "annotate", "webapp", name, "crossplane.io/paused-")
	n.gone(t, webApps, name)

	n.do(t, "annotate", "deployment/"+name, "service/"+name, "configmap/"+name+"-config", "example.com/adopt="+name)
	n.serves(t, name, 1)

	if diff := cmp.Diff(before, n.podsOf(t, name)); diff != "" {
		t.Errorf("want the same pods: -before, +after:\n%s", diff)
	}
}

// installOwnKind writes, builds, pushes and installs a kind as its README says, and
// returns the folder.
func (n *namespace) installOwnKind(t *testing.T) string {
	t.Helper()

	function, err := n.Package("function-webapp", version)
	must(t, err)

	folder := filepath.Join(t.TempDir(), "services")
	n.execute(t, "go", "-C", root, "run", "./apis/new", "--group=platform.acme.io", "--kind=Service", "--plural=services", "--spec=spec.app",
		"--function="+strings.TrimSuffix(function, ":"+version), "--function-version=>="+version, "--out="+folder)

	built, err := n.Package("configuration-services", "v0.1.0")
	must(t, err)

	crossplane, file := n.Program("crossplane"), filepath.Join(folder, "configuration.xpkg")
	n.execute(t, crossplane, "xpkg", "build", "--package-root="+filepath.Join(folder, "apis"), "--examples-root="+filepath.Join(folder, "examples"), "--package-file="+file)
	n.execute(t, crossplane, "xpkg", "push", "--package-files="+file, built)

	all := n.everywhere()
	all.apply(t, fmt.Sprintf("{apiVersion: pkg.crossplane.io/v1, kind: Configuration, metadata: {name: configuration-services}, spec: {package: %q}}", built))
	all.expect(t, configurations, "configuration-services", health, healthy)
	all.expect(t, functions, controlplane.FunctionName, health, healthy)
	all.expect(t, definitions, "services.platform.acme.io", `{.status.conditions[?(@.type=="Established")].status}`, "True")

	return folder
}

// execute runs a program, which must succeed.
func (n *namespace) execute(t *testing.T, program string, args ...string) {
	t.Helper()

	if out, err := exec.CommandContext(t.Context(), program, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", program, strings.Join(args, " "), err, out)
	}
}

// service applies a Service of the platform team.
func (n *namespace) service(t *testing.T, name, app string) {
	t.Helper()
	n.apply(t, fmt.Sprintf("{apiVersion: platform.acme.io/v1alpha1, kind: Service, metadata: {name: %s}, spec: {app: {%s}}}", name, app))
}

// serves waits until a Service of the platform team runs with so many replicas.
func (n *namespace) serves(t *testing.T, name string, replicas int) {
	t.Helper()
	n.expect(t, ownServices, name, ownStands, fmt.Sprintf("Running Available %[1]d: %[1]d of %[1]d replicas are available. True", replicas))
}
