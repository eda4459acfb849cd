package fn

import (
	"path"
	"slices"

	"google.golang.org/protobuf/types/known/structpb"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
)

const (
	containerName = "app"

	// portName names the container's port and the Service's. The Service and
	// the probe refer to the port by it, so that while a changed port rolls out
	// every pod is reached on the port it listens on.
	portName = "http"
)

// A pod is the pods' template on its way, and the Deployment around it: as it is by
// default, and then as the options of the WebApp have it.
type pod struct {
	app *webApp
	set *settings

	spec, container fields

	// volumes of the pod, and where the container mounts them: see addVolume.
	volumes, mounts []*structpb.Value

	// deployment is the Deployment's spec without the template. What changes it
	// restarts no pod.
	deployment fields
}

func deployment(app *webApp, set *settings, common common) fields {
	p := &pod{
		app: app, set: set,
		spec:      defaultPod(set, common),
		container: defaultContainer(app, set, common),
		deployment: fields{
			"replicas": num(app.spec.Replicas),
			"selector": common.matching,
			"strategy": rollingUpdate,
		},
	}

	if len(app.options) > 0 || set.securityContext != nil {
		for _, o := range podOptions {
			if v := said(app, set, o.name); v != nil {
				o.apply(p, v)
			}
		}
	}

	p.container["volumeMounts"] = list(p.mounts...)
	p.spec["volumes"] = list(p.volumes...)
	p.spec["containers"] = list(obj(p.container))
	p.deployment["template"] = obj(fields{
		"metadata": obj(fields{"labels": common.labels}),
		"spec":     obj(p.spec),
	})

	return fields{"spec": obj(p.deployment)}
}

// addVolume gives the pods a volume that the container mounts.
func (p *pod) addVolume(volume, mount *structpb.Value) {
	p.volumes = append(p.volumes, volume)
	p.mounts = append(p.mounts, mount)
}

// mounted says whether the container mounts a volume at a path.
func (p *pod) mounted(at string) bool {
	return slices.ContainsFunc(p.mounts, func(mount *structpb.Value) bool {
		return path.Clean(text(mount, "mountPath")) == at
	})
}

// rollingUpdate never takes a replica away before its successor is available.
var rollingUpdate = obj(fields{
	"type": str(appsv1.RollingUpdateDeploymentStrategyType),
	"rollingUpdate": obj(fields{
		"maxUnavailable": num(int32(0)),
		"maxSurge":       str("25%"),
	}),
})

// defaultPod is what Pod Security's restricted profile admits
// (https://kubernetes.io/docs/concepts/security/pod-security-standards/).
func defaultPod(set *settings, common common) fields {
	return fields{
		// A web application does not talk to the API server, and must not find
		// a token to do so.
		"automountServiceAccountToken": no,
		// Variables for every Service of the namespace would change the
		// environment behind the user's back.
		"enableServiceLinks":        no,
		"securityContext":           podSecurity,
		"topologySpreadConstraints": set.spreading.constraints(common),
	}
}

// podSecurity sets no user ID: OpenShift and images choose their own.
var podSecurity = obj(fields{
	"runAsNonRoot":   yes,
	"seccompProfile": obj(fields{"type": str(corev1.SeccompProfileTypeRuntimeDefault)}),
})

var (
	one             = num(int32(1))
	zone            = str(corev1.LabelTopologyZone)
	host            = str(corev1.LabelHostname)
	scheduleAnyway  = str(corev1.ScheduleAnyway)
	podTemplateHash = list(str(appsv1.DefaultDeploymentUniqueLabelKey))
)

func defaultContainer(app *webApp, set *settings, common common) fields {
	return fields{
		"name":  appName,
		"image": str(app.spec.Image),
		"ports": list(obj(fields{
			"name":          httpPort,
			"containerPort": num(app.spec.Port),
			// The protocol is part of the key by which server-side apply tells
			// ports apart.
			"protocol": tcp,
		})),
		"env":             envVars(common),
		"resources":       set.resources.value(),
		"readinessProbe":  acceptsConnections,
		"securityContext": containerSecurity,
	}
}

var (
	appName  = str(containerName)
	httpPort = str(portName)
	tcp      = str(corev1.ProtocolTCP)

	// acceptsConnections is the readiness probe of a WebApp that has none of its
	// own.
	acceptsConnections = obj(fields{"tcpSocket": obj(fields{"port": httpPort})})

	containerSecurity = obj(fields{
		"allowPrivilegeEscalation": no,
		"capabilities":             obj(fields{"drop": list(str("ALL"))}),
	})
)

func envVars(common common) *structpb.Value {
	items := make([]*structpb.Value, 0, len(common.env))
	for _, v := range common.env {
		items = append(items, obj(fields{"name": str(v.name), "value": v.value}))
	}

	return list(items...)
}

func deploymentReady(_ *structpb.Struct, roll rollout) bool {
	return judgeRollout(roll).phase == v1.PhaseRunning
}
