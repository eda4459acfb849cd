package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// results are all that was found, as results.json has it.
type results struct {
	Machine machine `json:"machine"`
	Rounds  int     `json:"rounds"`
	Phase   string  `json:"phase"`

	// Requests are the sizes of requests in bytes, by name.
	Requests map[string]int `json:"requestBytes"`

	Contestants  []description `json:"contestants"`
	Measurements []measurement `json:"measurements"`
}

// machine is where it was found.
type machine struct {
	Processor  string `json:"processor"`
	Processors int    `json:"processors"`
	Kernel     string `json:"kernel"`
	Go         string `json:"go"`

	// Load is what else the machine did when it began: the load average of the
	// last minute.
	Load string `json:"load"`
}

func describeMachine() machine {
	m := machine{Processors: runtime.NumCPU(), Go: runtime.Version(), Processor: runtime.GOARCH}

	var name unix.Utsname
	if err := unix.Uname(&name); err == nil {
		m.Kernel = unix.ByteSliceToString(name.Sysname[:]) + " " + unix.ByteSliceToString(name.Release[:])
	}

	if info, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(info)) {
			if key, value, _ := strings.Cut(line, ":"); strings.TrimSpace(key) == "model name" {
				m.Processor = strings.TrimSpace(value)
				break
			}
		}
	}

	if load, err := os.ReadFile("/proc/loadavg"); err == nil {
		m.Load, _, _ = strings.Cut(string(load), " ")
	}

	return m
}

// A figure is a number of a measurement.
type figure func(measurement) float64

func p50(m measurement) float64    { return float64(m.P50) }
func p90(m measurement) float64    { return float64(m.P90) }
func p99(m measurement) float64    { return float64(m.P99) }
func rate(m measurement) float64   { return m.CallsPerSecond }
func cpu(m measurement) float64    { return float64(m.CPUPerCall) }
func memory(m measurement) float64 { return float64(m.PeakBytes) }
func first(m measurement) float64  { return float64(m.FirstAnswer) }

// A summary is what rounds say of a figure.
type summary struct{ median, low, high float64 }

func summarize(values []float64) summary {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)

	return summary{median: (sorted[n/2] + sorted[(n-1)/2]) / 2, low: sorted[0], high: sorted[n-1]}
}

// of returns a figure of every round, or nil if there is none.
func (r *results) of(contestant, request string, f figure) []float64 {
	var values []float64

	for _, m := range r.Measurements {
		if m.Contestant == contestant && m.Request == request {
			values = append(values, f(m))
		}
	}

	return values
}

// ratio compares what a round found of some contestants together with what the
// same round found of others.
func (r *results) ratio(request string, f figure, of, to []string) (s summary, ok bool) {
	over, under := r.sum(request, f, of), r.sum(request, f, to)
	if len(over) == 0 || len(over) != len(under) {
		return summary{}, false
	}

	ratios := make([]float64, len(over))
	for i := range over {
		ratios[i] = over[i] / under[i]
	}

	return summarize(ratios), true
}

func (r *results) sum(request string, f figure, contestants []string) []float64 {
	var sum []float64

	for _, c := range contestants {
		values := r.of(c, request, f)
		if len(values) == 0 {
			return nil
		}

		if sum == nil {
			sum = make([]float64, len(values))
		}

		for i := range sum {
			sum[i] += values[i]
		}
	}

	return sum
}

// A row is one contestant, or a pipeline of several.
type row struct {
	name  string
	steps []string
}

func (r *results) rows() []row {
	var rows []row

	for _, c := range r.Contestants {
		if c.Absent == "" {
			rows = append(rows, row{c.Name, []string{c.Name}})
		}
	}

	return append(rows, row{"typed + auto-ready", []string{"typed", "auto-ready"}})
}

// write writes report.md, results.json and the plot, and the report to w, too.
func (r *results) write(dir string, w io.Writer) error {
	// Measurements of a round belong together whatever their order was.
	slices.SortStableFunc(r.Measurements, func(a, b measurement) int { return a.Round - b.Round })

	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // The report is for everybody.
		return err
	}

	raw, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}

	if err := os.WriteFile(filepath.Join(dir, "results.json"), append(raw, '\n'), 0o644); err != nil {
		return err
	}

	report := r.markdown()
	if err := os.WriteFile(filepath.Join(dir, "report.md"), []byte(report), 0o644); err != nil {
		return err
	}

	files := "report.md, results.json"

	drawn, err := r.plot(filepath.Join(dir, "cost.svg"))
	if err != nil {
		return err
	}

	if drawn {
		files += ", cost.svg"
	}

	_, err = fmt.Fprintf(w, "%s\nWritten to %s: %s\n", report, dir, files)

	return err
}

func (r *results) markdown() string {
	b := &strings.Builder{}
	say := func(format string, args ...any) { fmt.Fprintf(b, format+"\n", args...) }

	say("# What a call costs")
	say("")
	say("%d processors (%s), %s, %s; load average %s when it began. %d interleaved rounds, phases of %s.",
		r.Machine.Processors, r.Machine.Processor, r.Machine.Kernel, r.Machine.Go, r.Machine.Load, r.Rounds, r.Phase)
	say("Figures are medians of rounds. × compares with the noop of the same round, and what is in brackets is the least and the most of any round.")
	say("Latency is with one caller, CPU and calls per second with %d. Callers run on the same processors.", callers)

	for _, request := range allRequests {
		if r.Requests[request.name] == 0 {
			continue
		}

		say("")
		say("## Request: %s (%d bytes)", request.name, r.Requests[request.name])
		say("")
		say("%s.", strings.ToUpper(request.what[:1])+request.what[1:])
		say("")
		say("| | CPU per call | × noop | p50 | × noop | p90 | p99 | calls/s | peak memory | first answer |")
		say("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|")

		for _, row := range r.rows() {
			if line, ok := r.line(row, request.name); ok {
				say("%s", line)
			}
		}
	}

	say("")
	say("## Contestants")
	say("")
	say("| | | binary | versions |")
	say("|---|---|--:|---|")

	for _, c := range r.Contestants {
		if c.Absent != "" {
			say("| %s | %s | | not measured: %s |", c.Name, c.What, oneLine(c.Absent))
			continue
		}

		say("| %s | %s | %.1f MB | %s |", c.Name, c.What, float64(c.Bytes)/1e6, c.Version)
	}

	r.goals(say)

	return b.String()
}

func (r *results) line(row row, request string) (string, bool) {
	noop := []string{"noop"}

	if len(r.sum(request, cpu, row.steps)) == 0 {
		return "", false
	}

	cells := []string{
		row.name,
		duration(r.sum(request, cpu, row.steps)), r.times(request, cpu, row.steps, noop),
		duration(r.sum(request, p50, row.steps)), r.times(request, p50, row.steps, noop),
	}

	if len(row.steps) == 1 {
		cells = append(cells,
			duration(r.sum(request, p90, row.steps)), duration(r.sum(request, p99, row.steps)),
			fmt.Sprintf("%.0f", summarize(r.sum(request, rate, row.steps)).median),
			fmt.Sprintf("%.1f MB", summarize(r.sum(request, memory, row.steps)).high/1e6),
			duration(r.sum(request, first, row.steps)))
	} else {
		cells = append(cells, "", "", "", fmt.Sprintf("%.1f MB", summarize(r.sum(request, memory, row.steps)).high/1e6), "")
	}

	return "| " + strings.Join(cells, " | ") + " |", true
}

func (r *results) times(request string, f figure, of, to []string) string {
	s, ok := r.ratio(request, f, of, to)
	if !ok {
		return ""
	}

	return fmt.Sprintf("%.2f (%.2f–%.2f)", s.median, s.low, s.high)
}

// A goal is what the project wants of a ratio.
type goal struct {
	what    string
	request string
	figure  figure
	to      []string
	most    float64
}

var wanted = []goal{
	{"CPU per call, to noop", "typical", cpu, []string{"noop"}, 0.65},
	{"CPU per call, to noop (stretch)", "typical", cpu, []string{"noop"}, 0.3},
	{"p50 latency, to noop", "typical", p50, []string{"noop"}, 0.75},
	{"CPU per call, to typed", "typical", cpu, []string{"typed"}, 0.35},
	{"CPU per call, to typed and auto-ready", "typical", cpu, []string{"typed", "auto-ready"}, 0.2},
	{"start to first answer, to noop", "typical", first, []string{"noop"}, 1},
	{"CPU per call, to go-templating", "typical", cpu, []string{"go-templating"}, 1. / 10},
	{"CPU per call, to patch-and-transform", "typical", cpu, []string{"patch-and-transform"}, 1. / 8},
	{"CPU per call, to cue", "typical", cpu, []string{"cue"}, 1. / 20},
	{"CPU per call, to kro", "typical", cpu, []string{"kro"}, 1. / 150},
}

// goals says what the project wants, and what was found.
func (r *results) goals(say func(string, ...any)) {
	say("")
	say("## Goals")
	say("")
	say("| this function | wanted | found |")
	say("|---|--:|--:|")

	for _, g := range wanted {
		found := "not measured"
		if s, ok := r.ratio(g.request, g.figure, []string{thisFunction}, g.to); ok {
			found = fmt.Sprintf("%.3f (%.3f–%.3f)", s.median, s.low, s.high)
		}

		say("| %s | ≤ %.3g | %s |", g.what, g.most, found)
	}

	if peak := r.of(thisFunction, "typical", memory); peak != nil {
		say("| peak memory | ≤ 40 MB | %.1f MB |", summarize(peak).high/1e6)
	}

	for _, request := range []string{"env", "large"} {
		s, ok := r.growth(request)
		if !ok {
			continue
		}

		say("| CPU per call of the %s request, to the typical one | ≤ %.1f, as its bytes are | %.1f (%.1f–%.1f) |",
			request, float64(r.Requests[request])/float64(r.Requests["typical"]), s.median, s.low, s.high)
	}
}

// growth compares what two requests cost.
func (r *results) growth(request string) (summary, bool) {
	over, under := r.of(thisFunction, request, cpu), r.of(thisFunction, "typical", cpu)
	if len(over) == 0 || len(under) == 0 {
		return summary{}, false
	}

	ratios := make([]float64, len(over))
	for i := range over {
		ratios[i] = over[i] / under[i]
	}

	return summarize(ratios), true
}

func duration(values []float64) string {
	d := time.Duration(summarize(values).median)
	if d < 10*time.Millisecond {
		return fmt.Sprintf("%d µs", d.Microseconds())
	}

	return fmt.Sprintf("%.1f ms", float64(d)/1e6)
}

func oneLine(s string) string {
	first, _, _ := strings.Cut(s, "\n")
	return strings.ReplaceAll(first, "|", `\|`)
}
