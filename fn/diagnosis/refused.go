package diagnosis

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/placement"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// Refused is for pods that the API server does not let in, in its own words and since
// when. It may not be reached, or a webhook may not be: that is tried again.
func Refused(c Case, words string, since time.Time, autoscaled bool) Trouble {
	found := Trouble{Reason: v1.ReasonReplicaFailure, What: "Pods cannot be created or deleted: " + withoutPods(words), began: since}

	switch {
	case strings.Contains(words, "exceeded quota"):
		found.Reason = v1.ReasonQuotaExceeded
		found.What = "A ResourceQuota of the namespace forbids more pods: " + withoutPods(words)
		found.Advice = fmt.Sprintf("Ask for more quota, or lower %s. See: kubectl -n %s describe quota", replicasField(c.App, autoscaled), c.App.Namespace)
	case strings.Contains(words, "is forbidden") || strings.Contains(words, "denied the request"):
		found.Reason = v1.ReasonAdmissionRefused
		found.What = "The cluster refuses the pods: " + withoutPods(words)
		found.Advice = refusalAdvice(c.App, words)
	}

	if found.Reason != v1.ReasonQuotaExceeded && heals.MatchString(words) {
		found.patience = webapp.Patience
		found.Advice = "Ask who runs what does not answer"
	}

	c.settle(&found)

	return found
}

// replicasField is the field that says how many replicas there are at most.
func replicasField(app *webapp.App, autoscaled bool) string {
	if autoscaled {
		return app.Field("autoscaling.maxReplicas")
	}

	return app.Field("replicas")
}

// mustSpecify is of a quota for what pods do not say, and limitRange of limits for what
// they do: see the admission plugins resourcequota and limitranger.
var (
	mustSpecify = regexp.MustCompile(`failed quota: .*must specify`)
	limitRange  = regexp.MustCompile(`(maximum|minimum) .* (usage|amount|limit|request) .*per|max limit to request ratio`)
	noAccount   = regexp.MustCompile(`error looking up service account|serviceaccount "[^"]*" not found`)
	noPriority  = regexp.MustCompile(`no PriorityClass with name`)
)

func refusalAdvice(app *webapp.App, words string) string {
	switch {
	case mustSpecify.MatchString(words):
		return "Say it in " + app.Field("resources")
	case limitRange.MatchString(words):
		return "Set " + app.Field("resources") + " to what a LimitRange of the namespace allows"
	case noAccount.MatchString(words):
		return "Create the ServiceAccount, or correct " + app.Field("serviceAccountName")
	case noPriority.MatchString(words):
		return "Create the PriorityClass, or correct " + app.Field(placement.PriorityClassName)
	default:
		return ""
	}
}
