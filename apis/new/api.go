package main

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"text/template"

	"k8s.io/apimachinery/pkg/util/validation"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/apis/webapp"
	"github.com/webapp-operator/function-webapp/input/v1beta1"
)

// inSpec is the field of all composites that is said by people.
const inSpec = "spec"

// An api is a kind of a platform team's own.
type api struct {
	Group   string   `help:"Group of the kind, such as platform.acme.io."        required:""`
	Kind    string   `help:"The kind, such as Service."                          required:""`
	Plural  string   `help:"Plural of the kind in lower case, such as services." required:""`
	Short   []string `help:"Short names for kubectl, with commas between."`
	Version string   `default:"v1alpha1"                                         help:"Version of the kind."`
	Spec    string   `default:"spec"                                             help:"Where in it a WebApp's spec is: spec itself, or a path such as spec.app. The status is at the same place of status."`
	Out     string   `help:"Folder to write to. Default: the plural."            placeholder:"FOLDER"`

	Function        string `default:"xpkg.crossplane.io/webapp-operator/function-webapp" help:"The function's package, as a Configuration depends on it."`
	FunctionVersion string `default:">=v0.2.0"                                           help:"Which versions of the function will do."                   placeholder:"CONSTRAINT"`
}

// APIVersion is that of the kind.
func (a *api) APIVersion() string { return a.Group + "/" + a.Version }

// Singular is what kubectl calls one.
func (a *api) Singular() string { return strings.ToLower(a.Kind) }

// Name is that of the definition and of the Composition.
func (a *api) Name() string { return a.Plural + "." + a.Group }

// Status is where our fields of the status are.
func (a *api) Status() string { return "status" + strings.TrimPrefix(a.Spec, inSpec) }

// Optional is the path of the status in CEL, where any of it may be missing.
func (a *api) Optional() string { return strings.ReplaceAll(a.Status(), ".", ".?") }

// Lua is the status in Lua, where any of it may be missing.
func (a *api) Lua() string {
	status := "(obj.status or {})"
	for _, name := range a.path() {
		// It may be a word of Lua's.
		status = "(" + status + "[\"" + name + "\"] or {})"
	}

	return status
}

// Nest puts lines of YAML below the path of the spec.
func (a *api) Nest(lines string) string {
	out, path := strings.Builder{}, strings.Split(a.Spec, ".")

	for depth, name := range path {
		out.WriteString(strings.Repeat("  ", depth) + name + ":\n")
	}

	for line := range strings.Lines(lines) {
		out.WriteString(strings.Repeat("  ", len(path)) + line)
	}

	return strings.TrimSuffix(out.String(), "\n")
}

// FunctionName is what Crossplane calls a function that comes as a dependency: its
// repository, which starts behind the registry's host, with what names may have.
func (a *api) FunctionName() string {
	_, repository, _ := strings.Cut(a.Function, "/")
	return regexp.MustCompile(`[^-a-z0-9]`).ReplaceAllString(strings.NewReplacer("/", "-", ".", "-", ":", "-").Replace(repository), "")
}

// check refuses what Kubernetes or the function would.
func (a *api) check() error {
	var errs []error

	wrong := func(flag, value string, problems ...string) {
		for _, problem := range problems {
			errs = append(errs, fmt.Errorf("--%s: %q: %s", flag, value, problem))
		}
	}

	if !regexp.MustCompile(v1beta1.APIVersionPattern).MatchString(a.APIVersion()) {
		wrong("group", a.Group, "group and version must be such as platform.acme.io and v1alpha1")
	}

	if !regexp.MustCompile(v1beta1.KindPattern).MatchString(a.Kind) || len(a.Kind) > v1beta1.MaxKind {
		wrong("kind", a.Kind, "must be letters and digits, the first in upper case, such as Service")
	}

	wrong("plural", a.Plural, validation.IsDNS1035Label(a.Plural)...)

	for _, short := range a.Short {
		wrong("short", short, validation.IsDNS1035Label(short)...)
	}

	if path := strings.Split(a.Spec, "."); path[0] != inSpec || !regexp.MustCompile(v1beta1.FieldPathPattern).MatchString(a.Spec) || strings.HasPrefix(a.Spec+".", "spec.crossplane.") {
		wrong("spec", a.Spec, "must be spec, or a path of names that begins with it, such as spec.app; spec.crossplane is Crossplane's")
	}

	return errors.Join(errs...)
}

// path are the names of the fields below spec, or below status, to where a WebApp's is.
func (a *api) path() []string { return strings.Split(a.Spec, ".")[1:] }

//go:embed templates
var templates embed.FS

// files are those of the package, by their paths.
func (a *api) files() (map[string][]byte, error) {
	if err := a.check(); err != nil {
		return nil, err
	}

	definition, err := a.definition()
	if err != nil {
		return nil, err
	}

	composition, err := a.composition()
	if err != nil {
		return nil, err
	}

	files := map[string][]byte{
		"apis/" + a.Plural + "/definition.yaml":  definition,
		"apis/" + a.Plural + "/composition.yaml": []byte(composition),
	}

	err = fs.WalkDir(templates, "templates", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}

		text, err := templates.ReadFile(path)
		if err != nil {
			return err
		}

		parsed, err := template.New(path).Delims("<<", ">>").Parse(string(text))
		if err != nil {
			return err
		}

		out := &bytes.Buffer{}
		if err := parsed.Execute(out, a); err != nil {
			return err
		}

		files[strings.ReplaceAll(strings.TrimPrefix(path, "templates/"), "example.yaml", a.Singular()+".yaml")] = out.Bytes()

		return nil
	})

	return files, err
}

// composition is ours for the kind.
func (a *api) composition() (string, error) {
	composite := "      composite:\n        apiVersion: " + a.APIVersion() + "\n        kind: " + a.Kind + "\n"
	if a.Spec != inSpec {
		composite += "        spec:\n          fieldPath: " + a.Spec + "\n        status:\n          fieldPath: " + a.Status() + "\n"
	}

	text := webapp.Composition

	for _, change := range []struct{ from, to string }{
		{"metadata:\n  name: webapps\n", "metadata:\n  name: " + a.Name() + "\n"},
		{"    apiVersion: " + v1.GroupVersion.String() + "\n    kind: " + v1.Kind + "\n", "    apiVersion: " + a.APIVersion() + "\n    kind: " + a.Kind + "\n"},
		{"      name: webapp-operator-function-webapp\n", "      name: " + a.FunctionName() + "\n"},
		{"      kind: " + v1beta1.Kind + "\n", "      kind: " + v1beta1.Kind + "\n" + composite},
	} {
		if strings.Count(text, change.from) != 1 {
			return "", fmt.Errorf("the Composition of WebApps has not one %q", change.from)
		}

		text = strings.Replace(text, change.from, change.to, 1)
	}

	return text, nil
}
