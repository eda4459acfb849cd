package env

import (
	"google.golang.org/protobuf/types/known/structpb"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// CheckConfig checks configEnv.
func CheckConfig(spec value.Reader) {
	check(spec, Config, v1.MaxEnv, func(entries value.Reader, name string, c v1.ConfigMapKeySelector) {
		at := entries.Object(name)
		webapp.CheckReference(at, "name", c.Name, "ConfigMap")
		webapp.CheckKey(at, c.Key)
	})
}

// FromConfig is where a variable of configEnv comes from, as in a Pod.
func FromConfig(v *structpb.Value) *structpb.Value {
	return value.Object(value.Fields{"configMapKeyRef": v})
}
