package fn

import (
	"fmt"
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
	"k8s.io/apimachinery/pkg/util/validation/field"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
)

// An object reads the fields of one JSON object and notes what is wrong with
// them by path. It takes what it does not know of: a WebApp may be of a newer
// schema than this function. Where nothing unknown may be, ask [object.only].
//
// Errors never quote a value whole: it may be long, and it may be a secret.
type object struct {
	path   *field.Path
	fields map[string]*structpb.Value
	errs   *field.ErrorList
}

func (o object) child(name string) *field.Path {
	if o.path == nil {
		return field.NewPath(name)
	}

	return o.path.Child(name)
}

func (o object) wrong(path *field.Path, v *structpb.Value, must string) {
	*o.errs = append(*o.errs, field.TypeInvalid(path, typeName(v), must))
}

// get returns the field, or nil if it is absent or null.
func (o object) get(name string) *structpb.Value {
	v := o.fields[name]
	if !isSet(v) {
		return nil
	}

	return v
}

// isSet says whether a field is there and not null.
func isSet(v *structpb.Value) bool {
	_, null := v.GetKind().(*structpb.Value_NullValue)
	return v != nil && !null
}

func (o object) object(name string) object {
	child := object{path: o.child(name), errs: o.errs}

	switch v := o.get(name); k := v.GetKind().(type) {
	case nil:
	case *structpb.Value_StructValue:
		child.fields = k.StructValue.GetFields()
	default:
		o.wrong(child.path, v, "must be an object")
	}

	return child
}

// text returns the field if it is there and a string.
func (o object) text(name string) (value string, ok bool) {
	v := o.get(name)
	if v == nil {
		return "", false
	}

	s, ok := v.GetKind().(*structpb.Value_StringValue)
	if !ok {
		o.wrong(o.child(name), v, "must be a string")
		return "", false
	}

	return s.StringValue, true
}

// integer returns the field if it is there and a whole number from low to high.
func (o object) integer(name string, low, high int32) (value int32, ok bool) {
	v := o.get(name)
	if v == nil {
		return 0, false
	}

	n, isNumber := v.GetKind().(*structpb.Value_NumberValue)
	if !isNumber || n.NumberValue != math.Trunc(n.NumberValue) {
		o.wrong(o.child(name), v, "must be a whole number")
		return 0, false
	}

	if n.NumberValue < float64(low) || n.NumberValue > float64(high) {
		*o.errs = append(*o.errs, field.Invalid(o.child(name), n.NumberValue, between(low, high)))
		return 0, false
	}

	return int32(n.NumberValue), true
}

// oneOf notes if the field is there and not one of values.
func (o object) oneOf(name string, values ...string) {
	value, ok := o.text(name)
	if ok && !slices.Contains(values, value) {
		*o.errs = append(*o.errs, field.NotSupported(o.child(name), clip(value, maxQuoted), values))
	}
}

// atLeast notes if a number that a field holds is too small.
func atLeast[T int32 | int64](o object, name string, n *T, least T) {
	if n != nil && *n < least {
		*o.errs = append(*o.errs, field.Invalid(o.child(name), *n, fmt.Sprintf("must be at least %d", least)))
	}
}

// texts returns a map of strings. Errors come in the order of its keys.
func (o object) texts(name string) map[string]string {
	in := o.object(name)
	if len(in.fields) == 0 {
		return nil
	}

	out := make(map[string]string, len(in.fields))
	wrong := false

	for key, v := range in.fields {
		s, ok := v.GetKind().(*structpb.Value_StringValue)
		if !ok {
			wrong = true
			continue
		}

		out[key] = s.StringValue
	}

	if wrong {
		for _, key := range slices.Sorted(maps.Keys(in.fields)) {
			if _, ok := out[key]; !ok {
				o.wrong(in.path.Key(clip(key, maxQuoted)), in.fields[key], "must be a string: put it in quotes")
			}
		}
	}

	return out
}

var quantityPattern = regexp.MustCompile(v1.QuantityPattern)

// isContainerResource says whether a container may ask for a resource of this
// name. See k8s.io/kubernetes/pkg/apis/core/validation.ValidateContainerResourceName.
func isContainerResource(name string) bool {
	standard := []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory, corev1.ResourceEphemeralStorage}
	if slices.Contains(standard, corev1.ResourceName(name)) {
		return true
	}

	return len(validation.IsQualifiedName(name)) == 0 &&
		(strings.Contains(name, "/") || strings.HasPrefix(name, corev1.ResourceHugePagesPrefix))
}

// quantities returns a map of resource quantities.
func (o object) quantities(name string) corev1.ResourceList {
	in := o.object(name)
	if len(in.fields) == 0 {
		return nil
	}

	out := make(corev1.ResourceList, len(in.fields))

	for _, key := range slices.Sorted(maps.Keys(in.fields)) {
		path := in.path.Key(clip(key, maxQuoted))

		var written string

		switch k := in.fields[key].GetKind().(type) {
		case *structpb.Value_StringValue:
			written = k.StringValue
		case *structpb.Value_NumberValue:
			written = strconv.FormatFloat(k.NumberValue, 'f', -1, 64)
		default:
			o.wrong(path, in.fields[key], "must be a quantity such as 100m, 0.5 or 128Mi")
			continue
		}

		if !isContainerResource(key) {
			*o.errs = append(*o.errs, field.NotSupported(path, clip(key, maxQuoted), []string{"cpu", "memory", "ephemeral-storage", "hugepages-<size>", "<domain>/<name>"}))
			continue
		}

		if !quantityPattern.MatchString(written) {
			*o.errs = append(*o.errs, field.Invalid(path, clip(written, maxQuoted), "must be a quantity such as 100m, 0.5 or 128Mi"))
			continue
		}

		out[corev1.ResourceName(key)] = resource.MustParse(written)
	}

	return out
}

// only notes every field that is not one of names.
func (o object) only(names ...string) {
	for _, name := range slices.Sorted(maps.Keys(o.fields)) {
		if !slices.Contains(names, name) {
			*o.errs = append(*o.errs, field.Forbidden(o.child(clip(name, maxQuoted)), "unknown field: known here are "+strings.Join(names, ", ")))
		}
	}
}

// maxQuoted is how much of a value that a user wrote an error repeats.
const maxQuoted = 100

func typeName(v *structpb.Value) string {
	switch v.GetKind().(type) {
	case *structpb.Value_StringValue:
		return "string"
	case *structpb.Value_NumberValue:
		return "number"
	case *structpb.Value_BoolValue:
		return "boolean"
	case *structpb.Value_StructValue:
		return "object"
	case *structpb.Value_ListValue:
		return "array"
	default:
		return "null"
	}
}

func between(low, high int32) string {
	return "must be between " + strconv.Itoa(int(low)) + " and " + strconv.Itoa(int(high)) + ", inclusive"
}

// dig follows a path of field names into v, and returns nil where it ends. It is
// for objects that the API server wrote, which are what they say they are.
func dig(v *structpb.Value, path ...string) *structpb.Value {
	for _, name := range path {
		v = v.GetStructValue().GetFields()[name]
	}

	return v
}

// text returns the string at a path, or "".
func text(v *structpb.Value, path ...string) string {
	return dig(v, path...).GetStringValue()
}

// number returns the whole number at a path, or 0. Numbers arrive as floats: see
// [structpb.Value].
func number(v *structpb.Value, path ...string) int64 {
	n := dig(v, path...).GetNumberValue()
	if n != math.Trunc(n) || math.Abs(n) > 1<<53 {
		return 0
	}

	return int64(n)
}
