package pod

import (
	"regexp"

	"google.golang.org/protobuf/types/known/structpb"
	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
)

var percentPattern = regexp.MustCompile(v1.PercentPattern)

func checkStrategy(spec value.Reader) {
	s, ok := value.Native[v1.DeploymentStrategy](spec, "strategy")
	if !ok {
		return
	}

	strategy := spec.Object("strategy")
	types := []string{string(appsv1.RollingUpdateDeploymentStrategyType), string(appsv1.RecreateDeploymentStrategyType)}

	switch {
	case s.Type != "" && s.Type != types[0] && s.Type != types[1]:
		strategy.NotSupported("type", s.Type, types...)
	case s.RollingUpdate == nil:
	case s.Type == types[1]:
		strategy.Forbidden("rollingUpdate", "is for type RollingUpdate only")
	default:
		checkRollingUpdate(strategy.Object("rollingUpdate"), s.RollingUpdate)
	}
}

func checkRollingUpdate(update value.Reader, r *v1.RollingUpdate) {
	checkUpdate(update, "maxUnavailable", r.MaxUnavailable)
	checkUpdate(update, "maxSurge", r.MaxSurge)

	if isZero(r.MaxSurge) && (r.MaxUnavailable == nil || isZero(r.MaxUnavailable)) {
		update.Invalid("maxSurge", r.MaxSurge.String(),
			"must not be 0 while maxUnavailable is 0, too, which is its default: no pod could ever be replaced")
	}
}

func checkUpdate(update value.Reader, name string, n *intstr.IntOrString) {
	if n == nil || IsShare(n, v1.MaxUpdate) {
		return
	}

	update.Invalid(name, n.String(), "must be a number from 0 to 100, or percents from 0% to 100%")
}

// IsShare says whether a number of replicas is one from 0 on, or percents of them.
func IsShare(n *intstr.IntOrString, most int32) bool {
	if n.Type == intstr.Int {
		return n.IntVal >= 0 && n.IntVal <= most
	}

	return percentPattern.MatchString(n.StrVal)
}

func isZero(n *intstr.IntOrString) bool {
	return n != nil && (n.String() == "0" || n.String() == "0%")
}

// applyStrategy sends both fields of a rolling update in any case. One that
// Kubernetes has set would be nobody's, and stay when the type becomes Recreate,
// which may not have it.
func applyStrategy(t *template, v *structpb.Value) {
	if value.Text(v, "type") == string(appsv1.RecreateDeploymentStrategyType) {
		t.deployment["strategy"] = recreate
		return
	}

	update := value.Fields{
		"maxUnavailable": value.Dig(rollingUpdate, "rollingUpdate", "maxUnavailable"),
		"maxSurge":       value.Dig(rollingUpdate, "rollingUpdate", "maxSurge"),
	}

	for name := range update {
		if written := value.Dig(v, "rollingUpdate", name); value.IsSet(written) {
			update[name] = written
		}
	}

	t.deployment["strategy"] = value.Object(value.Fields{"type": value.Dig(rollingUpdate, "type"), "rollingUpdate": value.Object(update)})
}

var recreate = value.Object(value.Fields{"type": value.String(appsv1.RecreateDeploymentStrategyType)})
