package fn

import (
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
