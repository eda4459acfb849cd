package child

import (
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/webapp-operator/function-webapp/fn/owner"
	"github.com/webapp-operator/function-webapp/fn/pod"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
	"github.com/webapp-operator/function-webapp/internal/wire"
)

// deploymentReads is what replicas, [owner.Look] and [pod.Deployment] read.
var deploymentReads = wire.Fields{
	"metadata": {"annotations": {webapp.TemplateHashAnnotation: nil, webapp.GenerationAnnotation: nil}},
	"spec":     {"replicas": nil},
}.And(owner.Reads)

// buildDeployment clears what others have set, and the WebApp does not say. Where a release
// that did not has left such a thing, it stays until pods are replaced in any case, and
// the status tells of it: an upgrade of ours restarts none.
func buildDeployment(plan *webapp.Plan, observed *structpb.Struct) value.Fields {
	spec, made := pod.Deployment(plan, replicas(plan, observed), observed)

	// Kubernetes must not give up on pods before their own probes do.
	if deadline := plan.App.ProgressDeadline(); deadline > webapp.UsualProgressDeadline || plan.App.Options[webapp.ProgressDeadlineSeconds] != nil {
		spec = value.With(spec, value.Fields{"progressDeadlineSeconds": value.Int(int64(deadline.Seconds()))})
	}

	written := value.Text(observed.GetFields()["metadata"], "annotations", webapp.TemplateHashAnnotation)
	if drift := owner.Look(observed, spec); pod.IsNewest(made) || drift.Changed || written != value.Text(made, webapp.TemplateHashAnnotation) {
		spec = drift.PutBack
	}

	return value.Fields{"spec": spec, "metadata": value.Object(value.Fields{"annotations": made})}
}

// unfitDeployment is for a selector that is not ours, which cannot be changed, and for
// containers of others, which would run beside ours. Its pods go on serving without it, and
// those that have our labels are replaced one after the other by the one that is made.
func unfitDeployment(app *webapp.App, object *structpb.Struct) Hindrance {
	h := Hindrance{Advice: "Its pods go on serving if the Deployment is deleted with: kubectl -n " + app.Namespace + " delete deployment " + app.Name + " --cascade=orphan --wait=false"}

	selector := value.Dig(object.GetFields()["spec"], "selector")
	labels := value.Dig(selector, "matchLabels").GetStructValue()

	switch beside := owner.Beside(object, pod.Containers(app)); {
	case len(value.Dig(selector, "matchExpressions").GetListValue().GetValues()) > 0:
		h.What = "its selector with matchExpressions cannot be changed"
	case !webapp.Selects(app, labels):
		h.What = "its selector " + webapp.LabelsText(labels) + " cannot be changed"
	case beside != "":
		h.What = "its container " + beside + " would stay"
	default:
		return Hindrance{}
	}

	return h
}

// replicas is how many there should be, or nil to leave that to the autoscaler.
//
// A field that we stop to send and that is nobody else's gets its default, which
// is 1. So we send the number there is until the autoscaler has written one, from
// when on it is the autoscaler's, and we send none. Whoever else wrote one, such as
// kubectl scale, is overruled by the autoscaler. See
// https://kubernetes.io/docs/reference/using-api/server-side-apply/#transferring-ownership.
//
// What we send may cross the autoscaler's first number, and undo it. It writes it
// again when it looks next.
func replicas(plan *webapp.Plan, observed *structpb.Struct) *structpb.Value {
	if !plan.Autoscaled {
		return value.Int(plan.App.Spec.Replicas)
	}

	have := value.Number(observed.GetFields()["spec"], "replicas")

	switch {
	case have < 1:
		// There is no Deployment yet, or somebody has scaled it to nothing, in
		// which case an autoscaler does not touch it.
		return value.Int(min(max(plan.App.Spec.Replicas, plan.LeastReplicas()), plan.App.MostReplicas(true)))
	case owner.ScaledByOthers(observed):
		return nil
	default:
		return value.Int(have)
	}
}
