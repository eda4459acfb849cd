package wire

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
)

// A value, its kind and what is in it are made together: one allocation where
// structpb needs two or three.
type (
	textValue struct {
		value structpb.Value
		kind  structpb.Value_StringValue
	}
	numberValue struct {
		value structpb.Value
		kind  structpb.Value_NumberValue
	}
	objectValue struct {
		value  structpb.Value
		kind   structpb.Value_StructValue
		object structpb.Struct
	}
	listValue struct {
		value structpb.Value
		kind  structpb.Value_ListValue
		list  structpb.ListValue
	}
)

// Text returns a value that is a text.
func Text(s string) *structpb.Value {
	v := &textValue{}
	v.kind.StringValue = s
	v.value.Kind = &v.kind

	return &v.value
}

// Number returns a value that is a number.
func Number(n float64) *structpb.Value {
	v := &numberValue{}
	v.kind.NumberValue = n
	v.value.Kind = &v.kind

	return &v.value
}

// Object returns a value that is an object.
func Object(fields map[string]*structpb.Value) *structpb.Value {
	v := &objectValue{}
	v.object.Fields = fields
	v.kind.StructValue = &v.object
	v.value.Kind = &v.kind

	return &v.value
}

// List returns a value that is a list.
func List(items []*structpb.Value) *structpb.Value {
	v := &listValue{}
	v.list.Values = items
	v.kind.ListValue = &v.list
	v.value.Kind = &v.kind

	return &v.value
}

// A Field is one field of an object.
type Field struct {
	Name  string
	Value *structpb.Value
}

// AppendSorted appends the fields of an object, in the order of their names.
func AppendSorted(fields []Field, object *structpb.Struct) []Field {
	first := len(fields)
	for name, value := range object.GetFields() {
		fields = append(fields, Field{name, value})
	}

	slices.SortFunc(fields[first:], func(a, b Field) int { return strings.Compare(a.Name, b.Name) })

	return fields
}
