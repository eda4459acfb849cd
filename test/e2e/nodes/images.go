package nodes

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

const (
	// Registry has every image and package of the cluster.
	Registry = machine + ":5000"

	// BrokenRegistry is where tests have one that does not give what it has.
	BrokenRegistry = machine + ":5001"
)

// Image is where the registry has an image.
func Image(name string) string { return Registry + "/" + name + ":1" }

// RootImage is the web application again, as an image that runs as root.
func RootImage() string { return Registry + "/web:root" }

// pushImages makes the images of what runs on the nodes.
func (c *Cluster) pushImages(ctx context.Context) error {
	if _, err := c.Kubectl().Run(ctx, "get", "deployment", "-n", "kube-system", "coredns"); err == nil {
		return nil
	}

	apps := []string{"build", "-trimpath", "-ldflags", "-s -w", "-o", c.Path("apps") + "/", "./apps/..."}
	build := exec.CommandContext(ctx, "go", append([]string{"-C", filepath.Join(c.Repository, "test/e2e/nodes")}, apps...)...)

	// Images have no C library.
	build.Env = append(os.Environ(), "CGO_ENABLED=0")

	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}

	core, err := c.Module(ctx, "crossplane", crossplaneModule)
	if err != nil {
		return err
	}

	for _, image := range []struct {
		tag, binary string
		more        []string
	}{
		{Image("pause"), c.Path("apps", "pause"), nil},
		{Image("web"), c.Path("apps", "web"), nil},
		{Registry + "/web:2", c.Path("apps", "web"), nil},
		{RootImage(), c.Path("apps", "web"), []string{"-user", "0:0"}},
		{Image("load"), c.Path("apps", "load"), nil},
		{Image("coredns"), c.Program("coredns"), nil},
		{Image("metrics-server"), c.Program("metrics-server"), nil},
		{Image("crossplane"), c.Program("crossplane-core"), []string{
			"-folder", "/crds=" + filepath.Join(core, "cluster/crds"), "-folder", "/webhookconfigurations=" + filepath.Join(core, "cluster/webhookconfigurations"),
		}},
	} {
		push := exec.CommandContext(ctx, c.Program("image"), append(image.more, "-arch", runtime.GOARCH, "-tag", image.tag, "-binary", image.binary)...)
		if out, err := push.CombinedOutput(); err != nil {
			return fmt.Errorf("image %s: %w\n%s", image.tag, err, out)
		}
	}

	return nil
}

// snapshotter is what containerd keeps images with: layers are put over each
// other, unless the folder is in a container, whose files are layers already.
func snapshotter(dir string) string {
	out, err := exec.Command("stat", "--file-system", "--format=%T", dir).Output() //nolint:noctx // It takes no time.
	if err == nil && strings.TrimSpace(string(out)) == "overlayfs" {
		return "native"
	}

	return "overlayfs"
}
