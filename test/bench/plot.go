package main

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// plot draws CPU per call of the typical request as multiples of the noop's,
// with the least and the most of any round. Without a noop there is no plot.
func (r *results) plot(path string) error {
	var (
		bars   plotter.Values
		spread errorBars
		names  []string
	)

	for _, row := range r.rows() {
		s, ok := r.ratio("typical", cpu, row.steps, []string{"noop"})
		if !ok {
			continue
		}

		spread.XYs = append(spread.XYs, plotter.XY{X: s.median, Y: float64(len(bars))})
		spread.XErrors = append(spread.XErrors, struct{ Low, High float64 }{s.median - s.low, s.high - s.median})
		bars = append(bars, s.median)
		names = append(names, row.name)
	}

	if len(bars) == 0 {
		return nil
	}

	p := plot.New()
	p.Title.Text = "Server CPU per call, typical request, 16 callers"
	p.X.Label.Text = "× noop (function-sdk-go, returns its input)"
	p.X.Min = 0
	p.NominalY(names...)

	chart, err := plotter.NewBarChart(bars, vg.Points(14))
	if err != nil {
		return err
	}

	chart.Horizontal = true
	chart.LineStyle.Width = 0
	chart.Color = color.RGBA{R: 0x3b, G: 0x74, B: 0xb8, A: 0xff}

	whiskers, err := plotter.NewXErrorBars(spread)
	if err != nil {
		return err
	}

	p.Add(plotter.NewGrid(), chart, whiskers)
	p.X.Max *= 1.05

	return p.Save(16*vg.Centimeter, vg.Length(3+len(bars))*vg.Centimeter, path)
}

// errorBars are points with what is around them.
type errorBars struct {
	plotter.XYs
	plotter.XErrors
}
