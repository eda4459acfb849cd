package scaling

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
	corev1 "k8s.io/api/core/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
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
		all = append(all, use(cpuResource, cpu))
	}

	if memory != nil {
		all = append(all, use(memoryResource, memory))
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

// use is the metric of what the pods use of a resource, in percent of what they request.
func use(resource, percent *structpb.Value) *structpb.Value {
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
// missing. Of containers that others have added to the pods, they know.
func Unmeasurable(plan *webapp.Plan, deployment *structpb.Struct) string {
	if !plan.Autoscaled {
		return ""
	}

	resources := value.Dig(pod.Container(deployment), "resources")

	var missing []string

	for _, m := range Metrics(plan.App.Options[webapp.AutoscalingOption]).GetListValue().GetValues() {
		name := requested(m)
		if name == "" || slices.Contains(missing, name) {
			continue
		}

		if value.Dig(resources, "requests", name) == nil && value.Dig(resources, "limits", name) == nil {
			missing = append(missing, name)
		}
	}

	if len(missing) == 0 {
		return ""
	}

	return fmt.Sprintf(
		"Its autoscaler measures use of %s against a request that neither the %s nor the platform team sets (defaults.resources in the input of the Composition's step): unless a LimitRange of the namespace does, it can only hold minReplicas and maxReplicas.",
		strings.Join(missing, " and "), plan.App.Composite.Kind)
}

// requested is the resource that the container of a WebApp must request for a metric, or "".
func requested(metric *structpb.Value) string {
	source := value.Dig(metric, "resource")
	if c := value.Dig(metric, "containerResource"); value.Text(c, "container") == pod.ContainerName {
		source = c
	}

	if value.Text(source, "target", "type") != utilization {
		return ""
	}

	return value.Text(source, "name")
}
