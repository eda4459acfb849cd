package pod

import (
	"google.golang.org/protobuf/types/known/structpb"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

const (
	// gracePeriod is Kubernetes' own: how many seconds a container has to stop.
	gracePeriod int32 = 30

	graceField     = "terminationGracePeriodSeconds"
	lifecycleField = "lifecycle"
)

func checkGracePeriod(spec value.Reader) {
	spec.Integer(graceField, 0, v1.MaxGracePeriod)
}

func checkLifecycle(spec value.Reader) {
	pause, ok := readPause(spec)
	grace := spec.Get(graceField)

	// Kubernetes refuses a pause that does not fit: see validateSleepAction of
	// k8s.io/kubernetes/pkg/apis/core/validation.
	if ok && pause > 0 && grace != nil && float64(pause) >= grace.GetNumberValue() {
		spec.Object(lifecycleField).Object("preStop").Object("sleep").Invalid("seconds", pause, "must be less than "+graceField)
	}
}

// readPause reads how many seconds a container goes on serving before it is asked to
// stop.
func readPause(in value.Reader) (seconds int32, ok bool) {
	if _, ok := value.Native[v1.Lifecycle](in, lifecycleField); !ok {
		return 0, false
	}

	written := in.Object(lifecycleField).Object("preStop").Object("sleep")
	if written.Get("seconds") == nil {
		written.Required("seconds", "say for how many seconds a replica that leaves goes on serving, or leave lifecycle out")
		return 0, false
	}

	return written.Integer("seconds", 0, v1.MaxGracePeriod)
}

func readDefaultLifecycle(in value.Reader, into *webapp.Defaults) {
	if in.Get(lifecycleField) == nil {
		return
	}

	if seconds, ok := readPause(in); ok {
		into.Pause = &seconds
	}
}

// addPause has the container go on serving for a while before it is asked to stop:
// load balancers take a moment to learn that the pod leaves, and what they still send
// would meet a closed port. A sleep needs no shell in the image. Kubernetes has it
// since 1.30, by default (KEP-3960).
//
// A container has as long to stop as without the pause, unless the WebApp says how long
// both may take.
func addPause(t *template) {
	grace, seconds := t.app.Options[graceField], t.pause()

	if seconds > 0 {
		t.container[lifecycleField] = sleep(seconds)
		t.spec[graceField] = graceWith(seconds)
	}

	if grace != nil {
		t.spec[graceField] = grace
	}
}

// pause is for how many seconds the container goes on serving: as the WebApp says, or
// else as the platform team does or its generation of defaults, but no more than half
// of the time that the WebApp gives it to stop.
func (t *template) pause() int32 {
	if seconds := value.Dig(t.app.Options[lifecycleField], "preStop", "sleep", "seconds"); seconds != nil {
		return int32(seconds.GetNumberValue())
	}

	usual := generations[t.generation]
	if set := t.defaults.Pause; set != nil {
		usual.pause, usual.pauseInGrace = *set, *set
	}

	grace := t.app.Options[graceField]
	if grace == nil {
		return usual.pause
	}

	return min(usual.pauseInGrace, int32(grace.GetNumberValue())/2)
}

// Values of the pause that most have.
var (
	usualSleep = newSleep(generations[newest].pause)
	usualGrace = value.Int(gracePeriod + generations[newest].pause)
)

func sleep(seconds int32) *structpb.Value {
	if seconds == generations[newest].pause {
		return usualSleep
	}

	return newSleep(seconds)
}

func graceWith(pause int32) *structpb.Value {
	if pause == generations[newest].pause {
		return usualGrace
	}

	return value.Int(gracePeriod + pause)
}

func newSleep(seconds int32) *structpb.Value {
	return value.Object(value.Fields{"preStop": value.Object(value.Fields{"sleep": value.Object(value.Fields{"seconds": value.Int(seconds)})})})
}
