package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestOwnKind renders and validates what make api writes, as a platform team does on a
// laptop.
func TestOwnKind(t *testing.T) {
	e, folder := startEngine(t), filepath.Join(t.TempDir(), "services")

	if out, err := exec.CommandContext(t.Context(), "go", "-C", root, "run", "./apis/new", "--group=platform.acme.io", "--kind=Service", "--plural=services",
		"--spec=spec.app", "--out="+folder).CombinedOutput(); err != nil {
		t.Fatalf("cannot write the package: %v\n%s", err, out)
	}

	example := filepath.Join(folder, "examples/service.yaml")
	in := inputs{webApp: example, composition: filepath.Join(folder, "apis/services/composition.yaml"), definition: filepath.Join(folder, "apis/services/definition.yaml")}

	got, failure := e.renderAs(t, in)

	compare(t, "testdata/own-kind/want.yaml", got)
	compare(t, "testdata/own-kind/want.error", failure)

	if v := validate(t, in.definition, in.webApp); v.code != 0 {
		t.Errorf("want it to be valid, got %+v", v)
	}

	manifest, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}

	in.webApp = filepath.Join(folder, "wrong.yaml")
	wrong := strings.NewReplacer("image: nginxinc", "image: https://nginxinc", "replicas: 2", "replicas: 20").Replace(string(manifest))

	if err := os.WriteFile(in.webApp, []byte(wrong), 0o600); err != nil {
		t.Fatal(err)
	}

	_, failure = e.renderAs(t, in)

	compare(t, "testdata/own-kind-wrong/want.error", failure)

	if v := validate(t, in.definition, in.webApp); v.code != 1 || !strings.Contains(fmt.Sprint(v.Resources), "spec.app.replicas") {
		t.Errorf("want spec.app.replicas to be wrong, got %+v", v)
	}
}
