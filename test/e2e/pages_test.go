package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/webapp-operator/function-webapp/test/e2e/pages"
)

// testPages runs the commands of the project's pages as they are, in the project's folder, as
// a person does who reads them and has a WebApp my-app.
func testPages(t *testing.T, n *namespace) {
	commands, err := pages.Read(root)
	must(t, err)

	// It is where the example says that it is.
	n = n.namespace(t, metav1.NamespaceDefault)
	n.composition(t, "features: [autoscaling, ingress]")

	must(t, n.define(t.Context(), "sigs.k8s.io/gateway-api", "config/crd/standard/gateway.networking.k8s.io_httproutes.yaml"))

	do := n.reader(t)
	done := map[string]bool{}

	for _, c := range commands {
		if !c.Run() || done[c.Text] {
			continue
		}

		done[c.Text] = true

		if c.Program() != "make" {
			n.myApp(t)
		}

		began := time.Now()

		if out, err := do(t, c.Text); err != nil {
			t.Errorf("%s: %v\n%s", c, err, out)
		}

		if took := time.Since(began); took > time.Second {
			t.Logf("%.1f s: %s", took.Seconds(), c)
		}
	}

	if len(done) < 50 {
		t.Errorf("want more commands, got %d", len(done))
	}

	n.delete(t, webApps, "my-app", metav1.DeletePropagationForeground)
	n.gone(t, webApps, "my-app")
}

// myApp has the WebApp that pages speak of be there, with all that they look at.
func (n *namespace) myApp(t *testing.T) {
	t.Helper()
	n.webApp(t, "my-app", "image: 'nginxinc/nginx-unprivileged:1.27', env: {LOG_LEVEL: info}, ingress: {host: my-app.example.com}, autoscaling: {minReplicas: 2, maxReplicas: 5}"+n.compositionRef())

	owner := n.get(t, webApps, "my-app")

	for kind, name := range map[schema.GroupVersionResource]string{
		deployments: "my-app", services: "my-app", configMaps: "my-app-config", ingresses: "my-app", autoscalers: "my-app",
	} {
		n.eventually(t, func() error {
			if object := n.get(t, kind, name); object == nil || object.GetDeletionTimestamp() != nil || !metav1.IsControlledBy(object, owner) {
				return fmt.Errorf("there is no %s %s of this WebApp", kind.Resource, name)
			}

			return nil
		})
	}
}

// reader returns what runs a command as a person would, who sees what it prints. What it
// writes into the project's folder is gone in the end.
func (n *namespace) reader(t *testing.T) func(t *testing.T, command string) (string, error) {
	t.Helper()

	project, err := filepath.Abs(root)
	must(t, err)

	before, err := os.ReadDir(project)
	must(t, err)

	t.Cleanup(func() {
		after, err := os.ReadDir(project)
		must(t, err)

		for _, entry := range after {
			if !slices.ContainsFunc(before, func(e os.DirEntry) bool { return e.Name() == entry.Name() }) {
				must(t, os.RemoveAll(filepath.Join(project, entry.Name())))
			}
		}
	})

	programs := t.TempDir()
	for _, program := range []string{"kubectl", "crossplane"} {
		path, err := filepath.Abs(n.Program(program))
		must(t, err)
		must(t, os.Symlink(path, filepath.Join(programs, program)))
	}

	return func(t *testing.T, command string) (string, error) {
		t.Helper()

		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()

		cmd := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", command)
		cmd.Dir = project
		// The editor changes nothing.
		cmd.Env = append(os.Environ(), "PATH="+programs+":"+os.Getenv("PATH"), "KUBECONFIG="+n.Kubeconfig(), "KUBE_EDITOR=true")

		if strings.HasPrefix(command, "crossplane ") {
			// Its home has a cache, and make's has Go's.
			cmd.Env = append(cmd.Env, "HOME="+programs)
		}

		out, err := cmd.CombinedOutput()

		return string(out), errors.Join(err, ctx.Err())
	}
}
