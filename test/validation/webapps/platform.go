// Package webapps generates WebApps over every field, and takes them as a control plane
// does: it is for those who hold what they are made of to what Kubernetes accepts.
package webapps

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/structpb"
	extv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	"github.com/crossplane/function-sdk-go/resource"

	"github.com/webapp-operator/function-webapp/fn"
	"github.com/webapp-operator/function-webapp/fn/child"
	"github.com/webapp-operator/function-webapp/fn/config"
	"github.com/webapp-operator/function-webapp/fn/platform"
	"github.com/webapp-operator/function-webapp/test/schema"
)

// A Platform takes WebApps as a control plane with our packages and every feature
// does.
type Platform struct {
	definition *schema.Server
	function   *fn.Function

	// What people write, and platform teams.
	webApps, inputs *Generator
}

// A WebApp is one that was taken.
type WebApp struct {
	// Manifest is how it was written, and Refused why the API server does not take it.
	Manifest json.RawMessage `json:"manifest"`
	Refused  string          `json:"refused,omitempty"`

	// Objects are what is made of it. There are none if the function refuses it.
	Objects []map[string]any `json:"objects,omitempty"`
}

// NewPlatform returns the Platform of a checkout, whose generators have a seed.
func NewPlatform(ctx context.Context, root string, seed uint64) (*Platform, error) {
	crd, err := schema.Derive(filepath.Join(root, "apis/webapp/definition.yaml"))
	if err != nil {
		return nil, err
	}

	server, err := schema.Serve(ctx, crd)
	if err != nil {
		return nil, err
	}

	data, err := os.ReadFile(filepath.Join(root, "package/input/webapp.fn.example.com_inputs.yaml"))
	if err != nil {
		return nil, err
	}

	inputs := &extv1.CustomResourceDefinition{}
	if err := yaml.Unmarshal(data, inputs); err != nil {
		return nil, err
	}

	p := &Platform{
		definition: server,
		function:   fn.New(time.Now),
		webApps:    NewGenerator(schemaOf(crd, "crossplane"), seed),
		// What a platform team forbids refuses WebApps, and makes nothing.
		inputs: NewGenerator(schemaOf(inputs, "policy", "ttl", "features", "diagnostics", "namespaceDefaults", "apiVersion", "kind", "metadata"), seed+1),
	}

	return p, p.learn(root)
}

// schemaOf returns the schema of what is generated: the spec, if there is one, without
// some fields.
func schemaOf(crd *extv1.CustomResourceDefinition, without ...string) *extv1.JSONSchemaProps {
	all := crd.Spec.Versions[0].Schema.OpenAPIV3Schema
	if spec, ok := all.Properties["spec"]; ok {
		all = &spec
	}

	for _, name := range without {
		delete(all.Properties, name)
	}

	return all
}

// Write makes what somebody writes: the spec of a WebApp, and at times an input.
func (p *Platform) Write() (spec, input map[string]any) {
	spec = p.webApps.Object()
	if p.inputs.chance(0.2) {
		input = p.inputs.Object()
	}

	return spec, input
}

// Take takes a WebApp and an input.
func (p *Platform) Take(ctx context.Context, spec, input map[string]any) (*WebApp, error) {
	manifest, err := json.Marshal(map[string]any{
		"apiVersion": "example.com/v1", "kind": "WebApp",
		"metadata": map[string]any{"name": "shop", "namespace": "acme"}, "spec": spec,
	})
	if err != nil {
		return nil, err
	}

	taken := &WebApp{Manifest: manifest}

	stored, err := p.definition.Create(ctx, manifest)
	if err != nil {
		taken.Refused = err.Error()
		return taken, nil //nolint:nilerr // That is what was asked.
	}

	composite, err := structpb.NewStruct(stored.Object)
	if err != nil {
		return nil, err
	}

	request, err := requestOf(composite, input)
	if err != nil {
		return nil, err
	}

	answer, err := p.function.RunFunction(ctx, request)
	if err != nil {
		return nil, err
	}

	if len(answer.GetResults()) > 0 && answer.GetResults()[0].GetSeverity() == fnv1.Severity_SEVERITY_FATAL {
		return taken, nil
	}

	for _, c := range child.All {
		if made := answer.GetDesired().GetResources()[c.Key]; made != nil {
			taken.Objects = append(taken.Objects, made.GetResource().AsMap())
		}
	}

	return taken, nil
}

// requestOf is what Crossplane asks of a new WebApp, where everything is granted and
// every kind known.
func requestOf(composite *structpb.Struct, input map[string]any) (*fnv1.RunFunctionRequest, error) {
	kinds := map[string]*fnv1.Schema{}
	features := []any{}

	for _, c := range child.All {
		if c.Custom {
			kinds["kind-"+c.Key] = &fnv1.Schema{OpenapiV3: resource.MustStructJSON(`{"type": "object"}`)}
		}

		if c.Feature != "" {
			features = append(features, c.Feature)
		}
	}

	all := map[string]any{"apiVersion": "webapp.fn.example.com/v1beta1", "kind": "Input", "features": features}
	maps.Copy(all, input)

	in, err := asStruct(all)
	if err != nil {
		return nil, err
	}

	grants, err := structpb.NewStruct(map[string]any{"data": map[string]any{"features": features}})
	if err != nil {
		return nil, err
	}

	required := map[string]*fnv1.Resources{platform.GrantsRequirement: {Items: []*fnv1.Resource{{Resource: grants}}}}

	// ConfigMaps with nothing in them.
	for name := range config.Reads {
		required[name] = &fnv1.Resources{Items: []*fnv1.Resource{{Resource: &structpb.Struct{}}}}
	}

	return &fnv1.RunFunctionRequest{
		Observed:          &fnv1.State{Composite: &fnv1.Resource{Resource: composite}},
		Input:             in,
		RequiredResources: required,
		RequiredSchemas:   kinds,
	}, nil
}

func asStruct(v map[string]any) (*structpb.Struct, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}

	s := &structpb.Struct{}

	return s, s.UnmarshalJSON(data)
}

// learn takes values from WebApps of the project: those that are right, and those
// that are not.
func (p *Platform) learn(root string) error {
	for _, glob := range []string{"examples/*.yaml", "test/schema/valid/*.yaml", "test/schema/invalid/*.yaml"} {
		paths, err := filepath.Glob(filepath.Join(root, glob))
		if err != nil || len(paths) == 0 {
			return fmt.Errorf("there is nothing in %s: %w", glob, err)
		}

		for _, path := range paths {
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}

			for document := range bytes.SplitSeq(data, []byte("\n---\n")) {
				object := map[string]any{}
				if err := yaml.Unmarshal(document, &object); err != nil {
					return fmt.Errorf("%s: %w", path, err)
				}

				switch spec, _ := object["spec"].(map[string]any); {
				case object["kind"] == "WebApp" && strings.Contains(glob, "invalid"):
					p.webApps.LearnOdd(spec)
				case object["kind"] == "WebApp":
					p.webApps.Learn(spec)
				case spec["pipeline"] != nil:
					steps, _ := spec["pipeline"].([]any)
					step, _ := steps[0].(map[string]any)
					p.inputs.Learn(step["input"])
				}
			}
		}
	}

	return nil
}
