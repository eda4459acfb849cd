package nodes

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/webapp-operator/function-webapp/test/e2e/processes"
)

const cgroups = "/sys/fs/cgroup"

// cgroup is the one of a node. Its pods are below it.
func cgroup(number int) string { return "webapp-" + Node(number) }

// makeCgroup makes the cgroup of a node, in every hierarchy if there are several.
func makeCgroup(_ context.Context, number int) error {
	controllers, err := os.ReadFile(filepath.Join(cgroups, "cgroup.controllers"))
	if err == nil {
		for _, at := range []string{cgroups, filepath.Join(cgroups, cgroup(number))} {
			enable := "+" + strings.Join(strings.Fields(string(controllers)), " +")
			if err := errors.Join(os.MkdirAll(at, 0o755), os.WriteFile(filepath.Join(at, "cgroup.subtree_control"), []byte(enable), 0o600)); err != nil { //nolint:gosec // As all of them are.
				return err
			}
		}

		return nil
	}

	for _, hierarchy := range hierarchies() {
		own := filepath.Join(hierarchy, cgroup(number))
		if err := os.MkdirAll(own, 0o755); err != nil { //nolint:gosec // As all of them are.
			return err
		}

		// A new cpuset has no processors and no memory.
		for _, name := range []string{"cpuset.cpus", "cpuset.mems"} {
			all, err := os.ReadFile(filepath.Join(hierarchy, name))
			if errors.Is(err, os.ErrNotExist) {
				continue
			}

			if err := errors.Join(err, os.WriteFile(filepath.Join(own, name), all, 0o600)); err != nil {
				return err
			}
		}
	}

	return nil
}

// hierarchies are those of version 1. Where both versions are, programs of a node
// take the first.
func hierarchies() []string {
	entries, _ := os.ReadDir(cgroups)
	found := []string{}

	for _, e := range entries {
		// Some are links to others.
		if e.IsDir() && e.Name() != "unified" {
			found = append(found, filepath.Join(cgroups, e.Name()))
		}
	}

	return found
}

// removeCgroups removes those of all nodes, which have ended.
func (*Cluster) removeCgroups(ctx context.Context) error {
	for _, n := range Nodes {
		for _, at := range append(hierarchies(), cgroups, filepath.Join(cgroups, "unified")) {
			// The kernel may need a moment after the last process.
			if err := processes.Eventually(ctx, func() error { return removeTree(filepath.Join(at, cgroup(n))) }); err != nil {
				return err
			}
		}
	}

	return nil
}

// removeTree removes a cgroup and all below it. Their files cannot be removed.
func removeTree(root string) error {
	dirs := []string{}

	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			dirs = append(dirs, path)
		}

		return err
	})

	if errors.Is(err, os.ErrNotExist) {
		return nil
	}

	for _, dir := range slices.Backward(dirs) {
		err = errors.Join(err, os.Remove(dir))
	}

	return err
}
