package main

import (
	"fmt"

	"gonum.org/v1/plot/plotter"

	"github.com/webapp-operator/function-webapp/test/chart"
)

// plotted are the processes that WebApps keep busy, in any scenario.
var plotted = []string{"kube-apiserver", "etcd", crossplane, function, "typed", "auto-ready", kro, "kube-controller-manager", "kube-scheduler", "kwok"}

// plot draws the run over time: WebApps, processor and memory, one below the
// other, and where phases begin.
func (r *Report) plot(file string) error {
	running := chart.Line{Name: "run", Ours: r.Scenario == ours}
	for _, s := range r.Samples {
		running.Points = append(running.Points, plotter.XY{X: s.Seconds, Y: float64(s.Running)})
	}

	processors, memory := chart.Panel{Axis: "busy processors"}, chart.Panel{Axis: "memory, MiB"}

	for _, name := range plotted {
		cpu, resident := chart.Line{Name: name, Ours: name == function}, chart.Line{Name: name, Ours: name == function}

		for i, s := range r.Samples {
			if _, there := s.ResidentBytes[name]; !there {
				continue
			}

			resident.Points = append(resident.Points, plotter.XY{X: s.Seconds, Y: float64(s.ResidentBytes[name]) / (1 << 20)})

			// Over five seconds: the kernel counts in hundredths of one.
			const over = 5
			if i >= over {
				before := r.Samples[i-over]
				cpu.Points = append(cpu.Points, plotter.XY{
					X: s.Seconds, Y: (s.CPUSeconds[name] - before.CPUSeconds[name]) / (s.Seconds - before.Seconds),
				})
			}
		}

		processors.Lines, memory.Lines = append(processors.Lines, cpu), append(memory.Lines, resident)
	}

	marks := make([]chart.Mark, 0, len(r.Phases))
	for _, p := range r.Phases {
		marks = append(marks, chart.Mark{At: p.Begins, Name: p.Name})
	}

	return chart.Lines(fmt.Sprintf("What %d WebApps of %d replicas do to a control plane of %d processors (%s)", r.N, r.Replicas, r.Machine.Processors, r.Scenario),
		"seconds since the first was applied", marks,
		chart.Panel{Axis: "WebApps that run", Lines: []chart.Line{running}}, processors, memory,
	).Write(file)
}

// plotWaits draws how many WebApps ran after how long, for each run.
func plotWaits(file string, reports []*Report) error {
	panel := chart.Panel{Axis: "WebApps that run, %", Ticks: []float64{0, 25, 50, 75, 99}}

	for _, r := range reports {
		panel.Lines = append(panel.Lines, chart.Line{
			Name:   fmt.Sprintf("%s, %d WebApps", r.Scenario, r.N),
			Ours:   r.Scenario == ours,
			Notes:  []string{fmt.Sprintf("median %.1f s", r.Waits.Median), fmt.Sprintf("99th percentile %.1f s", r.Waits.P99)},
			Points: r.Waits.shares(),
		})
	}

	return chart.Lines("How long a WebApp takes from apply to Running, when all are applied at once",
		"seconds since it was applied", nil, panel).Write(file)
}
