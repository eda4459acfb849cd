package webapp

import (
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
	corev1 "k8s.io/api/core/v1"

	"github.com/webapp-operator/function-webapp/fn/value"
)

// DefaultPullPolicy is when the image of a new container is pulled, if nobody says: as
// Kubernetes has it. For a container that there is it chooses no more, and the policy of
// the first image would stay.
func DefaultPullPolicy(image string) *structpb.Value {
	if isLatest(image) {
		return pullAlways
	}

	return pullIfNotPresent
}

var (
	pullAlways       = value.String(corev1.PullAlways)
	pullIfNotPresent = value.String(corev1.PullIfNotPresent)
)

// isLatest says whether an image is what is newest under its name at any time: one with
// the tag latest, or with neither a tag nor a digest. See ParseImageName of
// k8s.io/kubernetes/pkg/util/parsers.
func isLatest(image string) bool {
	name, _, digested := strings.Cut(image, "@")
	// What is before the last slash may be a host with a port.
	_, tag, tagged := strings.Cut(name[strings.LastIndex(name, "/")+1:], ":")

	return tag == "latest" || (!tagged && !digested)
}
