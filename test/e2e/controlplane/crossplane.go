package controlplane

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/webapp-operator/function-webapp/test/e2e/processes"
)

// startCrossplane installs Crossplane as its chart does, and starts it.
func (c *ControlPlane) startCrossplane(ctx context.Context) error {
	if _, started := c.Process("crossplane"); !started {
		if err := c.installCrossplane(ctx); err != nil {
			return err
		}
	}

	ports, err := freePorts(ctx, 2)
	if err != nil {
		return err
	}

	proxy, err := c.address("network")
	if err != nil {
		return err
	}

	crossplane := processes.Process{
		Name: "crossplane", Program: c.Program("crossplane-core"),
		Args: []string{
			"core", "start", "--enable-webhooks=false",
			"--tls-server-secret-name=crossplane-tls-server", "--tls-client-secret-name=crossplane-tls-client",
			"--tls-client-certs-dir=" + c.Path("crossplane-tls-client"),
			"--xpkg-cache-dir=" + c.Path("xpkg"), "--xfn-cache-dir=" + c.Path("xfn"),
			"--metrics-port=" + ports[0], "--health-probe-port=" + ports[1],
		},
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
		Name: "crossplane-rbac", Program: c.Program("crossplane-core"),
		Args: []string{"rbac", "start"}, Environment: []string{"KUBECONFIG=" + c.Kubeconfig()},
	})
}

func (c *ControlPlane) installCrossplane(ctx context.Context) error {
	roles, err := os.ReadFile(filepath.Join(c.Crossplane, "cluster/charts/crossplane/templates/clusterrole.yaml"))
	if err != nil {
		return err
	}

	if err := c.Apply(ctx, `
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
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: crossplane}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: crossplane}
subjects: [{kind: ServiceAccount, name: crossplane, namespace: crossplane-system}]
---
`+withoutTemplates(string(roles))); err != nil {
		return err
	}

	// On a server that has just got the CRDs, it may be too fast for itself.
	if err := processes.Eventually(ctx, func() error {
		init := exec.CommandContext(ctx, c.Program("crossplane-core"), "core", "init", "--enable-webhooks=false",
			"--cr-ds-path="+filepath.Join(c.Crossplane, "cluster/crds"),
			"--webhook-configurations-path="+filepath.Join(c.Crossplane, "cluster/webhookconfigurations"),
			"--webhook-service-name=crossplane-webhooks", "--webhook-service-namespace=crossplane-system", "--webhook-service-port=9443",
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

	return c.dumpSecret(ctx, "crossplane-system", "crossplane-tls-client", c.Path("crossplane-tls-client"))
}

// withoutTemplates makes manifests of a chart's templates that need no values.
func withoutTemplates(chart string) string {
	chart = strings.ReplaceAll(chart, `{{ template "crossplane.name" . }}`, "crossplane")

	return regexp.MustCompile(`(?m)^.*\{\{.*\n`).ReplaceAllString(chart, "")
}
