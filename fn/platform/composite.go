package platform

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
	"github.com/webapp-operator/function-webapp/input/v1beta1"
)

var (
	apiVersionPattern = regexp.MustCompile(v1beta1.APIVersionPattern)
	kindPattern       = regexp.MustCompile(v1beta1.KindPattern)
	fieldPathPattern  = regexp.MustCompile(v1beta1.FieldPathPattern)
	contextKeyPattern = regexp.MustCompile(v1beta1.ContextKeyPattern)
)

// readComposite reads which kind of composites is composed, and where in it a WebApp is.
func readComposite(root value.Reader, into *Input) {
	if root.Get("composite") == nil {
		return
	}

	in := root.Object("composite")

	in.Only("apiVersion", "kind", "spec", "status")

	// Of what is wrong, the default stays: an input that is wrong is told of, too.
	c := *webapp.WebApp
	c.APIVersion = readName(in, "apiVersion", c.APIVersion, apiVersionPattern, v1beta1.MaxName, "must be a group and a version, such as platform.acme.io/v1alpha1")
	c.Kind = readName(in, "kind", c.Kind, kindPattern, v1beta1.MaxKind, "must be a kind, such as Service")

	spec := in.Object("spec")
	spec.Only("fieldPath", "contextKey")
	c.Spec = readFieldPath(spec, c.Spec)

	if spec.Get("contextKey") != nil {
		c.ContextKey = readName(spec, "contextKey", "", contextKeyPattern, v1beta1.MaxContextKey,
			fmt.Sprintf("must be a key of at most %d letters, digits, dashes, underscores, dots and slashes, such as acme.io/webapp", v1beta1.MaxContextKey))

		if spec.Get("fieldPath") != nil {
			spec.Forbidden("contextKey", "set fieldPath or contextKey, not both")
		}
	}

	status := in.Object("status")
	status.Only("fieldPath")
	c.Status = readFieldPath(status, c.Status)

	into.Composite = &c
}

// readName reads a text that must be there, and match.
func readName(in value.Reader, name, byDefault string, pattern *regexp.Regexp, most int, must string) string {
	if in.Get(name) == nil {
		in.Required(name, must)
		return byDefault
	}

	text, ok := in.Text(name)
	if ok && (!pattern.MatchString(text) || len(text) > most) {
		in.Invalid(name, text, must)
		ok = false
	}

	if !ok {
		return byDefault
	}

	return text
}

// reserved are the fields of a composite that are Crossplane's.
var reserved = []string{"spec.crossplane", "status.conditions", "status.crossplane"}

// readFieldPath reads a path of fields that begins as the default does.
func readFieldPath(in value.Reader, byDefault []string) []string {
	written, ok := in.Text("fieldPath")
	if !ok {
		return byDefault
	}

	path := strings.Split(written, ".")

	switch {
	case path[0] != byDefault[0] || !fieldPathPattern.MatchString(written) || len(written) > v1beta1.MaxName:
		in.Invalid("fieldPath", written, fmt.Sprintf("must be names of fields with dots between, of which the first is %[1]s, such as %[1]s.app", byDefault[0]))
	case slices.Contains(reserved, strings.Join(path[:min(2, len(path))], ".")):
		in.Forbidden("fieldPath", "this field is Crossplane's own")
	default:
		return path
	}

	return byDefault
}
