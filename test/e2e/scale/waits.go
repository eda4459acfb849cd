package main

import (
	"slices"

	"gonum.org/v1/plot/plotter"
)

// Waits are how long single WebApps took from apply to when they first said that
// they run, in seconds.
type Waits struct {
	Median float64 `json:"medianSeconds"`
	P99    float64 `json:"p99Seconds"`
	Most   float64 `json:"mostSeconds"`

	// Each is sorted.
	Each []float64 `json:"eachSeconds"`
}

func newWaits(seconds []float64) Waits {
	w := Waits{Each: slices.Sorted(slices.Values(seconds))}

	if len(w.Each) > 0 {
		w.Median, w.P99, w.Most = w.percentile(50), w.percentile(99), w.percentile(100)
	}

	return w
}

// percentile is the smallest that n of 100 do not exceed.
func (w Waits) percentile(n int) float64 { return w.Each[(len(w.Each)*n+99)/100-1] }

// shares are how many of 100 ran after so many seconds.
func (w Waits) shares() plotter.XYs {
	points := make(plotter.XYs, 1, 1+len(w.Each))

	for i, s := range w.Each {
		points = append(points, plotter.XY{X: s, Y: 100 * float64(i+1) / float64(len(w.Each))})
	}

	return points
}
