package pod

import (
	"math"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
	corev1 "k8s.io/api/core/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
)

// securityOfPod are what Kubernetes has in the security context of the pod. The
// others are the container's.
var securityOfPod = []string{"runAsUser", "runAsGroup", "runAsNonRoot", "fsGroup", "fsGroupChangePolicy", "supplementalGroups", "seccompProfile"}

var capabilityPattern = regexp.MustCompile(v1.CapabilityPattern)

func checkSecurityContext(spec value.Reader) {
	c, ok := value.Native[v1.SecurityContext](spec, "securityContext")
	if !ok {
		return
	}

	context := spec.Object("securityContext")
	for _, name := range []string{"runAsUser", "runAsGroup", "fsGroup"} {
		context.Integer(name, 0, math.MaxInt32)
	}

	for i, id := range c.SupplementalGroups {
		if id < 0 || id > math.MaxInt32 {
			context.Items("supplementalGroups")[i].Invalid("", id, value.Between[int32](0, math.MaxInt32))
		}
	}

	if c.RunAsUser != nil && *c.RunAsUser == 0 && (c.RunAsNonRoot == nil || *c.RunAsNonRoot) {
		context.Invalid("runAsUser", 0, "0 is root: set runAsNonRoot to false, too")
	}

	context.OneOf("fsGroupChangePolicy", string(corev1.FSGroupChangeOnRootMismatch), string(corev1.FSGroupChangeAlways))

	if c.SeccompProfile != nil {
		checkSeccompProfile(context.Object("seccompProfile"), c.SeccompProfile)
	}

	if c.Capabilities != nil {
		checkCapabilities(context.Object("capabilities"), c.Capabilities)
	}
}

func checkSeccompProfile(profile value.Reader, p *v1.SeccompProfile) {
	if profile.Get("type") == nil {
		profile.Required("type", "say RuntimeDefault or Localhost")
		return
	}

	profile.OneOf("type", string(corev1.SeccompProfileTypeRuntimeDefault), string(corev1.SeccompProfileTypeLocalhost))

	file := p.LocalhostProfile

	switch {
	case (p.Type == string(corev1.SeccompProfileTypeLocalhost)) != (file != ""):
		profile.Invalid("localhostProfile", file, "is for type Localhost, which needs it")
	case strings.HasPrefix(file, "/") || slices.Contains(strings.Split(file, "/"), ".."):
		profile.Invalid("localhostProfile", file, "must be a path below the kubelet's folder for profiles, without ..")
	}
}

// netBindService is the one capability that Pod Security's restricted profile lets a
// container have.
const netBindService = "NET_BIND_SERVICE"

func checkCapabilities(capabilities value.Reader, c *v1.Capabilities) {
	for i, name := range c.Add {
		if name != netBindService {
			capabilities.Items("add")[i].NotSupported("", name, netBindService)
		}
	}

	for i, name := range c.Drop {
		if !capabilityPattern.MatchString(name) {
			capabilities.Items("drop")[i].Invalid("", name, "must be ALL or the name of a capability, such as NET_RAW")
		}
	}
}

// applySecurityContext puts what was said over the safe defaults, field by field.
func applySecurityContext(t *template, v *structpb.Value) {
	own := v.GetStructValue().GetFields()
	ofPod, ofContainer := value.Fields{}, value.Fields{}

	for name, v := range own {
		switch {
		case name == "capabilities":
			ofContainer[name] = value.With(value.Dig(containerSecurity, name), v.GetStructValue().GetFields())
		case slices.Contains(securityOfPod, name):
			ofPod[name] = v
		default:
			ofContainer[name] = v
		}
	}

	t.spec["securityContext"] = value.With(podSecurity, ofPod)
	t.container["securityContext"] = value.With(containerSecurity, ofContainer)
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
