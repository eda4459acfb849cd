package pod

import (
	"google.golang.org/protobuf/types/known/structpb"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

func readDefaultSpreading(in value.Reader, into *webapp.Defaults) {
	written := in.Object("topologySpread")
	written.Only("disabled", "whenUnsatisfiable")

	if disabled, ok := value.Native[bool](written, "disabled"); ok {
		into.Spreading.Disabled = disabled
	}

	if action, ok := written.OneOf("whenUnsatisfiable", string(corev1.ScheduleAnyway), string(corev1.DoNotSchedule)); ok {
		into.Spreading.WhenUnsatisfiable = value.String(action)
	}
}

// constraints spread the replicas of a WebApp over zones, and over nodes.
func constraints(plan *webapp.Plan) *structpb.Value {
	spreading := plan.Settings.Spreading
	if spreading.Disabled {
		return nil
	}

	action := value.Or(spreading.WhenUnsatisfiable, scheduleAnyway)

	return value.List(spread(overZones, action, plan), spread(overNodes, action, plan))
}

var (
	maxSkew         = value.Int(int32(1))
	overZones       = value.String(corev1.LabelTopologyZone)
	overNodes       = value.String(corev1.LabelHostname)
	scheduleAnyway  = value.String(corev1.ScheduleAnyway)
	podTemplateHash = value.List(value.String(appsv1.DefaultDeploymentUniqueLabelKey))
)

// spread asks for replicas in different places.
func spread(topology, whenUnsatisfiable *structpb.Value, plan *webapp.Plan) *structpb.Value {
	return value.Object(value.Fields{
		"maxSkew":           maxSkew,
		"topologyKey":       topology,
		"whenUnsatisfiable": whenUnsatisfiable,
		"labelSelector":     plan.Matching,
		// Without it, the pods that a rollout is about to remove count too, and
		// what remains is not spread.
		"matchLabelKeys": podTemplateHash,
	})
}
