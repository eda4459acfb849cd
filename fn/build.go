package fn

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

// fields are the fields of an object, by name.
type fields = map[string]*structpb.Value

// obj returns an object. A field that is nil is not set.
func obj(f fields) *structpb.Value {
	maps.DeleteFunc(f, func(_ string, v *structpb.Value) bool { return v == nil })

	return wire.Object(f)
}

// list returns a list, or nil if it is empty.
func list(items ...*structpb.Value) *structpb.Value {
	if len(items) == 0 {
		return nil
	}

	return wire.List(items)
}

// or returns v, or another value if there is none.
func or(v, other *structpb.Value) *structpb.Value {
	if v == nil {
		return other
	}

	return v
}

func str[T ~string](s T) *structpb.Value { return wire.Text(string(s)) }

func num[T ~int32 | ~int64](n T) *structpb.Value { return wire.Number(float64(n)) }

var (
	yes = structpb.NewBoolValue(true)
	no  = structpb.NewBoolValue(false)
)

// strs returns an object with texts, or nil if there are none.
func strs(texts map[string]string) *structpb.Value {
	if len(texts) == 0 {
		return nil
	}

	f := make(fields, len(texts))
	for name, text := range texts {
		f[name] = str(text)
	}

	return wire.Object(f)
}

// withFields returns an object with more fields, or with others of the same names.
func withFields(object *structpb.Value, more fields) *structpb.Value {
	f := make(fields, len(object.GetStructValue().GetFields())+len(more))
	maps.Copy(f, object.GetStructValue().GetFields())
	maps.Copy(f, more)

	return obj(f)
}
