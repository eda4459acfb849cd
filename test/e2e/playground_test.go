package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/webapp-operator/function-webapp/test/e2e/controlplane"
	"github.com/webapp-operator/function-webapp/test/e2e/processes"
)

// A playground is what a person gets from make up, in a folder of its own.
type playground struct {
	*controlplane.ControlPlane
}

func newPlayground(t *testing.T, dir string) *playground {
	t.Helper()

	c, err := controlplane.New(root, dir)
	must(t, err)

	t.Cleanup(func() { must(t, c.Down(context.WithoutCancel(t.Context()))) })

	return &playground{c}
}

// run runs a command of the playground, as make does.
func (p *playground) run(t *testing.T, command string) string {
	t.Helper()

	out, err := exec.CommandContext(t.Context(), filepath.Join(p.Bin, "playground"), "--repository", p.Repository, "--dir", p.Dir, command).CombinedOutput()
	if err != nil {
		t.Fatalf("playground %s: %v\n%s", command, err, out)
	}

	return string(out)
}

// processes are what runs of it.
func (p *playground) processes(t *testing.T) []processes.Process {
	t.Helper()

	all, err := p.Processes()
	must(t, err)

	return slices.DeleteFunc(all, func(p processes.Process) bool { return !p.Running() })
}

// try tries a WebApp, as the playground tells people to.
func (p *playground) try(t *testing.T) {
	t.Helper()

	for _, command := range []string{"apply -f " + filepath.Join(root, "examples/webapp.yaml"), "wait --for=condition=Ready wa/my-app --timeout=120s"} {
		_, err := p.Kubectl(t.Context(), strings.Fields(command)...)
		must(t, err)
	}
}

// TestPlayground does what make up, status, reload and down do, twice side by
// side.
func TestPlayground(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)

	dirs := t.TempDir()
	first, second := newPlayground(t, filepath.Join(dirs, "first")), newPlayground(t, filepath.Join(dirs, "second"))

	if out := first.run(t, "status"); !strings.Contains(out, "nothing runs") {
		t.Errorf("status before up: want nothing to run, got:\n%s", out)
	}

	if out := first.run(t, "up"); !strings.Contains(out, "export KUBECONFIG="+first.Kubeconfig()) || !strings.Contains(out, "kubectl apply -f examples/webapp.yaml") {
		t.Errorf("up: want it to say what to try, got:\n%s", out)
	}

	first.try(t)

	before := first.processes(t)

	first.run(t, "up")

	if diff := cmp.Diff(before, first.processes(t)); diff != "" {
		t.Errorf("up again: want the same processes: -before, +after:\n%s", diff)
	}

	out := first.run(t, "status")
	for _, process := range append(before, processes.Process{Name: "webapp-operator-function-webapp"}) {
		if !regexp.MustCompile(`(?m)^\S*` + process.Name + ` `).MatchString(out) {
			t.Errorf("status: want %s to be in it, got:\n%s", process.Name, out)
		}
	}

	first.run(t, "reload")

	functions, err := first.Functions()
	must(t, err)

	if diff := cmp.Diff([]string{"function-2"}, functions); diff != "" {
		t.Errorf("reload: want another function: -want, +got:\n%s", diff)
	}

	first.try(t)
	second.run(t, "up")
	second.try(t)

	running := first.processes(t)

	first.run(t, "down")

	for _, process := range running {
		if process.Running() {
			t.Errorf("down: want %s to have ended", process.Name)
		}
	}

	second.try(t)
	second.run(t, "down")

	for _, dir := range []string{dirs, temporary} {
		left, err := os.ReadDir(dir)
		must(t, err)

		if len(left) > 0 {
			t.Errorf("down: want nothing left, got %v", left)
		}
	}
}
