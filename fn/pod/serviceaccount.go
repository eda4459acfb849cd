package pod

import (
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

func checkServiceAccountName(spec value.Reader) {
	if name, ok := spec.Text("serviceAccountName"); ok {
		webapp.CheckReference(spec, "serviceAccountName", name, "ServiceAccount")
	}
}

// applyServiceAccountName sends the deprecated name of the field, too. Kubernetes
// copies the one into the other, and back when the one is gone: what we do not own
// there, we could never take away. See k8s.io/kubernetes/pkg/apis/core/v1,
// Convert_v1_PodSpec_To_core_PodSpec.
func applyServiceAccountName(t *template, v *structpb.Value) {
	t.spec["serviceAccountName"] = v
	t.spec["serviceAccount"] = v
}
