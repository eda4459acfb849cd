package pod

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation/field"

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
			if text := named[name].GetStringValue(); isBytes(name) && webapp.IsQuantity(text) && !webapp.IsWhole(resource.MustParse(text)) {
				resources.Entries(list).Invalid(name, text, webapp.WholeBytes)
			}

			if n := named[name].GetNumberValue(); n != math.Trunc(n) {
				resources.Entries(list).Mistyped(name, named[name], fmt.Sprintf("must be in quotes: %q", fmt.Sprint(n)))
			}
		}
	}
}

// isBytes says whether a resource is counted in bytes. Pages of memory are counted in
// their size: see webapp.ReadResources.
func isBytes(name string) bool {
	return name == string(corev1.ResourceMemory) || name == string(corev1.ResourceEphemeralStorage)
}

// RequireShareable refuses a container that asks for large pages and neither for CPU nor
// memory, which Kubernetes refuses: see validateResourceRequirements of
// k8s.io/kubernetes/pkg/apis/core/validation.
func RequireShareable(app *webapp.App, settings *webapp.Settings) *field.Error {
	if app.Options["resources"] == nil && settings.Resources.Limits == nil {
		return nil
	}

	r := webapp.ReadResources(app.Option("resources")).Over(settings.Resources)

	paged, shareable := false, false
	for _, list := range []corev1.ResourceList{r.Requests, r.Limits} {
		for name := range list {
			paged = paged || strings.HasPrefix(string(name), corev1.ResourceHugePagesPrefix)
			shareable = shareable || name == corev1.ResourceCPU || name == corev1.ResourceMemory
		}
	}

	if !paged || shareable {
		return nil
	}

	return field.Required(app.Composite.Path().Child("resources", "requests"), "who asks for hugepages must ask for cpu or memory, too")
}

func readDefaultResources(in value.Reader, into *webapp.Defaults) {
	into.Resources = webapp.ReadResources(in.Object("resources")).Over(into.Resources)
}

// applyResources puts what the WebApp says over what the platform team set.
func applyResources(t *template, v *structpb.Value) {
	t.container["resources"] = webapp.ReadResources(value.Quiet(v)).Over(t.defaults.Resources).Value()
}
