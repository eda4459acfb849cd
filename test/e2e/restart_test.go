package e2e

import (
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// testRestartOnChange changes ConfigMaps that the pods of a WebApp read: the pods are
// replaced when they read what has changed, and not when they do not, or could not start.
func testRestartOnChange(t *testing.T, n *namespace) {
	const hash = `{.spec.template.metadata.annotations['example\.com/config-hash']}`

	settings := func(data string) {
		n.apply(t, "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: "+data+"}")
	}

	settings("{colour: red, other: '1'}")
	n.webApp(t, "shop", "image: nginx, replicas: 2, restartOnChange: true, configEnv: {COLOUR: {name: settings, key: colour}}, envFrom: [{configMapRef: {name: more, optional: true}}]")
	n.running(t, "shop", 2)
	n.steady(t, "shop")

	pods := n.podsOf(t, "shop")

	// replaced waits until all pods are others.
	replaced := func() {
		// Those before 2.4 do not watch what a function requires.
		if os.Getenv("CROSSPLANE") != "" {
			n.look(t, "shop")
		}

		n.eventually(t, func() error {
			now := n.podsOf(t, "shop")
			if len(now) != 2 || slices.ContainsFunc(now, func(name string) bool { return slices.Contains(pods, name) }) {
				return fmt.Errorf("pods %v have become %v", pods, now)
			}

			return nil
		})
		n.running(t, "shop", 2)

		pods = n.podsOf(t, "shop")
	}

	t.Log("what they do not read is nothing to them")
	settings("{colour: red, other: '2'}")
	n.steady(t, "shop")

	if diff := cmp.Diff(pods, n.podsOf(t, "shop")); diff != "" {
		t.Errorf("want the same pods: -before, +after:\n%s", diff)
	}

	t.Log("what they read replaces them")
	settings("{colour: blue, other: '2'}")
	replaced()

	t.Log("and so does what comes that they may read")
	n.apply(t, "{apiVersion: v1, kind: ConfigMap, metadata: {name: more}, data: {SIZE: '1'}}")
	replaced()

	t.Log("without what they need, those that run go on")

	before := read(t, n.get(t, deployments, "shop"), hash)
	n.do(t, "delete", "configmap", "settings")
	n.steady(t, "shop")
	n.expect(t, deployments, "shop", hash, before)

	if diff := cmp.Diff(pods, n.podsOf(t, "shop")); diff != "" {
		t.Errorf("want the same pods: -before, +after:\n%s", diff)
	}
}
