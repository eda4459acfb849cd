// Package kubectl runs kubectl.
package kubectl

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strings"

	"github.com/webapp-operator/function-webapp/test/e2e/processes"
)

// A Kubectl is the program, and the file that says where the API server is.
type Kubectl struct {
	Program    string
	Kubeconfig string
}

// Run runs kubectl and returns what it prints.
func (k Kubectl) Run(ctx context.Context, args ...string) (string, error) {
	return k.run(ctx, "", args...)
}

// Apply applies manifests, server-side.
func (k Kubectl) Apply(ctx context.Context, manifests string) error {
	_, err := k.run(ctx, manifests, "apply", "--server-side", "-f", "-")
	return err
}

// Wait waits for an object to exist and to be as it should.
func (k Kubectl) Wait(ctx context.Context, what string, object ...string) error {
	return processes.Eventually(ctx, func() error {
		_, err := k.Run(ctx, append([]string{"wait", "--for", what, "--timeout=10s"}, object...)...)
		return err
	})
}

func (k Kubectl) run(ctx context.Context, stdin string, args ...string) (string, error) {
	var stdout, stderr bytes.Buffer

	cmd := exec.CommandContext(ctx, k.Program, append([]string{"--kubeconfig", k.Kubeconfig}, args...)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &stdout, &stderr

	if err := cmd.Run(); err != nil {
		return stdout.String(), fmt.Errorf("kubectl %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(stderr.String()))
	}

	return stdout.String(), nil
}
