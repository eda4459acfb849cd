package validation

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/webapp-operator/function-webapp/internal/convert"
	"github.com/webapp-operator/function-webapp/test/validation/webapps"
)

var converted = flag.Int("converted", 100, "how many WebApps that are accepted to convert back")

// anew returns another copy of a JSON value.
func anew(t *testing.T, object map[string]any) map[string]any {
	t.Helper()

	out := map[string]any{}
	if err := json.Unmarshal([]byte(text(object)), &out); err != nil {
		t.Fatal(err)
	}

	return out
}

// stored is an object as the API server gives it back, but for what it is called by there.
func stored(t *testing.T, server *APIServer, object map[string]any) map[string]any {
	t.Helper()

	out, err := server.Default(t.Context(), anew(t, object))
	if err != nil {
		t.Fatalf("%v: %v", object["kind"], err)
	}

	out = anew(t, out)
	delete(out, "status")

	if metadata, ok := out["metadata"].(map[string]any); ok {
		for _, name := range []string{"uid", "creationTimestamp", "generation", "resourceVersion", "managedFields"} {
			delete(metadata, name)
		}
	}

	return out
}

// TestDefaults holds that convert knows what the API server sets by default: of objects that
// WebApps are made of, and of charts that others have written.
func TestDefaults(t *testing.T) {
	server, err := NewAPIServer(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	objects := manifests(t, "manifests.yaml")
	for _, app := range generated(t, server, *converted) {
		objects = append(objects, app.objects...)
	}

	tried, found := 0, map[string]bool{}

	for _, object := range objects {
		group, _, _ := strings.Cut(text(object["apiVersion"]), "/")
		if kind, _ := object["kind"].(string); strategies[kind] == nil && kind != "HTTPRoute" && kind != "ServiceMonitor" || strings.Contains(group, "extensions") {
			continue
		}

		want, got := stored(t, server, object), anew(t, object)
		convert.Tidy(want)
		convert.Default(got)
		tried++

		if diff := cmp.Diff(want, got); diff != "" && !found[sort(diff)] && len(found) < 5 {
			found[sort(diff)] = true
			t.Errorf("Default(...): -want, +got:\n%s", diff)
		}
	}

	t.Logf("%d objects", tried)

	if tried < 300 {
		t.Errorf("there were only %d objects", tried)
	}
}

// manifests are those in files of this name of all charts.
func manifests(t *testing.T, file string) []map[string]any {
	t.Helper()

	paths, err := filepath.Glob(filepath.Join(root, "internal/convert/testdata/charts/*", file))
	if err != nil || len(paths) == 0 {
		t.Fatalf("there are no charts: %v", err)
	}

	var all []map[string]any

	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}

		for document := range bytes.SplitSeq(data, []byte("\n---\n")) {
			object := map[string]any{}
			if err := yaml.Unmarshal(document, &object); err != nil {
				t.Fatal(err)
			}

			if len(object) > 0 {
				all = append(all, object)
			}
		}
	}

	return all
}

// An application is a WebApp, and what it is made of.
type application struct {
	webApp  json.RawMessage
	objects []map[string]any
}

// generated are WebApps that are accepted.
func generated(t *testing.T, server *APIServer, n int) []application {
	t.Helper()

	platform, err := webapps.NewPlatform(t.Context(), root, *seed+100)
	if err != nil {
		t.Fatal(err)
	}

	var all []application

	for len(all) < n {
		spec, _ := platform.Write()

		made, err := platform.Take(t.Context(), spec, nil)
		if err != nil {
			t.Fatal(err)
		}

		if len(made.Objects) > 0 && refused(t, server, made.Objects) == "" {
			all = append(all, application{made.Manifest, made.Objects})
		}
	}

	return all
}

// TestConvert holds that what a WebApp is made of, as the API server gives it back, is
// converted to a WebApp that is no larger and made of the same, which is accepted by the
// schema and the function, and is converted to itself.
func TestConvert(t *testing.T) {
	server, err := NewAPIServer(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	platform, err := webapps.NewPlatform(t.Context(), root, *seed)
	if err != nil {
		t.Fatal(err)
	}

	failed := map[string]bool{}

	for i, app := range generated(t, server, *converted) {
		// The API server's way, by turns with what the function has written.
		objects := app.objects
		if i%4 != 0 {
			objects = all(t, server, app.objects)
		}

		spec, report := run(t, objects)

		wrong := ""

		switch taken, err := platform.Take(t.Context(), spec, nil); {
		case err != nil:
			t.Fatal(err)
		case taken.Refused != "" || len(taken.Objects) == 0:
			wrong = "it is refused: " + taken.Refused
		case strings.Contains(report, "cannot say") || strings.Contains(report, "in its own way") || !strings.Contains(report, "\n  pods: the same\n"):
			wrong = "it is not the same"
		case len(text(spec)) > len(specOf(t, app.webApp)):
			wrong = "it is larger"
		default:
			wrong = cmp.Diff(all(t, server, app.objects), all(t, server, taken.Objects))

			if again, _ := run(t, taken.Objects); wrong == "" {
				wrong = cmp.Diff(spec, again)
			}
		}

		if wrong != "" && !failed[sort(wrong+report)] && len(failed) < 5 {
			failed[sort(wrong+report)] = true
			t.Errorf("WebApp %d: %s\nwant %s\ngot  %s\n%s", i+1, wrong, app.webApp, text(spec), report)
		}
	}

	t.Logf("%d generated WebApps were converted back", *converted)
}

// TestConvertedCharts holds that WebApps that are made of charts are accepted by the schema
// and the function, and what they are made of by Kubernetes.
func TestConvertedCharts(t *testing.T) {
	server, err := NewAPIServer(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	platform, err := webapps.NewPlatform(t.Context(), root, *seed)
	if err != nil {
		t.Fatal(err)
	}

	tried := 0

	for _, webApp := range manifests(t, "webapps.yaml.want") {
		spec, _ := webApp["spec"].(map[string]any)

		taken, err := platform.Take(t.Context(), spec, nil)
		if err != nil {
			t.Fatal(err)
		}

		if wrong := taken.Refused + refused(t, server, taken.Objects); wrong != "" || len(taken.Objects) == 0 {
			t.Errorf("%s: %s", text(webApp["metadata"]), wrong)
		}

		tried++
	}

	t.Logf("%d WebApps of charts", tried)

	if tried < 10 {
		t.Errorf("there were only %d WebApps", tried)
	}
}

// specOf is the spec of a WebApp as it was written.
func specOf(t *testing.T, webApp []byte) string {
	t.Helper()

	object := map[string]any{}
	if err := json.Unmarshal(webApp, &object); err != nil {
		t.Fatal(err)
	}

	return text(object["spec"])
}

// all are objects as the API server gives them back, without the hash of what we have
// written.
func all(t *testing.T, server *APIServer, objects []map[string]any) []map[string]any {
	t.Helper()

	out := make([]map[string]any, 0, len(objects))

	for _, object := range objects {
		object = stored(t, server, object)
		convert.Tidy(object)

		metadata, _ := object["metadata"].(map[string]any)
		if annotations, ok := metadata["annotations"].(map[string]any); ok {
			delete(annotations, "example.com/template-hash")
		}

		// Prometheus asks over plain HTTP if it is not told otherwise.
		if object["kind"] == "ServiceMonitor" {
			spec, _ := object["spec"].(map[string]any)
			endpoints, _ := spec["endpoints"].([]any)

			if endpoint, ok := endpoints[0].(map[string]any); ok && endpoint["scheme"] == "http" {
				delete(endpoint, "scheme")
			}
		}

		out = append(out, object)
	}

	return slices.Clip(out)
}

// run converts objects, and returns the spec of the WebApp and the report.
func run(t *testing.T, objects []map[string]any) (map[string]any, string) {
	t.Helper()

	items := make([]any, 0, len(objects))
	for _, object := range objects {
		items = append(items, object)
	}

	out, report := &bytes.Buffer{}, &strings.Builder{}
	in := text(map[string]any{"apiVersion": "v1", "kind": "List", "items": items})

	if err := convert.Run(t.Context(), "-", strings.NewReader(in), out, report); err != nil {
		t.Fatal(err)
	}

	webApp := map[string]any{}
	if err := yaml.Unmarshal(out.Bytes(), &webApp); err != nil {
		t.Fatal(err)
	}

	spec, _ := webApp["spec"].(map[string]any)

	return spec, report.String()
}
