package chart

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/font/liberation"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"
)

const long = "patch-and-transform + auto-ready of somebody"

func bars(t *testing.T, n int) *Picture {
	t.Helper()

	all := make([]Bar, 0, n)
	for i := range n {
		v := math.Pow(3, float64(i)) / 3
		all = append(all, Bar{Name: fmt.Sprintf("%s %d", long, i), Median: v, Low: v * 0.7, High: v * 1.5, Group: groups[i%len(groups)]})
	}

	p, err := Bars("A title that says at some length what one is about to see, and of what it is", "× the noop, of which one says a lot, too", all)
	if err != nil {
		t.Fatal(err)
	}

	return p
}

// lines are some that begin late, and end where the others do.
func lines(n int, begin float64) *Picture {
	panel := Panel{Axis: "processors"}

	for i := range n {
		l := Line{Name: fmt.Sprintf("%s %d", long, i), Ours: i%3 == 0, Notes: []string{"median 74.2 s", "99th percentile 100.3 s"}}
		for x := begin; x <= 600; x++ {
			l.Points = append(l.Points, plotter.XY{X: x, Y: float64(i) + math.Sin(x/20)})
		}

		panel.Lines = append(panel.Lines, l)
	}

	marks := []Mark{{0, "apply to Running"}, {100, "settle"}, {112, "another image"}, {250, "quiet, TTL 10m"}, {430, "TTL to 1m"}, {445, "quiet, TTL 1m"}}

	return Lines("What 300 WebApps of two replicas do to a control plane", "time since the first was applied, s", marks, panel, panel)
}

func pictures(t *testing.T) map[string]*Picture {
	t.Helper()

	single := Panel{Axis: "WebApps that run, %", Ticks: []float64{0, 25, 50, 75, 99}, Lines: []Line{{Name: "webapp, 1", Ours: true, Points: plotter.XYs{{}, {X: 3.2, Y: 100}}, Notes: []string{"median 3.2 s"}}}}

	return map[string]*Picture{
		"OneBar": bars(t, 1), "SixBars": bars(t, 6), "TenBars": bars(t, 10),
		"OneLine": lines(1, 5), "SixLines": lines(6, 5), "LateLines": lines(3, 300),
		"Share": Lines("How long WebApps took", "s", nil, single),
		"Empty": Lines("Nothing was seen", "s", nil, Panel{Axis: "running", Lines: []Line{{Name: "nobody"}}}),
	}
}

// TestInside holds that every text is on the canvas, also with the font of a
// viewer that has not ours, and that no two lie on each other.
func TestInside(t *testing.T) {
	for name, p := range pictures(t) {
		t.Run(name, func(t *testing.T) {
			texts, _ := drawn(p)
			canvas := vg.Rectangle{Max: vg.Point{X: p.width, Y: p.height}}

			for i, a := range texts {
				if a.Min.X < canvas.Min.X || a.Min.Y < canvas.Min.Y || a.Max.X > canvas.Max.X || a.Max.Y > canvas.Max.Y {
					t.Errorf("%q is at %v, and the canvas ends at %v", a.text, a.Rectangle, canvas.Max)
				}

				for _, b := range texts[i+1:] {
					if overlap(a.Rectangle, b.Rectangle) {
						t.Errorf("%q at %v lies on %q at %v", a.text, a.Rectangle, b.text, b.Rectangle)
					}
				}
			}
		})
	}
}

// TestLegends holds that what they say is beside the data, and in the space that
// is theirs.
func TestLegends(t *testing.T) {
	for name, p := range pictures(t) {
		t.Run(name, func(t *testing.T) {
			texts, l := drawn(p)

			for _, legend := range l.legends {
				for _, data := range l.data {
					if overlap(legend, data) {
						t.Errorf("the legend at %v lies on the data at %v", legend, data)
					}
				}
			}

			for _, a := range texts {
				if !strings.HasPrefix(a.text, long) || a.Min.X < l.data[0].Max.X {
					continue
				}

				if !slices.ContainsFunc(l.legends, func(r vg.Rectangle) bool { return inside(a.Rectangle, r) }) {
					t.Errorf("%q at %v is outside of the legends at %v", a.text, a.Rectangle, l.legends)
				}
			}
		})
	}
}

// TestZero holds that where the data begins on the X axis stands 0, however late
// the first point is, and that names of bars end before it.
func TestZero(t *testing.T) {
	for name, p := range pictures(t) {
		t.Run(name, func(t *testing.T) {
			texts, l := drawn(p)

			for _, data := range l.data {
				if !slices.ContainsFunc(texts, func(a written) bool {
					number, err := strconv.ParseFloat(a.text, 64)
					return err == nil && number == 0 && a.Max.Y < data.Min.Y && a.Min.X <= data.Min.X && a.Max.X >= data.Min.X
				}) {
					t.Errorf("there is no 0 below where the data begins, at %v", data.Min)
				}

				for _, a := range texts {
					if a.Min.X < data.Min.X && a.Max.X > data.Min.X && a.Min.Y > data.Min.Y && a.Max.Y < data.Max.Y {
						t.Errorf("%q reaches into the data", a.text)
					}
				}
			}
		})
	}
}

// TestSorted holds that the least is on top, whatever the order was.
func TestSorted(t *testing.T) {
	p, err := Bars("", "", []Bar{{Name: "middle", Median: 2, Group: Peer}, {Name: "most", Median: 3, Group: Idle}, {Name: "least", Median: 1, Group: Ours}})
	if err != nil {
		t.Fatal(err)
	}

	texts, _ := drawn(p)
	slices.SortFunc(texts, func(a, b written) int { return int(math.Copysign(1, float64(b.Min.Y-a.Min.Y))) })

	var got []string

	for _, a := range texts {
		if slices.Contains([]string{"least", "middle", "most"}, a.text) {
			got = append(got, a.text)
		}
	}

	if want := []string{"least", "middle", "most"}; !slices.Equal(got, want) {
		t.Errorf("from top to bottom: want %v, got %v", want, got)
	}
}

// TestTold holds that no two lines of a panel look alike where there is no
// colour: ours are thick, and of the same width no two have the same dashes.
func TestTold(t *testing.T) {
	p := lines(9, 0)
	canvas := &recorder.Canvas{}
	p.legends[0].Draw(draw.NewCanvas(canvas, p.width, p.height))

	var style, dash string

	seen := map[string]bool{}

	for _, action := range canvas.Actions {
		switch a := action.(type) {
		case *recorder.SetLineWidth:
			style = fmt.Sprint(a.Width)
		case *recorder.SetLineDash:
			dash = fmt.Sprint(a.Dashes)
		case *recorder.Stroke:
			if seen[style+dash] {
				t.Errorf("two lines are %s wide with dashes %s", style, dash)
			}

			seen[style+dash] = true
		}
	}

	if len(seen) != 9 {
		t.Errorf("want nine lines in the legend, got %d", len(seen))
	}
}

// TestWrite holds that what is written names fonts that a viewer may have. With
// PICTURES, a folder, the pictures of all tests are there afterwards, to look at.
func TestWrite(t *testing.T) {
	folder := os.Getenv("PICTURES")
	if folder == "" {
		folder = t.TempDir()
	}

	for name, p := range pictures(t) {
		file := filepath.Join(folder, name+".svg")
		if err := p.Write(file); err != nil {
			t.Fatal(err)
		}

		svg, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}

		if got, want := strings.Count(string(svg), "Arial,Helvetica,sans-serif"), strings.Count(string(svg), "<text"); got != want {
			t.Errorf("%s: %d texts, and %d of them name other fonts", name, want, got)
		}
	}
}

// written is a text, and the space that it may take.
type written struct {
	text string
	vg.Rectangle
}

// drawn draws a picture, and returns its texts and where things are. What gonum
// draws is moved, and turned by a quarter.
func drawn(p *Picture) ([]written, layout) {
	type state struct {
		origin vg.Point
		turned bool
	}

	canvas := &recorder.Canvas{}
	l := p.draw(draw.NewCanvas(canvas, p.width, p.height))
	fonts := font.NewCache(liberation.Collection())

	var (
		texts []written
		now   state
		stack []state
	)

	for _, action := range canvas.Actions {
		switch a := action.(type) {
		case *recorder.Push:
			stack = append(stack, now)
		case *recorder.Pop:
			now, stack = stack[len(stack)-1], stack[:len(stack)-1]
		case *recorder.Translate:
			now.origin = now.origin.Add(turn(a.Point, now.turned))
		case *recorder.Rotate:
			now.turned = now.turned != (a.Angle != 0)
		case *recorder.FillString:
			face := fonts.Lookup(a.Font, a.Size)
			from := now.origin.Add(turn(a.Point, now.turned))
			size := turn(vg.Point{X: face.Width(a.String) * other, Y: face.Extents().Ascent}, now.turned)
			to := from.Add(size)
			texts = append(texts, written{a.String, vg.Rectangle{
				Min: vg.Point{X: min(from.X, to.X), Y: min(from.Y, to.Y)},
				Max: vg.Point{X: max(from.X, to.X), Y: max(from.Y, to.Y)},
			}})
		}
	}

	return texts, l
}

func turn(p vg.Point, turned bool) vg.Point {
	if turned {
		return vg.Point{X: -p.Y, Y: p.X}
	}

	return p
}

func inside(a, b vg.Rectangle) bool {
	return a.Min.X >= b.Min.X && a.Max.X <= b.Max.X && a.Min.Y >= b.Min.Y && a.Max.Y <= b.Max.Y
}

func overlap(a, b vg.Rectangle) bool {
	return a.Min.X < b.Max.X && b.Min.X < a.Max.X && a.Min.Y < b.Max.Y && b.Min.Y < a.Max.Y
}

// TestTicks holds that few round numbers are beside a panel, up to the greatest value.
func TestTicks(t *testing.T) {
	for name, tc := range map[string]struct {
		reason  string
		most    float64
		counted bool
		want    []float64
	}{
		"Nothing":  {"Where nothing is, there is room for something.", 0, false, []float64{0, 0.25, 0.5, 0.75, 1}},
		"Round":    {"The greatest may be the last.", 4, true, []float64{0, 1, 2, 3, 4}},
		"Between":  {"The last is not less than the greatest.", 3.2, false, []float64{0, 1, 2, 3, 4}},
		"Whole":    {"What is counted has no half.", 1, true, []float64{0, 1}},
		"Many":     {"There are few.", 90, true, []float64{0, 25, 50, 75, 100}},
		"Fraction": {"Less than one is divided as well.", 0.03, false, []float64{0, 0.01, 0.02, 0.03}},
	} {
		t.Run(name, func(t *testing.T) {
			got := Ticks(tc.most, tc.counted)
			for i := range got {
				got[i] = math.Round(got[i]*1e6) / 1e6
			}

			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("\n%s\nTicks(%v, %t): -want, +got:\n%s", tc.reason, tc.most, tc.counted, diff)
			}
		})
	}
}
