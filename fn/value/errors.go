package value

import (
	"fmt"
	"strconv"
	"unicode/utf8"

	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

const (
	// MaxMessage is what the API server accepts as an event's message (1,024
	// bytes), less the room that Crossplane's own words around it take.
	MaxMessage = 900

	// MaxQuoted is how much of a value that a user wrote an error repeats.
	MaxQuoted = 100

	// maxErrors is how many errors one message names.
	maxErrors = 5
)

// Note adds errors to those of the object that is read. It and what is made of it
// below are the one way to note an error: whoever checks a field gets a [Reader],
// and returns nothing.
func (r Reader) Note(errs ...*field.Error) {
	if r.errs != nil {
		*r.errs = append(*r.errs, errs...)
	}
}

// Required notes that a field is missing, or, without a name, that the object has
// not what it must have.
func (r Reader) Required(name, detail string) {
	r.Note(field.Required(r.Child(name), detail))
}

// Forbidden notes that a field may not be set.
func (r Reader) Forbidden(name, detail string) {
	r.Note(field.Forbidden(r.Child(name), detail))
}

// Invalid notes that a field has a wrong value. Of a string, it repeats the
// beginning.
func (r Reader) Invalid(name string, value any, detail string) {
	if s, ok := value.(string); ok {
		value = Clip(s, MaxQuoted)
	}

	r.Note(field.Invalid(r.Child(name), value, detail))
}

// NotSupported notes that a field has none of the values that it may have.
func (r Reader) NotSupported(name, value string, supported ...string) {
	r.Note(field.NotSupported(r.Child(name), Clip(value, MaxQuoted), supported))
}

// Duplicate notes that a field has a value that another one has already.
func (r Reader) Duplicate(name, value string) {
	r.Note(field.Duplicate(r.Child(name), Clip(value, MaxQuoted)))
}

// Mistyped notes that a field has a value of the wrong type.
func (r Reader) Mistyped(name string, v *structpb.Value, must string) {
	r.Note(field.TypeInvalid(r.Child(name), typeName(v), must))
}

// TooMany notes that a field has more items than it may have, and says whether it
// has.
func (r Reader) TooMany(name string, items, most int) bool {
	if items > most {
		r.Note(field.TooMany(r.Child(name), items, most))
	}

	return items > most
}

// TooLong notes that a string has too many characters. It does not repeat it.
func (r Reader) TooLong(name string, most int) {
	r.Note(&field.Error{
		Type:   field.ErrorTypeTooLong,
		Field:  r.Child(name).String(),
		Detail: fmt.Sprintf("may not have more than %d characters", most),
	})
}

// Sentence joins errors to one message that fits an event.
func Sentence(errs field.ErrorList) string {
	s := ""

	for i, err := range errs {
		if i == maxErrors {
			return fmt.Sprintf("%s; and %d more", s, len(errs)-maxErrors)
		}

		if i > 0 {
			s += "; "
		}

		s += err.Error()
	}

	return s
}

// Clip shortens s to at most n bytes and never cuts a character in two: protobuf
// refuses to send text that is not UTF-8.
func Clip(s string, n int) string {
	if len(s) <= n {
		return s
	}

	const ellipsis = "…"

	end := n - len(ellipsis)
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}

	return s[:end] + ellipsis
}

// IsTooLong says whether a string has more than most characters.
func IsTooLong(s string, most int) bool {
	return len(s) > most && utf8.RuneCountInString(s) > most
}

// Between says which numbers a field may have.
func Between[T int32 | int64](low, high T) string {
	return "must be between " + strconv.FormatInt(int64(low), 10) + " and " + strconv.FormatInt(int64(high), 10) + ", inclusive"
}

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
