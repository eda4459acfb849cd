package fn

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"google.golang.org/protobuf/types/known/structpb"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
)

// resources are what a container asks for of each resource, and what it may use.
type resources struct {
	requests, limits corev1.ResourceList
}

// readResources reads an object with requests and limits.
func readResources(from object) resources {
	from.only("requests", "limits")

	r := resources{from.quantities("requests"), from.quantities("limits")}

	for _, name := range slices.Sorted(maps.Keys(r.requests)) {
		request := r.requests[name]
		limit, limited := r.limits[name]
		path := from.child("requests").Key(string(name))

		switch {
		case limited && request.Cmp(limit) > 0:
			*from.errs = append(*from.errs, field.Invalid(path, request.String(), "must not exceed the limit of "+limit.String()))
		case limited && request.Cmp(limit) < 0 && !isShared(name):
			*from.errs = append(*from.errs, field.Invalid(path, request.String(), "must be the limit of "+limit.String()+", because it cannot be shared"))
		case !limited && !isShared(name):
			*from.errs = append(*from.errs, field.Required(from.child("limits").Key(string(name)), "must be the request of "+request.String()+", because it cannot be shared"))
		}
	}

	return r
}

// isShared says whether a container may use more of a resource than it asks for.
// See k8s.io/kubernetes/pkg/apis/core/helper.IsOvercommitAllowed.
func isShared(name corev1.ResourceName) bool {
	return name == corev1.ResourceCPU || name == corev1.ResourceMemory || name == corev1.ResourceEphemeralStorage
}

func checkResources(spec object) {
	resources := spec.object("resources")
	readResources(resources)

	for _, list := range []string{"requests", "limits"} {
		named := dig(resources.get(list)).GetStructValue().GetFields()
		if len(named) > v1.MaxResources {
			*spec.errs = append(*spec.errs, field.TooMany(resources.child(list), len(named), v1.MaxResources))
		}

		for _, name := range slices.Sorted(maps.Keys(named)) {
			if n := named[name].GetNumberValue(); n != math.Trunc(n) {
				resources.wrong(resources.child(list).Key(clip(name, maxQuoted)), named[name], fmt.Sprintf("must be in quotes: %q", fmt.Sprint(n)))
			}
		}
	}
}

// applyResources puts what the WebApp says over what the platform team set.
func applyResources(p *pod, v *structpb.Value) {
	own := readResources(object{fields: v.GetStructValue().GetFields(), errs: &field.ErrorList{}})
	p.container["resources"] = own.over(p.set.resources).value()
}

// over puts resources over others. Where a request of the one and a limit of the
// other do not go together, the other gives way.
func (r resources) over(others resources) resources {
	out := resources{over(r.requests, others.requests), over(r.limits, others.limits)}

	for name, limit := range r.limits {
		request, asked := out.requests[name]
		if asked && (request.Cmp(limit) > 0 || !isShared(name)) {
			out.requests[name] = limit
		}
	}

	for name, request := range r.requests {
		limit, limited := out.limits[name]
		if limited && request.Cmp(limit) > 0 {
			out.limits[name] = request
		}
	}

	return out
}

func over(some, others corev1.ResourceList) corev1.ResourceList {
	if len(others) == 0 {
		return maps.Clone(some)
	}

	out := maps.Clone(others)
	maps.Copy(out, some)

	return out
}

// value is nil if there is nothing to say.
func (r resources) value() *structpb.Value {
	if len(r.requests) == 0 && len(r.limits) == 0 {
		return nil
	}

	return obj(fields{"requests": quantities(r.requests), "limits": quantities(r.limits)})
}

func quantities(l corev1.ResourceList) *structpb.Value {
	if len(l) == 0 {
		return nil
	}

	f := make(fields, len(l))
	for name, quantity := range l {
		f[string(name)] = str(quantity.String())
	}

	return obj(f)
}
