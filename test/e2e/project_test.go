package e2e

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/webapp-operator/function-webapp/test/e2e/checkout"
)

// testProject has a project of a platform team depend on the packages, as docs/platform.md
// says, and builds it.
func testProject(t *testing.T, n *namespace) {
	registry, err := n.Registry()
	must(t, err)

	repository := registry + "/" + checkout.Organization + "/configuration-webapp"
	folder := filepath.Join(t.TempDir(), "books")
	file := filepath.Join(folder, "crossplane-project.yaml")

	project := func(dir string, args ...string) {
		t.Helper()

		cmd := exec.CommandContext(t.Context(), n.Program("crossplane"), args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "CROSSPLANE_CONFIG=", "HOME="+filepath.Dir(folder))

		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("crossplane %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}

	project(".", "project", "init", "books", "--directory="+folder)

	written, err := os.ReadFile(file)
	must(t, err)
	must(t, os.WriteFile(file, append(written, "  schemas:\n    languages: [go, json]\n"...), 0o600))

	t.Log("the package, by its digest because the registry has a port, with what it depends on")

	digest := n.digest(t, registry, version)
	project(folder, "dependency", "add", repository+"@"+digest)

	t.Log("the WebApp's schema, which the tool does not find in a package")

	definitions := httptest.NewServer(http.FileServer(http.Dir(filepath.Join(root, "apis/webapp"))))
	t.Cleanup(definitions.Close)
	project(folder, "dependency", "add", definitions.URL+"/definition.yaml")

	for _, schema := range []string{"schemas/json/com-example-v1-WebApp.schema.json", "schemas/go/com/example/v1/webapp.go", "schemas/json/com-example-fn-webapp-v1beta1-Input.schema.json"} {
		if _, err := os.Stat(filepath.Join(folder, schema)); err != nil {
			t.Error(err)
		}
	}

	t.Log("what is built installs it")
	project(folder, "project", "build")

	meta, err := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", `
		tar -xf "$0" -C "$1"
		for layer in "$1"/*.tar.gz; do tar -xzOf "$layer" package.yaml 2>/dev/null || true; done`, filepath.Join(folder, "_output/books.xpkg"), t.TempDir()).Output()
	must(t, err)

	if want := "package: " + repository + "\n    version: " + digest; !strings.Contains(string(meta), want) {
		t.Errorf("want the package to depend on %s, got:\n%s", want, meta)
	}
}

// digest is that of the Configuration of a version in the registry.
func (n *namespace) digest(t *testing.T, registry, version string) string {
	t.Helper()

	request, err := http.NewRequestWithContext(t.Context(), http.MethodHead, "http://"+registry+"/v2/"+checkout.Organization+"/configuration-webapp/manifests/"+version, nil)
	must(t, err)

	response, err := http.DefaultClient.Do(request)
	must(t, err)
	must(t, response.Body.Close())

	digest := response.Header.Get("Docker-Content-Digest")
	if digest == "" {
		t.Fatalf("the registry says nothing of %s: %s", request.URL, response.Status)
	}

	return digest
}
