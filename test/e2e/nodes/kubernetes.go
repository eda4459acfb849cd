package nodes

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/webapp-operator/function-webapp/test/e2e/processes"
)

const (
	// server is where the API server is.
	server = "https://" + machine + ":6443"

	etcd  = "http://127.0.0.1:23790"
	peers = "http://127.0.0.1:23800"
)

// startKubernetes starts the control plane, as processes of the machine.
func (c *Cluster) startKubernetes(ctx context.Context) error {
	if _, started := c.Process("registry"); !started {
		if exists(bridge) {
			return errors.New("another cluster runs on this machine, which can have one: make cluster-down ends it")
		}

		if err := c.configureKubernetes(); err != nil {
			return err
		}
	}

	if err := makeNetwork(ctx); err != nil {
		return err
	}

	certificate := c.Path("apiserver", "apiserver.crt")

	for _, p := range []processes.Process{
		{Name: "registry", Program: c.Program("registry"), Args: []string{"--address", Registry}},
		{Name: "etcd", Program: c.Program("etcd"), Args: []string{
			"--data-dir", c.Path("etcd"), "--log-level", "warn", "--unsafe-no-fsync",
			"--listen-client-urls", etcd, "--advertise-client-urls", etcd,
			"--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers, "--initial-cluster", "default=" + peers,
		}},
		{Name: "kube-apiserver", Program: c.Program("kube-apiserver"), Args: c.apiServer()},
	} {
		if err := c.Run(ctx, p); err != nil {
			return err
		}
	}

	if err := processes.Eventually(ctx, func() error {
		_, err := c.Kubectl().Run(ctx, "get", "--raw", "/readyz")
		return err
	}); err != nil {
		return err
	}

	for _, p := range []processes.Process{
		{Name: "kube-controller-manager", Program: c.Program("kube-controller-manager"), Args: []string{
			"--kubeconfig", c.Kubeconfig(), "--leader-elect=false", "--bind-address", machine, "--cert-dir", c.Path("controller-manager"),
			"--service-account-private-key-file", c.Path("service-accounts.key"), "--root-ca-file", certificate,
			// Autoscalers look three times as often as by default, so that tests wait less.
			"--horizontal-pod-autoscaler-sync-period", "5s",
		}},
		{Name: "kube-scheduler", Program: c.Program("kube-scheduler"), Args: []string{
			"--kubeconfig", c.Kubeconfig(), "--leader-elect=false", "--bind-address", machine, "--cert-dir", c.Path("scheduler"),
		}},
	} {
		if err := c.Run(ctx, p); err != nil {
			return err
		}
	}

	return nil
}

// apiServer are the arguments of the API server.
func (c *Cluster) apiServer() []string {
	return []string{
		"--etcd-servers", etcd, "--cert-dir", c.Path("apiserver"),
		"--bind-address", machine, "--secure-port", "6443", "--service-cluster-ip-range", serviceNetwork,
		"--authorization-mode", "Node,RBAC", "--token-auth-file", c.Path("tokens"), "--allow-privileged",
		"--service-account-issuer", "https://kubernetes.default.svc",
		"--service-account-key-file", c.Path("service-accounts.key"), "--service-account-signing-key-file", c.Path("service-accounts.key"),
		"--kubelet-preferred-address-types", "InternalIP",
		// Other servers for some of the API, such as that for metrics, believe the
		// certificate of this front proxy when it says who asks.
		"--requestheader-client-ca-file", c.Path("front-proxy-ca.crt"), "--requestheader-allowed-names", frontProxy,
		"--proxy-client-cert-file", c.Path("front-proxy.crt"), "--proxy-client-key-file", c.Path("front-proxy.key"),
		"--requestheader-username-headers", "X-Remote-User", "--requestheader-group-headers", "X-Remote-Group",
		"--requestheader-extra-headers-prefix", "X-Remote-Extra-", "--enable-aggregator-routing",
	}
}

// configureKubernetes writes keys, and who may use the API server.
func (c *Cluster) configureKubernetes() error {
	files, err := certificates()
	if err != nil {
		return err
	}

	tokens := []string{"admin,admin,1,system:masters", "kube-proxy,system:kube-proxy,2"}
	users := map[string]string{c.Kubeconfig(): "admin", c.Path("kube-proxy.kubeconfig"): "kube-proxy"}

	for _, n := range Nodes {
		tokens = append(tokens, fmt.Sprintf(`%[1]s,system:node:%[1]s,%[2]d,"system:nodes"`, Node(n), 100+n))
		users[c.Path(Node(n)+".kubeconfig")] = Node(n)
	}

	files[c.Path("tokens")] = strings.Join(tokens, "\n") + "\n"

	for file, user := range users {
		// The API server makes its certificate when it starts.
		files[file] = fmt.Sprintf(`apiVersion: v1
kind: Config
current-context: nodes
contexts: [{name: nodes, context: {cluster: nodes, user: %[2]s}}]
clusters: [{name: nodes, cluster: {server: %[1]q, certificate-authority: %[3]q}}]
users: [{name: %[2]s, user: {token: %[2]s}}]
`, server, user, c.Path("apiserver", "apiserver.crt"))
	}

	for file, content := range files {
		if !strings.HasPrefix(file, c.Dir) {
			file = c.Path(file)
		}

		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			return err
		}
	}

	return nil
}
