package fn

import (
	"regexp"

	"google.golang.org/protobuf/types/known/structpb"
	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation/field"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
)

var percentPattern = regexp.MustCompile(v1.PercentPattern)

func checkStrategy(spec object) {
	s, ok := native[v1.DeploymentStrategy](spec, "strategy")
	if !ok {
		return
	}

	path := spec.child("strategy")
	types := []string{string(appsv1.RollingUpdateDeploymentStrategyType), string(appsv1.RecreateDeploymentStrategyType)}

	switch {
	case s.Type != "" && s.Type != types[0] && s.Type != types[1]:
		*spec.errs = append(*spec.errs, field.NotSupported(path.Child("type"), clip(s.Type, maxQuoted), types))
	case s.RollingUpdate == nil:
	case s.Type == types[1]:
		*spec.errs = append(*spec.errs, field.Forbidden(path.Child("rollingUpdate"), "is for type RollingUpdate only"))
	default:
		*spec.errs = append(*spec.errs, checkRollingUpdate(path.Child("rollingUpdate"), s.RollingUpdate)...)
	}
}

func checkRollingUpdate(path *field.Path, r *v1.RollingUpdate) field.ErrorList {
	var errs field.ErrorList

	check := func(name string, n *intstr.IntOrString) {
		if n == nil || n.Type == intstr.Int && n.IntVal >= 0 && n.IntVal <= v1.MaxUpdate || percentPattern.MatchString(n.StrVal) {
			return
		}

		errs = append(errs, field.Invalid(path.Child(name), clip(n.String(), maxQuoted), "must be a number from 0 to 100, or percents from 0% to 100%"))
	}
	check("maxUnavailable", r.MaxUnavailable)
	check("maxSurge", r.MaxSurge)

	if isZero(r.MaxSurge) && (r.MaxUnavailable == nil || isZero(r.MaxUnavailable)) {
		errs = append(errs, field.Invalid(path.Child("maxSurge"), r.MaxSurge.String(),
			"must not be 0 while maxUnavailable is 0, too, which is its default: no pod could ever be replaced"))
	}

	return errs
}

func isZero(n *intstr.IntOrString) bool {
	return n != nil && (n.String() == "0" || n.String() == "0%")
}

// applyStrategy sends both fields of a rolling update in any case. One that
// Kubernetes has set would be nobody's, and stay when the type becomes Recreate,
// which may not have it.
func applyStrategy(p *pod, v *structpb.Value) {
	if text(v, "type") == string(appsv1.RecreateDeploymentStrategyType) {
		p.deployment["strategy"] = recreate
		return
	}

	update := fields{
		"maxUnavailable": dig(rollingUpdate, "rollingUpdate", "maxUnavailable"),
		"maxSurge":       dig(rollingUpdate, "rollingUpdate", "maxSurge"),
	}

	for name := range update {
		if written := dig(v, "rollingUpdate", name); isSet(written) {
			update[name] = written
		}
	}

	p.deployment["strategy"] = obj(fields{"type": dig(rollingUpdate, "type"), "rollingUpdate": obj(update)})
}

var recreate = obj(fields{"type": str(appsv1.RecreateDeploymentStrategyType)})
