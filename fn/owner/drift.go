package owner

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/internal/wire"
)

// A Drift is how far others have taken a Deployment from what is desired of it.
type Drift struct {
	// Changed says that something which is desired is not there, or is there and desired
	// to be cleared.
	Changed bool

	// Kept is what is there, is not desired and can be cleared, and Stuck what cannot.
	Kept, Stuck []Field

	// PutBack is the desired spec, and null for what can be cleared.
	PutBack *structpb.Value
}

// A Field is one that another manager has set, as a path from the pods' spec or the
// application's container on.
type Field struct {
	Path, Manager string
}

// Look compares an observed Deployment, which may be nil, with the spec that is desired
// of it. It costs nothing where nobody else has set any of it.
func Look(observed *structpb.Struct, spec *structpb.Value) Drift {
	managed, recreates := managedFields(observed), value.Dig(spec, "strategy", "rollingUpdate") == nil
	if !wire.MayHave(managed, ofTemplate, ofCrossplane) && (!recreates || !wire.MayHave(managed, ofStrategy, ofCrossplane)) {
		return Drift{PutBack: spec}
	}

	drift := Drift{PutBack: spec}
	have := value.Object(value.Fields{"template": wire.Open(value.Dig(observed.GetFields()["spec"], "template"))})

	for _, entry := range others(observed) {
		l := look{drift: &drift, manager: calledBy(entry)}
		owned := value.Dig(entry, "fieldsV1", "f:spec")

		// The strategy of a Deployment is not read, but what it may not have beside
		// Recreate is there if somebody has it.
		if recreates && value.Dig(owned, "f:strategy", "f:rollingUpdate") != nil {
			l.stuck("strategy.rollingUpdate")
		}

		drift.PutBack = l.object(owned, drift.PutBack, have, described, "")
		drift.PutBack = renamed(drift.PutBack, l.renamed)
	}

	return drift
}

// What entries of managedFields have in them.
var ofTemplate, ofStrategy, ofCrossplane = []byte("f:template"), []byte("f:strategy"), []byte(composedManager)

// A look goes through what one manager owns.
type look struct {
	manager string
	drift   *Drift

	// of begins the paths of what is in one of several containers.
	of string

	// renamed are volumes that get another name.
	renamed map[string]string

	// nothing is what a value or a list is cleared with, or nil for null.
	nothing *structpb.Value
}

func (l *look) stuck(path string) {
	l.drift.Stuck = append(l.drift.Stuck, Field{l.of + path, l.manager})
}

// object looks at an object that is desired and there, and returns what to send for it.
// Within is what of it is looked at: nil for all.
func (l *look) object(owned, desired, observed *structpb.Value, within wire.Fields, path string) *structpb.Value {
	if within == nil && lacks(observed, desired) {
		l.drift.Changed = true
	}

	for _, field := range wire.AppendSorted(nil, owned.GetStructValue()) {
		name, named := strings.CutPrefix(field.Name, "f:")
		below, described := within[name]
		have := value.Dig(observed, name)

		if !named || (within != nil && !described) || !value.IsSet(have) {
			continue
		}

		at := name
		if within == nil {
			at = path + "." + name
		}

		desired = with(desired, name, l.field(field.Value, value.Dig(desired, name), have, below, at))
	}

	return desired
}

// with returns an object with another value of a field.
func with(object *structpb.Value, name string, v *structpb.Value) *structpb.Value {
	if v == value.Dig(object, name) {
		return object
	}

	return value.With(object, value.Fields{name: v})
}

// field looks at a field that is there, and returns what to send for it.
func (l *look) field(owned, desired, observed *structpb.Value, within wire.Fields, path string) *structpb.Value {
	whole := len(owned.GetStructValue().GetFields()) == 0

	switch {
	case observed.GetListValue() != nil && !whole:
		return l.list(owned, desired, observed, within, path)
	case desired != nil && !value.IsSet(desired):
		// It is being cleared.
		l.drift.Changed = true
	case desired == nil && within != nil:
		return l.object(owned, desired, observed, within, path)
	case desired == nil && isClearable(observed, path):
		l.drift.Kept = append(l.drift.Kept, Field{l.of + path, l.manager})

		// What null makes of it, too; but who reads it sees why it is there.
		if strings.HasPrefix(path, "env[") && observed.GetStringValue() != "" {
			return value.String("")
		}

		return value.Or(l.nothing, structpb.NewNullValue())
	case desired == nil:
		l.stuck(path)
	case observed.GetStructValue() != nil && (!whole || !isPlacement(path)):
		return l.object(owned, desired, observed, within, path)
	case value.NewDigest().Value(desired) != value.NewDigest().Value(observed):
		l.drift.Changed = true
	}

	return desired
}

// isClearable says whether null clears what is at a path. It merges objects, and leaves
// what is in them as it is; but those of valueFrom are one whole. A quantity it makes 0.
func isClearable(observed *structpb.Value, path string) bool {
	_, isObject := observed.GetKind().(*structpb.Value_StructValue)

	return (!isObject || strings.Contains(path, ".valueFrom.")) && !strings.HasPrefix(path, "resources.") && !isPlacement(path)
}

// isPlacement says whether a path is about which nodes pods run on, and which of them go
// first. What somebody has set of it goes together, and not all of it can be cleared: null
// would make of a label of nodeSelector one without a value, which no node has. Without
// the tolerations that belong to it, pods would find no node.
func isPlacement(path string) bool {
	name, _, _ := strings.Cut(path, ".")
	return name == "affinity" || name == "nodeSelector" || name == "tolerations" || name == "priorityClassName"
}

// lacks says whether something that is desired of an object is not there. What is zero is
// not there by right.
func lacks(observed, desired *structpb.Value) bool {
	for name, v := range desired.GetStructValue().GetFields() {
		if !value.IsSet(value.Dig(observed, name)) && !isZero(v) {
			return true
		}
	}

	return false
}

func isZero(v *structpb.Value) bool {
	switch k := v.GetKind().(type) {
	case *structpb.Value_StructValue:
		return false
	case *structpb.Value_ListValue:
		return len(k.ListValue.GetValues()) == 0
	default:
		return v.GetStringValue() == "" && v.GetNumberValue() == 0 && !v.GetBoolValue()
	}
}

// list looks at a list whose items have keys, and returns what to send for it.
func (l *look) list(owned, desired, observed *structpb.Value, within wire.Fields, path string) *structpb.Value {
	items := slices.Clone(desired.GetListValue().GetValues())

	for _, item := range wire.AppendSorted(nil, owned.GetStructValue()) {
		k, ok := keyOf(item.Name)
		have := k.find(observed)

		if !ok || have < 0 {
			continue
		}

		at := path + "[" + k.String() + "]"
		want := k.find(value.List(items...))

		switch {
		case want >= 0 && path == initContainers:
			l.of = at + "."
			items[want] = l.item(item.Value, items[want], observed.GetListValue().GetValues()[have], within, at)
			l.of = ""
		case want >= 0:
			items[want] = l.item(item.Value, items[want], observed.GetListValue().GetValues()[have], within, at)
		case within != nil || value.Dig(item.Value, ".") == nil:
			// Another container is theirs. What is an item of ours, in which they have
			// set something, goes with all that is in it.
		default:
			l.stuck(at)

			if path == "ports" {
				items = append(items, k.bare(item.Value))
			}
		}
	}

	if equal := slices.Equal(items, desired.GetListValue().GetValues()); equal {
		return desired
	}

	return value.List(items...)
}

// item looks at an item that is desired and there, and returns what to send for it.
//
// A volume of which somebody has set another source can have no second, and the first
// cannot be cleared. Under another name it is a new one, and the old one goes. When it
// has gone, the volume gets its name again.
func (l *look) item(owned, desired, observed *structpb.Value, within wire.Fields, path string) *structpb.Value {
	before := len(l.drift.Stuck)
	out := l.object(owned, desired, observed, within, path)

	if !strings.HasPrefix(path, "volumes[") || len(l.drift.Stuck) == before || value.Dig(owned, ".") != nil {
		return out
	}

	l.drift.Stuck = l.drift.Stuck[:before]

	if l.renamed == nil {
		l.renamed = map[string]string{}
	}

	name := value.Text(desired, "name")
	l.renamed[name] = name[:min(len(name), v1.MaxNameLength-len(again))] + again

	return desired
}

// again is behind the name of a volume that there is already.
const again = "-again"

// renamed returns a spec in which volumes have other names.
func renamed(spec *structpb.Value, names map[string]string) *structpb.Value {
	if len(names) == 0 {
		return spec
	}

	pods := value.Dig(spec, "template", "spec")

	for _, list := range []string{initContainers, "containers"} {
		containers := slices.Clone(value.Dig(pods, list).GetListValue().GetValues())

		for i, c := range containers {
			containers[i] = with(c, "volumeMounts", withNames(value.Dig(c, "volumeMounts"), names))
		}

		pods = with(pods, list, value.List(containers...))
	}

	pods = with(pods, "volumes", withNames(value.Dig(pods, "volumes"), names))

	return with(spec, "template", with(value.Dig(spec, "template"), "spec", pods))
}

func withNames(list *structpb.Value, names map[string]string) *structpb.Value {
	items := slices.Clone(list.GetListValue().GetValues())

	for i, item := range items {
		if name := names[value.Text(item, "name")]; name != "" {
			items[i] = with(item, "name", value.String(name))
		}
	}

	return value.List(items...)
}

// A key is what tells an item of a list from others.
type key map[string]any

// keyOf reads a key as managedFields have it.
func keyOf(name string) (k key, ok bool) {
	written, ok := strings.CutPrefix(name, "k:")

	return k, ok && json.Unmarshal([]byte(written), &k) == nil
}

func (k key) String() string {
	texts := make([]string, 0, len(k))
	for _, name := range slices.Sorted(maps.Keys(k)) {
		texts = append(texts, fmt.Sprint(k[name]))
	}

	return strings.Join(texts, "/")
}

// find returns which item of a list has the key, or -1.
func (k key) find(list *structpb.Value) int {
	return slices.IndexFunc(list.GetListValue().GetValues(), func(item *structpb.Value) bool {
		for name, v := range k {
			if value.Dig(item, name).AsInterface() != v {
				return false
			}
		}

		return true
	})
}

// bare is an item with nothing but its key, so that a port has no name any more that
// another one has now.
func (k key) bare(owned *structpb.Value) *structpb.Value {
	fields := value.Fields{}

	for field := range owned.GetStructValue().GetFields() {
		if name, named := strings.CutPrefix(field, "f:"); named {
			fields[name] = structpb.NewNullValue()
		}
	}

	maps.Copy(fields, k.fields())

	return value.Object(fields)
}

// fields are the key as fields of an item.
func (k key) fields() value.Fields {
	fields := make(value.Fields, len(k))

	for name, v := range k {
		// JSON's, in which it was written.
		fields[name], _ = structpb.NewValue(v)
	}

	return fields
}
