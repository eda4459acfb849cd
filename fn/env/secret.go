package env

import (
	"google.golang.org/protobuf/types/known/structpb"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
)

// CheckSecret checks secretEnv.
func CheckSecret(spec value.Reader) {
	check(spec, Secret, v1.MaxEnv, entryOf[v1.SecretKeySelector]("Secret"))
}

// FromSecret is where a variable of secretEnv comes from, as in a Pod.
func FromSecret(v *structpb.Value) *structpb.Value {
	return value.Object(value.Fields{"secretKeyRef": v})
}
