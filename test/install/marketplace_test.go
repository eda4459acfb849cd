package install

import (
	"encoding/base64"
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMarketplace holds that packages say of themselves what a marketplace shows. That
// what is installed still says it is held by TestLifecycle/Install.
func TestMarketplace(t *testing.T) {
	icon := read(t, "package/icon.svg")
	must(t, xml.Unmarshal([]byte(icon), new(struct {
		XMLName xml.Name `xml:"http://www.w3.org/2000/svg svg"`
	})))

	for file, kind := range map[string]string{"package/crossplane.yaml": "Function", "apis/crossplane.yaml": "Configuration"} {
		t.Run(kind, func(t *testing.T) {
			manifests, err := Read(filepath.Join(Root, file))
			must(t, err)

			name := strings.ToLower(kind) + "-webapp"
			says := find[map[string]string](t, manifests, kind, name, "metadata", "annotations")

			for annotation, want := range map[string]string{
				"meta.crossplane.io/source":  "github.com/webapp-operator/function-webapp",
				"meta.crossplane.io/license": "Apache-2.0",
				// Each revision carries it, so that it must be small.
				"meta.crossplane.io/iconURI": "data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString([]byte(icon)),
			} {
				if got := says[annotation]; got != want {
					t.Errorf("%s: want %q, got %q", annotation, want, got)
				}
			}

			for _, annotation := range []string{"friendly-name.meta.crossplane.io", "meta.crossplane.io/maintainer"} {
				if got := says[annotation]; got == "" || strings.Contains(got, "\n") {
					t.Errorf("%s: want a line, got %q", annotation, got)
				}
			}

			if got := says["meta.crossplane.io/description"]; len(got) > 120 || !strings.HasSuffix(got, ".") {
				t.Errorf("want a description of at most 120 characters, got %d: %q", len(got), got)
			}

			// It is shown where no folder of ours is.
			readme := says["meta.crossplane.io/readme"]

			links := link.FindAllStringSubmatch(strings.ReplaceAll(readme, "https://github.com/webapp-operator/function-webapp/blob/main/", ""), -1)
			if len(links) == 0 || strings.Contains(strings.ReplaceAll(readme, "](https://", ""), "](") {
				t.Errorf("want links of the readme to lead to the project's pages wherever it is shown, got:\n%s", readme)
			}

			for _, found := range links {
				if _, err := os.Stat(filepath.Join(Root, found[1])); err != nil {
					t.Error(err)
				}
			}
		})
	}

	if len(icon) > 1024 {
		t.Errorf("want an icon of at most 1024 bytes, got %d", len(icon))
	}
}
