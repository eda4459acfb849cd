package e2e

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/util/jsonpath"

	"github.com/webapp-operator/function-webapp/test/e2e/controlplane"
)

const (
	root = "../.."

	// patience is how long anything may take: the machine may be busy.
	patience = 2 * time.Minute

	version = "v0.1.0"
)

// Kinds that tests read.
var (
	webApps     = schema.GroupVersionResource{Group: "example.com", Version: "v1", Resource: "webapps"}
	deployments = schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}
	services    = schema.GroupVersionResource{Version: "v1", Resource: "services"}
	configMaps  = schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}
	pods        = schema.GroupVersionResource{Version: "v1", Resource: "pods"}
	events      = schema.GroupVersionResource{Version: "v1", Resource: "events"}
)

// A cluster is a control plane with clients.
type cluster struct {
	*controlplane.ControlPlane

	client dynamic.Interface
}

// newCluster starts a control plane in a folder of its own, and stops it in the
// end. What an earlier run left there, because it was killed, is stopped first.
func newCluster(t *testing.T, durable bool) *cluster {
	t.Helper()

	c, err := controlplane.New(t.Context(), root, filepath.Join(root, "_output/e2e", t.Name()))
	must(t, err)

	c.Durable = durable
	must(t, c.Down(t.Context()))

	t.Cleanup(func() {
		if t.Failed() {
			printLogs(t, c)
		}

		must(t, c.Down(context.WithoutCancel(t.Context())))
	})

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()

	must(t, c.Start(ctx, func(step string, took time.Duration) { t.Logf("%s: %.1f s", step, took.Seconds()) }))

	config, err := clientcmd.BuildConfigFromFlags("", c.Kubeconfig())
	must(t, err)

	// Tests ask often; the API server is theirs.
	config.QPS, config.WarningHandler = -1, rest.NoWarnings{}

	client, err := dynamic.NewForConfig(config)
	must(t, err)

	return &cluster{ControlPlane: c, client: client}
}

// printLogs shows the end of what every process said.
func printLogs(t *testing.T, c *controlplane.ControlPlane) {
	t.Helper()

	all, err := c.Processes()
	must(t, err)

	for _, p := range all {
		content, _ := os.ReadFile(c.Log(p.Name))
		t.Logf("%s:\n%s", p.Name, content[max(0, len(content)-3000):])
	}
}

// install installs a version of the packages and runs its function.
func (c *cluster) install(t *testing.T, version string) {
	t.Helper()

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()

	must(t, c.Push(ctx, version))
	must(t, c.Install(ctx, version))
	must(t, c.StartFunction(ctx, "function-"+version, c.functionBinary(version), "--debug"))
}

// functionBinary is the program in the packages of a version.
func (c *cluster) functionBinary(version string) string {
	return filepath.Join(c.Repository, "_output", version, "function-linux-amd64")
}

// A namespace is where one test has its objects: one that admits restricted pods
// only.
type namespace struct {
	*cluster

	name string
}

func (c *cluster) newNamespace(t *testing.T) *namespace {
	t.Helper()

	n := &namespace{cluster: c, name: strings.ToLower(strings.NewReplacer("/", "-", "_", "-").Replace(t.Name()))}
	c.apply(t, `{apiVersion: v1, kind: Namespace, metadata: {name: `+n.name+`, labels: {pod-security.kubernetes.io/enforce: restricted}}}`)

	return n
}

// apply applies a manifest of a cluster-wide object.
func (c *cluster) apply(t *testing.T, manifest string) {
	t.Helper()
	must(t, c.Apply(t.Context(), manifest))
}

// do runs kubectl in the namespace, which must succeed.
func (n *namespace) do(t *testing.T, args ...string) string {
	t.Helper()

	out, err := n.try(t, args...)
	must(t, err)

	return out
}

// try runs kubectl in the namespace.
func (n *namespace) try(t *testing.T, args ...string) (string, error) {
	t.Helper()
	return n.Kubectl(t.Context(), append([]string{"--namespace", n.name}, args...)...)
}

// apply applies a manifest to the namespace.
func (n *namespace) apply(t *testing.T, manifest string) {
	t.Helper()

	file := filepath.Join(t.TempDir(), "manifest.yaml")
	must(t, os.WriteFile(file, []byte(manifest), 0o600))
	n.do(t, "apply", "-f", file)
}

// webApp applies a WebApp with some fields of a spec, as YAML flow.
func (n *namespace) webApp(t *testing.T, name, spec string) {
	t.Helper()
	n.apply(t, fmt.Sprintf(`{apiVersion: example.com/v1, kind: WebApp, metadata: {name: %s}, spec: {%s}}`, name, spec))
}

// get returns an object, or nil if there is none.
func (n *namespace) get(t *testing.T, kind schema.GroupVersionResource, name string) *unstructured.Unstructured {
	t.Helper()

	object, err := n.client.Resource(kind).Namespace(n.name).Get(t.Context(), name, metav1.GetOptions{})
	if err != nil {
		return nil
	}

	return object
}

// expect waits until fields of an object, in kubectl's jsonpath, are what they
// should be.
func (n *namespace) expect(t *testing.T, kind schema.GroupVersionResource, name, fields, want string) {
	t.Helper()

	object := &unstructured.Unstructured{}

	n.eventually(t, func() error {
		got := ""

		if object = n.get(t, kind, name); object != nil {
			got = read(t, object, fields)
		}

		if got != want {
			return fmt.Errorf("%s %s: want %s to be %q, got %q", kind.Resource, name, fields, want, got)
		}

		return nil
	})
}

// running waits until a WebApp runs with so many replicas, and is Ready.
func (n *namespace) running(t *testing.T, name string, replicas int) {
	t.Helper()
	n.expect(t, webApps, name, `{.status.phase} {.status.reason} {.status.availableReplicas} {.status.conditions[?(@.type=="Ready")].status}`,
		fmt.Sprintf("Running Available %d True", replicas))
}

// gone waits until there is no such object.
func (n *namespace) gone(t *testing.T, kind schema.GroupVersionResource, name string) {
	t.Helper()

	n.eventually(t, func() error {
		if n.get(t, kind, name) != nil {
			return fmt.Errorf("%s %s still exists", kind.Resource, name)
		}

		return nil
	})
}

// eventually waits for a condition.
func (n *namespace) eventually(t *testing.T, try func() error) {
	t.Helper()

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()

	if err := controlplane.Eventually(ctx, try); err != nil {
		state, _ := n.try(t, "get", "wa,deployments,replicasets,pods,events", "-o", "wide")
		statuses, _ := n.try(t, "get", "wa", "-o", "yaml")
		t.Fatalf("%v\n%s\n%s", err, state, statuses)
	}
}

// events returns the events of a WebApp, as "type reason: message", oldest
// first.
func (n *namespace) events(t *testing.T, webApp string) []string {
	t.Helper()

	list, err := n.client.Resource(events).Namespace(n.name).List(t.Context(), metav1.ListOptions{
		FieldSelector: "involvedObject.kind=WebApp,involvedObject.name=" + webApp,
	})
	must(t, err)

	out := make([]string, 0, len(list.Items))

	for _, e := range list.Items {
		out = append(out, read(t, &e, "{.type} {.reason}: {.message}"))
	}

	return out
}

// read returns fields of an object, in kubectl's jsonpath. One that is not there
// is empty.
func read(t *testing.T, object *unstructured.Unstructured, fields string) string {
	t.Helper()

	j := jsonpath.New("fields").AllowMissingKeys(true)
	must(t, j.Parse(fields))

	out := &bytes.Buffer{}
	must(t, j.Execute(out, object.Object))

	return out.String()
}

func must(t *testing.T, err error) {
	t.Helper()

	if err != nil {
		t.Fatal(err)
	}
}
