package value

import (
	"math"
	"strconv"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/webapp-operator/function-webapp/internal/wire"
)

// A Digest is the FNV-1a hash of values: equal values, and hardly any others,
// have equal digests. Frozen: another digest of the same template would make
// every WebApp look updated.
type Digest uint64

// Constants of FNV: see hash/fnv.
const (
	fnvOffset Digest = 14695981039346656037
	fnvPrime  Digest = 1099511628211

	// fnvPrime7 is the prime to the power of 7: what seven bytes that are 0 do.
	fnvPrime7 Digest = 0xc5527b8a51d3d2db
)

// NewDigest returns the digest of nothing.
func NewDigest() Digest { return fnvOffset }

// Text returns the digest with a string added.
func (d Digest) Text(s string) Digest {
	d = d.number(uint64(len(s)))
	for i := range len(s) {
		d = d.byte(s[i])
	}

	return d
}

// Value returns the digest with a value added.
func (d Digest) Value(v *structpb.Value) Digest {
	switch k := v.GetKind().(type) {
	case *structpb.Value_StructValue:
		d = d.Text("object").number(uint64(len(k.StructValue.GetFields())))

		for _, field := range wire.AppendSorted(make([]wire.Field, 0, 16), k.StructValue) {
			d = d.Text(field.Name).Value(field.Value)
		}

		return d
	case *structpb.Value_ListValue:
		d = d.Text("list").number(uint64(len(k.ListValue.GetValues())))
		for _, item := range k.ListValue.GetValues() {
			d = d.Value(item)
		}

		return d
	case *structpb.Value_StringValue:
		return d.Text("text").Text(k.StringValue)
	case *structpb.Value_NumberValue:
		return d.Text("number").number(math.Float64bits(k.NumberValue))
	case *structpb.Value_BoolValue:
		return d.Text("boolean " + strconv.FormatBool(k.BoolValue))
	default:
		return d.Text("null")
	}
}

// String returns the digest as text.
func (d Digest) String() string { return strconv.FormatUint(uint64(d), 16) }

func (d Digest) byte(b byte) Digest { return (d ^ Digest(b)) * fnvPrime }

// number adds a number as eight bytes.
func (d Digest) number(n uint64) Digest {
	if n < 1<<8 {
		return (d * fnvPrime7).byte(byte(n))
	}

	for shift := 56; shift >= 0; shift -= 8 {
		d = d.byte(byte(n >> shift)) //nolint:gosec // One byte after the other.
	}

	return d
}
