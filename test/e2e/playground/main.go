// Command playground runs a control plane to try the function on.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/alecthomas/kong"

	"github.com/webapp-operator/function-webapp/test/e2e/checkout"
	"github.com/webapp-operator/function-webapp/test/e2e/controlplane"
)

// timeout is how long up may take when every program is built.
const timeout = 5 * time.Minute

type cli struct {
	Up      up      `cmd:"" help:"Start the control plane, and install the packages."`
	Down    down    `cmd:"" help:"Stop everything, and remove what was written."`
	Status  status  `cmd:"" help:"Say what runs."`
	Reload  reload  `cmd:"" help:"Replace the running function with the working tree's."`
	Network network `cmd:"" help:"Lead connections to the Services of the cluster."      hidden:""`

	Repository string `default:"."           help:"The project's root."`
	Dir        string `default:".playground" help:"Folder for everything that is written."`
}

func (c *cli) controlPlane() (*controlplane.ControlPlane, error) {
	return controlplane.New(c.Repository, c.Dir)
}

type up struct {
	Version string `default:"${version}" help:"Version of the packages."`
}

func (u *up) Run(ctx context.Context, c *cli) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	p, err := c.controlPlane()
	if err != nil {
		return err
	}

	began := time.Now()
	tell := func(step string, took time.Duration) { sayf("%-28s %5.1f s", step, took.Seconds()) }

	if err := p.Start(ctx, tell); err != nil {
		return err
	}

	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"packages", func() error { return install(ctx, p, u.Version) }},
		{"function", func() error { return serve(ctx, p) }},
	} {
		began := time.Now()

		if err := step.do(); err != nil {
			return err
		}

		tell(step.name, time.Since(began))
	}

	sayf("ready after %.1f s. Try it:\n", time.Since(began).Seconds())
	sayf("  export KUBECONFIG=%s", p.Kubeconfig())

	if _, err := exec.LookPath("kubectl"); err != nil {
		sayf("  export PATH=$PATH:%s", p.Bin)
	}

	sayf("  kubectl apply -f examples/webapp.yaml")
	sayf("  kubectl wait --for=condition=Ready wa/my-app")
	sayf("  kubectl get wa -o wide")
	sayf("\nmake reload replaces the function with the working tree's; make down ends it.")

	return nil
}

// install pushes and installs the packages, unless they are installed.
func install(ctx context.Context, p *controlplane.ControlPlane, version string) error {
	if _, err := p.Kubectl(ctx, "get", "configuration", controlplane.ConfigurationName); err != nil {
		if err := p.Push(ctx, version); err != nil {
			return err
		}
	}

	return p.Install(ctx, version)
}

// serve runs the function of the working tree, unless one runs.
func serve(ctx context.Context, p *controlplane.ControlPlane) error {
	names, err := p.Functions()
	if err != nil {
		return err
	}

	for _, name := range names {
		if err := p.Restart(ctx, name); err != nil {
			return err
		}
	}

	if len(names) > 0 {
		return nil
	}

	return startNext(ctx, p)
}

// startNext builds the working tree's function and runs it under a new name.
func startNext(ctx context.Context, p *controlplane.ControlPlane) error {
	names, err := p.Functions()
	if err != nil {
		return err
	}

	last := 0

	for _, name := range names {
		if n, err := strconv.Atoi(strings.TrimPrefix(name, "function-")); err == nil {
			last = max(last, n)
		}
	}

	name := "function-" + strconv.Itoa(last+1)
	binary := filepath.Join(p.Dir, name)

	// With the flags of the packages, so that little is left to compile.
	build := exec.CommandContext(ctx, "make", "-C", p.Repository, "build", "BUILT="+binary)
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("make build: %w\n%s", err, out)
	}

	return p.StartFunction(ctx, name, binary, "--debug")
}

type reload struct{}

func (*reload) Run(ctx context.Context, c *cli) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	p, err := c.controlPlane()
	if err != nil {
		return err
	}

	began := time.Now()

	before, err := p.Functions()
	if err != nil {
		return err
	}

	if len(before) == 0 {
		return errors.New("no function runs: make up starts one")
	}

	if err := startNext(ctx, p); err != nil {
		return err
	}

	for _, name := range before {
		if err := p.StopFunction(ctx, name); err != nil {
			return err
		}
	}

	sayf("the working tree's function serves, after %.1f s", time.Since(began).Seconds())

	return nil
}

type down struct{}

func (*down) Run(ctx context.Context, c *cli) error {
	p, err := c.controlPlane()
	if err != nil {
		return err
	}

	return p.Down(ctx)
}

type status struct{}

func (*status) Run(ctx context.Context, c *cli) error {
	p, err := c.controlPlane()
	if err != nil {
		return err
	}

	all, err := p.Processes()
	if err != nil {
		return err
	}

	if len(all) == 0 {
		sayf("nothing runs: make up starts it")
		return nil
	}

	table := tabwriter.NewWriter(os.Stdout, 0, 0, 3, ' ', 0)
	row := func(cells ...string) { _, _ = fmt.Fprintln(table, strings.Join(cells, "\t")) }

	row("PROCESS", "PID", "CPU", "MEMORY", "LOG")

	for _, process := range all {
		usage, err := process.Usage()
		if err != nil {
			row(process.Name, "ended", "", "", p.Log(process.Name))
			continue
		}

		row(process.Name, strconv.Itoa(int(process.PID)), fmt.Sprintf("%.1f s", usage.CPUSeconds), fmt.Sprintf("%d MiB", usage.ResidentBytes>>20), p.Log(process.Name))
	}

	if err := table.Flush(); err != nil {
		return err
	}

	packages, err := p.Kubectl(ctx, "get", "configurations,functions")
	if err != nil {
		return fmt.Errorf("the API server does not answer; make up starts what has ended: %w", err)
	}

	sayf("\n%s\nexport KUBECONFIG=%s", packages, p.Kubeconfig())

	return nil
}

type network struct {
	Services string `help:"Folder with a file of addresses for each Service."`
	Address  string `help:"Address to listen on."`
}

func (n *network) Run(ctx context.Context) error {
	return controlplane.Network{Services: n.Services}.Serve(ctx, n.Address)
}

func sayf(format string, args ...any) {
	_, _ = fmt.Fprintf(os.Stdout, format+"\n", args...)
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	c := &cli{}
	command := kong.Parse(c, kong.Vars{"version": checkout.Version}, kong.Name("playground"), kong.Description("A Crossplane control plane of plain processes, to try the function on."))
	command.BindTo(ctx, (*context.Context)(nil))

	if err := command.Run(c); err != nil {
		fmt.Fprintln(os.Stderr, "playground:", err)
		os.Exit(1) //nolint:gocritic // Nothing is left to stop.
	}
}
