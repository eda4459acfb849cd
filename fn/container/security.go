package container

import (
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
	corev1 "k8s.io/api/core/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
)

var capabilityPattern = regexp.MustCompile(v1.CapabilityPattern)

// Security is what a container may do by default: what Pod Security's restricted profile
// admits, beside what its pod may
// (https://kubernetes.io/docs/concepts/security/pod-security-standards/).
var Security = value.Object(value.Fields{
	"allowPrivilegeEscalation": value.False,
	"capabilities":             value.Object(value.Fields{"drop": value.List(value.String("ALL"))}),
})

// SecurityWith puts what was said of a container over the safe defaults, field by field.
func SecurityWith(said value.Fields) *structpb.Value {
	if capabilities := said[capabilitiesField]; capabilities != nil {
		said = maps.Clone(said)
		said[capabilitiesField] = value.With(value.Dig(Security, capabilitiesField), capabilities.GetStructValue().GetFields())
	}

	return value.With(Security, said)
}

const (
	securityField     = "securityContext"
	capabilitiesField = "capabilities"
)

// CheckSecurityContext checks securityContext of a WebApp, which is of the container and of
// its pod.
func CheckSecurityContext(spec value.Reader) {
	c, ok := value.Native[v1.SecurityContext](spec, securityField)
	if !ok {
		return
	}

	context := spec.Object(securityField)
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
		checkCapabilities(context.Object(capabilitiesField), c.Capabilities)
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
