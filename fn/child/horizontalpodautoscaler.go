package child

import (
	"fmt"
	"math"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/pod"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

func checkAutoscaling(spec value.Reader) {
	if _, ok := value.Native[v1.Autoscaling](spec, webapp.AutoscalingOption); !ok {
		return
	}

	in := spec.Object(webapp.AutoscalingOption)

	if in.Get("maxReplicas") == nil {
		in.Required("maxReplicas", fmt.Sprintf("say how many replicas may run at most, from 1 to %d", v1.MaxAutoscaledReplicas))
	}

	most, bounded := in.Integer("maxReplicas", 1, v1.MaxAutoscaledReplicas)

	least, _ := in.Integer("minReplicas", 1, v1.MaxAutoscaledReplicas)
	if bounded && least > most {
		in.Invalid("minReplicas", least, "must not be more than maxReplicas")
	}

	in.Integer("targetCPUUtilizationPercentage", 1, math.MaxInt32)
	in.Integer("targetMemoryUtilizationPercentage", 1, math.MaxInt32)

	behavior := in.Object("behavior")
	checkScaling(behavior.Object("scaleUp"))
	checkScaling(behavior.Object("scaleDown"))
}

// checkScaling checks the rules of one direction: see validateScalingRules of
// k8s.io/kubernetes/pkg/apis/autoscaling/validation.
func checkScaling(rules value.Reader) {
	rules.Integer("stabilizationWindowSeconds", 0, v1.MaxStabilizationSeconds)
	rules.OneOf("selectPolicy", string(autoscalingv2.MaxChangePolicySelect), string(autoscalingv2.MinChangePolicySelect), string(autoscalingv2.DisabledPolicySelect))

	policies := rules.Items("policies")

	if len(policies) == 0 && rules.Get("policies") != nil {
		rules.Required("policies", "say at least one, or leave it out")
	}

	if rules.TooMany("policies", len(policies), v1.MaxScalingPolicies) {
		return
	}

	for _, policy := range policies {
		for _, name := range []string{"type", "value", "periodSeconds"} {
			if policy.Get(name) == nil {
				policy.Required(name, "a policy says how much of what may change in how much time")
			}
		}

		policy.OneOf("type", string(autoscalingv2.PodsScalingPolicy), string(autoscalingv2.PercentScalingPolicy))
		policy.Integer("value", 1, math.MaxInt32)
		policy.Integer("periodSeconds", 1, v1.MaxPeriodSeconds)
	}
}

// buildAutoscaler scales the Deployment, and not the WebApp, whose spec.replicas stays
// what somebody wrote: tools such as Flux and Argo CD would put it back.
func buildAutoscaler(plan *webapp.Plan, _ *structpb.Struct) value.Fields {
	app, o := plan.App, plan.App.Options[webapp.AutoscalingOption]

	targets := measured(o)
	metrics := make([]*structpb.Value, 0, len(targets))

	for _, m := range targets {
		metrics = append(metrics, value.Object(value.Fields{
			"type": resourceMetric,
			"resource": value.Object(value.Fields{
				"name":   value.String(m.resource),
				"target": value.Object(value.Fields{"type": utilization, "averageUtilization": m.target}),
			}),
		}))
	}

	return value.Fields{
		"spec": value.Object(value.Fields{
			"scaleTargetRef": value.Object(value.Fields{"apiVersion": value.String("apps/v1"), "kind": value.String("Deployment"), "name": value.String(app.Name)}),
			"minReplicas":    value.Dig(o, "minReplicas"),
			"maxReplicas":    value.Dig(o, "maxReplicas"),
			"metrics":        value.List(metrics...),
			"behavior":       value.Dig(o, "behavior"),
		}),
	}
}

var (
	resourceMetric   = value.String(autoscalingv2.ResourceMetricSourceType)
	utilization      = value.String(autoscalingv2.UtilizationMetricType)
	defaultCPUTarget = value.Int(v1.DefaultCPUUtilization)
)

// A measure is what an autoscaler follows.
type measure struct {
	resource corev1.ResourceName
	target   *structpb.Value
}

// measured is what the autoscaler of an option follows: CPU, if it does not say.
func measured(o *structpb.Value) []measure {
	var all []measure

	cpu, memory := value.Dig(o, "targetCPUUtilizationPercentage"), value.Dig(o, "targetMemoryUtilizationPercentage")
	if cpu == nil && memory == nil {
		cpu = defaultCPUTarget
	}

	if cpu != nil {
		all = append(all, measure{corev1.ResourceCPU, cpu})
	}

	if memory != nil {
		all = append(all, measure{corev1.ResourceMemory, memory})
	}

	return all
}

// Unmeasurable says in words what the autoscaler of a Deployment cannot measure, or
// nothing: use is measured in percent of a request, for which a limit stands in. That
// is no error: a LimitRange of the namespace, which we do not see, may set what is
// missing.
func Unmeasurable(plan *webapp.Plan, deployment *structpb.Struct) string {
	if !plan.Autoscaled {
		return ""
	}

	resources := value.Dig(pod.Container(deployment), "resources")

	var missing []string

	for _, m := range measured(plan.App.Options[webapp.AutoscalingOption]) {
		name := string(m.resource)
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
