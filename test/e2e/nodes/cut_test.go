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

// TestCut takes the cable out of a node, and counts what callers on the other see.
// Kubernetes takes 50 seconds to believe it, and another Crossplane up to 60 to lead:
// how long it takes in all is for the log, but it must be seen, and end.
func TestCut(t *testing.T) {
	n := newNamespace(t, "cut")
	n.shop(t, 4, nodes.Image("web"), "")
	n.complete(t, 4)

	leader := read(t, (&namespace{bed: n.bed, name: "crossplane-system"}).get(t, leases, "crossplane-leader-election-core"), "{.spec.holderIdentity}")
	at := n.do(t, "get", "pods", "-n", "crossplane-system", "-o", fmt.Sprintf(`jsonpath={.items[?(@.metadata.name==%q)].spec.nodeName}`, strings.Split(leader, "_")[0]))

	cut, other := 1, 2
	if at == nodes.Node(2) {
		cut, other = 2, 1
	}

	c := n.call(t, "shop", nodes.Node(other))
	defer c.stop(t, "shop")

	found := newTable("A node is cut off, with Crossplane's leader on it", "after")
	defer found.log(t)

	after := func(what string, began time.Time) {
		found.row(what, fmt.Sprintf("%.0f s", time.Since(began).Seconds()))
	}

	must(t, n.Cut(t.Context(), cut))

	began := time.Now()
	mend := sync.OnceFunc(func() { must(t, n.Mend(context.WithoutCancel(t.Context()), cut)) })

	defer mend()

	got := c.during(t, func() {
		n.eventually(t, 3*time.Minute, func() error {
			if ready := n.do(t, "get", "endpointslices", "-n", n.name, "-l", "kubernetes.io/service-name=shop", "-o", fmt.Sprintf(`jsonpath={.items[*].endpoints[?(@.nodeName==%q)].conditions.ready}`, nodes.Node(cut))); strings.Contains(ready, "true") {
				return fmt.Errorf("the Service still leads to the node: %s", ready)
			}

			return nil
		})
		after("the Service no longer leads there", began)
	})

	n.eventually(t, 3*time.Minute, func() error {
		if app := n.get(t, webApps, "shop"); read(t, app, "{.status.phase}") == "Running" {
			return fmt.Errorf("the WebApp still says %s", read(t, app, "{.status.message}"))
		}

		return nil
	})
	after("the WebApp says that not all replicas are available", began)
	mend()

	mended := time.Now()

	n.eventually(t, 3*time.Minute, func() error {
		if app := n.get(t, webApps, "shop"); read(t, app, "{.status.phase} {.status.availableReplicas}") != "Running 4" {
			return fmt.Errorf("the WebApp says %s", read(t, app, "{.status.message}"))
		}

		return nil
	})
	after("the cable is back: the WebApp runs", mended)

	for connections, g := range got {
		found.row(fmt.Sprintf("requests with %s connections: %d of %d failed (%s)", connections, g.Failed, g.Total, strings.Join(slices.Sorted(maps.Keys(g.Why)), "; ")), "")
	}
}
