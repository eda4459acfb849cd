package main

import (
	"fmt"
	"os"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// plotted are the processes that WebApps keep busy.
var plotted = []string{"kube-apiserver", "etcd", crossplane, function, "kube-controller-manager", "kube-scheduler", "kwok"}

// plot draws the run over time: WebApps, processor and memory, one below the
// other.
func (r *Report) plot(file string) error {
	const width, height = 22 * vg.Centimeter, 28 * vg.Centimeter

	running := make(plotter.XYs, 0, len(r.Samples))
	for _, s := range r.Samples {
		running = append(running, plotter.XY{X: s.Seconds, Y: float64(s.Running)})
	}

	webApps, err := panel(fmt.Sprintf("%d WebApps of %d replicas (%s)", r.N, r.Replicas, r.Scenario), "running", map[string]plotter.XYs{"": running}, []string{""})
	if err != nil {
		return err
	}

	processor, memory := map[string]plotter.XYs{}, map[string]plotter.XYs{}

	for _, name := range plotted {
		for i, s := range r.Samples {
			memory[name] = append(memory[name], plotter.XY{X: s.Seconds, Y: float64(s.ResidentBytes[name]) / (1 << 20)})

			// Over five seconds: the kernel counts in hundredths of one.
			const over = 5
			if i >= over {
				before := r.Samples[i-over]
				processor[name] = append(processor[name], plotter.XY{
					X: s.Seconds, Y: (s.CPUSeconds[name] - before.CPUSeconds[name]) / (s.Seconds - before.Seconds),
				})
			}
		}
	}

	processors, err := panel("", "processors", processor, plotted)
	if err != nil {
		return err
	}

	memories, err := panel("", "memory, MiB", memory, plotted)
	if err != nil {
		return err
	}

	memories.X.Label.Text = "seconds since the first was applied"

	canvas := vgsvg.New(width, height)
	panels := [][]*plot.Plot{{webApps}, {processors}, {memories}}

	for i, row := range plot.Align(panels, draw.Tiles{Rows: len(panels), Cols: 1, PadY: 5 * vg.Millimeter, PadRight: 5 * vg.Millimeter}, draw.New(canvas)) {
		panels[i][0].Draw(row[0])
	}

	out, err := os.Create(file)
	if err != nil {
		return err
	}
	defer out.Close() //nolint:errcheck // What was not written is an error before.

	_, err = canvas.WriteTo(out)

	return err
}

// panel is one plot of lines over time.
func panel(title, unit string, lines map[string]plotter.XYs, order []string) (*plot.Plot, error) {
	p := plot.New()
	p.Title.Text, p.Y.Label.Text, p.Y.Min = title, unit, 0
	p.Legend.Top = true
	p.Add(plotter.NewGrid())

	for i, name := range order {
		if len(lines[name]) == 0 {
			continue
		}

		line, err := plotter.NewLine(lines[name])
		if err != nil {
			return nil, err
		}

		// After five, colours begin to look alike.
		line.Color, line.Dashes = plotutil.Color(i%5), plotutil.Dashes(i/5)
		p.Add(line)

		if name != "" {
			p.Legend.Add(name, line)
		}
	}

	return p, nil
}
