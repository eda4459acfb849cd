// Package checkout knows what is where in the project.
package checkout

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
)

// Version is that of the packages, as the Makefile has it, and Newer one to upgrade to.
const (
	Version = "v0.2.0"
	Newer   = "v0.2.1"
)

// Organization is where registries have the packages.
const Organization = "webapp-operator"

// A Checkout is a working tree of the project.
type Checkout struct {
	// Repository is the project's root, and Bin has the programs.
	Repository string
	Bin        string
}

// New returns the checkout in a folder.
func New(repository string) (Checkout, error) {
	repository, err := filepath.Abs(repository)
	return Checkout{Repository: repository, Bin: filepath.Join(repository, ".cache/bin")}, err
}

// Program is where a program is.
func (c Checkout) Program(name string) string { return filepath.Join(c.Bin, name) }

// ProgramOf is where a program is of a version that test/tools has beside the default,
// such as 1.37 of kubernetes. Without a version, it is the default.
func (c Checkout) ProgramOf(tool, version, name string) string {
	if version == "" {
		return c.Program(name)
	}

	return filepath.Join(c.Bin, tool+"-"+version, name)
}

// Module is where the source of a tool's module is. It is downloaded, unless it is there.
func (c Checkout) Module(ctx context.Context, tool, module string) (string, error) {
	folder := filepath.Join(c.Repository, "test/tools", tool)

	if out, err := exec.CommandContext(ctx, "go", "-C", folder, "mod", "download", module).CombinedOutput(); err != nil {
		return "", fmt.Errorf("go mod download %s: %w: %s", module, err, out)
	}

	dir, err := exec.CommandContext(ctx, "go", "-C", folder, "list", "-m", "-f", "{{.Dir}}", module).Output()
	if err != nil {
		return "", fmt.Errorf("cannot find module %s: %w", module, err)
	}

	return strings.TrimSpace(string(dir)), nil
}

// pushing is held by who makes packages: all do it in the same folder.
var pushing sync.Mutex

// Push builds the packages of a version for this machine and pushes them to a
// registry.
func (c Checkout) Push(ctx context.Context, registry, version string, variables ...string) error {
	pushing.Lock()
	defer pushing.Unlock()

	return c.Make(ctx, append([]string{"push", "REGISTRY=" + registry, "ORG=" + Organization, "VERSION=" + version, "ARCHS=" + runtime.GOARCH}, variables...)...)
}

// Make makes something in the project.
func (c Checkout) Make(ctx context.Context, args ...string) error {
	out, err := exec.CommandContext(ctx, "make", append([]string{"-C", c.Repository}, args...)...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("make %s: %w\n%s", args[0], err, out)
	}

	return nil
}
