package fn

import (
	"google.golang.org/protobuf/types/known/structpb"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
)

func checkImagePullPolicy(spec object) {
	spec.oneOf("imagePullPolicy", string(corev1.PullAlways), string(corev1.PullIfNotPresent), string(corev1.PullNever))
}

func applyImagePullPolicy(p *pod, v *structpb.Value) { p.container["imagePullPolicy"] = v }

func checkImagePullSecrets(spec object) {
	secrets, _ := native[[]v1.SecretReference](spec, "imagePullSecrets")
	for i, s := range secrets {
		if s.Name == "" {
			*spec.errs = append(*spec.errs, field.Required(spec.child("imagePullSecrets").Index(i).Child("name"), "say which Secret of the namespace to pull with"))
		}
	}
}

func applyImagePullSecrets(p *pod, v *structpb.Value) { p.spec["imagePullSecrets"] = v }
