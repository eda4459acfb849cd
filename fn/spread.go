package fn

import (
	"slices"

	"google.golang.org/protobuf/types/known/structpb"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// A spreading is how replicas are spread over zones and nodes. Its zero value is
// what they get where nobody says otherwise.
type spreading struct {
	disabled bool
	// whenUnsatisfiable is nil for ScheduleAnyway.
	whenUnsatisfiable *structpb.Value
}

func readSpreading(in object, into *defaults) {
	written := in.object("topologySpread")
	written.only("disabled", "whenUnsatisfiable")

	if disabled, ok := native[bool](written, "disabled"); ok {
		into.spreading.disabled = disabled
	}

	actions := []string{string(corev1.ScheduleAnyway), string(corev1.DoNotSchedule)}

	action, ok := written.text("whenUnsatisfiable")
	if ok && !slices.Contains(actions, action) {
		*in.errs = append(*in.errs, field.NotSupported(written.child("whenUnsatisfiable"), clip(action, maxQuoted), actions))
	}

	if ok {
		into.spreading.whenUnsatisfiable = str(action)
	}
}

// constraints spread the replicas of a WebApp over zones, and over nodes.
func (s spreading) constraints(common common) *structpb.Value {
	if s.disabled {
		return nil
	}

	action := s.whenUnsatisfiable
	if action == nil {
		action = scheduleAnyway
	}

	return list(spread(zone, action, common), spread(host, action, common))
}

// spread asks for replicas in different places.
func spread(topology, whenUnsatisfiable *structpb.Value, common common) *structpb.Value {
	return obj(fields{
		"maxSkew":           one,
		"topologyKey":       topology,
		"whenUnsatisfiable": whenUnsatisfiable,
		"labelSelector":     common.matching,
		// Without it, the pods that a rollout is about to remove count too, and
		// what remains is not spread.
		"matchLabelKeys": podTemplateHash,
	})
}
