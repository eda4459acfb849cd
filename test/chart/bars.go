package chart

import (
	"cmp"
	"fmt"
	"image/color"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A Bar is what was found of one contestant.
type Bar struct {
	Name              string
	Median, Low, High float64
	Group             Group
}

// A Group is what a contestant is to us.
type Group string

// Groups have a colour each.
const (
	Ours Group = "this project"
	Peer Group = "does the same job"
	Part Group = "does a part of it"
	Idle Group = "does nothing"
)

var groups = []Group{Ours, Peer, Part, Idle}

func (g Group) color() color.Color {
	return map[Group]color.Color{Ours: blue, Peer: orange, Part: pale, Idle: grey}[g]
}

// Bars compares contestants, the least first.
func Bars(title, axis string, bars []Bar) (*Picture, error) {
	const thick = 14

	// The first of a plot is at its bottom.
	bars = slices.SortedStableFunc(slices.Values(bars), func(a, b Bar) int { return cmp.Compare(b.Median, a.Median) })

	p, legend := newPanel(axis, ""), newLegend()
	grid := plotter.NewGrid()
	grid.Horizontal.Width = 0
	p.Add(grid)

	names := make([]string, 0, len(bars))
	thumbs := map[Group]plot.Thumbnailer{}
	spread := errorBars{}
	labels := &plotter.Labels{Offset: vg.Point{X: 4}}

	for i, b := range bars {
		chart, err := plotter.NewBarChart(plotter.Values{b.Median}, thick)
		if err != nil {
			return nil, err
		}

		chart.Horizontal, chart.XMin, chart.Color = true, float64(i), b.Group.color()
		chart.Width, chart.LineStyle.Width = thick, 0.5
		p.Add(chart)

		thumbs[b.Group] = chart
		names = append(names, b.Name)
		spread.XYs = append(spread.XYs, plotter.XY{X: b.Median, Y: float64(i)})
		spread.XErrors = append(spread.XErrors, struct{ Low, High float64 }{b.Median - b.Low, b.High - b.Median})
		labels.XYs = append(labels.XYs, plotter.XY{X: b.High, Y: float64(i)})
		labels.Labels = append(labels.Labels, number(b.Median))
		labels.TextStyle = append(labels.TextStyle, centred(textStyle(small)))
	}

	whiskers, err := plotter.NewXErrorBars(spread)
	if err != nil {
		return nil, err
	}

	p.Add(whiskers, labels)
	p.NominalY(names...)
	p.Y.Tick.Label.Font = textStyle(normal).Font
	p.Y.Padding = 4 + widest(textStyle(normal), names)*(other-1)

	// The numbers are right of the whiskers.
	p.X.Min = 0
	p.X.Max *= 1.15

	for _, g := range groups {
		if thumb, there := thumbs[g]; there {
			legend.Add(string(g), thumb)
		}
	}

	picture := &Picture{title: title, panels: []*plot.Plot{p}, legends: []plot.Legend{legend}}
	picture.height = 3.2*vg.Centimeter + vg.Length(max(len(bars), 3))*0.8*vg.Centimeter
	picture.fit(11*vg.Centimeter + widest(textStyle(normal), names)*other)

	return picture, nil
}

// number has about three digits.
func number(v float64) string {
	switch {
	case v < 10:
		return fmt.Sprintf("%.2f", v)
	case v < 100:
		return fmt.Sprintf("%.1f", v)
	default:
		return fmt.Sprintf("%.0f", v)
	}
}

// fit makes the picture wide enough for its panels, its legends, its title, and
// what is below its axes.
func (p *Picture) fit(panels vg.Length) {
	legends, axes := vg.Length(0), vg.Length(0)

	for i := range p.panels {
		legends = max(legends, legendWidth(&p.legends[i]))
		axes = max(axes, p.panels[i].X.Label.TextStyle.Width(p.panels[i].X.Label.Text)*other)
	}

	p.width = 2*margin + max(max(panels, 2*axes-panels/2)+legends+2*margin, textStyle(normal+1).Width(p.title)*other)
}

func centred(s text.Style) text.Style {
	s.YAlign = draw.YCenter
	return s
}

// errorBars are points with what is around them.
type errorBars struct {
	plotter.XYs
	plotter.XErrors
}
