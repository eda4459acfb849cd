package controlplane

import (
	"context"

	"github.com/webapp-operator/function-webapp/test/e2e/kubectl"
)

// Kubectl runs kubectl as an administrator and returns what it prints.
func (c *ControlPlane) Kubectl(ctx context.Context, args ...string) (string, error) {
	return c.kubectl().Run(ctx, args...)
}

// Apply applies manifests, server-side.
func (c *ControlPlane) Apply(ctx context.Context, manifests string) error {
	return c.kubectl().Apply(ctx, manifests)
}

// wait waits for an object to exist and to be as it should.
func (c *ControlPlane) wait(ctx context.Context, what string, object ...string) error {
	return c.kubectl().Wait(ctx, what, object...)
}

func (c *ControlPlane) kubectl() kubectl.Kubectl {
	return kubectl.Kubectl{Program: c.kubernetes("kubectl"), Kubeconfig: c.Kubeconfig()}
}
