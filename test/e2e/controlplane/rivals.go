package controlplane

import (
	"context"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"

	"github.com/webapp-operator/function-webapp/test/e2e/processes"
)

// InstallFunction installs a function of somebody else, whose package holds only
// what it says of itself: the pods of the cluster run nothing. It runs the binary
// with what args makes of its address and the folder of its certificates.
func (c *ControlPlane) InstallFunction(ctx context.Context, name, packageRoot, binary string, args func(address, certificates string) []string) error {
	const version = "v0.1.0"

	built := c.Path(name + ".xpkg")
	at, err := c.Package(name, version)
	if err != nil {
		return err
	}

	for _, command := range [][]string{
		{"build", "--package-root=" + packageRoot, "--examples-root=" + filepath.Join(packageRoot, "no-examples"), "--package-file=" + built},
		{"push", "--package-files=" + built, at},
	} {
		if out, err := exec.CommandContext(ctx, c.Program("crossplane"), append([]string{"xpkg"}, command...)...).CombinedOutput(); err != nil {
			return fmt.Errorf("crossplane xpkg %s: %w\n%s", command[0], err, out)
		}
	}

	if err := c.Apply(ctx, fmt.Sprintf("{apiVersion: pkg.crossplane.io/v1, kind: Function, metadata: {name: %s}, spec: {package: %q}}", name, at)); err != nil {
		return err
	}

	if err := c.wait(ctx, "condition=Healthy", "function/"+name); err != nil {
		return err
	}

	certificates := c.certificates(name)
	if err := c.dumpSecret(ctx, "crossplane-system", name+"-tls-server", certificates); err != nil {
		return err
	}

	ports, err := freePorts(ctx, 1)
	if err != nil {
		return err
	}

	address := net.JoinHostPort(loopback, ports[0])
	if err := c.Run(ctx, processes.Process{Name: name, Program: binary, Args: args(address, certificates)}); err != nil {
		return err
	}

	if err := c.routeTo(name, address); err != nil {
		return err
	}

	return processes.Eventually(ctx, func() error {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err != nil {
			return fmt.Errorf("%s does not listen: %w: %s", name, err, c.LastWords(name))
		}

		return conn.Close()
	})
}

// StartController runs a controller of somebody else as an administrator.
func (c *ControlPlane) StartController(ctx context.Context, name, binary string, args ...string) error {
	return c.Run(ctx, processes.Process{Name: name, Program: binary, Args: args, Environment: []string{"KUBECONFIG=" + c.Kubeconfig()}})
}
