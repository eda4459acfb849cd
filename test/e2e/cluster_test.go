package e2e

import (
	"bytes"
	"context"
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
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/util/jsonpath"
	"sigs.k8s.io/yaml"

	"github.com/webapp-operator/function-webapp/test/e2e/checkout"
	"github.com/webapp-operator/function-webapp/test/e2e/controlplane"
	"github.com/webapp-operator/function-webapp/test/e2e/processes"
)

const (
	root = "../.."

	// patience is how long anything may take: the machine may be busy.
	patience = 2 * time.Minute

	version = checkout.Version
)

// Kinds that tests read.
var (
	webApps     = schema.GroupVersionResource{Group: "example.com", Version: "v1", Resource: "webapps"}
	deployments = schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}
	services    = schema.GroupVersionResource{Version: "v1", Resource: "services"}
	configMaps  = schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}
	replicaSets = schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "replicasets"}
	pods        = schema.GroupVersionResource{Version: "v1", Resource: "pods"}
	events      = schema.GroupVersionResource{Version: "v1", Resource: "events"}
	policies    = schema.GroupVersionResource{Group: "networking.k8s.io", Version: "v1", Resource: "networkpolicies"}
	routes      = schema.GroupVersionResource{Group: "gateway.networking.k8s.io", Version: "v1", Resource: "httproutes"}
	monitors    = schema.GroupVersionResource{Group: "monitoring.coreos.com", Version: "v1", Resource: "servicemonitors"}
	ingresses   = schema.GroupVersionResource{Group: "networking.k8s.io", Version: "v1", Resource: "ingresses"}
	quotas      = schema.GroupVersionResource{Version: "v1", Resource: "resourcequotas"}
	autoscalers = schema.GroupVersionResource{Group: "autoscaling", Version: "v2", Resource: "horizontalpodautoscalers"}
	limits      = schema.GroupVersionResource{Version: "v1", Resource: "limitranges"}
	nodes       = schema.GroupVersionResource{Version: "v1", Resource: "nodes"}
)

// A cluster is a control plane with clients.
type cluster struct {
	*controlplane.ControlPlane

	client dynamic.Interface
}

// newCluster starts a control plane in a folder of its own, with further flags of
// Crossplane's, and stops it in the end. What an earlier run left there, because it was
// killed, is stopped first.
func newCluster(t *testing.T, durable bool, flags ...string) *cluster {
	t.Helper()

	c := newControlPlane(t)
	c.Durable, c.Flags = durable, flags

	return start(t, c)
}

// newControlPlane is a control plane that has not started.
func newControlPlane(t *testing.T) *controlplane.ControlPlane {
	t.Helper()

	c, err := controlplane.New(root, filepath.Join(root, "_output/e2e", t.Name()))
	must(t, err)

	return c
}

func start(t *testing.T, c *controlplane.ControlPlane) *cluster {
	t.Helper()
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

	started := &cluster{ControlPlane: c, client: client}
	started.checkVersions(t)

	return started
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

// install installs the packages and runs their function.
func (c *cluster) install(t *testing.T) {
	t.Helper()
	must(t, c.Push(t.Context(), version))
	must(t, c.Install(t.Context(), version))
	must(t, c.StartFunction(t.Context(), "function-"+version, c.functionBinary(version), "--debug"))
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

// newNamespace makes a namespace named after the test.
func (c *cluster) newNamespace(t *testing.T) *namespace {
	t.Helper()

	test := t.Name()
	if _, part, found := strings.Cut(test, "/"); found {
		test = part
	}

	return c.namespace(t, strings.ToLower(strings.ReplaceAll(test, "/", "-")))
}

func (c *cluster) namespace(t *testing.T, name string) *namespace {
	t.Helper()
	c.apply(t, `{apiVersion: v1, kind: Namespace, metadata: {name: `+name+`, labels: {pod-security.kubernetes.io/enforce: restricted}}}`)

	return &namespace{cluster: c, name: name}
}

// apply applies a manifest of one cluster-wide object.
func (c *cluster) apply(t *testing.T, manifest string) {
	t.Helper()
	(&namespace{cluster: c}).apply(t, manifest)
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

	if n.name != "" {
		args = append([]string{"--namespace", n.name}, args...)
	}

	return n.Kubectl(t.Context(), args...)
}

// apply applies a manifest of one object to the namespace, server-side.
func (n *namespace) apply(t *testing.T, manifest string) {
	t.Helper()

	object := parse(t, manifest)
	kind, _ := meta.UnsafeGuessKindToResource(object.GroupVersionKind())

	_, err := n.client.Resource(kind).Namespace(n.name).Apply(t.Context(), object.GetName(), object, metav1.ApplyOptions{FieldManager: "e2e", Force: true})
	must(t, err)
}

// patch merges some fields, as YAML flow, into an object.
func (n *namespace) patch(t *testing.T, kind schema.GroupVersionResource, name, fields string) {
	t.Helper()

	patch, err := yaml.YAMLToJSON([]byte(fields))
	must(t, err)

	_, err = n.client.Resource(kind).Namespace(n.name).Patch(t.Context(), name, types.MergePatchType, patch, metav1.PatchOptions{FieldManager: "e2e"})
	must(t, err)
}

// delete deletes an object.
func (n *namespace) delete(t *testing.T, kind schema.GroupVersionResource, name string, propagation metav1.DeletionPropagation) {
	t.Helper()
	must(t, n.client.Resource(kind).Namespace(n.name).Delete(t.Context(), name, metav1.DeleteOptions{PropagationPolicy: &propagation}))
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

	n.eventually(t, func() error {
		got := ""

		if object := n.get(t, kind, name); object != nil {
			got = read(t, object, fields)

			if got != want {
				n.insist(t, kind, object)
			}
		}

		if got != want {
			return fmt.Errorf("%s %s: want %s to be %q, got %q", kind.Resource, name, fields, want, got)
		}

		return nil
	})
}

// running waits until a WebApp runs, as it is described now, with so many
// replicas, and is Ready.
func (n *namespace) running(t *testing.T, name string, replicas int) {
	t.Helper()

	const fields = `{.status.phase} {.status.reason} {.status.availableReplicas} synced {.status.conditions[?(@.type=="Synced")].status} ready {.status.conditions[?(@.type=="Ready")].status} of generation {.status.conditions[?(@.type=="Ready")].observedGeneration}`

	n.eventually(t, func() error {
		object := n.get(t, webApps, name)
		if object == nil {
			return fmt.Errorf("there is no WebApp %s", name)
		}

		want := fmt.Sprintf("Running Available %d synced True ready True of generation %d", replicas, object.GetGeneration())
		if got := read(t, object, fields); got != want {
			n.insist(t, webApps, object)

			return fmt.Errorf("WebApp %s: want %q, got %q", name, want, got)
		}

		// Crossplane notes the generation when it writes the status, which may be
		// another than the one it has acted on.
		calls := n.calls(t, name)
		if len(calls) == 0 || !strings.Contains(calls[len(calls)-1], fmt.Sprintf(`"generation":%d,`, object.GetGeneration())) || !strings.Contains(calls[len(calls)-1], `"phase":"Running"`) {
			n.insist(t, webApps, object)

			return fmt.Errorf("WebApp %s: want the function to say that generation %d runs, got %q", name, object.GetGeneration(), calls)
		}

		return nil
	})
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

// another says whether an object has taken the place of one that was deleted.
func another(now, before *unstructured.Unstructured) error {
	if now == nil || now.GetUID() == before.GetUID() {
		return fmt.Errorf("%s %s was not created again", before.GetKind(), before.GetName())
	}

	return nil
}

// eventually waits for a condition.
func (n *namespace) eventually(t *testing.T, try func() error) {
	t.Helper()

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()

	if err := processes.Eventually(ctx, try); err != nil {
		state, _ := n.try(t, "get", "wa,deployments,replicasets,pods,events", "-o", "wide")
		statuses, _ := n.try(t, "get", "wa", "-o", "yaml")
		t.Fatalf("%v\n%s\n%s", err, state, statuses)
	}
}

// told checks what the function has told of a WebApp until now, as "reason:
// message", and that nobody sees another event of it. That it runs counts once.
//
// Not all of it can be seen: of one object, Crossplane writes 25 events at once
// and then one in five minutes, and while pods start most of them are its own.
func (n *namespace) told(t *testing.T, webApp string, want ...string) {
	t.Helper()

	got := []string{}

	for _, call := range n.calls(t, webApp) {
		// What comes together is in one line: reasons, and what is said for each.
		for _, e := range toldPattern.FindAllStringSubmatch(call, -1) {
			var message string

			must(t, json.Unmarshal([]byte(e[2]), &message))

			reasons := strings.Split(e[1], ", ")
			for j, reason := range reasons {
				said := message
				if j < len(reasons)-1 {
					said = firstOf(message, reason, want)
				}

				got = append(got, reason+": "+said)
				message = strings.TrimSpace(strings.TrimPrefix(message, said))
			}
		}
	}

	// Crossplane may look again before it sees what it has written itself: then an
	// event comes twice, and one that a WebApp runs again does not come.
	first, seen := []string{}, false

	for _, e := range slices.Compact(slices.Clone(got)) {
		running := strings.HasPrefix(e, "Running: ")
		if !running || !seen {
			first = append(first, e)
		}

		seen = seen || running
	}

	if diff := cmp.Diff(want, first); diff != "" {
		t.Errorf("what is told of WebApp %s: -want, +got:\n%s", webApp, diff)
	}

	for _, e := range n.events(t, webApp) {
		said, ours := strings.CutPrefix(read(t, &e, "{.message}"), `Pipeline step "webapp": `)
		reason, severity := read(t, &e, "{.reason}"), read(t, &e, "{.type}")

		if ours && (!slices.Contains(got, reason+": "+said) || (reason == "Failed") != (severity == "Warning")) {
			t.Errorf("want no event %s %s: %s", severity, reason, said)
		}
	}
}

// firstOf returns what a text of several begins with: what is wanted for a reason, or else a
// sentence.
func firstOf(text, reason string, want []string) string {
	for _, w := range want {
		if said, is := strings.CutPrefix(w, reason+": "); is && strings.HasPrefix(text, said) {
			return said
		}
	}

	first, _, _ := strings.Cut(text, ". ")

	return first + "."
}

// toldPattern is an event in the function's log.
var toldPattern = regexp.MustCompile(`"event":"([^"]*)","message":("(?:[^"\\]|\\.)*")`)

// events returns the events of a WebApp, oldest first: their names end with when
// they were first seen.
func (n *namespace) events(t *testing.T, webApp string) []unstructured.Unstructured {
	t.Helper()

	list, err := n.client.Resource(events).Namespace(n.name).List(t.Context(), metav1.ListOptions{
		FieldSelector: "involvedObject.kind=WebApp,involvedObject.name=" + webApp,
	})
	must(t, err)

	return list.Items
}

// parts returns what a WebApp is made of.
func (n *namespace) parts(t *testing.T, webApp string) []*unstructured.Unstructured {
	t.Helper()

	return []*unstructured.Unstructured{n.get(t, deployments, webApp), n.get(t, services, webApp), n.get(t, configMaps, webApp+"-config")}
}

// podsOf returns the pods of a WebApp that are not being deleted, by name.
func (n *namespace) podsOf(t *testing.T, webApp string) []string {
	t.Helper()

	list, err := n.client.Resource(pods).Namespace(n.name).List(t.Context(), metav1.ListOptions{LabelSelector: "app=" + webApp})
	must(t, err)

	names := []string{}

	for _, pod := range list.Items {
		if pod.GetDeletionTimestamp() == nil {
			names = append(names, pod.GetName())
		}
	}

	return names
}

// record watches a WebApp, and returns how to end it and get every phase and
// reason it went through.
func (n *namespace) record(t *testing.T, webApp string) func() []string {
	t.Helper()

	w, err := n.client.Resource(webApps).Namespace(n.name).Watch(t.Context(), metav1.ListOptions{FieldSelector: "metadata.name=" + webApp})
	must(t, err)

	states := make(chan []string)

	go func() {
		seen := []string{}

		for e := range w.ResultChan() {
			if object, ok := e.Object.(*unstructured.Unstructured); ok {
				seen = append(seen, read(t, object, "{.status.phase} {.status.reason}"))
			}
		}

		states <- slices.Compact(seen)
	}()

	return func() []string {
		w.Stop()
		return <-states
	}
}

// look has Crossplane ask the function about a WebApp once more, and waits until
// it has done all that follows.
func (n *namespace) look(t *testing.T, webApp string) {
	t.Helper()

	// When the second call comes, Crossplane is done with the first.
	for range 2 {
		before := len(n.calls(t, webApp))

		n.ask(t, webApps, webApp)
		n.eventually(t, func() error {
			if len(n.calls(t, webApp)) > before {
				return nil
			}

			n.insist(t, webApps, n.get(t, webApps, webApp))

			return fmt.Errorf("the function is not called about WebApp %s", webApp)
		})
	}
}

// asked is the annotation by which a WebApp is changed for Crossplane to look.
const asked = "look"

// ask changes a composite, so that Crossplane looks at it.
func (n *namespace) ask(t *testing.T, kind schema.GroupVersionResource, name string) {
	t.Helper()
	n.patch(t, kind, name, fmt.Sprintf(`{metadata: {annotations: {%s: %q}}}`, asked, time.Now().Format(time.RFC3339Nano)))
}

// insist asks for a look every five seconds at a composite of which Crossplane drops
// events. It has seen too many at once, lets one pass every 30 seconds, and
// forgets the others. Here, pods start and stop faster than anywhere.
func (n *namespace) insist(t *testing.T, kind schema.GroupVersionResource, composite *unstructured.Unstructured) {
	t.Helper()

	last, _ := time.Parse(time.RFC3339Nano, composite.GetAnnotations()[asked])

	if read(t, composite, `{.status.conditions[?(@.type=="Responsive")].status}`) == "False" && time.Since(last) > 5*time.Second {
		n.ask(t, kind, composite.GetName())
	}
}

// calls returns what the function logged of its calls about a WebApp.
func (n *namespace) calls(t *testing.T, webApp string) []string {
	t.Helper()

	logs, err := filepath.Glob(n.Log("function*"))
	must(t, err)

	calls, subject := []string{}, fmt.Sprintf(`"namespace":%q,"name":%q`, n.name, webApp)

	for _, log := range logs {
		content, err := os.ReadFile(log)
		must(t, err)

		for line := range strings.Lines(string(content)) {
			if strings.Contains(line, subject) {
				calls = append(calls, line)
			}
		}
	}

	// Each begins with its time.
	slices.Sort(calls)

	return calls
}

// steady checks that a WebApp comes to rest and stays: when the function is
// called again, nothing there is changes, and it tells of nothing.
func (n *namespace) steady(t *testing.T, webApp string) {
	t.Helper()

	// Crossplane may see what just happened in pieces, and late, and so may the
	// controllers of Kubernetes.
	n.eventually(t, func() error {
		if err := n.unchanged(t, webApp); err != nil {
			return err
		}

		return n.unchanged(t, webApp)
	})
}

// unchanged has Crossplane look at a WebApp, and returns what that changed.
func (n *namespace) unchanged(t *testing.T, webApp string) error {
	t.Helper()

	state := func() []any {
		status, _, err := unstructured.NestedMap(n.get(t, webApps, webApp).Object, "status")
		must(t, err)

		// Crossplane notes these anew when it has not yet seen what it wrote.
		for _, condition := range status["conditions"].([]any) {
			delete(condition.(map[string]any), "lastTransitionTime")
		}

		return []any{status, n.parts(t, webApp), n.podsOf(t, webApp)}
	}

	before, calls := state(), len(n.calls(t, webApp))

	n.look(t, webApp)

	if diff := cmp.Diff(before, state()); diff != "" {
		return fmt.Errorf("WebApp %s is not at rest: -before, +after:\n%s", webApp, diff)
	}

	for _, call := range n.calls(t, webApp)[calls:] {
		if strings.Contains(call, `"event":`) {
			return fmt.Errorf("WebApp %s: want no event when nothing happens, got %s", webApp, call)
		}
	}

	return nil
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

func parse(t *testing.T, manifest string) *unstructured.Unstructured {
	t.Helper()

	object := &unstructured.Unstructured{}
	must(t, yaml.Unmarshal([]byte(manifest), &object.Object))

	return object
}
