package nodes_test

import (
	"cmp"
	"fmt"
	"os"
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
	// Deployment is complete, and mostChanges how often it may say something else in a
	// rollout: that it is written, that pods are replaced, and that it runs.
	late        = 5 * time.Second
	mostChanges = 3

	// moments is how much later the test may see of one object what it has seen of
	// the other.
	moments = 500 * time.Millisecond

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

		if t.Context().Err() == nil {
			t.Errorf("the watch of %s ended before the test", name)
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

// A lag is what a change of a WebApp showed.
type lag struct {
	// took is for how long it said something else when its Deployment was complete.
	took time.Duration

	// wrote is what it said each time that it was written, and lies are what it said
	// in between that was not true.
	wrote, lies []string

	// changes is how often it said something else. Its conditions Synced, Ready and
	// Responsive are Crossplane's, which first writes those that it read, and so undoes
	// what it wrote a moment before if its cache has not seen that yet: the busier the
	// machine, the more often. See https://github.com/crossplane/crossplane/issues/7062.
	changes int

	// breaker is what Crossplane said of its circuit breaker at the end.
	breaker string
}

// change changes the WebApp, and holds what it says to its Deployment, which has the
// change when a field of it has some value.
func (s *subject) change(t *testing.T, replicas int, spec, field, value string) lag {
	t.Helper()
	s.rest(t)

	began := time.Now()

	s.webApp(t, s.name, fmt.Sprintf("image: %q, replicas: %d, %s", nodes.Image("web"), replicas, spec))

	generation := s.get(t, webApps, s.name).GetGeneration()
	changed := func(o *unstructured.Unstructured) bool { return read(t, o, field) == value }

	var complete, said time.Time

	for time.Since(began) < patience {
		complete, said = s.completed(t, began, replicas, changed), s.saidSo(t, began, generation)

		both := !complete.IsZero() && !said.IsZero() && time.Since(said) > moments && time.Since(complete) > moments
		if both || !complete.IsZero() && time.Since(complete) > hopeless {
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

	since := time.Time{}

	for _, m := range s.deployment.since(began) {
		if changed(m.object) {
			since = m.at
			break
		}
	}

	ours := func(o *unstructured.Unstructured) string {
		return read(t, o, `{.status.phase} {.status.reason} {.status.availableReplicas}/{.status.replicas} {.status.message} {.status.url} {.status.conditions[?(@.type=="Accepted")].message}`)
	}

	// Our own write is the first.
	written := s.webApps.since(began)
	l, before := lag{took: max(0, said.Sub(complete))}, ours(written[0].object)

	for _, m := range written[1:] {
		l.breaker = read(t, m.object, `{.status.conditions[?(@.type=="Responsive")].reason}`)
		told := fmt.Sprintf("%5.1f s: ", m.at.Sub(began).Seconds()) +
			read(t, m.object, "{.metadata.generation} {.status.phase} {.status.availableReplicas}/{.status.replicas} {.status.message}{range .status.conditions[*]} {.type}={.status} {.reason} {.observedGeneration}{end}")
		l.wrote = append(l.wrote, told)

		if now := ours(m.object); now != before {
			before = now
			l.changes++
		}

		if m.at.After(since.Add(moments)) && m.at.Before(complete.Add(-moments)) && read(t, m.object, "{.status.phase}") == "Running" {
			l.lies = append(l.lies, told)
		}
	}

	return l
}

// rest waits until Crossplane has written what it had to write.
func (s *subject) rest(t *testing.T) {
	t.Helper()
	s.eventually(t, patience, func() error {
		if last := s.webApps.since(time.Now().Add(-time.Second)); len(last) > 0 {
			return fmt.Errorf("%s was written lately", s.name)
		}

		return nil
	})
}

// completed is since when the Deployment has been as described, and changed.
func (s *subject) completed(t *testing.T, began time.Time, replicas int, changed func(*unstructured.Unstructured) bool) time.Time {
	t.Helper()
	return sinceWhen(s.deployment.since(began), func(o *unstructured.Unstructured) bool {
		want := fmt.Sprintf("%d: %d %d %d %d %d", o.GetGeneration(), replicas, replicas, replicas, replicas, replicas)
		return changed(o) && read(t, o, "{.status.observedGeneration}: {.spec.replicas} {.status.replicas} {.status.updatedReplicas} {.status.readyReplicas} {.status.availableReplicas}") == want
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

// testTruth has WebApps say that they run when they do, with Crossplane as
// install/crossplane/values.yaml installs it.
func testTruth(t *testing.T) {
	f := newTruths()
	defer f.log(t)

	f.rollouts(t, newNamespace(t, "truth-values"), "as in values.yaml", 1)
}

// crossplanesDefaults are Crossplane's own settings instead of those of values.yaml.
const crossplanesDefaults = "args=null"

// crossplaneByDefault has Crossplane as it is installed by default. Whoever ran all tests has
// it so by now.
func crossplaneByDefault(t *testing.T) {
	t.Helper()

	if args := cluster.do(t, "get", "deployment", "-n", "crossplane-system", "crossplane", "-o", "jsonpath={.spec.template.spec.containers[0].args}"); strings.Contains(args, "circuit-breaker") {
		must(t, cluster.UpgradeCrossplane(t.Context(), crossplanesDefaults))
	}
}

// testTruthByDefault has WebApps say that they run when they do, with Crossplane's own
// settings.
func testTruthByDefault(t *testing.T) {
	crossplaneByDefault(t)

	f := newTruths()
	t.Cleanup(func() { f.log(t) })

	for i := range rounds(t) {
		n := newNamespace(t, fmt.Sprintf("truth-defaults-%d", i))
		f.rollouts(t, n, byDefault, 3)

		for name, test := range map[string]func(*testing.T, *namespace){"scalings": f.scalings, "flaps": f.flaps} {
			t.Run(fmt.Sprintf("%s-%d", name, i), func(t *testing.T) {
				t.Parallel()
				test(t, n)
			})
		}
	}
}

// byDefault is how Crossplane is.
const byDefault = "by default"

// rounds is how often to do it.
func rounds(t *testing.T) int {
	t.Helper()

	number, err := strconv.Atoi(cmp.Or(os.Getenv("ROUNDS"), "1"))
	must(t, err)

	return number
}

// truths are what was found of all WebApps.
type truths struct {
	mu sync.Mutex

	table            *table
	measured, inTime int
}

func newTruths() *truths {
	return &truths{table: newTable("Crossplane", "What happens", "seconds from complete to Running and Ready", "says so many things", "in so many writes", "Responsive")}
}

func (f *truths) log(t *testing.T) {
	t.Helper()
	f.table.log(t)
	t.Logf("%d of %d in time", f.inTime, f.measured)
}

// note holds what a change showed to what is promised. Of a WebApp that is created,
// Crossplane writes more than its status.
func (f *truths) note(t *testing.T, crossplane, what string, l lag, most int) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()

	f.table.row(crossplane, what, fmt.Sprintf("%.1f", l.took.Seconds()), strconv.Itoa(l.changes), strconv.Itoa(len(l.wrote)), l.breaker)

	f.measured++

	if l.took <= late {
		f.inTime++
	} else {
		t.Errorf("%s: want the WebApp to say so within %s, got %s", what, late, l.took)
	}

	if most > 0 && l.changes > most {
		t.Errorf("%s: want the WebApp to say at most %d things, got %d:\n%s", what, most, l.changes, strings.Join(l.wrote, "\n"))
	}

	if len(l.lies) > 0 {
		t.Errorf("%s: want it to be Running only when its Deployment is complete, got:\n%s", what, strings.Join(l.lies, "\n"))
	}
}

// rollouts replaces ten replicas that start at once, so many times in a row.
func (f *truths) rollouts(t *testing.T, n *namespace, crossplane string, times int) {
	t.Helper()

	s, most := n.subject(t, "rollouts"), 0

	for i, what := range []string{"creation of ten replicas", "first rollout of ten replicas", "second rollout", "third rollout"}[:times+1] {
		f.note(t, crossplane, what, s.change(t, 10, fmt.Sprintf(`env: {VERSION: "%d"}`, i), `{.spec.template.spec.containers[0].env[?(@.name=="VERSION")].value}`, strconv.Itoa(i)), most)

		most = mostChanges
	}

	n.do(t, "delete", "wa", "-n", n.name, "rollouts")
}

// scalings changes the number of replicas twelve times within 36 seconds.
func (f *truths) scalings(t *testing.T, n *namespace) {
	t.Helper()

	s := n.subject(t, "scalings")
	scale := func(replicas int) lag {
		return s.change(t, replicas, "port: 8080", "{.spec.replicas}", strconv.Itoa(replicas))
	}

	f.note(t, byDefault, "creation of two replicas", scale(2), 0)

	for i := range 11 {
		n.webApp(t, "scalings", fmt.Sprintf("image: %q, replicas: %d, port: 8080", nodes.Image("web"), 2+(i*5)%8))
		time.Sleep(3 * time.Second)
	}

	f.note(t, byDefault, "the last of twelve scalings in 36 s", scale(3), 0)
	n.do(t, "delete", "wa", "-n", n.name, "scalings")
}

// flaps has replicas become ready and unready for half a minute, and then mends
// them.
func (f *truths) flaps(t *testing.T, n *namespace) {
	t.Helper()

	const probe = "readinessProbe: {httpGet: {path: /healthz}, periodSeconds: 1, failureThreshold: 1}"

	s := n.subject(t, "flaps")

	n.webApp(t, "flaps", fmt.Sprintf("image: %q, replicas: 4, env: {UNHEALTHY_EVERY: 3s}, %s", nodes.Image("web"), probe))
	time.Sleep(30 * time.Second)

	f.note(t, byDefault, "four replicas whose probes flapped are mended", s.change(t, 4, probe, "{.spec.template.spec.containers[0].env}", ""), 0)
	n.do(t, "delete", "wa", "-n", n.name, "flaps")
}
