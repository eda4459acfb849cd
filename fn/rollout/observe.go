package rollout

import (
	"google.golang.org/protobuf/types/known/structpb"
	appsv1 "k8s.io/api/apps/v1"

	"github.com/webapp-operator/function-webapp/fn/owner"
	"github.com/webapp-operator/function-webapp/fn/pod"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
	"github.com/webapp-operator/function-webapp/internal/wire"
)

// Facts are how far the Deployment has come towards what the WebApp asks for.
type Facts struct {
	plan *webapp.Plan

	exists      bool
	terminating bool

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

	progressing    condition
	replicaFailure condition

	// others are fields that others have set, and that stay.
	others []owner.Field
}

// A condition of a Deployment.
type condition struct {
	status, reason, message string
}

// DeploymentReads is what is read of the observed Deployment, here and by lastWrite.
var DeploymentReads = wire.Fields{
	"metadata": {"deletionTimestamp": nil, "generation": nil, "annotations": {webapp.TemplateHashAnnotation: nil}, "managedFields": wire.Later},
	"spec":     {"replicas": nil, "template": wire.Later},
	"status": {
		"observedGeneration": nil, "replicas": nil, "updatedReplicas": nil, "availableReplicas": nil,
		"conditions": {"type": nil, "status": nil, "reason": nil, "message": nil},
	},
}

// Observe reads the observed Deployment, which is nil while there is none, and
// compares it with the desired one.
func Observe(plan *webapp.Plan, observed, desired *structpb.Struct) Facts {
	if observed == nil {
		return Facts{plan: plan}
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
		exists:             true,
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
		progressing:        conditionOf(status, string(appsv1.DeploymentProgressing)),
		replicaFailure:     conditionOf(status, string(appsv1.DeploymentReplicaFailure)),
		others:             append(drift.Stuck, drift.Kept...),
	}
}

func conditionOf(status *structpb.Value, kind string) condition {
	for _, c := range value.Dig(status, "conditions").GetListValue().GetValues() {
		if value.Text(c, "type") == kind {
			return condition{status: value.Text(c, "status"), reason: value.Text(c, "reason"), message: value.Text(c, "message")}
		}
	}

	return condition{}
}
