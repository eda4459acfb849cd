package controlplane

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/webapp-operator/function-webapp/test/e2e/processes"
)

// webhooks is the Service by which the API server asks Crossplane before something is
// deleted that is in use.
const webhooks = "crossplane-webhooks"

// startCrossplane installs Crossplane as its chart does, and starts it.
func (c *ControlPlane) startCrossplane(ctx context.Context) error {
	ports, err := freePorts(ctx, 3)
	if err != nil {
		return err
	}

	if _, started := c.Process("crossplane"); !started {
		if err := c.Apply(ctx, crossplaneSystem); err != nil {
			return err
		}

		if err := c.installCrossplane(ctx, ports[2]); err != nil {
			return err
		}
	}

	return c.runCrossplane(ctx, ports)
}

// UpgradeCrossplane replaces Crossplane by that of another version, as an upgrade of its
// chart does: what comes before it starts is done while the old one runs. While neither
// does, between is called.
func (c *ControlPlane) UpgradeCrossplane(ctx context.Context, version string, between func()) error {
	ports, err := freePorts(ctx, 3)
	if err != nil {
		return err
	}

	c.Crossplane = version

	if err := c.installCrossplane(ctx, ports[2]); err != nil {
		return err
	}

	for _, name := range []string{"crossplane-rbac", "crossplane"} {
		if err := errors.Join(c.Stop(ctx, name), c.Forget(name)); err != nil {
			return err
		}
	}

	between()

	return c.runCrossplane(ctx, ports)
}

// runCrossplane has it listen on ports for its metrics, its health and its webhooks.
func (c *ControlPlane) runCrossplane(ctx context.Context, ports []string) error {
	proxy, err := c.address("network")
	if err != nil {
		return err
	}

	crossplane := processes.Process{
		Name: "crossplane", Program: c.crossplane(),
		Args: append([]string{
			"core", "start",
			"--tls-server-secret-name=crossplane-tls-server", "--tls-client-secret-name=crossplane-tls-client",
			"--tls-server-certs-dir=" + c.Path("crossplane-tls-server"), "--tls-client-certs-dir=" + c.Path("crossplane-tls-client"),
			"--xpkg-cache-dir=" + c.Path("xpkg"), "--xfn-cache-dir=" + c.Path("xfn"),
			"--metrics-port=" + ports[0], "--health-probe-port=" + ports[1], "--webhook-port=" + ports[2],
		}, c.Flags...),
		Environment: []string{
			"KUBECONFIG=" + c.crossplaneKubeconfig(),
			// Functions are behind it; loopback never is.
			"HTTPS_PROXY=http://" + proxy, "NO_PROXY=",
		},
	}

	if c.Cosign != "" {
		crossplane.Args = append(crossplane.Args, "--enable-signature-verification")
	}

	if err := c.Run(ctx, crossplane); err != nil {
		return err
	}

	return c.Run(ctx, processes.Process{
		Name: "crossplane-rbac", Program: c.crossplane(),
		Args: []string{"rbac", "start"}, Environment: []string{"KUBECONFIG=" + c.Kubeconfig()},
	})
}

// crossplane is where Crossplane's program is.
func (c *ControlPlane) crossplane() string {
	return c.ProgramOf("crossplane", c.Crossplane, "crossplane-core")
}

// crossplaneSystem is what Crossplane's chart has that is the same in every version.
const crossplaneSystem = `
apiVersion: v1
kind: Namespace
metadata: {name: crossplane-system}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: crossplane, namespace: crossplane-system}
---
apiVersion: v1
kind: Secret
metadata: {name: crossplane-root-ca, namespace: crossplane-system}
---
apiVersion: v1
kind: Secret
metadata: {name: crossplane-tls-server, namespace: crossplane-system}
---
apiVersion: v1
kind: Secret
metadata: {name: crossplane-tls-client, namespace: crossplane-system}
---
apiVersion: v1
kind: Service
metadata: {name: ` + webhooks + `, namespace: crossplane-system}
spec: {type: ExternalName, externalName: localhost}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: crossplane}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: crossplane}
subjects: [{kind: ServiceAccount, name: crossplane, namespace: crossplane-system}]
`

// installCrossplane applies the roles and the CRDs of its version, and makes what
// certificates there are none of.
func (c *ControlPlane) installCrossplane(ctx context.Context, webhookPort string) error {
	module, err := c.Module(ctx, path.Join("crossplane", c.Crossplane), "github.com/crossplane/crossplane/v2")
	if err != nil {
		return err
	}

	roles, err := os.ReadFile(filepath.Join(module, "cluster/charts/crossplane/templates/clusterrole.yaml"))
	if err != nil {
		return err
	}

	if err := c.Apply(ctx, withoutTemplates(string(roles))); err != nil {
		return err
	}

	// On a server that has just got the CRDs, it may be too fast for itself.
	if err := processes.Eventually(ctx, func() error {
		init := exec.CommandContext(ctx, c.crossplane(), "core", "init",
			"--cr-ds-path="+filepath.Join(module, "cluster/crds"),
			"--webhook-configurations-path="+filepath.Join(module, "cluster/webhookconfigurations"),
			"--webhook-service-name="+webhooks, "--webhook-service-namespace=crossplane-system", "--webhook-service-port="+webhookPort,
			"--tlsca-secret-name=crossplane-root-ca", "--tls-server-secret-name=crossplane-tls-server", "--tls-client-secret-name=crossplane-tls-client")
		init.Env = append(os.Environ(), "KUBECONFIG="+c.Kubeconfig())

		out, err := init.CombinedOutput()
		if err != nil {
			return fmt.Errorf("crossplane core init: %w\n%s", err, out)
		}

		return nil
	}); err != nil {
		return err
	}

	for _, cache := range []string{"xpkg", "xfn"} {
		if err := os.MkdirAll(c.Path(cache), 0o700); err != nil {
			return err
		}
	}

	for _, secret := range []string{"crossplane-tls-server", "crossplane-tls-client"} {
		if err := c.dumpSecret(ctx, "crossplane-system", secret, c.Path(secret)); err != nil {
			return err
		}
	}

	return nil
}

// withoutTemplates makes manifests of a chart's templates that need no values.
func withoutTemplates(chart string) string {
	chart = strings.ReplaceAll(chart, `{{ template "crossplane.name" . }}`, "crossplane")

	return regexp.MustCompile(`(?m)^.*\{\{.*\n`).ReplaceAllString(chart, "")
}
