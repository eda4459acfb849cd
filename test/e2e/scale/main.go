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
)

type cli struct {
	N        []int         `default:"300"    help:"How many WebApps. Each number is a run with a control plane of its own."`
	Replicas int64         `default:"2"      help:"Replicas of each."`
	Quiet    time.Duration `default:"3m"     help:"How long to look for changes when all run."`
	TTL      []string      `default:"10m,1m" help:"After how long Crossplane asks again although nothing changed. Each gets a quiet time."`
	Version  string        `default:"v0.1.0" help:"Version of the packages."`

	Repository string `default:"."             help:"The project's root."`
	Out        string `default:"_output/scale" help:"Folder for figures and plots."`
}

// Run measures, and fails if anything changed in a quiet time.
func (c *cli) Run(ctx context.Context) error {
	if err := os.MkdirAll(c.Out, 0o700); err != nil {
		return err
	}

	reports := make([]*Report, 0, len(c.N))

	for _, n := range c.N {
		r, err := measure(ctx, ours, c, n)
		if err != nil {
			return fmt.Errorf("%d WebApps: %w", n, err)
		}

		name := filepath.Join(c.Out, fmt.Sprintf("%s-%d", r.Scenario, n))
		if err := errors.Join(r.write(name+".json"), r.plot(name+".svg")); err != nil {
			return err
		}

		r.print(os.Stdout)
		sayf("\nfigures and plot: %s.json, %[1]s.svg\n", name)

		reports = append(reports, r)
	}

	if len(reports) > 1 {
		printGrowth(os.Stdout, reports)
	}

	errs := make([]error, 0, len(reports))
	for _, r := range reports {
		errs = append(errs, r.check())
	}

	return errors.Join(errs...)
}

func sayf(format string, args ...any) {
	_, _ = fmt.Fprintf(os.Stdout, format+"\n", args...)
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	c := &cli{}
	command := kong.Parse(c, kong.Name("scale"), kong.Description("Measures what many WebApps cost a control plane of plain processes."))
	command.BindTo(ctx, (*context.Context)(nil))

	if err := command.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "scale:", err)
		os.Exit(1) //nolint:gocritic // Nothing is left to stop.
	}
}
