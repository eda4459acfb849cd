package pictures

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"time"
)

// A Dashboard is what is read of Grafana's.
type Dashboard struct {
	Title      string `json:"title"`
	Templating struct {
		List []Variable `json:"list"`
	} `json:"templating"`
	Panels []Panel `json:"panels"`
}

// A Variable is what somebody may choose above the panels.
type Variable struct {
	Name string `json:"name"`
	Type string `json:"type"`

	// Query is an object where the type is query.
	Query json.RawMessage `json:"query"`

	// AllValue is what is chosen at first, where all may be.
	AllValue string `json:"allValue"`
}

// A Panel shows what some expressions are.
type Panel struct {
	ID      int    `json:"id"`
	Type    string `json:"type"`
	Title   string `json:"title"`
	GridPos struct {
		X float64 `json:"x"`
		Y float64 `json:"y"`
		W float64 `json:"w"`
		H float64 `json:"h"`
	} `json:"gridPos"`
	FieldConfig struct {
		Defaults struct {
			Unit       string `json:"unit"`
			Thresholds struct {
				Steps []struct {
					Color string   `json:"color"`
					Value *float64 `json:"value"`
				} `json:"steps"`
			} `json:"thresholds"`
			Custom struct {
				Stacking struct {
					Mode string `json:"mode"`
				} `json:"stacking"`
			} `json:"custom"`
		} `json:"defaults"`
	} `json:"fieldConfig"`
	Options struct {
		TextMode string `json:"textMode"`
	} `json:"options"`
	Targets []Target `json:"targets"`
}

// A Target is an expression of a panel.
type Target struct {
	Expr         string `json:"expr"`
	LegendFormat string `json:"legendFormat"`
	Exemplar     bool   `json:"exemplar"`
}

// A Run is what the panels show of some time.
type Run struct {
	// Began is when it began, and Step is the time from one value of a line to the next.
	Began time.Time
	Step  time.Duration

	// Marks are what was done.
	Marks []Mark

	// Panels are what each has, by its ID.
	Panels map[int]Shown
}

// A Mark is when something was done.
type Mark struct {
	At   time.Time
	What string
}

// Shown is what one panel has.
type Shown struct {
	Lines     []Line
	Exemplars []Exemplar
}

// A Line has a value for each step, which is NaN where there is none.
type Line struct {
	Name   string
	Values []float64
}

// An Exemplar is one call of those that a line is made of.
type Exemplar struct {
	At      time.Time
	Value   float64
	TraceID string
}

// ReadDashboard reads a dashboard.
func ReadDashboard(file string) (*Dashboard, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}

	d := &Dashboard{}

	return d, json.Unmarshal(content, d)
}

// Sizes of the dashboard: of one of Grafana's 24 columns, and of one of its rows.
const (
	column, row      = 40.0, 25.0
	border, gap      = 12.0, 8.0
	heading, caption = 46.0, 20.0
)

// Draw draws the panels, where Grafana has them.
func (d *Dashboard) Draw(run Run) ([]byte, error) {
	p, bottom := &picture{Title: d.Title + ": what its panels show of a run"}, 0.0

	for _, panel := range d.Panels {
		bottom = max(bottom, heading+row*(panel.GridPos.Y+panel.GridPos.H))
	}

	width := 2*border + 24*column - gap
	height := bottom + caption*math.Ceil(float64(len(run.Marks))/2) + border

	p.Width, p.Height = px(width), px(height)
	p.box("page", 0, 0, width, height, 0)
	p.text("name", border, 30, d.Title)

	for _, panel := range d.Panels {
		at := panel.GridPos
		panel.draw(p, run, frame{border + column*at.X, heading + row*at.Y, column*at.W - gap, row*at.H - gap})
	}

	for i, m := range run.Marks {
		p.text("dim", border+12*column*float64(i%2), bottom+caption*float64(1+i/2)-4, fmt.Sprintf("%d  %s", i+1, m.What))
	}

	return p.svg()
}

// A frame is where something is drawn.
type frame struct{ x, y, width, height float64 }

func (panel Panel) draw(p *picture, run Run, at frame) {
	p.box("panel", at.x, at.y, at.width, at.height, 4)
	p.text("title", at.x+10, at.y+21, panel.Title)

	if panel.Type == "stat" {
		panel.drawStat(p, run, at)
		return
	}

	panel.drawLines(p, run, at)
}

// drawStat draws the last value of each line.
func (panel Panel) drawStat(p *picture, run Run, at frame) {
	lines := run.Panels[panel.ID].Lines

	for i, l := range lines {
		last, found := l.last()
		if !found {
			continue
		}

		x, y := at.x+at.width*(float64(i)+0.5)/float64(len(lines)), at.y+64

		if panel.Options.TextMode == "value_and_name" {
			p.text("small middle dim", x, at.y+80, l.Name)

			y = at.y + 58
		}

		p.text("value middle "+panel.colour(last), x, y, unitOf(panel.FieldConfig.Defaults.Unit, last).format(last, 1))
	}
}

// last is the last value that there is.
func (l Line) last() (float64, bool) {
	for _, v := range slices.Backward(l.Values) {
		if !math.IsNaN(v) {
			return v, true
		}
	}

	return 0, false
}

// colour is that of the last threshold that a value has reached.
func (panel Panel) colour(value float64) string {
	colour := ""

	for _, step := range panel.FieldConfig.Defaults.Thresholds.Steps {
		if step.Value == nil || value >= *step.Value {
			colour = step.Color
		}
	}

	return colour
}

// drawLines draws the lines over the time of the run, one on the other if that is how
// the panel has them.
func (panel Panel) drawLines(p *picture, run Run, at frame) {
	shown := run.Panels[panel.ID]
	low, high := panel.heights(shown.Lines)

	a := newAxes(panel.FieldConfig.Defaults.Unit, run, frame{at.x + 52, at.y + 48, at.width - 66, at.height - 94}, shown, high)
	a.draw(p, run)

	x := at.x + 12

	for i, l := range shown.Lines {
		for from, to := range stretches(l.Values) {
			upper, lower := a.points(from, high[i][from:to]), a.points(from, low[i][from:to])
			slices.Reverse(lower)
			p.area(fmt.Sprintf("area area%d", i%colours), append(slices.Clone(upper), lower...)...)
			p.line(fmt.Sprintf("line line%d", i%colours), upper...)
		}

		y := at.y + at.height - 14
		p.line(fmt.Sprintf("line line%d", i%colours), point{x, y - 4}, point{x + 20, y - 4})
		p.text("small", x+26, y, l.Name)

		x += 26 + 16 + letter*float64(len(l.Name))
	}

	for _, e := range shown.Exemplars {
		p.diamond(a.at(e.At.Sub(run.Began), e.Value))
	}

	if len(shown.Exemplars) > 0 {
		p.diamond(point{x + 4, at.y + at.height - 18})
		p.text("small", x+12, at.y+at.height-14, "one call, with its trace")
	}
}

const (
	// colours is how many lines look different.
	colours = 4

	// letter is about how wide one of the small letters is. Viewers have fonts of their own.
	letter = 6
)

func (p *picture) diamond(at point) {
	const half = 3

	p.area("exemplar", point{at.x - half, at.y}, point{at.x, at.y - half}, point{at.x + half, at.y}, point{at.x, at.y + half})
}

// heights are from where to where each line is filled.
func (panel Panel) heights(lines []Line) (low, high [][]float64) {
	sum := map[int]float64{}

	for _, l := range lines {
		from, to := make([]float64, len(l.Values)), make([]float64, len(l.Values))

		for i, v := range l.Values {
			from[i], to[i] = sum[i], sum[i]+v

			if panel.FieldConfig.Defaults.Custom.Stacking.Mode == "normal" && !math.IsNaN(v) {
				sum[i] += v
			}
		}

		low, high = append(low, from), append(high, to)
	}

	return low, high
}

// stretches are from where to where there are values.
func stretches(values []float64) func(yield func(from, to int) bool) {
	return func(yield func(from, to int) bool) {
		from := 0

		for to := 0; to <= len(values); to++ {
			if to < len(values) && !math.IsNaN(values[to]) {
				continue
			}

			if to > from && !yield(from, to) {
				return
			}

			from = to + 1
		}
	}
}
