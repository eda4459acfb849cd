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

// readings are what pods read of ConfigMaps, by their names.
type readings map[string]*reading

func readingsOf(app *webapp.App) readings {
	found := readings{}

	found.addEnv(app.Options)

	for _, c := range app.Options[webapp.InitContainers].GetListValue().GetValues() {
		found.addEnv(c.GetStructValue().GetFields())
	}

	for _, v := range app.Options["volumes"].GetListValue().GetValues() {
		found.addFiles(value.Dig(v, "configMap"))

		for _, source := range value.Dig(v, "projected", "sources").GetListValue().GetValues() {
			found.addFiles(value.Dig(source, "configMap"))
		}
	}

	return found
}

// addEnv adds what becomes the environment of a container.
func (r readings) addEnv(of value.Fields) {
	for _, source := range of["envFrom"].GetListValue().GetValues() {
		r.add(value.Dig(source, "configMapRef"), "")
	}

	for _, entry := range of[env.Config].GetStructValue().GetFields() {
		r.add(entry, value.Text(entry, "key"))
	}
}

// addFiles adds the entries that become files: some, or all of them.
func (r readings) addFiles(source *structpb.Value) {
	items := value.Dig(source, "items").GetListValue().GetValues()
	if len(items) == 0 {
		r.add(source, "")
	}

	for _, item := range items {
		r.add(source, value.Text(item, "key"))
	}
}

// add adds one key of a ConfigMap, or all of it. There may be no source.
func (r readings) add(source *structpb.Value, key string) {
	name := value.Text(source, "name")
	if name == "" {
		return
	}

	if r[name] == nil {
		r[name] = &reading{keys: map[string]bool{}}
	}

	one := r[name]
	one.all = one.all || key == ""
	one.keys[key] = true
	one.needed = one.needed || !value.Dig(source, "optional").GetBoolValue()
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
