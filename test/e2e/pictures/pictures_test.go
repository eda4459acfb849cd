package pictures

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const root = "../../.."

func must(t *testing.T, err error) {
	t.Helper()

	if err != nil {
		t.Fatal(err)
	}
}

// words returns the texts of a picture that have a class, or all of them. It must be XML.
func words(t *testing.T, svg []byte, class string) []string {
	t.Helper()

	var all []string

	for in := xml.NewDecoder(bytes.NewReader(svg)); ; {
		token, err := in.Token()
		if errors.Is(err, io.EOF) {
			return all
		}

		must(t, err)

		if start, is := token.(xml.StartElement); is && start.Name.Local == "text" {
			element := struct {
				Class string `xml:"class,attr"`
				Words string `xml:",chardata"`
			}{}
			must(t, in.DecodeElement(&element, &start))

			if class == "" || slices.Contains(strings.Fields(element.Class), class) {
				all = append(all, element.Words)
			}
		}
	}
}

// shown returns a picture of the page.
func shown(t *testing.T, picture string) []byte {
	t.Helper()

	page, err := os.ReadFile(filepath.Join(root, Page))
	must(t, err)

	if !strings.Contains(string(page), "]("+picture+")") {
		t.Errorf("%s does not show %s", Page, picture)
	}

	svg, err := os.ReadFile(filepath.Join(root, filepath.Dir(Page), picture))
	must(t, err)

	return svg
}

// TestShown holds that the page shows the panels that there are, and what a span has.
func TestShown(t *testing.T) {
	d, err := ReadDashboard(filepath.Join(root, DashboardFile))
	must(t, err)

	panels := make([]string, 0, len(d.Panels))
	for _, panel := range d.Panels {
		panels = append(panels, panel.Title)
	}

	if diff := cmp.Diff(panels, words(t, shown(t, DashboardPicture), "title")); diff != "" {
		t.Errorf("run make pictures: panels of %s and of docs/%s: -want, +got:\n%s", DashboardFile, DashboardPicture, diff)
	}

	tags := words(t, shown(t, TracePicture), "key")
	for _, want := range Promised {
		if !slices.Contains(tags, want) {
			t.Errorf("run make pictures: docs/%s has no %s", TracePicture, want)
		}
	}
}

// TestUnits holds that values are written as people read them.
func TestUnits(t *testing.T) {
	for _, tc := range []struct {
		kind  string
		value float64
		want  string
	}{
		{"short", 3, "3"},
		{"percentunit", 0, "0%"},
		{"percentunit", 0.051, "5.1%"},
		{"s", 0.00042, "420 µs"},
		{"s", 0.0012, "1.2 ms"},
		{"s", 315_000_000, "10 years"},
		{"bytes", 44_040_192, "42 MiB"},
		{"cps", 1.25, "1.3/s"},
		{"cps", 0, "0"},
	} {
		if got := unitOf(tc.kind, tc.value).format(tc.value, 1); got != tc.want {
			t.Errorf("%v %s: want %q, got %q", tc.value, tc.kind, tc.want, got)
		}
	}
}

// TestDraw draws lines with gaps, one on the other, and what has none. With PICTURES, a
// folder, what is drawn is there afterwards, to look at.
func TestDraw(t *testing.T) {
	d, err := ReadDashboard(filepath.Join(root, DashboardFile))
	must(t, err)

	began := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	run := Run{Began: began, Step: 2 * time.Second, Panels: map[int]Shown{}, Marks: []Mark{
		{began.Add(10 * time.Second), "WebApps are created"}, {began.Add(50 * time.Second), "one gets another image"}, {began.Add(2 * time.Minute), "<b>&'\" one is deleted"},
	}}

	for _, panel := range d.Panels {
		shown := Shown{}

		for i := range min(panel.ID%4+1, 3) {
			l := Line{Name: []string{"Running", "Pending", "Failed"}[i]}
			for x := range 90 {
				l.Values = append(l.Values, 0.001*(2+math.Sin(float64(x)/9))/float64(i+1))
			}

			l.Values[20+i], l.Values[22+i] = math.NaN(), math.NaN()
			shown.Lines = append(shown.Lines, l)
		}

		if panel.ID == 8 {
			shown.Exemplars = append(shown.Exemplars, Exemplar{At: began.Add(30 * time.Second), Value: 0.002}, Exemplar{At: began.Add(time.Minute), Value: 0.004})
		}

		run.Panels[panel.ID] = shown
	}

	dashboard, err := d.Draw(run)
	must(t, err)

	trace, err := (&Trace{
		ID: "0af7651916cd43dd8448eb211c80319c",
		Spans: []Span{
			{Operation: "webapp.reconcile", Start: began.UnixMicro(), Duration: 412, Process: "p1", Tags: []Tag{{"webapp.reason", "Creating"}, {"error", true}, {"long", strings.Repeat("é", 200)}}},
		},
		Processes: map[string]Process{"p1": {Service: "webapp-operator", Tags: []Tag{{"service.version", "v0.2.0"}}}},
	}).Draw()
	must(t, err)

	for name, svg := range map[string][]byte{DashboardPicture: dashboard, TracePicture: trace} {
		if strings.Contains(string(svg), "NaN") || strings.Contains(string(svg), "Inf") {
			t.Errorf("%s has something nowhere", name)
		}

		if len(words(t, svg, "")) == 0 {
			t.Errorf("%s says nothing", name)
		}

		if folder := os.Getenv("PICTURES"); folder != "" {
			must(t, os.WriteFile(filepath.Join(folder, "drawn-"+name), svg, 0o600))
		}
	}

	if got := words(t, dashboard, ""); !slices.Contains(got, "3  <b>&'\" one is deleted") {
		t.Errorf("want the words of a mark as they are, got %q", got)
	}
}
