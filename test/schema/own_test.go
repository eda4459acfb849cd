package schema

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

// TestOwnKind holds the definition that make api writes to the same WebApps as ours, at
// their place in a kind of its own: what is refused is named by the path that people type.
func TestOwnKind(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "services")

	if out, err := exec.CommandContext(t.Context(), "go", "-C", "../..", "run", "./apis/new", "--group=platform.acme.io", "--kind=Service", "--plural=services",
		"--spec=spec.app", "--out="+folder).CombinedOutput(); err != nil {
		t.Fatalf("cannot write the definition: %v\n%s", err, out)
	}

	crd, err := Derive(filepath.Join(folder, "apis/services/definition.yaml"))
	if err != nil {
		t.Fatal(err)
	}

	server, err := Serve(t.Context(), crd)
	if err != nil {
		t.Fatal(err)
	}

	for name, manifest := range valids(t) {
		t.Run("valid/"+name, func(t *testing.T) {
			if _, err := server.Create(t.Context(), service(t, manifest)); err != nil {
				t.Error(err)
			}
		})
	}

	// Crossplane's own fields stay where they are, and so do those of pods.
	ours, not := regexp.MustCompile(`\bspec\b`), strings.NewReplacer("spec.app.crossplane", "spec.crossplane", "spec.app.nodeName", "spec.nodeName", "volumeClaimTemplate.spec.app", "volumeClaimTemplate.spec")

	for name, tc := range invalids(t) {
		t.Run("invalid/"+name, func(t *testing.T) {
			want := []string{}
			for _, cause := range tc.want {
				want = append(want, not.Replace(ours.ReplaceAllString(cause, "spec.app")))
			}

			_, err := server.Create(t.Context(), service(t, tc.manifest))
			if diff := cmp.Diff(want, causes(err), anyVersion); diff != "" {
				t.Errorf("-want, +got:\n%s", diff)
			}
		})
	}
}

// service is a WebApp as a Service of a platform team, below spec.app.
func service(t *testing.T, webApp []byte) []byte {
	t.Helper()

	object := map[string]any{}
	if err := yaml.Unmarshal(webApp, &object); err != nil {
		t.Fatal(err)
	}

	object["apiVersion"], object["kind"] = "platform.acme.io/v1alpha1", "Service"

	outer := map[string]any{}

	if spec, ok := object["spec"].(map[string]any); ok {
		if crossplane, set := spec["crossplane"]; set {
			outer["crossplane"] = crossplane
			delete(spec, "crossplane")
		}
	}

	if spec, set := object["spec"]; set {
		outer["app"] = spec
	}

	object["spec"] = outer

	if status, set := object["status"]; set {
		object["status"] = map[string]any{"app": status}
	}

	out, err := yaml.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}

	return out
}
