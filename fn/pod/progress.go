package pod

import (
	"google.golang.org/protobuf/types/known/structpb"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

func checkMinReadySeconds(spec value.Reader) {
	spec.Integer(webapp.MinReadySeconds, 0, v1.MaxReadySeconds)
}

func applyMinReadySeconds(t *template, v *structpb.Value) { t.deployment[webapp.MinReadySeconds] = v }

func checkProgressDeadline(spec value.Reader) {
	deadline, ok := spec.Integer(webapp.ProgressDeadlineSeconds, 1, v1.MaxProgressDeadline)
	if ok && int64(deadline) <= value.Number(spec.Get(webapp.MinReadySeconds)) {
		spec.Invalid(webapp.ProgressDeadlineSeconds, deadline, "must be more than minReadySeconds")
	}
}
