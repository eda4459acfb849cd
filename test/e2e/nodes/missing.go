package nodes

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// cniPlugins are the folders where distributions and others put CNI plugins.
var cniPlugins = []string{"/usr/lib/cni", "/opt/cni/bin", "/usr/libexec/cni"}

// Missing says what the machine lacks, and how to install it.
func Missing() error {
	if runtime.GOOS != "linux" {
		return fmt.Errorf("real nodes need Linux, and this is %s: make up runs everywhere", runtime.GOOS)
	}

	if os.Geteuid() != 0 {
		return errors.New("real nodes need root: they mount, and make networks. make up does not")
	}

	missing := []string{}

	for _, program := range []string{"containerd", "runc", "ip", "iptables", "mount"} {
		if _, err := exec.LookPath(program); err != nil {
			missing = append(missing, program)
		}
	}

	if _, err := pluginFolder(); err != nil {
		missing = append(missing, err.Error())
	}

	if len(missing) > 0 {
		return fmt.Errorf("real nodes need %s; on Debian and Ubuntu: apt-get install containerd iproute2 iptables containernetworking-plugins", strings.Join(missing, ", "))
	}

	return nil
}

// pluginFolder is where the CNI plugins are.
func pluginFolder() (string, error) {
	for _, folder := range cniPlugins {
		if _, err := os.Stat(filepath.Join(folder, "ptp")); err == nil {
			return folder, nil
		}
	}

	return "", fmt.Errorf("CNI plugins in one of %s", strings.Join(cniPlugins, ", "))
}
