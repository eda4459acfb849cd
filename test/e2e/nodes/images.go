package nodes

import (
	"context"
	"fmt"
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

	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}

	core, err := c.Module(ctx, "crossplane", crossplaneModule)
	if err != nil {
		return err
	}

	for _, image := range [][]string{
		{"-binary", c.Path("apps", "pause"), "-tag", Image("pause")},
		{"-binary", c.Path("apps", "web"), "-tag", Image("web")},
		{"-binary", c.Path("apps", "web"), "-tag", Registry + "/web:2"},
		{"-binary", c.Path("apps", "web"), "-tag", RootImage(), "-user", "0:0"},
		{"-binary", c.Path("apps", "load"), "-tag", Image("load")},
		{"-binary", c.Program("coredns"), "-tag", Image("coredns")},
		{"-binary", c.Program("metrics-server"), "-tag", Image("metrics-server")},
		{
			"-binary", c.Program("crossplane-core"), "-tag", Image("crossplane"),
			"-folder", "/crds=" + filepath.Join(core, "cluster/crds"), "-folder", "/webhookconfigurations=" + filepath.Join(core, "cluster/webhookconfigurations"),
		},
	} {
		push := exec.CommandContext(ctx, c.Program("image"), append(image, "-arch", runtime.GOARCH)...)
		if out, err := push.CombinedOutput(); err != nil {
			return fmt.Errorf("image %s: %w\n%s", strings.Join(image, " "), err, out)
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
