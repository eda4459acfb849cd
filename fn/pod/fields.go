package pod

import (
	"google.golang.org/protobuf/types/known/structpb"

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

	// Default reads what the platform team, or a namespace, says of it for all, over
	// what is set already. It is nil if nobody can.
	Default func(defaults value.Reader, into *webapp.Defaults)

	// over puts what a WebApp says, or nil, over that. It is nil for a field that
	// does so itself when it is applied, and for one without a default.
	over func(defaults *webapp.Defaults, own *structpb.Value) *structpb.Value

	// apply gives the pods what the field says. It is nil for a field that is applied
	// with others, when they all are.
	apply func(t *template, v *structpb.Value)
}

// Fields are all there are. Errors are told in this order, and the defaults that
// there are; fields are applied in any (TestFieldsInAnyOrder).
var Fields = []Field{
	{Name: "envFrom", Check: checkEnvFrom, apply: applyEnvFrom},
	{Name: "secretEnv", Check: checkSecretEnv, apply: applySecretEnv},
	{Name: "volumes", Check: volume.Check, apply: applyVolumes},
	{Name: "strategy", Check: checkStrategy, apply: applyStrategy},
	{Name: "command", Check: checkCommand, apply: applyCommand},
	{Name: "args", Check: checkArgs, apply: applyArgs},
	{Name: "imagePullPolicy", Check: checkImagePullPolicy, apply: applyImagePullPolicy},
	{Name: "imagePullSecrets", Check: checkImagePullSecrets, apply: applyImagePullSecrets},
	{Name: "resources", Check: checkResources, Default: readDefaultResources, apply: applyResources},
	{Name: "topologySpread", Default: readDefaultSpreading},
	{Name: "readinessProbe", Check: checkReadinessProbe, apply: applyReadinessProbe},
	{Name: "livenessProbe", Check: checkLivenessProbe, apply: applyLivenessProbe},
	{Name: "startupProbe", Check: checkStartupProbe, apply: applyStartupProbe},
	{Name: graceField, Check: checkGracePeriod},
	{Name: lifecycleField, Check: checkLifecycle, Default: readDefaultLifecycle},
	{Name: "securityContext", Check: checkSecurityContext, Default: readDefaultSecurityContext, over: overSecurityContext, apply: applySecurityContext},
	{Name: "serviceAccountName", Check: checkServiceAccountName, apply: applyServiceAccountName},
	{Name: "metrics", Check: checkMetrics, apply: applyMetrics},
}
