package volume

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// ephemeral is the field of a volume that each pod has for itself.
const ephemeral = "ephemeral"

// checkStorage checks how large a volume is that each pod has for itself, and says whether
// that is right.
func checkStorage(at value.Reader) bool {
	requests := at.Within(ephemeral, "volumeClaimTemplate", "spec", "resources", "requests")

	return webapp.CheckQuantity(requests, "storage", "must be a quantity such as 512Mi or 10Gi", func(size resource.Quantity) string {
		switch {
		case size.Sign() <= 0:
			return "must be more than 0"
		case !webapp.IsWhole(size):
			return webapp.WholeBytes
		default:
			return ""
		}
	})
}

// checkClaim checks what a claim asks for: see ValidatePersistentVolumeClaimSpec of
// k8s.io/kubernetes/pkg/apis/core/validation.
func checkClaim(in value.Reader, spec v1.VolumeClaimSpec) {
	const alone = string(corev1.ReadWriteOncePod)

	modes := []string{string(corev1.ReadWriteOnce), alone, string(corev1.ReadWriteMany), string(corev1.ReadOnlyMany)}

	switch {
	case len(spec.AccessModes) == 0:
		in.Required("accessModes", "say how the volume may be mounted: [ReadWriteOnce] is what nearly every StorageClass has")
	case len(spec.AccessModes) > 1 && slices.Contains(spec.AccessModes, alone):
		in.Invalid("accessModes", alone, "may be ReadWriteOncePod alone")
	}

	for i, mode := range spec.AccessModes {
		switch at := in.Items("accessModes")[i]; {
		case !slices.Contains(modes, mode):
			at.NotSupported("", mode, modes...)
		case slices.Contains(spec.AccessModes[:i], mode):
			at.Duplicate("", mode)
		}
	}

	if in.Get("storageClassName") != nil {
		webapp.CheckReference(in, "storageClassName", spec.StorageClassName, "StorageClass")
	}

	if requests := in.Object("resources").Object("requests"); requests.Get("storage") == nil {
		requests.Required("storage", "say how large the volume is, for example 10Gi")
	}

	in.OneOf("volumeMode", string(corev1.PersistentVolumeFilesystem))
}
