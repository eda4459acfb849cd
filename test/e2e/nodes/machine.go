package nodes

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/webapp-operator/function-webapp/test/e2e/processes"
)

// mountpoints are what the programs of a node write to, whatever they are told,
// and what they are better not told, because names of sockets must be short.
// Each node has its own.
var mountpoints = []string{"/var/lib/kubelet", "/var/lib/containerd", "/var/lib/cni", "/var/log/pods", "/var/log/containers"}

// A service is a program of a node that is started again when it ends.
type service struct {
	name, program string
	args          []string
}

// RunNode is a node's first process: what init is on a machine. It has mounts,
// process numbers and a network of its own, which all end with it.
func (c *Cluster) RunNode(ctx context.Context, number int) error {
	if os.Getpid() != 1 {
		return errors.New("this is for the first process of a node: make cluster starts nodes")
	}

	// Whoever starts the node puts the cable in.
	if err := processes.Eventually(ctx, func() error {
		_, err := net.InterfaceByName(networkCard)
		return err
	}); err != nil {
		return err
	}

	for _, do := range []func(context.Context, int) error{c.mount, configureNetwork, makeCgroup} {
		if err := do(ctx, number); err != nil {
			return err
		}
	}

	containerd, err := exec.LookPath("containerd")
	if err != nil {
		return err
	}

	dir := c.Path(Node(number))

	return c.supervise(ctx, number, []service{
		{"containerd", containerd, []string{"--config", filepath.Join(dir, "containerd.toml")}},
		{"kubelet", c.Program("kubelet"), []string{
			"--config", filepath.Join(dir, "kubelet.yaml"), "--kubeconfig", c.Path(Node(number) + ".kubeconfig"),
			"--hostname-override", Node(number), "--node-ip", address(number), "--cert-dir", filepath.Join(dir, "certificates"),
			"--node-labels", fmt.Sprintf("topology.kubernetes.io/zone=zone%d", number),
		}},
		{"kube-proxy", c.Program("kube-proxy"), []string{"--config", filepath.Join(dir, "proxy.yaml")}},
	})
}

// mount gives the node its own view of processes, and its own folders.
func (c *Cluster) mount(ctx context.Context, number int) error {
	commands := []string{
		"mount --make-rprivate /",
		// Pods may mount for others of the node.
		"mount --make-rshared /",
		"mount -t proc none /proc",
		"mount -t tmpfs none /run",
	}

	for _, at := range mountpoints {
		own := c.Path(Node(number), filepath.Base(at))
		if err := errors.Join(os.MkdirAll(at, 0o755), os.MkdirAll(own, 0o755)); err != nil { //nolint:gosec // As on any node.
			return err
		}

		commands = append(commands, "mount --bind "+own+" "+at)
	}

	return run(ctx, commands...)
}

// removeMountpoints removes what only nodes needed.
func removeMountpoints() error {
	for _, at := range mountpoints {
		// It stays where somebody else uses it.
		if err := os.Remove(at); err != nil && !errors.Is(err, os.ErrNotExist) && !errors.Is(err, syscall.ENOTEMPTY) {
			return err
		}
	}

	return nil
}

func configureNetwork(ctx context.Context, number int) error {
	commands := []string{
		"ip link set lo up",
		"ip address add " + address(number) + "/24 dev " + networkCard,
		"ip link set " + networkCard + " up",
		// A Service has an address that leads somewhere before it is replaced.
		"ip route add " + serviceNetwork + " dev " + networkCard,
	}

	for _, other := range Nodes {
		if other != number {
			commands = append(commands, "ip route add "+pods(other)+" via "+address(other))
		}
	}

	return errors.Join(run(ctx, commands...), os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0o600))
}

// supervise runs services until it is told to end, and waits for whatever else
// ends on the node: nobody else does.
func (c *Cluster) supervise(ctx context.Context, number int, services []service) error {
	running := map[int]service{}

	for _, s := range services {
		if err := c.launch(number, s, running); err != nil {
			return err
		}
	}

	// The kernel ends what runs on the node when its first process ends.
	context.AfterFunc(ctx, func() { os.Exit(0) })

	for {
		pid, err := syscall.Wait4(-1, nil, 0, nil)
		if errors.Is(err, syscall.EINTR) {
			continue
		}

		if err != nil {
			return err
		}

		if s, ours := running[pid]; ours {
			delete(running, pid)
			time.Sleep(time.Second)

			if err := c.launch(number, s, running); err != nil {
				return err
			}
		}
	}
}

// launch starts a service. What it says is added to logs/<node>-<service>.log.
func (c *Cluster) launch(number int, s service, running map[int]service) error {
	log, err := os.OpenFile(c.Log(Node(number)+"-"+s.name), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close() //nolint:errcheck // The process has its own handle.

	null, err := os.Open(os.DevNull)
	if err != nil {
		return err
	}
	defer io.Closer(null).Close() //nolint:errcheck // Nothing was written.

	p, err := os.StartProcess(s.program, append([]string{s.program}, s.args...), &os.ProcAttr{Env: os.Environ(), Files: []*os.File{null, log, log}})
	if err != nil {
		return fmt.Errorf("cannot start %s: %w", s.name, err)
	}

	running[p.Pid] = s

	// Everything that ends is waited for in one place.
	return p.Release()
}
