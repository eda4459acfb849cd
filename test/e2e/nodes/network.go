package nodes

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"github.com/webapp-operator/function-webapp/test/e2e/processes"
)

// The machine and the nodes are on one network, with a bridge in its middle, and
// each node has a network of pods behind it. None of them leads further.
const (
	bridge = "webapp-nodes"

	// machine is the machine's own address, where the control plane and the
	// registry listen.
	machine = "10.250.0.254"

	// podNetwork has the networks of all nodes, and serviceNetwork the addresses
	// of Services, which only nodes know.
	podNetwork     = "10.251.0.0/16"
	serviceNetwork = "10.96.0.0/16"
	dnsService     = "10.96.0.10"
)

// address is where a node is.
func address(number int) string { return fmt.Sprintf("10.250.0.%d", number) }

// pods is the network of a node's pods.
func pods(number int) string { return fmt.Sprintf("10.251.%d.0/24", number) }

// cable is the machine's end of what leads to a node.
func cable(number int) string { return fmt.Sprintf("webapp-node%d", number) }

// makeNetwork makes the network, unless it is there.
func makeNetwork(ctx context.Context) error {
	if exists(bridge) {
		return nil
	}

	commands := []string{
		"ip link add " + bridge + " type bridge",
		"ip address add " + machine + "/24 dev " + bridge,
		"ip link set " + bridge + " up",
		// With a firewall such as Docker's, bridges forward nothing else.
		"iptables " + forward("-I"),
	}

	for _, n := range Nodes {
		commands = append(commands, fmt.Sprintf("ip route add %s via %s dev %s", pods(n), address(n), bridge))
	}

	return run(ctx, commands...)
}

// forward is a rule that lets nodes reach each other.
func forward(what string) string {
	return what + " FORWARD -i " + bridge + " -o " + bridge + " -j ACCEPT"
}

// connect puts the cable of a node into it, which must run.
func connect(ctx context.Context, number int, pid int32) error {
	if exists(cable(number)) {
		return nil
	}

	return run(
		ctx,
		"ip link add "+cable(number)+" type veth peer name "+networkCard+" netns "+strconv.Itoa(int(pid)),
		"ip link set "+cable(number)+" master "+bridge+" up",
	)
}

// Cut takes a node's cable out: everything on it goes on, and nobody reaches it.
func (*Cluster) Cut(ctx context.Context, number int) error {
	return run(ctx, "ip link set "+cable(number)+" down")
}

// Mend puts the cable of a node in again.
func (*Cluster) Mend(ctx context.Context, number int) error {
	return run(ctx, "ip link set "+cable(number)+" up")
}

// removeNetwork removes what makeNetwork made. The cables would go with the nodes, but not
// before connections have ended that nobody answers any more, minutes after a node was cut
// off: a cluster that is started next must not take them for its own.
func (*Cluster) removeNetwork(ctx context.Context) error {
	for _, n := range Nodes {
		if err := processes.Eventually(ctx, func() error {
			if !exists(cable(n)) {
				return nil
			}

			return run(ctx, "ip link delete "+cable(n))
		}); err != nil {
			return err
		}
	}

	if !exists(bridge) {
		return nil
	}

	return run(ctx, "iptables "+forward("-D"), "ip link delete "+bridge)
}

// exists says whether the machine has a network interface.
func exists(name string) bool {
	_, err := os.Stat("/sys/class/net/" + name)
	return err == nil
}

// run runs commands whose words have no spaces, one after the other.
func run(ctx context.Context, commands ...string) error {
	for _, command := range commands {
		words := strings.Fields(command)

		if out, err := exec.CommandContext(ctx, words[0], words[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w: %s", command, err, strings.TrimSpace(string(out)))
		}
	}

	return nil
}
