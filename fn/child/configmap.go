package child

import (
	"maps"
	"slices"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
	"github.com/webapp-operator/function-webapp/internal/wire"
)

// buildConfigMap holds spec.env for tools and other pods; the WebApp's own pods do
// not read it. Environment variables may have names that a ConfigMap's keys may
// not: those are left out.
func buildConfigMap(plan *webapp.Plan, _ *structpb.Struct) value.Fields {
	data := make(value.Fields, len(plan.Env))

	for _, v := range plan.Env {
		if webapp.IsConfigMapKey(v.Name) {
			data[v.Name] = v.Value
		}
	}

	if len(data) == 0 {
		return value.Fields{}
	}

	return value.Fields{"data": value.Object(data)}
}

// unfitConfigMap is for one that cannot be changed and has not what it should, and for one
// that has the same key as something else. What it has more stays.
func unfitConfigMap(app *webapp.App, object *structpb.Struct) Hindrance {
	data, binary := wire.Open(object.GetFields()["data"]), wire.Open(object.GetFields()["binaryData"])

	for _, key := range slices.Sorted(maps.Keys(app.Spec.Env)) {
		switch have := value.Dig(data, key); {
		case !webapp.IsConfigMapKey(key):
		case value.Dig(binary, key) != nil:
			return Hindrance{What: "it has " + key + " in binaryData"}
		case object.GetFields()["immutable"].GetBoolValue() && (have == nil || have.GetStringValue() != app.Spec.Env[key]):
			return Hindrance{What: "it is immutable, with another " + key}
		}
	}

	return Hindrance{}
}
