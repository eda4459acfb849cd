package container

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// Resources is the field by which a container asks for a part of a node.
const Resources = "resources"

// CheckResources checks resources.
func CheckResources(of value.Reader) {
	resources := of.Object(Resources)
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

// IsShareable says whether a container may have resources: who asks for large pages must
// ask for CPU or memory, too. See validateResourceRequirements of
// k8s.io/kubernetes/pkg/apis/core/validation.
func IsShareable(r webapp.Resources) bool {
	paged, shareable := false, false
	for _, list := range []corev1.ResourceList{r.Requests, r.Limits} {
		for name := range list {
			paged = paged || strings.HasPrefix(string(name), corev1.ResourceHugePagesPrefix)
			shareable = shareable || name == corev1.ResourceCPU || name == corev1.ResourceMemory
		}
	}

	return !paged || shareable
}
