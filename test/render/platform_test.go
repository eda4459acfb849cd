package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
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

			served := filepath.Join(t.TempDir(), "functions.yaml")
			list := strings.Builder{}

			for name, address := range map[string]string{by.function: serveFunction(t, by.binary), "webapp-operator-function-webapp": e.address} {
				fmt.Fprintf(&list, "---\napiVersion: pkg.crossplane.io/v1\nkind: Function\nmetadata:\n  name: %s\n  annotations:\n    render.crossplane.io/runtime: Development\n    render.crossplane.io/runtime-development-target: %s\n", name, address)
			}

			if err := os.WriteFile(served, []byte(list.String()), 0o600); err != nil {
				t.Fatal(err)
			}

			compare(t, filepath.Join("testdata", by.want, "want.yaml"), e.renderShop(t, composition, served))

			if by.want == "shop" {
				compare(t, "testdata/shop/running.yaml", e.renderShop(t, composition, served, "--observed-resources", "testdata/shop/observed.yaml"))
			}
		})
	}
}

// renderShop renders the Shop by a Composition and the functions that are served.
func (e *engine) renderShop(t *testing.T, composition, served string, args ...string) string {
	t.Helper()

	var stdout, stderr bytes.Buffer

	began := time.Now().Add(-time.Second)
	examples := filepath.Join(root, "examples/platform")
	cmd := exec.CommandContext(t.Context(), e.cli, append([]string{
		"composition", "render", filepath.Join(examples, "shop.yaml"), filepath.Join(examples, "composition-"+composition+".yaml"), served,
		"--crossplane-binary", e.core, "--xrd", filepath.Join(examples, "definition.yaml"),
	}, args...)...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.Env = append(os.Environ(), "CROSSPLANE_CONFIG=")

	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}

	return unready.ReplaceAllString(forgetNow(t, stdout.String(), began), "$1")
}

// serveFunction serves a function of somebody else, and returns where.
func serveFunction(t *testing.T, binary string) string {
	t.Helper()

	address, err := freeAddress(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	cmd := exec.CommandContext(t.Context(), binary, "--insecure", "--address="+address)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})

	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address); err == nil {
			_ = conn.Close()
			return address
		}
	}

	t.Fatalf("%s does not serve", binary)

	return ""
}
