package fn

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAddVolume(t *testing.T) {
	p := &pod{}
	p.addVolume(obj(fields{"name": str("tmp")}), obj(fields{"name": str("tmp"), "mountPath": str("/tmp/")}))
	p.addVolume(obj(fields{"name": str("data")}), obj(fields{"name": str("data"), "mountPath": str("/data")}))

	got := []any{list(p.volumes...).AsInterface(), list(p.mounts...).AsInterface()}
	want := []any{
		[]any{map[string]any{"name": "tmp"}, map[string]any{"name": "data"}},
		[]any{map[string]any{"name": "tmp", "mountPath": "/tmp/"}, map[string]any{"name": "data", "mountPath": "/data"}},
	}

	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("addVolume(...): -want volumes and mounts, +got:\n%s", diff)
	}

	for at, want := range map[string]bool{"/tmp": true, "/data": true, "/dat": false, "/": false} {
		if got := p.mounted(at); got != want {
			t.Errorf("mounted(%q): want %t, got %t", at, want, got)
		}
	}
}
