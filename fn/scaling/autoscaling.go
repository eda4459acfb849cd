package scaling

import (
	"fmt"
	"math"

	autoscalingv2 "k8s.io/api/autoscaling/v2"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// Check checks autoscaling as k8s.io/kubernetes/pkg/apis/autoscaling/validation does.
func Check(spec value.Reader) {
	// Before they are decoded: see webapp.IsQuantity.
	if !checkQuantities(spec.Within(webapp.AutoscalingOption)) {
		return
	}

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

	checkMetrics(in)

	behavior := in.Object("behavior")
	checkRules(behavior.Object("scaleUp"))
	checkRules(behavior.Object("scaleDown"))
}

// checkRules checks the rules of one direction: see validateScalingRules of
// k8s.io/kubernetes/pkg/apis/autoscaling/validation.
func checkRules(rules value.Reader) {
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
