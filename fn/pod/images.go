package pod

import (
	"google.golang.org/protobuf/types/known/structpb"
	corev1 "k8s.io/api/core/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
)

func checkImagePullPolicy(spec value.Reader) {
	spec.OneOf("imagePullPolicy", string(corev1.PullAlways), string(corev1.PullIfNotPresent), string(corev1.PullNever))
}

func applyImagePullPolicy(t *template, v *structpb.Value) { t.container["imagePullPolicy"] = v }

func checkImagePullSecrets(spec value.Reader) {
	secrets, _ := value.Native[[]v1.SecretReference](spec, "imagePullSecrets")
	for i, s := range secrets {
		if s.Name == "" {
			spec.Items("imagePullSecrets")[i].Required("name", "say which Secret of the namespace to pull with")
		}
	}
}

func applyImagePullSecrets(t *template, v *structpb.Value) { t.spec["imagePullSecrets"] = v }
