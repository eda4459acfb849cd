package webapp

import (
	"fmt"
	"maps"
	"regexp"
	"slices"

	"google.golang.org/protobuf/types/known/structpb"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
)

// maxEnvBytes is what fits into a ConfigMap (k8s.io/api/core/v1 MaxSecretSize
// holds for both).
const maxEnvBytes = 1 << 20

var (
	namePattern  = regexp.MustCompile(v1.NamePattern)
	imagePattern = regexp.MustCompile(v1.ImagePattern)
)

// An App is a WebApp that is valid and has the defaults of its own fields.
type App struct {
	// Composite is the kind that it is of.
	Composite *Composite

	Name       string
	Namespace  string
	UID        string
	Generation int64

	// Labels are those of the WebApp itself.
	Labels *structpb.Value

	Spec v1.WebAppSpec

	// Options are the optional fields of spec that are set, by name, as they were
	// written.
	Options map[string]*structpb.Value
}

// Field is the path of a field of its spec, as people write it.
func (a *App) Field(path string) string { return a.Composite.Path().String() + "." + path }

// Option returns the fields of an option that is an object. It has none if the
// option is not set.
func (a *App) Option(name string) value.Reader { return value.Quiet(a.Options[name]) }

// An Option is an optional field of a WebApp's spec. One that is not set costs
// nothing and sends nothing.
type Option struct {
	// Name of the field. Frozen.
	Name string

	// Check notes what is wrong with the field, which is there.
	Check func(spec value.Reader)
}

// Read reads and checks a WebApp with these options, where a kind of composites has it: in
// the observed composite, or in the context of the pipeline.
//
// The API server has checked by the schema what a schema and CEL can say. Go checks it
// again, because a WebApp may be older than the schema, and because crossplane render
// checks nothing. A rule lives once all the same: its number or pattern stands in a
// marker of apis/v1, from which make generate takes the constant that Go checks by.
// What a schema cannot say, only Go checks: how fields go together with what the
// platform team set, sizes in bytes, and what Kubernetes' own functions know (label
// values, names of headers, quantities).
func Read(of *Composite, observed, context *structpb.Struct, options []Option) (*App, field.ErrorList) {
	root, errs := value.Read(observed.GetFields())
	metadata := root.Object("metadata")

	spec, found := of.spec(root, context)
	if !found {
		return nil, *errs
	}

	app := &App{Composite: of, Generation: value.Number(root.Get("metadata"), "generation"), Labels: value.Dig(root.Get("metadata"), "labels")}
	app.Name, _ = metadata.Text("name")
	app.Namespace, _ = metadata.Text("namespace")
	app.UID, _ = metadata.Text("uid")

	if app.Namespace == "" {
		// Only crossplane render knows WebApps without one. It is where kubectl
		// apply would put this file.
		app.Namespace = metav1.NamespaceDefault
	}

	if !namePattern.MatchString(app.Name) || len(app.Name) > v1.MaxNameLength {
		metadata.Invalid("name", app.Name,
			"must be a valid Service name: at most 63 lower case letters, digits and dashes, starting with a letter and ending with a letter or digit")
	}

	app.Spec.Image = readImage(spec)
	app.Spec.Replicas = readReplicas(spec)
	app.Spec.Port = readPort(spec)
	app.Spec.Env = readEnv(spec)
	app.Options = readOptions(spec, options)

	return app, *errs
}

func readImage(spec value.Reader) string {
	if spec.Get("image") == nil {
		spec.Required("image", "say which container image to run, for example nginx:1.27")
		return ""
	}

	return CheckImage(spec)
}

// CheckImage checks field image of a container, and returns it.
func CheckImage(of value.Reader) string {
	image, ok := of.Text("image")
	if ok && (len(image) > v1.MaxImageLength || !imagePattern.MatchString(image)) {
		of.Invalid("image", image,
			"must be an image reference such as nginx:1.27, registry.acme.com:5000/team/shop:v3 or ghcr.io/acme/shop@sha256:…; repository names are lower case and there is no https://")
	}

	return image
}

func readReplicas(spec value.Reader) int32 {
	replicas, ok := spec.Integer("replicas", v1.MinReplicas, v1.MaxReplicas)
	if !ok {
		return v1.DefaultReplicas
	}

	return replicas
}

func readPort(spec value.Reader) int32 {
	port, ok := spec.Integer("port", v1.MinPort, v1.MaxPort)
	if !ok {
		return v1.DefaultPort
	}

	return port
}

func readEnv(spec value.Reader) map[string]string {
	env := spec.Texts("env")

	if spec.TooMany("env", len(env), v1.MaxEnv) {
		return nil
	}

	size, right := 0, true

	for name, text := range env {
		size += len(name) + len(text)
		right = right && isEnvName(name) && !value.IsTooLong(text, v1.MaxEnvValueLength)
	}

	if !right {
		noteEnv(spec, env)
	}

	if size > maxEnvBytes {
		spec.Invalid("env", fmt.Sprintf("%d bytes", size),
			fmt.Sprintf("names and values together must fit into a ConfigMap, which holds %d bytes: mount large values as files instead", maxEnvBytes))
	}

	return env
}

// noteEnv notes what is wrong with single variables.
func noteEnv(spec value.Reader, env map[string]string) {
	entries := spec.Entries("env")

	for _, name := range slices.Sorted(maps.Keys(env)) {
		CheckEnvName(spec, "env", name)

		if value.IsTooLong(env[name], v1.MaxEnvValueLength) {
			entries.TooLong(name, v1.MaxEnvValueLength)
		}
	}
}

// readOptions checks the options that a WebApp has, and returns them by name.
func readOptions(spec value.Reader, options []Option) map[string]*structpb.Value {
	var set map[string]*structpb.Value

	for _, o := range options {
		v := spec.Get(o.Name)
		if v == nil {
			continue
		}

		o.Check(spec)

		if set == nil {
			set = make(map[string]*structpb.Value, len(options))
		}

		set[o.Name] = v
	}

	return set
}
