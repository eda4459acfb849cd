package fn

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/crossplane/function-sdk-go/resource"

	"github.com/webapp-operator/function-webapp/fn/child"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// TestStrategy holds what is sent of a strategy, and that it changes no pod.
func TestStrategy(t *testing.T) {
	cases := map[string]struct {
		reason string
		args   string
		want   string
	}{
		"Default": {
			reason: "New pods come first.",
			args:   `null`,
			want:   `{"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": "25%"}}`,
		},
		"Empty": {
			reason: "Nothing said is the default.",
			args:   `{}`,
			want:   `{"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": "25%"}}`,
		},
		"Recreate": {
			reason: "Kubernetes takes no numbers with it.",
			args:   `{"type": "Recreate", "rollingUpdate": null}`,
			want:   `{"type": "Recreate"}`,
		},
		"One": {
			reason: "The other keeps its default, and is sent.",
			args:   `{"rollingUpdate": {"maxSurge": 1, "maxUnavailable": null}}`,
			want:   `{"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}`,
		},
		"Both": {
			reason: "They are sent as they are written.",
			args:   `{"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": "50%"}}`,
			want:   `{"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "50%", "maxSurge": 0}}`,
		},
	}

	hash := func(webApp string) string {
		deployment := run(t, request(webApp)).GetDesired().GetResources()[child.KeyDeployment].GetResource()
		return value.Text(deployment.GetFields()["metadata"], "annotations", webapp.TemplateHashAnnotation)
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			webApp := webAppWith(`"strategy": ` + tc.args)
			deployment := run(t, request(webApp)).GetDesired().GetResources()[child.KeyDeployment].GetResource()

			got := value.Dig(deployment.GetFields()["spec"], "strategy").AsInterface()
			if diff := cmp.Diff(any(resource.MustStructJSON(tc.want).AsMap()), got); diff != "" {
				t.Errorf("\n%s\nstrategy: -want, +got:\n%s", tc.reason, diff)
			}

			if got, want := hash(webApp), hash(webAppWith(`"port": 8080`)); got != want {
				t.Errorf("\n%s\ntemplate hash: want %s, got %s", tc.reason, want, got)
			}
		})
	}
}
