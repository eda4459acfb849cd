// Package wire reads requests and writes answers in protobuf's wire format
// faster than the protobuf library, by doing less.
//
// Most of a request is never read: managedFields, what the API server filled in,
// objects of other steps of the pipeline. The library makes a value of all of
// it, which is where a composition function spends most of its time. A [Codec]
// is told what is read ([Reads]), checks the rest, and makes nothing of it. What
// earlier steps of the pipeline desire it passes on as the bytes that it is.
//
// The library is always right: whatever is encoded in another way than it would
// encode it, or is not known here, is left to it. Tests hold that both give the
// same answers.
package wire

import (
	"maps"
	"sync/atomic"

	"google.golang.org/grpc/encoding"
	grpcproto "google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
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

// Later is for what is read only now and then: it is kept as bytes until [Open].
var Later = Fields{later: nil}

// later is no name of a field.
const later = "\xff"

// Reads says what a function reads of a request. It reads all of the input, and
// nothing else but what is said here.
type Reads struct {
	// Composite is for the observed composite resource.
	Composite Fields

	// Resources are for observed composed resources, by key.
	Resources map[string]Fields

	// Required are for the items of required resources, by name.
	Required map[string]Fields

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

	composite *node
	resources map[string]*node
	required  map[string]*node
	desired   *node

	// input is the last that was read.
	input atomic.Pointer[input]
}

// An input is what a Composition gives the function: the same in every call, for
// all of its composite resources.
type input struct {
	raw  string
	read *structpb.Struct
}

// NewCodec returns a codec for a function that reads what reads says.
func NewCodec(reads Reads) *Codec {
	c := &Codec{
		CodecV2:   encoding.GetCodecV2(grpcproto.Name),
		composite: compile("", reads.Composite),
		resources: make(map[string]*node, len(reads.Resources)),
		required:  make(map[string]*node, len(reads.Required)),
		desired:   compile("", reads.Desired),
	}

	for key, fields := range reads.Resources {
		c.resources[key] = compile(key, fields)
	}

	for name, fields := range reads.Required {
		c.required[name] = compile(name, fields)
	}

	return c
}

// Unmarshal implements encoding.CodecV2. An input that is the same as in the last
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

// A node is Fields as they are looked up: there are few, and what has a name is
// made once.
type node struct {
	name   string
	fields []*node

	// all says that everything is read, and later that it is kept.
	all, later bool
}

func compile(name string, fields Fields) *node {
	n := &node{name: name, all: fields == nil}
	_, n.later = fields[later]

	for field, below := range fields {
		n.fields = append(n.fields, compile(field, below))
	}

	return n
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
