package pod

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/webapp-operator/function-webapp/fn/value"
)

func applyEnvFrom(t *template, v *structpb.Value) { t.container["envFrom"] = v }

// applyVariables puts variables among those of env, in the order of names, so that each
// may refer to all that sort before it.
func applyVariables(from func(*structpb.Value) *structpb.Value) func(*template, *structpb.Value) {
	return func(t *template, v *structpb.Value) {
		variables := slices.Clone(t.container["env"].GetListValue().GetValues())

		for name, entry := range v.GetStructValue().GetFields() {
			variables = append(variables, value.Object(value.Fields{"name": value.String(name), "valueFrom": from(entry)}))
		}

		slices.SortFunc(variables, func(a, b *structpb.Value) int { return strings.Compare(value.Text(a, "name"), value.Text(b, "name")) })

		t.container["env"] = value.List(variables...)
	}
}
