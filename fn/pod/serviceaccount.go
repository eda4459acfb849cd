package pod

import (
	"regexp"

	"google.golang.org/protobuf/types/known/structpb"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
)

var subdomainPattern = regexp.MustCompile(v1.SubdomainPattern)

func checkServiceAccountName(spec value.Reader) {
	name, ok := spec.Text("serviceAccountName")
	if ok && (len(name) > v1.MaxSubdomainLength || !subdomainPattern.MatchString(name)) {
		spec.Invalid("serviceAccountName", name,
			"must be the name of a ServiceAccount: at most 253 lower case letters, digits, dashes and dots, starting and ending with a letter or digit")
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
