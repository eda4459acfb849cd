package nodes_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/webapp-operator/function-webapp/test/e2e/nodes"
)

// enough is how many requests there must be of each kind while something changes.
const enough = 10_000

// callers ask a WebApp by the address of its Service, from a node, all the time. That
// the cluster's DNS answers all the time, too, is not what is tested.
type callers struct {
	*namespace

	// addresses are where the pods are that ask, with new and with kept connections.
	addresses map[string]string
}

// counts are what callers tell.
type counts struct {
	Total   int            `json:"total"`
	Failed  int            `json:"failed"`
	Why     map[string]int `json:"why"`
	Slowest int            `json:"slowest"`
}

// How long a caller waits between two requests. A test that runs beside others asks less
// often: at full speed, each takes both processors, and all of them are late.
const (
	often     = 15 * time.Millisecond
	regularly = 30 * time.Millisecond
	gently    = 100 * time.Millisecond
)

// call has callers ask the shop, from one node.
func (n *namespace) call(t *testing.T, node string, pause time.Duration) callers {
	t.Helper()

	service := ""

	n.eventually(t, patience, func() error {
		if service = read(t, n.get(t, services, "shop"), "{.spec.clusterIP}"); service == "" {
			return errors.New("there is no Service shop")
		}

		return nil
	})

	return n.callAt(t, node, pause, "http://"+service, "")
}

// callAt has callers ask at an address, with more of a pod's spec.
func (n *namespace) callAt(t *testing.T, node string, pause time.Duration, url, more string) callers {
	t.Helper()

	c := callers{namespace: n, addresses: map[string]string{}}

	for _, connections := range []string{"new", "kept"} {
		name := "load-" + connections
		n.apply(t, fmt.Sprintf(`
apiVersion: v1
kind: Pod
metadata: {name: %s}
spec:
  nodeName: %s
  %s
  terminationGracePeriodSeconds: 0
  automountServiceAccountToken: false
  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
  containers:
  - name: load
    image: %s
    args: ["--url=%s", "--keep=%t", "--pause=%s"]
    securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
`, name, node, more, nodes.Image("load"), url, connections == "kept", pause))
		n.eventually(t, patience, func() error {
			pod := n.get(t, podKind, name)
			if address := read(t, pod, "{.status.podIP}"); address != "" && read(t, pod, "{.status.phase}") == "Running" {
				c.addresses[connections] = "http://" + address + ":8080"
				_, err := c.ask(t, connections, http.MethodGet)

				return err
			}

			return fmt.Errorf("%s does not run", name)
		})
	}

	return c
}

// stop ends the callers.
func (c callers) stop(t *testing.T) {
	t.Helper()
	c.do(t, "delete", "pod", "-n", c.name, "load-new", "load-kept")
}

// ask returns the counts, and has them begin anew on POST.
func (c callers) ask(t *testing.T, connections, method string) (counts, error) {
	t.Helper()

	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()

	req, err := http.NewRequestWithContext(ctx, method, c.addresses[connections], nil)
	must(t, err)

	rsp, err := http.DefaultClient.Do(req)
	if err != nil {
		return counts{}, err
	}
	defer rsp.Body.Close()

	got := counts{}

	return got, json.NewDecoder(rsp.Body).Decode(&got)
}

// during counts requests while something changes, until there were enough.
func (c callers) during(t *testing.T, change func()) map[string]counts {
	t.Helper()

	for connections := range c.addresses {
		_, err := c.ask(t, connections, http.MethodPost)
		must(t, err)
	}

	change()

	all := map[string]counts{}

	for connections := range c.addresses {
		c.eventually(t, patience, func() error {
			got, err := c.ask(t, connections, http.MethodGet)
			all[connections] = got

			if got.Total < enough {
				return fmt.Errorf("%d requests: %w", got.Total, err)
			}

			return err
		})
	}

	return all
}

// A change is what is done to a WebApp while it is asked, or around it.
type change struct {
	name string
	do   func(t *testing.T, n *namespace)
}

// shop is a WebApp that serves the requests, with so many replicas and more of its
// spec.
func (n *namespace) shop(t *testing.T, replicas int, image, more string) {
	t.Helper()
	n.webApp(t, "shop", fmt.Sprintf("replicas: %d, image: %q%s", replicas, image, more))
}

var changes = []change{
	{name: "another image", do: func(t *testing.T, n *namespace) {
		n.shop(t, 4, nodes.Registry+"/web:2", "")
		n.complete(t, 4)
	}},
	{name: "another variable", do: func(t *testing.T, n *namespace) {
		n.shop(t, 4, nodes.Image("web"), `, env: {VERSION: "2"}`)
		n.complete(t, 4)
	}},
	{name: "another port", do: func(t *testing.T, n *namespace) {
		n.shop(t, 4, nodes.Image("web"), `, port: 9090, env: {PORT: "9090"}`)
		n.complete(t, 4)
	}},
	{name: "from 4 replicas to 6, to 2, to 6, to 4", do: func(t *testing.T, n *namespace) {
		for _, replicas := range []int{6, 2, 6, 4} {
			n.shop(t, replicas, nodes.Image("web"), `, port: 9090, env: {PORT: "9090"}`)
			n.complete(t, replicas)
		}
	}},
	{name: "a rollout that cannot work, then mended", do: func(t *testing.T, n *namespace) {
		n.shop(t, 4, nodes.Registry+"/web:missing", `, port: 9090, env: {PORT: "9090"}`)
		n.eventually(t, patience, func() error {
			if got := read(t, n.get(t, webApps, "shop"), "{.status.reason}"); got != "ImagePullError" {
				return fmt.Errorf("want the WebApp to say ImagePullError, got %s", got)
			}

			return nil
		})
		n.shop(t, 4, nodes.Image("web"), `, port: 9090, env: {PORT: "9090", VERSION: "3"}`)
		n.complete(t, 4)
	}},
	{name: "a migration and a sidecar come, and then another image", do: func(t *testing.T, n *namespace) {
		for _, tag := range []string{"1", "2"} {
			n.shop(t, 4, nodes.Registry+"/web:"+tag, `, port: 9090, env: {PORT: "9090"}, `+beside)
			n.complete(t, 4)
		}

		n.holdsOrder(t)
	}},
	{name: "both go, and a mesh adds its proxy as a container, then as a sidecar, and is gone", do: func(t *testing.T, n *namespace) {
		for _, how := range []string{asContainer, asSidecar} {
			n.shop(t, 4, nodes.Image("web"), `, port: 9090, env: {PORT: "9090"}, `+meshed(how, ""))
			n.complete(t, 4)
			n.holdsMesh(t, how)
		}

		n.shop(t, 4, nodes.Image("web"), `, port: 9090, env: {PORT: "9090"}`)
		n.complete(t, 4)
	}},
}

// testRequests has no request fail while a WebApp changes.
func testRequests(t *testing.T) {
	n := newNamespace(t, "requests")
	n.inject(t)
	n.serveWhile(t, changes, regularly)
}

// serveWhile has no request to a shop fail while one thing after the other is done.
func (n *namespace) serveWhile(t *testing.T, all []change, pause time.Duration) {
	t.Helper()
	n.shop(t, 4, nodes.Image("web"), "")
	n.complete(t, 4)

	// The node that stays.
	c := n.call(t, nodes.Node(2), pause)
	defer c.stop(t)

	found := newTable(append([]string{"While"}, countedColumns...)...)
	defer found.log(t)

	for _, change := range all {
		if !t.Run(change.name, func(t *testing.T) { c.serve(t, found, change) }) && t.Context().Err() != nil {
			break
		}
	}
}

// serve has no request fail during a change.
func (c callers) serve(t *testing.T, found *table, change change) {
	t.Helper()

	var took time.Duration

	began := time.Now()
	got := c.during(t, func() {
		change.do(t, c.namespace)

		took = time.Since(began)
	})

	found.counted(change.name, took, got)

	if got["new"].Failed+got["kept"].Failed > 0 {
		t.Errorf("want no request to fail, got %+v", got)
	}
}

// testAutoscaler has no request fail while an autoscaler follows what metrics-server says
// of the pods, and of one of their containers.
func testAutoscaler(t *testing.T) {
	n := newNamespace(t, "autoscaler")
	n.shop(t, 6, nodes.Image("web"), "")
	n.complete(t, 6)

	c := n.call(t, nodes.Node(2), gently)
	defer c.stop(t)

	found := newTable(append([]string{"While"}, countedColumns...)...)
	defer found.log(t)

	c.serve(t, found, change{name: "an autoscaler from 6 replicas to 2, to 6, and back", do: func(t *testing.T, n *namespace) {
		const (
			auto      = `, autoscaling: {minReplicas: 2, maxReplicas: 6, %s, behavior: {scaleDown: {stabilizationWindowSeconds: 0}}}`
			pods      = `targetCPUUtilizationPercentage: 3000`
			container = `metrics: [{type: ContainerResource, containerResource: {name: cpu, container: app, target: {type: Utilization, averageUtilization: 5}}}]`
		)

		for _, step := range []struct {
			metric   string
			replicas int
		}{{pods, 2}, {container, 6}, {pods, 2}} {
			n.shop(t, 6, nodes.Image("web"), fmt.Sprintf(auto, step.metric))
			n.complete(t, step.replicas)
		}
	}})
}

// countedColumns are those of a table of requests behind its first.
var countedColumns = []string{"took", "requests, new connections", "failed", "requests, kept connections", "failed", "slowest", "why"}

// counted is a row of requests.
func (b *table) counted(name string, took time.Duration, got map[string]counts) {
	fresh, kept := got["new"], got["kept"]

	why := maps.Clone(fresh.Why)
	maps.Copy(why, kept.Why)

	b.row(name, fmt.Sprintf("%.0f s", took.Seconds()), strconv.Itoa(fresh.Total), strconv.Itoa(fresh.Failed), strconv.Itoa(kept.Total), strconv.Itoa(kept.Failed),
		fmt.Sprintf("%d ms", max(fresh.Slowest, kept.Slowest)), strings.Join(slices.Sorted(maps.Keys(why)), "; "))
}
