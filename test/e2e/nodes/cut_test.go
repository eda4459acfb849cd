package nodes_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/webapp-operator/function-webapp/test/e2e/nodes"
)

// testCut takes the cable out of a node, and counts what callers on the other see:
// out of that with Crossplane's leader, and in another round out of the other.
// Kubernetes takes 50 seconds to believe it, and another Crossplane up to 60 to lead:
// how long it takes in all is for the log, but it must be seen, and end.
func testCut(t *testing.T) {
	found := newTable("A node is cut off", "the Service forgets it after", "the WebApp says so after", "it runs again, once the cable is back, after", "failed of requests with new connections", "with kept ones")
	defer found.log(t)

	for _, leads := range []bool{true, false}[:min(rounds(t), 2)] {
		name := "without Crossplane's leader"
		if leads {
			name = "with Crossplane's leader on it"
		}

		t.Run(name, func(t *testing.T) { cut(t, found, name, leads) })
	}
}

func cut(t *testing.T, found *table, name string, leads bool) {
	t.Helper()

	n := newNamespace(t, fmt.Sprintf("cut-%t", leads))
	n.shop(t, 4, nodes.Image("web"), "")
	n.complete(t, 4)

	leader := read(t, (&namespace{bed: n.bed, name: "crossplane-system"}).get(t, leases, "crossplane-leader-election-core"), "{.spec.holderIdentity}")
	at := n.do(t, "get", "pods", "-n", "crossplane-system", "-o", fmt.Sprintf(`jsonpath={.items[?(@.metadata.name==%q)].spec.nodeName}`, strings.Split(leader, "_")[0]))

	without, stays := 1, 2
	if (at == nodes.Node(1)) != leads {
		without, stays = 2, 1
	}

	c := n.call(t, nodes.Node(stays), often)
	defer c.stop(t)

	row := []string{name}
	after := func(began time.Time) { row = append(row, fmt.Sprintf("%.0f s", time.Since(began).Seconds())) }

	must(t, n.Cut(t.Context(), without))

	began := time.Now()
	mend := sync.OnceFunc(func() { must(t, n.Mend(context.WithoutCancel(t.Context()), without)) })

	defer mend()

	got := c.during(t, func() {
		n.eventually(t, 3*time.Minute, func() error {
			if ready := n.do(t, "get", "endpointslices", "-n", n.name, "-l", "kubernetes.io/service-name=shop", "-o", fmt.Sprintf(`jsonpath={.items[*].endpoints[?(@.nodeName==%q)].conditions.ready}`, nodes.Node(without))); strings.Contains(ready, "true") {
				return fmt.Errorf("the Service still leads to the node: %s", ready)
			}

			return nil
		})
		after(began)
	})

	n.eventually(t, 3*time.Minute, func() error {
		if app := n.get(t, webApps, "shop"); read(t, app, "{.status.phase}") == "Running" {
			return fmt.Errorf("the WebApp still says %s", read(t, app, "{.status.message}"))
		}

		return nil
	})
	after(began)
	mend()

	mended := time.Now()

	n.eventually(t, 3*time.Minute, func() error {
		if app := n.get(t, webApps, "shop"); read(t, app, "{.status.phase} {.status.availableReplicas}") != "Running 4" {
			return fmt.Errorf("the WebApp says %s", read(t, app, "{.status.message}"))
		}

		return nil
	})
	after(mended)

	for _, connections := range []string{"new", "kept"} {
		g := got[connections]
		row = append(row, fmt.Sprintf("%d of %d (%s)", g.Failed, g.Total, strings.Join(slices.Sorted(maps.Keys(g.Why)), "; ")))
	}

	found.row(row...)
}
