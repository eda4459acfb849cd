// Package wire reads requests and writes answers in protobuf's wire format
// faster than the protobuf library, by doing less.
//
// Most of a request is never read: managedFields, what the API server filled in,
// objects of other steps of the pipeline. The library makes a value of all of
// it, which is where a composition function spends most of its time. A [Codec]
// is told what is read ([Reads]), checks the rest, and makes nothing of it. What
// earlier steps of the pipeline desire it passes on as the bytes that it is. What is read
// may depend on the input of the step, which is looked at first.
//
// The library is always right: whatever is encoded in another way than it would
// encode it, or is not known here, is left to it. Tests hold that both give the
// same answers.
package wire

import (
	"maps"
	"slices"
	"strings"

	"google.golang.org/grpc/encoding"
	grpcproto "google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/webapp-operator/function-webapp/internal/recent"
)

// Fields are the fields that are read of an object, by name, and what is read of
// each. All of a field whose Fields are nil is read. Of a list, they are what is
// read of each item.
type Fields map[string]Fields

// And returns what is read by either of two. What one keeps for [Later], the other
// must, too.
func (f Fields) And(other Fields) Fields {
	if f == nil || other == nil {
		return nil
	}

	both := maps.Clone(f)

	for name, below := range other {
		if mine, found := both[name]; found {
			below = mine.And(below)
		}

		both[name] = below
	}

	return both
}

// At returns what is read of an object, if these are what is read at a path of fields in
// it.
func (f Fields) At(path ...string) Fields {
	for _, name := range slices.Backward(path) {
		f = Fields{name: f}
	}

	return f
}

// Later is for what is read only now and then: it is kept as bytes until [Open].
var Later = Fields{later: nil}

// later is no name of a field.
const later = "\xff"

// Shared is for what is read of an object only if somebody else than a manager has a part
// in it: managedFields have an entry without its name, that is not of a subresource, or
// several with it.
func Shared(manager string, fields Fields) Fields {
	return Fields{shared + manager: fields}
}

// shared begins what is no name of a field.
const shared = "\xfe"

// Reads says what a function reads of a request. It reads all of the input, and
// nothing else but what is said here.
type Reads struct {
	// Composite is for the observed composite resource.
	Composite Fields

	// Resources are for observed composed resources, by key.
	Resources map[string]Fields

	// Required are for the items of required resources, by name.
	Required map[string]Fields

	// Context is for the context of the pipeline, all of which is passed on. Nothing of it
	// is read if there are no fields.
	Context Fields

	// Desired is for the composite resource that earlier steps desire. What is
	// not read of it is passed on, and so is everything else they desire: the
	// function sees the keys of their resources, and that there is a context.
	Desired Fields
}

// buffers are for messages. gRPC's own pool has a buffer of 1 MiB for every
// message of more than 32 KiB, and clears all of it each time.
var buffers = mem.NewTieredBufferPool(4<<10, 16<<10, 32<<10, 64<<10, 128<<10, 256<<10, 1<<20)

// A Codec is gRPC's own for protobuf, and faster for what it knows: requests and
// answers of the function.
type Codec struct {
	encoding.CodecV2

	reads  func(input *structpb.Struct) Reads
	inputs recent.Values[input]

	// none is for requests without an input.
	none *input
}

// An input is what a Composition gives the function: the same in every call, for
// all of its composite resources.
type input struct {
	raw  string
	read *structpb.Struct

	composite, context, desired *node

	resources, required map[string]*node
}

// NewCodec returns a codec for a function that reads what reads says of an input, or
// without one.
func NewCodec(reads func(input *structpb.Struct) Reads) *Codec {
	c := &Codec{CodecV2: encoding.GetCodecV2(grpcproto.Name), reads: reads}
	c.none = c.newInput("", nil)

	return c
}

// Unmarshal implements encoding.CodecV2. An input that is the same as in a recent
// request is the same message, which nobody may change.
func (c *Codec) Unmarshal(data mem.BufferSlice, v any) error {
	if req, ok := v.(*fnv1.RunFunctionRequest); ok {
		buf := data.MaterializeToBuffer(buffers)
		defer buf.Free()

		if c.readRequest(buf.ReadOnlyData(), req) {
			return nil
		}

		req.Reset()
	}

	return c.CodecV2.Unmarshal(data, v)
}

// Marshal implements encoding.CodecV2. The same answer always gives the same
// bytes.
func (c *Codec) Marshal(v any) (mem.BufferSlice, error) {
	rsp, ok := v.(*fnv1.RunFunctionResponse)
	if !ok {
		return c.CodecV2.Marshal(v)
	}

	w := newWriter()
	if w.response(rsp); w.err == nil {
		return w.done(), nil
	}

	w.discard()

	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(rsp)

	return mem.BufferSlice{mem.SliceBuffer(raw)}, err
}

func (c *Codec) newInput(raw string, read *structpb.Struct) *input {
	reads := c.reads(read)

	return &input{
		raw:       raw,
		read:      read,
		composite: compile("", reads.Composite),
		context:   compile("", reads.Context),
		desired:   compile("", reads.Desired),
		resources: compileAll(reads.Resources),
		required:  compileAll(reads.Required),
	}
}

// A node is Fields as they are looked up: there are few, and what has a name is
// made once.
type node struct {
	name   string
	fields []*node

	// all says that everything is read, and later that it is kept.
	all, later bool

	// shared is what is read instead of an object in which others than a manager have a
	// part. It is nil where that is no matter.
	shared  *node
	manager []byte
}

func compile(name string, fields Fields) *node {
	n := &node{name: name, all: fields == nil}
	_, n.later = fields[later]

	for field, below := range fields {
		if manager, found := strings.CutPrefix(field, shared); found {
			alone := maps.Clone(fields)
			delete(alone, field)

			n.shared, n.manager = compile(name, alone.And(below)), []byte(manager)

			continue
		}

		n.fields = append(n.fields, compile(field, below))
	}

	return n
}

func compileAll(all map[string]Fields) map[string]*node {
	nodes := make(map[string]*node, len(all))
	for name, fields := range all {
		nodes[name] = compile(name, fields)
	}

	return nodes
}

// field returns what is read of a field, or nil if nothing is.
func (n *node) field(name []byte) *node {
	for _, f := range n.fields {
		if f.name == string(name) {
			return f
		}
	}

	return nil
}

// everything is for what is read whole.
var everything = compile("", nil)
