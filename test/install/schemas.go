package install

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	openapi_v2 "github.com/google/gnostic-models/openapiv2"
	extv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/kubectl/pkg/util/openapi"
	"k8s.io/kubectl/pkg/validation"
	"sigs.k8s.io/yaml"

	webapp "github.com/webapp-operator/function-webapp/test/schema"
)

// definitionsOf is the tool module of modules of which only files are read.
const definitionsOf = "schemas"

// definitions says where modules have the CustomResourceDefinitions of kinds that
// our manifests use: the module, the tool module that knows its version, and the
// folder.
var definitions = []struct{ module, from, folder string }{
	{"github.com/crossplane/crossplane/v2", "crossplane", "cluster/crds"},
	{"github.com/prometheus-operator/prometheus-operator", definitionsOf, "example/prometheus-operator-crd"},
	{"github.com/fluxcd/source-controller", definitionsOf, "config/crd/bases"},
	{"github.com/fluxcd/kustomize-controller", definitionsOf, "config/crd/bases"},
}

// Schemas know every kind that our manifests use.
type Schemas struct {
	custom   map[schema.GroupVersionKind]*webapp.Server
	builtin  openapi.Resources
	validate validation.Schema
}

// OpenAPISchema implements kubectl's openapi.OpenAPIResourcesGetter.
func (s *Schemas) OpenAPISchema() (openapi.Resources, error) { return s.builtin, nil }

// LoadSchemas reads Kubernetes' own OpenAPI document and the definitions of
// custom kinds, from the modules that have them.
func LoadSchemas(ctx context.Context) (*Schemas, error) {
	s := &Schemas{custom: map[schema.GroupVersionKind]*webapp.Server{}}
	s.validate = validation.NewSchemaValidation(s)

	kubernetes, err := ModuleDir(ctx, "kubernetes", "k8s.io/kubernetes")
	if err != nil {
		return nil, err
	}

	document, err := os.ReadFile(filepath.Join(kubernetes, "api/openapi-spec/swagger.json"))
	if err != nil {
		return nil, err
	}

	parsed, err := openapi_v2.ParseDocument(document)
	if err != nil {
		return nil, err
	}

	if s.builtin, err = openapi.NewOpenAPIData(parsed); err != nil {
		return nil, err
	}

	for _, d := range definitions {
		module, err := ModuleDir(ctx, d.from, d.module)
		if err != nil {
			return nil, err
		}

		paths, err := filepath.Glob(filepath.Join(module, d.folder, "*.yaml"))
		if err != nil || len(paths) == 0 {
			return nil, errors.Join(err, fmt.Errorf("%s has no definitions in %s", d.module, d.folder))
		}

		for _, path := range paths {
			if err := s.define(ctx, path); err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
		}
	}

	// Our own, as Crossplane derives it.
	crd, err := webapp.Derive(filepath.Join(Root, "apis/webapp/definition.yaml"))
	if err != nil {
		return nil, err
	}

	return s, s.serve(ctx, crd)
}

// Validate returns why an API server would refuse a manifest: an unknown kind or
// field, a value of the wrong type, or one that a definition's rules forbid.
func (s *Schemas) Validate(ctx context.Context, m Manifest) error {
	kind := m.Object.GroupVersionKind()

	if server := s.custom[kind]; server != nil {
		_, err := server.Create(ctx, m.YAML)
		return err
	}

	if s.builtin.LookupResource(kind) == nil {
		return fmt.Errorf("there is no schema of %s", kind)
	}

	data, err := m.Object.MarshalJSON()
	if err != nil {
		return err
	}

	return s.validate.ValidateBytes(data)
}

func (s *Schemas) define(ctx context.Context, path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}

	crd := &extv1.CustomResourceDefinition{}
	if err := yaml.Unmarshal(data, crd); err != nil {
		return err
	}

	return s.serve(ctx, crd)
}

// serve serves every version of a definition.
func (s *Schemas) serve(ctx context.Context, crd *extv1.CustomResourceDefinition) error {
	for _, version := range crd.Spec.Versions {
		kind := schema.GroupVersionKind{Group: crd.Spec.Group, Version: version.Name, Kind: crd.Spec.Names.Kind}

		// A server has one version.
		one := crd.DeepCopy()
		version.Storage, version.Served = true, true
		one.Spec.Versions = []extv1.CustomResourceDefinitionVersion{version}

		server, err := webapp.Serve(ctx, one)
		if err != nil {
			return fmt.Errorf("%s: %w", kind, err)
		}

		s.custom[kind] = server
	}

	return nil
}

// ModuleDir returns the folder of a module, in the version that a module of
// test/tools names. It is downloaded if it is not there.
func ModuleDir(ctx context.Context, from, module string) (string, error) {
	tools := filepath.Join(Root, "test/tools", from)

	for _, args := range [][]string{
		{"-C", tools, "mod", "download", module},
		{"-C", tools, "list", "-m", "-f", "{{.Dir}}", module},
	} {
		out, err := exec.CommandContext(ctx, "go", args...).CombinedOutput()
		if err != nil {
			return "", fmt.Errorf("go %s: %w: %s", strings.Join(args, " "), err, out)
		}

		if dir := strings.TrimSpace(string(out)); filepath.IsAbs(dir) {
			return dir, nil
		}
	}

	return "", fmt.Errorf("go does not know where %s is", module)
}
