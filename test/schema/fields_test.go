package schema

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// fieldRow is a row of the table in docs/fields.md: field, default, Kubernetes'
// name, example, test.
var fieldRow = regexp.MustCompile("(?m)^\\| `([^`]+)` \\| ([^|]+) \\| ([^|]+) \\| \\[([^]]+)\\]\\(\\.\\./examples/([^)]+)\\) \\| (\\w+) \\|$")

// TestFields holds docs/fields.md to the schema: it has every field of spec, in an
// example that has it too, and with a test of that name.
func TestFields(t *testing.T) {
	page, err := os.ReadFile("../../docs/fields.md")
	if err != nil {
		t.Fatal(err)
	}

	lifecycle, err := os.ReadFile("../e2e/lifecycle_test.go")
	if err != nil {
		t.Fatal(err)
	}

	spec := derived(t).Spec.Versions[0].Schema.OpenAPIV3Schema.Properties["spec"].Properties
	delete(spec, "crossplane")

	documented := []string{}

	for _, row := range fieldRow.FindAllStringSubmatch(string(page), -1) {
		field, link, file, test := row[1], row[4], row[5], row[6]
		documented = append(documented, field)

		if link != file {
			t.Errorf("%s: the link to %s says %s", field, file, link)
		}

		example, err := os.ReadFile(filepath.Join("../../examples", file))
		if err != nil {
			t.Errorf("%s: %v", field, err)
			continue
		}

		if !hasField(t, example, field) {
			t.Errorf("%s: examples/%s does not have it", field, file)
		}

		if !strings.Contains(string(lifecycle), `"`+test+`":`) {
			t.Errorf("%s: test/e2e/lifecycle_test.go has no test %s", field, test)
		}
	}

	slices.Sort(documented)

	if diff := cmp.Diff(slices.Sorted(maps.Keys(spec)), documented); diff != "" {
		t.Errorf("fields in the table of docs/fields.md: -schema, +table:\n%s", diff)
	}
}

// hasField says whether a WebApp of a file with documents has a field of spec.
func hasField(t *testing.T, file []byte, field string) bool {
	t.Helper()

	for document := range strings.SplitSeq(string(file), "\n---\n") {
		object := map[string]any{}
		if err := yaml.Unmarshal([]byte(document), &object); err != nil {
			t.Fatal(err)
		}

		if _, found, _ := unstructured.NestedFieldNoCopy(object, "spec", field); found && object["kind"] == "WebApp" {
			return true
		}
	}

	return false
}
