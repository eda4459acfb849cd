package container

import (
	"google.golang.org/protobuf/types/known/structpb"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/env"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/volume"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// Application names the container that a WebApp is about, which no other may be called.
const Application = "app"

// CheckInit checks initContainers.
func CheckInit(spec value.Reader) {
	items := spec.Items(webapp.InitContainers)
	if spec.TooMany(webapp.InitContainers, len(items), v1.MaxInitContainers) {
		return
	}

	// Quantities are checked before they are decoded: see webapp.IsQuantity.
	bare := spec
	bare.Fields = value.Fields{webapp.InitContainers: withoutResources(spec.Get(webapp.InitContainers))}

	containers, _ := value.Native[[]v1.InitContainer](bare, webapp.InitContainers)
	names := map[string]bool{Application: true}

	for i, c := range containers {
		checkInit(items[i], c, names)
		checkMounts(items[i], c.VolumeMounts, spec.Get("volumes"))
	}
}

func withoutResources(containers *structpb.Value) *structpb.Value {
	items := containers.GetListValue().GetValues()
	if items == nil {
		return containers
	}

	out := make([]*structpb.Value, 0, len(items))
	for _, c := range items {
		if c.GetStructValue() != nil {
			c = value.With(c, value.Fields{Resources: nil})
		}

		out = append(out, c)
	}

	return value.List(out...)
}

// checkInit checks one of them. Names are those that are taken.
func checkInit(at value.Reader, c v1.InitContainer, names map[string]bool) {
	webapp.CheckLabel(at, "name", c.Name, "give the container a name")

	if c.Name != "" && names[c.Name] {
		at.Duplicate("name", c.Name)
	}

	names[c.Name] = true

	if at.Get("image") != nil {
		webapp.CheckImage(at)
	}

	at.OneOf("restartPolicy", always)
	CheckCommand(at)
	CheckArgs(at)
	env.CheckAll(at, v1.MaxInitEnv)
	CheckResources(at)
	CheckSecurityContext(at)
	checkSidecarProbes(at, c.RestartPolicy != "")
}

// always is the restart policy of a container that runs beside the application.
const always = "Always"

// IsSidecar says whether a container of a WebApp, or of a pod, runs beside the application.
func IsSidecar(c *structpb.Value) bool { return value.Text(c, "restartPolicy") == always }

// checkSidecarProbes checks the probes of a container that is not the application's. The
// name of the port is not its own, so that it must say a number.
func checkSidecarProbes(at value.Reader, beside bool) {
	CheckReadinessProbe(at)
	CheckLivenessProbe(at)
	CheckStartupProbe(at)

	for _, name := range []string{webapp.StartupProbe, webapp.ReadinessProbe, webapp.LivenessProbe} {
		probe := at.Get(name)

		switch {
		case probe == nil:
		case !beside:
			at.Forbidden(name, "probes are for containers with restartPolicy Always: the others are done before anybody asks")
		case !saysHow(probe):
			at.Required(name, "say how to ask, and on which port, by its number: the name is of the application's")
		}
	}
}

// saysHow says whether a probe needs nothing of the application's.
func saysHow(probe *structpb.Value) bool {
	for _, name := range handlers {
		if action := value.Dig(probe, name); value.IsSet(action) && (name == "exec" || value.Number(action, "port") > 0) {
			return true
		}
	}

	return false
}

// checkMounts checks where a container sees volumes of the WebApp's.
func checkMounts(at value.Reader, mounts []v1.VolumeMount, volumes *structpb.Value) {
	if at.TooMany("volumeMounts", len(mounts), v1.MaxVolumes) {
		return
	}

	there, paths := map[string]bool{}, map[string]bool{}
	for _, v := range volumes.GetListValue().GetValues() {
		there[value.Text(v, "name")] = true
	}

	for i, mount := range at.Items("volumeMounts") {
		volume.CheckMount(mount, mounts[i].MountPath, mounts[i].SubPath)

		switch name := mounts[i].Name; {
		case name == "":
			mount.Required("name", "say which of the application's volumes")
		case !there[name]:
			mount.NotSupported("name", name, names(volumes)...)
		}

		if path := mounts[i].MountPath; path != "" && paths[path] {
			mount.Duplicate("mountPath", path)
		}

		paths[mounts[i].MountPath] = true
	}
}

func names(volumes *structpb.Value) []string {
	items := volumes.GetListValue().GetValues()

	all := make([]string, 0, len(items))
	for _, v := range items {
		all = append(all, value.Text(v, "name"))
	}

	return all
}

// asWritten are the fields that a pod has in the same words.
var asWritten = []string{"name", "restartPolicy", "command", "args", "envFrom", "volumeMounts", webapp.StartupProbe, webapp.ReadinessProbe, webapp.LivenessProbe}

// BuildInit builds the containers that a WebApp has beside the application's, as they are
// in its pods. What one does not say of its resources is as the platform team has it.
func BuildInit(app *webapp.App, byDefault webapp.Resources) *structpb.Value {
	written := app.Options[webapp.InitContainers].GetListValue().GetValues()

	all := make([]*structpb.Value, 0, len(written))
	for _, c := range written {
		all = append(all, buildInit(app, byDefault, value.Quiet(c)))
	}

	return value.List(all...)
}

func buildInit(app *webapp.App, byDefault webapp.Resources, c value.Reader) *structpb.Value {
	image, policy := app.Spec.Image, app.Options["imagePullPolicy"]
	if own, ok := c.Text("image"); ok {
		image, policy = own, nil
	}

	f := value.Fields{
		"image":           value.String(image),
		"imagePullPolicy": value.Or(policy, webapp.DefaultPullPolicy(image)),
		"env":             env.Of(c),
		Resources:         webapp.ReadResources(value.Quiet(c.Get(Resources))).Over(byDefault).Value(),
		securityField:     SecurityWith(c.Get(securityField).GetStructValue().GetFields()),
	}

	for _, name := range asWritten {
		f[name] = c.Get(name)
	}

	return value.Object(f)
}
