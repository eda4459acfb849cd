package pod

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/webapp-operator/function-webapp/fn/value"
)

func TestAddVolume(t *testing.T) {
	pods := &template{}
	pods.addVolume(value.Object(value.Fields{"name": value.String("tmp")}), value.Object(value.Fields{"name": value.String("tmp"), "mountPath": value.String("/tmp/")}))
	pods.addVolume(value.Object(value.Fields{"name": value.String("data")}), value.Object(value.Fields{"name": value.String("data"), "mountPath": value.String("/data")}))

	got := []any{value.List(pods.volumes...).AsInterface(), value.List(pods.mounts...).AsInterface()}
	want := []any{
		[]any{map[string]any{"name": "tmp"}, map[string]any{"name": "data"}},
		[]any{map[string]any{"name": "tmp", "mountPath": "/tmp/"}, map[string]any{"name": "data", "mountPath": "/data"}},
	}

	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("addVolume(...): -want volumes and mounts, +got:\n%s", diff)
	}

	for at, want := range map[string]bool{"/tmp": true, "/data": true, "/dat": false, "/": false} {
		if got := pods.mounted(at); got != want {
			t.Errorf("mounted(%q): want %t, got %t", at, want, got)
		}
	}
}
