package controlplane

import (
	"context"
	_ "embed"
	"fmt"
	"net"
	"os"
	"strings"

	"github.com/webapp-operator/function-webapp/test/e2e/processes"
)

// loopback is where everything listens.
const loopback = "127.0.0.1"

// Tokens of those who use the API server.
const (
	adminToken      = "admin"
	crossplaneToken = "crossplane"

	// Who may do what: the API server's administrators, and the service account
	// of Crossplane's chart.
	tokens = adminToken + `,admin,1,system:masters
` + crossplaneToken + `,system:serviceaccount:crossplane-system:crossplane,2,"system:serviceaccounts,system:serviceaccounts:crossplane-system"
`
)

// stages are what becomes of pods, of which none really runs.
//
//go:embed stages.yaml
var stages string

// Kubeconfig is the file with which an administrator reaches the API server.
func (c *ControlPlane) Kubeconfig() string { return c.Path("kubeconfig") }

func (c *ControlPlane) crossplaneKubeconfig() string { return c.Path("crossplane.kubeconfig") }

// kubernetes is where a program of Kubernetes is.
func (c *ControlPlane) kubernetes(program string) string {
	return c.ProgramOf("kubernetes", c.Kubernetes, program)
}

// startKubernetes starts what a cluster's control plane has.
func (c *ControlPlane) startKubernetes(ctx context.Context) error {
	if _, started := c.Process("etcd"); !started {
		if err := c.configureKubernetes(); err != nil {
			return err
		}
	}

	ports, err := freePorts(ctx, 5)
	if err != nil {
		return err
	}

	etcd, peers := "http://"+loopback+":"+ports[0], "http://"+loopback+":"+ports[1]
	etcdArgs := []string{
		"--data-dir", c.Path("etcd"), "--log-level", "warn",
		"--listen-client-urls", etcd, "--advertise-client-urls", etcd,
		"--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers, "--initial-cluster", "default=" + peers,
	}

	if !c.Durable {
		etcdArgs = append(etcdArgs, "--unsafe-no-fsync")
	}

	if err := c.Run(ctx, processes.Process{Name: "etcd", Program: c.Program("etcd"), Args: etcdArgs}); err != nil {
		return err
	}

	if err := c.Run(ctx, processes.Process{Name: "kube-apiserver", Program: c.kubernetes("kube-apiserver"), Args: []string{
		"--etcd-servers", etcd, "--cert-dir", c.Path("apiserver"),
		"--bind-address", loopback, "--secure-port", ports[2], "--service-cluster-ip-range", "10.0.0.0/16",
		"--authorization-mode", "RBAC", "--token-auth-file", c.Path("tokens"),
		"--service-account-issuer", "https://kubernetes.default.svc",
		"--service-account-key-file", c.Path("service-accounts.key"), "--service-account-signing-key-file", c.Path("service-accounts.key"),
	}}); err != nil {
		return err
	}

	if err := c.writeKubeconfigs(); err != nil {
		return err
	}

	if err := processes.Eventually(ctx, func() error {
		_, err := c.Kubectl(ctx, "get", "--raw", "/readyz")
		return err
	}); err != nil {
		return err
	}

	if err := c.Run(ctx, processes.Process{Name: "kube-controller-manager", Program: c.kubernetes("kube-controller-manager"), Args: []string{
		"--kubeconfig", c.Kubeconfig(), "--leader-elect=false",
		"--bind-address", loopback, "--secure-port", ports[3], "--cert-dir", c.Path("controller-manager"),
		"--service-account-private-key-file", c.Path("service-accounts.key"),
	}}); err != nil {
		return err
	}

	return c.Run(ctx, processes.Process{Name: "kube-scheduler", Program: c.kubernetes("kube-scheduler"), Args: []string{
		"--kubeconfig", c.Kubeconfig(), "--leader-elect=false",
		"--bind-address", loopback, "--secure-port", ports[4], "--cert-dir", c.Path("scheduler"),
	}})
}

func (c *ControlPlane) configureKubernetes() error {
	key, err := newServiceAccountKey()
	if err != nil {
		return err
	}

	for name, content := range map[string]string{"tokens": tokens, "service-accounts.key": key, "stages.yaml": stages} {
		if err := os.WriteFile(c.Path(name), []byte(content), 0o600); err != nil {
			return err
		}
	}

	return nil
}

// writeKubeconfigs writes how to reach the API server. It makes its certificate
// when it starts for the first time.
func (c *ControlPlane) writeKubeconfigs() error {
	apiserver, _ := c.Process("kube-apiserver")
	port := ""

	for i, arg := range apiserver.Args {
		if arg == "--secure-port" {
			port = apiserver.Args[i+1]
		}
	}

	for file, token := range map[string]string{c.Kubeconfig(): adminToken, c.crossplaneKubeconfig(): crossplaneToken} {
		if err := os.WriteFile(file, fmt.Appendf(nil, `apiVersion: v1
kind: Config
current-context: playground
contexts: [{name: playground, context: {cluster: playground, user: %[3]s}}]
clusters: [{name: playground, cluster: {server: "https://127.0.0.1:%[1]s", certificate-authority: %[2]q}}]
users: [{name: %[3]s, user: {token: %[3]s}}]
`, port, c.Path("apiserver", "apiserver.crt"), token), 0o600); err != nil {
			return err
		}
	}

	return nil
}

// startNodes makes nodes that run every pod without running anything.
func (c *ControlPlane) startNodes(ctx context.Context) error {
	if err := c.startKwok(ctx, "kwok", "--manage-nodes-with-annotation-selector", "kwok.x-k8s.io/node=fake"); err != nil {
		return err
	}

	nodes := make([]string, 0, 3)

	for _, zone := range []string{"a", "b", "c"} {
		nodes = append(nodes, fmt.Sprintf(`
apiVersion: v1
kind: Node
metadata:
  name: node-%[1]s
  annotations: {kwok.x-k8s.io/node: fake}
  labels: {kubernetes.io/hostname: node-%[1]s, topology.kubernetes.io/zone: zone-%[1]s}
status:
  allocatable: {cpu: "64", memory: 256Gi, pods: "1000"}
  capacity: {cpu: "64", memory: 256Gi, pods: "1000"}
`, zone))
	}

	return c.Apply(ctx, strings.Join(nodes, "---"))
}

// StartNode starts a process for one node, which fails when that is killed. The
// Node is without the annotation of the others.
func (c *ControlPlane) StartNode(ctx context.Context, name string) error {
	return c.startKwok(ctx, name, "--manage-single-node", name)
}

func (c *ControlPlane) startKwok(ctx context.Context, name string, nodes ...string) error {
	return c.Run(ctx, processes.Process{Name: name, Program: c.Program("kwok"), Args: append([]string{
		"--kubeconfig", c.Kubeconfig(), "--config", c.Path("stages.yaml"),
		// Without a lease, a node is taken for dead after 40 seconds.
		"--node-lease-duration-seconds", "40",
	}, nodes...)})
}

// freePorts returns ports of loopback that nobody listens on.
func freePorts(ctx context.Context, n int) ([]string, error) {
	ports := make([]string, 0, n)

	for range n {
		// All are held until the last is found, so that no two are the same.
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", loopback+":0")
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
