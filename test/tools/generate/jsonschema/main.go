// Command jsonschema turns the schema of a CustomResourceDefinition into a JSON Schema, by
// which editors complete and check what is written.
package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	extv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"github.com/webapp-operator/function-webapp/test/tools/generate/crd"
)

func main() { crd.Main(generate) }

func generate(crd *extv1.CustomResourceDefinition) ([]byte, error) {
	if n := len(crd.Spec.Versions); n != 1 {
		return nil, fmt.Errorf("want one version, got %d", n)
	}

	version := crd.Spec.Versions[0]

	data, err := json.Marshal(version.Schema.OpenAPIV3Schema)
	if err != nil {
		return nil, err
	}

	schema := map[string]any{}
	if err := json.Unmarshal(data, &schema); err != nil {
		return nil, err
	}

	translate(schema)

	properties, _ := schema["properties"].(map[string]any)
	properties["apiVersion"] = map[string]any{"const": crd.Spec.Group + "/" + version.Name}
	properties["kind"] = map[string]any{"const": crd.Spec.Names.Kind}
	properties["metadata"] = map[string]any{"type": "object"}

	maps.Copy(schema, map[string]any{
		"$schema":  "http://json-schema.org/draft-07/schema#",
		"$comment": "Generated from the Go types by make generate. DO NOT EDIT.",
		"title":    crd.Spec.Names.Kind,
		"required": []string{"apiVersion", "kind"},
	})

	out, err := json.MarshalIndent(schema, "", "  ")

	return append(out, '\n'), err
}

// translate makes JSON Schema of what Kubernetes calls a structural schema. Its extensions
// go, and with them what is written in CEL; a field that it does not know is an error, which
// a typo most often is.
func translate(schema map[string]any) {
	if schema["x-kubernetes-int-or-string"] == true {
		delete(schema, "type")

		if schema["anyOf"] == nil {
			schema["anyOf"] = []any{map[string]any{"type": "integer"}, map[string]any{"type": "string"}}
		}
	}

	if schema["nullable"] == true {
		schema["type"] = []any{schema["type"], "null"}
	}

	open := schema["x-kubernetes-preserve-unknown-fields"] == true || schema["x-kubernetes-embedded-resource"] == true

	maps.DeleteFunc(schema, func(name string, _ any) bool { return strings.HasPrefix(name, "x-kubernetes-") || name == "nullable" })

	properties, closed := schema["properties"].(map[string]any)
	if closed && !open && schema["additionalProperties"] == nil {
		schema["additionalProperties"] = false
	}

	for _, field := range properties {
		below(field)
	}

	// What allOf, anyOf, oneOf and not say has no extensions, and names only some fields: see
	// https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema.
	below(schema["items"])
	below(schema["additionalProperties"])
}

func below(schema any) {
	if s, is := schema.(map[string]any); is {
		translate(s)
	}
}
