package fn

import (
	"testing"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	"github.com/crossplane/function-sdk-go/resource"

	"github.com/webapp-operator/function-webapp/fn/value"
)

// TestLate holds that a Deployment that the cluster refuses does not look like progress
// for ever.
func TestLate(t *testing.T) {
	const (
		creating = "The Deployment is being created."
		hint     = " That takes longer than it should: the cluster may refuse it. kubectl -n acme describe webapp shop shows why, in the events and in condition Synced."
		old      = `{"metadata": {"annotations": {"example.com/template-hash": "other"}}, "spec": {"replicas": 2}}`
	)

	cases := map[string]struct{ reason, said, synced, since, changed, deployment, want string }{
		"New":         {"Nothing was said before.", "", "False", "2026-01-05T10:00:00Z", "", "", creating},
		"Soon":        {"Crossplane tries again.", "Creating", "False", "2026-01-05T11:59:10Z", "", "", creating},
		"Late":        {"It has tried for a minute.", "Creating", "False", "2026-01-05T11:59:00Z", "", "", creating + hint},
		"Written":     {"Crossplane has written all, and what it wrote is not seen yet.", "Creating", "True", "2026-01-05T10:00:00Z", "", "", creating},
		"Other":       {"A WebApp that ran until now is written anew.", "Available", "False", "2026-01-05T10:00:00Z", "", old, "The Deployment is being updated; 0 of 2 replicas are available."},
		"Update":      {"An update can be refused, too.", "Updating", "False", "2026-01-05T10:00:00Z", "", old, "The Deployment is being updated; 0 of 2 replicas are available." + hint},
		"Another":     {"Something else was refused for hours, and this was asked for just now.", "Updating", "False", "2026-01-05T10:00:00Z", "2026-01-05T11:59:01Z", old, "The Deployment is being updated; 0 of 2 replicas are available."},
		"AnotherLate": {"A minute later it is not that, or not that alone.", "Updating", "False", "2026-01-05T10:00:00Z", "2026-01-05T11:59:00Z", old, "The Deployment is being updated; 0 of 2 replicas are available." + hint},
		"NotSeen":     {"A Deployment that exists and of which nothing is said was not refused.", "Creating", "False", "2026-01-05T10:00:00Z", "", "built", creating},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			req := request(shop, func(req *fnv1.RunFunctionRequest) {
				webApp := req.GetObserved().GetComposite().GetResource().GetFields()
				webApp["metadata"].GetStructValue().GetFields()["managedFields"] = value.List(
					value.Object(value.Fields{"manager": value.String("kubectl"), "time": value.String(tc.changed)}),
					value.Object(value.Fields{"manager": value.String("crossplane"), "subresource": value.String("status"), "time": value.String("2026-01-05T12:00:00Z")}),
				)

				if tc.said != "" {
					webApp["status"] = value.Object(value.Fields{
						"reason":     value.String(tc.said),
						"conditions": value.List(value.Object(value.Fields{"type": value.String("Synced"), "status": value.String(tc.synced), "lastTransitionTime": value.String(tc.since)})),
					})
				}
			})

			switch tc.deployment {
			case "":
			case "built":
				built := run(t, request(shop)).GetDesired().GetResources()["deployment"].GetResource()
				built.GetFields()["metadata"].GetStructValue().GetFields()["generation"] = value.Int(int32(1))
				req.Observed.Resources = map[string]*fnv1.Resource{"deployment": {Resource: built}}
			default:
				req.Observed.Resources = map[string]*fnv1.Resource{"deployment": {Resource: resource.MustStructJSON(tc.deployment)}}
			}

			got := value.Text(run(t, req).GetDesired().GetComposite().GetResource().GetFields()["status"], "message")
			if got != tc.want {
				t.Errorf("\n%s\nmessage: want %q, got %q", tc.reason, tc.want, got)
			}
		})
	}
}
