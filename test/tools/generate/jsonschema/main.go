// Command jsonschema turns the schema of a CustomResourceDefinition into a JSON Schema, by
// which editors complete and check what is written.
package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"strings"

	extv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: jsonschema <CustomResourceDefinition file> <JSON Schema file>")
		os.Exit(2)
	}

	if err := generate(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintf(os.Stderr, "jsonschema: %v\n", err)
		os.Exit(1)
	}
}

func generate(from, to string) error {
	in, err := os.ReadFile(from)
	if err != nil {
		return err
	}

	crd := &extv1.CustomResourceDefinition{}
	if err := yaml.UnmarshalStrict(in, crd); err != nil {
		return fmt.Errorf("cannot parse %s: %w", from, err)
	}

	if n := len(crd.Spec.Versions); n != 1 {
		return fmt.Errorf("%s has %d versions, want one", from, n)
	}

	version := crd.Spec.Versions[0]

	data, err := json.Marshal(version.Schema.OpenAPIV3Schema)
	if err != nil {
		return err
	}

	schema := map[string]any{}
	if err := json.Unmarshal(data, &schema); err != nil {
		return err
	}

	translate(schema)

	properties, _ := schema["properties"].(map[string]any)
	properties["apiVersion"] = map[string]any{"const": crd.Spec.Group + "/" + version.Name}
	properties["kind"] = map[string]any{"const": crd.Spec.Names.Kind}
	properties["metadata"] = map[string]any{"type": "object"}

	// Crossplane adds it to the spec of whatever it composes.
	if spec, composed := properties["spec"].(map[string]any); composed {
		fields, _ := spec["properties"].(map[string]any)
		fields["crossplane"] = map[string]any{"type": "object", "description": "Settings of Crossplane's own, such as compositionRef."}
	}

	maps.Copy(schema, map[string]any{
		"$schema":  "http://json-schema.org/draft-07/schema#",
		"$comment": "Generated from the Go types by make generate. DO NOT EDIT.",
		"title":    crd.Spec.Names.Kind,
		"required": []string{"apiVersion", "kind"},
	})

	out, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		return err
	}

	return os.WriteFile(to, append(out, '\n'), 0o644)
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
