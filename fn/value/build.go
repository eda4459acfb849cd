package value

import (
	"maps"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/webapp-operator/function-webapp/internal/wire"
)

// Children are built from JSON's values, so that they read like the YAML that
// comes of them, and so that nothing is sent but what is set: server-side apply
// would make it ours. TestChildrenAreKubernetes holds the spelling to
// Kubernetes' types.
//
// Values are never changed once they are built. What is the same for every
// WebApp is built once, and in the answers of all of them.

// Fields are the fields of an object, by name.
type Fields = map[string]*structpb.Value

// Object returns an object. A field that is nil is not set.
func Object(f Fields) *structpb.Value {
	maps.DeleteFunc(f, func(_ string, v *structpb.Value) bool { return v == nil })

	return wire.Object(f)
}

// List returns a list, or nil if it is empty.
func List(items ...*structpb.Value) *structpb.Value {
	if len(items) == 0 {
		return nil
	}

	return wire.List(items)
}

// Or returns v, or another value if there is none.
func Or(v, other *structpb.Value) *structpb.Value {
	if v == nil {
		return other
	}

	return v
}

// String returns a string.
func String[T ~string](s T) *structpb.Value { return wire.Text(string(s)) }

// Int returns a whole number.
func Int[T ~int32 | ~int64](n T) *structpb.Value { return wire.Number(float64(n)) }

// True and False are the two booleans.
var (
	True  = structpb.NewBoolValue(true)
	False = structpb.NewBoolValue(false)
)

// Strings returns an object with strings, or nil if there are none.
func Strings(texts map[string]string) *structpb.Value {
	if len(texts) == 0 {
		return nil
	}

	f := make(Fields, len(texts))
	for name, text := range texts {
		f[name] = String(text)
	}

	return wire.Object(f)
}

// With returns an object with more fields, or with others of the same names. A nil
// object is an empty one.
func With(object *structpb.Value, more Fields) *structpb.Value {
	f := make(Fields, len(object.GetStructValue().GetFields())+len(more))
	maps.Copy(f, object.GetStructValue().GetFields())
	maps.Copy(f, more)

	return Object(f)
}

// WithStrings returns an object with more strings. A nil object is an empty one.
func WithStrings(object *structpb.Value, more map[string]string) *structpb.Value {
	if len(more) == 0 {
		return object
	}

	f := make(Fields, len(object.GetStructValue().GetFields())+len(more))
	maps.Copy(f, object.GetStructValue().GetFields())

	for name, text := range more {
		f[name] = String(text)
	}

	return Object(f)
}
