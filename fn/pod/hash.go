package pod

import (
	"maps"
	"math"
	"strconv"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
	"github.com/webapp-operator/function-webapp/internal/wire"
)

// Hash returns the hash of a Deployment's pod template, for
// [webapp.TemplateHashAnnotation].
func Hash(deployment *structpb.Struct) string {
	hash := fnvOffset.value(value.Dig(deployment.GetFields()["spec"], "template"))

	return strconv.FormatUint(uint64(hash), 16)
}

// IsCurrent says whether the pod template that was last written is the
// desired one.
func IsCurrent(observed, desired *structpb.Struct) bool {
	written := value.Text(observed.GetFields()["metadata"], "annotations", webapp.TemplateHashAnnotation)
	if written != "" {
		return written == value.Text(desired.GetFields()["metadata"], "annotations", webapp.TemplateHashAnnotation)
	}

	// Not by us, or somebody removed the annotation: compare what a WebApp sets.
	// What crossplane render is given may say nothing about it.
	have, want := Container(observed), Container(desired)
	if have == nil {
		return true
	}

	return value.Text(have, "image") == value.Text(want, "image") &&
		portOf(have) == portOf(want) &&
		maps.Equal(envDigests(have), envDigests(want))
}

func portOf(container *structpb.Value) int64 {
	for _, p := range value.Dig(container, "ports").GetListValue().GetValues() {
		if value.Text(p, "name") == PortName {
			return value.Number(p, "containerPort")
		}
	}

	return 0
}

// envDigests returns what each variable is set to, or taken from.
func envDigests(container *structpb.Value) map[string]digest {
	values := value.Dig(container, "env").GetListValue().GetValues()
	env := make(map[string]digest, len(values))

	for _, v := range values {
		env[value.Text(v, "name")] = fnvOffset.text(value.Text(v, "value")).value(value.Dig(v, "valueFrom"))
	}

	return env
}

// A digest is the FNV-1a hash of values: equal values, and hardly any others,
// have equal digests. Frozen: another digest of the same template would make
// every WebApp look updated.
type digest uint64

// Constants of FNV: see hash/fnv.
const (
	fnvOffset digest = 14695981039346656037
	fnvPrime  digest = 1099511628211

	// fnvPrime7 is the prime to the power of 7: what seven bytes that are 0 do.
	fnvPrime7 digest = 0xc5527b8a51d3d2db
)

func (d digest) byte(b byte) digest { return (d ^ digest(b)) * fnvPrime }

// number adds a number as eight bytes.
func (d digest) number(n uint64) digest {
	if n < 1<<8 {
		return (d * fnvPrime7).byte(byte(n))
	}

	for shift := 56; shift >= 0; shift -= 8 {
		d = d.byte(byte(n >> shift)) //nolint:gosec // One byte after the other.
	}

	return d
}

func (d digest) text(s string) digest {
	d = d.number(uint64(len(s)))
	for i := range len(s) {
		d = d.byte(s[i])
	}

	return d
}

func (d digest) value(v *structpb.Value) digest {
	switch k := v.GetKind().(type) {
	case *structpb.Value_StructValue:
		d = d.text("object").number(uint64(len(k.StructValue.GetFields())))

		for _, field := range wire.AppendSorted(make([]wire.Field, 0, 16), k.StructValue) {
			d = d.text(field.Name).value(field.Value)
		}

		return d
	case *structpb.Value_ListValue:
		d = d.text("list").number(uint64(len(k.ListValue.GetValues())))
		for _, item := range k.ListValue.GetValues() {
			d = d.value(item)
		}

		return d
	case *structpb.Value_StringValue:
		return d.text("text").text(k.StringValue)
	case *structpb.Value_NumberValue:
		return d.text("number").number(math.Float64bits(k.NumberValue))
	case *structpb.Value_BoolValue:
		return d.text("boolean " + strconv.FormatBool(k.BoolValue))
	default:
		return d.text("null")
	}
}
