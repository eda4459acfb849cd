package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// functions is a folder with the binaries of functions of others.
var functions = os.Getenv("FUNCTIONS")

// unready are those that are not ready yet: at first, functions do not agree on which need
// not be.
var unready = regexp.MustCompile(`(Unready resources): [^']*`)

// TestPlatform renders the Shop of examples/platform, by whichever function composes it: it
// becomes the same, and says the same when its WebApp runs.
func TestPlatform(t *testing.T) {
	e := startEngine(t)

	shop := filepath.Join(t.TempDir(), "function-shop")
	if out, err := exec.CommandContext(t.Context(), "go", "-C", filepath.Join(root, "test/shop"), "build", "-o", shop, ".").CombinedOutput(); err != nil {
		t.Fatalf("cannot build the Shop's function: %v\n%s", err, out)
	}

	for composition, by := range map[string]struct{ function, binary, want string }{
		"go":                  {function: "function-shop", binary: shop, want: "shop"},
		"pipeline":            {function: "function-shop", binary: shop, want: "shop-pipeline"},
		"patch-and-transform": {function: "function-patch-and-transform", binary: filepath.Join(functions, "function-patch-and-transform"), want: "shop"},
		"go-templating":       {function: "function-go-templating", binary: filepath.Join(functions, "function-go-templating"), want: "shop"},
	} {
		t.Run(composition, func(t *testing.T) {
			if _, err := os.Stat(by.binary); err != nil {
				t.Skipf("SKIPPED: make render-platform FUNCTIONS=FOLDER renders it where %s is", by.function)
			}

			other, stop, err := serve(t.Context(), by.binary)
			if err != nil {
				t.Fatal(err)
			}

			t.Cleanup(stop)

			served := filepath.Join(t.TempDir(), "functions.yaml")
			list := strings.Builder{}

			for name, address := range map[string]string{by.function: other, "webapp-operator-function-webapp": e.address} {
				fmt.Fprintf(&list, "---\napiVersion: pkg.crossplane.io/v1\nkind: Function\nmetadata:\n  name: %s\n  annotations:\n    render.crossplane.io/runtime: Development\n    render.crossplane.io/runtime-development-target: %s\n", name, address)
			}

			if err := os.WriteFile(served, []byte(list.String()), 0o600); err != nil {
				t.Fatal(err)
			}

			examples := filepath.Join(root, "examples/platform")
			in := inputs{
				webApp:      filepath.Join(examples, "shop.yaml"),
				composition: filepath.Join(examples, "composition-"+composition+".yaml"),
				definition:  filepath.Join(examples, "definition.yaml"),
				functions:   served,
			}

			compare(t, filepath.Join("testdata", by.want, "want.yaml"), e.renderShop(t, in))

			if by.want == "shop" {
				in.observed = "testdata/shop/observed.yaml"
				compare(t, "testdata/shop/running.yaml", e.renderShop(t, in))
			}
		})
	}
}

func (e *engine) renderShop(t *testing.T, in inputs) string {
	t.Helper()

	got, failure := e.renderAs(t, in)
	if failure != "" {
		t.Fatal(failure)
	}

	return unready.ReplaceAllString(got, "$1")
}
