package value

import (
	"encoding/json"
	"errors"
	"reflect"
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
	kjson "sigs.k8s.io/json"
)

// Native reads a field that is written as in Kubernetes into one of its types, or
// ours of the same shape, and notes what that does not have. The field itself is
// what is sent, so that nothing is sent but what was written.
func Native[T any](r Reader, name string) (into T, ok bool) {
	v := r.Get(name)
	if v == nil {
		return into, false
	}

	raw, err := v.MarshalJSON()
	if err != nil {
		// Only numbers that JSON does not have.
		r.Invalid(name, "", "must be JSON")
		return into, false
	}

	unknown, err := kjson.UnmarshalStrict(raw, &into)
	if err != nil {
		r.Note(mistyped(r.Child(name), err))
		return *new(T), false
	}

	for _, u := range unknown {
		r.Forbidden(name, Clip(u.Error(), MaxQuoted))
	}

	return into, len(unknown) == 0
}

// mistyped says which part of a field has another type than it must have.
func mistyped(path *field.Path, err error) *field.Error {
	wrong := &json.UnmarshalTypeError{}
	if !errors.As(err, &wrong) {
		return field.Invalid(path, "", Clip(err.Error(), MaxQuoted))
	}

	if wrong.Field != "" {
		path = path.Child(embedded.ReplaceAllString(wrong.Field, ""))
	}

	// Of a number, Go says which one it is.
	is, _, _ := strings.Cut(wrong.Value, " ")

	return field.TypeInvalid(path, is, "must be "+jsonTypes[wrong.Type.Kind()])
}

// embedded are Go's names of what is no field in JSON.
var embedded = regexp.MustCompile(`\b[A-Z]\w*\.`)

// jsonTypes say in words what Go's kinds are in JSON.
var jsonTypes = map[reflect.Kind]string{
	reflect.Bool: "true or false", reflect.Int32: "a whole number", reflect.Int64: "a whole number",
	reflect.String: "a string", reflect.Slice: "a list", reflect.Map: "an object", reflect.Struct: "an object",
}
