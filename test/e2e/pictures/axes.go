package pictures

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/webapp-operator/function-webapp/test/chart"
)

// axes are time and values, and where they are drawn.
type axes struct {
	frame

	step, lasts time.Duration

	unit  unit
	ticks []float64
}

func newAxes(unitName string, run Run, at frame, shown Shown, lines [][]float64) axes {
	a, most, whole := axes{frame: at, step: run.Step, lasts: run.Step}, 0.0, true

	for _, values := range lines {
		a.lasts = max(a.lasts, time.Duration(len(values)-1)*run.Step)

		for _, v := range values {
			if !math.IsNaN(v) {
				most, whole = max(most, v), whole && v == math.Trunc(v)
			}
		}
	}

	for _, e := range shown.Exemplars {
		most, whole = max(most, e.Value), false
	}

	a.unit = unitOf(unitName, most)
	a.ticks = chart.Ticks(most/a.unit.size, whole && a.unit.size == 1)

	return a
}

// draw draws what lines are held to.
func (a axes) draw(p *picture, run Run) {
	step := a.ticks[1]

	for _, v := range a.ticks {
		y := a.level(v * a.unit.size)
		p.line("grid", point{a.x, y}, point{a.x + a.width, y})
		p.text("small dim end", a.x-6, y+4, a.unit.format(v*a.unit.size, decimals(step)))
	}

	i := slices.IndexFunc(pauses, func(pause time.Duration) bool { return a.lasts/pause <= 6 })
	pause := pauses[max(i, 0)]

	for at := time.Duration(0); at <= a.lasts; at += pause {
		p.text("small dim middle", a.at(at, 0).x, a.y+a.height+15, fmt.Sprintf("%d:%02d", int(at.Minutes()), int(at.Seconds())%60))
	}

	for i, m := range run.Marks {
		x := a.at(m.At.Sub(run.Began), 0).x
		p.line("mark", point{x, a.y - 4}, point{x, a.y + a.height})
		p.text("small dim middle", x, a.y-7, strconv.Itoa(i+1))
	}
}

// pauses are from one time that is written to the next.
var pauses = []time.Duration{15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}

// at is where a value of some time is.
func (a axes) at(since time.Duration, value float64) point {
	return point{a.x + a.width*since.Seconds()/a.lasts.Seconds(), a.level(value)}
}

// level is how high a value is.
func (a axes) level(value float64) float64 {
	return a.y + a.height*(1-value/a.unit.size/a.ticks[len(a.ticks)-1])
}

// points are where values are, of which the first is that of a step.
func (a axes) points(first int, values []float64) []point {
	out := make([]point, 0, len(values))
	for i, v := range values {
		out = append(out, a.at(time.Duration(first+i)*a.step, v))
	}

	return out
}

// A unit is what a value is written in.
type unit struct {
	name string
	size float64
}

// units are those of Grafana's that the dashboard has, the largest first.
var units = map[string][]unit{
	"short":       {{"", 1}},
	"cps":         {{"/s", 1}},
	"percentunit": {{"%", 0.01}},
	"bytes":       {{" GiB", 1 << 30}, {" MiB", 1 << 20}, {" KiB", 1 << 10}, {" B", 1}},
	"s":           {{" years", 365.25 * 24 * 3600}, {" days", 24 * 3600}, {" hours", 3600}, {" min", 60}, {" s", 1}, {" ms", 1e-3}, {" µs", 1e-6}},
}

// unitOf is the largest of a kind that a value is not less than.
func unitOf(kind string, value float64) unit {
	all := units[kind]

	i := slices.IndexFunc(all, func(u unit) bool { return value >= u.size })
	if i < 0 {
		i = len(all) - 1
	}

	return all[i]
}

// format writes a value with up to so many decimals. Of nothing there is no unit.
func (u unit) format(value float64, most int) string {
	shift := math.Pow10(most)
	number := strconv.FormatFloat(math.Round(value/u.size*shift)/shift, 'f', -1, 64)

	if number == "0" && u.name != "%" {
		return number
	}

	return number + u.name
}

// decimals are as many as a number needs, up to three.
func decimals(step float64) int {
	for n := range 3 {
		if shifted := step * math.Pow10(n); math.Abs(shifted-math.Round(shifted)) < 1e-9 {
			return n
		}
	}

	return 3
}
