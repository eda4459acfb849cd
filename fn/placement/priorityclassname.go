package placement

import (
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/webapp-operator/function-webapp/fn/value"
)

// CheckPriorityClassName checks priorityClassName.
func CheckPriorityClassName(spec value.Reader) {
	name, ok := spec.Text(PriorityClassName)

	switch {
	case !ok:
	case name == "":
		spec.Required(PriorityClassName, "say which PriorityClass of the cluster")
	case len(validation.IsDNS1123Subdomain(name)) > 0:
		spec.Invalid(PriorityClassName, name,
			"must be the name of a PriorityClass: at most 253 lower case letters, digits, dashes and dots, starting and ending with a letter or digit")
	}
}
