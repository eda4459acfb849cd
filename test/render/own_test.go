package main

import (
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
	validate(t, in, "")

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
	validate(t, in, "spec.app.replicas")
}

// validate has Crossplane's tool hold a manifest to the definition, and checks that it says
// that a field is wrong, or that none is.
func validate(t *testing.T, in inputs, wrong string) {
	t.Helper()

	cmd := exec.CommandContext(t.Context(), cli, "resource", "validate", "--cache-dir", crossplanesKinds(t), in.definition, in.webApp)
	cmd.Env = append(os.Environ(), "CROSSPLANE_CONFIG=")

	out, err := cmd.CombinedOutput()
	if (err != nil) != (wrong != "") || !strings.Contains(string(out), wrong) {
		t.Errorf("crossplane resource validate: want %q to be wrong, got %v:\n%s", wrong, err, out)
	}
}

// crossplanesKinds returns a cache with what the tool takes from Crossplane's image when it
// runs for the first time: Crossplane's own kinds.
func crossplanesKinds(t *testing.T) string {
	t.Helper()

	module, err := exec.CommandContext(t.Context(), "go", "-C", filepath.Join(root, "test/tools/crossplane"), "list", "-m", "-f", "{{.Dir}}", "github.com/crossplane/crossplane/v2").Output()
	if err != nil {
		t.Fatal(err)
	}

	kinds, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(module)), "cluster/crds/apiextensions.crossplane.io_compositeresourcedefinitions.yaml"))
	if err != nil {
		t.Fatal(err)
	}

	cache := t.TempDir()
	image := filepath.Join(cache, "xpkg.crossplane.io/crossplane/crossplane@stable")

	if err := os.MkdirAll(image, 0o700); err != nil {
		t.Fatal(err)
	}

	if err := os.WriteFile(filepath.Join(image, "package.yaml"), kinds, 0o600); err != nil {
		t.Fatal(err)
	}

	return cache
}
