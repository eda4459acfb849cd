package nodes_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/webapp-operator/function-webapp/test/e2e/nodes"
)

// page is the page that says how to move in and out.
const page = root + "/docs/migrate.md"

// A step is a command of the page, and lines that it says are printed.
type step struct {
	line          int
	command, want string
}

// steps are the commands of the page, in their order. What it shows behind one is what that
// prints.
func steps(t *testing.T) []step {
	t.Helper()

	text, err := os.ReadFile(page)
	must(t, err)

	var (
		all   []step
		fence string
	)

	for i, line := range strings.Split(string(text), "\n") {
		language, fenced := strings.CutPrefix(line, "```")

		switch {
		case fenced && fence == "":
			fence = language
			if fence == "sh" {
				all = append(all, step{line: i + 1})
			}
		case fenced:
			fence = ""
		case fence == "sh":
			all[len(all)-1].command += line + "\n"
		case fence == "text":
			all[len(all)-1].want += line + "\n"
		}
	}

	return all
}

// testMigrate moves an application of Helm's in, out and in again, as the page says and with
// nothing else, and has no request fail.
func testMigrate(t *testing.T) {
	n := newNamespace(t, "shop")
	programs := n.programs(t)

	out, err := programs.run(t, "helm install shop "+filepath.Join(programs.root, "test/e2e/nodes/manifests/chart")+" -n shop --wait --set image="+nodes.Image("web"))
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}

	c := n.call(t, nodes.Node(2), regularly)
	defer c.stop(t)

	found := newTable("Step", "took", "requests, new connections", "failed", "requests, kept connections", "failed")
	defer found.log(t)

	began := time.Now()
	got := c.during(t, func() {
		before := map[string]counts{}

		for _, s := range steps(t) {
			began := time.Now()

			out, err := programs.run(t, s.command)
			if err != nil {
				t.Fatalf("%s, line %d: %s: %v\n%s", page, s.line, s.command, err, out)
			}

			for line := range strings.Lines(s.want) {
				if !strings.Contains(out, strings.TrimSpace(line)) {
					t.Errorf("%s, line %d: want %q of %s, got\n%s", page, s.line, strings.TrimSpace(line), s.command, out)
				}
			}

			took, row := time.Since(began), []string{strings.ReplaceAll(strings.TrimSpace(s.command), "\n", "; ")}
			row = append(row, strconv.FormatFloat(took.Seconds(), 'f', 1, 64)+" s")

			for _, connections := range []string{"new", "kept"} {
				now, err := c.ask(t, connections, "GET")
				must(t, err)

				row = append(row, strconv.Itoa(now.Total-before[connections].Total), strconv.Itoa(now.Failed-before[connections].Failed))
				before[connections] = now
			}

			found.row(row...)
		}
	})
	t.Logf("%s in all: %+v", time.Since(began).Round(time.Second), got)

	if got["new"].Failed+got["kept"].Failed > 0 {
		t.Errorf("want no request to fail, got %+v", got)
	}

	n.complete(t, 4)
}

// programs is where commands of a page find what they name.
type programs struct {
	root, dir, kubeconfig string
}

// programs has those of the cluster, and ours.
func (n *namespace) programs(t *testing.T) programs {
	t.Helper()

	p := programs{dir: t.TempDir(), kubeconfig: n.Kubeconfig()}

	var err error

	p.root, err = filepath.Abs(root)
	must(t, err)

	for _, name := range []string{"kubectl", "helm"} {
		must(t, os.Symlink(n.Program(name), filepath.Join(p.dir, name)))
	}

	must(t, n.Make(t.Context(), "build", "BUILT="+filepath.Join(p.dir, "function-webapp")))

	return p
}

// run runs a command as a person would, who sees what it prints.
func (p programs) run(t *testing.T, command string) (string, error) {
	t.Helper()

	cmd := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", command)
	cmd.Dir = p.dir
	cmd.Env = append(os.Environ(), "PATH="+p.dir+":"+os.Getenv("PATH"), "KUBECONFIG="+p.kubeconfig,
		"HELM_CACHE_HOME="+p.dir, "HELM_CONFIG_HOME="+p.dir, "HELM_DATA_HOME="+p.dir)
	out, err := cmd.CombinedOutput()

	return string(out), err
}
