package fn

import (
	"fmt"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
)

// Reasons of events. Frozen.
const (
	eventCreated = "Created"
	eventUpdated = "Updated"
	eventScaled  = "Scaled"
	eventRunning = "Running"
	eventFailed  = "Failed"
)

// tell returns an event for what changed since the WebApp's status was last
// written. In a steady state nothing did, and there is none: every result
// becomes an event on the WebApp, each time.
func tell(before verdict, after status, r rollout) []*fnv1.Result {
	if before.phase == after.phase && before.reason == after.reason {
		return nil
	}

	switch {
	case after.phase == v1.PhaseFailed:
		return []*fnv1.Result{event(fnv1.Severity_SEVERITY_WARNING, eventFailed, clip(string(after.reason)+": "+after.message, maxMessage))}
	case after.phase == v1.PhaseRunning:
		return []*fnv1.Result{normal(eventRunning, "%s Reach it at %s", after.message, after.url)}
	case after.reason == v1.ReasonCreating:
		return []*fnv1.Result{normal(eventCreated, "Creating Deployment %s.", r.app.name)}
	case after.reason == v1.ReasonScaling:
		return []*fnv1.Result{scaled(r)}
	case after.reason == v1.ReasonUpdating:
		results := []*fnv1.Result{updated(r)}
		if r.written != r.wanted {
			results = append(results, scaled(r))
		}

		return results
	default:
		return nil
	}
}

func scaled(r rollout) *fnv1.Result {
	return normal(eventScaled, "Scaling from %d to %d replicas.", r.written, r.wanted)
}

func updated(r rollout) *fnv1.Result {
	if r.image != r.app.spec.Image {
		return normal(eventUpdated, "Updating the image from %s to %s.", clip(r.image, maxMessage/3), clip(r.app.spec.Image, maxMessage/3))
	}

	return normal(eventUpdated, "Updating the pods' settings.")
}

func normal(reason, format string, args ...any) *fnv1.Result {
	return event(fnv1.Severity_SEVERITY_NORMAL, reason, fmt.Sprintf(format, args...))
}

func event(severity fnv1.Severity, reason, message string) *fnv1.Result {
	return &fnv1.Result{
		Severity: severity,
		Reason:   &reason,
		Message:  message,
		Target:   fnv1.Target_TARGET_COMPOSITE.Enum(),
	}
}
