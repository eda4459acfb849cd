package nodes_test

import (
	"testing"
	"time"

	"github.com/webapp-operator/function-webapp/test/e2e/nodes"
)

// testStubborn counts the requests that fail while applications are updated that do not do
// their part of it. The figures are for the log: they are the applications' own.
func testStubborn(t *testing.T) {
	if rounds(t) < 2 {
		t.Skip("SKIPPED: make e2e-nodes ROUNDS=2 counts them")
	}

	found := newTable(append([]string{"Two updates of an application that, on SIGTERM,"}, countedColumns...)...)
	defer found.log(t)

	n := newNamespace(t, "stubborn")
	n.shop(t, 4, nodes.Image("web"), "")
	n.complete(t, 4)

	c := n.call(t, nodes.Node(2), often)
	defer c.stop(t)

	for _, does := range []struct{ what, setting string }{{"ends at once", "exit"}, {"goes on", "ignore"}} {
		began, took := time.Now(), time.Duration(0)

		got := c.during(t, func() {
			for _, version := range []string{"1", "2"} {
				n.shop(t, 4, nodes.Image("web"), ", env: {ON_SIGTERM: "+does.setting+", VERSION: '"+version+"'}")
				n.complete(t, 4)
			}

			took = time.Since(began)
		})

		found.counted(does.what, took, got)
	}
}
