package install

import (
	"maps"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	lua "github.com/yuin/gopher-lua"
)

// TestArgoCD runs the health checks as Argo CD does, of WebApps and of what make api writes:
// the object is the table obj, and the script returns a status and a message.
func TestArgoCD(t *testing.T) {
	for kind, file := range map[string]string{
		"example.com_WebApp":       filepath.Join(Root, "install/argocd/argocd-cm.yaml"),
		"platform.acme.io_Service": filepath.Join(ownKind(t), "install/argocd-cm.yaml"),
	} {
		manifests, err := Read(file)
		must(t, err)
		must(t, loadSchemas(t).Validate(t.Context(), manifests[0]))

		script := find[string](t, manifests, "ConfigMap", "argocd-cm", "data", "resource.customizations.health."+kind)

		t.Run(kind, func(t *testing.T) { testArgoCD(t, script, kind == "platform.acme.io_Service") })
	}
}

// ownKind writes a package for a kind that has a WebApp below spec.app, and returns where.
func ownKind(t *testing.T) string {
	t.Helper()

	folder := filepath.Join(t.TempDir(), "services")

	out, err := exec.CommandContext(t.Context(), "go", "-C", Root, "run", "./apis/new", "--group=platform.acme.io", "--kind=Service", "--plural=services",
		"--spec=spec.app", "--out="+folder).CombinedOutput()
	if err != nil {
		t.Fatalf("cannot write the package: %v\n%s", err, out)
	}

	return folder
}

// below puts the fields of a WebApp's status where a kind has them that is not ours.
// Conditions stay.
func below(status map[string]any) map[string]any {
	if status == nil {
		return nil
	}

	app := maps.Clone(status)
	delete(app, "conditions")

	return map[string]any{"app": app, "conditions": status["conditions"]}
}

func testArgoCD(t *testing.T, script string, nested bool) {
	t.Helper()

	type health struct{ Status, Message string }

	condition := func(kind, status, reason, message string) map[string]any {
		return map[string]any{"type": kind, "status": status, "reason": reason, "message": message}
	}
	accepted, synced := condition("Accepted", "True", "Accepted", "fine"), condition("Synced", "True", "ReconcileSuccess", "")

	cases := map[string]struct {
		reason string
		args   map[string]any
		want   health
	}{
		"New": {
			reason: "A WebApp without a status is on its way.",
			want:   health{"Progressing", "Crossplane has not looked at it yet."},
		},
		"Pending": {
			reason: "So is one that is rolled out.",
			args:   map[string]any{"phase": "Pending", "reason": "RollingOut", "message": "1 of 2.", "conditions": []any{accepted, synced}},
			want:   health{"Progressing", "RollingOut: 1 of 2."},
		},
		"Running": {
			reason: "One that runs is well.",
			args:   map[string]any{"phase": "Running", "reason": "Available", "message": "2 of 2.", "conditions": []any{accepted, synced}},
			want:   health{"Healthy", "Available: 2 of 2."},
		},
		"Failed": {
			reason: "One that has failed is not.",
			args:   map[string]any{"phase": "Failed", "reason": "QuotaExceeded", "message": "no room.", "conditions": []any{accepted, synced}},
			want:   health{"Degraded", "QuotaExceeded: no room."},
		},
		"Refused": {
			reason: "Nor is one that is refused, whatever runs of it.",
			args: map[string]any{"phase": "Running", "reason": "Available", "message": "2 of 2.", "conditions": []any{
				condition("Synced", "False", "ReconcileError", "fatal"), condition("Accepted", "False", "InvalidSpec", "spec.image"),
			}},
			want: health{"Degraded", "InvalidSpec: spec.image"},
		},
		"NotSynced": {
			reason: "Nor one that Crossplane cannot act on.",
			args: map[string]any{"phase": "Running", "reason": "Available", "message": "2 of 2.", "conditions": []any{
				condition("Synced", "False", "ReconcileError", "forbidden"), accepted,
			}},
			want: health{"Degraded", "ReconcileError: forbidden"},
		},
		"Paused": {
			reason: "Somebody wants one to be left alone.",
			args: map[string]any{"phase": "Running", "reason": "Available", "message": "2 of 2.", "conditions": []any{
				condition("Synced", "False", "ReconcilePaused", "paused"), accepted,
			}},
			want: health{"Suspended", "paused"},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			l := lua.NewState(lua.Options{SkipOpenLibs: true})
			defer l.Close()

			// What a health check may use.
			for library, open := range map[string]lua.LGFunction{lua.BaseLibName: lua.OpenBase, lua.TabLibName: lua.OpenTable, lua.StringLibName: lua.OpenString} {
				l.Push(l.NewFunction(open))
				l.Push(lua.LString(library))
				l.Call(1, 0)
			}

			obj := map[string]any{"apiVersion": "example.com/v1", "kind": "WebApp"}
			if tc.args != nil {
				obj["status"] = tc.args
			}

			if nested && tc.args != nil {
				obj["status"] = below(tc.args)
			}

			l.SetGlobal("obj", luaValue(l, obj))
			must(t, l.DoString(script))

			result, ok := l.Get(-1).(*lua.LTable)
			if !ok {
				t.Fatalf("\n%s\nwant a table, got %v", tc.reason, l.Get(-1))
			}

			got := health{result.RawGetString("status").String(), result.RawGetString("message").String()}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("\n%s\n-want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

func luaValue(l *lua.LState, value any) lua.LValue {
	switch v := value.(type) {
	case map[string]any:
		table := l.NewTable()
		for key, field := range v {
			table.RawSetString(key, luaValue(l, field))
		}

		return table
	case []any:
		table := l.NewTable()
		for _, item := range v {
			table.Append(luaValue(l, item))
		}

		return table
	case string:
		return lua.LString(v)
	default:
		return lua.LNil
	}
}
