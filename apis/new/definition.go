package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/webapp-operator/function-webapp/apis/webapp"
)

// An object is one of YAML.
type object = map[string]any

// definition is that of WebApps for the kind: the same schema at its place, with the
// printer columns and the scale subresource that point there, in words of the kind.
func (a *api) definition() ([]byte, error) {
	xrd := object{}
	if err := yaml.Unmarshal(webapp.Definition, &xrd); err != nil {
		return nil, fmt.Errorf("cannot read the definition of WebApps: %w", err)
	}

	xrd["metadata"] = object{"name": a.Name()}

	spec, _ := xrd[inSpec].(object)
	spec["group"] = a.Group
	spec["names"] = a.names()
	spec["defaultCompositionRef"] = object{"name": a.Name()}

	versions, _ := spec["versions"].([]any)
	for _, v := range versions {
		version, _ := v.(object)
		version["name"] = a.Version
		a.point(version)
		a.nest(version)
	}

	a.reword(xrd)

	out, err := yaml.Marshal(xrd)

	return append([]byte("# "+a.Kind+" of "+a.APIVersion()+": a WebApp under another name. Written once: change it as you like.\n"), out...), err
}

func (a *api) names() object {
	names := object{
		"kind": a.Kind, "listKind": a.Kind + "List", "plural": a.Plural, "singular": a.Singular(),
		"categories": []string{"all"},
	}

	if len(a.Short) > 0 {
		names["shortNames"] = a.Short
	}

	return names
}

// point makes paths of fields point to where they are: printer columns, and the scale
// subresource.
func (a *api) point(at any) {
	switch at := at.(type) {
	case object:
		for name, v := range at {
			path, _ := v.(string)

			switch {
			case name == "schema":
			case name == "jsonPath" || strings.HasSuffix(name, "Path"):
				path = strings.Replace(path, ".spec.", "."+a.Spec+".", 1)
				at[name] = strings.Replace(path, ".status.", "."+a.Status()+".", 1)
			default:
				a.point(v)
			}
		}
	case []any:
		for _, v := range at {
			a.point(v)
		}
	}
}

// nest puts the schemas of spec and status below the path.
func (a *api) nest(version object) {
	schema, _ := version["schema"].(object)
	root, _ := schema["openAPIV3Schema"].(object)
	properties, _ := root["properties"].(object)

	for _, name := range []string{inSpec, "status"} {
		properties[name] = below(properties[name], a.path(), name == inSpec)
	}
}

// below returns the schema of an object with a schema at a path of fields in it.
func below(schema any, path []string, required bool) any {
	if len(path) == 0 {
		return schema
	}

	inner, _ := schema.(object)
	said, _ := inner["description"].(string)
	outer, _, _ := strings.Cut(said, ":")
	inner["description"] = strings.Replace(strings.Replace(said, "Spec is what", "What", 1), "Status is what", "What", 1)

	for _, name := range slices.Backward(path) {
		inner = object{"type": "object", "properties": object{name: inner}}
		if required {
			inner["required"] = []string{name}
		}
	}

	inner["description"] = strings.TrimSuffix(outer, ".") + "."

	return inner
}

var (
	aWebApp = regexp.MustCompile(`\b([Aa]) WebApp\b`)
	webApps = regexp.MustCompile(`\bWebApp(s?)\b`)
	ofSpec  = regexp.MustCompile(`\bspec\.[a-z]\w*`)
)

// reword has all that people read speak of the kind, and of where its fields are.
func (a *api) reword(at any) {
	switch at := at.(type) {
	case object:
		for name, v := range at {
			if text, ok := v.(string); ok && (name == "description" || name == "message") {
				at[name] = a.words(text)
			} else {
				a.reword(v)
			}
		}
	case []any:
		for _, v := range at {
			a.reword(v)
		}
	}
}

func (a *api) words(text string) string {
	if strings.ContainsRune("AEIO", rune(a.Kind[0])) {
		text = aWebApp.ReplaceAllString(text, "${1}n WebApp")
	}

	return ofSpec.ReplaceAllStringFunc(webApps.ReplaceAllString(text, a.Kind+"$1"), func(field string) string {
		if field == "spec.nodeName" { // A pod's.
			return field
		}

		return a.Spec + strings.TrimPrefix(field, inSpec)
	})
}
