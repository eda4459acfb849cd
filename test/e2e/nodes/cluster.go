// Package nodes runs a whole Kubernetes cluster on one machine: two real nodes
// with containerd and kubelet, whose pods really run, and a control plane of
// plain processes. It needs Linux and root, and no Docker and no network.
package nodes

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/webapp-operator/function-webapp/test/e2e/checkout"
	"github.com/webapp-operator/function-webapp/test/e2e/kubectl"
	"github.com/webapp-operator/function-webapp/test/e2e/processes"
)

// A Cluster is the one that a machine can have: its networks have fixed
// addresses.
type Cluster struct {
	checkout.Checkout

	// Dir has everything that the cluster writes, including images and pods.
	processes.Folder
}

// Nodes are the numbers of the nodes. Each is a zone.
var Nodes = []int{1, 2}

// New returns the cluster of a folder, which may run already.
func New(repository, dir string) (*Cluster, error) {
	project, err := checkout.New(repository)
	if err != nil {
		return nil, err
	}

	dir, err = filepath.Abs(dir)

	return &Cluster{Checkout: project, Folder: processes.Folder{Dir: dir}}, err
}

// Node is what Kubernetes calls a node.
func Node(number int) string { return fmt.Sprintf("node%d", number) }

// Kubeconfig is the file with which an administrator reaches the API server.
func (c *Cluster) Kubeconfig() string { return c.Path("kubeconfig") }

// Kubectl is kubectl as an administrator.
func (c *Cluster) Kubectl() kubectl.Kubectl {
	return kubectl.Kubectl{Program: c.Program("kubectl"), Kubeconfig: c.Kubeconfig()}
}

// Up starts what does not run yet, and tells of each step with how long it took.
func (c *Cluster) Up(ctx context.Context, version string, tell func(step string, took time.Duration)) error {
	if err := Missing(); err != nil {
		return err
	}

	if err := c.Create(); err != nil {
		return err
	}

	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"Kubernetes", c.startKubernetes},
		{"nodes", c.startNodes},
		{"images", c.pushImages},
		{"nodes ready", c.nodesReady},
		{"DNS and metrics", c.installAddons},
		{"way in", c.startWayIn},
		// Crossplane mostly waits: what it is to install next is built meanwhile.
		{"Crossplane", func(ctx context.Context) error {
			both, ctx := errgroup.WithContext(ctx)

			both.Go(func() error { return c.installCrossplane(ctx) })
			both.Go(func() error { return c.pushPackages(ctx, version) })

			return both.Wait()
		}},
		{"packages", func(ctx context.Context) error { return c.installPackages(ctx, version) }},
	} {
		began := time.Now()

		if err := step.do(ctx); err != nil {
			return fmt.Errorf("%s: %w; logs are in %s", step.name, err, c.Path("logs"))
		}

		tell(step.name, time.Since(began))
	}

	return nil
}

// Down stops everything, and leaves nothing of it: no process, no mount, no
// namespace, no cgroup and no file.
func (c *Cluster) Down(ctx context.Context) error {
	if err := c.StopAll(ctx); err != nil {
		return err
	}

	if _, err := os.Stat(c.Dir); errors.Is(err, os.ErrNotExist) {
		return nil
	}

	return errors.Join(c.removeCgroups(ctx), c.removeNetwork(ctx), removeMountpoints(), os.RemoveAll(c.Dir))
}
