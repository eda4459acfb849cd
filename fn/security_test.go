package fn

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/webapp-operator/function-webapp/fn/child"
	"github.com/webapp-operator/function-webapp/fn/pod"
	"github.com/webapp-operator/function-webapp/fn/value"
)

// TestDefaultSecurityContext holds that what the platform team says for all is below
// what a WebApp says, and above the safe defaults.
func TestDefaultSecurityContext(t *testing.T) {
	type want struct {
		pod, container string
		mounts         string
	}

	const input = `{"apiVersion": "webapp.fn.example.com/v1beta1", "kind": "Input", "defaults": {"securityContext": {"runAsUser": 1000, "readOnlyRootFilesystem": true}}}`

	cases := map[string]struct {
		reason string
		webApp string
		want   want
	}{
		"Silent": {
			reason: "A WebApp that says nothing has it.",
			webApp: shop,
			want: want{
				pod:       `{"runAsNonRoot": true, "runAsUser": 1000, "seccompProfile": {"type": "RuntimeDefault"}}`,
				container: `{"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}, "readOnlyRootFilesystem": true}`,
				mounts:    `[{"name": "tmp", "mountPath": "/tmp"}]`,
			},
		},
		"SaysOtherwise": {
			reason: "A WebApp has the last word on what it says, and on nothing else.",
			webApp: webAppWith(`"securityContext": {"readOnlyRootFilesystem": false, "fsGroup": 2000}`),
			want: want{
				pod:       `{"fsGroup": 2000, "runAsNonRoot": true, "runAsUser": 1000, "seccompProfile": {"type": "RuntimeDefault"}}`,
				container: `{"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}, "readOnlyRootFilesystem": false}`,
				mounts:    `null`,
			},
		},
		"MountsItself": {
			reason: "A volume of the WebApp's own at /tmp is enough.",
			webApp: webAppWith(`"volumes": [{"name": "scratch", "mountPath": "/tmp", "emptyDir": {}}]`),
			want: want{
				pod:       `{"runAsNonRoot": true, "runAsUser": 1000, "seccompProfile": {"type": "RuntimeDefault"}}`,
				container: `{"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}, "readOnlyRootFilesystem": true}`,
				mounts:    `[{"name": "scratch", "mountPath": "/tmp"}]`,
			},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			deployment := run(t, request(tc.webApp, withInput(input))).GetDesired().GetResources()[child.KeyDeployment].GetResource()
			container := pod.Container(deployment)

			for part, values := range map[string][2]any{
				"pod":       {tc.want.pod, value.Dig(deployment.GetFields()["spec"], "template", "spec", "securityContext").AsInterface()},
				"container": {tc.want.container, value.Dig(container, "securityContext").AsInterface()},
				"mounts":    {tc.want.mounts, value.Dig(container, "volumeMounts").AsInterface()},
			} {
				var want any
				if err := json.Unmarshal([]byte(values[0].(string)), &want); err != nil {
					t.Fatal(err)
				}

				if diff := cmp.Diff(want, values[1]); diff != "" {
					t.Errorf("\n%s\n%s: -want, +got:\n%s", tc.reason, part, diff)
				}
			}
		})
	}
}
