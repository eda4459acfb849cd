package wire

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
)

// The first bytes of fields: number << 3 | type, as in
// https://protobuf.dev/programming-guides/encoding/.
const (
	// Of a message whose fields 1 and 2 are messages or texts. Every map is a
	// list of such entries.
	tag1 = 1<<3 | byte(protowire.BytesType)
	tag2 = 2<<3 | byte(protowire.BytesType)

	// Of google.protobuf.Value.
	tagNull   = 1<<3 | byte(protowire.VarintType)
	tagNumber = 2<<3 | byte(protowire.Fixed64Type)
	tagText   = 3<<3 | byte(protowire.BytesType)
	tagBool   = 4<<3 | byte(protowire.VarintType)
	tagObject = 5<<3 | byte(protowire.BytesType)
	tagList   = 6<<3 | byte(protowire.BytesType)

	// Of RunFunctionRequest.
	tagObserved = 2<<3 | byte(protowire.BytesType)
	tagDesired  = 3<<3 | byte(protowire.BytesType)
	tagInput    = 4<<3 | byte(protowire.BytesType)
	tagContext  = 5<<3 | byte(protowire.BytesType)
	tagRequired = 8<<3 | byte(protowire.BytesType)
)

// maxDepth is how deep objects may be nested here. The library goes deeper.
const maxDepth = 100

// readRequest reads a request, and says whether it could: a request that is
// wrong, or encoded as the library would not encode it, is the library's.
func (c *Codec) readRequest(b []byte, into *fnv1.RunFunctionRequest) bool {
	// What the library reads: what is small or rare, and what a newer Crossplane
	// may send.
	var rest []byte

	for len(b) > 0 {
		var (
			field []byte
			ok    bool
			tag   = b[0]
		)

		switch tag {
		case tagObserved, tagDesired, tagInput, tagContext, tagRequired:
			if field, b, ok = chunk(b[1:]); !ok {
				return false
			}
		default:
			number, n := unread(b)
			if n < 0 || isRead(number) {
				return false
			}

			rest = append(rest, b[:n]...)
			b = b[n:]

			continue
		}

		switch tag {
		case tagObserved:
			ok = into.GetObserved() == nil && c.readObserved(field, into)
		case tagDesired:
			ok = into.GetDesired() == nil && c.readDesired(field, into)
		case tagInput:
			ok = into.GetInput() == nil && c.readInput(field, into)
		case tagContext:
			ok = into.GetContext() == nil && skipObject(field, 0)
			into.Context = keep(&structpb.Struct{}, field)
		case tagRequired:
			ok = c.readRequired(field, into)
		}

		if !ok {
			return false
		}
	}

	return proto.UnmarshalOptions{Merge: true}.Unmarshal(rest, into) == nil
}

func (c *Codec) readInput(b []byte, into *fnv1.RunFunctionRequest) bool {
	last := c.input.Load()
	if last == nil || last.raw != string(b) {
		read, ok := readObject(b, everything, false)
		if !ok {
			return false
		}

		last = &input{raw: string(b), read: read}
		c.input.Store(last)
	}

	into.Input = last.read

	return true
}

// isRead says whether a field of a request is read here. A tag can be written
// with more bytes than it needs.
func isRead(number protowire.Number) bool {
	return slices.Contains([]protowire.Number{2, 3, 4, 5, 8}, number)
}

func (c *Codec) readObserved(b []byte, into *fnv1.RunFunctionRequest) bool {
	into.Observed = &fnv1.State{Resources: make(map[string]*fnv1.Resource, len(c.resources))}

	for len(b) > 0 {
		switch b[0] {
		case tag1:
			composite, rest, ok := chunk(b[1:])
			if !ok || into.GetObserved().GetComposite() != nil {
				return false
			}

			if into.Observed.Composite, ok = readResource(composite, c.composite); !ok {
				return false
			}

			b = rest
		case tag2:
			key, value, rest, ok := entry(b, tag2)
			if !ok {
				return false
			}

			if n := c.resources[string(key)]; n == nil {
				ok = skipResource(value)
			} else {
				into.Observed.Resources[n.name], ok = readResource(value, n)
			}

			if !ok {
				return false
			}

			b = rest
		default:
			number, n := unread(b)
			if n < 0 || number <= 2 {
				return false
			}

			b = b[n:]
		}
	}

	return true
}

func (c *Codec) readRequired(b []byte, into *fnv1.RunFunctionRequest) bool {
	key, value, end, ok := pair(b)
	if !ok || len(end) > 0 {
		return false
	}

	n := c.required[string(key)]
	items := &fnv1.Resources{}

	for len(value) > 0 {
		if value[0] != tag1 {
			return false
		}

		var item []byte
		if item, value, ok = chunk(value[1:]); !ok {
			return false
		}

		if n == nil {
			if !skipResource(item) {
				return false
			}

			continue
		}

		resource, ok := readResource(item, n)
		if !ok {
			return false
		}

		items.Items = append(items.Items, resource)
	}

	if n != nil {
		if into.RequiredResources == nil {
			into.RequiredResources = make(map[string]*fnv1.Resources, len(c.required))
		}

		into.RequiredResources[n.name] = items
	}

	return true
}

// readDesired keeps what earlier steps desire as bytes, but for what is read of
// the composite.
func (c *Codec) readDesired(b []byte, into *fnv1.RunFunctionRequest) bool {
	into.Desired = &fnv1.State{}

	var unknown []byte

	for len(b) > 0 {
		switch b[0] {
		case tag1:
			composite, rest, ok := chunk(b[1:])
			if !ok || into.GetDesired().GetComposite() != nil || !skipResource(composite) {
				return false
			}

			if into.Desired.Composite, ok = c.readDesiredComposite(composite); !ok {
				return false
			}

			b = rest
		case tag2:
			key, value, rest, ok := entry(b, tag2)
			if !ok || !skipResource(value) {
				return false
			}

			if into.Desired.Resources == nil {
				into.Desired.Resources = map[string]*fnv1.Resource{}
			}

			into.Desired.Resources[string(key)] = keep(&fnv1.Resource{}, value)
			b = rest
		default:
			number, n := unread(b)
			if n < 0 || number <= 2 {
				return false
			}

			unknown = append(unknown, b[:n]...)
			b = b[n:]
		}
	}

	if unknown != nil {
		keep(into.GetDesired(), unknown)
	}

	return true
}

func (c *Codec) readDesiredComposite(b []byte) (*fnv1.Resource, bool) {
	var (
		rest []byte
		out  = &fnv1.Resource{}
	)

	for len(b) > 0 {
		if b[0] != tag1 {
			_, n := unread(b)
			rest = append(rest, b[:n]...)
			b = b[n:]

			continue
		}

		object, after, ok := chunk(b[1:])
		if !ok || out.GetResource() != nil {
			return nil, false
		}

		if out.Resource, ok = readObject(object, c.desired, true); !ok {
			return nil, false
		}

		b = after
	}

	return out, proto.UnmarshalOptions{Merge: true}.Unmarshal(rest, out) == nil
}

// readResource reads the object of a Resource.
func readResource(b []byte, n *node) (*fnv1.Resource, bool) {
	out := &fnv1.Resource{}

	for len(b) > 0 {
		if b[0] != tag1 {
			size, ok := skipRest(b)
			if !ok {
				return nil, false
			}

			b = b[size:]

			continue
		}

		object, after, ok := chunk(b[1:])
		if !ok || out.GetResource() != nil {
			return nil, false
		}

		if out.Resource, ok = readObject(object, n, false); !ok {
			return nil, false
		}

		b = after
	}

	return out, true
}

// skipResource checks a Resource.
func skipResource(b []byte) bool {
	for len(b) > 0 {
		if b[0] != tag1 {
			size, ok := skipRest(b)
			if !ok {
				return false
			}

			b = b[size:]

			continue
		}

		object, after, ok := chunk(b[1:])
		if !ok || !skipObject(object, 0) {
			return false
		}

		b = after
	}

	return true
}

// skipRest checks one field of a Resource that is not its object, and returns
// its size.
func skipRest(b []byte) (size int, ok bool) {
	if b[0] == tag2 { // A connection detail: text to bytes.
		_, _, after, ok := entry(b, tag2)
		return len(b) - len(after), ok
	}

	number, n := unread(b)

	return n, n > 0 && number > 2
}

// readObject reads what n says of a google.protobuf.Struct. With keepRest, what
// is not read is kept as it is.
func readObject(b []byte, n *node, keepRest bool) (*structpb.Struct, bool) {
	fields, ok := readFields(b, n, keepRest, 0)

	return &structpb.Struct{Fields: fields}, ok
}

// readFields reads the fields of an object.
func readFields(b []byte, n *node, keepRest bool, depth int) (map[string]*structpb.Value, bool) {
	out := make(map[string]*structpb.Value, sizeHint(n, len(b)))

	for len(b) > 0 {
		key, value, rest, ok := entry(b, tag1)
		if !ok {
			return nil, false
		}

		b = rest

		if n.all {
			if out[string(key)], ok = readValue(value, n, false, depth); !ok {
				return nil, false
			}

			continue
		}

		if below := n.field(key); below != nil {
			out[below.name], ok = readValue(value, below, keepRest, depth)
		} else if ok = skipValue(value, depth); ok && keepRest {
			out[string(key)] = keep(&structpb.Value{}, value)
		}

		if !ok {
			return nil, false
		}
	}

	return out, true
}

// sizeHint guesses how many fields an object will have, from what is read of it
// and the number of its bytes.
func sizeHint(n *node, size int) int {
	if n.all {
		return size / 24
	}

	return len(n.fields)
}

// readValue reads what n says of a google.protobuf.Value.
func readValue(b []byte, n *node, keepRest bool, depth int) (*structpb.Value, bool) {
	if n.later {
		return keep(&structpb.Value{}, b), skipValue(b, depth)
	}

	if len(b) == 0 {
		return &structpb.Value{}, true
	}

	switch b[0] {
	case tagText:
		text, end, ok := chunk(b[1:])
		return Text(string(text)), ok && len(end) == 0 && utf8.Valid(text)
	case tagNumber:
		if len(b) != 9 {
			return nil, false
		}

		return Number(math.Float64frombits(binary.LittleEndian.Uint64(b[1:]))), true
	case tagObject:
		object, end, ok := chunk(b[1:])
		if !ok || len(end) > 0 || depth == maxDepth {
			return nil, false
		}

		fields, ok := readFields(object, n, keepRest, depth+1)

		return Object(fields), ok
	case tagList:
		list, end, ok := chunk(b[1:])
		if !ok || len(end) > 0 || depth == maxDepth {
			return nil, false
		}

		var items []*structpb.Value

		for len(list) > 0 {
			var item []byte
			if item, list, ok = one(list, tag1); !ok {
				return nil, false
			}

			value, ok := readValue(item, n, keepRest, depth+1)
			if !ok {
				return nil, false
			}

			items = append(items, value)
		}

		return List(items), true
	default:
		if !skipValue(b, depth) {
			return nil, false
		}

		if b[0] == tagBool {
			return structpb.NewBoolValue(b[1] == 1), true
		}

		return structpb.NewNullValue(), true
	}
}

// skipObject checks a google.protobuf.Struct.
func skipObject(b []byte, depth int) bool {
	for len(b) > 0 {
		_, value, rest, ok := entry(b, tag1)
		if !ok || !skipValue(value, depth) {
			return false
		}

		b = rest
	}

	return true
}

// skipValue checks a google.protobuf.Value.
func skipValue(b []byte, depth int) bool {
	if len(b) == 0 {
		return true
	}

	switch b[0] {
	case tagNull:
		return len(b) == 2 && b[1] == 0
	case tagNumber:
		return len(b) == 9
	case tagText:
		text, end, ok := chunk(b[1:])
		return ok && len(end) == 0 && utf8.Valid(text)
	case tagBool:
		return len(b) == 2 && b[1] <= 1
	case tagObject:
		object, end, ok := chunk(b[1:])
		return ok && len(end) == 0 && depth < maxDepth && skipObject(object, depth+1)
	case tagList:
		list, end, ok := chunk(b[1:])
		if !ok || len(end) > 0 || depth == maxDepth {
			return false
		}

		for len(list) > 0 {
			var item []byte
			if item, list, ok = one(list, tag1); !ok || !skipValue(item, depth+1) {
				return false
			}
		}

		return true
	default:
		return false
	}
}

// entry takes an entry of a map with texts as keys from b.
func entry(b []byte, tag byte) (key, value, rest []byte, ok bool) {
	e, rest, ok := one(b, tag)
	if !ok {
		return nil, nil, nil, false
	}

	key, value, end, ok := pair(e)

	return key, value, rest, ok && len(end) == 0
}

// pair takes the key and the value of an entry from b.
func pair(b []byte) (key, value, rest []byte, ok bool) {
	if key, rest, ok = one(b, tag1); !ok || !utf8.Valid(key) {
		return nil, nil, nil, false
	}

	value, rest, ok = one(rest, tag2)

	return key, value, rest, ok
}

// one takes a field with a tag from b.
func one(b []byte, tag byte) (field, rest []byte, ok bool) {
	if len(b) < 2 || b[0] != tag {
		return nil, nil, false
	}

	// Most fields are short.
	if end := 2 + int(b[1]); b[1] < 0x80 && end <= len(b) {
		return b[2:end:end], b[end:], true
	}

	return chunk(b[1:])
}

// chunk takes a length, and as many bytes, from b.
func chunk(b []byte) (field, rest []byte, ok bool) {
	size, n := protowire.ConsumeVarint(b)
	if n < 0 {
		return nil, nil, false
	}

	b = b[n:]
	if size > uint64(len(b)) {
		return nil, nil, false
	}

	return b[:size:size], b[size:], true
}

// unread returns the number and the size of the field that b begins with, or a
// negative size.
func unread(b []byte) (protowire.Number, int) {
	number, _, n := protowire.ConsumeField(b)
	if number > protowire.MaxValidNumber {
		return 0, -1
	}

	return number, n
}

// Open reads a value that was kept for [Later]. Any other is what it is.
func Open(v *structpb.Value) *structpb.Value {
	raw := v.ProtoReflect().GetUnknown()
	if v.GetKind() != nil || len(raw) == 0 {
		return v
	}

	// It was checked when it was kept.
	open, _ := readValue(raw, everything, false, 0)

	return open
}

// keep makes raw the content of an empty message: what a message does not know
// of it sends as it came.
func keep[M proto.Message](m M, raw []byte) M {
	m.ProtoReflect().SetUnknown(protoreflect.RawFields(bytes.Clone(raw)))
	return m
}
