package rollout

import (
	"time"

	"google.golang.org/protobuf/types/known/structpb"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
	"github.com/webapp-operator/function-webapp/internal/wire"
)

// Crossplane asks again when something changes that it watches. But it counts how often
// that happens, and an ordinary rolling update of ten replicas has its circuit breaker
// drop events: the one that is dropped may be that all is well, or that somebody has
// changed the WebApp. What it never drops is the time after which it was told to ask
// again. So that follows how recently something moved.
const (
	// soon is how long it waits at least.
	soon = 3 * time.Second

	// settled is how long nothing must have moved for events to be trusted: it was asked
	// twice since then, and has said in the WebApp's condition Responsive whether it
	// drops any.
	settled = 2 * soon

	// unsettled is how long it waits at most for a WebApp that does not run, or whose
	// events it drops.
	unsettled = time.Minute
)

// AskAgain returns how long Crossplane waits at most before it asks again: a few
// seconds after something moved, then as long as nothing has moved, up to a minute.
// Once events are to be trusted, it is a minute for a WebApp that does not run, and
// most for one that does; but where a child is to come, without which it is not Ready
// however long it runs, a few seconds, then as long as it is not, up to a minute: it may be
// refused. When the patience with one that does not run is over, it asks: that makes no
// event. If most is 0, Crossplane is not told to ask again, but for what pods say, which
// changes with time.
func AskAgain(after Status, observed Observed, app *webapp.App, most time.Duration, now time.Time) time.Duration {
	running := after.Phase == v1.PhaseRunning

	if most == 0 {
		if running || len(observed.Pods) == 0 {
			return 0
		}

		return unsettled
	}

	moved := value.Time(after.LastUpdated)

	// Of one that runs, the status has changed when anything that matters has.
	if !running {
		if t := lastMove(observed); t.After(moved) {
			moved = t
		}
	}

	still := now.Sub(moved).Truncate(time.Second)

	wait := most
	if still < settled || dropsEvents(observed.Composite) {
		wait = min(max(still, soon), unsettled)
	}

	if observed.Awaited {
		wait = min(wait, max(notReady(observed.Composite, now), soon), unsettled)
	}

	if !running {
		wait = min(wait, unsettled)

		// Then what is told of it is another. Of what was told before, that counts from when
		// it was, however often its pods were written since then.
		told := now.Sub(value.Time(after.LastUpdated)).Truncate(time.Second)

		for _, allowed := range []time.Duration{webapp.Patience, app.TimeToBeReadyAgain(), app.TimeToBeReady()} {
			for _, has := range []time.Duration{told, still} {
				if has < allowed {
					wait = min(wait, allowed-has)
				}
			}
		}
	}

	return min(wait, most)
}

// notReady is for how long a composite has not been Ready by what Crossplane says of it.
func notReady(composite *structpb.Struct, now time.Time) time.Duration {
	ready := value.Condition(composite.GetFields()["status"], "Ready")
	if value.Text(ready, "status") != "False" {
		return 0
	}

	since := wire.Open(value.Dig(ready, "lastTransitionTime")).GetStringValue()

	return now.Sub(value.Time(since)).Truncate(time.Second)
}

// dropsEvents says whether Crossplane's circuit breaker is open for a composite: see
// WatchCircuitOpen in github.com/crossplane/crossplane/apis/v2/apiextensions/v1.
func dropsEvents(composite *structpb.Struct) bool {
	return value.Text(value.Condition(composite.GetFields()["status"], "Responsive"), "status") == "False"
}
