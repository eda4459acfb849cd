package controlplane

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/webapp-operator/function-webapp/test/e2e/checkout"
	"github.com/webapp-operator/function-webapp/test/e2e/processes"
)

// Names of the installed packages: what Crossplane makes of their repositories.
const (
	ConfigurationName = "webapp-operator-configuration-webapp"
	FunctionName      = "webapp-operator-function-webapp"
)

// serviceOf is where Crossplane calls a function.
func serviceOf(function string) string { return function + ".crossplane-system:9443" }

// Push builds the packages of a version for this machine and pushes them to the
// registry.
func (c *ControlPlane) Push(ctx context.Context, version string, variables ...string) error {
	registry, err := c.Registry()
	if err != nil {
		return err
	}

	return c.Checkout.Push(ctx, registry, version, variables...)
}

// Registry is where the registry is.
func (c *ControlPlane) Registry() (string, error) { return c.address("registry") }

// Package returns where the registry has a package.
func (c *ControlPlane) Package(repository, version string) (string, error) {
	registry, err := c.Registry()
	return registry + "/" + checkout.Organization + "/" + repository + ":" + version, err
}

// Install installs the Configuration of a version, and waits until everything
// that comes with it is healthy.
func (c *ControlPlane) Install(ctx context.Context, version string) error {
	configuration, err := c.Package("configuration-webapp", version)
	if err != nil {
		return err
	}

	if err := c.Apply(ctx, fmt.Sprintf(`
apiVersion: pkg.crossplane.io/v1
kind: Configuration
metadata: {name: %s}
spec: {package: %q}
`, ConfigurationName, configuration)); err != nil {
		return err
	}

	return c.Installed(ctx)
}

// Installed waits until the packages and what came with them are healthy.
func (c *ControlPlane) Installed(ctx context.Context) error {
	for _, w := range [][2]string{
		{"condition=Healthy", "configuration/" + ConfigurationName},
		{"condition=Healthy", "function/" + FunctionName},
		{"condition=Established", "xrd/webapps.example.com"},
	} {
		if err := c.wait(ctx, w[0], w[1]); err != nil {
			return err
		}
	}

	return nil
}

// StartFunction runs a binary of the function as a replica of that name, with
// the certificates that Crossplane made for the function, and has its Service
// lead to it: the pods of the cluster run nothing.
func (c *ControlPlane) StartFunction(ctx context.Context, name, binary string, args ...string) error {
	return c.StartReplica(ctx, FunctionName, name, binary, args...)
}

// StartReplica does so where the Function has another name.
func (c *ControlPlane) StartReplica(ctx context.Context, function, name, binary string, args ...string) error {
	certificates := c.certificates(function)
	if err := processes.Eventually(ctx, func() error {
		return c.dumpSecret(ctx, "crossplane-system", function+"-tls-server", certificates)
	}); err != nil {
		return err
	}

	ports, err := freePorts(ctx, 2)
	if err != nil {
		return err
	}

	if err := c.Run(ctx, processes.Process{Name: name, Program: binary, Environment: c.Variables, Args: append([]string{
		"--address", loopback + ":" + ports[0], "--http-address", loopback + ":" + ports[1], certificatesFlag, certificates,
	}, args...)}); err != nil {
		return err
	}

	if err := c.answers(ctx, name, "http://"+c.FunctionHTTP(name)+"/readyz"); err != nil {
		return err
	}

	return c.route(certificates)
}

// FunctionCertificates is the folder with the certificates that Crossplane made
// for the function.
func (c *ControlPlane) FunctionCertificates() string { return c.certificates(FunctionName) }

// certificatesFlag is what tells a replica where they are.
const certificatesFlag = "--tls-certs-dir"

// certificatesSuffix is what such a folder's name ends with, behind the Function's.
const certificatesSuffix = "-tls"

func (c *ControlPlane) certificates(function string) string {
	return c.Path(function + certificatesSuffix)
}

// StopFunction stops a replica. Its Service leads to the others from then on.
func (c *ControlPlane) StopFunction(ctx context.Context, name string) error {
	p, _ := c.Process(name)
	certificates := c.argument(name, certificatesFlag)

	if err := c.Forget(name); err != nil {
		return err
	}

	if err := c.route(certificates); err != nil {
		return err
	}

	running, err := p.Find()
	if err != nil {
		return nil //nolint:nilerr // It has stopped already.
	}

	if err := running.Terminate(); err != nil {
		return err
	}

	return processes.Eventually(ctx, func() error {
		if p.Running() {
			return errors.New(name + " still runs")
		}

		return nil
	})
}

// Functions are the replicas of the function, by name.
func (c *ControlPlane) Functions() ([]string, error) { return c.replicas(c.FunctionCertificates()) }

// replicas are those that have the certificates of a Function.
func (c *ControlPlane) replicas(certificates string) ([]string, error) {
	all, err := c.Processes()
	names := []string{}

	for _, p := range all {
		if c.argument(p.Name, certificatesFlag) == certificates {
			names = append(names, p.Name)
		}
	}

	return names, err
}

// FunctionAddress is where a replica serves calls.
func (c *ControlPlane) FunctionAddress(name string) string { return c.argument(name, "--address") }

// FunctionHTTP is where a replica serves health and metrics.
func (c *ControlPlane) FunctionHTTP(name string) string { return c.argument(name, "--http-address") }

func (c *ControlPlane) argument(name, flag string) string {
	p, _ := c.Process(name)

	for i, arg := range p.Args {
		if arg == flag {
			return p.Args[i+1]
		}
	}

	return ""
}

// route has the Service of the Function with these certificates lead to all of its
// replicas.
func (c *ControlPlane) route(certificates string) error {
	names, err := c.replicas(certificates)
	if err != nil {
		return err
	}

	addresses := make([]string, 0, len(names))
	for _, name := range names {
		addresses = append(addresses, c.FunctionAddress(name))
	}

	return c.routeTo(strings.TrimSuffix(filepath.Base(certificates), certificatesSuffix), addresses...)
}

// Route has the function's Service lead to these addresses from the next
// connection on.
func (c *ControlPlane) Route(addresses ...string) error {
	return c.routeTo(FunctionName, addresses...)
}

func (c *ControlPlane) routeTo(function string, addresses ...string) error {
	// In one step: it may be read at any time.
	next := c.Path("services.next")
	if err := os.WriteFile(next, []byte(strings.Join(addresses, "\n")), 0o600); err != nil {
		return err
	}

	return os.Rename(next, c.Path("services", serviceOf(function)))
}
