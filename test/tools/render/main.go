// Command render is what make render needs of Crossplane: of core its engine, as the
// command internal render, and of the command line tool what asks that engine in
// composition render. It takes the same arguments and prints the same as the two, and is
// built in a fraction of their time.
package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"github.com/alecthomas/kong"
	"github.com/go-logr/logr"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
	extv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	documents "k8s.io/apimachinery/pkg/util/yaml"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/yaml"

	"github.com/crossplane/crossplane-runtime/v2/pkg/logging"
	"github.com/crossplane/crossplane-runtime/v2/pkg/xcrd"
	xpv1 "github.com/crossplane/crossplane/apis/v2/apiextensions/v1"
	"github.com/crossplane/crossplane/v2/cmd/crossplane/render"
	renderv1alpha1 "github.com/crossplane/crossplane/v2/proto/render/v1alpha1"
)

// target is the annotation of a Function that says where it runs.
const target = "render.crossplane.io/runtime-development-target"

func main() {
	var c struct {
		Composition struct {
			Render composition `cmd:""`
		} `cmd:""`
		Internal struct {
			Render render.Command `cmd:""`
		} `cmd:""`
	}

	ctrl.SetLogger(logr.Discard())

	args := kong.Parse(&c, kong.Name("crossplane"), kong.BindTo(logging.NewNopLogger(), (*logging.Logger)(nil)))
	args.FatalIfErrorf(args.Run())
}

type composition struct {
	XR          string `arg:"" type:"existingfile"`
	Composition string `arg:"" type:"existingfile"`
	Functions   string `arg:"" type:"existingfile"`

	XRD                 string            `required:""                          type:"existingfile"`
	FunctionAnnotations map[string]string `help:"Annotations of all functions."`
	ObservedResources   string
	RequiredResources   string
	RequiredSchemas     string
}

// Run has the engine render. That is this program once more, as the command line tool
// runs core's.
func (c *composition) Run() error {
	in, err := c.input()
	if err != nil {
		return err
	}

	request, err := proto.Marshal(&renderv1alpha1.RenderRequest{Input: &renderv1alpha1.RenderRequest_Composite{Composite: in}})
	if err != nil {
		return err
	}

	self, err := os.Executable()
	if err != nil {
		return err
	}

	engine := exec.CommandContext(context.Background(), self, "internal", "render")
	engine.Stdin = bytes.NewReader(request)
	engine.Stderr = os.Stderr

	out, err := engine.Output()

	// It has said why.
	if failed := (&exec.ExitError{}); errors.As(err, &failed) {
		os.Exit(failed.ExitCode())
	}

	if err != nil {
		return err
	}

	response := &renderv1alpha1.RenderResponse{}
	if err := proto.Unmarshal(out, response); err != nil {
		return err
	}

	return write(os.Stdout, response.GetComposite())
}

// input is what the engine takes.
func (c *composition) input() (*renderv1alpha1.CompositeInput, error) {
	in := &renderv1alpha1.CompositeInput{}

	for _, one := range []struct {
		path string
		into **structpb.Struct
	}{{c.XR, &in.CompositeResource}, {c.Composition, &in.Composition}, {c.XRD, &in.CompositeResourceDefinition}} {
		all, err := load(one.path)
		if err != nil {
			return nil, err
		}

		if len(all) == 0 {
			return nil, fmt.Errorf("%s: there is nothing in it", one.path)
		}

		*one.into = all[0]
	}

	for _, many := range []struct {
		path string
		into *[]*structpb.Struct
	}{{c.ObservedResources, &in.ObservedResources}, {c.RequiredResources, &in.RequiredResources}, {c.RequiredSchemas, &in.RequiredSchemas}} {
		if many.path == "" {
			continue
		}

		all, err := load(many.path)
		if err != nil {
			return nil, err
		}

		*many.into = all
	}

	functions, err := load(c.Functions)
	if err != nil {
		return nil, err
	}

	for _, s := range functions {
		function := unstructured.Unstructured{Object: s.AsMap()}
		address := cmp.Or(c.FunctionAnnotations[target], function.GetAnnotations()[target])
		in.Functions = append(in.Functions, &renderv1alpha1.FunctionInput{Name: function.GetName(), Address: address})
	}

	if err := isOf(in.GetCompositeResource(), in.GetComposition()); err != nil {
		return nil, err
	}

	in.CompositeResource, err = withDefaults(in.GetCompositeResource(), in.GetCompositeResourceDefinition())

	return in, err
}

// load reads every object of a file, or of the files in a folder.
func load(path string) ([]*structpb.Struct, error) {
	all := []*structpb.Struct{}

	err := filepath.WalkDir(path, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || (file != path && !slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(file))) {
			return err
		}

		content, err := os.Open(file)
		if err != nil {
			return err
		}
		defer func() { _ = content.Close() }()

		for documents := documents.NewYAMLReader(bufio.NewReader(content)); ; {
			document, err := documents.Read()
			if errors.Is(err, io.EOF) {
				return nil
			}

			if err != nil {
				return fmt.Errorf("%s: %w", file, err)
			}

			object := &structpb.Struct{}
			if err := yaml.Unmarshal(document, object); err != nil {
				return fmt.Errorf("%s: %w", file, err)
			}

			if len(object.GetFields()) > 0 {
				all = append(all, object)
			}
		}
	})

	return all, err
}

// isOf says where a Composition is not for what is to be composed.
func isOf(xr, composition *structpb.Struct) error {
	is := unstructured.Unstructured{Object: xr.AsMap()}
	kind, _, _ := unstructured.NestedString(composition.AsMap(), "spec", "compositeTypeRef", "kind")
	version, _, _ := unstructured.NestedString(composition.AsMap(), "spec", "compositeTypeRef", "apiVersion")

	if kind != is.GetKind() {
		return fmt.Errorf("composition's compositeTypeRef.kind (%s) does not match XR's kind (%s)", kind, is.GetKind())
	}

	if version != is.GetAPIVersion() {
		return fmt.Errorf("composition's compositeTypeRef.apiVersion (%s) does not match XR's apiVersion (%s)", version, is.GetAPIVersion())
	}

	return nil
}

// withDefaults returns the XR with the defaults that an API server would have set.
func withDefaults(xr, definition *structpb.Struct) (*structpb.Struct, error) {
	content, err := definition.MarshalJSON()
	if err != nil {
		return nil, err
	}

	d := &xpv1.CompositeResourceDefinition{}
	if err := json.Unmarshal(content, d); err != nil {
		return nil, fmt.Errorf("cannot read the CompositeResourceDefinition: %w", err)
	}

	crd, err := xcrd.ForCompositeResource(d)
	if err != nil {
		return nil, err
	}

	object := unstructured.Unstructured{Object: xr.AsMap()}

	for _, version := range crd.Spec.Versions {
		if crd.Spec.Group+"/"+version.Name == object.GetAPIVersion() {
			if err := setDefaults(object.Object, version.Schema.OpenAPIV3Schema); err != nil {
				return nil, err
			}

			return structpb.NewStruct(object.Object)
		}
	}

	return nil, fmt.Errorf("the specified API version '%s' does not exist in the XRD", object.GetAPIVersion())
}

// setDefaults does what an API server does. Its own code for that comes with an
// interpreter of CEL, which is not needed here, and takes its time to build.
func setDefaults(value any, s *extv1.JSONSchemaProps) error {
	switch v := value.(type) {
	case map[string]any:
		if err := addDefaults(v, s.Properties); err != nil {
			return err
		}

		for name := range v {
			property, known := s.Properties[name]

			switch {
			case known:
			case s.AdditionalProperties != nil && s.AdditionalProperties.Schema != nil:
				property = *s.AdditionalProperties.Schema
			default:
				continue
			}

			if err := setDefaults(v[name], &property); err != nil {
				return err
			}
		}
	case []any:
		if s.Items == nil || s.Items.Schema == nil {
			return nil
		}

		for i := range v {
			if err := setDefaults(v[i], s.Items.Schema); err != nil {
				return err
			}
		}
	}

	return nil
}

// addDefaults sets what an object does not say.
func addDefaults(object map[string]any, properties map[string]extv1.JSONSchemaProps) error {
	for name, property := range properties {
		if is, found := object[name]; property.Default == nil || found && (is != nil || property.Nullable) {
			continue
		}

		var d any
		if err := json.Unmarshal(property.Default.Raw, &d); err != nil {
			return err
		}

		object[name] = d
	}

	return nil
}

// write prints the XR, its children by their names, and the events.
func write(to io.Writer, out *renderv1alpha1.CompositeOutput) error {
	children := make([]map[string]any, 0, len(out.GetComposedResources()))
	for _, s := range out.GetComposedResources() {
		children = append(children, s.AsMap())
	}

	slices.SortStableFunc(children, func(a, b map[string]any) int {
		return cmp.Compare(nameOf(a), nameOf(b))
	})

	all := append([]map[string]any{out.GetCompositeResource().AsMap()}, children...)
	for _, object := range all {
		forgetTimes(object)
	}

	for _, e := range out.GetEvents() {
		all = append(all, map[string]any{
			"apiVersion": "render.crossplane.io/v1beta1", "kind": "Result",
			"severity": e.GetType(), "reason": e.GetReason(), "message": e.GetMessage(),
		})
	}

	for _, object := range all {
		y, err := yaml.Marshal(object)
		if err != nil {
			return err
		}

		if _, err := fmt.Fprintf(to, "---\n%s", y); err != nil {
			return err
		}
	}

	return nil
}

// nameOf is what the Composition calls a child.
func nameOf(child map[string]any) string {
	object := unstructured.Unstructured{Object: child}
	return object.GetAnnotations()[xcrd.AnnotationKeyCompositionResourceName]
}

// forgetTimes gives conditions the time that the command line tool gives them, so that
// they are the same each time.
func forgetTimes(object map[string]any) {
	conditions, _, _ := unstructured.NestedSlice(object, "status", "conditions")
	for _, condition := range conditions {
		if c, ok := condition.(map[string]any); ok {
			c["lastTransitionTime"] = "2024-01-01T00:00:00Z"
		}
	}

	if len(conditions) > 0 {
		_ = unstructured.SetNestedSlice(object, conditions, "status", "conditions")
	}
}
