package fn

import (
	"regexp"

	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/util/validation/field"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
)

var subdomainPattern = regexp.MustCompile(v1.SubdomainPattern)

func checkServiceAccountName(spec object) {
	name, ok := spec.text("serviceAccountName")
	if ok && (len(name) > v1.MaxSubdomainLength || !subdomainPattern.MatchString(name)) {
		*spec.errs = append(*spec.errs, field.Invalid(spec.child("serviceAccountName"), clip(name, maxQuoted),
			"must be the name of a ServiceAccount: at most 253 lower case letters, digits, dashes and dots, starting and ending with a letter or digit"))
	}
}

// applyServiceAccountName sends the deprecated name of the field, too. Kubernetes
// copies the one into the other, and back when the one is gone: what we do not own
// there, we could never take away. See k8s.io/kubernetes/pkg/apis/core/v1,
// Convert_v1_PodSpec_To_core_PodSpec.
func applyServiceAccountName(p *pod, v *structpb.Value) {
	p.spec["serviceAccountName"] = v
	p.spec["serviceAccount"] = v
}
