package fn

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"unicode/utf8"

	"google.golang.org/protobuf/types/known/structpb"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/internal/wire"
)

// maxEnvBytes is what fits into a ConfigMap (k8s.io/api/core/v1 MaxSecretSize
// holds for both).
const maxEnvBytes = 1 << 20

var (
	namePattern  = regexp.MustCompile(v1.NamePattern)
	imagePattern = regexp.MustCompile(v1.ImagePattern)
	hostPattern  = regexp.MustCompile(v1.HostPattern)
	pathPattern  = regexp.MustCompile(v1.PathPattern)
)

// A webApp is what the children are built from: a WebApp that is valid and has
// its defaults.
type webApp struct {
	name       string
	namespace  string
	uid        string
	generation int64
	labels     *structpb.Value

	spec v1.WebAppSpec

	// options are those of spec that are set, by name, as they were written.
	options map[string]*structpb.Value

	// autoscaled says that an autoscaler is among the children, which decides how
	// many replicas there are.
	autoscaled bool
}

// option returns the fields of an option that is an object. It has none if the
// option is not set.
func (app *webApp) option(name string) object {
	return object{fields: app.options[name].GetStructValue().GetFields()}
}

// checkComposite refuses a composite that is missing or not a WebApp.
func checkComposite(composite *structpb.Struct) error {
	if composite == nil {
		return errors.New("the request has no observed composite resource")
	}

	apiVersion := composite.GetFields()["apiVersion"].GetStringValue()
	kind := composite.GetFields()["kind"].GetStringValue()

	if apiVersion != v1.GroupVersion.String() || kind != v1.Kind {
		return fmt.Errorf("this function composes %s %s, not %q %q: use it in a Composition whose compositeTypeRef says so",
			v1.GroupVersion, v1.Kind, clip(apiVersion, maxQuoted), clip(kind, maxQuoted))
	}

	return nil
}

// compositeReads is what is read of the composite: here, by readOptions, by
// the policy, by readStatus, by lastWrite, and by whoever tells of a call.
func compositeReads() wire.Fields {
	spec := wire.Fields{"image": nil, "replicas": nil, "port": nil, "env": nil}
	for _, o := range options {
		spec[o.name] = nil
	}

	return wire.Fields{
		"apiVersion": nil, "kind": nil,
		"metadata": {"name": nil, "namespace": nil, "uid": nil, "generation": nil, "labels": nil, "managedFields": wire.Later},
		"spec":     spec,
		"status":   statusReads,
	}
}

// readWebApp reads and checks a WebApp. The API server has checked all of it
// before by the schema, but for WebApps that are older than the schema, and in
// crossplane render, which checks nothing.
func readWebApp(composite *structpb.Struct) (*webApp, field.ErrorList) {
	errs := field.ErrorList{}
	root := object{fields: composite.GetFields(), errs: &errs}
	metadata := root.object("metadata")
	spec := root.object("spec")

	app := &webApp{generation: number(root.get("metadata"), "generation"), labels: dig(root.get("metadata"), "labels")}
	app.name, _ = metadata.text("name")
	app.namespace, _ = metadata.text("namespace")
	app.uid, _ = metadata.text("uid")

	if app.namespace == "" {
		// Only crossplane render knows WebApps without one. It is where kubectl
		// apply would put this file.
		app.namespace = metav1.NamespaceDefault
	}

	if !namePattern.MatchString(app.name) || len(app.name) > v1.MaxNameLength {
		errs = append(errs, field.Invalid(metadata.child("name"), clip(app.name, maxQuoted),
			"must be a valid Service name: at most 63 lower case letters, digits and dashes, starting with a letter and ending with a letter or digit"))
	}

	app.spec.Image = readImage(spec, &errs)
	app.spec.Replicas = readReplicas(spec, &errs)
	app.spec.Port = readPort(spec)
	app.spec.Env = readEnv(spec, &errs)
	app.options = readOptions(spec)

	return app, errs
}

func readImage(spec object, errs *field.ErrorList) string {
	if spec.get("image") == nil {
		*errs = append(*errs, field.Required(spec.child("image"), "say which container image to run, for example nginx:1.27"))
		return ""
	}

	image, ok := spec.text("image")
	if ok && (len(image) > v1.MaxImageLength || !imagePattern.MatchString(image)) {
		*errs = append(*errs, field.Invalid(spec.child("image"), clip(image, maxQuoted),
			"must be an image reference such as nginx:1.27, registry.acme.com:5000/team/shop:v3 or ghcr.io/acme/shop@sha256:…; repository names are lower case and there is no https://"))
	}

	return image
}

func readReplicas(spec object, errs *field.ErrorList) int32 {
	if spec.get("replicas") == nil {
		*errs = append(*errs, field.Required(spec.child("replicas"), fmt.Sprintf("say how many replicas to run, from %d to %d", v1.MinReplicas, v1.MaxReplicas)))
		return 0
	}

	replicas, _ := spec.integer("replicas", v1.MinReplicas, v1.MaxReplicas)

	return replicas
}

func readPort(spec object) int32 {
	port, ok := spec.integer("port", v1.MinPort, v1.MaxPort)
	if !ok {
		return v1.DefaultPort
	}

	return port
}

func readEnv(spec object, errs *field.ErrorList) map[string]string {
	env := spec.texts("env")
	path := spec.child("env")

	if len(env) > v1.MaxEnv {
		*errs = append(*errs, field.TooMany(path, len(env), v1.MaxEnv))
		return nil
	}

	size, right := 0, true

	for name, value := range env {
		size += len(name) + len(value)
		right = right && isEnvName(name) && !isTooLong(value)
	}

	if !right {
		for _, name := range slices.Sorted(maps.Keys(env)) {
			if !isEnvName(name) {
				*errs = append(*errs, field.Invalid(path, clip(name, maxQuoted),
					"environment variable names must not be empty and may hold printable ASCII characters other than ="))
			}

			if isTooLong(env[name]) {
				*errs = append(*errs, &field.Error{
					Type:   field.ErrorTypeTooLong,
					Field:  path.Key(clip(name, maxQuoted)).String(),
					Detail: fmt.Sprintf("may not have more than %d characters", v1.MaxEnvValueLength),
				})
			}
		}
	}

	if size > maxEnvBytes {
		*errs = append(*errs, field.Invalid(path, fmt.Sprintf("%d bytes", size),
			fmt.Sprintf("names and values together must fit into a ConfigMap, which holds %d bytes: mount large values as files instead", maxEnvBytes)))
	}

	return env
}

// isEnvName says whether name matches [v1.EnvNamePattern], without a regular
// expression, for many names.
func isEnvName(name string) bool {
	for i := range len(name) {
		if name[i] < ' ' || name[i] > '~' || name[i] == '=' {
			return false
		}
	}

	return name != ""
}

func isTooLong(value string) bool {
	return len(value) > v1.MaxEnvValueLength && utf8.RuneCountInString(value) > v1.MaxEnvValueLength
}
