package schema

import (
	"context"
	"fmt"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/install"
	extv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structural "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apiextensions-apiserver/pkg/registry/customresource"
	"k8s.io/apiextensions-apiserver/pkg/registry/customresourcedefinition"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured/unstructuredscheme"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
	"sigs.k8s.io/yaml"
)

// A Server accepts or refuses custom resources as a Kubernetes API server does,
// by the same code.
type Server struct {
	kind     schema.GroupVersionKind
	schema   *structural.Structural
	strategy rest.RESTCreateStrategy
}

// Serve returns a Server of the first version of a CustomResourceDefinition. It
// returns the error that a cluster would answer if the definition is not one
// that a cluster would take.
func Serve(ctx context.Context, crd *extv1.CustomResourceDefinition) (*Server, error) {
	internal, err := register(ctx, crd)
	if err != nil {
		return nil, err
	}

	version := internal.Spec.Versions[0]
	kind := schema.GroupVersionKind{Group: internal.Spec.Group, Version: version.Name, Kind: internal.Spec.Names.Kind}

	// A single version has its schema and subresources in the internal type's
	// top-level fields.
	props := internal.Spec.Validation.OpenAPIV3Schema

	subresources := internal.Spec.Subresources
	if subresources == nil {
		subresources = &apiextensions.CustomResourceSubresources{}
	}

	s, err := structural.NewStructural(props)
	if err != nil {
		return nil, err
	}

	validator, _, err := validation.NewSchemaValidator(props)
	if err != nil {
		return nil, err
	}

	status := props.Properties["status"]
	statusValidator, _, err := validation.NewSchemaValidator(&status)
	if err != nil {
		return nil, err
	}

	return &Server{
		kind:   kind,
		schema: s,
		strategy: customresource.NewStrategy(
			unstructuredscheme.NewUnstructuredObjectTyper(),
			internal.Spec.Scope == apiextensions.NamespaceScoped,
			kind,
			validator,
			statusValidator,
			s,
			subresources.Status,
			subresources.Scale,
			nil,
		),
	}, nil
}

// register does what an API server does with a new CustomResourceDefinition:
// it defaults and validates it, which compiles its CEL rules and adds up what
// they may cost.
func register(ctx context.Context, crd *extv1.CustomResourceDefinition) (*apiextensions.CustomResourceDefinition, error) {
	scheme := runtime.NewScheme()
	install.Install(scheme)

	crd = crd.DeepCopy()
	scheme.Default(crd)

	internal := &apiextensions.CustomResourceDefinition{}
	if err := scheme.Convert(crd, internal, nil); err != nil {
		return nil, err
	}

	rest.FillObjectMetaSystemFields(internal)

	return internal, rest.BeforeCreate(customresourcedefinition.NewStrategy(scheme), request.WithNamespace(ctx, metav1.NamespaceNone), internal)
}

// Create returns the custom resource that the server would store for a manifest,
// or the error that it would answer. Like kubectl, it asks for strict decoding.
func (s *Server) Create(ctx context.Context, manifest []byte) (*unstructured.Unstructured, error) {
	data, err := yaml.YAMLToJSONStrict(manifest)
	if err != nil {
		return nil, err
	}

	u := &unstructured.Unstructured{}
	if err := u.UnmarshalJSON(data); err != nil {
		return nil, err
	}

	if u.GroupVersionKind() != s.kind {
		return nil, fmt.Errorf("this server has %s, not %s", s.kind, u.GroupVersionKind())
	}

	// From here on it goes as in apiextensions-apiserver's
	// customresource_handler.go: prune, drop nulls, default, validate.
	unknown := pruning.PruneWithOptions(u.Object, s.schema, true, structural.UnknownFieldPathOptions{TrackUnknownFieldPaths: true})
	if len(unknown) > 0 {
		var errs []error
		for _, path := range unknown {
			errs = append(errs, fmt.Errorf("unknown field %q", path))
		}

		return nil, runtime.NewStrictDecodingError(errs)
	}

	defaulting.PruneNonNullableNullsWithoutDefaults(u.Object, s.schema)
	defaulting.Default(u.Object, s.schema)
	rest.FillObjectMetaSystemFields(u)

	return u, rest.BeforeCreate(s.strategy, request.WithNamespace(ctx, u.GetNamespace()), u)
}
