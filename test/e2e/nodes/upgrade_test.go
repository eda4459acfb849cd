package nodes_test

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/webapp-operator/function-webapp/test/e2e/checkout"
	"github.com/webapp-operator/function-webapp/test/e2e/controlplane"
	"github.com/webapp-operator/function-webapp/test/e2e/nodes"
)

// older is the environment variable that says where a checkout of an older version
// is, and olderVersion is what its packages are called here.
const (
	older        = "OLDER"
	olderVersion = "v0.0.9"
)

// pods returns what runs of a WebApp: which pods there are, and how often their
// containers were restarted.
func (n *namespace) pods(t *testing.T, webApp string) []string {
	t.Helper()

	list, err := n.client.Resource(podKind).Namespace(n.name).List(t.Context(), metav1.ListOptions{LabelSelector: "app=" + webApp})
	must(t, err)

	all := []string{}
	for _, pod := range list.Items {
		all = append(all, read(t, &pod, "{.metadata.uid} restarted {.status.containerStatuses[*].restartCount}"))
	}

	slices.Sort(all)

	return all
}

// generation is that of the defaults that a WebApp's pods were made with.
func (n *namespace) generation(t *testing.T, webApp string) string {
	t.Helper()

	generation := read(t, n.get(t, deployments, webApp), `{.metadata.annotations.example\.com/defaults-generation}`)
	if generation == "" {
		return "1"
	}

	return generation
}

// testUpgrade upgrades from an older version of both packages while WebApps of its
// own time are asked. Their pods go on, and they lose no request; they take the
// newest defaults with their next change.
func testUpgrade(t *testing.T) {
	from := os.Getenv(older)
	if from == "" {
		t.Skipf("SKIPPED: make e2e-nodes OLDER=FOLDER upgrades from the version that is checked out there")
	}

	old, err := checkout.New(from)
	must(t, err)
	must(t, old.Push(t.Context(), nodes.Registry, olderVersion))

	n := newNamespace(t, "upgrade")

	both := func(version string) {
		n.upgrade(t, "function", controlplane.FunctionName, "function-webapp", version)
		n.upgrade(t, "configuration", controlplane.ConfigurationName, "configuration-webapp", version)
	}

	defer both(version)
	both(olderVersion)

	apps := []struct{ name, spec string }{
		{"shop", "port: 8080"},
		{"settings", `env: {VERSION: "1"}, resources: {limits: {memory: 64Mi}}, terminationGracePeriodSeconds: 20`},
		{"volumes", "volumes: [{name: data, mountPath: /data, emptyDir: {}}], livenessProbe: {httpGet: {path: /healthz}}, strategy: {type: Recreate}"},
		{"autoscaled", "autoscaling: {minReplicas: 2, maxReplicas: 3}"},
	}

	replicas := map[string]int{}
	apply := func(name, image, spec string) {
		n.webApp(t, name, fmt.Sprintf("image: %q, replicas: %d, %s", image, replicas[name], spec))
	}
	running := func(name string) {
		n.eventually(t, patience, func() error {
			app := n.get(t, webApps, name)
			want := fmt.Sprintf("Running %d %d", replicas[name], app.GetGeneration())

			if got := read(t, app, `{.status.phase} {.status.availableReplicas} {.status.conditions[?(@.type=="Synced")].observedGeneration}`); got != want {
				return fmt.Errorf("%s: want %q, got %q: %s", name, want, got, read(t, app, "{.status.message}"))
			}

			return nil
		})
	}

	before, made := map[string][]string{}, map[string]string{}

	for _, app := range apps {
		replicas[app.name] = 2
		apply(app.name, nodes.Image("web"), app.spec)
	}

	for _, app := range apps {
		running(app.name)
		before[app.name], made[app.name] = n.pods(t, app.name), n.generation(t, app.name)
	}

	found := newTable("WebApp", "pods replaced or restarted", "its generation of defaults", "after its next change")
	defer found.log(t)

	c := n.call(t, nodes.Node(2), often)
	got := c.during(t, func() {
		both(version)

		// The new function has each of them in hand, and changes what it is asked to.
		for _, app := range apps {
			if app.name != "autoscaled" {
				replicas[app.name]++
			}

			apply(app.name, nodes.Image("web"), app.spec)
			n.do(t, "annotate", "wa", "-n", n.name, app.name, "upgraded=true")
		}

		for _, app := range apps {
			running(app.name)
		}
	})

	for connections, g := range got {
		t.Logf("%s connections: %d of %d requests failed", connections, g.Failed, g.Total)

		if g.Failed > 0 {
			t.Errorf("%s connections: want no request to fail, got %+v", connections, g)
		}
	}

	lost := map[string]int{}

	for _, app := range apps {
		after := n.pods(t, app.name)
		for _, pod := range before[app.name] {
			if !slices.Contains(after, pod) {
				lost[app.name]++
			}
		}

		if got := n.generation(t, app.name); lost[app.name] > 0 || got != made[app.name] {
			t.Errorf("%s, with defaults of generation %s: want all to go on as it was, got generation %s and pods %q, then %q", app.name, made[app.name], got, before[app.name], after)
		}
	}

	c.stop(t)

	for _, app := range apps {
		apply(app.name, nodes.Registry+"/web:2", app.spec)
	}

	for _, app := range apps {
		running(app.name)

		next := n.generation(t, app.name)
		found.row(app.name, strconv.Itoa(lost[app.name]), made[app.name], next)

		if next < made[app.name] {
			t.Errorf("%s: want newer defaults with its next change, got generation %s after %s", app.name, next, made[app.name])
		}
	}
}
