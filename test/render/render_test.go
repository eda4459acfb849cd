package main

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write what is rendered as what is wanted")

const root = "../.."

// TestRender renders every example, and every folder of testdata, and compares
// the answer with want.yaml or, where it must fail, want.error.
//
// A folder may hold webapp.yaml (default: examples/webapp.yaml), observed.yaml
// (children that exist), required.yaml (other objects of the cluster), schemas
// (OpenAPI documents of kinds that the cluster has beside Kubernetes' own) and
// composition.yaml (default: testdata/composition.yaml, so that the project's may
// change without all that is observed).
func TestRender(t *testing.T) {
	e := startEngine(t)

	for name, in := range cases(t) {
		t.Run(name, func(t *testing.T) {
			got, failure := e.renderAs(t, in)

			compare(t, filepath.Join("testdata", name, "want.yaml"), got)
			compare(t, filepath.Join("testdata", name, "want.error"), failure)
		})
	}
}

// Crossplane's programs, and the one that make render takes instead of them.
const (
	cli   = root + "/.cache/bin/crossplane"
	core  = root + "/.cache/bin/crossplane-core"
	small = root + "/.cache/bin/crossplane-render"
)

// startEngine serves the function, for Crossplane's command line tool to call as users
// have it do.
func startEngine(t *testing.T) *engine {
	t.Helper()

	e := &engine{
		renderer: []string{cli, "composition", "render", "--crossplane-binary", core, "--include-function-results"},
		function: filepath.Join(t.TempDir(), "function-webapp"),
		root:     root,
	}

	for _, tool := range []string{cli, core, small} {
		if _, err := os.Stat(tool); err != nil {
			t.Fatalf("%v: run make tools", err)
		}
	}

	if out, err := exec.CommandContext(t.Context(), "go", "-C", root, "build", "-o", e.function, ".").CombinedOutput(); err != nil {
		t.Fatalf("cannot build the function: %v\n%s", err, out)
	}

	if err := e.start(t.Context()); err != nil {
		t.Fatal(err)
	}

	t.Cleanup(e.stop)

	return e
}

// renderAs renders as users do, with Crossplane's own programs, and returns what they print
// and what is wrong. What make render prints is the same.
func (e *engine) renderAs(t *testing.T, in inputs) (out, failure string) {
	t.Helper()

	users, failed := e.renderOnce(t, in)

	ours := *e
	ours.renderer = []string{small, "composition", "render"}
	out, failure = ours.renderOnce(t, in)

	if diff := cmp.Diff(users+failed, out+failure); diff != "" {
		t.Errorf("make render prints something else than crossplane composition render: -users, +ours:\n%s", diff)
	}

	return users, failed
}

func (e *engine) renderOnce(t *testing.T, in inputs) (out, failure string) {
	t.Helper()

	began := time.Now().Add(-time.Second)

	out, err := e.render(t.Context(), in)
	if err != nil {
		failure = err.Error() + "\n"
	}

	return forgetNow(t, out, began), failure
}

func cases(t *testing.T) map[string]inputs {
	t.Helper()

	examples, err := filepath.Glob(filepath.Join(root, "examples", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}

	all := map[string]inputs{}

	for _, file := range examples {
		if content, err := os.ReadFile(file); err != nil || !strings.Contains(string(content), "\nkind: WebApp\n") {
			continue
		}

		all["example-"+strings.TrimSuffix(filepath.Base(file), ".yaml")] = inputs{webApp: file}
	}

	all["example-composition-platform"] = inputs{
		webApp:      filepath.Join(root, "examples/webapp.yaml"),
		composition: filepath.Join(root, "examples/composition-platform.yaml"),
		required:    filepath.Join(root, "examples/namespace-defaults.yaml"),
	}

	entries, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}

	for _, entry := range entries {
		if !entry.IsDir() {
			continue
		}

		name := entry.Name()
		folder := filepath.Join("testdata", name)

		// These are rendered by tests of their own.
		if strings.HasPrefix(name, "own-kind") || strings.HasPrefix(name, "shop") {
			continue
		}

		if strings.HasPrefix(name, "example-") {
			if _, ok := all[name]; !ok {
				t.Errorf("%s: there is no such example any more", folder)
			}

			continue
		}

		in := inputs{webApp: filepath.Join(root, "examples/webapp.yaml"), composition: "testdata/composition.yaml"}
		for file, to := range map[string]*string{
			"webapp.yaml": &in.webApp, "observed.yaml": &in.observed, "required.yaml": &in.required, "schemas": &in.schemas, "composition.yaml": &in.composition,
		} {
			if path := filepath.Join(folder, file); exists(path) {
				*to = path
			}
		}

		all[name] = in
	}

	return all
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// compare holds got against a file, which is absent where nothing is wanted.
func compare(t *testing.T, file, got string) {
	t.Helper()

	if *update {
		if got == "" {
			_ = os.Remove(file)
			return
		}

		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}

		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}

		return
	}

	want, err := os.ReadFile(file)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}

	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s: -want, +got (make golden writes it anew):\n%s", file, diff)
	}
}

var lastUpdated = regexp.MustCompile(`lastUpdated: "([^"]*)"`)

// forgetNow replaces a lastUpdated that is the time of this render, and leaves
// one that was kept from before.
func forgetNow(t *testing.T, out string, began time.Time) string {
	t.Helper()

	return lastUpdated.ReplaceAllStringFunc(out, func(field string) string {
		at, err := time.Parse(time.RFC3339, lastUpdated.FindStringSubmatch(field)[1])
		if err != nil {
			t.Errorf("lastUpdated is not a time: %v", err)
		}

		if at.Before(began) {
			return field
		}

		return "lastUpdated: now"
	})
}
