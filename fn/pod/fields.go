package pod

import (
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/webapp-operator/function-webapp/fn/config"
	"github.com/webapp-operator/function-webapp/fn/container"
	"github.com/webapp-operator/function-webapp/fn/env"
	"github.com/webapp-operator/function-webapp/fn/placement"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/volume"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// A Field is one optional field of a WebApp that shapes the pods, or how they are
// replaced. Each has a file of its own.
type Field struct {
	// Name of the field. Frozen.
	Name string

	// Check notes what is wrong with the field, which is there. It is nil for what
	// only the platform team says, and for what a child's option checks.
	Check func(spec value.Reader)

	// byDefault reads what the platform team, or a namespace, says of it for all, over
	// what is set already, where that is not written as in a WebApp.
	byDefault func(defaults value.Reader, into *webapp.Defaults)

	// over puts what a WebApp says over what the platform team says for all, in the same
	// words. It is nil for a field of which nobody else may say so.
	over func(byDefault, own *structpb.Value) *structpb.Value

	// apply gives the pods what the field says. It is nil for a field that is applied
	// with others, when they all are.
	apply func(t *template, v *structpb.Value)
}

// Fields are all there are. Errors are told in this order, and the defaults that
// there are; fields are applied in any (TestFieldsInAnyOrder).
var Fields = []Field{
	{Name: "envFrom", Check: env.CheckFrom, apply: applyToContainer("envFrom")},
	{Name: env.Secret, Check: env.CheckSecret, apply: applyVariables(env.FromSecret)},
	{Name: env.Config, Check: env.CheckConfig, apply: applyVariables(env.FromConfig)},
	{Name: env.Pod, Check: env.CheckPod, apply: applyVariables(env.FromPod)},
	{Name: "volumes", Check: volume.Check, apply: applyVolumes},
	{Name: "strategy", Check: checkStrategy, apply: applyStrategy},
	{Name: "command", Check: container.CheckCommand, apply: applyToContainer("command")},
	{Name: "args", Check: container.CheckArgs, apply: applyToContainer("args")},
	{Name: "imagePullPolicy", Check: checkImagePullPolicy, apply: applyToContainer("imagePullPolicy")},
	{Name: "imagePullSecrets", Check: checkImagePullSecrets, apply: applyToPod("imagePullSecrets")},
	{Name: container.Resources, Check: container.CheckResources, byDefault: readDefaultResources, apply: applyResources},
	{Name: "topologySpread", byDefault: readDefaultSpreading},
	{Name: webapp.ReadinessProbe, Check: container.CheckReadinessProbe, apply: applyReadinessProbe},
	{Name: webapp.LivenessProbe, Check: container.CheckLivenessProbe, apply: applyProbe(webapp.LivenessProbe)},
	{Name: webapp.StartupProbe, Check: container.CheckStartupProbe, apply: applyProbe(webapp.StartupProbe)},
	{Name: graceField, Check: checkGracePeriod},
	{Name: lifecycleField, Check: checkLifecycle, byDefault: readDefaultLifecycle},
	{Name: "securityContext", Check: container.CheckSecurityContext, over: fieldByField, apply: applySecurityContext},
	{Name: "serviceAccountName", Check: checkServiceAccountName, apply: applyServiceAccountName},
	{Name: webapp.InitContainers, Check: container.CheckInit, apply: applyInitContainers},
	{Name: "podLabels", Check: checkPodLabels, over: fieldByField, apply: applyPodLabels},
	{Name: "podAnnotations", Check: checkPodAnnotations, over: fieldByField, apply: applyPodAnnotations},
	{Name: config.Field, Check: config.Check, over: instead, apply: applyConfigHash},
	{Name: "deploymentAnnotations", Check: checkDeploymentAnnotations, over: fieldByField, apply: applyDeploymentAnnotations},
	{Name: "nodeSelector", Check: placement.CheckNodeSelector, over: fieldByField, apply: applyToPod("nodeSelector")},
	{Name: placement.Affinity, Check: placement.CheckAffinity, over: fieldByField, apply: applyToPod(placement.Affinity)},
	{Name: placement.Tolerations, Check: placement.CheckTolerations, over: inAddition, apply: applyToPod(placement.Tolerations)},
	{Name: placement.PriorityClassName, Check: placement.CheckPriorityClassName, over: instead, apply: applyToPod(placement.PriorityClassName)},
	{Name: webapp.MinReadySeconds, Check: checkMinReadySeconds, apply: applyMinReadySeconds},
	{Name: webapp.ProgressDeadlineSeconds, Check: checkProgressDeadline},
	{Name: "metrics", Check: checkMetrics, apply: applyMetrics},
}
