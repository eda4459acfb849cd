package controlplane

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"

	"github.com/webapp-operator/function-webapp/test/e2e/processes"
)

// startSigstore starts a Sigstore, and makes the folder by which Crossplane knows whom
// to trust.
func (c *ControlPlane) startSigstore(ctx context.Context) error {
	ports, err := freePorts(ctx, 1)
	if err != nil {
		return err
	}

	if err := errors.Join(os.MkdirAll(c.Path("sigstore"), 0o700), c.Run(ctx, processes.Process{
		Name: "sigstore", Program: c.Program("sigstore"), Args: []string{"serve", "--folder", c.Path("sigstore"), "--address", loopback + ":" + ports[0]},
	})); err != nil {
		return err
	}

	var sigstore string

	if err := processes.Eventually(ctx, func() error {
		sigstore, err = c.Sigstore()
		return err
	}); err != nil {
		return err
	}

	_, err = c.Sign(ctx, "initialize", "--mirror="+sigstore+"/tuf", "--root=root.json")

	return err
}

// Sigstore is the URL of Fulcio and Rekor.
func (c *ControlPlane) Sigstore() (string, error) {
	address, err := c.address("sigstore")
	return "http://" + address, err
}

// Sign runs cosign in the Sigstore's folder. Keys have no password.
func (c *ControlPlane) Sign(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, c.Cosign, args...)
	cmd.Dir = c.Path("sigstore")
	cmd.Env = append(os.Environ(), "COSIGN_PASSWORD=", "TUF_ROOT="+c.trustFolder(), "SIGSTORE_CT_LOG_PUBLIC_KEY_FILE="+c.Path("sigstore", "ctfe.pub"))

	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("cosign %s: %w\n%s", args[0], err, out)
	}

	return string(out), nil
}

// trustFolder is what cosign initialize writes. Crossplane looks for it there, whatever
// TUF_ROOT says.
func (c *ControlPlane) trustFolder() string { return c.Path("xpkg", ".sigstore", "root") }
