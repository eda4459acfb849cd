package env

import (
	"maps"
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
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

// CheckAll checks the environment of a container that is not the application's, which has at
// most so many variables in each field.
func CheckAll(of value.Reader, most int) {
	checkPlain(of, most)
	check(of, Secret, most, entryOf[v1.SecretKeySelector]("Secret"))
	check(of, Config, most, entryOf[v1.ConfigMapKeySelector]("ConfigMap"))
	check(of, Pod, most, checkFromPod)
	CheckFrom(of)
}

func checkPlain(of value.Reader, most int) {
	variables := of.Texts(Plain)
	if of.TooMany(Plain, len(variables), most) {
		return
	}

	for _, name := range slices.Sorted(maps.Keys(variables)) {
		webapp.CheckEnvName(of, Plain, name)

		if value.IsTooLong(variables[name], v1.MaxEnvValueLength) {
			of.Entries(Plain).TooLong(name, v1.MaxEnvValueLength)
		}
	}
}

// Of are the variables of a container that is not the application's, as in a Pod, in the
// order of names, so that each may refer to all that sort before it.
func Of(c value.Reader) *structpb.Value {
	var all []*structpb.Value

	for name, text := range c.Get(Plain).GetStructValue().GetFields() {
		all = append(all, value.Object(value.Fields{"name": value.String(name), "value": text}))
	}

	all = appendFrom(all, c.Get(Secret), FromSecret)
	all = appendFrom(all, c.Get(Config), FromConfig)
	all = appendFrom(all, c.Get(Pod), FromPod)

	return sorted(all)
}

// With are variables with those of another field among them, in the order of names.
func With(variables, more *structpb.Value, from func(*structpb.Value) *structpb.Value) *structpb.Value {
	return sorted(appendFrom(slices.Clone(variables.GetListValue().GetValues()), more, from))
}

func appendFrom(variables []*structpb.Value, more *structpb.Value, from func(*structpb.Value) *structpb.Value) []*structpb.Value {
	for name, entry := range more.GetStructValue().GetFields() {
		variables = append(variables, value.Object(value.Fields{"name": value.String(name), "valueFrom": from(entry)}))
	}

	return variables
}

func sorted(variables []*structpb.Value) *structpb.Value {
	slices.SortFunc(variables, func(a, b *structpb.Value) int { return strings.Compare(value.Text(a, "name"), value.Text(b, "name")) })

	return value.List(variables...)
}

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
