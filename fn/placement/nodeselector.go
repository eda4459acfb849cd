package placement

import (
	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// CheckNodeSelector checks nodeSelector.
func CheckNodeSelector(spec value.Reader) {
	if !spec.TooMany("nodeSelector", len(spec.Object("nodeSelector").Fields), v1.MaxLabels) {
		webapp.ReadNodeLabels(spec, "nodeSelector")
	}
}
