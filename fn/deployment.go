package fn

import (
	"maps"
	"slices"

	"google.golang.org/protobuf/types/known/structpb"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	appsv1ac "k8s.io/client-go/applyconfigurations/apps/v1"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
	metav1ac "k8s.io/client-go/applyconfigurations/meta/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
)

const (
	containerName = "app"

	// portName names the container's port and the Service's. The Service and
	// the probe refer to the port by it, so that while a changed port rolls out
	// every pod is reached on the port it listens on.
	portName = "http"
)

func deployment(app *webApp, set *settings) any {
	return appsv1ac.Deployment(app.name, app.namespace).
		WithLabels(labelsOf(app, set)).
		WithAnnotations(set.annotations).
		WithSpec(appsv1ac.DeploymentSpec().
			WithReplicas(app.spec.Replicas).
			WithSelector(metav1ac.LabelSelector().WithMatchLabels(selector(app))).
			WithStrategy(strategy()).
			WithTemplate(corev1ac.PodTemplateSpec().
				WithLabels(childLabels(app.name)).
				WithSpec(podSpec(app, set))))
}

// strategy never takes a replica away before its successor is available.
func strategy() *appsv1ac.DeploymentStrategyApplyConfiguration {
	return appsv1ac.DeploymentStrategy().
		WithType(appsv1.RollingUpdateDeploymentStrategyType).
		WithRollingUpdate(appsv1ac.RollingUpdateDeployment().
			WithMaxUnavailable(intstr.FromInt32(0)).
			WithMaxSurge(intstr.FromString("25%")))
}

// podSpec is what Pod Security's restricted profile admits
// (https://kubernetes.io/docs/concepts/security/pod-security-standards/). No
// user ID is set: OpenShift and images choose their own.
func podSpec(app *webApp, set *settings) *corev1ac.PodSpecApplyConfiguration {
	return corev1ac.PodSpec().
		// A web application does not talk to the API server, and must not find
		// a token to do so.
		WithAutomountServiceAccountToken(false).
		// Variables for every Service of the namespace would change the
		// environment behind the user's back.
		WithEnableServiceLinks(false).
		WithSecurityContext(corev1ac.PodSecurityContext().
			WithRunAsNonRoot(true).
			WithSeccompProfile(corev1ac.SeccompProfile().WithType(corev1.SeccompProfileTypeRuntimeDefault))).
		WithTopologySpreadConstraints(
			spread(app, corev1.LabelTopologyZone),
			spread(app, corev1.LabelHostname)).
		WithContainers(container(app, set))
}

// spread asks for replicas in different places, and takes what there is.
func spread(app *webApp, topology string) *corev1ac.TopologySpreadConstraintApplyConfiguration {
	return corev1ac.TopologySpreadConstraint().
		WithMaxSkew(1).
		WithTopologyKey(topology).
		WithWhenUnsatisfiable(corev1.ScheduleAnyway).
		WithLabelSelector(metav1ac.LabelSelector().WithMatchLabels(selector(app))).
		// Without it, the pods that a rollout is about to remove count too, and
		// what remains is not spread.
		WithMatchLabelKeys("pod-template-hash")
}

func container(app *webApp, set *settings) *corev1ac.ContainerApplyConfiguration {
	c := corev1ac.Container().
		WithName(containerName).
		WithImage(app.spec.Image).
		// The protocol is part of the key by which server-side apply tells
		// ports apart.
		WithPorts(corev1ac.ContainerPort().
			WithName(portName).
			WithContainerPort(app.spec.Port).
			WithProtocol(corev1.ProtocolTCP)).
		WithReadinessProbe(corev1ac.Probe().
			WithTCPSocket(corev1ac.TCPSocketAction().WithPort(intstr.FromString(portName)))).
		WithSecurityContext(corev1ac.SecurityContext().
			WithAllowPrivilegeEscalation(false).
			WithCapabilities(corev1ac.Capabilities().WithDrop("ALL")))

	for _, name := range slices.Sorted(maps.Keys(app.spec.Env)) {
		c.WithEnv(corev1ac.EnvVar().WithName(name).WithValue(app.spec.Env[name]))
	}

	if len(set.requests) > 0 || len(set.limits) > 0 {
		r := corev1ac.ResourceRequirements()
		if len(set.requests) > 0 {
			r.WithRequests(set.requests)
		}

		if len(set.limits) > 0 {
			r.WithLimits(set.limits)
		}

		c.WithResources(r)
	}

	return c
}

func deploymentReady(_ *structpb.Struct, roll rollout) bool {
	return judgeRollout(roll).phase == v1.PhaseRunning
}
