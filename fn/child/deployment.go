package child

import (
	"strings"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/webapp-operator/function-webapp/fn/pod"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
	"github.com/webapp-operator/function-webapp/internal/wire"
)

// deploymentReads is what replicas and [pod.Deployment] read.
var deploymentReads = wire.Fields{
	"metadata": {"managedFields": wire.Later, "annotations": {webapp.TemplateHashAnnotation: nil, webapp.GenerationAnnotation: nil}},
	"spec":     {"replicas": nil},
}

func buildDeployment(plan *webapp.Plan, observed *structpb.Struct) value.Fields {
	spec, made := pod.Deployment(plan, replicas(plan, observed), observed)

	return value.Fields{"spec": spec, "metadata": value.Object(value.Fields{"annotations": made})}
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
	case scaledByOthers(observed):
		return nil
	default:
		return value.Int(have)
	}
}

// composedManager is how the name of the manager of what Crossplane composes
// begins: see FieldOwnerComposedPrefix in
// github.com/crossplane/crossplane/v2/internal/controller/apiextensions/composite.
const composedManager = "apiextensions.crossplane.io/composed"

// scaledByOthers says whether the number of a Deployment's replicas is somebody
// else's, too.
func scaledByOthers(deployment *structpb.Struct) bool {
	for _, entry := range wire.Open(value.Dig(deployment.GetFields()["metadata"], "managedFields")).GetListValue().GetValues() {
		if value.Dig(entry, "fieldsV1", "f:spec", "f:replicas") != nil && !strings.HasPrefix(value.Text(entry, "manager"), composedManager) {
			return true
		}
	}

	return false
}
