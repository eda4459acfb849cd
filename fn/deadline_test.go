package fn

import (
	"testing"

	"github.com/webapp-operator/function-webapp/fn/child"
	"github.com/webapp-operator/function-webapp/fn/value"
)

// TestProgressDeadline holds that Kubernetes does not give up on pods before their own
// probes do, and that it is told nothing where it would not.
func TestProgressDeadline(t *testing.T) {
	cases := map[string]struct {
		reason string
		fields string
		want   int64
	}{
		"Default": {
			reason: "Kubernetes' own is long enough.",
			fields: `"port": 80`,
		},
		"Enough": {
			reason: "It is for eight minutes, too.",
			fields: `"startupProbe": {"failureThreshold": 45}`,
		},
		"Long": {
			reason: "But not for more: there is an image to pull, too.",
			fields: `"startupProbe": {"failureThreshold": 60}, "readinessProbe": {"initialDelaySeconds": 60}`,
			want:   810,
		},
		"BeforeIt": {
			reason: "So does what must have started before the application; how long a migration takes, nobody knows.",
			fields: `"startupProbe": {"failureThreshold": 45}, "initContainers": [{"name": "migrate"}, {"name": "proxy", "restartPolicy": "Always", "startupProbe": {"tcpSocket": {"port": 9901}, "initialDelaySeconds": 10, "failureThreshold": 20}}]`,
			want:   810,
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			rsp := run(t, request(webAppWith(tc.fields)))

			spec := rsp.GetDesired().GetResources()[child.KeyDeployment].GetResource().GetFields()["spec"]
			if got := value.Number(spec, "progressDeadlineSeconds"); got != tc.want {
				t.Errorf("\n%s\nprogressDeadlineSeconds: want %d, got %d", tc.reason, tc.want, got)
			}
		})
	}
}
