package fn

import (
	"math"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
)

// podSecurityFields are what Kubernetes has in the security context of the pod. The
// others are the container's.
var podSecurityFields = []string{"runAsUser", "runAsGroup", "runAsNonRoot", "fsGroup", "fsGroupChangePolicy", "supplementalGroups", "seccompProfile"}

var capabilityPattern = regexp.MustCompile(v1.CapabilityPattern)

func checkSecurityContext(spec object) {
	c, ok := native[v1.SecurityContext](spec, "securityContext")
	if !ok {
		return
	}

	context := spec.object("securityContext")
	for _, name := range []string{"runAsUser", "runAsGroup", "fsGroup"} {
		context.integer(name, 0, math.MaxInt32)
	}

	for i, id := range c.SupplementalGroups {
		if id < 0 || id > math.MaxInt32 {
			*spec.errs = append(*spec.errs, field.Invalid(context.child("supplementalGroups").Index(i), id, between(0, math.MaxInt32)))
		}
	}

	if c.RunAsUser != nil && *c.RunAsUser == 0 && (c.RunAsNonRoot == nil || *c.RunAsNonRoot) {
		*spec.errs = append(*spec.errs, field.Invalid(context.child("runAsUser"), 0, "0 is root: set runAsNonRoot to false, too"))
	}

	context.oneOf("fsGroupChangePolicy", string(corev1.FSGroupChangeOnRootMismatch), string(corev1.FSGroupChangeAlways))

	if c.SeccompProfile != nil {
		checkSeccompProfile(context.object("seccompProfile"), c.SeccompProfile)
	}

	if c.Capabilities != nil {
		checkCapabilities(context.object("capabilities"), c.Capabilities)
	}
}

func checkSeccompProfile(profile object, p *v1.SeccompProfile) {
	if profile.get("type") == nil {
		*profile.errs = append(*profile.errs, field.Required(profile.child("type"), "say RuntimeDefault or Localhost"))
		return
	}

	profile.oneOf("type", string(corev1.SeccompProfileTypeRuntimeDefault), string(corev1.SeccompProfileTypeLocalhost))

	file, path := p.LocalhostProfile, profile.child("localhostProfile")

	switch {
	case (p.Type == string(corev1.SeccompProfileTypeLocalhost)) != (file != ""):
		*profile.errs = append(*profile.errs, field.Invalid(path, clip(file, maxQuoted), "is for type Localhost, which needs it"))
	case strings.HasPrefix(file, "/") || slices.Contains(strings.Split(file, "/"), ".."):
		*profile.errs = append(*profile.errs, field.Invalid(path, clip(file, maxQuoted), "must be a path below the kubelet's folder for profiles, without .."))
	}
}

func checkCapabilities(capabilities object, c *v1.Capabilities) {
	for i, name := range c.Add {
		if allowed := []string{"NET_BIND_SERVICE"}; name != allowed[0] {
			*capabilities.errs = append(*capabilities.errs, field.NotSupported(capabilities.child("add").Index(i), clip(name, maxQuoted), allowed))
		}
	}

	for i, name := range c.Drop {
		if !capabilityPattern.MatchString(name) {
			*capabilities.errs = append(*capabilities.errs, field.Invalid(capabilities.child("drop").Index(i), clip(name, maxQuoted), "must be ALL or the name of a capability, such as NET_RAW"))
		}
	}
}

func readDefaultSecurityContext(in object, into *defaults) {
	if in.get("securityContext") == nil {
		return
	}

	checkSecurityContext(in)
	into.securityContext = withFields(into.securityContext, in.object("securityContext").fields)
}

// said is what a WebApp says of an option, over what the platform team says for
// all, field by field. It is nil if neither says anything.
func said(app *webApp, set *settings, option string) *structpb.Value {
	own := app.options[option]

	switch {
	case option != "securityContext" || set.securityContext == nil:
		return own
	case own == nil:
		return set.securityContext
	default:
		return withFields(set.securityContext, own.GetStructValue().GetFields())
	}
}

// applySecurityContext puts what was said over the safe defaults, field by field.
func applySecurityContext(p *pod, v *structpb.Value) {
	own := v.GetStructValue().GetFields()
	ofPod, ofContainer := fields{}, fields{}

	for name, value := range own {
		switch {
		case name == "capabilities":
			ofContainer[name] = withFields(dig(containerSecurity, name), value.GetStructValue().GetFields())
		case slices.Contains(podSecurityFields, name):
			ofPod[name] = value
		default:
			ofContainer[name] = value
		}
	}

	p.spec["securityContext"] = withFields(podSecurity, ofPod)
	p.container["securityContext"] = withFields(containerSecurity, ofContainer)

	if own["readOnlyRootFilesystem"].GetBoolValue() && !p.mounted("/tmp") {
		mountTmp(p)
	}
}

// mountTmp mounts an empty volume at /tmp: nearly every program writes there.
func mountTmp(p *pod) {
	name := "tmp"
	for slices.ContainsFunc(p.volumes, func(volume *structpb.Value) bool { return text(volume, "name") == name }) {
		// One of the WebApp's, which is mounted elsewhere.
		name += "-0"
	}

	p.addVolume(
		obj(fields{"name": str(name), "emptyDir": obj(fields{})}),
		obj(fields{"name": str(name), "mountPath": str("/tmp")}))
}
