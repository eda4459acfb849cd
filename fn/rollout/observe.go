package rollout

import (
	"time"

	"google.golang.org/protobuf/types/known/structpb"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/webapp-operator/function-webapp/fn/owner"
	"github.com/webapp-operator/function-webapp/fn/pod"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
	"github.com/webapp-operator/function-webapp/internal/wire"
)

// Facts are how far the Deployment has come towards what the WebApp asks for.
type Facts struct {
	plan *webapp.Plan

	// What was said until now, and when it is asked again.
	before Status
	now    time.Time

	exists      bool
	terminating bool
	paused      bool

	// Of the pod template: is the one we want the one that was written? If not,
	// which image does that have?
	templateCurrent bool
	image           string

	generation         int64
	observedGeneration int64

	wanted    int64 // replicas that there should be
	written   int64 // replicas that the Deployment asks for
	replicas  int64
	updated   int64
	available int64 // no more than wanted: while pods are replaced there are more at times

	// deadline is for how long Kubernetes waits for progress.
	deadline time.Duration

	progressing    condition
	replicaFailure condition

	// others are fields that others have set, and that stay.
	others []owner.Field
}

// A condition of a Deployment.
type condition struct {
	status, reason, message string

	// transition is when the status last changed, of which only few want to know.
	transition *structpb.Value
}

// since is when the condition came to be as it is.
func (c condition) since() string { return wire.Open(c.transition).GetStringValue() }

const (
	conditionTrue  = string(corev1.ConditionTrue)
	conditionFalse = string(corev1.ConditionFalse)
)

// DeploymentReads is what is read of the observed Deployment, here and by lastWrite.
var DeploymentReads = wire.Fields{
	"metadata": {"deletionTimestamp": nil, "generation": nil, "annotations": {webapp.TemplateHashAnnotation: nil}, "managedFields": wire.Later},
	"spec":     {"replicas": nil, "paused": nil, "progressDeadlineSeconds": nil, "template": wire.Later},
	"status": {
		"observedGeneration": nil, "replicas": nil, "updatedReplicas": nil, "availableReplicas": nil,
		"conditions": {"type": nil, "status": nil, "reason": nil, "message": nil, "lastTransitionTime": wire.Later},
	},
}

// Observe reads the observed Deployment, which is nil while there is none, and
// compares it with the desired one, at a time, and after what was said before.
func Observe(plan *webapp.Plan, observed, desired *structpb.Struct, before Status, now time.Time) Facts {
	if observed == nil {
		return Facts{plan: plan, before: before, now: now}
	}

	metadata := observed.GetFields()["metadata"]
	spec := observed.GetFields()["spec"]
	status := observed.GetFields()["status"]

	// What is not sent is left to the autoscaler, and wanted as it is.
	wanted, written := value.Dig(desired.GetFields()["spec"], "replicas"), value.Dig(spec, "replicas")
	if wanted == nil {
		wanted = written
	}

	if written == nil {
		written = wanted
	}

	drift := owner.Look(observed, desired.GetFields()["spec"])
	current, image := isCurrent(observed, desired) && !drift.Changed, ""
	if !current {
		image = value.Text(pod.Container(observed), "image")
	}

	return Facts{
		plan:               plan,
		before:             before,
		now:                now,
		exists:             true,
		paused:             value.Dig(spec, "paused").GetBoolValue(),
		terminating:        value.Text(metadata, "deletionTimestamp") != "",
		templateCurrent:    current,
		image:              image,
		generation:         value.Number(metadata, "generation"),
		observedGeneration: value.Number(status, "observedGeneration"),
		wanted:             value.Number(wanted),
		written:            value.Number(written),
		replicas:           value.Number(status, "replicas"),
		updated:            value.Number(status, "updatedReplicas"),
		available:          min(value.Number(status, "availableReplicas"), value.Number(wanted)),
		deadline:           deadlineOf(spec),
		progressing:        conditionOf(status, appsv1.DeploymentProgressing),
		replicaFailure:     conditionOf(status, appsv1.DeploymentReplicaFailure),
		others:             append(drift.Stuck, drift.Kept...),
	}
}

func deadlineOf(spec *structpb.Value) time.Duration {
	if seconds := value.Number(spec, "progressDeadlineSeconds"); seconds > 0 {
		return time.Duration(seconds) * time.Second
	}

	return webapp.UsualProgressDeadline
}

func conditionOf[T ~string](status *structpb.Value, kind T) condition {
	c := value.Condition(status, kind)

	return condition{status: value.Text(c, "status"), reason: value.Text(c, "reason"), message: value.Text(c, "message"), transition: value.Dig(c, "lastTransitionTime")}
}
