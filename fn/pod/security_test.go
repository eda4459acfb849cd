package pod

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/webapp-operator/function-webapp/fn/value"
)

// TestTmp holds that a root filesystem that cannot be written to comes with a /tmp,
// whatever volumes there are.
func TestTmp(t *testing.T) {
	volume := func(name, path string) []*structpb.Value {
		return []*structpb.Value{value.Object(value.Fields{"name": value.String(name)}), value.Object(value.Fields{"name": value.String(name), "mountPath": value.String(path)})}
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
			pods := &template{spec: value.Fields{}, container: value.Fields{}}
			for _, v := range tc.args {
				pods.addVolume(v[0], v[1])
			}

			applySecurityContext(pods, value.Object(value.Fields{"readOnlyRootFilesystem": value.True}))
			mountTmp(pods)

			if diff := cmp.Diff(tc.want, value.List(pods.mounts...).AsInterface()); diff != "" {
				t.Errorf("\n%s\nmounts: -want, +got:\n%s", tc.reason, diff)
			}

			for i := range pods.volumes {
				if value.Text(pods.volumes[i], "name") != value.Text(pods.mounts[i], "name") {
					t.Errorf("\n%s\nvolume %d: want the name of its mount, got %v", tc.reason, i, pods.volumes[i])
				}
			}
		})
	}
}
