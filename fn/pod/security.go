package pod

import (
	"slices"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/webapp-operator/function-webapp/fn/container"
	"github.com/webapp-operator/function-webapp/fn/value"
)

// securityOfPod are what Kubernetes has in the security context of the pod. The
// others are the container's.
var securityOfPod = []string{"runAsUser", "runAsGroup", "runAsNonRoot", "fsGroup", "fsGroupChangePolicy", "supplementalGroups", "seccompProfile"}

// applySecurityContext puts what was said over the safe defaults, field by field.
func applySecurityContext(t *template, v *structpb.Value) {
	ofPod, ofContainer := value.Fields{}, value.Fields{}

	for name, v := range v.GetStructValue().GetFields() {
		if slices.Contains(securityOfPod, name) {
			ofPod[name] = v
		} else {
			ofContainer[name] = v
		}
	}

	t.spec["securityContext"] = value.With(podSecurity, ofPod)
	t.container["securityContext"] = container.SecurityWith(ofContainer)
}

// mountTmp mounts an empty volume at /tmp where the rest of the container's files
// cannot be written and nothing else is mounted there: nearly every program writes
// to it.
func mountTmp(t *template) {
	readOnly := value.Dig(t.container["securityContext"], "readOnlyRootFilesystem").GetBoolValue()
	if !readOnly || t.mounted("/tmp") {
		return
	}

	name := "tmp"
	for slices.ContainsFunc(t.volumes, func(volume *structpb.Value) bool { return value.Text(volume, "name") == name }) {
		// One of the WebApp's, which is mounted elsewhere.
		name += "-0"
	}

	t.addVolume(
		value.Object(value.Fields{"name": value.String(name), "emptyDir": value.Object(value.Fields{})}),
		value.Object(value.Fields{"name": value.String(name), "mountPath": value.String("/tmp")}))
}
