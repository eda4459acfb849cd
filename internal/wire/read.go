package wire

import (
	"bytes"
	"encoding/binary"
	"math"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
)

// sizeNumber is the size of a google.protobuf.Value that is a number: its tag and
// eight bytes.
const sizeNumber = 1 + 8

// maxDepth is how deep objects may be nested here. The library goes deeper.
const maxDepth = 100

// readRequest reads a request, and says whether it could: a request that is
// wrong, or encoded as the library would not encode it, is the library's.
func (c *Codec) readRequest(b []byte, into *fnv1.RunFunctionRequest) bool {
	in, ok := c.findInput(b)
	if !ok {
		return false
	}

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
		case tagRequestObserved, tagRequestDesired, tagRequestInput, tagRequestContext, tagRequestRequired:
			if field, b, ok = chunk(b[1:]); !ok {
				return false
			}
		default:
			size, ok := unread(b, tagRequestObserved, tagRequestDesired, tagRequestInput, tagRequestContext, tagRequestRequired)
			if !ok {
				return false
			}

			rest = append(rest, b[:size]...)
			b = b[size:]

			continue
		}

		switch tag {
		case tagRequestObserved:
			ok = into.GetObserved() == nil && in.readObserved(field, into)
		case tagRequestDesired:
			ok = into.GetDesired() == nil && in.readDesired(field, into)
		case tagRequestInput:
			ok = into.GetInput() == nil
			into.Input = in.read
		case tagRequestContext:
			ok = into.GetContext() == nil && in.readContext(field, into)
		case tagRequestRequired:
			ok = in.readRequired(field, into)
		}

		if !ok {
			return false
		}
	}

	return proto.UnmarshalOptions{Merge: true}.Unmarshal(rest, into) == nil
}

// findInput reads the input of a request before anything else of it, which says what
// that is.
func (c *Codec) findInput(b []byte) (*input, bool) {
	for len(b) > 0 {
		if b[0] != tagRequestInput {
			size, ok := unread(b, tagRequestInput)
			if !ok {
				return nil, false
			}

			b = b[size:]

			continue
		}

		field, _, ok := chunk(b[1:])
		if !ok {
			return nil, false
		}

		if known := c.inputs.Find(func(in *input) bool { return in.raw == string(field) }); known != nil {
			return known, true
		}

		read, ok := readObject(field, everything, false)
		if !ok {
			return nil, false
		}

		in := c.newInput(string(field), read)
		c.inputs.Add(in)

		return in, true
	}

	return c.none, true
}

func (in *input) readContext(b []byte, into *fnv1.RunFunctionRequest) bool {
	if len(in.context.fields) == 0 {
		into.Context = keep(&structpb.Struct{}, b)
		return skipObject(b, 0)
	}

	var ok bool
	into.Context, ok = readObject(b, in.context, true)

	return ok
}

func (in *input) readObserved(b []byte, into *fnv1.RunFunctionRequest) bool {
	into.Observed = &fnv1.State{Resources: make(map[string]*fnv1.Resource, len(in.resources))}

	for len(b) > 0 {
		switch b[0] {
		case tagStateComposite:
			composite, rest, ok := chunk(b[1:])
			if !ok || into.GetObserved().GetComposite() != nil {
				return false
			}

			if into.Observed.Composite, ok = readResource(composite, in.composite); !ok {
				return false
			}

			b = rest
		case tagStateResources:
			key, value, rest, ok := entry(b, tagStateResources)
			if !ok {
				return false
			}

			if n := in.resources[string(key)]; n == nil {
				ok = skipResource(value)
			} else {
				into.Observed.Resources[n.name], ok = readResource(value, n)
			}

			if !ok {
				return false
			}

			b = rest
		default:
			size, ok := unread(b, tagStateComposite, tagStateResources)
			if !ok {
				return false
			}

			b = b[size:]
		}
	}

	return true
}

func (in *input) readRequired(b []byte, into *fnv1.RunFunctionRequest) bool {
	key, value, end, ok := pair(b)
	if !ok || len(end) > 0 {
		return false
	}

	n := in.required[string(key)]
	items := &fnv1.Resources{}

	for len(value) > 0 {
		if value[0] != tagResourcesItems {
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
			into.RequiredResources = make(map[string]*fnv1.Resources, len(in.required))
		}

		into.RequiredResources[n.name] = items
	}

	return true
}

// readDesired keeps what earlier steps desire as bytes, but for what is read of
// the composite.
func (in *input) readDesired(b []byte, into *fnv1.RunFunctionRequest) bool {
	into.Desired = &fnv1.State{}

	var unknown []byte

	for len(b) > 0 {
		switch b[0] {
		case tagStateComposite:
			composite, rest, ok := chunk(b[1:])
			if !ok || into.GetDesired().GetComposite() != nil || !skipResource(composite) {
				return false
			}

			if into.Desired.Composite, ok = in.readDesiredComposite(composite); !ok {
				return false
			}

			b = rest
		case tagStateResources:
			key, value, rest, ok := entry(b, tagStateResources)
			if !ok || !skipResource(value) {
				return false
			}

			if into.Desired.Resources == nil {
				into.Desired.Resources = map[string]*fnv1.Resource{}
			}

			into.Desired.Resources[string(key)] = keep(&fnv1.Resource{}, value)
			b = rest
		default:
			size, ok := unread(b, tagStateComposite, tagStateResources)
			if !ok {
				return false
			}

			unknown = append(unknown, b[:size]...)
			b = b[size:]
		}
	}

	if unknown != nil {
		keep(into.GetDesired(), unknown)
	}

	return true
}

// readDesiredComposite reads the object of a Resource that [skipResource] has
// checked, and leaves the rest to the library.
func (in *input) readDesiredComposite(b []byte) (*fnv1.Resource, bool) {
	var (
		rest []byte
		out  = &fnv1.Resource{}
	)

	for len(b) > 0 {
		if b[0] != tagResourceObject {
			size, ok := unread(b, tagResourceObject)
			if !ok {
				return nil, false
			}

			rest = append(rest, b[:size]...)
			b = b[size:]

			continue
		}

		object, after, ok := chunk(b[1:])
		if !ok || out.GetResource() != nil {
			return nil, false
		}

		if out.Resource, ok = readObject(object, in.desired, true); !ok {
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
		if b[0] != tagResourceObject {
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

		if n.shared != nil && isShared(object, n.manager) {
			n = n.shared
		}

		if out.Resource, ok = readObject(object, n, false); !ok {
			return nil, false
		}

		b = after
	}

	return out, true
}

// isShared says whether others than a manager have a part in an object: see [Shared]. Of one
// that is wrong it may say anything.
func isShared(object, manager []byte) bool {
	list := find(find(object, "metadata", tagValueObject), "managedFields", tagValueList)
	managers := 0

	for len(list) > 0 {
		item, rest, ok := one(list, tagListValues)
		if !ok {
			return false
		}

		if bytes.Contains(item, manager) {
			managers++
		}

		if managers > 1 || !bytes.Contains(item, manager) && !bytes.Contains(item, ofSubresource) {
			return true
		}

		list = rest
	}

	return false
}

var ofSubresource = []byte("subresource")

// find returns what is in a field of an object, which is an object or a list, by its tag. Of
// several of one name the last counts.
func find(object []byte, name string, tag byte) []byte {
	var found []byte

	for len(object) > 0 {
		key, value, rest, ok := entry(object, tagStructFields)
		if !ok {
			return nil
		}

		if object = rest; string(key) == name {
			found = value
		}
	}

	if len(found) == 0 || found[0] != tag {
		return nil
	}

	below, _, _ := chunk(found[1:])

	return below
}

// skipResource checks a Resource.
func skipResource(b []byte) bool {
	for len(b) > 0 {
		if b[0] != tagResourceObject {
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
// its size. The callers have seen that b is not empty.
func skipRest(b []byte) (size int, ok bool) {
	if b[0] == tagResourceDetails { // A connection detail: text to bytes.
		_, _, after, ok := entry(b, tagResourceDetails)
		return len(b) - len(after), ok
	}

	return unread(b, tagResourceObject, tagResourceDetails)
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
		key, value, rest, ok := entry(b, tagStructFields)
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
	case tagValueText:
		text, end, ok := chunk(b[1:])
		return Text(string(text)), ok && len(end) == 0 && utf8.Valid(text)
	case tagValueNumber:
		if len(b) != sizeNumber {
			return nil, false
		}

		// There are eight bytes behind the tag, as many as Uint64 reads.
		return Number(math.Float64frombits(binary.LittleEndian.Uint64(b[1:]))), true
	case tagValueObject:
		object, end, ok := chunk(b[1:])
		if !ok || len(end) > 0 || depth == maxDepth {
			return nil, false
		}

		fields, ok := readFields(object, n, keepRest, depth+1)

		return Object(fields), ok
	case tagValueList:
		list, end, ok := chunk(b[1:])
		if !ok || len(end) > 0 || depth == maxDepth {
			return nil, false
		}

		return readList(list, n, keepRest, depth+1)
	default:
		if !skipValue(b, depth) {
			return nil, false
		}

		if b[0] == tagValueBool {
			// b[1] is there: skipValue refuses a bool that is not of two bytes.
			return structpb.NewBoolValue(b[1] == 1), true
		}

		return structpb.NewNullValue(), true
	}
}

// readList reads what n says of each value of a google.protobuf.ListValue.
func readList(b []byte, n *node, keepRest bool, depth int) (*structpb.Value, bool) {
	var items []*structpb.Value

	for len(b) > 0 {
		item, rest, ok := one(b, tagListValues)
		if !ok {
			return nil, false
		}

		value, ok := readValue(item, n, keepRest, depth)
		if !ok {
			return nil, false
		}

		items, b = append(items, value), rest
	}

	return List(items), true
}

// skipObject checks a google.protobuf.Struct.
func skipObject(b []byte, depth int) bool {
	for len(b) > 0 {
		_, value, rest, ok := entry(b, tagStructFields)
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
	case tagValueNull:
		return len(b) == 2 && b[1] == 0
	case tagValueNumber:
		return len(b) == sizeNumber
	case tagValueText:
		text, end, ok := chunk(b[1:])
		return ok && len(end) == 0 && utf8.Valid(text)
	case tagValueBool:
		return len(b) == 2 && b[1] <= 1
	case tagValueObject:
		object, end, ok := chunk(b[1:])
		return ok && len(end) == 0 && depth < maxDepth && skipObject(object, depth+1)
	case tagValueList:
		list, end, ok := chunk(b[1:])
		if !ok || len(end) > 0 || depth == maxDepth {
			return false
		}

		for len(list) > 0 {
			var item []byte
			if item, list, ok = one(list, tagListValues); !ok || !skipValue(item, depth+1) {
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
	if key, rest, ok = one(b, tagEntryKey); !ok || !utf8.Valid(key) {
		return nil, nil, nil, false
	}

	value, rest, ok = one(rest, tagEntryValue)

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

// unread returns the size of the field that b begins with. It is not ok if the
// field has the number of one that is read, by these tags: a tag can be written
// with more bytes than it needs, and a field with another type than it has.
func unread(b []byte, read ...byte) (size int, ok bool) {
	// ConsumeField takes larger numbers than there may be.
	number, _, size := protowire.ConsumeField(b)
	if size < 0 || number > protowire.MaxValidNumber {
		return 0, false
	}

	for _, tag := range read {
		if number == protowire.Number(tag>>3) {
			return 0, false
		}
	}

	return size, true
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

// MayHave says whether a list has an item with one text in it and without another, or
// several with the other. A list that was kept for [Later] is searched as it is, without
// reading it; of any other, it may.
func MayHave(list *structpb.Value, text, but []byte) bool {
	if list.GetKind() != nil {
		return true
	}

	raw := list.ProtoReflect().GetUnknown()
	if len(raw) == 0 || raw[0] != tagValueList {
		return false
	}

	// It was checked when it was kept.
	items, _, _ := chunk(raw[1:])
	others := 0

	for len(items) > 0 {
		var item []byte
		item, items, _ = one(items, tagListValues)

		if bytes.Contains(item, but) {
			others++
		} else if bytes.Contains(item, text) {
			return true
		}

		if others > 1 {
			return true
		}
	}

	return false
}
