package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/shirou/gopsutil/v4/cpu"
	"github.com/shirou/gopsutil/v4/mem"

	"github.com/webapp-operator/function-webapp/test/e2e/controlplane"
)

// quietPhase begins the names of phases in which nothing may change.
const quietPhase = "quiet, TTL "

// A Report is what was measured.
type Report struct {
	Scenario string            `json:"scenario"`
	N        int               `json:"n"`
	Replicas int64             `json:"replicas"`
	Machine  Machine           `json:"machine"`
	Versions map[string]string `json:"versions"`
	Waits    Waits             `json:"toRunning"`
	Phases   []Phase           `json:"phases"`
	Samples  []Sample          `json:"samples"`
}

// Machine is where it was measured.
type Machine struct {
	Processor   string `json:"processor"`
	Processors  int    `json:"processors"`
	MemoryBytes uint64 `json:"memoryBytes"`
	System      string `json:"system"`
}

// A Phase is a part of the time.
type Phase struct {
	Name string `json:"name"`

	// Begins is how long after the first WebApp was applied it began.
	Begins  float64 `json:"beginsSeconds"`
	Seconds float64 `json:"seconds"`

	// Load is the machine's average over the last minute of the phase. Much more
	// than its processors: others were at work, and the time says little.
	Load float64 `json:"load"`

	Usage   Usage   `json:"usage"`
	Changes Changes `json:"changes"`
}

// environment is the machine, and the versions of what runs.
func environment(ctx context.Context, c *controlplane.ControlPlane, version string) (Machine, map[string]string, error) {
	m := Machine{Processors: runtime.NumCPU(), System: runtime.GOOS + "/" + runtime.GOARCH}

	processors, err := cpu.InfoWithContext(ctx)
	if err != nil {
		return m, nil, err
	}

	if len(processors) > 0 {
		m.Processor = processors[0].ModelName
	}

	memory, err := mem.VirtualMemoryWithContext(ctx)
	if err != nil {
		return m, nil, err
	}

	m.MemoryBytes = memory.Total

	versions := map[string]string{"go": runtime.Version(), "function": version}

	// The commit tells a function from another that has the same version.
	for name, command := range map[string][]string{
		crossplane:   {c.ProgramOf("crossplane", c.Crossplane, "crossplane-core"), "--version"},
		"kubernetes": {c.ProgramOf("kubernetes", c.Kubernetes, "kube-apiserver"), "--version"},
		"etcd":       {c.Program("etcd"), "--version"},
		"commit":     {"git", "-C", c.Repository, "describe", "--always", "--dirty"},
	} {
		out, err := exec.CommandContext(ctx, command[0], command[1:]...).Output()
		if err != nil {
			return m, nil, fmt.Errorf("%s: %w", strings.Join(command, " "), err)
		}

		versions[name], _, _ = strings.Cut(strings.TrimSpace(string(out)), "\n")
	}

	return m, versions, nil
}

// check returns what must not have happened.
func (r *Report) check() error {
	var errs []error

	for _, p := range r.Phases {
		if p.Usage.BreakerOpens > 0 {
			errs = append(errs, fmt.Errorf("%d WebApps, %s: %.0f circuit breakers opened", r.N, p.Name, p.Usage.BreakerOpens))
		}

		ttl, quiet := strings.CutPrefix(p.Name, quietPhase)
		if !quiet {
			continue
		}

		for _, seen := range []map[string]int{p.Changes.Objects, p.Changes.Events} {
			for what, times := range seen {
				errs = append(errs, fmt.Errorf("%d WebApps, %s: %d × %s, where nothing may change", r.N, p.Name, times, what))
			}
		}

		// A quiet time in which nobody looks shows nothing.
		if ttl, err := time.ParseDuration(ttl); err != nil || p.Seconds > 2*ttl.Seconds() && p.Usage.Reconciles < float64(r.N) {
			errs = append(errs, errors.Join(err, fmt.Errorf("%d WebApps, %s: only %.0f reconciles in %.0f s", r.N, p.Name, p.Usage.Reconciles, p.Seconds)))
		}
	}

	return errors.Join(errs...)
}

// write writes all of it, for programs.
func (r *Report) write(file string) error {
	content, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}

	return os.WriteFile(file, content, 0o600)
}

// print prints what matters, for people.
func (r *Report) print(to io.Writer) {
	_, _ = fmt.Fprintf(to, "\n# %s: %d WebApps of %d replicas\n\n%d × %s, %d GiB, %s\n", r.Scenario, r.N, r.Replicas,
		r.Machine.Processors, r.Machine.Processor, r.Machine.MemoryBytes>>30, r.Machine.System)

	versions := newTable(to)
	for _, name := range slices.Sorted(maps.Keys(r.Versions)) {
		versions.row(name, r.Versions[name])
	}

	versions.flush()

	_, _ = fmt.Fprintf(to, "\nfrom apply to Running, each WebApp: median %.1f s, 99th percentile %.1f s, at most %.1f s\n", r.Waits.Median, r.Waits.P99, r.Waits.Most)

	for _, p := range r.Phases {
		_, _ = fmt.Fprintf(to, "\n## %s: %s\n\n", r.Scenario, p.Name)

		perWebApp := func(v float64) string { return fmt.Sprintf("%.2f for each WebApp", v/float64(r.N)) }

		t := newTable(to)
		t.row("wall time", fmt.Sprintf("%.1f s", p.Seconds))
		t.row("load of the machine", fmt.Sprintf("%.1f", p.Load), fmt.Sprintf("of %d processors, average of the last minute", r.Machine.Processors))
		t.row("function calls", fmt.Sprintf("%.0f", total(p.Usage.FunctionCalls)), perWebApp(total(p.Usage.FunctionCalls)))
		t.row("reconciles", fmt.Sprintf("%.0f", p.Usage.Reconciles), perWebApp(p.Usage.Reconciles))
		t.row("watch events", fmt.Sprintf("%.0f", p.Usage.WatchEvents), perWebApp(p.Usage.WatchEvents))
		t.row("API writes", fmt.Sprintf("%.0f", total(p.Usage.APIWrites)), perWebApp(total(p.Usage.APIWrites)))
		t.row("changed objects", strconv.Itoa(total(p.Changes.Objects)))
		t.row("events", strconv.Itoa(total(p.Changes.Events)))
		t.row("CPU", fmt.Sprintf("%.1f s", total(p.Usage.CPUSeconds)), fmt.Sprintf("%.1f%% of one processor", 100*total(p.Usage.CPUSeconds)/p.Seconds))
		t.row("memory", fmt.Sprintf("%d MiB", total(p.Usage.ResidentBytes)>>20))
		t.flush()

		_, _ = fmt.Fprintln(to)
		t = newTable(to)
		t.row("process", "CPU", "memory")

		for _, name := range largest(p.Usage.CPUSeconds) {
			t.row(name, fmt.Sprintf("%.2f s", p.Usage.CPUSeconds[name]), fmt.Sprintf("%d MiB", p.Usage.ResidentBytes[name]>>20))
		}

		t.flush()
		count(to, "API writes", p.Usage.APIWrites)
		count(to, "changed objects", p.Changes.Objects)
		count(to, "events", p.Changes.Events)
		count(to, "writes of WebApps, by what they changed", p.Changes.WebApps)
	}
}

func count[V int | float64](to io.Writer, what string, counts map[string]V) {
	if len(counts) == 0 {
		return
	}

	_, _ = fmt.Fprintln(to, "\n"+what)

	t := newTable(to)
	for _, key := range largest(counts) {
		t.row(fmt.Sprintf("%6.0f", float64(counts[key])), key)
	}

	t.flush()
}

// printGrowth shows runs side by side, a column each: how what each WebApp costs
// grows with their number, and what other ways cost.
func printGrowth(to io.Writer, reports []*Report) {
	_, _ = fmt.Fprint(to, "\n# Side by side\n\n")

	column := func(r *Report) string { return fmt.Sprintf("%s %d", r.Scenario, r.N) }

	waits := newTable(to)
	waits.row(cells("from apply to Running, each WebApp", reports, column)...)
	waits.row(cells("median", reports, func(r *Report) string { return fmt.Sprintf("%.1f s", r.Waits.Median) })...)
	waits.row(cells("99th percentile", reports, func(r *Report) string { return fmt.Sprintf("%.1f s", r.Waits.P99) })...)
	waits.row(cells("at most", reports, func(r *Report) string { return fmt.Sprintf("%.1f s", r.Waits.Most) })...)
	waits.flush()

	for _, name := range phaseNames(reports) {
		_, _ = fmt.Fprintln(to)

		t := newTable(to)
		t.row(cells(name, reports, column)...)

		for _, figure := range sideBySide {
			t.row(cells(figure.name, reports, func(r *Report) string {
				i := slices.IndexFunc(r.Phases, func(p Phase) bool { return p.Name == name })
				if i < 0 {
					return "–"
				}

				return figure.of(r.Phases[i], float64(r.N))
			})...)
		}

		t.flush()
	}
}

// cells are a row: its name, and what is said of each run.
func cells(name string, reports []*Report, of func(*Report) string) []string {
	all := make([]string, 1, 1+len(reports))
	all[0] = name

	for _, r := range reports {
		all = append(all, of(r))
	}

	return all
}

// sideBySide is what is compared of a phase, of n WebApps.
var sideBySide = []struct {
	name string
	of   func(p Phase, n float64) string
}{
	{"wall time", func(p Phase, _ float64) string { return fmt.Sprintf("%.1f s", p.Seconds) }},
	{"load of the machine", func(p Phase, _ float64) string { return fmt.Sprintf("%.1f", p.Load) }},
	{"CPU", func(p Phase, _ float64) string { return seconds(total(p.Usage.CPUSeconds)) }},
	{"CPU for each WebApp", func(p Phase, n float64) string { return fmt.Sprintf("%.3f s", total(p.Usage.CPUSeconds)/n) }},
	{"of which API server", func(p Phase, _ float64) string { return seconds(p.cpu("kube-apiserver")) }},
	{"of which Crossplane or kro", func(p Phase, _ float64) string { return seconds(p.cpu(crossplane, kro)) }},
	{"of which functions", func(p Phase, _ float64) string { return seconds(p.cpu(function, "typed", "auto-ready")) }},
	{"function calls for each WebApp", func(p Phase, n float64) string { return fmt.Sprintf("%.2f", total(p.Usage.FunctionCalls)/n) }},
	{"API writes for each WebApp", func(p Phase, n float64) string { return fmt.Sprintf("%.2f", total(p.Usage.APIWrites)/n) }},
	{"changed objects", func(p Phase, _ float64) string { return strconv.Itoa(total(p.Changes.Objects)) }},
	{"events", func(p Phase, _ float64) string { return strconv.Itoa(total(p.Changes.Events)) }},
	{"memory", func(p Phase, _ float64) string { return fmt.Sprintf("%d MiB", total(p.Usage.ResidentBytes)>>20) }},
}

// cpu is what some processes have used.
func (p Phase) cpu(processes ...string) float64 {
	sum := 0.0
	for _, name := range processes {
		sum += p.Usage.CPUSeconds[name]
	}

	return sum
}

func seconds(s float64) string { return fmt.Sprintf("%.2f s", s) }

// phaseNames are the phases of all runs, in order.
func phaseNames(reports []*Report) []string {
	var names []string

	for _, r := range reports {
		for _, p := range r.Phases {
			if !slices.Contains(names, p.Name) {
				names = append(names, p.Name)
			}
		}
	}

	return names
}

type number interface{ int | uint64 | float64 }

func total[V number](values map[string]V) V {
	var sum V

	for _, v := range values {
		sum += v
	}

	return sum
}

// largest are the keys of the largest values first.
func largest[V number](values map[string]V) []string {
	return slices.SortedFunc(maps.Keys(values), func(a, b string) int {
		return cmp.Or(cmp.Compare(values[b], values[a]), strings.Compare(a, b))
	})
}

// A table lines up its columns.
type table struct{ *tabwriter.Writer }

func newTable(to io.Writer) table { return table{tabwriter.NewWriter(to, 0, 0, 3, ' ', 0)} }

func (t table) row(cells ...string) { _, _ = fmt.Fprintln(t, strings.Join(cells, "\t")) }

func (t table) flush() { _ = t.Flush() }
