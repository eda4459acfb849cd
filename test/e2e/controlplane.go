// Package e2e runs a whole Crossplane control plane as plain processes on
// loopback, without Docker and without a cluster, and tests the packages on it.
package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"
)

// A controlPlane is etcd, Kubernetes' own components, kwok in place of nodes,
// Crossplane, and an OCI registry.
type controlPlane struct {
	// bin has the programs, core the module of Crossplane's core, for its CRDs
	// and its roles.
	bin  string
	core string

	// dir has everything that the processes write.
	dir string

	registry  string
	processes []*exec.Cmd
}

const (
	adminToken      = "admin"
	crossplaneToken = "crossplane"

	// Who may do what: the API server's administrators, and the service account
	// of Crossplane's chart.
	tokens = adminToken + `,admin,1,system:masters
` + crossplaneToken + `,system:serviceaccount:crossplane-system:crossplane,2,"system:serviceaccounts,system:serviceaccounts:crossplane-system"
`
)

// start starts everything, and returns when Crossplane runs.
func (c *controlPlane) start(ctx context.Context) error {
	for _, step := range []func(context.Context) error{
		c.startRegistry, c.startKubernetes, c.startNode, c.startCrossplane,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}

	return nil
}

// stop ends every process, the last one first.
func (c *controlPlane) stop() {
	for len(c.processes) > 0 {
		last := len(c.processes) - 1
		p := c.processes[last]
		c.processes = c.processes[:last]

		_ = p.Process.Signal(syscall.SIGTERM)
		killer := time.AfterFunc(10*time.Second, func() { _ = p.Process.Kill() })
		_ = p.Wait()

		killer.Stop()
	}
}

func (c *controlPlane) path(name string) string { return filepath.Join(c.dir, name) }

// run starts a program that stays. What it says goes to a file of its name.
func (c *controlPlane) run(ctx context.Context, name, program string, args ...string) error {
	return c.runAs(ctx, name, "", program, args...)
}

// runAs is run with a kubeconfig.
func (c *controlPlane) runAs(ctx context.Context, name, kubeconfig, program string, args ...string) error {
	log, err := os.Create(c.path(name + ".log"))
	if err != nil {
		return err
	}
	defer log.Close() //nolint:errcheck // The process has its own handle.

	cmd := exec.CommandContext(context.WithoutCancel(ctx), filepath.Join(c.bin, program), args...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Env = append(os.Environ(), "KUBECONFIG="+c.path(kubeconfig))

	if err := cmd.Start(); err != nil {
		return fmt.Errorf("cannot start %s: %w", name, err)
	}

	c.processes = append(c.processes, cmd)

	return nil
}

func (c *controlPlane) startRegistry(ctx context.Context) error {
	if err := c.run(ctx, "registry", "registry"); err != nil {
		return err
	}

	return eventually(ctx, func() error {
		address, err := os.ReadFile(c.path("registry.log"))
		c.registry = strings.TrimSpace(string(address))

		if c.registry == "" {
			return fmt.Errorf("the registry does not say where it is: %w", err)
		}

		return nil
	})
}

func (c *controlPlane) startKubernetes(ctx context.Context) error {
	ports, err := freePorts(ctx, 5)
	if err != nil {
		return err
	}

	etcd, peers := "http://127.0.0.1:"+ports[0], "http://127.0.0.1:"+ports[1]
	server := "https://127.0.0.1:" + ports[2]

	key, err := newServiceAccountKey()
	if err != nil {
		return err
	}

	for name, content := range map[string]string{
		"tokens":                tokens,
		"service-accounts":      key,
		"kubeconfig":            kubeconfig(server, adminToken),
		"crossplane-kubeconfig": kubeconfig(server, crossplaneToken),
	} {
		if err := os.WriteFile(c.path(name), []byte(content), 0o600); err != nil {
			return err
		}
	}

	if err := c.run(ctx, "etcd", "etcd", "--data-dir", c.path("etcd"), "--unsafe-no-fsync", "--log-level", "warn",
		"--listen-client-urls", etcd, "--advertise-client-urls", etcd,
		"--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers, "--initial-cluster", "default="+peers); err != nil {
		return err
	}

	if err := c.run(ctx, "kube-apiserver", "kube-apiserver", "--etcd-servers", etcd, "--cert-dir", c.path("apiserver"),
		"--bind-address", "127.0.0.1", "--secure-port", ports[2], "--service-cluster-ip-range", "10.0.0.0/16",
		"--authorization-mode", "RBAC", "--token-auth-file", c.path("tokens"),
		"--service-account-issuer", "https://kubernetes.default.svc",
		"--service-account-key-file", c.path("service-accounts"), "--service-account-signing-key-file", c.path("service-accounts")); err != nil {
		return err
	}

	if err := eventually(ctx, func() error {
		_, err := c.kubectl(ctx, "get", "--raw", "/readyz")
		return err
	}); err != nil {
		return err
	}

	if err := c.run(ctx, "kube-controller-manager", "kube-controller-manager", "--kubeconfig", c.path("kubeconfig"), "--leader-elect=false",
		"--bind-address", "127.0.0.1", "--secure-port", ports[3], "--cert-dir", c.path("controller-manager"),
		"--service-account-private-key-file", c.path("service-accounts")); err != nil {
		return err
	}

	return c.run(ctx, "kube-scheduler", "kube-scheduler", "--kubeconfig", c.path("kubeconfig"), "--leader-elect=false",
		"--bind-address", "127.0.0.1", "--secure-port", ports[4], "--cert-dir", c.path("scheduler"))
}

// startNode makes a node that runs every pod without running anything.
func (c *controlPlane) startNode(ctx context.Context) error {
	if err := c.run(ctx, "kwok", "kwok", "--kubeconfig", c.path("kubeconfig"), "--manage-all-nodes",
		// Without a lease, the node is taken for dead after 40 seconds.
		"--node-lease-duration-seconds", "40"); err != nil {
		return err
	}

	return c.apply(ctx, `
apiVersion: v1
kind: Node
metadata:
  name: node
  annotations:
    kwok.x-k8s.io/node: fake
  labels:
    kubernetes.io/hostname: node
    topology.kubernetes.io/zone: zone
status:
  allocatable: {cpu: "64", memory: 256Gi, pods: "1000"}
  capacity: {cpu: "64", memory: 256Gi, pods: "1000"}
`)
}

func (c *controlPlane) startCrossplane(ctx context.Context) error {
	roles, err := os.ReadFile(filepath.Join(c.core, "cluster/charts/crossplane/templates/clusterrole.yaml"))
	if err != nil {
		return err
	}

	if err := c.apply(ctx, `
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

	secrets := []string{"--tlsca-secret-name=crossplane-root-ca", "--tls-server-secret-name=crossplane-tls-server", "--tls-client-secret-name=crossplane-tls-client"}

	// On a server that has just got the CRDs, it may be too fast for itself.
	if err := eventually(ctx, func() error {
		init := exec.CommandContext(ctx, filepath.Join(c.bin, "crossplane-core"), append([]string{
			"core", "init", "--enable-webhooks=false",
			"--cr-ds-path=" + filepath.Join(c.core, "cluster/crds"),
			"--webhook-configurations-path=" + filepath.Join(c.core, "cluster/webhookconfigurations"),
			"--webhook-service-name=crossplane-webhooks", "--webhook-service-namespace=crossplane-system", "--webhook-service-port=9443",
		}, secrets...)...)
		init.Env = append(os.Environ(), "KUBECONFIG="+c.path("kubeconfig"))

		out, err := init.CombinedOutput()
		if err != nil {
			return fmt.Errorf("crossplane core init: %w\n%s", err, out)
		}

		return nil
	}); err != nil {
		return err
	}

	if err := c.dumpSecret(ctx, "crossplane-system", "crossplane-tls-client", c.path("tls-client")); err != nil {
		return err
	}

	ports, err := freePorts(ctx, 4)
	if err != nil {
		return err
	}

	for _, cache := range []string{"xpkg", "xfn"} {
		if err := os.Mkdir(c.path(cache), 0o700); err != nil {
			return err
		}
	}

	if err := c.runAs(ctx, "crossplane", "crossplane-kubeconfig", "crossplane-core", "core", "start", "--enable-webhooks=false",
		"--tls-server-secret-name=crossplane-tls-server", "--tls-client-secret-name=crossplane-tls-client",
		"--tls-client-certs-dir="+c.path("tls-client"),
		"--xpkg-cache-dir="+c.path("xpkg"), "--xfn-cache-dir="+c.path("xfn"),
		"--metrics-port="+ports[0], "--health-probe-port="+ports[1]); err != nil {
		return err
	}

	return c.runAs(ctx, "crossplane-rbac", "kubeconfig", "crossplane-core", "rbac", "start")
}

// withoutTemplates makes manifests of a chart's templates that need no values.
func withoutTemplates(chart string) string {
	chart = strings.ReplaceAll(chart, `{{ template "crossplane.name" . }}`, "crossplane")

	return regexp.MustCompile(`(?m)^.*\{\{.*\n`).ReplaceAllString(chart, "")
}

// kubectl runs kubectl as an administrator and returns what it prints.
func (c *controlPlane) kubectl(ctx context.Context, args ...string) (string, error) {
	return c.kubectlWith(ctx, "", args...)
}

// apply applies manifests, server-side.
func (c *controlPlane) apply(ctx context.Context, manifests string) error {
	_, err := c.kubectlWith(ctx, manifests, "apply", "--server-side", "-f", "-")
	return err
}

func (c *controlPlane) kubectlWith(ctx context.Context, stdin string, args ...string) (string, error) {
	var stdout, stderr bytes.Buffer

	cmd := exec.CommandContext(ctx, filepath.Join(c.bin, "kubectl"), append([]string{"--kubeconfig", c.path("kubeconfig")}, args...)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &stdout, &stderr

	if err := cmd.Run(); err != nil {
		return stdout.String(), fmt.Errorf("kubectl %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(stderr.String()))
	}

	return stdout.String(), nil
}

// eventually tries until it works, or until the context or two minutes end.
func eventually(ctx context.Context, try func() error) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()

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

// freePorts returns ports of loopback that nobody listens on.
func freePorts(ctx context.Context, n int) ([]string, error) {
	ports := make([]string, 0, n)

	for range n {
		// All are held until the last is found, so that no two are the same.
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close() //nolint:errcheck // Nothing was written.

		_, port, err := net.SplitHostPort(l.Addr().String())
		if err != nil {
			return nil, err
		}

		ports = append(ports, port)
	}

	return ports, nil
}

func kubeconfig(server, token string) string {
	return fmt.Sprintf(`apiVersion: v1
kind: Config
current-context: test
contexts: [{name: test, context: {cluster: test, user: test}}]
clusters: [{name: test, cluster: {server: %q, insecure-skip-tls-verify: true}}]
users: [{name: test, user: {token: %q}}]
`, server, token)
}
