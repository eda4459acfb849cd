package pod

import (
	"google.golang.org/protobuf/types/known/structpb"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
)

func checkGracePeriod(spec value.Reader) {
	spec.Integer("terminationGracePeriodSeconds", 0, v1.MaxGracePeriod)
}

// applyGracePeriod says how long a container has to stop, and lets it serve for the
// first seconds of that: load balancers take a moment to learn that the pod leaves,
// and what they still send would meet a closed port. A sleep needs no shell in the
// image. Kubernetes has it since 1.30, by default (KEP-3960).
func applyGracePeriod(t *template, v *structpb.Value) {
	t.spec["terminationGracePeriodSeconds"] = v

	if drain := min(5, int64(v.GetNumberValue())/2); drain > 0 {
		t.container["lifecycle"] = value.Object(value.Fields{"preStop": value.Object(value.Fields{"sleep": value.Object(value.Fields{"seconds": value.Int(drain)})})})
	}
}
