package env

import (
	"google.golang.org/protobuf/types/known/structpb"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
)

// CheckConfig checks configEnv.
func CheckConfig(spec value.Reader) {
	check(spec, Config, v1.MaxEnv, entryOf[v1.ConfigMapKeySelector]("ConfigMap"))
}

// FromConfig is where a variable of configEnv comes from, as in a Pod.
func FromConfig(v *structpb.Value) *structpb.Value {
	return value.Object(value.Fields{"configMapKeyRef": v})
}
