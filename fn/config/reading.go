package config

import (
	"maps"
	"slices"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/webapp-operator/function-webapp/fn/env"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// A reading is what pods read of one ConfigMap: some of its keys, or all of it.
type reading struct {
	keys map[string]bool
	all  bool

	// needed says that pods do not start without it.
	needed bool
}

// readings are what the pods of a WebApp read of ConfigMaps, by their names.
func readings(app *webapp.App) map[string]*reading {
	found := map[string]*reading{}

	for _, source := range app.Options["envFrom"].GetListValue().GetValues() {
		found = add(found, value.Dig(source, "configMapRef"), "")
	}

	for _, entry := range app.Options[env.Config].GetStructValue().GetFields() {
		found = add(found, entry, value.Text(entry, "key"))
	}

	for _, v := range app.Options["volumes"].GetListValue().GetValues() {
		found = addFiles(found, value.Dig(v, "configMap"))

		for _, source := range value.Dig(v, "projected", "sources").GetListValue().GetValues() {
			found = addFiles(found, value.Dig(source, "configMap"))
		}
	}

	return found
}

// addFiles adds the entries that become files: some, or all of them.
func addFiles(to map[string]*reading, source *structpb.Value) map[string]*reading {
	items := value.Dig(source, "items").GetListValue().GetValues()
	if len(items) == 0 {
		return add(to, source, "")
	}

	for _, item := range items {
		to = add(to, source, value.Text(item, "key"))
	}

	return to
}

// add adds one key of a ConfigMap, or all of it. There may be no source.
func add(to map[string]*reading, source *structpb.Value, key string) map[string]*reading {
	name := value.Text(source, "name")
	if name == "" {
		return to
	}

	r := to[name]
	if r == nil {
		r = &reading{keys: map[string]bool{}}
		to[name] = r
	}

	r.all = r.all || key == ""
	r.keys[key] = true
	r.needed = r.needed || !value.Dig(source, "optional").GetBoolValue()

	return to
}

// over returns the digest with what is read of a ConfigMap added.
func (r *reading) over(d value.Digest, object *structpb.Struct) value.Digest {
	data, binary := object.GetFields()["data"], object.GetFields()["binaryData"]
	if r.all {
		return d.Value(data).Value(binary)
	}

	for _, key := range slices.Sorted(maps.Keys(r.keys)) {
		d = d.Text(key).Value(value.Dig(data, key)).Value(value.Dig(binary, key))
	}

	return d
}
