package pod

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"google.golang.org/protobuf/types/known/structpb"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

func checkResources(spec value.Reader) {
	resources := spec.Object("resources")
	webapp.ReadResources(resources)

	for _, list := range []string{"requests", "limits"} {
		named := resources.Get(list).GetStructValue().GetFields()
		resources.TooMany(list, len(named), v1.MaxResources)

		for _, name := range slices.Sorted(maps.Keys(named)) {
			if n := named[name].GetNumberValue(); n != math.Trunc(n) {
				resources.Entries(list).Mistyped(name, named[name], fmt.Sprintf("must be in quotes: %q", fmt.Sprint(n)))
			}
		}
	}
}

func readDefaultResources(in value.Reader, into *webapp.Defaults) {
	into.Resources = webapp.ReadResources(in.Object("resources")).Over(into.Resources)
}

// applyResources puts what the WebApp says over what the platform team set.
func applyResources(t *template, v *structpb.Value) {
	t.container["resources"] = webapp.ReadResources(value.Quiet(v)).Over(t.defaults.Resources).Value()
}
