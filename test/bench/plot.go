package main

import (
	"fmt"
	"slices"

	"github.com/webapp-operator/function-webapp/test/chart"
)

// plot draws CPU per call of the typical request as multiples of the noop's,
// with the least and the most of any round. Without a noop there is no plot.
func (r *results) plot(path string) (drawn bool, err error) {
	var bars []chart.Bar

	for _, row := range r.rows() {
		if s, ok := r.ratio("typical", cpu, row.steps, []string{"noop"}); ok {
			bars = append(bars, chart.Bar{Name: row.name, Median: s.median, Low: s.low, High: s.high, Group: r.group(row)})
		}
	}

	if len(bars) == 0 {
		return false, nil
	}

	picture, err := chart.Bars(
		"What a call costs the server: CPU of the typical request, as multiples of a function that does nothing",
		fmt.Sprintf("CPU per call ÷ that of noop; %d callers, median, least and most of %d rounds of %s", callers, r.Rounds, r.Phase),
		bars)
	if err != nil {
		return false, err
	}

	return true, picture.Write(path)
}

// group says how a row compares: of a pipeline, that of its first step.
func (r *results) group(row row) chart.Group {
	i := slices.IndexFunc(r.Contestants, func(d description) bool { return d.Name == row.steps[0] })

	switch {
	case row.name == thisFunction:
		return chart.Ours
	case i >= 0 && r.Contestants[i].Idle:
		return chart.Idle
	case i >= 0 && r.Contestants[i].Second:
		return chart.Part
	default:
		return chart.Peer
	}
}
