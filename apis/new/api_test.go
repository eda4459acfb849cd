package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/webapp-operator/function-webapp/apis/webapp"
)

func service(edits ...func(*api)) *api {
	a := &api{
		Group: "platform.acme.io", Kind: "Service", Plural: "services", Version: "v1alpha1", Spec: "spec.app",
		Function: "xpkg.crossplane.io/webapp-operator/function-webapp", FunctionVersion: ">=v0.2.0",
	}
	for _, edit := range edits {
		edit(a)
	}

	return a
}

// TestOurs holds that what is written for the kind WebApp is what the packages bring.
func TestOurs(t *testing.T) {
	a := &api{Group: "example.com", Kind: "WebApp", Plural: "webapps", Short: []string{"wa"}, Version: "v1", Spec: "spec", Function: service().Function}

	files, err := a.files()
	if err != nil {
		t.Fatal(err)
	}

	got, want := object{}, object{}
	for raw, into := range map[string]*object{string(files["apis/webapps/definition.yaml"]): &got, string(webapp.Definition): &want} {
		if err := yaml.Unmarshal([]byte(raw), into); err != nil {
			t.Fatal(err)
		}
	}

	// The name of the Composition is ours alone.
	want["spec"].(object)["defaultCompositionRef"] = object{"name": "webapps.example.com"}

	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("definition: -ours, +what is written:\n%s", diff)
	}

	composite := "      composite:\n        apiVersion: example.com/v1\n        kind: WebApp\n"
	composition := strings.Replace(strings.Replace(string(files["apis/webapps/composition.yaml"]), composite, "", 1), "name: webapps.example.com", "name: webapps", 1)

	if diff := cmp.Diff(webapp.Composition, composition); diff != "" {
		t.Errorf("Composition: -ours, +what is written:\n%s", diff)
	}
}

// TestWords holds that a person who reads what is written reads of the kind and of where
// its fields are, and of no other.
func TestWords(t *testing.T) {
	files, err := service(func(a *api) { a.Kind, a.Plural = "Application", "applications" }).files()
	if err != nil {
		t.Fatal(err)
	}

	want := []string{
		"README.md", "apis/applications/composition.yaml", "apis/applications/definition.yaml", "apis/crossplane.yaml",
		"examples/application.yaml", "install/argocd-cm.yaml", "install/flux.yaml", "install/people.yaml",
	}

	var got []string
	for name := range files {
		got = append(got, name)
	}

	slices.Sort(got)

	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files: -want, +got:\n%s", diff)
	}

	definition := string(files["apis/applications/definition.yaml"])
	for _, want := range []string{"An Application is one web application", "settings as spec.app.env", "jsonPath: .status.app.phase", "specReplicasPath: .spec.app.replicas", "labelSelectorPath: .status.app.labelSelector"} {
		if !strings.Contains(definition, want) {
			t.Errorf("definition: want %q in it", want)
		}
	}

	if example := string(files["examples/application.yaml"]); !strings.Contains(example, "\nspec:\n  app:\n    image: ") || !strings.HasSuffix(example, "\n      LOG_LEVEL: info\n") {
		t.Errorf("example: want the application below spec.app, got:\n%s", example)
	}

	// Whose definition it was is said once, above it.
	_, definition, _ = strings.Cut(definition, "\n")
	for _, not := range []string{"WebApp", "webapps", "example.com/v1", "spec.env", ".spec.replicas", "A Application"} {
		if strings.Contains(definition, not) {
			t.Errorf("definition: want nothing of %q in it", not)
		}
	}
}

func TestCheck(t *testing.T) {
	cases := map[string]struct {
		reason string
		args   func(*api)
		want   string
	}{
		"Fine":       {reason: "All is as it must be.", args: func(*api) {}},
		"Group":      {reason: "Crossplane takes no kind without a group.", args: func(a *api) { a.Group = "acme" }, want: `--group: "acme": group and version must be such as platform.acme.io and v1alpha1`},
		"Version":    {reason: "Versions have a form.", args: func(a *api) { a.Version = "1" }, want: `--group: "platform.acme.io": group and version must be such as platform.acme.io and v1alpha1`},
		"Kind":       {reason: "Kinds begin in upper case.", args: func(a *api) { a.Kind = "service" }, want: `--kind: "service": must be letters and digits, the first in upper case, such as Service`},
		"Plural":     {reason: "Plurals are parts of a URL.", args: func(a *api) { a.Plural = "Services" }, want: `--plural: "Services": a DNS-1035 label must`},
		"Short":      {reason: "So are short names.", args: func(a *api) { a.Short = []string{"s", "S"} }, want: `--short: "S": a DNS-1035 label must`},
		"Spec":       {reason: "A spec is in spec.", args: func(a *api) { a.Spec = "app" }, want: `--spec: "app": must be spec, or a path`},
		"Crossplane": {reason: "Crossplane's own field is no place.", args: func(a *api) { a.Spec = "spec.crossplane" }, want: `--spec: "spec.crossplane": must be spec, or a path`},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := ""
			if err := service(tc.args).check(); err != nil {
				got = err.Error()
			}

			if !strings.HasPrefix(got, tc.want) || (tc.want == "") != (got == "") {
				t.Errorf("\n%s\ncheck(): want %q, got %q", tc.reason, tc.want, got)
			}
		})
	}
}

// TestWrite holds that nothing is overwritten that somebody may have changed.
func TestWrite(t *testing.T) {
	a := service(func(a *api) { a.Out = filepath.Join(t.TempDir(), "services") })
	if err := write(a); err != nil {
		t.Fatal(err)
	}

	path := filepath.Join(a.Out, "apis/services/composition.yaml")
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}

	if err := write(a); err == nil || !strings.Contains(err.Error(), "is not empty") {
		t.Errorf("a second time: want it refused, got %v", err)
	}

	if got, _ := os.ReadFile(path); string(got) != "mine" {
		t.Errorf("want what is there to stay, got %q", got)
	}
}

func TestFunctionName(t *testing.T) {
	for function, want := range map[string]string{
		"xpkg.crossplane.io/webapp-operator/function-webapp": "webapp-operator-function-webapp",
		"registry.acme.io:5000/mirror/Webapp.fn":             "mirror-ebapp-fn",
	} {
		if got := service(func(a *api) { a.Function = function }).FunctionName(); got != want {
			t.Errorf("FunctionName() of %s: want %s, got %s", function, want, got)
		}
	}
}
