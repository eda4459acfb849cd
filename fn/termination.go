package fn

import (
	"google.golang.org/protobuf/types/known/structpb"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
)

func checkGracePeriod(spec object) {
	spec.integer("terminationGracePeriodSeconds", 0, v1.MaxGracePeriod)
}

// applyGracePeriod says how long a container has to stop, and lets it serve for the
// first seconds of that: load balancers take a moment to learn that the pod leaves,
// and what they still send would meet a closed port. A sleep needs no shell in the
// image. Kubernetes has it since 1.30, by default (KEP-3960).
func applyGracePeriod(p *pod, v *structpb.Value) {
	p.spec["terminationGracePeriodSeconds"] = v

	if drain := min(5, int64(v.GetNumberValue())/2); drain > 0 {
		p.container["lifecycle"] = obj(fields{"preStop": obj(fields{"sleep": obj(fields{"seconds": num(drain)})})})
	}
}
