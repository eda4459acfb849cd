// Command scale measures what many WebApps cost a control plane: on their way
// from apply to Running, and in the quiet time after it, in which nothing may
// change.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/webapp-operator/function-webapp/test/e2e/checkout"
)

type cli struct {
	Scenario []string      `default:"webapp"     enum:"webapp,two-step,kro"                                                                    help:"What makes applications of WebApps: webapp is ours, two-step a function as most people write it and function-auto-ready, kro is kro."`
	N        []int         `default:"300"        help:"How many WebApps. Each number is a run with a control plane of its own."`
	Replicas int64         `default:"2"          help:"Replicas of each."`
	Quiet    time.Duration `default:"3m"         help:"How long to look for changes when all run."`
	TTL      []string      `default:"10m,1m"     help:"After how long Crossplane asks again although nothing changed. Each gets a quiet time."`
	Version  string        `default:"${version}" help:"Version of the packages."`

	Repository string `default:"."             help:"The project's root."`
	Out        string `default:"_output/scale" help:"Folder for figures and plots."`
}

// Run measures, and fails if anything changed in a quiet time.
func (c *cli) Run(ctx context.Context) error {
	if err := os.MkdirAll(c.Out, 0o700); err != nil {
		return err
	}

	var reports []*Report

	for _, run := range c.runs() {
		r, err := measure(ctx, run.scenario, c, run.n)
		if err != nil {
			return fmt.Errorf("%s, %d WebApps: %w", run.scenario.name, run.n, err)
		}

		name := filepath.Join(c.Out, fmt.Sprintf("%s-%d", r.Scenario, r.N))
		if err := errors.Join(r.write(name+".json"), r.plot(name+".svg")); err != nil {
			return err
		}

		r.print(os.Stdout)
		sayf("\nfigures and plot: %s.json, %[1]s.svg", name)

		reports = append(reports, r)
	}

	if len(reports) > 1 {
		printGrowth(os.Stdout, reports)
	}

	waits := filepath.Join(c.Out, "to-running.svg")
	if err := plotWaits(waits, reports); err != nil {
		return err
	}

	sayf("\nhow long single WebApps took to Running: %s", waits)

	var errs []error

	for _, r := range reports {
		// What others do is theirs.
		if r.Scenario == ours {
			errs = append(errs, r.check())
		}
	}

	return errors.Join(errs...)
}

type planned struct {
	scenario scenario
	n        int
}

// runs are all scenarios with each number, one after the other.
func (c *cli) runs() []planned {
	all := make([]planned, 0, len(c.N)*len(c.Scenario))

	for _, n := range c.N {
		for _, name := range c.Scenario {
			all = append(all, planned{scenarios[name], n})
		}
	}

	return all
}

func sayf(format string, args ...any) {
	_, _ = fmt.Fprintf(os.Stdout, format+"\n", args...)
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	c := &cli{}
	command := kong.Parse(c, kong.Vars{"version": checkout.Version}, kong.Name("scale"), kong.Description("Measures what many WebApps cost a control plane of plain processes."))
	command.BindTo(ctx, (*context.Context)(nil))

	if err := command.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "scale:", err)
		os.Exit(1) //nolint:gocritic // Nothing is left to stop.
	}
}
