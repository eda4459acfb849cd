package env

import (
	"maps"
	"slices"

	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// Fields of a WebApp that are maps of variables. A name may be in one of them only.
const (
	Plain  = "env"
	Secret = "secretEnv"
	Config = "configEnv"
	Pod    = "fieldEnv"
)

// all are all there are, in the order in which a name that is in two of them is refused.
var all = []string{Plain, Secret, Config, Pod}

// check checks how many variables a field has and what they are called, and has one checked
// after the other for what they are.
func check[T any](spec value.Reader, field string, most int, one func(entries value.Reader, name string, v T)) {
	variables, _ := value.Native[map[string]T](spec, field)
	if spec.TooMany(field, len(variables), most) {
		return
	}

	entries := spec.Map(field)

	for _, name := range slices.Sorted(maps.Keys(variables)) {
		webapp.CheckEnvName(spec, field, name)

		for _, other := range all[:slices.Index(all, field)] {
			if value.Dig(spec.Get(other), name) != nil {
				entries.Forbidden(name, "the variable is in "+other+", too: remove it from one of them")
			}
		}

		one(entries, name, variables[name])
	}
}

// entryOf checks that a variable is an entry of an object of some kind.
func entryOf[T any](kind string) func(entries value.Reader, variable string, _ T) {
	return func(entries value.Reader, variable string, _ T) {
		at := entries.Object(variable)
		name, _ := at.Text("name")
		key, _ := at.Text("key")

		webapp.CheckReference(at, "name", name, kind)
		webapp.CheckKey(at, key)
	}
}
