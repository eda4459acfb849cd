package fn

import (
	"fmt"
	"math"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/internal/wire"
)

// withAutoscaler is for a HorizontalPodAutoscaler.
var withAutoscaler = optional{
	option:  option{name: "autoscaling", check: checkAutoscaling},
	feature: "autoscaling",
	wanted:  func(app *webApp) bool { return app.options["autoscaling"] != nil },
}

func checkAutoscaling(spec object) {
	if _, ok := native[v1.Autoscaling](spec, "autoscaling"); !ok {
		return
	}

	in := spec.object("autoscaling")

	if in.get("maxReplicas") == nil {
		*in.errs = append(*in.errs, field.Required(in.child("maxReplicas"), fmt.Sprintf("say how many replicas may run at most, from 1 to %d", v1.MaxAutoscaledReplicas)))
	}

	most, bounded := in.integer("maxReplicas", 1, v1.MaxAutoscaledReplicas)

	least, _ := in.integer("minReplicas", 1, v1.MaxAutoscaledReplicas)
	if bounded && least > most {
		*in.errs = append(*in.errs, field.Invalid(in.child("minReplicas"), least, "must not be more than maxReplicas"))
	}

	in.integer("targetCPUUtilizationPercentage", 1, math.MaxInt32)
	in.integer("targetMemoryUtilizationPercentage", 1, math.MaxInt32)

	behavior := in.object("behavior")
	checkScaling(behavior.object("scaleUp"))
	checkScaling(behavior.object("scaleDown"))
}

// checkScaling checks the rules of one direction: see validateScalingRules of
// k8s.io/kubernetes/pkg/apis/autoscaling/validation.
func checkScaling(rules object) {
	rules.integer("stabilizationWindowSeconds", 0, v1.MaxStabilizationSeconds)
	rules.oneOf("selectPolicy", string(autoscalingv2.MaxChangePolicySelect), string(autoscalingv2.MinChangePolicySelect), string(autoscalingv2.DisabledPolicySelect))

	path := rules.child("policies")
	policies := rules.get("policies").GetListValue().GetValues()

	switch n := len(policies); {
	case n == 0 && rules.get("policies") != nil:
		*rules.errs = append(*rules.errs, field.Required(path, "say at least one, or leave it out"))
	case n > v1.MaxScalingPolicies:
		*rules.errs = append(*rules.errs, field.TooMany(path, n, v1.MaxScalingPolicies))
		return
	}

	for i, p := range policies {
		policy := object{path: path.Index(i), fields: p.GetStructValue().GetFields(), errs: rules.errs}

		for _, name := range []string{"type", "value", "periodSeconds"} {
			if policy.get(name) == nil {
				*rules.errs = append(*rules.errs, field.Required(policy.child(name), "a policy says how much of what may change in how much time"))
			}
		}

		policy.oneOf("type", string(autoscalingv2.PodsScalingPolicy), string(autoscalingv2.PercentScalingPolicy))
		policy.integer("value", 1, math.MaxInt32)
		policy.integer("periodSeconds", 1, v1.MaxPeriodSeconds)
	}
}

// autoscaler scales the Deployment, and not the WebApp, whose spec.replicas stays
// what somebody wrote: tools such as Flux and Argo CD would put it back.
func autoscaler(app *webApp, _ *settings, _ common) fields {
	o := app.options["autoscaling"]

	targets := measured(o)
	metrics := make([]*structpb.Value, 0, len(targets))

	for _, m := range targets {
		metrics = append(metrics, obj(fields{
			"type": resourceMetric,
			"resource": obj(fields{
				"name":   str(m.resource),
				"target": obj(fields{"type": utilization, "averageUtilization": m.target}),
			}),
		}))
	}

	return fields{
		"spec": obj(fields{
			"scaleTargetRef": obj(fields{"apiVersion": str("apps/v1"), "kind": str("Deployment"), "name": str(app.name)}),
			"minReplicas":    dig(o, "minReplicas"),
			"maxReplicas":    dig(o, "maxReplicas"),
			"metrics":        list(metrics...),
			"behavior":       dig(o, "behavior"),
		}),
	}
}

var (
	resourceMetric   = str(autoscalingv2.ResourceMetricSourceType)
	utilization      = str(autoscalingv2.UtilizationMetricType)
	defaultCPUTarget = num(v1.DefaultCPUUtilization)
)

// A measure is what an autoscaler follows.
type measure struct {
	resource corev1.ResourceName
	target   *structpb.Value
}

// measured is what the autoscaler of an option follows: CPU, if it does not say.
func measured(o *structpb.Value) []measure {
	var all []measure

	cpu, memory := dig(o, "targetCPUUtilizationPercentage"), dig(o, "targetMemoryUtilizationPercentage")
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

// leastReplicas is how many replicas there are at least.
func leastReplicas(app *webApp) int32 {
	if !app.autoscaled {
		return app.spec.Replicas
	}

	return max(1, int32(number(app.options["autoscaling"], "minReplicas"))) //nolint:gosec // It was checked.
}

// handOver leaves it to the autoscaler how many replicas there are.
//
// A field that we stop to send and that is nobody else's gets its default, which
// is 1. So we send the number there is until the autoscaler has written one, from
// when on it is the autoscaler's, and we send none. Whoever else wrote one, such as
// kubectl scale, is overruled by the autoscaler. See
// https://kubernetes.io/docs/reference/using-api/server-side-apply/#transferring-ownership.
//
// What we send may cross the autoscaler's first number, and undo it. It writes it
// again when it looks next.
func handOver(app *webApp, desired, observed *structpb.Struct) {
	spec := desired.GetFields()["spec"].GetStructValue().GetFields()
	have := number(observed.GetFields()["spec"], "replicas")

	switch {
	case have < 1:
		// There is no Deployment yet, or somebody has scaled it to nothing, in
		// which case an autoscaler does not touch it.
		most := int32(number(app.options["autoscaling"], "maxReplicas")) //nolint:gosec // It was checked.
		spec["replicas"] = num(min(max(app.spec.Replicas, leastReplicas(app)), most))
	case scaledByOthers(observed):
		delete(spec, "replicas")
	default:
		spec["replicas"] = num(have)
	}
}

// composedManager is how the name of the manager of what Crossplane composes
// begins: see FieldOwnerComposedPrefix in
// github.com/crossplane/crossplane/v2/internal/controller/apiextensions/composite.
const composedManager = "apiextensions.crossplane.io/composed"

// scaledByOthers says whether the number of a Deployment's replicas is somebody
// else's, too.
func scaledByOthers(deployment *structpb.Struct) bool {
	for _, entry := range wire.Open(dig(deployment.GetFields()["metadata"], "managedFields")).GetListValue().GetValues() {
		if dig(entry, "fieldsV1", "f:spec", "f:replicas") != nil && !strings.HasPrefix(text(entry, "manager"), composedManager) {
			return true
		}
	}

	return false
}

// unmeasurable says what the autoscaler cannot measure, or nothing: use is measured
// in percent of a request, for which a limit stands in.
func unmeasurable(app *webApp, deployment *structpb.Struct) string {
	if !app.autoscaled {
		return ""
	}

	resources := dig(appContainer(deployment), "resources")

	var missing []string

	for _, m := range measured(app.options["autoscaling"]) {
		name := string(m.resource)
		if dig(resources, "requests", name) == nil && dig(resources, "limits", name) == nil {
			missing = append(missing, name)
		}
	}

	return strings.Join(missing, " and ")
}
