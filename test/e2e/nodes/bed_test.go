package nodes_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/util/jsonpath"
	"sigs.k8s.io/yaml"

	"github.com/webapp-operator/function-webapp/test/e2e/checkout"
	"github.com/webapp-operator/function-webapp/test/e2e/nodes"
	"github.com/webapp-operator/function-webapp/test/e2e/processes"
)

const (
	root    = "../../.."
	version = checkout.Version

	// folder is the environment variable that asks for these tests, and says where
	// their cluster is. One that runs there already is used, and left.
	folder = "E2E_NODES"

	// patience is how long anything may take: the machine may be busy.
	patience = 4 * time.Minute
)

// Kinds that tests read.
var (
	webApps     = schema.GroupVersionResource{Group: "example.com", Version: "v1", Resource: "webapps"}
	services    = schema.GroupVersionResource{Version: "v1", Resource: "services"}
	deployments = schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}
	events      = schema.GroupVersionResource{Version: "v1", Resource: "events"}
	podKind     = schema.GroupVersionResource{Version: "v1", Resource: "pods"}
	leases      = schema.GroupVersionResource{Group: "coordination.k8s.io", Version: "v1", Resource: "leases"}
)

// composition is what the WebApps of tests use: everything is on that needs nothing
// but Kubernetes.
const composition = `
apiVersion: apiextensions.crossplane.io/v1
kind: Composition
metadata: {name: tests}
spec:
  compositeTypeRef: {apiVersion: example.com/v1, kind: WebApp}
  mode: Pipeline
  pipeline:
  - step: webapp
    functionRef: {name: webapp-operator-function-webapp}
    input:
      apiVersion: webapp.fn.example.com/v1beta1
      kind: Input
      diagnostics: pods
      features: [autoscaling, podDisruptionBudget, ingress, httpRoute]
      defaults: {resources: {requests: {cpu: 20m, memory: 16Mi}}}
`

// A bed is a cluster with clients.
type bed struct {
	*nodes.Cluster

	client dynamic.Interface
}

// cluster is the one that all tests share: a machine can have one.
var cluster *bed

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}

	os.Exit(code)
}

func run(m *testing.M) (int, error) {
	dir := os.Getenv(folder)
	if dir == "" {
		sayf("SKIPPED: make e2e-nodes runs the tests on real nodes")
		return 0, nil
	}

	if err := nodes.Missing(); err != nil {
		sayf("SKIPPED: %v", err)
		return 0, nil
	}

	c, err := nodes.New(root, dir)
	if err != nil {
		return 1, err
	}

	before, err := c.Processes()
	if err != nil {
		return 1, err
	}

	if len(before) > 0 {
		code, err := test(m, c)

		// Whoever has it wants Crossplane as it was.
		return code, errors.Join(err, c.UpgradeCrossplane(context.Background()))
	}

	// Whoever breaks it off wants no cluster left.
	broken, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	defer context.AfterFunc(broken, func() {
		_ = c.Down(context.Background())

		os.Exit(1)
	})()

	code, err := test(m, c)

	return code, errors.Join(err, c.Down(context.Background()), left(c))
}

// test runs the tests on a cluster, of which it starts what does not run.
func test(m *testing.M, c *nodes.Cluster) (int, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()

	if err := c.Up(ctx, version, func(step string, took time.Duration) { sayf("%-28s %5.1f s", step, took.Seconds()) }); err != nil {
		return 1, err
	}

	config, err := clientcmd.BuildConfigFromFlags("", c.Kubeconfig())
	if err != nil {
		return 1, err
	}

	// Tests ask often; the API server is theirs.
	config.QPS, config.WarningHandler = -1, rest.NoWarnings{}

	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return 1, err
	}

	cluster = &bed{Cluster: c, client: client}

	if err := c.Kubectl().Apply(ctx, composition); err != nil {
		return 1, err
	}

	return m.Run(), nil
}

// left returns what down has left of a cluster: it must be nothing.
func left(c *nodes.Cluster) error {
	errs := []error{}

	for _, pattern := range []string{"/sys/class/net/webapp-*", "/sys/fs/cgroup/webapp-*", "/sys/fs/cgroup/*/webapp-*", c.Dir} {
		found, err := filepath.Glob(pattern)
		if len(found) > 0 {
			err = fmt.Errorf("down leaves %q", found)
		}

		errs = append(errs, err)
	}

	all, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		return err
	}

	for _, file := range append(all, "/proc/self/mounts") {
		// Processes end while they are looked at.
		content, _ := os.ReadFile(file)
		if strings.Contains(string(content), c.Dir+"/") {
			errs = append(errs, fmt.Errorf("down leaves something in %s: %s", file, content))
		}
	}

	return errors.Join(errs...)
}

// sayf says something to whoever runs the tests, where it stands alone.
func sayf(format string, args ...any) {
	_, _ = fmt.Fprintf(os.Stdout, format+"\n", args...)
}

// A namespace is where one test has its objects: one that admits restricted pods
// only.
type namespace struct {
	*bed

	name string
}

// newNamespace makes a namespace, which goes with the test.
func newNamespace(t *testing.T, name string) *namespace {
	t.Helper()

	n := &namespace{bed: cluster, name: name}
	must(t, cluster.Kubectl().Apply(t.Context(), "{apiVersion: v1, kind: Namespace, metadata: {name: "+name+", labels: {pod-security.kubernetes.io/enforce: restricted}}}"))
	t.Cleanup(func() {
		if t.Failed() {
			out, _ := cluster.Kubectl().Run(context.Background(), "get", "wa,deployments,pods", "-n", name, "-o", "wide")
			t.Log(out)
		}

		// Nobody waits for it: no other test has the name.
		for _, args := range [][]string{{"delete", "wa", "--all", "-n", name, "--wait=false"}, {"delete", "namespace", name, "--wait=false"}} {
			_, _ = cluster.Kubectl().Run(context.Background(), args...)
		}
	})

	return n
}

// do runs kubectl, which must succeed.
func (b *bed) do(t *testing.T, args ...string) string {
	t.Helper()

	out, err := b.Kubectl().Run(t.Context(), args...)
	must(t, err)

	return out
}

// apply applies a manifest of one object to the namespace.
func (n *namespace) apply(t *testing.T, manifest string) {
	t.Helper()

	object := &unstructured.Unstructured{}
	must(t, yaml.Unmarshal([]byte(manifest), &object.Object))

	kind, _ := meta.UnsafeGuessKindToResource(object.GroupVersionKind())
	_, err := n.client.Resource(kind).Namespace(n.name).Apply(t.Context(), object.GetName(), object, metav1.ApplyOptions{FieldManager: "e2e", Force: true})
	must(t, err)
}

// webApp applies a WebApp with some fields of a spec, as YAML flow.
func (n *namespace) webApp(t *testing.T, name, spec string) {
	t.Helper()
	n.apply(t, fmt.Sprintf(`{apiVersion: example.com/v1, kind: WebApp, metadata: {name: %s}, spec: {crossplane: {compositionRef: {name: tests}}, %s}}`, name, spec))
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

// complete waits until the shop's Deployment is as the WebApp asks, which may learn
// of it later, and has been for a second: a reconcile that was under way when the
// WebApp changed says of the one before that it is of this generation.
func (n *namespace) complete(t *testing.T, replicas int) {
	t.Helper()

	const name = "shop"

	since := time.Time{}

	n.eventually(t, patience, func() error {
		app, deployment := n.get(t, webApps, name), n.get(t, deployments, name)
		if app == nil || deployment == nil {
			return fmt.Errorf("%s is not there", name)
		}

		want := fmt.Sprintf("generation %d of %d: %d %d %d", app.GetGeneration(), deployment.GetGeneration(), replicas, replicas, replicas)

		got := read(t, app, `generation {.status.conditions[?(@.type=="Synced")].observedGeneration}`) +
			read(t, deployment, ` of {.status.observedGeneration}: {.status.replicas} {.status.updatedReplicas} {.status.availableReplicas}`)
		switch {
		case got != want:
			since = time.Time{}
			return fmt.Errorf("%s: want %q, got %q", name, want, got)
		case since.IsZero():
			since = time.Now()
		}

		if time.Since(since) < time.Second {
			return fmt.Errorf("%s: %s only for a moment", name, got)
		}

		return nil
	})
}

// eventually waits for a condition.
func (n *namespace) eventually(t *testing.T, within time.Duration, try func() error) {
	t.Helper()

	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()

	if err := processes.Eventually(ctx, try); err != nil {
		t.Fatal(err)
	}
}

// read returns fields of an object, in kubectl's jsonpath. One that is not there
// is empty.
func read(t *testing.T, object *unstructured.Unstructured, fields string) string {
	t.Helper()

	if object == nil {
		return ""
	}

	j := jsonpath.New("fields").AllowMissingKeys(true)
	must(t, j.Parse(fields))

	out := &bytes.Buffer{}
	must(t, j.Execute(out, object.Object))

	return out.String()
}

func must(t *testing.T, errs ...error) {
	t.Helper()

	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// A table is what tests found, as Markdown.
type table struct {
	mu   sync.Mutex
	rows []string
}

func newTable(columns ...string) *table {
	t := &table{}
	t.row(columns...)
	t.row(strings.Split(strings.Repeat("---,", len(columns)-1)+"---", ",")...)

	return t
}

func (b *table) row(cells ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()

	b.rows = append(b.rows, "| "+strings.Join(cells, " | ")+" |")
}

// log writes the table to the log, from its first column on, so that it can be
// copied.
func (b *table) log(t *testing.T) {
	t.Helper()
	sayf("\n%s:\n\n%s\n", t.Name(), strings.Join(b.rows, "\n"))
}
