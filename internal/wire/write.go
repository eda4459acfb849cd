package wire

import (
	"encoding/binary"
	"errors"
	"maps"
	"math"
	"math/bits"
	"slices"
	"unicode/utf8"

	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
)

// errNotOurs leaves a message to the library.
var errNotOurs = errors.New("this is for the protobuf library")

// firstSize is the size of a writer's first buffer, in which most answers fit.
const firstSize = 16 << 10

// A writer writes a message from its end to its beginning: the length of a field
// comes before it, and is known after it is written.
type writer struct {
	buf *[]byte

	// at is where in buf what is written begins.
	at int

	// fields are those of objects that are being written.
	fields []Field

	err error
}

func newWriter() *writer {
	return &writer{buf: buffers.Get(firstSize), at: firstSize, fields: make([]Field, 0, 64)}
}

// done returns what was written.
func (w *writer) done() mem.BufferSlice {
	whole := mem.NewBuffer(w.buf, buffers)
	defer whole.Free()

	return mem.BufferSlice{whole.Slice(w.at, len(*w.buf))}
}

func (w *writer) discard() { buffers.Put(w.buf) }

// room returns n bytes in front of what is written.
func (w *writer) room(n int) []byte {
	if n > w.at {
		written := (*w.buf)[w.at:]
		larger := buffers.Get(2*len(*w.buf) + n)
		at := len(*larger) - len(written)
		copy((*larger)[at:], written)
		buffers.Put(w.buf)
		w.buf, w.at = larger, at
	}

	w.at -= n

	return (*w.buf)[w.at : w.at+n]
}

func (w *writer) bytes(b []byte) {
	if len(b) > 0 {
		copy(w.room(len(b)), b)
	}
}

func (w *writer) byte(b byte) { w.room(1)[0] = b }

func (w *writer) varint(v uint64) {
	n := (bits.Len64(v|1) + 6) / 7
	b := w.room(n)

	for i := range n - 1 {
		b[i] = byte(v) | 0x80
		v >>= 7
	}

	b[n-1] = byte(v)
}

// end is where the field begins that was written last, counted from the end.
func (w *writer) end() int { return len(*w.buf) - w.at }

// head writes the tag and the length of a field that ends at end.
func (w *writer) head(tag byte, end int) {
	w.varint(uint64(w.end() - end)) //nolint:gosec // A length is not negative.
	w.byte(tag)
}

// text writes a field that is text.
func (w *writer) text(tag byte, s string) {
	if !utf8.ValidString(s) {
		w.err = errNotOurs
	}

	end := w.end()
	copy(w.room(len(s)), s)
	w.head(tag, end)
}

// unknown writes what a message does not know of, and keeps.
func (w *writer) unknown(m proto.Message) { w.bytes(m.ProtoReflect().GetUnknown()) }

// message writes a field that is a message with the library.
func (w *writer) message(tag byte, m proto.Message) {
	end := w.end()
	b := w.room(proto.Size(m))

	if _, err := (proto.MarshalOptions{Deterministic: true, UseCachedSize: true}).MarshalAppend(b[:0:len(b)], m); err != nil {
		w.err = err
	}

	w.head(tag, end)
}

func (w *writer) response(rsp *fnv1.RunFunctionResponse) {
	w.unknown(rsp)

	if rsp.GetOutput() != nil {
		w.object(tagResponseOutput, rsp.GetOutput())
	}

	for _, c := range slices.Backward(rsp.GetConditions()) {
		w.message(tagResponseConditions, c)
	}

	if rsp.GetRequirements() != nil {
		w.message(tagResponseRequirements, rsp.GetRequirements())
	}

	if rsp.GetContext() != nil {
		w.object(tagResponseContext, rsp.GetContext())
	}

	for _, r := range slices.Backward(rsp.GetResults()) {
		w.message(tagResponseResults, r)
	}

	if rsp.GetDesired() != nil {
		w.state(tagResponseDesired, rsp.GetDesired())
	}

	if rsp.GetMeta() != nil {
		w.message(tagResponseMeta, rsp.GetMeta())
	}
}

func (w *writer) state(tag byte, s *fnv1.State) {
	end := w.end()
	w.unknown(s)

	for _, key := range slices.Backward(slices.Sorted(maps.Keys(s.GetResources()))) {
		end := w.end()
		w.resource(tagEntryValue, s.GetResources()[key])
		w.text(tagEntryKey, key)
		w.head(tagStateResources, end)
	}

	if s.GetComposite() != nil {
		w.resource(tagStateComposite, s.GetComposite())
	}

	w.head(tag, end)
}

func (w *writer) resource(tag byte, r *fnv1.Resource) {
	end := w.end()
	w.unknown(r)

	if r.GetReady() != 0 {
		w.varint(uint64(r.GetReady())) //nolint:gosec // The sign is extended, as the library does.
		w.byte(tagResourceReady)
	}

	for _, key := range slices.Backward(slices.Sorted(maps.Keys(r.GetConnectionDetails()))) {
		end := w.end()
		w.bytes(r.GetConnectionDetails()[key])
		w.head(tagEntryValue, end)
		w.text(tagEntryKey, key)
		w.head(tagResourceDetails, end)
	}

	if r.GetResource() != nil {
		w.object(tagResourceObject, r.GetResource())
	}

	w.head(tag, end)
}

func (w *writer) object(tag byte, s *structpb.Struct) {
	end := w.end()
	w.unknown(s)

	first := len(w.fields)
	w.fields = AppendSorted(w.fields, s)

	for len(w.fields) > first {
		field := w.fields[len(w.fields)-1]
		w.fields = w.fields[:len(w.fields)-1]

		end := w.end()
		w.value(tagEntryValue, field.Value)
		w.text(tagEntryKey, field.Name)
		w.head(tagStructFields, end)
	}

	w.head(tag, end)
}

func (w *writer) value(tag byte, v *structpb.Value) {
	end := w.end()
	w.unknown(v)

	switch k := v.GetKind().(type) {
	case nil:
	case *structpb.Value_StringValue:
		w.text(tagValueText, k.StringValue)
	case *structpb.Value_NumberValue:
		binary.LittleEndian.PutUint64(w.room(8), math.Float64bits(k.NumberValue))
		w.byte(tagValueNumber)
	case *structpb.Value_BoolValue:
		w.varint(protowire.EncodeBool(k.BoolValue))
		w.byte(tagValueBool)
	case *structpb.Value_StructValue:
		w.object(tagValueObject, k.StructValue)
	case *structpb.Value_ListValue:
		w.list(tagValueList, k.ListValue)
	case *structpb.Value_NullValue:
		w.varint(uint64(k.NullValue)) //nolint:gosec // The sign is extended, as the library does.
		w.byte(tagValueNull)
	default:
		w.err = errNotOurs
	}

	w.head(tag, end)
}

func (w *writer) list(tag byte, l *structpb.ListValue) {
	end := w.end()
	w.unknown(l)

	for _, v := range slices.Backward(l.GetValues()) {
		w.value(tagListValues, v)
	}

	w.head(tag, end)
}
