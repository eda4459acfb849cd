package chart

import (
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
)

// Ticks are a few round numbers from 0 until there is nothing above. What is
// counted has no half.
func Ticks(most float64, counted bool) []float64 {
	const steps = 4

	if most <= 0 {
		most = 1
	}

	step := 0.0
	magnitude := math.Pow(10, math.Floor(math.Log10(most/steps)))

	for _, factor := range []float64{1, 2, 2.5, 5, 10} {
		step = factor * magnitude
		if step*steps >= most && (!counted || step == math.Trunc(step)) {
			break
		}
	}

	if counted {
		step = max(step, 1)
	}

	out := []float64{0}
	for len(out) < 2 || out[len(out)-1] < most {
		out = append(out, step*float64(len(out)))
	}

	return out
}

// ticks are where an axis has numbers.
type ticks []float64

// Ticks implements plot.Ticker.
func (t ticks) Ticks(_, _ float64) []plot.Tick {
	// A multiple of 0.1 is not always what one would write.
	const precise = 1e9

	all := make([]plot.Tick, 0, len(t))
	for _, v := range t {
		all = append(all, plot.Tick{Value: v, Label: strconv.FormatFloat(math.Round(v*precise)/precise, 'f', -1, 64)})
	}

	return all
}

// few are the ticks of an axis that begins at 0 and says nothing of its own.
type few struct{}

// Ticks implements plot.Ticker.
func (few) Ticks(_, most float64) []plot.Tick {
	within := slices.DeleteFunc(Ticks(most, false), func(v float64) bool { return v > most })

	return ticks(within).Ticks(0, most)
}
