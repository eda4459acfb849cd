package pod

import (
	"path"
	"slices"
	"strconv"

	"google.golang.org/protobuf/types/known/structpb"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/webapp-operator/function-webapp/fn/container"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
	"github.com/webapp-operator/function-webapp/internal/wire"
)

// A template is the pods' template on its way, and the Deployment around it: as it is
// by default, and then as the fields of the WebApp have it.
type template struct {
	app        *webapp.App
	defaults   *webapp.Defaults
	generation int

	labels, annotations *structpb.Value
	spec, container     value.Fields

	// config is the hash of what the pods read of ConfigMaps, or nil.
	config *structpb.Value

	// volumes of the pod, and where the container mounts them: see addVolume.
	volumes, mounts []*structpb.Value

	// deployment is the Deployment's spec without the template, and own are annotations
	// of the Deployment that the WebApp asks for. What changes them restarts no pod.
	deployment value.Fields
	own        *structpb.Value
}

// Deployment returns the spec of the Deployment that has a WebApp's pods: their
// template, how many there are and how they are replaced. It returns, too, the
// annotations that say how that was made. The observed Deployment is nil while there is
// none.
func Deployment(plan *webapp.Plan, replicas *structpb.Value, observed *structpb.Struct) (spec, made *structpb.Value) {
	generation := generationOf(observed)
	t := build(plan, replicas, generation)
	spec = t.object()
	hash := value.NewDigest().Value(value.Dig(spec, "template")).String()

	written := value.Text(observed.GetFields()["metadata"], "annotations", webapp.TemplateHashAnnotation)
	if written == "" && keepsImage(observed, plan) { // Somebody removed the annotation.
		written = hash
	}

	if generation != newest && written != hash {
		// The pods are replaced in any case.
		generation = newest
		spec = build(plan, replicas, generation).object()
		hash = value.NewDigest().Value(value.Dig(spec, "template")).String()
	}

	annotations := value.Fields{webapp.TemplateHashAnnotation: value.String(hash)}
	if generation != oldest {
		annotations[webapp.GenerationAnnotation] = value.String(strconv.Itoa(generation))
	}

	if t.own != nil {
		return spec, value.With(t.own, annotations)
	}

	return spec, value.Object(annotations)
}

// keepsImage says whether an observed Deployment is not known to have another image.
func keepsImage(observed *structpb.Struct, plan *webapp.Plan) bool {
	return slices.Contains([]string{"", plan.App.Spec.Image}, value.Text(Container(observed), "image"))
}

// build makes the template with a generation of our defaults.
func build(plan *webapp.Plan, replicas *structpb.Value, generation int) *template {
	app, defaults := plan.App, &plan.Settings.Defaults
	t := &template{
		app: app, defaults: defaults, generation: generation,
		labels:    plan.Labels,
		config:    plan.ConfigHash,
		spec:      defaultPod(plan),
		container: defaultContainer(plan),
		deployment: value.Fields{
			"replicas": replicas,
			"selector": plan.Matching,
			"strategy": rollingUpdate,
		},
	}

	if generations[generation].pulls {
		t.container["imagePullPolicy"] = webapp.DefaultPullPolicy(app.Spec.Image)
	}

	if len(app.Options) > 0 || len(defaults.Pods) > 0 {
		for _, f := range Fields {
			v := f.merged(defaults.Pods[f.Name], app.Options[f.Name])
			if v != nil && f.apply != nil {
				f.apply(t, v)
			}
		}

		mountTmp(t)
	}

	addPause(t)

	return t
}

// object is the Deployment's spec.
func (t *template) object() *structpb.Value {
	t.container["volumeMounts"] = value.List(t.mounts...)
	t.spec["volumes"] = value.List(t.volumes...)
	t.spec["containers"] = value.List(value.Object(t.container))
	t.deployment["template"] = value.Object(value.Fields{
		"metadata": value.Object(value.Fields{"labels": t.labels, "annotations": t.annotations}),
		"spec":     value.Object(t.spec),
	})

	return value.Object(t.deployment)
}

// addVolume gives the pods a volume that the container mounts.
func (t *template) addVolume(volume, mount *structpb.Value) {
	t.volumes = append(t.volumes, volume)
	t.mounts = append(t.mounts, mount)
}

// mounted says whether the container mounts a volume at a path.
func (t *template) mounted(at string) bool {
	return slices.ContainsFunc(t.mounts, func(mount *structpb.Value) bool {
		return path.Clean(value.Text(mount, "mountPath")) == at
	})
}

// rollingUpdate never takes a replica away before its successor is available.
var rollingUpdate = value.Object(value.Fields{
	"type": value.String(appsv1.RollingUpdateDeploymentStrategyType),
	"rollingUpdate": value.Object(value.Fields{
		"maxUnavailable": value.Int(int32(0)),
		"maxSurge":       value.String("25%"),
	}),
})

// defaultPod is what Pod Security's restricted profile admits
// (https://kubernetes.io/docs/concepts/security/pod-security-standards/).
func defaultPod(plan *webapp.Plan) value.Fields {
	return value.Fields{
		// A web application does not talk to the API server, and must not find
		// a token to do so.
		"automountServiceAccountToken": value.False,
		// Variables for every Service of the namespace would change the
		// environment behind the user's back.
		"enableServiceLinks":        value.False,
		"securityContext":           podSecurity,
		"topologySpreadConstraints": constraints(plan),
	}
}

// podSecurity sets no user ID: OpenShift and images choose their own.
var podSecurity = value.Object(value.Fields{
	"runAsNonRoot":   value.True,
	"seccompProfile": value.Object(value.Fields{"type": value.String(corev1.SeccompProfileTypeRuntimeDefault)}),
})

func defaultContainer(plan *webapp.Plan) value.Fields {
	return value.Fields{
		"name":  appName,
		"image": value.String(plan.App.Spec.Image),
		"ports": value.List(value.Object(value.Fields{
			"name":          container.HTTPPort,
			"containerPort": value.Int(plan.App.Spec.Port),
			// The protocol is part of the key by which server-side apply tells
			// ports apart.
			"protocol": container.TCP,
		})),
		"env":             envVars(plan.Env),
		"resources":       plan.Settings.Resources.Value(),
		"readinessProbe":  acceptsConnections,
		"securityContext": container.Security,
	}
}

var (
	appName = value.String(container.Application)

	// acceptsConnections is the readiness probe of a WebApp that has none of its
	// own.
	acceptsConnections = value.Object(value.Fields{"tcpSocket": value.Object(value.Fields{"port": container.HTTPPort})})
)

func envVars(env []webapp.Variable) *structpb.Value {
	items := make([]*structpb.Value, 0, len(env))
	for _, v := range env {
		items = append(items, value.Object(value.Fields{"name": value.String(v.Name), "value": v.Value}))
	}

	return value.List(items...)
}

// Container returns the container of a Deployment that a WebApp is about, or nil.
func Container(deployment *structpb.Struct) *structpb.Value {
	pod := wire.Open(value.Dig(deployment.GetFields()["spec"], "template"))
	containers := value.Dig(pod, "spec", "containers").GetListValue().GetValues()

	i := slices.IndexFunc(containers, func(c *structpb.Value) bool { return value.Text(c, "name") == container.Application })
	if i < 0 {
		return nil
	}

	return containers[i]
}

// Containers are the names of those that the pods of a WebApp have.
func Containers(app *webapp.App) []string {
	asked := app.Options[webapp.InitContainers].GetListValue().GetValues()

	names := append(make([]string, 0, 1+len(asked)), container.Application)
	for _, c := range asked {
		names = append(names, value.Text(c, "name"))
	}

	return names
}
