package convert

import (
	"fmt"
	"slices"
	"strings"
)

// A difference is a field that a WebApp renders with another value, or not at all.
type difference struct {
	// where is the kind and the path.
	where string

	theirs, ours any
}

// A comparison is what two sets of objects have in common, and what not.
type comparison struct {
	same        int
	differences []difference
}

// compare holds what a WebApp renders against what there is, kind by kind. Both are in their
// normal form.
func compare(theirs, ours map[string]fields) comparison {
	c := comparison{}

	for _, kind := range slices.Concat([]string{"Deployment", "Service", "ConfigMap"}, kinds) {
		if theirs[kind] == nil && ours[kind] == nil {
			continue
		}

		if kind == "Deployment" && theirs["HorizontalPodAutoscaler"] != nil {
			// How many there are is for the autoscaler to say.
			set(object(theirs[kind], "spec"), "replicas", dig(ours[kind], "spec", "replicas"))
		}

		if theirs[kind] == nil || ours[kind] == nil {
			c.differ(kind, nameOf(theirs[kind]), nameOf(ours[kind]))
			continue
		}

		for _, part := range []string{"metadata", "spec", "data", "binaryData"} {
			c.compare(kind+" "+part, theirs[kind][part], ours[kind][part])
		}

		c.rest(kind, theirs[kind])
	}

	return c
}

// rest tells of fields that objects of a kind do not have in general.
func (c *comparison) rest(kind string, theirs fields) {
	for _, name := range sorted(theirs) {
		if !slices.Contains([]string{"apiVersion", "kind", "metadata", "spec", "data", "binaryData"}, name) {
			c.differ(kind+" "+name, theirs[name], nil)
		}
	}
}

func nameOf(o fields) any {
	if o == nil {
		return nil
	}

	return text(o, "metadata", "name")
}

func (c *comparison) differ(where string, theirs, ours any) {
	c.differences = append(c.differences, difference{where, theirs, ours})
}

// parts are fields of which each part is told by itself, also where the other side has none.
var parts = map[string]any{"securityContext": fields{}, "volumes": []any{}, "volumeMounts": []any{}}

// whole are fields that are told as they are, and not part by part.
var whole = wordsOf("labels selector podSelector matchLabels capabilities strategy")

func (c *comparison) compare(where string, theirs, ours any) {
	if empty, told := parts[where[strings.LastIndex(where, ".")+1:]]; told {
		theirs, ours = or(theirs, empty), or(ours, empty)
	}

	switch {
	case same(theirs, ours):
		c.same += leaves(theirs)
		return
	case theirs == nil || ours == nil:
		c.differ(where, theirs, ours)
		return
	}

	a, isObject := theirs.(fields)
	b, areObjects := ours.(fields)

	if isObject && areObjects {
		c.objects(where, a, b)
		return
	}

	more, isList := theirs.([]any)
	others, areLists := ours.([]any)

	if isList && areLists && c.lists(where, more, others) {
		return
	}

	c.differ(where, theirs, ours)
}

func (c *comparison) objects(where string, theirs, ours fields) {
	all := slices.Concat(sorted(theirs), sorted(ours))
	slices.Sort(all)

	for _, name := range slices.Compact(all) {
		at := where + "." + name

		if whole[name] && where != "Deployment spec.template.metadata" && !same(theirs[name], ours[name]) {
			c.differ(at, theirs[name], ours[name])
			continue
		}

		c.compare(at, theirs[name], ours[name])
	}
}

// keys are the fields by which items of lists are known, in the order in which they are
// tried.
var keys = []string{"containerPort", "port", "mountPath", "name", "host", "path"}

// lists compares lists by keys, or says that it cannot.
func (c *comparison) lists(where string, theirs, ours []any) bool {
	for _, key := range keys {
		a, aKeys, isA := index(theirs, key)
		b, bKeys, isB := index(ours, key)

		if !isA || !isB {
			continue
		}

		for _, k := range slices.Concat(aKeys, bKeys) {
			if x, there := a[k]; there {
				c.compare(where+"["+k+"]", x, orNil(b, k))
				delete(a, k)
				delete(b, k)
			} else if y, there := b[k]; there {
				c.compare(where+"["+k+"]", nil, y)
				delete(b, k)
			}
		}

		return true
	}

	return false
}

func or(v, otherwise any) any {
	if v == nil {
		return otherwise
	}

	return v
}

func orNil(in map[string]fields, key string) any {
	if v, there := in[key]; there {
		return v
	}

	return nil
}

func index(items []any, key string) (map[string]fields, []string, bool) {
	out, order := map[string]fields{}, []string{}

	for _, item := range items {
		o, _ := item.(fields)
		if o[key] == nil {
			return nil, nil, false
		}

		k := fmt.Sprint(o[key])
		if protocol := text(o, "protocol"); protocol != "" && protocol != "TCP" {
			k += "/" + protocol
		}

		if _, twice := out[k]; twice {
			return nil, nil, false
		}

		out[k] = o
		order = append(order, k)
	}

	return out, order, true
}

// leaves counts the values in a value.
func leaves(v any) int {
	n := 0

	switch v := v.(type) {
	case nil:
		return 0
	case fields:
		for _, field := range v {
			n += leaves(field)
		}
	case []any:
		for _, item := range v {
			n += leaves(item)
		}
	}

	return max(n, 1)
}
