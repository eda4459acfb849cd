// Package validation holds what a WebApp is made of to what Kubernetes accepts, in
// process: WebApps are generated over every field, those that the schema and the
// function accept are rendered, and each object is created by the code of the API
// server. None may be refused: nobody who wrote the WebApp would find out why.
package validation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	extv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/client-go/applyconfigurations"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	// The versions of Kubernetes' own kinds, and their defaults.
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	_ "k8s.io/kubernetes/pkg/apis/autoscaling/install"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	_ "k8s.io/kubernetes/pkg/apis/policy/install"
	"k8s.io/kubernetes/pkg/registry/apps/deployment"
	"k8s.io/kubernetes/pkg/registry/autoscaling/horizontalpodautoscaler"
	"k8s.io/kubernetes/pkg/registry/core/configmap"
	"k8s.io/kubernetes/pkg/registry/core/service"
	"k8s.io/kubernetes/pkg/registry/networking/ingress"
	"k8s.io/kubernetes/pkg/registry/networking/networkpolicy"
	"k8s.io/kubernetes/pkg/registry/policy/poddisruptionbudget"
	"sigs.k8s.io/yaml"

	webapp "github.com/webapp-operator/function-webapp/test/schema"
)

// root is the project's folder.
const root = "../.."

// strategies are how the API server creates and changes objects of Kubernetes' own kinds:
// they set what a client may not, validate and warn.
var strategies = map[string]rest.RESTCreateUpdateStrategy{
	"ConfigMap":               configmap.Strategy,
	"Deployment":              deployment.Strategy,
	"HorizontalPodAutoscaler": horizontalpodautoscaler.Strategy,
	"Ingress":                 ingress.Strategy,
	"NetworkPolicy":           networkpolicy.Strategy,
	"PodDisruptionBudget":     poddisruptionbudget.Strategy,
	"Service":                 service.Strategy,
}

// definitions are files with the CustomResourceDefinitions of kinds that WebApps are
// made of, in modules whose versions test/tools/schemas knows.
var definitions = map[string]string{
	"sigs.k8s.io/gateway-api":                            "config/crd/standard/gateway.networking.k8s.io_httproutes.yaml",
	"github.com/prometheus-operator/prometheus-operator": "example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml",
}

// An APIServer accepts or refuses objects that a WebApp is made of.
type APIServer struct {
	types  managedfields.TypeConverter
	custom map[schema.GroupVersionKind]*webapp.Server
}

// NewAPIServer returns an APIServer with all kinds that a WebApp may be made of.
func NewAPIServer(ctx context.Context) (*APIServer, error) {
	s := &APIServer{
		types:  applyconfigurations.NewTypeConverter(scheme.Scheme),
		custom: map[schema.GroupVersionKind]*webapp.Server{},
	}

	for module, file := range definitions {
		folder, err := moduleDir(ctx, module)
		if err != nil {
			return nil, err
		}

		data, err := os.ReadFile(filepath.Join(folder, file))
		if err != nil {
			return nil, err
		}

		crd := &extv1.CustomResourceDefinition{}
		if err := yaml.Unmarshal(data, crd); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}

		version := crd.Spec.Versions[0]
		version.Served, version.Storage = true, true
		crd.Spec.Versions = crd.Spec.Versions[:1]
		crd.Spec.Versions[0] = version

		server, err := webapp.Serve(ctx, crd)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}

		s.custom[schema.GroupVersionKind{Group: crd.Spec.Group, Version: version.Name, Kind: crd.Spec.Names.Kind}] = server
	}

	return s, nil
}

// moduleDir returns where Go has the files of a module that test/tools/schemas names.
func moduleDir(ctx context.Context, module string) (string, error) {
	tools := filepath.Join(root, "test/tools/schemas")

	if out, err := exec.CommandContext(ctx, "go", "-C", tools, "mod", "download", module).CombinedOutput(); err != nil {
		return "", fmt.Errorf("cannot download %s: %w: %s", module, err, out)
	}

	out, err := exec.CommandContext(ctx, "go", "-C", tools, "list", "-m", "-f", "{{.Dir}}", module).Output()

	return strings.TrimSpace(string(out)), err
}

// Default returns an object as the API server gives it back: with what it sets by default.
func (s *APIServer) Default(ctx context.Context, object map[string]any) (map[string]any, error) {
	u := &unstructured.Unstructured{Object: object}

	if server := s.custom[u.GroupVersionKind()]; server != nil {
		manifest, err := u.MarshalJSON()
		if err != nil {
			return nil, err
		}

		stored, err := server.Create(ctx, manifest)
		if err != nil {
			return nil, err
		}

		return stored.Object, nil
	}

	versioned, err := legacyscheme.Scheme.New(u.GroupVersionKind())
	if err != nil {
		return nil, err
	}

	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object, versioned); err != nil {
		return nil, err
	}

	legacyscheme.Scheme.Default(versioned)

	// It is stored as what Kubernetes has within, which has some fields once that are
	// there twice without.
	internal, err := legacyscheme.Scheme.ConvertToVersion(versioned, schema.GroupVersion{Group: u.GroupVersionKind().Group, Version: runtime.APIVersionInternal})
	if err != nil {
		return nil, err
	}

	back, err := legacyscheme.Scheme.ConvertToVersion(internal, u.GroupVersionKind().GroupVersion())
	if err != nil {
		return nil, err
	}

	data, err := json.Marshal(back)
	if err != nil {
		return nil, err
	}

	out := map[string]any{}

	return out, json.Unmarshal(data, &out)
}

// Create returns why the API server would refuse an object when it is applied, or of
// what it would warn; and an error, too, if the same, applied again, were a change.
func (s *APIServer) Create(ctx context.Context, object map[string]any) (warnings []string, err error) {
	u := &unstructured.Unstructured{Object: object}
	kind := u.GroupVersionKind()

	if server := s.custom[kind]; server != nil {
		manifest, err := u.MarshalJSON()
		if err != nil {
			return nil, err
		}

		_, err = server.Create(ctx, manifest)

		return nil, err
	}

	strategy := strategies[kind.Kind]
	if strategy == nil {
		return nil, fmt.Errorf("nobody knows how %s is created", kind)
	}

	// Server-side apply merges lists by keys, and refuses two items with the same.
	if _, err := s.types.ObjectToTyped(u); err != nil {
		return nil, fmt.Errorf("cannot be applied: %w", err)
	}

	versioned, err := legacyscheme.Scheme.New(kind)
	if err != nil {
		return nil, err
	}

	if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(object, versioned, true); err != nil {
		return nil, err
	}

	legacyscheme.Scheme.Default(versioned)

	internal, err := legacyscheme.Scheme.UnsafeConvertToVersion(versioned, schema.GroupVersion{Group: kind.Group, Version: runtime.APIVersionInternal})
	if err != nil {
		return nil, err
	}

	metadata, err := meta.Accessor(internal)
	if err != nil {
		return nil, err
	}

	rest.FillObjectMetaSystemFields(metadata)

	ctx = request.WithNamespace(ctx, u.GetNamespace())
	ctx = request.WithRequestInfo(ctx, &request.RequestInfo{APIGroup: kind.Group, APIVersion: kind.Version, Namespace: u.GetNamespace(), Name: metadata.GetName(), IsResourceRequest: true, Verb: "create"})

	if err := rest.BeforeCreate(strategy, ctx, internal); err != nil {
		return nil, err
	}

	return strategy.WarningsOnCreate(ctx, internal), again(ctx, strategy, kind.GroupVersion(), internal)
}

// again returns an error if an object that is stored, and is applied as it is, were written
// anew. Crossplane looks at a WebApp whenever one of its objects is written, and would have
// no end.
func again(ctx context.Context, strategy rest.RESTUpdateStrategy, version schema.GroupVersion, object runtime.Object) error {
	format, _ := runtime.SerializerInfoForMediaType(legacyscheme.Codecs.SupportedMediaTypes(), runtime.ContentTypeProtobuf)

	data, err := runtime.Encode(legacyscheme.Codecs.EncoderForVersion(format.Serializer, version), object)
	if err != nil {
		return err
	}

	stored, err := runtime.Decode(legacyscheme.Codecs.UniversalDecoder(), data)
	if err != nil {
		return err
	}

	applied := object.DeepCopyObject()
	strategy.PrepareForUpdate(ctx, applied, stored)

	before, err := meta.Accessor(stored)
	if err != nil {
		return err
	}

	after, err := meta.Accessor(applied)
	if err != nil {
		return err
	}

	if after.GetGeneration() != before.GetGeneration() {
		return errors.New("is a change each time it is applied: what is stored of it is not what is sent")
	}

	return nil
}
