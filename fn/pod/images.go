package pod

import (
	corev1 "k8s.io/api/core/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

func checkImagePullPolicy(spec value.Reader) {
	spec.OneOf("imagePullPolicy", string(corev1.PullAlways), string(corev1.PullIfNotPresent), string(corev1.PullNever))
}

func checkImagePullSecrets(spec value.Reader) {
	secrets, _ := value.Native[[]v1.SecretReference](spec, "imagePullSecrets")
	for i, s := range secrets {
		webapp.CheckReference(spec.Items("imagePullSecrets")[i], "name", s.Name, "Secret")
	}
}
