package fn

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/webapp-operator/function-webapp/input/v1beta1"
)

const (
	// defaultTTL is how long Crossplane waits before it asks again although
	// nothing changed. Watches drive everything; this is the net below them, for
	// when Crossplane's circuit breaker dropped an event.
	defaultTTL = 10 * time.Minute

	// unsettledTTL is how long it waits at most for a WebApp that does not run.
	// Many changes in a short time open the circuit breaker, and the event that it
	// drops may be the one that all pods are available.
	unsettledTTL = time.Minute

	// minTTL keeps a slip of the pen from calling the function in a loop.
	minTTL = 10 * time.Second
)

// settings are what the platform team set for all WebApps of a Composition.
type settings struct {
	ttl         time.Duration
	labels      map[string]string
	annotations map[string]string
	defaults

	// namespaceDefaults says whether namespaces may have defaults, too, and
	// origins then where the defaults come from.
	namespaceDefaults bool
	origins           []origin

	policy      platformPolicy
	features    []string
	diagnostics bool
}

// A part is one field of the input, or of an object in it. One with more to say
// than a few lines has a file of its own.
type part[T any] struct {
	// name of the field.
	name string

	// read reads it from the object it is in, where it may be absent, and notes
	// what is wrong with it.
	read func(in object, into *T)
}

// settingParts are read in this order.
var settingParts = []part[settings]{
	{"ttl", readTTL},
	{"labels", readLabels},
	{"annotations", readAnnotations},
	{"defaults", func(root object, into *settings) { readParts(root.object("defaults"), defaultParts, &into.defaults) }},
	{"namespaceDefaults", readNamespaceDefaults},
	{"policy", readPolicy},
	{"features", readFeatures},
	{"diagnostics", readDiagnostics},
}

// readParts reads an object that has these parts and no other field, but for what
// the caller knows of.
func readParts[T any](in object, parts []part[T], into *T, known ...string) {
	for _, p := range parts {
		known = append(known, p.name)
	}

	in.only(known...)

	for _, p := range parts {
		p.read(in, into)
	}
}

// An input is what was read of the input of a pipeline step.
type input struct {
	from     *structpb.Struct
	settings *settings
	errs     field.ErrorList
}

// settings reads the input of the pipeline step. That is the same in every call
// for all WebApps of a Composition: the last is remembered by its address, which
// is why nobody may change a request.
func (f *Function) settings(from *structpb.Struct) (*settings, field.ErrorList) {
	last := f.input.Load()
	if last == nil || last.from != from {
		settings, errs := readSettings(from)
		last = &input{from, settings, errs}
		f.input.Store(last)
	}

	return last.settings, last.errs
}

// readSettings reads the input of the pipeline step, which may be absent. An
// unknown field is an error: a setting that does nothing is worse than none.
func readSettings(input *structpb.Struct) (*settings, field.ErrorList) {
	out := &settings{ttl: defaultTTL}
	if input == nil {
		return out, nil
	}

	errs := field.ErrorList{}
	root := object{fields: input.GetFields(), errs: &errs}

	if v, _ := root.text("apiVersion"); v != v1beta1.APIVersion {
		errs = append(errs, field.NotSupported(root.child("apiVersion"), clip(v, maxQuoted), []string{v1beta1.APIVersion}))
	}

	if v, _ := root.text("kind"); v != v1beta1.Kind {
		errs = append(errs, field.NotSupported(root.child("kind"), clip(v, maxQuoted), []string{v1beta1.Kind}))
	}

	readParts(root, settingParts, out, "apiVersion", "kind", "metadata")

	return out, errs
}

func readNamespaceDefaults(root object, into *settings) {
	into.namespaceDefaults, _ = native[bool](root, "namespaceDefaults")
	if into.namespaceDefaults {
		into.origins = originsOf(root.get("defaults").GetStructValue().GetFields(), fromComposition)
	}
}

func readFeatures(root object, into *settings) {
	on, ok := native[[]string](root, "features")
	if !ok || len(on) == 0 {
		return
	}

	for i, name := range on {
		if !slices.Contains(features(), name) {
			*root.errs = append(*root.errs, field.NotSupported(root.child("features").Index(i), clip(name, maxQuoted), features()))
		}
	}

	into.features = on
}

func readTTL(root object, into *settings) {
	written, ok := root.text("ttl")
	if !ok {
		return
	}

	path := root.child("ttl")
	ttl, err := time.ParseDuration(written)

	switch {
	case err != nil:
		*root.errs = append(*root.errs, field.Invalid(path, clip(written, maxQuoted), "must be a duration such as 10m or 1h30m"))
	case ttl != 0 && ttl < minTTL:
		*root.errs = append(*root.errs, field.Invalid(path, clip(written, maxQuoted), fmt.Sprintf("must be at least %s, or 0s to turn the asking off", minTTL)))
	}

	into.ttl = ttl
}

func readLabels(root object, into *settings) {
	labels := root.texts("labels")
	path := root.child("labels")

	for _, key := range slices.Sorted(maps.Keys(labels)) {
		at := path.Key(clip(key, maxQuoted))

		for _, problem := range validation.IsQualifiedName(key) {
			*root.errs = append(*root.errs, field.Invalid(at, clip(key, maxQuoted), problem))
		}

		for _, problem := range validation.IsValidLabelValue(labels[key]) {
			*root.errs = append(*root.errs, field.Invalid(at, clip(labels[key], maxQuoted), problem))
		}

		if isOurLabel(key) || isCrossplanes(key) {
			*root.errs = append(*root.errs, field.Forbidden(at, "this label is set for you"))
		}
	}

	into.labels = labels
}

func readAnnotations(root object, into *settings) {
	into.annotations = root.annotations(templateHashAnnotation, defaultsAnnotation)
}

// annotations returns the annotations of an object, without those of Crossplane and
// others that are not for everybody to set.
func (o object) annotations(refused ...string) map[string]string {
	annotations := o.texts("annotations")
	path := o.child("annotations")

	for _, key := range slices.Sorted(maps.Keys(annotations)) {
		at := path.Key(clip(key, maxQuoted))

		// Annotation keys are qualified names, but for case: see
		// k8s.io/apimachinery/pkg/api/validation.ValidateAnnotations.
		for _, problem := range validation.IsQualifiedName(strings.ToLower(key)) {
			*o.errs = append(*o.errs, field.Invalid(at, clip(key, maxQuoted), problem))
		}

		if slices.Contains(refused, key) || isCrossplanes(key) {
			*o.errs = append(*o.errs, field.Forbidden(at, "this annotation is set for you"))
		}
	}

	return annotations
}

// isCrossplanes says whether Crossplane owns a label or annotation key.
func isCrossplanes(key string) bool {
	prefix, _, _ := strings.Cut(key, "/")
	return prefix == "crossplane.io" || strings.HasSuffix(prefix, ".crossplane.io")
}
