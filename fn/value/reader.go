package value

import (
	"maps"
	"math"
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// A Reader reads the fields of one JSON object and notes what is wrong with
// them by path. It takes what it does not know of: a WebApp may be of a newer
// schema than this function. Where nothing unknown may be, ask [Reader.Only].
//
// Errors never quote a value whole: it may be long, and it may be a secret.
type Reader struct {
	// Fields are those of the object. There are none if it is absent.
	Fields Fields

	path *field.Path
	errs *field.ErrorList

	// entries says that the object is a map, whose keys are no fields' names.
	entries bool
}

// Read returns a Reader of an object, and where what is wrong with it is noted.
func Read(fields Fields) (Reader, *field.ErrorList) {
	errs := &field.ErrorList{}
	return Reader{Fields: fields, errs: errs}, errs
}

// Quiet returns a Reader of an object that was checked before: it notes nothing.
func Quiet(object *structpb.Value) Reader {
	return Reader{Fields: object.GetStructValue().GetFields()}
}

// Child is the path of a field, or, without a name, that of the object itself. An
// entry of a map may have an empty key.
func (r Reader) Child(name string) *field.Path {
	switch {
	case r.entries:
		return r.path.Key(Clip(name, MaxQuoted))
	case name == "":
		return r.path
	default:
		return r.field(name)
	}
}

// Get returns a field, or nil if it is absent or null.
func (r Reader) Get(name string) *structpb.Value {
	v := r.Fields[name]
	if !IsSet(v) {
		return nil
	}

	return v
}

// Object returns the object that a field is. It is empty if the field is absent, or
// something else, which is noted.
func (r Reader) Object(name string) Reader {
	child := Reader{path: r.Child(name), errs: r.errs}

	switch v := r.Get(name); k := v.GetKind().(type) {
	case nil:
	case *structpb.Value_StructValue:
		child.Fields = k.StructValue.GetFields()
	default:
		r.Mistyped(name, v, "must be an object")
	}

	return child
}

// Within returns the object at a path of fields. It is empty where there is none, which
// whoever checks that object notes.
func (r Reader) Within(path ...string) Reader {
	for _, name := range path {
		r = Reader{Fields: r.Get(name).GetStructValue().GetFields(), path: r.Child(name), errs: r.errs}
	}

	return r
}

// Map returns the map that a field is, as [Reader.Object] does. Errors name its
// entries by their keys.
func (r Reader) Map(name string) Reader {
	m := r.Entries(name)
	m.Fields = r.Object(name).Fields

	return m
}

// Entries is where to note what is wrong with the entries of a map at a path of
// fields, which was read already: it has none itself.
func (r Reader) Entries(path ...string) Reader {
	for _, name := range path {
		r = Reader{path: r.Child(name), errs: r.errs}
	}

	r.entries = true

	return r
}

// At is where to note what is wrong at a path of a whole object, which was read already:
// it has no fields itself.
func (r Reader) At(path *field.Path) Reader { return Reader{path: path, errs: r.errs} }

// Items returns the items of the list that a field is, which may be of any type:
// those that are no objects have no fields. What is no list has no items.
func (r Reader) Items(name string) []Reader {
	values := r.Get(name).GetListValue().GetValues()
	if len(values) == 0 {
		return nil
	}

	path := r.Child(name)

	items := make([]Reader, 0, len(values))
	for i, v := range values {
		items = append(items, Reader{Fields: v.GetStructValue().GetFields(), path: path.Index(i), errs: r.errs})
	}

	return items
}

// Text returns a field if it is there and a string.
func (r Reader) Text(name string) (text string, ok bool) {
	v := r.Get(name)
	if v == nil {
		return "", false
	}

	s, ok := v.GetKind().(*structpb.Value_StringValue)
	if !ok {
		r.Mistyped(name, v, "must be a string")
		return "", false
	}

	return s.StringValue, true
}

// Integer returns a field if it is there and a whole number from low to high.
func (r Reader) Integer(name string, low, high int32) (number int32, ok bool) {
	v := r.Get(name)
	if v == nil {
		return 0, false
	}

	n, isNumber := v.GetKind().(*structpb.Value_NumberValue)
	if !isNumber || n.NumberValue != math.Trunc(n.NumberValue) {
		r.Mistyped(name, v, "must be a whole number")
		return 0, false
	}

	if n.NumberValue < float64(low) || n.NumberValue > float64(high) {
		r.Invalid(name, n.NumberValue, Between(low, high))
		return 0, false
	}

	return int32(n.NumberValue), true
}

// OneOf returns a field if it is there and one of some strings.
func (r Reader) OneOf(name string, supported ...string) (text string, ok bool) {
	text, ok = r.Text(name)
	if ok && !slices.Contains(supported, text) {
		r.NotSupported(name, text, supported...)
		return "", false
	}

	return text, ok
}

// Texts returns a map of strings. Errors come in the order of its keys.
func (r Reader) Texts(name string) map[string]string {
	in := r.Map(name)
	if len(in.Fields) == 0 {
		return nil
	}

	out := make(map[string]string, len(in.Fields))
	wrong := false

	for key, v := range in.Fields {
		s, ok := v.GetKind().(*structpb.Value_StringValue)
		if !ok {
			wrong = true
			continue
		}

		out[key] = s.StringValue
	}

	if wrong {
		for _, key := range slices.Sorted(maps.Keys(in.Fields)) {
			if _, ok := out[key]; !ok {
				in.Mistyped(key, in.Fields[key], "must be a string: put it in quotes")
			}
		}
	}

	return out
}

// Only notes every field that is not one of names.
func (r Reader) Only(names ...string) {
	for _, name := range slices.Sorted(maps.Keys(r.Fields)) {
		if !slices.Contains(names, name) {
			r.Note(field.Forbidden(r.field(Clip(name, MaxQuoted)), "unknown field: known here are "+strings.Join(names, ", ")))
		}
	}
}

// field is the path of a field, whatever it is called.
func (r Reader) field(name string) *field.Path {
	if r.path == nil {
		return field.NewPath(name)
	}

	return r.path.Child(name)
}
