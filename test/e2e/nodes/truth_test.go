package nodes_test

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/webapp-operator/function-webapp/test/e2e/nodes"
)

const (
	// late is how long a WebApp may go on saying that it does not run when its
	// Deployment is complete, and writes how often it may be written in a rollout
	// of ten replicas.
	late   = 5 * time.Second
	writes = 6

	// hopeless is when the test no longer waits.
	hopeless = 75 * time.Second
)

// A moment is when an object was seen to be as it then was.
type moment struct {
	at     time.Time
	object *unstructured.Unstructured
}

// A watcher has what became of an object.
type watcher struct {
	mu      sync.Mutex
	moments []moment
}

// watch watches an object until the test ends.
func (n *namespace) watch(t *testing.T, kind schema.GroupVersionResource, name string) *watcher {
	t.Helper()

	stream, err := n.client.Resource(kind).Namespace(n.name).Watch(t.Context(), metav1.ListOptions{FieldSelector: "metadata.name=" + name})
	must(t, err)
	t.Cleanup(stream.Stop)

	w := &watcher{}

	go func() {
		for e := range stream.ResultChan() {
			if object, ok := e.Object.(*unstructured.Unstructured); ok {
				w.mu.Lock()
				w.moments = append(w.moments, moment{time.Now(), object})
				w.mu.Unlock()
			}
		}
	}()

	return w
}

// since returns what was seen from then on.
func (w *watcher) since(at time.Time) []moment {
	w.mu.Lock()
	defer w.mu.Unlock()

	i := len(w.moments)
	for i > 0 && w.moments[i-1].at.After(at) {
		i--
	}

	return append([]moment(nil), w.moments[i:]...)
}

// A subject is a WebApp that is watched, with its Deployment.
type subject struct {
	*namespace

	name                string
	webApps, deployment *watcher
}

func (n *namespace) subject(t *testing.T, name string) *subject {
	t.Helper()
	return &subject{namespace: n, name: name, webApps: n.watch(t, webApps, name), deployment: n.watch(t, deployments, name)}
}

// lag changes the WebApp, and returns for how long it said something else when its
// Deployment was complete, and what it said each time that it was written.
func (s *subject) lag(t *testing.T, replicas int, spec string) (time.Duration, []string) {
	t.Helper()

	began := time.Now()

	s.webApp(t, s.name, fmt.Sprintf("image: %q, replicas: %d, %s", nodes.Image("web"), replicas, spec))

	// The object's own resource versions say when the change had come: what is
	// seen of generations before does not count.
	generation := s.get(t, webApps, s.name).GetGeneration()

	var complete, said time.Time

	for time.Since(began) < patience {
		complete, said = s.completed(t, began, replicas), s.saidSo(t, began, generation)
		if !complete.IsZero() && (!said.IsZero() || time.Since(complete) > hopeless) {
			break
		}

		time.Sleep(50 * time.Millisecond)
	}

	if complete.IsZero() {
		t.Fatalf("%s: the Deployment is not complete after %s", s.name, patience)
	}

	if said.IsZero() {
		said = time.Now()
	}

	wrote := []string{}
	for _, m := range s.webApps.since(began)[1:] { // Our own is the first.
		wrote = append(wrote, fmt.Sprintf("%5.1f s: ", m.at.Sub(began).Seconds())+
			read(t, m.object, "{.metadata.generation} {.status.phase} {.status.availableReplicas}/{.status.replicas} {.status.lastUpdated} {.status.message}{range .status.conditions[*]} {.type}={.status} {.reason} {.observedGeneration}{end}"))
	}

	return max(0, said.Sub(complete)), wrote
}

// completed is since when the Deployment has been as described.
func (s *subject) completed(t *testing.T, began time.Time, replicas int) time.Time {
	t.Helper()
	return sinceWhen(s.deployment.since(began), func(o *unstructured.Unstructured) bool {
		want := fmt.Sprintf("%d: %d %d %d %d %d", o.GetGeneration(), replicas, replicas, replicas, replicas, replicas)
		return read(t, o, "{.status.observedGeneration}: {.spec.replicas} {.status.replicas} {.status.updatedReplicas} {.status.readyReplicas} {.status.availableReplicas}") == want
	})
}

// saidSo is since when the WebApp has said so.
func (s *subject) saidSo(t *testing.T, began time.Time, generation int64) time.Time {
	t.Helper()
	return sinceWhen(s.webApps.since(began), func(o *unstructured.Unstructured) bool {
		seen := int64(0)
		_, _ = fmt.Sscan(read(t, o, `{.status.conditions[?(@.type=="Ready")].observedGeneration}`), &seen)

		// Crossplane itself changes the spec of a new one.
		return seen >= generation && read(t, o, `{.status.phase} {.status.conditions[?(@.type=="Ready")].status}`) == "Running True"
	})
}

// sinceWhen is the first of the last moments that are all as they should be, or
// zero.
func sinceWhen(moments []moment, is func(*unstructured.Unstructured) bool) time.Time {
	at := time.Time{}

	for i := len(moments) - 1; i >= 0 && is(moments[i].object); i-- {
		at = moments[i].at
	}

	return at
}

// TestTruth has WebApps say that they run when they do: with Crossplane as it is
// installed by default, and as install/crossplane/values.yaml installs it.
func TestTruth(t *testing.T) {
	found := newTable("Crossplane", "what happens", "seconds from complete to Running and Ready", "writes of the WebApp")
	defer found.log(t)

	measured, inTime := 0, 0

	for _, install := range []struct{ name, values string }{
		{"as values.yaml says", ""},
		{"with its defaults", "args=null"},
	} {
		if install.values != "" {
			must(t, cluster.UpgradeCrossplane(t.Context(), install.values))
			defer func() { must(t, cluster.UpgradeCrossplane(t.Context())) }()
		}

		n := newNamespace(t, "truth-"+strings.ReplaceAll(strings.Fields(install.name)[1], ".", "-"))

		note := func(t *testing.T, what string, took time.Duration, wrote []string) {
			t.Helper()
			found.row(install.name, what, fmt.Sprintf("%.1f", took.Seconds()), strconv.Itoa(len(wrote)))

			measured++

			if took <= late {
				inTime++
			} else {
				t.Errorf("%s: want the WebApp to say so within %s, got %s", what, late, took)
			}

			if strings.Contains(what, "rollout") && len(wrote) > writes {
				t.Errorf("%s: want at most %d writes of the WebApp, got %d:\n%s", what, writes, len(wrote), strings.Join(wrote, "\n"))
			}
		}

		t.Run(install.name, func(t *testing.T) {
			t.Run("rollouts", func(t *testing.T) { rollouts(t, n, note) })
			t.Run("scalings", func(t *testing.T) { scalings(t, n, note) })
			t.Run("flaps", func(t *testing.T) { flaps(t, n, note) })
		})
	}

	t.Logf("%d of %d in time", inTime, measured)
}

type noting func(t *testing.T, what string, took time.Duration, wrote []string)

// rollouts replaces ten replicas that start at once, three times in a row.
func rollouts(t *testing.T, n *namespace, note noting) {
	s := n.subject(t, "rollouts")

	for i, what := range []string{"creation of ten replicas", "first rollout of ten replicas", "second rollout", "third rollout"} {
		took, wrote := s.lag(t, 10, fmt.Sprintf(`env: {VERSION: "%d"}`, i))
		note(t, what, took, wrote)
	}

	n.do(t, "delete", "wa", "-n", n.name, "rollouts")
}

// scalings changes the number of replicas twelve times within 36 seconds.
func scalings(t *testing.T, n *namespace, note noting) {
	s := n.subject(t, "scalings")

	took, wrote := s.lag(t, 2, "port: 8080")
	note(t, "creation of two replicas", took, wrote)

	for i := range 11 {
		n.webApp(t, "scalings", fmt.Sprintf("image: %q, replicas: %d, port: 8080", nodes.Image("web"), 2+(i*5)%8))
		time.Sleep(3 * time.Second)
	}

	took, wrote = s.lag(t, 3, "port: 8080")
	note(t, "the last of twelve scalings in 36 s", took, wrote)
	n.do(t, "delete", "wa", "-n", n.name, "scalings")
}

// flaps has replicas become ready and unready for half a minute, and then mends
// them.
func flaps(t *testing.T, n *namespace, note noting) {
	const probe = "readinessProbe: {httpGet: {path: /healthz}, periodSeconds: 1, failureThreshold: 1}"

	s := n.subject(t, "flaps")

	n.webApp(t, "flaps", fmt.Sprintf("image: %q, replicas: 4, env: {UNHEALTHY_EVERY: 3s}, %s", nodes.Image("web"), probe))
	time.Sleep(30 * time.Second)

	took, wrote := s.lag(t, 4, probe)
	note(t, "four replicas whose probes flapped are mended", took, wrote)
	n.do(t, "delete", "wa", "-n", n.name, "flaps")
}
