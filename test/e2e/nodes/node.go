package nodes

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/webapp-operator/function-webapp/test/e2e/processes"
)

// networkCard is what a node calls its end of the cable.
const networkCard = "eth0"

// startNodes starts the machines of the cluster, and connects them.
func (c *Cluster) startNodes(ctx context.Context) error {
	for _, n := range Nodes {
		if err := c.configureNode(n); err != nil {
			return err
		}

		if err := c.Run(ctx, processes.Process{
			Name: Node(n), Program: c.Program("cluster"), Isolated: true,
			Args: []string{"--repository", c.Repository, "--dir", c.Dir, "node", strconv.Itoa(n)},
		}); err != nil {
			return err
		}

		p, _ := c.Process(Node(n))
		if err := connect(ctx, n, p.PID); err != nil {
			return err
		}
	}

	return nil
}

// nodesReady waits until pods can run.
func (c *Cluster) nodesReady(ctx context.Context) error {
	for _, n := range Nodes {
		if err := c.Kubectl().Wait(ctx, "condition=Ready", "node/"+Node(n)); err != nil {
			return err
		}
	}

	return nil
}

// configureNode writes what the programs of a node read.
func (c *Cluster) configureNode(number int) error {
	plugins, err := pluginFolder()
	if err != nil {
		return err
	}

	dir := func(names ...string) string {
		return c.Path(append([]string{Node(number)}, names...)...)
	}

	files := map[string]string{
		dir("cni", "pods.conflist"): fmt.Sprintf(cniConfig, pods(number)),
		dir("containerd.toml"):      fmt.Sprintf(containerdConfig, snapshotter(c.Dir), Image("pause"), plugins, dir("cni"), dir("registries")),
		dir("kubelet.yaml"):         fmt.Sprintf(kubeletConfig, cgroup(number), dnsService, dir("resolv.conf")),
		dir("proxy.yaml"):           fmt.Sprintf(proxyConfig, c.Path("kube-proxy.kubeconfig"), Node(number), podNetwork),
		// Pods ask the cluster's DNS only.
		dir("resolv.conf"): "",
	}

	for _, registry := range []string{Registry, BrokenRegistry} {
		files[dir("registries", registry, "hosts.toml")] = fmt.Sprintf("server = \"http://%[1]s\"\n[host.\"http://%[1]s\"]\ncapabilities = [\"pull\", \"resolve\"]\n", registry)
	}

	for file, content := range files {
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, []byte(content), 0o600)); err != nil {
			return err
		}
	}

	return nil
}

const (
	// Pods are reached by a route each, and not by a bridge: what comes back from
	// a pod of the same node must pass by the rules for Services, too.
	cniConfig = `{"cniVersion": "1.0.0", "name": "pods", "plugins": [
  {"type": "ptp", "ipMasq": false, "ipam": {"type": "host-local", "ranges": [[{"subnet": %q}]], "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
`

	// Root in a container may not protect pods from the kernel's want of memory.
	containerdConfig = `version = 2
[plugins."io.containerd.grpc.v1.cri".containerd]
snapshotter = %q
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = %q
restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = %q
conf_dir = %q
[plugins."io.containerd.grpc.v1.cri".registry]
config_path = %q
`

	// The disk is the machine's, and how full it is no business of the cluster. A
	// registry that hangs holds up those who ask it, and not the whole node.
	kubeletConfig = `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
failCgroupV1: false
cgroupDriver: cgroupfs
cgroupRoot: /%s
failSwapOn: false
containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
authentication: {anonymous: {enabled: true}, webhook: {enabled: false}}
authorization: {mode: AlwaysAllow}
clusterDNS: [%s]
clusterDomain: cluster.local
resolvConf: %s
imageGCHighThresholdPercent: 100
serializeImagePulls: false
evictionHard: {memory.available: 100Mi, nodefs.available: 100Mi, imagefs.available: 100Mi}
volumePluginDir: /run/volume-plugins
maxPods: 60
`

	proxyConfig = `apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
clientConnection: {kubeconfig: %s}
hostnameOverride: %s
mode: iptables
clusterCIDR: %s
conntrack: {maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}
`
)
