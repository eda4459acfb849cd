package install

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"sigs.k8s.io/yaml"
)

// TestEditors holds that the JSON Schemas for editors take every example, and tell of what
// is wrong without a cluster.
func TestEditors(t *testing.T) {
	schemas := map[string]*jsonschema.Schema{}

	for kind, file := range map[string]string{"WebApp": "apis/v1/webapp.schema.json", "Input": "input/v1beta1/input.schema.json"} {
		schema, err := jsonschema.NewCompiler().Compile(filepath.Join(Root, file))
		must(t, err)

		schemas[kind] = schema
	}

	files, err := filepath.Glob(filepath.Join(Root, "examples/*.yaml"))
	must(t, err)

	checked := map[string]int{}

	for _, file := range files {
		content, err := os.ReadFile(file)
		must(t, err)

		for document := range strings.SplitSeq(string(content), "\n---\n") {
			for _, object := range withInputs(t, document) {
				kind, _ := object["kind"].(string)
				if schemas[kind] == nil {
					continue
				}

				checked[kind]++

				if err := schemas[kind].Validate(object); err != nil {
					t.Errorf("%s: %v", file, err)
				}
			}
		}
	}

	if checked["WebApp"] < 10 || checked["Input"] < 1 {
		t.Errorf("want more examples to be checked, got %v", checked)
	}

	for name, tc := range map[string]struct{ reason, args, want string }{
		"Typo":     {"A field that there is not.", "{image: nginx, replica: 2}", "additional properties 'replica' not allowed"},
		"Type":     {"A number as text.", `{image: nginx, replicas: "2"}`, "got string, want integer"},
		"Bounds":   {"A number out of bounds.", "{image: nginx, port: 70000}", "maximum"},
		"Required": {"What must be there.", "{replicas: 2}", "missing property 'image'"},
		"Deep":     {"A field of a field.", "{image: nginx, readinessProbe: {httpGet: {pth: /}}}", "additional properties 'pth' not allowed"},
	} {
		t.Run(name, func(t *testing.T) {
			object := withInputs(t, "{apiVersion: example.com/v1, kind: WebApp, metadata: {name: shop}, spec: "+tc.args+"}")[0]
			if err := schemas["WebApp"].Validate(object); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%s Validate(%s): want %q, got %v", tc.reason, tc.args, tc.want, err)
			}
		})
	}
}

// withInputs returns the object of a document, and the inputs of our function in it.
func withInputs(t *testing.T, document string) []map[string]any {
	t.Helper()

	data, err := yaml.YAMLToJSON([]byte(document))
	must(t, err)

	var found []map[string]any

	object := map[string]any{}
	if json.Unmarshal(data, &object) != nil {
		return nil
	}

	found = append(found, object)

	spec, _ := object["spec"].(map[string]any)
	pipeline, _ := spec["pipeline"].([]any)

	for _, step := range pipeline {
		step, _ := step.(map[string]any)
		if input, is := step["input"].(map[string]any); is && strings.HasPrefix(input["apiVersion"].(string), "webapp.fn.example.com/") {
			found = append(found, input)
		}
	}

	return found
}
