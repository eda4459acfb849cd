package convert

import (
	"cmp"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// fields are those of a JSON object.
type fields = map[string]any

// A manifest is one object, and where it was read.
type manifest struct {
	fields

	// origin is the file, and which of its documents.
	origin string
}

func (m *manifest) String() string { return m.kind() + " " + m.name() }

func (m *manifest) kind() string { return text(m.fields, "kind") }
func (m *manifest) name() string { return text(m.fields, "metadata", "name") }

func (m *manifest) group() string {
	group, _, found := strings.Cut(text(m.fields, "apiVersion"), "/")
	if !found {
		return ""
	}

	return group
}

// namespace is where kubectl apply would put a manifest that does not say.
func (m *manifest) namespace() string {
	return cmp.Or(text(m.fields, "metadata", "namespace"), "default")
}

// template is that of the pods.
func (m *manifest) template() fields { return object(m.fields, "spec", "template") }

// pod is the spec of the pods.
func (m *manifest) pod() fields { return object(m.template(), "spec") }

// isOurs says whether an object is one that a WebApp is made of. What such a one does not
// say was left out on purpose.
func (m *manifest) isOurs() bool {
	labels := object(m.fields, "metadata", "labels")
	return text(labels, "managed-by") == webapp.ManagedBy && text(labels, webapp.ManagedByLabel) == webapp.ManagedBy
}

// dig returns what is at a path of fields, or nil.
func dig(v any, path ...string) any {
	for _, name := range path {
		in, _ := v.(fields)
		v = in[name]
	}

	return v
}

func text(v any, path ...string) string {
	s, _ := dig(v, path...).(string)
	return s
}

func object(v any, path ...string) fields {
	o, _ := dig(v, path...).(fields)
	return o
}

func list(v any, path ...string) []any {
	l, _ := dig(v, path...).([]any)
	return l
}

// objects are the items of a list that are objects.
func objects(v any, path ...string) []fields {
	var all []fields

	for _, item := range list(v, path...) {
		if o, ok := item.(fields); ok {
			all = append(all, o)
		}
	}

	return all
}

// number returns a whole number.
func number(v any, path ...string) (int, bool) {
	n, ok := dig(v, path...).(float64)
	return int(n), ok
}

// set sets a field, unless there is nothing to set.
func set(in fields, name string, v any) {
	if v != nil {
		in[name] = v
	}
}

// take copies fields by name that are there.
func take(from fields, names ...string) fields {
	out := fields{}
	for _, name := range names {
		set(out, name, clone(from[name]))
	}

	return out
}

// clone copies a JSON value.
func clone(v any) any {
	switch v := v.(type) {
	case fields:
		out := make(fields, len(v))
		for name, field := range v {
			out[name] = clone(field)
		}

		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = clone(item)
		}

		return out
	default:
		return v
	}
}

// same says whether two JSON values are.
func same(a, b any) bool { return reflect.DeepEqual(a, b) }

func contains(items []any, v any) bool {
	return slices.ContainsFunc(items, func(item any) bool { return same(item, v) })
}

func sorted(in fields) []string { return slices.Sorted(maps.Keys(in)) }

// selects says whether labels that something asks for are all there. What asks for none
// asks for everything, and is about more than one application.
func selects(matching, labels fields) bool {
	for name, v := range matching {
		if !same(labels[name], v) {
			return false
		}
	}

	return len(matching) > 0
}

// inWords is a value on one line.
func inWords(v any) string {
	if v == nil {
		return "not set"
	}

	if s, ok := v.(string); ok && s != "" && !strings.ContainsAny(s, "\n\t") {
		return clip(s)
	}

	data, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}

	return clip(string(data))
}

func clip(s string) string {
	const most = 160

	if runes := []rune(s); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}

	return s
}
