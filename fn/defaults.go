package fn

import (
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// defaults are for WebApps that do not say otherwise.
type defaults struct {
	requests corev1.ResourceList
	limits   corev1.ResourceList
}

// defaultParts are read in this order.
var defaultParts = []part[defaults]{
	{"resources", readDefaultResources},
}

func readDefaultResources(in object, into *defaults) {
	resources := in.object("resources")
	resources.only("requests", "limits")

	into.requests = resources.quantities("requests")
	into.limits = resources.quantities("limits")

	for _, name := range slices.Sorted(maps.Keys(into.requests)) {
		request := into.requests[name]
		if limit, ok := into.limits[name]; ok && request.Cmp(limit) > 0 {
			*in.errs = append(*in.errs, field.Invalid(resources.child("requests").Key(string(name)), request.String(),
				"must not exceed the limit of "+limit.String()))
		}
	}
}
