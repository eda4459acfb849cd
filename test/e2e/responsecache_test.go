package e2e

import (
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// cached is how many WebApps of a kind TestResponseCache has.
const cached = 10

// TestResponseCache has Crossplane keep the function's answers, which it does if it is
// told to (FunctionResponseCache, alpha). What changes is said as soon as without; what is
// only a matter of time is said as late as docs/operate.md says.
func TestResponseCache(t *testing.T) {
	if os.Getenv("RESPONSE_CACHE") == "" {
		t.Skip("it waits for minutes: make response-cache")
	}

	// Two minutes are what something has to heal. Crossplane asks a tenth earlier or later
	// than it was told.
	const patient = 2 * time.Minute

	for _, tc := range []struct {
		// name is that of a namespace, too: On and Off would be no text in YAML.
		name, reason string
		flags        []string
		late         time.Duration
	}{
		{"Asked", "Without it, Crossplane asks when it was told to.", nil, 10 * time.Second},
		{"Kept", "An answer is kept for as long as Crossplane was told to wait, and when it asks a little earlier, it waits once more.", []string{"--enable-function-response-cache"}, time.Minute + 10*time.Second},
		{"Short", "What is kept for less than the function ever has Crossplane wait is never used for that.", []string{"--enable-function-response-cache", "--xfn-cache-max-ttl=2s"}, 10 * time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := newCluster(t, false, tc.flags...)
			c.install(t)
			c.grant(t)

			n := c.newNamespace(t)
			n.composition(t, "diagnostics: pods")

			t.Run("Life", func(t *testing.T) { n.liveCached(t) })
			t.Run("Patience", func(t *testing.T) {
				for name, took := range n.waitForBusy(t) {
					if took < patient-time.Second || took > patient+tc.late {
						t.Errorf("%s WebApp %s: want Failed after %s and up to %s, got %s", tc.reason, name, patient, tc.late, took)
					}
				}
			})
			t.Run("Restart", func(t *testing.T) { n.restartCached(t) })
		})
	}
}

// liveCached takes a WebApp through its life.
func (n *namespace) liveCached(t *testing.T) {
	t.Helper()

	const image = "{.status.phase} {.status.reason} {.status.availableReplicas}"

	webApp := func(spec string) { n.webApp(t, "shop", spec+n.compositionRef()) }

	webApp("image: 'nginx:1', replicas: 2")
	n.running(t, "shop", 2)
	n.do(t, "scale", "wa/shop", "--replicas=3")
	n.running(t, "shop", 3)
	webApp("image: 'nginx:2', replicas: 3")
	n.running(t, "shop", 3)

	before := n.podsOf(t, "shop")

	webApp("image: 'example.com/no-such-image:1', replicas: 3")
	n.expect(t, webApps, "shop", image, "Failed ImagePullError 3")
	// What was asked before is asked again, and the answer is another: the objects are.
	webApp("image: 'nginx:2', replicas: 3")
	n.running(t, "shop", 3)
	n.steady(t, "shop")

	if diff := cmp.Diff(before, n.podsOf(t, "shop")); diff != "" {
		t.Errorf("want the pods that served to go on: -before, +after:\n%s", diff)
	}

	n.delete(t, services, "shop", metav1.DeletePropagationBackground)
	n.eventually(t, func() error {
		if n.get(t, services, "shop") == nil {
			return errors.New("Service shop is not put back")
		}

		return nil
	})
}

// waitForBusy has WebApps wait for a registry that is busy, and returns how long each was
// Pending for that reason until it was Failed.
func (n *namespace) waitForBusy(t *testing.T) map[string]time.Duration {
	t.Helper()

	const state = "{.status.phase} {.status.reason}"

	names, since, took := []string{}, map[string]time.Time{}, map[string]time.Duration{}

	for i := range cached {
		name := fmt.Sprintf("busy-%d", i)
		names = append(names, name)

		pod := n.diagnose(t, name, "example.com/never-ready:1")
		n.expect(t, pods, pod, "{.status.phase}", "Running")
		n.patchStatus(t, pods, pod, `{phase: Pending, containerStatuses: [{name: app, image: "example.com/never-ready:1", imageID: "", ready: false, restartCount: 0, state: {waiting: {reason: ErrImagePull, message: "429 Too Many Requests"}}}]}`)
		n.expect(t, webApps, name, state, "Pending ImagePullError")

		at, err := time.Parse(time.RFC3339, read(t, n.get(t, webApps, name), "{.status.lastUpdated}"))
		must(t, err)

		since[name] = at
	}

	for deadline := time.Now().Add(2 * patience); len(took) < len(names) && time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		for _, name := range names {
			if _, over := took[name]; !over && read(t, n.get(t, webApps, name), state) == "Failed ImagePullError" {
				took[name] = time.Since(since[name])
			}
		}
	}

	if len(took) < len(names) {
		t.Errorf("want all of %v to be Failed, got %v", names, took)
	}

	t.Logf("Pending until Failed: %v", took)

	return took
}

// restartCached has Crossplane start again, which asks about every WebApp then.
func (n *namespace) restartCached(t *testing.T) {
	t.Helper()

	names := []string{}

	for i := range cached {
		name := fmt.Sprintf("calm-%d", i)
		names = append(names, name)
		n.webApp(t, name, "image: nginx, replicas: 1")
	}

	for _, name := range names {
		n.running(t, name, 1)
	}

	must(t, n.Kill(t.Context(), "crossplane"))
	must(t, n.Restart(t.Context(), "crossplane"))

	n.webApp(t, "last", "image: nginx, replicas: 1")

	for _, name := range append(names, "last") {
		n.running(t, name, 1)
		n.steady(t, name)
	}
}
