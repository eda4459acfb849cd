package rollout

import (
	"fmt"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
)

// Reasons of events. Frozen.
const (
	eventCreated = "Created"
	eventUpdated = "Updated"
	eventScaled  = "Scaled"
	eventRunning = "Running"
	eventFailed  = "Failed"
	eventAdopted = "Adopted"
)

// Tell returns an event for what changed since the WebApp's status was last
// written. In a steady state nothing did, and there is none: every result
// becomes an event on the WebApp, each time.
func Tell(after Status, facts Facts) []*fnv1.Result {
	if before := facts.before; before.Phase == after.Phase && before.Reason == after.Reason {
		return nil
	}

	switch {
	case after.Phase == v1.PhaseFailed:
		return []*fnv1.Result{event(fnv1.Severity_SEVERITY_WARNING, eventFailed, value.Clip(string(after.Reason)+": "+after.Message, value.MaxMessage))}
	case after.Phase == v1.PhaseRunning:
		return []*fnv1.Result{normal(eventRunning, "%s Reach it at %s", after.Message, after.URL)}
	case after.Reason == v1.ReasonCreating:
		return []*fnv1.Result{normal(eventCreated, "Creating Deployment %s.", facts.plan.App.Name)}
	case after.Reason == v1.ReasonScaling:
		return []*fnv1.Result{scaled(facts)}
	case after.Reason == v1.ReasonUpdating:
		results := []*fnv1.Result{updated(facts)}
		if facts.written != facts.wanted {
			results = append(results, scaled(facts))
		}

		return results
	default:
		return nil
	}
}

func scaled(facts Facts) *fnv1.Result {
	return normal(eventScaled, "Scaling from %d to %d replicas.", facts.written, facts.wanted)
}

func updated(facts Facts) *fnv1.Result {
	if facts.image != facts.plan.App.Spec.Image {
		return normal(eventUpdated, "Updating the image from %s to %s.", value.Clip(facts.image, value.MaxMessage/3), value.Clip(facts.plan.App.Spec.Image, value.MaxMessage/3))
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
