package chart

import (
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A Line is a series of points.
type Line struct {
	Name   string
	Points plotter.XYs
	Ours   bool

	// Notes are said of it in the legend.
	Notes []string
}

// A Panel is one of several pictures with the same X axis.
type Panel struct {
	// Axis is what its Y axis has, with the unit.
	Axis  string
	Lines []Line

	// Ticks are marked on the Y axis. Without any, they are chosen.
	Ticks []float64
}

// A Mark is where something begins.
type Mark struct {
	At   float64
	Name string
}

// Lines draws panels one below the other. Where marks are, there is a line
// through all of them, and a number in the first.
func Lines(title, axis string, marks []Mark, panels ...Panel) *Picture {
	picture := &Picture{title: title}
	end := 0.0

	for _, panel := range panels {
		p, legend := newPanel("", panel.Axis), newLegend()
		p.X.Padding, p.Y.Padding = 0, 0
		p.Add(plotter.NewGrid())
		panel.draw(p, &legend)

		// A flat line at the very top would be the frame. Without a point, there is
		// no end.
		p.Y.Max = max(1.05*p.Y.Max, 0.05)
		end = max(end, p.X.Max)

		if len(panel.Ticks) > 0 {
			p.Y.Tick.Marker = ticks(panel.Ticks)
		}

		picture.panels = append(picture.panels, p)
		picture.legends = append(picture.legends, legend)
	}

	for i, p := range picture.panels {
		p.X.Max = max(end, 1)
		mark(p, &picture.legends[i], marks, i == 0)
	}

	picture.panels[len(panels)-1].X.Label.Text = axis

	tallest := 6 * vg.Centimeter
	for i := range picture.legends {
		tallest = max(tallest, legendHeight(&picture.legends[i]))
	}

	picture.height = 2*vg.Centimeter + vg.Length(len(panels))*(tallest+vg.Centimeter)
	picture.fit(15 * vg.Centimeter)

	return picture
}

func (panel Panel) draw(p *plot.Plot, legend *plot.Legend) {
	own, others := 0, 0

	for _, l := range panel.Lines {
		if len(l.Points) == 0 {
			continue
		}

		style := draw.LineStyle{Width: 1.1, Color: palette[others%len(palette)], Dashes: dashes[others%len(dashes)]}
		if l.Ours {
			style = draw.LineStyle{Width: 2.2, Color: blue, Dashes: dashes[own%len(dashes)]}
			own++
		} else {
			others++
		}

		line := &plotter.Line{XYs: l.Points, StepStyle: plotter.PostStep, LineStyle: style}
		p.Add(line)

		if l.Name != "" {
			legend.Add(l.Name, line)
		}

		for _, note := range l.Notes {
			legend.Add("   " + note)
		}
	}
}

func mark(p *plot.Plot, legend *plot.Legend, marks []Mark, numbered bool) {
	if numbered && len(marks) > 0 {
		p.Y.Max *= 1.1
	}

	numbers := &plotter.Labels{Offset: vg.Point{X: 2, Y: -2}}
	style := textStyle(small - 1)
	style.YAlign = draw.YTop

	for i, m := range marks {
		p.Add(&plotter.Line{
			XYs:       plotter.XYs{{X: m.At, Y: 0}, {X: m.At, Y: p.Y.Max}},
			LineStyle: draw.LineStyle{Width: 0.7, Color: dark, Dashes: []vg.Length{2, 2}},
		})

		numbers.XYs = append(numbers.XYs, plotter.XY{X: m.At, Y: p.Y.Max})
		numbers.Labels = append(numbers.Labels, strconv.Itoa(i+1))
		numbers.TextStyle = append(numbers.TextStyle, style)

		if numbered {
			legend.Add(strconv.Itoa(i+1) + "  " + m.Name)
		}
	}

	if numbered && len(marks) > 0 {
		p.Add(numbers)
	}
}
