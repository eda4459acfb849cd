package fn

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/structpb"
	corev1 "k8s.io/api/core/v1"
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
	requests    corev1.ResourceList
	limits      corev1.ResourceList
	features    []string
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
	root.only("apiVersion", "kind", "metadata", "ttl", "labels", "annotations", "defaults", "features")

	if v, _ := root.text("apiVersion"); v != v1beta1.APIVersion {
		errs = append(errs, field.NotSupported(root.child("apiVersion"), clip(v, maxQuoted), []string{v1beta1.APIVersion}))
	}

	if v, _ := root.text("kind"); v != v1beta1.Kind {
		errs = append(errs, field.NotSupported(root.child("kind"), clip(v, maxQuoted), []string{v1beta1.Kind}))
	}

	out.ttl = readTTL(root, &errs)
	out.labels = readLabels(root, &errs)
	out.annotations = readAnnotations(root, &errs)

	defaults := root.object("defaults")
	defaults.only("resources")

	resources := defaults.object("resources")
	resources.only("requests", "limits")

	out.requests = resources.quantities("requests")
	out.limits = resources.quantities("limits")

	for _, name := range slices.Sorted(maps.Keys(out.requests)) {
		request := out.requests[name]
		if limit, ok := out.limits[name]; ok && request.Cmp(limit) > 0 {
			errs = append(errs, field.Invalid(resources.child("requests").Key(string(name)), request.String(),
				"must not exceed the limit of "+limit.String()))
		}
	}

	out.features = readFeatures(root, &errs)

	return out, errs
}

func readFeatures(root object, errs *field.ErrorList) []string {
	on, ok := native[[]string](root, "features")
	if !ok || len(on) == 0 {
		return nil
	}

	for i, name := range on {
		if !slices.Contains(features(), name) {
			*errs = append(*errs, field.NotSupported(root.child("features").Index(i), clip(name, maxQuoted), features()))
		}
	}

	return on
}

func readTTL(root object, errs *field.ErrorList) time.Duration {
	written, ok := root.text("ttl")
	if !ok {
		return defaultTTL
	}

	path := root.child("ttl")
	ttl, err := time.ParseDuration(written)

	switch {
	case err != nil:
		*errs = append(*errs, field.Invalid(path, clip(written, maxQuoted), "must be a duration such as 10m or 1h30m"))
	case ttl != 0 && ttl < minTTL:
		*errs = append(*errs, field.Invalid(path, clip(written, maxQuoted), fmt.Sprintf("must be at least %s, or 0s to turn the asking off", minTTL)))
	}

	return ttl
}

func readLabels(root object, errs *field.ErrorList) map[string]string {
	labels := root.texts("labels")
	path := root.child("labels")

	for _, key := range slices.Sorted(maps.Keys(labels)) {
		at := path.Key(clip(key, maxQuoted))

		for _, problem := range validation.IsQualifiedName(key) {
			*errs = append(*errs, field.Invalid(at, clip(key, maxQuoted), problem))
		}

		for _, problem := range validation.IsValidLabelValue(labels[key]) {
			*errs = append(*errs, field.Invalid(at, clip(labels[key], maxQuoted), problem))
		}

		if isOurLabel(key) || isCrossplanes(key) {
			*errs = append(*errs, field.Forbidden(at, "this label is set for you"))
		}
	}

	return labels
}

func readAnnotations(root object, errs *field.ErrorList) map[string]string {
	annotations := root.texts("annotations")
	path := root.child("annotations")

	for _, key := range slices.Sorted(maps.Keys(annotations)) {
		at := path.Key(clip(key, maxQuoted))

		// Annotation keys are qualified names, but for case: see
		// k8s.io/apimachinery/pkg/api/validation.ValidateAnnotations.
		for _, problem := range validation.IsQualifiedName(strings.ToLower(key)) {
			*errs = append(*errs, field.Invalid(at, clip(key, maxQuoted), problem))
		}

		if key == templateHashAnnotation || isCrossplanes(key) {
			*errs = append(*errs, field.Forbidden(at, "this annotation is set for you"))
		}
	}

	return annotations
}

// isCrossplanes says whether Crossplane owns a label or annotation key.
func isCrossplanes(key string) bool {
	prefix, _, _ := strings.Cut(key, "/")
	return prefix == "crossplane.io" || strings.HasSuffix(prefix, ".crossplane.io")
}
