package webapp

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/util/validation"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
)

// ManagedBy is who has made the objects of a WebApp, and ManagedByLabel the
// recommended label that says so.
const (
	ManagedBy      = "webapp-operator"
	ManagedByLabel = "app.kubernetes.io/managed-by"

	labelApp       = "app"
	labelManagedBy = "managed-by"
)

// Annotations of ours on the Deployment. They are not on the pods, so that they
// restart none. Frozen.
const (
	// TemplateHashAnnotation says which pod template we wrote. Comparing what is
	// written with what we want would not do: admission webhooks change images, and
	// the API server rewrites quantities.
	TemplateHashAnnotation = "example.com/template-hash"

	// GenerationAnnotation says with which generation of our own defaults the pod
	// template was made. Without it, it is the first.
	GenerationAnnotation = "example.com/defaults-generation"

	// DefaultsAnnotation says, where namespaces may have defaults, which of them
	// the WebApp has, and where from.
	DefaultsAnnotation = "example.com/defaults"
)

// AdoptAnnotation is on objects of others: it names the WebApp that may take one over. Whoever
// may write an object may say so. Frozen.
const AdoptAnnotation = "example.com/adopt"

// NotOurs selects what is no WebApp's.
const NotOurs = labelManagedBy + "!=" + ManagedBy

var managedByUs = value.String(ManagedBy)

// SelectorLabels select the pods of a WebApp. Frozen: a Deployment's selector
// cannot be changed.
func SelectorLabels(app *App) map[string]string {
	return map[string]string{labelApp: app.Name, labelManagedBy: ManagedBy}
}

// Selector is the same as a value, of the WebApp of a name.
func Selector(name string) *structpb.Value {
	return value.Object(value.Fields{labelApp: value.String(name), labelManagedBy: managedByUs})
}

// SelectorText is the same as text, for the scale subresource.
func SelectorText(app *App) string {
	return labelApp + "=" + app.Name + "," + labelManagedBy + "=" + ManagedBy
}

// Selects says whether labels select the pods of a WebApp, as its own selector does.
func Selects(app *App, labels *structpb.Struct) bool {
	return len(labels.GetFields()) == len(SelectorLabels(app)) &&
		labels.GetFields()[labelApp].GetStringValue() == app.Name && labels.GetFields()[labelManagedBy].GetStringValue() == ManagedBy
}

// LabelsText is labels as kubectl takes them for a selector, in the order of their keys.
func LabelsText(labels *structpb.Struct) string {
	texts := make([]string, 0, len(labels.GetFields()))
	for _, key := range slices.Sorted(maps.Keys(labels.GetFields())) {
		texts = append(texts, key+"="+labels.GetFields()[key].GetStringValue())
	}

	return strings.Join(texts, ",")
}

// labels are on every object of a WebApp and on the pods. They never change in its
// life, so that they never restart a pod.
// See https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/.
func labels(app string) *structpb.Value {
	name := value.String(app)

	return value.Object(value.Fields{
		labelApp:                     name,
		labelManagedBy:               managedByUs,
		"app.kubernetes.io/name":     name,
		"app.kubernetes.io/instance": name,
		ManagedByLabel:               managedByUs,
	})
}

// ReadLabels reads labels that are put on objects or pods beside ours, in a field of this
// name, without those that are set by somebody else.
func ReadLabels(from value.Reader, name string, refused ...string) map[string]string {
	read, at, ours := ReadNodeLabels(from, name), from.Entries(name), labels("")

	for _, key := range slices.Sorted(maps.Keys(read)) {
		if value.Dig(ours, key) != nil || slices.Contains(refused, key) || isCrossplanes(key) {
			at.Forbidden(key, "this label is set for you")
		}
	}

	return read
}

// ReadNodeLabels reads labels that others have put on something.
func ReadNodeLabels(from value.Reader, name string) map[string]string {
	read, at := from.Texts(name), from.Entries(name)

	for _, key := range slices.Sorted(maps.Keys(read)) {
		for _, problem := range validation.IsQualifiedName(key) {
			at.Invalid(key, key, problem)
		}

		for _, problem := range validation.IsValidLabelValue(read[key]) {
			at.Invalid(key, read[key], problem)
		}
	}

	return read
}

// ReadAnnotations reads annotations that are put on objects or pods, in a field of this
// name, without those of Crossplane and others that are not for everybody to set.
func ReadAnnotations(from value.Reader, name string, refused ...string) map[string]string {
	read, at := from.Texts(name), from.Entries(name)

	for _, key := range slices.Sorted(maps.Keys(read)) {
		// Annotation keys are qualified names, but for case: see
		// k8s.io/apimachinery/pkg/api/validation.ValidateAnnotations.
		for _, problem := range validation.IsQualifiedName(strings.ToLower(key)) {
			at.Invalid(key, key, problem)
		}

		if slices.Contains(refused, key) || isCrossplanes(key) {
			at.Forbidden(key, "this annotation is set for you")
		}
	}

	return read
}

// CheckAnnotations checks those that a WebApp says go on an object or on pods, as the
// schema bounds them. Kubernetes bounds their sum in bytes: see
// k8s.io/apimachinery/pkg/api/validation.ValidateAnnotations.
func CheckAnnotations(in value.Reader, name string, refused ...string) {
	const must = "keys and values together may not have more than 262144 bytes, which is all that Kubernetes takes"

	if in.TooMany(name, len(in.Object(name).Fields), v1.MaxAnnotations) {
		return
	}

	read, size := ReadAnnotations(in, name, refused...), 0

	for _, key := range slices.Sorted(maps.Keys(read)) {
		size += len(key) + len(read[key])

		if value.IsTooLong(read[key], v1.MaxAnnotationLength) {
			in.Entries(name).TooLong(key, v1.MaxAnnotationLength)
		}
	}

	if size > apivalidation.TotalAnnotationSizeLimitB {
		in.Invalid(name, fmt.Sprintf("%d bytes", size), must)
	}
}

// isCrossplanes says whether Crossplane owns a label or annotation key.
func isCrossplanes(key string) bool {
	prefix, _, _ := strings.Cut(key, "/")
	return prefix == "crossplane.io" || strings.HasSuffix(prefix, ".crossplane.io")
}
