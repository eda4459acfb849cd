// Command cluster runs a Kubernetes cluster with two real nodes on one machine.
package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/alecthomas/kong"

	"github.com/webapp-operator/function-webapp/test/e2e/checkout"
	"github.com/webapp-operator/function-webapp/test/e2e/nodes"
)

// timeout is how long up may take when every program is built.
const timeout = 5 * time.Minute

type cli struct {
	Up     up     `cmd:"" help:"Start the cluster, and install Crossplane and the packages."`
	Down   down   `cmd:"" help:"Stop everything, and remove what was written."`
	Status status `cmd:"" help:"Say what runs."`
	Node   node   `cmd:"" help:"Be a node."                                                  hidden:""`

	Repository string `default:"."        help:"The project's root."`
	Dir        string `default:".cluster" help:"Folder for everything that is written."`
}

type up struct {
	Version string `default:"${version}" help:"Version of the packages."`
}

func (u *up) Run(ctx context.Context, c *nodes.Cluster) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	began := time.Now()

	if err := c.Up(ctx, u.Version, func(step string, took time.Duration) { sayf("%-28s %5.1f s", step, took.Seconds()) }); err != nil {
		return err
	}

	sayf("ready after %.1f s. Try it:\n", time.Since(began).Seconds())
	sayf("  export KUBECONFIG=%s", c.Kubeconfig())

	if _, err := exec.LookPath("kubectl"); err != nil {
		sayf("  export PATH=$PATH:%s", c.Bin)
	}

	sayf("  kubectl get nodes,pods -A -o wide")
	sayf("\nThe registry is %s, and has the image %s. make cluster-down ends all of it.", nodes.Registry, nodes.Image("web"))

	return nil
}

type down struct{}

func (*down) Run(ctx context.Context, c *nodes.Cluster) error { return c.Down(ctx) }

type status struct{}

func (*status) Run(ctx context.Context, c *nodes.Cluster) error {
	all, err := c.Processes()
	if err != nil {
		return err
	}

	if len(all) == 0 {
		sayf("nothing runs: make cluster starts it")
		return nil
	}

	table := tabwriter.NewWriter(os.Stdout, 0, 0, 3, ' ', 0)
	row := func(cells ...string) { _, _ = fmt.Fprintln(table, strings.Join(cells, "\t")) }

	row("PROCESS", "PID", "LOG")

	for _, process := range all {
		pid := "ended"
		if process.Running() {
			pid = strconv.Itoa(int(process.PID))
		}

		row(process.Name, pid, c.Log(process.Name))
	}

	if err := table.Flush(); err != nil {
		return err
	}

	state, err := c.Kubectl().Run(ctx, "get", "nodes,pods,configurations.pkg,functions.pkg", "-A", "-o", "wide")
	if err != nil {
		return fmt.Errorf("the API server does not answer; make cluster starts what has ended: %w", err)
	}

	sayf("\n%s\nexport KUBECONFIG=%s", state, c.Kubeconfig())

	return nil
}

type node struct {
	Number int `arg:"" help:"Which one."`
}

func (n *node) Run(ctx context.Context, c *nodes.Cluster) error { return c.RunNode(ctx, n.Number) }

func sayf(format string, args ...any) {
	_, _ = fmt.Fprintf(os.Stdout, format+"\n", args...)
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	c := &cli{}
	command := kong.Parse(c, kong.Vars{"version": checkout.Version}, kong.Name("cluster"), kong.Description("A Kubernetes cluster with two real nodes on one machine."))
	command.BindTo(ctx, (*context.Context)(nil))

	err := func() error {
		cluster, err := nodes.New(c.Repository, c.Dir)
		if err != nil {
			return err
		}

		return command.Run(cluster)
	}()
	if err != nil {
		fmt.Fprintln(os.Stderr, "cluster:", err)
		os.Exit(1) //nolint:gocritic // Nothing is left to stop.
	}
}
