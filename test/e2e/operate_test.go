package e2e

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestOperate installs what is in install/, as a platform team does, and looks at
// what becomes of it.
func TestOperate(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()

	c := newControlPlane(ctx, t)

	must(t, c.start(ctx))
	must(t, pushPackages(ctx, c.registry))
	must(t, c.defineMonitoring(ctx))

	// What is not restricted does not run.
	c.do(ctx, t, "label", "namespace", "crossplane-system", "pod-security.kubernetes.io/enforce=restricted")

	t.Log("kubectl apply -k install/production")

	manifests := c.do(ctx, t, "kustomize", filepath.Join(root, "install/production"))
	must(t, c.apply(ctx, strings.ReplaceAll(manifests, "xpkg.crossplane.io/", c.registry+"/")))
	c.wait(ctx, t, "condition=Healthy", "configuration/webapp-operator-configuration-webapp")
	c.wait(ctx, t, "condition=Healthy", "function/webapp-operator-function-webapp")
	c.wait(ctx, t, "condition=Established", "xrd/webapps.example.com")

	if out := c.do(ctx, t, "get", "functions", "-o", "name"); strings.Count(out, "\n") != 1 {
		t.Errorf("want the one function, and none as a dependency, got %s", out)
	}

	t.Log("three replicas, as they are described, beside what Crossplane adds")

	deployment := strings.TrimSpace(c.do(ctx, t, "get", "deployments", "-n", "crossplane-system", "-o", "name"))
	c.expectIn(ctx, t, "crossplane-system", deployment, "{.status.availableReplicas}", "3")
	c.expectIn(ctx, t, "crossplane-system", deployment, "{.spec.template.spec.containers[*].name} {.spec.template.spec.containers[0].ports[*].name}", "package-runtime metrics grpc")
	c.expectIn(ctx, t, "crossplane-system", deployment, `{.spec.template.spec.containers[0].env[?(@.name=="TLS_SERVER_CERTS_DIR")].value} {.spec.template.spec.containers[0].env[?(@.name=="GOMEMLIMIT")].value}`, "/tls/server 230MiB")
	c.expectIn(ctx, t, "crossplane-system", deployment, "{.spec.template.spec.terminationGracePeriodSeconds} {.spec.template.spec.containers[0].readinessProbe.httpGet.path} {.spec.template.spec.securityContext.runAsUser}", "35 /readyz 65532")
	c.expectIn(ctx, t, "crossplane-system", "pdb/webapp-operator-function-webapp", "{.status.currentHealthy} {.status.disruptionsAllowed}", "3 1")

	t.Log("people who may edit a namespace may edit its WebApps, and scale them")
	c.do(ctx, t, "create", "rolebinding", "ada", "--clusterrole=edit", "--user=ada")
	c.do(ctx, t, "create", "rolebinding", "bob", "--clusterrole=view", "--user=bob")

	for _, tc := range []struct {
		user, verb, resource, subresource string
		want                              bool
	}{
		{"ada", "create", "webapps.example.com", "", true},
		{"ada", "patch", "webapps.example.com", "scale", true},
		{"ada", "patch", "webapps.example.com", "status", false},
		{"bob", "get", "webapps.example.com", "status", true},
		{"bob", "patch", "webapps.example.com", "scale", false},
		{"bob", "delete", "webapps.example.com", "", false},
		{"eve", "get", "webapps.example.com", "", false},
	} {
		args := []string{"auth", "can-i", tc.verb, tc.resource, "--subresource=" + tc.subresource, "--as=" + tc.user}

		// Roles are added up by a controller, a moment later.
		if err := eventually(ctx, func() error {
			// No is an exit code, too.
			out, _ := c.kubectl(ctx, args...)
			if got := strings.TrimSpace(out); got != map[bool]string{true: "yes", false: "no"}[tc.want] {
				return fmt.Errorf("got %q", got)
			}

			return nil
		}); err != nil {
			t.Errorf("kubectl %s: want %t: %v", strings.Join(args, " "), tc.want, err)
		}
	}

	t.Log("the API server takes the examples, too")

	for _, file := range []string{"install/rbac.yaml", "install/signatures/imageconfig.yaml"} {
		c.do(ctx, t, "apply", "--dry-run=server", "--validate=strict", "-f", filepath.Join(root, file))
	}
}

// defineMonitoring defines the kinds of the Prometheus Operator.
func (c *controlPlane) defineMonitoring(ctx context.Context) error {
	schemas := filepath.Join(root, "test/tools/schemas")

	const module = "github.com/prometheus-operator/prometheus-operator"

	if out, err := exec.CommandContext(ctx, "go", "-C", schemas, "mod", "download", module).CombinedOutput(); err != nil {
		return fmt.Errorf("go mod download %s: %w: %s", module, err, out)
	}

	dir, err := exec.CommandContext(ctx, "go", "-C", schemas, "list", "-m", "-f", "{{.Dir}}", module).Output()
	if err != nil {
		return err
	}

	definitions := filepath.Join(strings.TrimSpace(string(dir)), "example/prometheus-operator-crd")

	for _, kind := range []string{"podmonitors", "prometheusrules"} {
		if _, err := c.kubectl(ctx, "apply", "--server-side", "-f", filepath.Join(definitions, "monitoring.coreos.com_"+kind+".yaml")); err != nil {
			return err
		}

		if _, err := c.kubectl(ctx, "wait", "--for=condition=Established", "crd/"+kind+".monitoring.coreos.com", "--timeout=30s"); err != nil {
			return err
		}
	}

	return nil
}
