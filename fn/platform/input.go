package platform

import (
	"fmt"
	"slices"
	"time"

	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/webapp-operator/function-webapp/fn/child"
	"github.com/webapp-operator/function-webapp/fn/pod"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
	"github.com/webapp-operator/function-webapp/input/v1beta1"
)

const (
	// DefaultTTL is how long Crossplane waits before it asks again although
	// nothing changed. Watches drive everything; this is the net below them, for
	// when Crossplane's circuit breaker dropped an event.
	DefaultTTL = 10 * time.Minute

	// minTTL keeps a slip of the pen from calling the function in a loop.
	minTTL = 10 * time.Second
)

// An Input is what the platform team set for all WebApps of a Composition.
type Input struct {
	// Composite is what the Composition is for.
	Composite *webapp.Composite

	// TTL is how long Crossplane waits before it asks again. 0 is for ever.
	TTL time.Duration

	// Settings are for the children. Traced says whether namespaces may have
	// defaults, too.
	Settings webapp.Settings

	// Policy is nil if there is none.
	Policy *Policy

	// Diagnostics says that pods are looked at.
	Diagnostics bool

	features []string
}

// A part is one field of the input, or of an object in it. One with more to say
// than a few lines has a file of its own.
type part[T any] struct {
	// name of the field.
	name string

	// read reads it from the object it is in, where it may be absent, and notes
	// what is wrong with it.
	read func(in value.Reader, into *T)
}

// inputParts are read in this order: the policy is held against the defaults, and
// origins are those of the defaults.
var inputParts = []part[Input]{
	{name: "composite", read: readComposite},
	{name: "ttl", read: readTTL},
	{name: "labels", read: func(in value.Reader, into *Input) { into.Settings.Labels = webapp.ReadLabels(in, "labels") }},
	{name: "annotations", read: readAnnotations},
	{name: "defaults", read: func(in value.Reader, into *Input) {
		readParts(in.Object("defaults"), defaultParts, &into.Settings.Defaults)
	}},
	{name: "namespaceDefaults", read: readNamespaceDefaults},
	{name: "policy", read: readPolicy},
	{name: "features", read: readFeatures},
	{name: "diagnostics", read: readDiagnostics},
}

// defaultParts are those of the fields of pods, and of children. Defaults are read
// over others, so that a part leaves alone what it does not find.
var defaultParts = allDefaults()

func allDefaults() []part[webapp.Defaults] {
	var all []part[webapp.Defaults]

	for _, f := range pod.Fields {
		if read := f.Default(); read != nil {
			all = append(all, part[webapp.Defaults]{name: f.Name, read: read})
		}
	}

	for _, c := range child.All {
		if c.Default != nil {
			all = append(all, part[webapp.Defaults]{name: c.Option.Name, read: c.Default})
		}
	}

	return all
}

// readParts reads an object that has these parts and no other field, but for what
// the caller knows of.
func readParts[T any](in value.Reader, parts []part[T], into *T, known ...string) {
	for _, p := range parts {
		known = append(known, p.name)
	}

	in.Only(known...)

	for _, p := range parts {
		p.read(in, into)
	}
}

// ReadInput reads the input of the pipeline step, which may be absent. An
// unknown field is an error: a setting that does nothing is worse than none.
func ReadInput(input *structpb.Struct) (*Input, field.ErrorList) {
	out := &Input{Composite: webapp.WebApp, TTL: DefaultTTL}
	if input == nil {
		return out, nil
	}

	root, errs := value.Read(input.GetFields())

	if v, _ := root.Text("apiVersion"); v != v1beta1.APIVersion {
		root.NotSupported("apiVersion", v, v1beta1.APIVersion)
	}

	if v, _ := root.Text("kind"); v != v1beta1.Kind {
		root.NotSupported("kind", v, v1beta1.Kind)
	}

	readParts(root, inputParts, out, "apiVersion", "kind", "metadata")

	return out, *errs
}

func readTTL(root value.Reader, into *Input) {
	written, ok := root.Text("ttl")
	if !ok {
		return
	}

	ttl, err := time.ParseDuration(written)

	switch {
	case err != nil:
		root.Invalid("ttl", written, "must be a duration such as 10m or 1h30m")
	case ttl != 0 && ttl < minTTL:
		root.Invalid("ttl", written, fmt.Sprintf("must be at least %s, or 0s to turn the asking off", minTTL))
	}

	into.TTL = ttl
}

func readAnnotations(root value.Reader, into *Input) {
	into.Settings.Annotations = webapp.ReadAnnotations(root, "annotations", webapp.TemplateHashAnnotation, webapp.GenerationAnnotation, webapp.DefaultsAnnotation)
}

func readNamespaceDefaults(root value.Reader, into *Input) {
	into.Settings.Traced, _ = value.Native[bool](root, "namespaceDefaults")
	if into.Settings.Traced {
		into.Settings.Origins = originsOf(root.Get("defaults").GetStructValue().GetFields(), fromComposition)
	}
}

func readFeatures(root value.Reader, into *Input) {
	on, _ := value.Native[[]string](root, "features")

	for i, name := range on {
		if !slices.Contains(features(), name) {
			root.Items("features")[i].NotSupported("", name, features()...)
		}
	}

	if len(on) > 0 {
		into.features = on
	}

	into.checkForAll(root.Object("defaults"), &into.Settings)
}

// checkForAll checks that what WebApps have without asking for it is switched on: nobody is
// told what he lacks and did not ask for.
func (in *Input) checkForAll(defaults value.Reader, settings *webapp.Settings) {
	nothing := &webapp.App{}

	for _, c := range child.All {
		if c.Feature != "" && c.Wanted(nothing, settings, false) && !slices.Contains(in.features, c.Feature) {
			defaults.Forbidden(c.Option.Name, fmt.Sprintf("is for all WebApps, and feature %[1]s is off: add %[1]s to features, and apply %[2]s of the function", c.Feature, grantsFile))
		}
	}
}

func readDiagnostics(root value.Reader, into *Input) {
	from, ok := root.Text("diagnostics")
	if ok && from != string(v1beta1.DiagnosticsPods) {
		root.NotSupported("diagnostics", from, string(v1beta1.DiagnosticsPods))
	}

	into.Diagnostics = ok
}
