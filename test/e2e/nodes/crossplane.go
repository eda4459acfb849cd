package nodes

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/webapp-operator/function-webapp/test/e2e/checkout"
	"github.com/webapp-operator/function-webapp/test/e2e/controlplane"
)

const crossplaneModule = "github.com/crossplane/crossplane/v2"

// installCrossplane installs Crossplane's chart with the project's values, unless
// it is installed.
func (c *Cluster) installCrossplane(ctx context.Context) error {
	if _, err := c.Kubectl().Run(ctx, "get", "deployment", "-n", "crossplane-system", "crossplane"); err == nil {
		return nil
	}

	return c.UpgradeCrossplane(ctx)
}

// UpgradeCrossplane installs Crossplane, or changes the values of what is
// installed to the project's and these.
func (c *Cluster) UpgradeCrossplane(ctx context.Context, values ...string) error {
	core, err := c.Module(ctx, "crossplane", crossplaneModule)
	if err != nil {
		return err
	}

	repository, tag := strings.TrimSuffix(Image("crossplane"), ":1"), "1"
	args := []string{
		"upgrade", "--install", "crossplane", filepath.Join(core, "cluster/charts/crossplane"),
		"--namespace", "crossplane-system", "--create-namespace", "--wait", "--timeout", "3m",
		"--values", filepath.Join(c.Repository, "install/crossplane/values.yaml"),
		"--set", "image.repository=" + repository + ",image.tag=" + tag,
	}

	for _, value := range values {
		args = append(args, "--set", value)
	}

	cmd := exec.CommandContext(ctx, c.Program("helm"), args...)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+c.Kubeconfig(), "HELM_CACHE_HOME="+c.Path("helm"), "HELM_CONFIG_HOME="+c.Path("helm"), "HELM_DATA_HOME="+c.Path("helm"))

	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("helm upgrade: %w\n%s", err, out)
	}

	return nil
}

// pushPackages pushes the packages of the working tree, unless some are installed.
func (c *Cluster) pushPackages(ctx context.Context, version string) error {
	if c.packagesInstalled(ctx) {
		return nil
	}

	return c.Push(ctx, Registry, version)
}

func (c *Cluster) packagesInstalled(ctx context.Context) bool {
	_, err := c.Kubectl().Run(ctx, "get", "configuration.pkg", controlplane.ConfigurationName)
	return err == nil
}

// installPackages installs the packages of the working tree as the project tells
// people to, unless they are installed.
func (c *Cluster) installPackages(ctx context.Context, version string) error {
	if c.packagesInstalled(ctx) {
		return c.packagesReady(ctx)
	}

	overlay, err := c.overlay(version)
	if err != nil {
		return err
	}

	if _, err := c.Kubectl().Run(ctx, "apply", "-k", overlay); err != nil {
		return err
	}

	if _, err := c.Kubectl().Run(ctx, "apply", "--server-side", "-f", filepath.Join(c.Repository, "install/rbac.yaml")); err != nil {
		return err
	}

	return c.packagesReady(ctx)
}

// overlay is install/ with the packages of our registry.
func (c *Cluster) overlay(version string) (string, error) {
	dir := c.Path("install")

	// Kustomize takes no other address of a folder.
	install, err := filepath.Rel(dir, filepath.Join(c.Repository, "install"))
	if err != nil {
		return "", err
	}

	text := fmt.Sprintf(`apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
sortOptions: {order: fifo}
resources: [%s]
patches:
- patch: '[{"op": "replace", "path": "/spec/package", "value": %q}]'
  target: {kind: Function}
- patch: '[{"op": "replace", "path": "/spec/package", "value": %q}]'
  target: {kind: Configuration}
`, install, Package("function-webapp", version), Package("configuration-webapp", version))

	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}

	return dir, os.WriteFile(filepath.Join(dir, "kustomization.yaml"), []byte(text), 0o600)
}

// Package is where the registry has a package.
func Package(name, version string) string {
	return Registry + "/" + checkout.Organization + "/" + name + ":" + version
}

// packagesReady waits until WebApps are served.
func (c *Cluster) packagesReady(ctx context.Context) error {
	for _, w := range [][]string{
		{"condition=Healthy", "function.pkg/" + controlplane.FunctionName},
		{"condition=Healthy", "configuration.pkg/" + controlplane.ConfigurationName},
		{"condition=Established", "xrd/webapps.example.com"},
	} {
		if err := c.Kubectl().Wait(ctx, w[0], w[1:]...); err != nil {
			return err
		}
	}

	return nil
}
