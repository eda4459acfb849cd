// Package controlplane runs a whole Crossplane control plane as plain processes
// on loopback, without Docker, without a cluster and without root.
package controlplane

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/webapp-operator/function-webapp/test/e2e/checkout"
	"github.com/webapp-operator/function-webapp/test/e2e/processes"
)

// A ControlPlane is etcd, Kubernetes' own components, kwok in place of nodes,
// Crossplane, an OCI registry, and the function.
type ControlPlane struct {
	checkout.Checkout

	// Dir has everything that the processes write. One control plane has it for
	// itself.
	processes.Folder

	// Kubernetes and Crossplane are versions that test/tools has beside the default,
	// such as 1.37. They are empty for the default.
	Kubernetes, Crossplane string

	// Durable has etcd write to the disk before it says so, as in production.
	// Without it, only a crash of the machine loses what was written.
	Durable bool

	// Flags are what Crossplane is started with besides.
	Flags []string

	// Variables are what replicas of the function that are started from now on have in
	// their environment besides.
	Variables []string

	// Cosign signs packages: cosign itself, or what takes its flags. With it, there is a
	// Sigstore, and Crossplane verifies signatures.
	Cosign string
}

// New returns the control plane of a folder, which may run already. Its versions are
// those that make was asked for, which names them in the environment.
func New(repository, dir string) (*ControlPlane, error) {
	project, err := checkout.New(repository)
	if err != nil {
		return nil, err
	}

	dir, err = filepath.Abs(dir)
	if err != nil {
		return nil, err
	}

	return &ControlPlane{
		Checkout:   project,
		Folder:     processes.Folder{Dir: dir},
		Kubernetes: os.Getenv("KUBERNETES"),
		Crossplane: os.Getenv("CROSSPLANE"),
	}, nil
}

// Start starts what does not run yet, up to Crossplane, and tells of each step
// with how long it took.
func (c *ControlPlane) Start(ctx context.Context, tell func(step string, took time.Duration)) error {
	if err := errors.Join(c.Create(), os.MkdirAll(c.Path("services"), 0o700)); err != nil {
		return err
	}

	type step struct {
		name string
		do   func(context.Context) error
	}

	steps := []step{
		{"registry and network", c.startNetwork},
		{"etcd and Kubernetes", c.startKubernetes},
		{"nodes", c.startNodes},
		{"Crossplane", c.startCrossplane},
	}

	if c.Cosign != "" {
		steps = append([]step{{"Sigstore", c.startSigstore}}, steps...)
	}

	for _, step := range steps {
		began := time.Now()

		if err := step.do(ctx); err != nil {
			return fmt.Errorf("%s: %w; logs are in %s", step.name, err, c.Path("logs"))
		}

		tell(step.name, time.Since(began))
	}

	return nil
}

// Down stops every process, the last one first, and removes what they wrote.
func (c *ControlPlane) Down(ctx context.Context) error {
	if err := c.StopAll(ctx); err != nil {
		return err
	}

	return os.RemoveAll(c.Dir)
}

// startNetwork starts the registry, and what leads to Services.
func (c *ControlPlane) startNetwork(ctx context.Context) error {
	for _, p := range []processes.Process{
		{Name: "registry", Program: c.Program("registry"), Args: []string{"--address"}},
		{Name: "network", Program: c.Program("playground"), Args: []string{"network", "--services", c.Path("services"), "--address"}},
	} {
		ports, err := freePorts(ctx, 1)
		if err != nil {
			return err
		}

		p.Args = append(p.Args, loopback+":"+ports[0])

		if err := c.Run(ctx, p); err != nil {
			return err
		}
	}

	return processes.Eventually(ctx, func() error {
		_, registry := c.address("registry")
		_, network := c.address("network")

		return errors.Join(registry, network)
	})
}

// address is where a process listens that says so with its first word.
func (c *ControlPlane) address(name string) (string, error) {
	said, err := os.ReadFile(c.Log(name))
	if err != nil {
		return "", err
	}

	words := strings.Fields(string(said))
	if len(words) == 0 {
		return "", fmt.Errorf("%s does not say where it is", name)
	}

	return words[0], nil
}

// answers waits until a process answers at a URL.
func (c *ControlPlane) answers(ctx context.Context, name, url string) error {
	return processes.Eventually(ctx, func() error {
		if p, _ := c.Process(name); !p.Running() {
			return fmt.Errorf("%s has ended: %s", name, c.LastWords(name))
		}

		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}

		rsp, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}

		if rsp.StatusCode != http.StatusOK {
			err = errors.New(name + " is not ready")
		}

		return errors.Join(err, rsp.Body.Close())
	})
}
