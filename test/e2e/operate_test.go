package e2e

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/webapp-operator/function-webapp/test/e2e/controlplane"
)

// TestOperate installs everything that is in install/, as a platform team does,
// where only restricted pods may run, and looks at what becomes of it.
func TestOperate(t *testing.T) {
	t.Parallel()

	c := newCluster(t, false)
	system := &namespace{cluster: c, name: "crossplane-system"}

	must(t, c.Push(t.Context(), version))
	must(t, c.defineMonitoring(t.Context()))

	// What is not restricted does not run.
	system.do(t, "label", "namespace", system.name, "pod-security.kubernetes.io/enforce=restricted")

	t.Log("kubectl apply -k install/production")

	registry, err := c.Registry()
	must(t, err)

	manifests := system.do(t, "kustomize", filepath.Join(root, "install/production"))
	must(t, c.Apply(t.Context(), strings.ReplaceAll(manifests, "xpkg.crossplane.io/", registry+"/")))
	must(t, c.Installed(t.Context()))

	if out := system.do(t, "get", "functions", "-o", "name"); strings.Count(out, "\n") != 1 {
		t.Errorf("want the one function, and none as a dependency, got %s", out)
	}

	t.Log("three replicas, as they are described, beside what Crossplane adds")

	name := strings.TrimSpace(system.do(t, "get", "deployments", "-o", "jsonpath={.items[*].metadata.name}"))

	system.expect(t, deployments, name, "{.status.availableReplicas}", "3")
	system.expect(t, deployments, name, "{.spec.template.spec.containers[*].name} {.spec.template.spec.containers[0].ports[*].name}", "package-runtime metrics grpc")
	system.expect(t, deployments, name, `{.spec.template.spec.containers[0].env[?(@.name=="TLS_SERVER_CERTS_DIR")].value} {.spec.template.spec.containers[0].env[?(@.name=="GOMEMLIMIT")].value}`, "/tls/server 230MiB")
	system.expect(t, deployments, name, "{.spec.template.spec.terminationGracePeriodSeconds} {.spec.template.spec.containers[0].readinessProbe.httpGet.path} {.spec.template.spec.securityContext.runAsUser}", "35 /readyz 65532")
	system.expect(t, budgets, controlplane.FunctionName, "{.status.currentHealthy} {.status.disruptionsAllowed}", "3 1")

	n := c.newNamespace(t)

	t.Log("people who may edit a namespace may edit its WebApps, and scale them")
	n.do(t, "create", "rolebinding", "ada", "--clusterrole=edit", "--user=ada")
	n.do(t, "create", "rolebinding", "bob", "--clusterrole=view", "--user=bob")

	for _, tc := range []struct {
		user, verb, resource, subresource string
		want                              bool
	}{
		{"ada", "create", "webapps.example.com", "", true},
		{"ada", "patch", "webapps.example.com", "scale", true},
		{"ada", "patch", "webapps.example.com", "status", false},
		{"ada", "delete", "clusterusages.protection.crossplane.io", "", false},
		{"bob", "get", "webapps.example.com", "status", true},
		{"bob", "patch", "webapps.example.com", "scale", false},
		{"bob", "delete", "webapps.example.com", "", false},
		{"eve", "get", "webapps.example.com", "", false},
	} {
		args := []string{"auth", "can-i", tc.verb, tc.resource, "--subresource=" + tc.subresource, "--as=" + tc.user}

		// Roles are added up by a controller, a moment later.
		n.eventually(t, func() error {
			// No is an exit code, too.
			out, _ := n.try(t, args...)
			if got := strings.TrimSpace(out); got != map[bool]string{true: "yes", false: "no"}[tc.want] {
				return fmt.Errorf("kubectl %s: want %t, got %q", strings.Join(args, " "), tc.want, got)
			}

			return nil
		})
	}

	t.Log("the API server takes the examples, too")

	for _, file := range []string{"install/rbac.yaml", "install/signatures/imageconfig.yaml"} {
		system.do(t, "apply", "--dry-run=server", "--validate=strict", "-f", filepath.Join(root, file))
	}
}

// defineMonitoring defines the kinds of the Prometheus Operator.
func (c *cluster) defineMonitoring(ctx context.Context) error {
	for _, kind := range []string{"podmonitors", "prometheusrules"} {
		if err := c.define(ctx, "github.com/prometheus-operator/prometheus-operator", "example/prometheus-operator-crd/monitoring.coreos.com_"+kind+".yaml"); err != nil {
			return err
		}
	}

	return nil
}

// define defines a kind by a file of a module that test/tools/schemas names.
func (c *cluster) define(ctx context.Context, module, file string) error {
	dir, err := c.Module(ctx, "schemas", module)
	if err != nil {
		return err
	}

	definition := filepath.Join(dir, file)

	if _, err := c.Kubectl(ctx, "apply", "--server-side", "-f", definition); err != nil {
		return err
	}

	_, err = c.Kubectl(ctx, "wait", "--for=condition=Established", "-f", definition, "--timeout=30s")

	return err
}
