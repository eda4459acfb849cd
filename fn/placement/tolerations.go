package placement

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
)

// CheckTolerations checks tolerations as Kubernetes does: see ValidateTolerations of
// k8s.io/kubernetes/pkg/apis/core/validation.
func CheckTolerations(spec value.Reader) {
	tolerations, _ := value.Native[[]v1.Toleration](spec, Tolerations)
	if spec.TooMany(Tolerations, len(tolerations), v1.MaxTolerations) {
		return
	}

	items := spec.Items(Tolerations)

	for i, t := range tolerations {
		at, exists := items[i], t.Operator == string(corev1.TolerationOpExists)

		at.OneOf("operator", string(corev1.TolerationOpEqual), string(corev1.TolerationOpExists))
		at.OneOf("effect", string(corev1.TaintEffectNoSchedule), string(corev1.TaintEffectPreferNoSchedule), string(corev1.TaintEffectNoExecute))
		at.Integer("tolerationSeconds", 0, v1.MaxTolerationSeconds)

		if t.Key == "" && !exists {
			at.Required("key", "is needed, but with operator Exists, which tolerates every taint without it")
		}

		if t.Key != "" {
			for _, problem := range validation.IsQualifiedName(t.Key) {
				at.Invalid("key", t.Key, problem)
			}
		}

		if t.Value != "" && exists {
			at.Forbidden("value", "is for operator Equal only")
		}

		for _, problem := range validation.IsValidLabelValue(t.Value) {
			at.Invalid("value", t.Value, problem)
		}

		if t.TolerationSeconds != nil && t.Effect != string(corev1.TaintEffectNoExecute) {
			at.Forbidden("tolerationSeconds", "is for effect NoExecute only")
		}
	}
}
