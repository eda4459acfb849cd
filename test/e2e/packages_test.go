package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/webapp-operator/function-webapp/test/e2e/checkout"
	"github.com/webapp-operator/function-webapp/test/e2e/controlplane"
)

// newer is the version to upgrade to.
const newer = checkout.Newer

// What comes with the packages.
var (
	configurations = schema.GroupVersionResource{Group: "pkg.crossplane.io", Version: "v1", Resource: "configurations"}
	functions      = schema.GroupVersionResource{Group: "pkg.crossplane.io", Version: "v1", Resource: "functions"}
	definitions    = schema.GroupVersionResource{Group: "apiextensions.crossplane.io", Version: "v2", Resource: "compositeresourcedefinitions"}
	compositions   = schema.GroupVersionResource{Group: "apiextensions.crossplane.io", Version: "v1", Resource: "compositions"}
	crds           = schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}
	runtimes       = schema.GroupVersionResource{Group: "pkg.crossplane.io", Version: "v1beta1", Resource: "deploymentruntimeconfigs"}
	budgets        = schema.GroupVersionResource{Group: "policy", Version: "v1", Resource: "poddisruptionbudgets"}
)

const (
	definition  = "webapps.example.com"
	composition = "webapps"
)

// healthy is what an installed package says.
const (
	health  = `installed {.status.conditions[?(@.type=="Installed")].status} healthy {.status.conditions[?(@.type=="Healthy")].status}`
	healthy = "installed True healthy True"
)

// everywhere is where cluster-wide objects are.
func (c *cluster) everywhere() *namespace { return &namespace{cluster: c} }

// testInstall installs the Configuration alone. A WebApp that comes before the
// function runs waits for it.
func testInstall(t *testing.T, c *cluster) {
	must(t, c.Push(t.Context(), version))

	all := c.everywhere()
	configuration, err := c.Package("configuration-webapp", version)
	must(t, err)

	t.Log("as the README says")

	t.Setenv("KUBECONFIG", c.Kubeconfig())
	all.execute(t, c.Program("crossplane"), "xpkg", "install", "configuration", configuration, "--wait=5m")
	must(t, c.Installed(t.Context()))
	all.marketplace(t)

	all.expect(t, configurations, controlplane.ConfigurationName, health, healthy)
	all.expect(t, functions, controlplane.FunctionName, health, healthy)
	all.expect(t, definitions, definition, `{.status.conditions[?(@.type=="Established")].status}`, "True")
	all.expect(t, compositions, composition, "{.spec.pipeline[*].functionRef.name}", controlplane.FunctionName)

	n := c.newNamespace(t)
	n.webApp(t, "early", "image: nginx, replicas: 1")
	n.expect(t, webApps, "early", "{.metadata.finalizers} {.spec.crossplane.compositionRef.name} {.status.phase}", `["composite.apiextensions.crossplane.io"] webapps `)

	must(t, c.StartFunction(t.Context(), "function-"+version, c.functionBinary(version), "--debug"))
	c.grant(t)
	n.running(t, "early", 1)
	n.told(t, "early",
		"Created: Creating Deployment early.",
		"Running: 1 of 1 replicas are available. Reach it at http://early."+n.name+".svc")
	n.steady(t, "early")
}

// marketplace checks that what is installed says of itself what its packages do.
func (n *namespace) marketplace(t *testing.T) {
	t.Helper()

	for file, kind := range map[string]string{"package/crossplane.yaml": "functionrevisions", "apis/crossplane.yaml": "configurationrevisions"} {
		content, err := os.ReadFile(filepath.Join(root, file))
		must(t, err)

		want, got := parse(t, string(content)).GetAnnotations(), map[string]string{}
		must(t, json.Unmarshal([]byte(n.do(t, "get", kind, "-o", "jsonpath={.items[0].metadata.annotations}")), &got))

		for annotation := range got {
			if want[annotation] == "" {
				delete(got, annotation)
			}
		}

		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("annotations of %s: -want, +got:\n%s", kind, diff)
		}
	}
}

// testFunctionDown has the function stop for a while: applications go on, WebApps
// can be deleted, and new ones wait.
func testFunctionDown(t *testing.T, n *namespace) {
	n.webApp(t, "kept", "image: nginx, replicas: 2")
	n.webApp(t, "deleted", "image: nginx, replicas: 2")
	n.running(t, "kept", 2)
	n.running(t, "deleted", 2)
	n.steady(t, "kept")

	before := n.podsOf(t, "kept")

	must(t, n.StopFunction(t.Context(), "function-"+version))
	n.delete(t, webApps, "deleted", metav1.DeletePropagationForeground)
	n.gone(t, webApps, "deleted")
	n.nothingLeft(t, "deleted")
	n.webApp(t, "created", "image: nginx, replicas: 1")

	must(t, n.StartFunction(t.Context(), "function-"+version, n.functionBinary(version), "--debug"))
	n.running(t, "created", 1)
	n.running(t, "kept", 2)
	n.steady(t, "kept")

	if diff := cmp.Diff(before, n.podsOf(t, "kept")); diff != "" {
		t.Errorf("want the same pods: -before, +after:\n%s", diff)
	}
}

// testUpgrade upgrades the packages and goes back again, as the README says.
// Nothing that WebApps are made of is touched.
func testUpgrade(t *testing.T, n *namespace) {
	n.webApp(t, "shop", "image: nginx, replicas: 3, env: {COLOR: red}")
	n.running(t, "shop", 3)
	n.steady(t, "shop")

	parts, pods := n.parts(t, "shop"), n.podsOf(t, "shop")

	must(t, n.Push(t.Context(), newer))

	for _, step := range []struct {
		reason   string
		from, to string
		packages []string
	}{
		{"The Function goes first: the Configuration asks for it.", version, newer, []string{"function", "configuration"}},
		{"The way back is the other way round.", newer, version, []string{"configuration", "function"}},
	} {
		t.Log(step.reason)

		for _, p := range step.packages {
			n.setPackage(t, p, step.to)

			if p == "function" {
				must(t, n.StartFunction(t.Context(), "function-"+step.to, n.functionBinary(step.to), "--debug"))
				must(t, n.StopFunction(t.Context(), "function-"+step.from))
			}
		}

		// What Crossplane could not do meanwhile, it does a moment later.
		n.look(t, "shop")
		n.running(t, "shop", 3)
		n.steady(t, "shop")

		if got := n.metric(t, "function-"+step.to, "webapp_build_info{.*version=\""+step.to+"\"}"); got != "1" {
			t.Errorf("want the function of %s to serve, got %q", step.to, got)
		}

		if diff := cmp.Diff(parts, n.parts(t, "shop")); diff != "" {
			t.Errorf("want nothing changed by another version: -before, +after:\n%s", diff)
		}

		if diff := cmp.Diff(pods, n.podsOf(t, "shop")); diff != "" {
			t.Errorf("want the same pods: -before, +after:\n%s", diff)
		}
	}

	n.told(t, "shop",
		"Created: Creating Deployment shop.",
		"Running: 3 of 3 replicas are available. Reach it at http://shop."+n.name+".svc")

	n.webApp(t, "shop", "image: nginx, replicas: 2, env: {COLOR: red}")
	n.running(t, "shop", 2)
}

// TestReleases upgrades from the definition of each release to this one: no pod of
// a WebApp that says nothing new is touched, and what is new can be said. That the
// function makes the same of it is held by fn.TestReleases.
func TestReleases(t *testing.T) {
	t.Parallel()

	released, err := filepath.Glob(filepath.Join(root, "test/schema/published/v*.yaml"))
	must(t, err)

	if len(released) == 0 {
		t.Fatal("there is no release to upgrade from")
	}

	for _, file := range released {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			definition, err := filepath.Abs(file)
			must(t, err)

			c := newCluster(t, false)

			const older = "v0.0.9"

			must(t, c.Push(t.Context(), older, "DEFINITION="+definition))
			must(t, c.Install(t.Context(), older))
			must(t, c.StartFunction(t.Context(), "function-"+older, c.functionBinary(older), "--debug"))

			n := c.namespace(t, "released")
			n.webApp(t, "shop", "image: nginx, replicas: 2, port: 9090, env: {COLOR: red}")
			n.webApp(t, "least", "image: nginx, replicas: 1")
			n.running(t, "shop", 2)
			n.running(t, "least", 1)
			n.steady(t, "shop")
			n.steady(t, "least")

			before := []any{n.parts(t, "shop"), n.podsOf(t, "shop"), n.parts(t, "least"), n.podsOf(t, "least")}

			must(t, c.Push(t.Context(), version))
			n.setPackage(t, "function", version)
			must(t, c.StartFunction(t.Context(), "function-"+version, c.functionBinary(version), "--debug"))
			must(t, c.StopFunction(t.Context(), "function-"+older))
			n.setPackage(t, "configuration", version)

			for _, name := range []string{"shop", "least"} {
				n.look(t, name)
				n.steady(t, name)
			}

			if diff := cmp.Diff(before, []any{n.parts(t, "shop"), n.podsOf(t, "shop"), n.parts(t, "least"), n.podsOf(t, "least")}); diff != "" {
				t.Errorf("want everything as it was before the upgrade: -before, +after:\n%s", diff)
			}

			n.eventually(t, func() error {
				_, err := n.try(t, "patch", "wa", "shop", "--type=merge", "--patch", `{"spec": {"imagePullPolicy": "Always"}}`)
				return err
			})
			n.expect(t, deployments, "shop", "{.spec.template.spec.containers[0].imagePullPolicy}", "Always")
			n.running(t, "shop", 2)
		})
	}
}

// setPackage installs another version of a package that is installed, and waits
// until it has taken over.
func (n *namespace) setPackage(t *testing.T, name, version string) {
	t.Helper()

	kind := map[string]schema.GroupVersionResource{"configuration": configurations, "function": functions}[name]
	installed := checkout.Organization + "-" + name + "-webapp"

	image, err := n.Package(name+"-webapp", version)
	must(t, err)

	all := n.everywhere()
	all.patch(t, kind, installed, fmt.Sprintf("{spec: {package: %q}}", image))
	all.expect(t, kind, installed, "{.status.currentIdentifier} "+health, image+" "+healthy)
}

// metric returns a metric of a replica of the function.
func (c *cluster) metric(t *testing.T, function, metric string) string {
	t.Helper()

	body, err := fetch(t, "http://"+c.FunctionHTTP(function)+"/metrics")
	must(t, err)

	if found := regexp.MustCompile(`(?m)^` + metric + ` (\S+)$`).FindSubmatch(body); found != nil {
		return string(found[1])
	}

	return ""
}

// testUninstall removes the packages while there is a WebApp left, which is what
// the README warns of.
func testUninstall(t *testing.T, n *namespace) {
	n.webApp(t, "left", "image: nginx, replicas: 2")
	n.running(t, "left", 2)
	n.steady(t, "left")

	before := n.podsOf(t, "left")
	all := n.everywhere()

	t.Log("every WebApp but one is deleted")
	all.do(t, "delete", "webapps", "--all-namespaces", "--field-selector=metadata.name!=left", "--timeout=120s")

	t.Log("the Configuration takes the Composition with it. The definition waits for the last WebApp, which is no longer kept")
	all.do(t, "delete", "configuration", controlplane.ConfigurationName, "--timeout=120s")
	all.gone(t, compositions, composition)
	all.expect(t, definitions, definition, "{.metadata.finalizers}", `["defined.apiextensions.crossplane.io"]`)
	n.patch(t, services, "left", "{spec: {sessionAffinity: ClientIP, ports: [{name: http, port: 80, targetPort: 1234}]}}")
	n.patch(t, webApps, "left", "{spec: {replicas: 3}}")
	n.expect(t, webApps, "left", `{.metadata.deletionTimestamp}{.status.conditions[?(@.type=="Synced")].status} of generation {.status.conditions[?(@.type=="Synced")].observedGeneration}`,
		"False of generation "+read(t, n.get(t, webApps, "left"), "{.metadata.generation}"))
	n.expect(t, services, "left", "{.spec.ports[0].targetPort}", "1234")
	n.expect(t, deployments, "left", "{.spec.replicas}", "2")

	t.Log("the Function stays, until it is deleted")
	all.expect(t, functions, controlplane.FunctionName, health, healthy)
	all.do(t, "delete", "function", controlplane.FunctionName, "--timeout=120s")
	must(t, n.StopFunction(t.Context(), "function-"+version))

	t.Log("the application goes on, and its WebApp can be deleted")

	if diff := cmp.Diff(before, n.podsOf(t, "left")); diff != "" {
		t.Errorf("want the same pods: -before, +after:\n%s", diff)
	}

	n.delete(t, webApps, "left", metav1.DeletePropagationBackground)
	n.gone(t, webApps, "left")
	n.nothingLeft(t, "left")
	all.gone(t, definitions, definition)
	all.gone(t, crds, definition)
}

// testProduction installs install/ where nothing is installed, runs its three
// replicas as the cluster's nodes would, and removes it in the order of the
// README.
func testProduction(t *testing.T, n *namespace) {
	all := n.everywhere()
	all.do(t, "apply", "-k", n.overlay(t, "install", version, "Configuration", "Function"))
	all.expect(t, configurations, controlplane.ConfigurationName, health, healthy)
	all.expect(t, functions, controlplane.FunctionName, health+" {.spec.runtimeConfigRef.name}", healthy+" "+controlplane.FunctionName)
	all.expect(t, definitions, definition, `{.status.conditions[?(@.type=="Established")].status}`, "True")

	t.Log("three replicas, as they are described")

	system := &namespace{cluster: n.cluster, name: "crossplane-system"}
	// Crossplane labels the pods of a function, not their Deployment.
	deployment := system.do(t, "get", "deployments", "-o", `jsonpath={.items[?(@.spec.selector.matchLabels.pkg\.crossplane\.io/function=="`+controlplane.FunctionName+`")].metadata.name}`)
	system.expect(t, deployments, deployment, "{.spec.replicas} {.status.availableReplicas}", "3 3")
	system.expect(t, budgets, controlplane.FunctionName, "{.status.expectedPods} {.status.disruptionsAllowed}", "3 1")

	want, _, _ := unstructured.NestedMap(all.get(t, runtimes, controlplane.FunctionName).Object, "spec", "deploymentTemplate", "spec")
	got, _, _ := unstructured.NestedMap(system.get(t, deployments, deployment).Object, "spec")

	for _, missing := range missing("spec", want, got) {
		t.Errorf("what runtime.yaml says is not in the function's Deployment: %s", missing)
	}

	t.Log("calls reach all of them")

	replicas := []string{"function-a", "function-b", "function-c"}
	for _, name := range replicas {
		// A function's Service has no address of its own, so that Crossplane calls
		// its pods in turn. Here it has one connection, and must connect again.
		must(t, n.StartFunction(t.Context(), name, n.functionBinary(version), "--debug", "--max-connection-age=1s"))
	}

	waiting := slices.Clone(replicas)

	for i := 0; len(waiting) > 0; i++ {
		if i == 40 {
			t.Fatalf("no calls reach %v", waiting)
		}

		name := fmt.Sprintf("shop-%d", i)
		n.webApp(t, name, "image: nginx, replicas: 1")
		n.running(t, name, 1)

		waiting = slices.DeleteFunc(waiting, func(replica string) bool {
			return n.metric(t, replica, `webapp_reconcile_total{result="success"}`) != "0"
		})

		// So long its connection is to one of them, whichever it is.
		time.Sleep(time.Second)
	}

	n.steady(t, "shop-0")
	n.protect(t)

	t.Log("and everything goes, in the order of the README")
	all.do(t, "delete", "webapps", "--all", "--all-namespaces", "--timeout=120s")
	all.do(t, "delete", "configuration", controlplane.ConfigurationName, "--timeout=120s")
	all.do(t, "delete", "function", controlplane.FunctionName, "--timeout=120s")
	n.nothingLeft(t, "shop-0")
	all.gone(t, definitions, definition)
	all.gone(t, crds, definition)
	system.gone(t, deployments, deployment)
}

// overlay returns a folder that is one of install/ with packages of the registry, in a
// version, for some kinds.
func (c *cluster) overlay(t *testing.T, folder, version string, kinds ...string) string {
	t.Helper()

	// Next to the control plane: Kustomize wants relative paths.
	dir := filepath.Join(c.Dir, "overlay", folder)
	must(t, os.MkdirAll(dir, 0o700))

	base, err := filepath.Rel(dir, filepath.Join(c.Repository, folder))
	must(t, err)

	manifest := &strings.Builder{}
	fmt.Fprintf(manifest, "resources: [%s]\nsortOptions: {order: fifo}\npatches:\n", base)

	for _, kind := range kinds {
		image, err := c.Package(strings.ToLower(kind)+"-webapp", version)
		must(t, err)

		fmt.Fprintf(manifest, "- target: {kind: %s}\n  patch: '[{\"op\": \"replace\", \"path\": \"/spec/package\", \"value\": %q}]'\n", kind, image)
	}

	must(t, os.WriteFile(filepath.Join(dir, "kustomization.yaml"), []byte(manifest.String()), 0o600))

	return dir
}

// missing returns what of one value another is without, by path. Lists are
// compared entry by entry, by name where they have one.
func missing(path string, want, got any) []string {
	switch want := want.(type) {
	case map[string]any:
		fields, _ := got.(map[string]any)
		out := []string{}

		for name, value := range want {
			out = append(out, missing(path+"."+name, value, fields[name])...)
		}

		return out
	case []any:
		entries, _ := got.([]any)
		out := []string{}

		for i, value := range want {
			entry := any(nil)

			for j, other := range entries {
				if name := named(value); name == named(other) && (name != nil || i == j) {
					entry = other
				}
			}

			out = append(out, missing(fmt.Sprintf("%s[%d]", path, i), value, entry)...)
		}

		return out
	default:
		if diff := cmp.Diff(want, got); diff != "" {
			return []string{path + ": -described, +running: " + diff}
		}

		return nil
	}
}

func named(entry any) any {
	fields, _ := entry.(map[string]any)
	return fields["name"]
}
