package webapp

import (
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
)

// Resources are what a container asks for of each resource, and what it may use.
type Resources struct {
	Requests, Limits corev1.ResourceList
}

// ReadResources reads an object with requests and limits that go together.
func ReadResources(from value.Reader) Resources {
	r := ReadQuantities(from)
	requests, limits := from.Entries("requests"), from.Entries("limits")

	for _, name := range slices.Sorted(maps.Keys(r.Requests)) {
		request := r.Requests[name]
		limit, limited := r.Limits[name]

		switch {
		case limited && request.Cmp(limit) > 0:
			requests.Invalid(string(name), request.String(), "must not exceed the limit of "+limit.String())
		case limited && request.Cmp(limit) < 0 && !isStandard(name):
			requests.Invalid(string(name), request.String(), "must be the limit of "+limit.String()+", because it cannot be shared")
		case !limited && !isStandard(name):
			limits.Required(string(name), "must be the request of "+request.String()+", because it cannot be shared")
		}
	}

	return r
}

// ReadQuantities reads an object with requests and limits that have nothing to do
// with each other.
func ReadQuantities(from value.Reader) Resources {
	from.Only("requests", "limits")

	return Resources{Requests: readList(from, "requests"), Limits: readList(from, "limits")}
}

// IsQuantity says whether a text is a quantity that is safe to parse: of some,
// such as 1e-999999999, apimachinery's parser does not see the end.
func IsQuantity(text string) bool { return quantityPattern.MatchString(text) }

// CheckQuantity checks a quantity, and says whether it is safe to decode, as one is that is
// absent: see [IsQuantity]. Wrong says what is wrong with it, or nothing.
func CheckQuantity(in value.Reader, name, must string, wrong func(resource.Quantity) string) bool {
	v := in.Get(name)

	switch k := v.GetKind().(type) {
	case nil:
		return true
	case *structpb.Value_StringValue:
		return checkAmount(in, name, k.StringValue, k.StringValue, must, wrong)
	case *structpb.Value_NumberValue:
		if k.NumberValue == math.Trunc(k.NumberValue) {
			return checkAmount(in, name, strconv.FormatFloat(k.NumberValue, 'f', -1, 64), k.NumberValue, must, wrong)
		}

		in.Invalid(name, k.NumberValue, must)
	default:
		in.Mistyped(name, v, must)
	}

	return false
}

func checkAmount(in value.Reader, name, text string, written any, must string, wrong func(resource.Quantity) string) bool {
	if !IsQuantity(text) {
		in.Invalid(name, written, must)
		return false
	}

	problem := wrong(resource.MustParse(text))
	if problem != "" {
		in.Invalid(name, written, problem)
	}

	return problem == ""
}

var quantityPattern = regexp.MustCompile(v1.QuantityPattern)

// readList returns a map of quantities.
func readList(from value.Reader, name string) corev1.ResourceList {
	const must = "must be a quantity such as 100m, 0.5 or 128Mi"

	in := from.Map(name)
	if len(in.Fields) == 0 {
		return nil
	}

	out := make(corev1.ResourceList, len(in.Fields))

	for _, key := range slices.Sorted(maps.Keys(in.Fields)) {
		var written string

		switch k := in.Fields[key].GetKind().(type) {
		case *structpb.Value_StringValue:
			written = k.StringValue
		case *structpb.Value_NumberValue:
			written = strconv.FormatFloat(k.NumberValue, 'f', -1, 64)
		default:
			in.Mistyped(key, in.Fields[key], must)
			continue
		}

		switch {
		case !isContainerResource(key):
			in.NotSupported(key, key, "cpu", "memory", "ephemeral-storage", "hugepages-<size>", "<domain>/<name>")
		case !IsQuantity(written):
			in.Invalid(key, written, must)
		default:
			quantity := resource.MustParse(written)
			if must := countedIn(key, quantity); must != "" {
				in.Invalid(key, written, must)
			}

			out[corev1.ResourceName(key)] = quantity
		}
	}

	return out
}

// isContainerResource says whether a container may ask for a resource of this
// name. See k8s.io/kubernetes/pkg/apis/core/validation.ValidateContainerResourceName.
// Names that begin with requests. are for quotas.
func isContainerResource(name string) bool {
	if isStandard(corev1.ResourceName(name)) {
		return true
	}

	page, pages := strings.CutPrefix(name, corev1.ResourceHugePagesPrefix)

	switch {
	case len(validation.IsQualifiedName(name)) > 0:
		return false
	case pages:
		return IsQuantity(page) && bytesOf(page) > 0
	default:
		return strings.Contains(name, "/") && !strings.HasPrefix(name, corev1.DefaultResourceRequestsPrefix) &&
			len(validation.IsQualifiedName(corev1.DefaultResourceRequestsPrefix+name)) == 0
	}
}

func bytesOf(quantity string) int64 {
	q := resource.MustParse(quantity)
	return q.Value()
}

// countedIn says what an amount of a resource must be that it is not, or nothing. See
// k8s.io/kubernetes/pkg/apis/core/validation.ValidateResourceQuantityValue.
func countedIn(name string, amount resource.Quantity) string {
	page, pages := strings.CutPrefix(name, corev1.ResourceHugePagesPrefix)

	switch {
	case isStandard(corev1.ResourceName(name)):
		return ""
	case pages && (!IsWhole(amount) || amount.Value()%bytesOf(page) != 0):
		return "must be a multiple of " + page + ", which is the size of a page"
	case !IsWhole(amount):
		return "must be a whole number"
	default:
		return ""
	}
}

// IsWhole says whether there is no fraction in an amount.
func IsWhole(amount resource.Quantity) bool { return amount.MilliValue()%1000 == 0 }

// WholeBytes is what an amount of bytes must be. Kubernetes takes fractions, and warns
// where nobody sees it.
const WholeBytes = "must be whole bytes: m is a thousandth of a byte, so that Mi may be meant"

// isStandard says whether a resource is Kubernetes' own, of all nodes. Of these a
// container may use more than it asks for; others cannot be shared. See
// k8s.io/kubernetes/pkg/apis/core/helper.IsOvercommitAllowed.
func isStandard(name corev1.ResourceName) bool {
	return name == corev1.ResourceCPU || name == corev1.ResourceMemory || name == corev1.ResourceEphemeralStorage
}

// Over puts resources over others. Where a request of the one and a limit of the
// other do not go together, the other gives way.
func (r Resources) Over(others Resources) Resources {
	out := Resources{over(r.Requests, others.Requests), over(r.Limits, others.Limits)}

	for name, limit := range r.Limits {
		request, asked := out.Requests[name]
		if asked && (request.Cmp(limit) > 0 || !isStandard(name)) {
			out.Requests[name] = limit
		}
	}

	for name, request := range r.Requests {
		limit, limited := out.Limits[name]
		if limited && request.Cmp(limit) > 0 {
			out.Limits[name] = request
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

// Value is nil if there is nothing to say.
func (r Resources) Value() *structpb.Value {
	if len(r.Requests) == 0 && len(r.Limits) == 0 {
		return nil
	}

	return value.Object(value.Fields{"requests": quantities(r.Requests), "limits": quantities(r.Limits)})
}

func quantities(l corev1.ResourceList) *structpb.Value {
	if len(l) == 0 {
		return nil
	}

	f := make(value.Fields, len(l))
	for name, quantity := range l {
		f[string(name)] = value.String(quantity.String())
	}

	return value.Object(f)
}
