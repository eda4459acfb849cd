package fn

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/structpb"
)

// TestTmp holds that a root filesystem that cannot be written to comes with a /tmp,
// whatever volumes there are.
func TestTmp(t *testing.T) {
	volume := func(name, path string) []*structpb.Value {
		return []*structpb.Value{obj(fields{"name": str(name)}), obj(fields{"name": str(name), "mountPath": str(path)})}
	}

	cases := map[string]struct {
		reason string
		args   [][]*structpb.Value
		want   []any
	}{
		"NoVolumes": {
			reason: "An empty one is mounted.",
			want:   []any{map[string]any{"name": "tmp", "mountPath": "/tmp"}},
		},
		"Mounted": {
			reason: "The WebApp has its own.",
			args:   [][]*structpb.Value{volume("scratch", "/tmp/")},
			want:   []any{map[string]any{"name": "scratch", "mountPath": "/tmp/"}},
		},
		"NameTaken": {
			reason: "Names of volumes are unique.",
			args:   [][]*structpb.Value{volume("tmp", "/data"), volume("tmp-0", "/tmp/more")},
			want: []any{
				map[string]any{"name": "tmp", "mountPath": "/data"},
				map[string]any{"name": "tmp-0", "mountPath": "/tmp/more"},
				map[string]any{"name": "tmp-0-0", "mountPath": "/tmp"},
			},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			p := &pod{spec: fields{}, container: fields{}}
			for _, v := range tc.args {
				p.addVolume(v[0], v[1])
			}

			applySecurityContext(p, obj(fields{"readOnlyRootFilesystem": yes}))

			if diff := cmp.Diff(tc.want, list(p.mounts...).AsInterface()); diff != "" {
				t.Errorf("\n%s\nmounts: -want, +got:\n%s", tc.reason, diff)
			}

			for i := range p.volumes {
				if text(p.volumes[i], "name") != text(p.mounts[i], "name") {
					t.Errorf("\n%s\nvolume %d: want the name of its mount, got %v", tc.reason, i, p.volumes[i])
				}
			}
		})
	}
}

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
			deployment := run(t, request(tc.webApp, withInput(input))).GetDesired().GetResources()[keyDeployment].GetResource()
			container := appContainer(deployment)

			for part, values := range map[string][2]any{
				"pod":       {tc.want.pod, dig(deployment.GetFields()["spec"], "template", "spec", "securityContext").AsInterface()},
				"container": {tc.want.container, dig(container, "securityContext").AsInterface()},
				"mounts":    {tc.want.mounts, dig(container, "volumeMounts").AsInterface()},
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
