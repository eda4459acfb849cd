package webapp

import (
	"errors"
	"fmt"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/util/validation/field"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/internal/wire"
)

// A Composite is a kind of composite resources that are WebApps, or have one: what a
// platform team calls it, and where in it is what a WebApp says and what is said of it.
type Composite struct {
	APIVersion, Kind string

	// Spec is the path of a WebApp's spec in the composite, unless an earlier step of the
	// pipeline has put that into the context, under ContextKey.
	Spec       []string
	ContextKey string

	// Status is the path of our fields of the status. Conditions have a place of their
	// own, which is Crossplane's.
	Status []string
}

// WebApp is the kind of composite resources that the packages bring.
var WebApp = &Composite{
	APIVersion: v1.GroupVersion.String(),
	Kind:       v1.Kind,
	Spec:       []string{"spec"},
	Status:     []string{"status"},
}

// Check refuses an observed composite that is missing or of another kind.
func (c *Composite) Check(observed *structpb.Struct) error {
	if observed == nil {
		return errors.New("the request has no observed composite resource")
	}

	apiVersion := observed.GetFields()["apiVersion"].GetStringValue()
	kind := observed.GetFields()["kind"].GetStringValue()

	if apiVersion != c.APIVersion || kind != c.Kind {
		return fmt.Errorf("this step composes %s %s, not %q %q: use it in a Composition whose compositeTypeRef says so, or name that kind in its input (composite.apiVersion, composite.kind)",
			c.APIVersion, c.Kind, value.Clip(apiVersion, value.MaxQuoted), value.Clip(kind, value.MaxQuoted))
	}

	return nil
}

// Path is where a WebApp's spec is, as people write it.
func (c *Composite) Path() *field.Path {
	if c.ContextKey != "" {
		return field.NewPath("context").Key(c.ContextKey)
	}

	return field.NewPath(c.Spec[0], c.Spec[1:]...)
}

// Argument is how kubectl is told which kind is meant. Of a kind that is not ours, only
// the whole name is sure to be no other's.
func (c *Composite) Argument() string {
	if c.APIVersion == WebApp.APIVersion && c.Kind == WebApp.Kind {
		return "webapp"
	}

	group, version, _ := strings.Cut(c.APIVersion, "/")

	return c.Kind + "." + version + "." + group
}

// SpecOf returns a WebApp's spec as it is written, in an observed composite or in the
// context of the pipeline.
func (c *Composite) SpecOf(observed, context *structpb.Struct) *structpb.Value {
	if c.ContextKey != "" {
		return context.GetFields()[c.ContextKey]
	}

	return dig(observed, c.Spec)
}

// StatusOf returns where our fields of a composite's status are.
func (c *Composite) StatusOf(composite *structpb.Struct) *structpb.Value {
	return dig(composite, c.Status)
}

func dig(object *structpb.Struct, path []string) *structpb.Value {
	return value.Dig(object.GetFields()[path[0]], path[1:]...)
}

// Reads is what is read of a composite of this kind by [Read] and [Composite.Check], and
// of the context, with these options.
func (c *Composite) Reads(options []Option) (composite, context wire.Fields) {
	spec := wire.Fields{"image": nil, "replicas": nil, "port": nil, "env": nil}
	for _, o := range options {
		spec[o.Name] = nil
	}

	composite = wire.Fields{
		"apiVersion": nil, "kind": nil,
		"metadata": {"name": nil, "namespace": nil, "uid": nil, "generation": nil, "labels": nil},
	}

	if c.ContextKey != "" {
		return composite, wire.Fields{c.ContextKey: spec}
	}

	return composite.And(spec.At(c.Spec...)), nil
}

// spec returns where to read a WebApp's spec, by the Reader of the observed composite. It
// is not found if it should be in the context, and is not.
func (c *Composite) spec(root value.Reader, context *structpb.Struct) (spec value.Reader, found bool) {
	if c.ContextKey == "" {
		for _, name := range c.Spec {
			root = root.Object(name)
		}

		return root, true
	}

	all := root.Entries("context")
	all.Fields = context.GetFields()

	if all.Get(c.ContextKey) == nil {
		all.Required(c.ContextKey, "an earlier step of the pipeline must put the spec of a WebApp there")
		return all, false
	}

	return all.Object(c.ContextKey), true
}
