package scaling

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
	corev1 "k8s.io/api/core/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/container"
	"github.com/webapp-operator/function-webapp/fn/pod"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// Metrics are what an autoscaler follows, as a HorizontalPodAutoscaler has them: those of
// the targets, and those that are written. Without any, it is CPU.
func Metrics(autoscaling *structpb.Value) *structpb.Value {
	cpu, memory := value.Dig(autoscaling, "targetCPUUtilizationPercentage"), value.Dig(autoscaling, "targetMemoryUtilizationPercentage")
	written := value.Dig(autoscaling, "metrics").GetListValue().GetValues()

	if cpu == nil && memory == nil && len(written) == 0 {
		cpu = defaultCPUTarget
	}

	var all []*structpb.Value

	if cpu != nil {
		all = append(all, useOf(cpuResource, cpu))
	}

	if memory != nil {
		all = append(all, useOf(memoryResource, memory))
	}

	return value.List(append(all, written...)...)
}

var (
	resourceMetric   = value.String(ofPods)
	asUtilization    = value.String(utilization)
	cpuResource      = value.String(corev1.ResourceCPU)
	memoryResource   = value.String(corev1.ResourceMemory)
	defaultCPUTarget = value.Int(v1.DefaultCPUUtilization)
)

// useOf is the metric of what the pods use of a resource, in percent of what they request.
func useOf(resource, percent *structpb.Value) *structpb.Value {
	return value.Object(value.Fields{
		"type": resourceMetric,
		"resource": value.Object(value.Fields{
			"name":   resource,
			"target": value.Object(value.Fields{"type": asUtilization, "averageUtilization": percent}),
		}),
	})
}

// Unmeasurable says in words what the autoscaler of a Deployment cannot measure, or
// nothing: use is measured in percent of a request, for which a limit stands in. That
// is no error: a LimitRange of the namespace, which we do not see, may set what is
// missing. Of containers that others add to the pods, they know.
func Unmeasurable(plan *webapp.Plan, deployment *structpb.Struct) string {
	if !plan.Autoscaled {
		return ""
	}

	metrics, containers := Metrics(plan.App.Options[webapp.AutoscalingOption]).GetListValue().GetValues(), measured(deployment)

	var missing []string

	// What comes of it: see
	// https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details.
	then := "it can only hold minReplicas and maxReplicas"

	for _, m := range metrics {
		of := unrequested(m, containers)
		if len(of) == 0 {
			then = "it scales up by what else it follows, and never down"
		}

		for _, what := range of {
			if !slices.Contains(missing, what) {
				missing = append(missing, what)
			}
		}
	}

	if len(missing) == 0 {
		return ""
	}

	return fmt.Sprintf(
		"Its autoscaler measures use of %s against a request that neither the %s nor the platform team sets (defaults.resources in the input of the Composition's step): unless a LimitRange of the namespace does, %s.",
		strings.Join(missing, " and "), plan.App.Composite.Kind, then)
}

// measured are the containers of a Deployment's pods whose use counts: the application's, and
// those that run beside it.
func measured(deployment *structpb.Struct) []*structpb.Value {
	all := []*structpb.Value{pod.Container(deployment)}

	for _, c := range value.Dig(deployment.GetFields()["spec"], "template", "spec", webapp.InitContainers).GetListValue().GetValues() {
		if container.IsSidecar(c) {
			all = append(all, c)
		}
	}

	return all
}

// unrequested is what some containers use, a metric measures in percent of their requests,
// and they do not request. A metric that names no container is of all of them.
func unrequested(metric *structpb.Value, containers []*structpb.Value) []string {
	use := value.Or(value.Dig(metric, "resource"), value.Dig(metric, "containerResource"))
	if value.Text(use, "target", "type") != utilization {
		return nil
	}

	var missing []string

	for _, c := range containers {
		resource, name, resources := value.Text(use, "name"), value.Text(c, "name"), value.Dig(c, "resources")

		switch only := value.Text(use, "container"); {
		case only != "" && only != name:
		case value.Dig(resources, "requests", resource) != nil || value.Dig(resources, "limits", resource) != nil:
		case name == container.Application:
			missing = append(missing, resource)
		default:
			missing = append(missing, resource+" of container "+name)
		}
	}

	return missing
}
