package controlplane

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Kubectl runs kubectl as an administrator and returns what it prints.
func (c *ControlPlane) Kubectl(ctx context.Context, args ...string) (string, error) {
	return c.kubectlWith(ctx, "", args...)
}

// Apply applies manifests, server-side.
func (c *ControlPlane) Apply(ctx context.Context, manifests string) error {
	_, err := c.kubectlWith(ctx, manifests, "apply", "--server-side", "-f", "-")
	return err
}

func (c *ControlPlane) kubectlWith(ctx context.Context, stdin string, args ...string) (string, error) {
	var stdout, stderr bytes.Buffer

	cmd := exec.CommandContext(ctx, filepath.Join(c.Bin, "kubectl"), append([]string{"--kubeconfig", c.Kubeconfig()}, args...)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &stdout, &stderr

	if err := cmd.Run(); err != nil {
		return stdout.String(), fmt.Errorf("kubectl %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(stderr.String()))
	}

	return stdout.String(), nil
}

// wait waits for an object to exist and to be as it should.
func (c *ControlPlane) wait(ctx context.Context, what string, object ...string) error {
	return Eventually(ctx, func() error {
		_, err := c.Kubectl(ctx, append([]string{"wait", "--for", what, "--timeout=10s"}, object...)...)
		return err
	})
}

// Eventually tries until it works, or until the context ends.
func Eventually(ctx context.Context, try func() error) error {
	for {
		err := try()
		if err == nil {
			return nil
		}

		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(200 * time.Millisecond):
		}
	}
}
