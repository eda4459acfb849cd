package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const root = "../.."

// TestInstall does what a platform team and a developer do: it installs the
// Configuration from a registry, applies a WebApp and uses it.
func TestInstall(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()

	c := newControlPlane(ctx, t)

	if err := c.start(ctx); err != nil {
		t.Fatal(err)
	}

	must(t, pushPackages(ctx, c.registry))

	t.Log("install the Configuration; the Function comes as its dependency")
	must(t, c.apply(ctx, `
apiVersion: pkg.crossplane.io/v1
kind: Configuration
metadata: {name: configuration-webapp}
spec: {package: "`+c.registry+`/webapp-operator/configuration-webapp:v0.1.0"}
`))
	c.wait(ctx, t, "condition=Healthy", "configuration/configuration-webapp")
	c.wait(ctx, t, "condition=Healthy", "function/webapp-operator-function-webapp")
	c.wait(ctx, t, "condition=Established", "xrd/webapps.example.com")
	must(t, c.serveFunction(ctx))

	t.Log("apply a WebApp where only restricted pods may run")
	c.do(ctx, t, "label", "namespace", "default", "pod-security.kubernetes.io/enforce=restricted")
	c.do(ctx, t, "apply", "-f", filepath.Join(root, "examples/webapp.yaml"))
	c.wait(ctx, t, "condition=Ready", "wa/my-app")
	t.Log("kubectl get wa -o wide\n" + c.do(ctx, t, "get", "wa", "my-app", "-o", "wide"))
	c.expect(ctx, t, "wa/my-app", "{.status.phase} {.status.reason} {.status.availableReplicas}/{.status.replicas} {.status.url}",
		"Running Available 2/2 http://my-app.default.svc")
	c.expect(ctx, t, "wa/my-app", `{.status.conditions[?(@.type=="Accepted")].status}`, "True")

	t.Log("scale it")
	c.do(ctx, t, "scale", "wa/my-app", "--replicas=4")
	c.expect(ctx, t, "wa/my-app", "{.status.phase} {.status.availableReplicas}", "Running 4")
	c.expect(ctx, t, "deployment/my-app", "{.spec.replicas}", "4")

	t.Log("it is refused what its schema forbids")

	if _, err := c.kubectl(ctx, "scale", "wa/my-app", "--replicas=11"); err == nil || !strings.Contains(err.Error(), "spec.replicas") {
		t.Errorf("kubectl scale --replicas=11: want an error that names spec.replicas, got %v", err)
	}

	t.Log("a WebApp leaves a Service of somebody else alone, and takes the name when it is free")
	c.do(ctx, t, "create", "service", "clusterip", "taken", "--tcp=80")
	must(t, c.apply(ctx, `{apiVersion: example.com/v1, kind: WebApp, metadata: {name: taken, namespace: default}, spec: {image: nginx, replicas: 1}}`))
	c.expect(ctx, t, "wa/taken", "{.status.phase} {.status.reason}", "Failed NameConflict")
	c.expect(ctx, t, "service/taken", "{.metadata.ownerReferences}{.spec.selector.managed-by}", "")

	if out := c.do(ctx, t, "get", "deployment,configmap", "-l", "app=taken", "-o", "name"); out != "" {
		t.Errorf("want nothing created beside a Service that is in the way, got %s", out)
	}

	c.do(ctx, t, "delete", "service", "taken")
	c.wait(ctx, t, "condition=Ready", "wa/taken")

	t.Log("events")
	events := c.do(ctx, t, "get", "events", "--field-selector", "involvedObject.kind=WebApp", "-o", "custom-columns=N:.involvedObject.name,T:.type,R:.reason,M:.message", "--no-headers")
	t.Log("\n" + events)

	for _, want := range []string{"my-app Normal Created", "my-app Normal Running", "my-app Normal Scaled", "taken Warning Failed"} {
		if !strings.Contains(strings.Join(strings.Fields(events), " "), want) {
			t.Errorf("want an event %q", want)
		}
	}

	t.Log("delete it")
	c.do(ctx, t, "delete", "wa", "my-app", "taken", "--cascade=foreground", "--timeout=60s")

	if out := c.do(ctx, t, "get", "deployment,service,configmap", "-l", "managed-by=webapp-operator", "-o", "name"); out != "" {
		t.Errorf("want nothing left, got %s", out)
	}
}

func newControlPlane(ctx context.Context, t *testing.T) *controlPlane {
	t.Helper()

	bin, err := filepath.Abs(filepath.Join(root, ".cache/bin"))
	must(t, err)

	core, err := exec.CommandContext(ctx, "go", "-C", filepath.Join(root, "test/tools/crossplane"), "list", "-m", "-f", "{{.Dir}}", "github.com/crossplane/crossplane/v2").Output()
	must(t, err)

	c := &controlPlane{bin: bin, core: strings.TrimSpace(string(core)), dir: t.TempDir()}

	t.Cleanup(func() {
		c.stop()

		if t.Failed() {
			c.printLogs(t)
		}
	})

	return c
}

// printLogs shows the end of what every process said.
func (c *controlPlane) printLogs(t *testing.T) {
	t.Helper()

	logs, _ := filepath.Glob(c.path("*.log"))
	for _, log := range logs {
		content, _ := os.ReadFile(log)
		t.Logf("%s:\n%s", filepath.Base(log), content[max(0, len(content)-3000):])
	}
}

func pushPackages(ctx context.Context, registry string) error {
	out, err := exec.CommandContext(ctx, "make", "-C", root, "push", "REGISTRY="+registry, "ORG=webapp-operator", "VERSION=v0.1.0").CombinedOutput()
	if err != nil {
		return fmt.Errorf("make push: %w\n%s", err, out)
	}

	return nil
}

// serveFunction runs the function beside the cluster, with mTLS, and has
// Crossplane call it there: the function's pods are kwok's, and run nothing.
func (c *controlPlane) serveFunction(ctx context.Context) error {
	if err := c.writeServerCertificate(ctx, c.path("function-tls")); err != nil {
		return err
	}

	ports, err := freePorts(ctx, 1)
	if err != nil {
		return err
	}

	if err := c.run(ctx, "function", "../../_output/v0.1.0/function-linux-amd64", "--debug", "--address", "127.0.0.1:"+ports[0],
		"--http-address", "127.0.0.1:0", "--tls-certs-dir", c.path("function-tls")); err != nil {
		return err
	}

	revision, err := c.kubectl(ctx, "get", "functionrevision", "-o", "name")
	if err != nil {
		return err
	}

	revision = strings.TrimSpace(revision)

	// Crossplane must not set the endpoint back.
	if _, err := c.kubectl(ctx, "annotate", revision, "crossplane.io/paused=true"); err != nil {
		return err
	}

	_, err = c.kubectl(ctx, "patch", revision, "--subresource=status", "--type=merge", "-p", `{"status": {"endpoint": "dns:///localhost:`+ports[0]+`"}}`)

	return err
}

func must(t *testing.T, err error) {
	t.Helper()

	if err != nil {
		t.Fatal(err)
	}
}

// do runs kubectl, which must succeed.
func (c *controlPlane) do(ctx context.Context, t *testing.T, args ...string) string {
	t.Helper()

	out, err := c.kubectl(ctx, args...)
	must(t, err)

	return out
}

// wait waits for an object to exist and to be as it should.
func (c *controlPlane) wait(ctx context.Context, t *testing.T, what, object string) {
	t.Helper()

	if err := eventually(ctx, func() error {
		_, err := c.kubectl(ctx, "wait", "--for", what, object, "--timeout=10s")
		return err
	}); err != nil {
		yaml, _ := c.kubectl(ctx, "get", object, "-o", "yaml")
		t.Fatalf("%v\n%s", err, yaml)
	}
}

// expect waits until fields of an object are what they should be.
func (c *controlPlane) expect(ctx context.Context, t *testing.T, object, fields, want string) {
	t.Helper()
	c.expectIn(ctx, t, "default", object, fields, want)
}

// expectIn is expect in another namespace.
func (c *controlPlane) expectIn(ctx context.Context, t *testing.T, namespace, object, fields, want string) {
	t.Helper()

	if err := eventually(ctx, func() error {
		got, err := c.kubectl(ctx, "get", "-n", namespace, object, "-o", "jsonpath="+fields)
		if err == nil && got != want {
			return fmt.Errorf("%s: want %s to be %q, got %q", object, fields, want, got)
		}

		return err
	}); err != nil {
		yaml, _ := c.kubectl(ctx, "get", "-n", namespace, object, "-o", "yaml")
		t.Fatalf("%v\n%s", err, yaml)
	}
}
