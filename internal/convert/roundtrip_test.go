package convert

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// objectsOf are what a WebApp renders.
func objectsOf(t *testing.T, app fields) []*manifest {
	t.Helper()

	made, err := newRenderer().render(t.Context(), app)
	if err != nil {
		t.Fatal(err)
	}

	var all []*manifest
	for _, kind := range slices.Sorted(maps.Keys(made)) {
		all = append(all, &manifest{made[kind], "rendered"})
	}

	return all
}

// TestExamples holds that what an example renders is converted to the example, in its
// smallest form.
func TestExamples(t *testing.T) {
	paths, err := filepath.Glob("../../examples/*.yaml")
	if err != nil {
		t.Fatal(err)
	}

	tried := 0

	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}

		all, err := read(path, bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}

		for _, m := range all {
			if m.kind() != "WebApp" {
				continue
			}

			tried++

			t.Run(filepath.Base(path)+"/"+m.name(), func(t *testing.T) {
				want := manifestOf(m.namespace(), m.name(), object(m.fields, "spec"))

				got, err := convert(t.Context(), objectsOf(t, want))
				if err != nil {
					t.Fatal(err)
				}

				report := got.String()

				if len(got.webApps) != 1 || got.reports[0].outcome() != "whole" || got.reports[0].pods != "the same" || len(got.reports[0].own) > 0 {
					t.Fatalf("convert(...): want one WebApp that is the same, got:\n%s", report)
				}

				if err := newRenderer().minimize(t.Context(), want); err != nil {
					t.Fatal(err)
				}

				if diff := cmp.Diff(want, got.webApps[0]); diff != "" {
					t.Errorf("convert(...): -want, +got:\n%s\n%s", diff, report)
				}
			})
		}
	}

	t.Logf("%d WebApps of examples", tried)

	if tried < 10 {
		t.Errorf("there are %d WebApps in examples", tried)
	}
}
