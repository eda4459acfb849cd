package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/shirou/gopsutil/v4/load"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/webapp-operator/function-webapp/test/e2e/processes"
)

const (
	// moment is how long a supervisor takes to start again what has ended.
	moment = time.Second

	// kubeletSync is how often a kubelet looks at its pods, whether they change or not.
	kubeletSync = 10 * time.Second

	// function is the process of the function.
	function = "function-" + version
)

// A fault is something that goes wrong, and is over when it returns.
type fault struct {
	name   string
	inject func(*testing.T, *faultyCluster)
}

// faults are what every round goes through, under a stream of changes.
var faults = []fault{
	{"SIGKILL of the function", kill(function)},
	{"SIGKILL of Crossplane", kill("crossplane")},
	{"SIGKILL of the API server", kill("kube-apiserver")},
	{"SIGKILL of etcd", kill("etcd")},
	{"SIGKILL of all four", kill(function, "crossplane", "kube-apiserver", "etcd")},
	{"a frozen function", freeze},
	{"a slow function", slowDown},
	{"a function that answers garbage", answerGarbage},
	{"a function that is gone", takeAway},
}

// TestFaults goes through all faults, ROUNDS times (once, and with shorter
// outages, if it is not set), while WebApps are created, changed and deleted.
// After each, every WebApp must come to be what was asked for last, and no child
// may have been lost or made anew.
func TestFaults(t *testing.T) {
	t.Parallel()

	rounds, outage := 1, 10*time.Second

	if set := os.Getenv("ROUNDS"); set != "" {
		var err error

		rounds, err = strconv.Atoi(set)
		must(t, err)

		outage = 2 * time.Minute
	}

	c := newCluster(t, true)
	c.install(t)

	f := &faultyCluster{namespace: c.newNamespace(t), outage: outage, away: map[string]bool{}, restarts: map[string]int{}}
	f.stream = newStream(f.namespace)
	f.children = watchChildren(t, f.namespace, f.stream)

	supervised := f.supervise(t)
	defer supervised()

	f.stream.fill(t.Context())
	f.converge(t, "the start")

	took := map[string][]time.Duration{}

	for round := range rounds {
		for _, fault := range faults {
			stop := f.stream.start(t)

			f.eventually(t, f.stream.hasWritten(3))
			fault.inject(t, f)
			f.eventually(t, f.stream.hasWritten(3))
			stop()

			began := time.Now()

			f.converge(t, fault.name)

			took[fault.name] = append(took[fault.name], time.Since(began))
			t.Logf("round %d: %s: %s", round+1, fault.name, took[fault.name][round].Round(time.Millisecond))
		}
	}

	f.report(t, rounds, took)

	for _, lost := range f.children.lost() {
		t.Error(lost)
	}

	t.Run("EmptyAnswer", func(t *testing.T) { testEmptyAnswer(t, f) })
}

// report logs the figures.
func (f *faultyCluster) report(t *testing.T, rounds int, took map[string][]time.Duration) {
	t.Helper()

	out := &strings.Builder{}

	for _, fault := range faults {
		times := slices.Sorted(slices.Values(took[fault.name]))
		fmt.Fprintf(out, "%-33s %3d × converged after %5.1f s (median), %5.1f s (longest)\n",
			fault.name, len(times), times[len(times)/2].Seconds(), times[len(times)-1].Seconds())
	}

	f.mu.Lock()
	defer f.mu.Unlock()

	averages, err := load.AvgWithContext(t.Context())
	must(t, err)

	webApps, deleted, writes := f.stream.count()
	t.Logf("%d faults, load of the machine %.1f\n%s%d WebApps, of which %d were deleted; %d writes, of which %d had to be tried again\nlost or made anew: %d; circuit breakers opened: %d times; started again: %v",
		rounds*len(faults), averages.Load1, out, webApps, deleted, writes, f.stream.retries.Load(), len(f.children.lost()), f.children.opened(), f.restarts)
}

// A faultyCluster has something go wrong in it.
type faultyCluster struct {
	*namespace

	stream   *stream
	children *children

	// outage is how long a function is gone.
	outage time.Duration

	mu       sync.Mutex
	away     map[string]bool
	restarts map[string]int
}

// supervise starts processes again that have ended, as the kubelet does.
func (f *faultyCluster) supervise(t *testing.T) (stop func()) {
	t.Helper()

	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})

	go func() {
		defer close(done)

		for ctx.Err() == nil {
			time.Sleep(moment)

			for _, name := range f.ended() {
				if err := f.Restart(ctx, name); err != nil {
					t.Log(err)
				}
			}
		}
	}()

	return func() { cancel(); <-done }
}

// ended are processes that have ended and should not.
func (f *faultyCluster) ended() []string {
	f.mu.Lock()
	defer f.mu.Unlock()

	all, _ := f.Processes()
	names := []string{}

	for _, p := range all {
		if !f.away[p.Name] && !p.Running() {
			names = append(names, p.Name)
			f.restarts[p.Name]++
		}
	}

	return names
}

// keepAway has the supervisor not start a process again.
func (f *faultyCluster) keepAway(name string, away bool) {
	f.mu.Lock()
	defer f.mu.Unlock()

	f.away[name] = away
}

// converge waits until every WebApp is what was asked for last.
func (f *faultyCluster) converge(t *testing.T, after string) {
	t.Helper()

	// Crossplane's client waits for up to two minutes before it tries again to
	// reach a function, and a reconcile takes up to two.
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()

	looked := time.Now()

	if err := processes.Eventually(ctx, func() error {
		if time.Since(looked) > kubeletSync {
			looked = time.Now()
			f.lookAtPods(ctx)
		}

		return f.stream.converged(ctx)
	}); err != nil {
		state, _ := f.try(t, "get", "wa,deployments,pods,nodes", "-o", "wide")
		open, _ := f.try(t, "get", "wa", "-o", `jsonpath={range .items[*]}{.metadata.name} {.status.conditions[?(@.type=="Responsive")]}{"\n"}{end}`)
		t.Fatalf("after %s: %v\n%s\n%s", after, err, state, open)
	}
}

// lookAtPods changes the pods that are not ready, or about to go, so that kwok looks at them
// again. What it was writing when the API server or etcd went, it writes again only if nobody
// listened, and not if the connection broke or the API server said that it has no etcd: such
// a pod would wait for ever, where a kubelet's does not. What cannot be changed now is
// changed the next time.
func (f *faultyCluster) lookAtPods(ctx context.Context) {
	client := f.client.Resource(pods).Namespace(f.name)

	all, err := list(ctx, client, metav1.ListOptions{})
	if err != nil {
		return
	}

	patch := fmt.Appendf(nil, `{"metadata": {"annotations": {%q: %q}}}`, asked, time.Now().Format(time.RFC3339Nano))

	for name, pod := range all {
		if condition(pod, "Ready") != "True" || field(pod, "metadata", "deletionTimestamp") != nil {
			_, _ = client.Patch(ctx, name, types.MergePatchType, patch, metav1.PatchOptions{FieldManager: "e2e"})
		}
	}
}

// kill ends processes at once, and waits until the supervisor has started them
// again.
func kill(names ...string) func(*testing.T, *faultyCluster) {
	return func(t *testing.T, f *faultyCluster) {
		before := map[string]int32{}

		for _, name := range names {
			p, _ := f.Process(name)
			before[name] = p.PID

			must(t, f.Signal(name, syscall.SIGKILL))
		}

		for _, name := range names {
			f.eventually(t, func() error {
				if p, _ := f.Process(name); p.PID == before[name] || !p.Running() {
					return errors.New(name + " was not started again")
				}

				return nil
			})
		}
	}
}

// freeze stops the function without ending its connections.
func freeze(t *testing.T, f *faultyCluster) {
	must(t, f.Signal(function, syscall.SIGSTOP))
	time.Sleep(f.outage)
	must(t, f.Signal(function, syscall.SIGCONT))
}

// slowDown has every word to and from the function take a second.
func slowDown(t *testing.T, f *faultyCluster) {
	r := newRelay(t, f.FunctionAddress(function), time.Second)

	f.reroute(t, r.address)
	f.eventually(t, func() error {
		if r.carried.Load() == 0 {
			return errors.New("nobody calls the slow function")
		}

		return nil
	})
	time.Sleep(f.outage)
	f.reroute(t, f.FunctionAddress(function))
}

// answerGarbage has something else answer in the function's place.
func answerGarbage(t *testing.T, f *faultyCluster) {
	for _, i := range impostors {
		served, address := i.serve(t, f.FunctionCertificates())

		f.reroute(t, address)
		f.eventually(t, func() error {
			if served.Load() < 2 {
				return errors.New("nobody asks for " + i.name)
			}

			return nil
		})
	}

	f.reroute(t, f.FunctionAddress(function))
}

// takeAway has no function for a while.
func takeAway(t *testing.T, f *faultyCluster) {
	f.keepAway(function, true)
	must(t, f.Kill(t.Context(), function))
	time.Sleep(f.outage)
	f.keepAway(function, false)
	f.eventually(t, func() error {
		if p, _ := f.Process(function); !p.Running() {
			return errors.New("the function was not started again")
		}

		return nil
	})
}

// reroute has the function's Service lead somewhere else, for those who are
// connected too.
func (f *faultyCluster) reroute(t *testing.T, address string) {
	t.Helper()
	must(t, f.Route(address))
	kill("network")(t, f)
}

// testEmptyAnswer shows what Crossplane does if somebody with the function's
// certificate answers that nothing is wanted: what it was told. Nothing that the
// function does can keep it from that. See docs/faults.md.
func testEmptyAnswer(t *testing.T, f *faultyCluster) {
	name := f.stream.oldest()
	served, address := empty.serve(t, f.FunctionCertificates())

	f.reroute(t, address)
	f.do(t, "annotate", "wa", name, "asked=again")
	f.gone(t, deployments, name)
	f.gone(t, services, name)
	f.gone(t, configMaps, name+"-config")

	// Watches that see nothing of this would have seen nothing before.
	f.eventually(t, func() error {
		if len(f.children.lost()) < len(childKinds) {
			return errors.New("nobody saw that children were lost")
		}

		return nil
	})

	f.reroute(t, f.FunctionAddress(function))
	t.Logf("%d empty answers: the children of %s are gone, and it is\n%s", served.Load(), name, f.do(t, "get", "wa", name, "-o", "wide"))

	// Such an answer says nothing of when to ask again, and of no child to watch.
	// Whoever changes a WebApp has Crossplane ask, and so does its restart.
	f.do(t, "annotate", "--overwrite", "wa", name, "asked=once-more")
	f.expect(t, webApps, name, "{.status.phase}", "Running")
	kill("crossplane")(t, f)
	f.converge(t, "an empty answer")
}
