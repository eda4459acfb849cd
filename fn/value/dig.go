package value

import (
	"math"
	"time"

	"google.golang.org/protobuf/types/known/structpb"
)

// Dig follows a path of field names into v, and returns nil where it ends. It is
// for objects that the API server wrote, which are what they say they are.
func Dig(v *structpb.Value, path ...string) *structpb.Value {
	for _, name := range path {
		v = v.GetStructValue().GetFields()[name]
	}

	return v
}

// Text returns the string at a path, or "".
func Text(v *structpb.Value, path ...string) string {
	return Dig(v, path...).GetStringValue()
}

// Time returns the time that a text says, or the zero time if it is none.
func Time(text string) time.Time {
	// Parse says at length what is wrong with nothing.
	if text == "" {
		return time.Time{}
	}

	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}
	}

	return t
}

// Number returns the whole number at a path, or 0. Numbers arrive as floats: see
// [structpb.Value].
func Number(v *structpb.Value, path ...string) int64 {
	n := Dig(v, path...).GetNumberValue()
	if n != math.Trunc(n) || math.Abs(n) > 1<<53 {
		return 0
	}

	return int64(n)
}

// Condition returns the condition of a type that an object's status has, or nil.
func Condition[T ~string](status *structpb.Value, kind T) *structpb.Value {
	for _, c := range Dig(status, "conditions").GetListValue().GetValues() {
		if Text(c, "type") == string(kind) {
			return c
		}
	}

	return nil
}

// IsSet says whether a field is there and not null.
func IsSet(v *structpb.Value) bool {
	_, null := v.GetKind().(*structpb.Value_NullValue)
	return v != nil && !null
}
