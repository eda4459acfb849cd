package convert

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "take what is converted now for what is wanted")

// TestCharts holds what comes of charts that others have written, as Helm renders them, and
// the table in docs/convert.md.
func TestCharts(t *testing.T) {
	folders, err := filepath.Glob("testdata/charts/*")
	if err != nil || len(folders) < 10 {
		t.Fatalf("there are %d charts: %v", len(folders), err)
	}

	table := &strings.Builder{}

	for _, folder := range folders {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			out := &bytes.Buffer{}

			all, err := readAll(filepath.Join(folder, "manifests.yaml"), nil)
			if err != nil {
				t.Fatal(err)
			}

			made, err := convert(t.Context(), all)
			if err != nil {
				t.Fatal(err)
			}

			if err := made.writeWebApps(out); err != nil {
				t.Fatal(err)
			}

			golden(t, filepath.Join(folder, "webapps.yaml.want"), out.Bytes())
			golden(t, filepath.Join(folder, "report.txt"), []byte(made.String()))
			table.WriteString(rowsOf(t, folder, made))
		})
	}

	const page = "../../docs/convert.md"

	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}

	rows := regexp.MustCompile(`(?m)^\| \[[^\n]*\n(?:\|[^\n]*\n)*`)
	golden(t, page, rows.ReplaceAllLiteral(data, []byte(table.String())))
}

// golden compares with what a file has, or writes it.
func golden(t *testing.T, path string, got []byte) {
	t.Helper()

	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}

	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}

	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s: -want, +got (make golden takes what there is):\n%s", path, diff)
	}
}

// rowsOf are the rows of a chart in the table.
func rowsOf(t *testing.T, folder string, made *result) string {
	t.Helper()

	data, err := os.ReadFile(filepath.Join(folder, "manifests.yaml"))
	if err != nil {
		t.Fatal(err)
	}

	chart := regexp.MustCompile(`# Chart: (\S+) (\S+)\n# Source: (\S+)\n`).FindSubmatch(data)
	if chart == nil {
		t.Fatal("it does not say where the chart is from")
	}

	rows := &strings.Builder{}

	for _, r := range made.reports {
		var why []string

		for _, line := range r.cannot {
			field, _, _ := strings.Cut(line, ": ")
			why = append(why, "`"+strings.TrimPrefix(field, "Deployment spec.template.")+"`")
		}

		if r.failed != "" {
			why = []string{r.failed}
		}

		fmt.Fprintf(rows, "| [%s](%s) %s | `%s` | %s | %d | %s |\n", chart[1], chart[3], chart[2], r.name, r.outcome(), r.same, strings.Join(why, ", "))
	}

	return rows.String()
}
