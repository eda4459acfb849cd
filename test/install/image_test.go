package install

import (
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	"github.com/crossplane/function-sdk-go/resource"
)

// TestImage runs the image as the DeploymentRuntimeConfig has Kubernetes run it:
// not as root, with a read-only root, no capabilities and no way to get more. It
// needs Docker; make test-image runs it.
func TestImage(t *testing.T) {
	image := os.Getenv("IMAGE")
	if image == "" {
		t.Skip("make test-image says which image")
	}

	certificates := t.TempDir()
	creds := writeCertificates(t, certificates)

	// Kubernetes lets the pod's user read Secrets.
	for _, name := range []string{"tls.crt", "tls.key", "ca.crt"} {
		must(t, os.Chmod(filepath.Join(certificates, name), 0o644))
	}

	id := docker(t, "run", "--detach", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges",
		"--memory", "256m", "--volume", certificates+":/tls:ro", "--env", "TLS_SERVER_CERTS_DIR=/tls",
		"--publish", "127.0.0.1::8080", "--publish", "127.0.0.1::9443", image)

	t.Cleanup(func() {
		if t.Failed() {
			t.Log(docker(t, "logs", id))
		}

		docker(t, "rm", "--force", id)
	})

	inspect := func(format string) string { return docker(t, "inspect", "--format", format, id) }

	if got := inspect("{{.Config.User}}"); got != "65532:65532" {
		t.Errorf("the image's user: got %q", got)
	}

	address := func(port string) string {
		return net.JoinHostPort("127.0.0.1", inspect(`{{(index (index .NetworkSettings.Ports "`+port+`") 0).HostPort}}`))
	}

	eventually(t, "the container to be ready", func() bool {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address("8080/tcp")+"/readyz", nil)
		must(t, err)

		rsp, err := http.DefaultClient.Do(req)
		if err != nil {
			return false
		}

		must(t, rsp.Body.Close())

		return rsp.StatusCode == http.StatusOK
	})

	conn, err := grpc.NewClient(address("9443/tcp"), grpc.WithTransportCredentials(creds))
	must(t, err)
	t.Cleanup(func() { _ = conn.Close() })

	rsp, err := fnv1.NewFunctionRunnerServiceClient(conn).RunFunction(t.Context(), &fnv1.RunFunctionRequest{Observed: &fnv1.State{Composite: &fnv1.Resource{
		Resource: resource.MustStructJSON(`{"apiVersion": "example.com/v1", "kind": "WebApp", "metadata": {"name": "shop", "namespace": "acme"}, "spec": {"image": "nginx", "replicas": 1}}`),
	}}})
	must(t, err)

	if got := rsp.GetDesired().GetResources(); len(got) != 3 {
		t.Errorf("RunFunction(...): want three objects, got %v", got)
	}

	// What the kernel says of the process.
	status, err := os.ReadFile("/proc/" + inspect("{{.State.Pid}}") + "/status")
	must(t, err)

	got := map[string]string{}
	for _, line := range regexp.MustCompile(`(?m)^(Uid|Gid|CapEff|CapPrm|CapBnd|NoNewPrivs):\s*(.*)$`).FindAllStringSubmatch(string(status), -1) {
		got[line[1]] = strings.Join(strings.Fields(line[2]), " ")
	}

	const none = "0000000000000000"

	want := map[string]string{
		"Uid": "65532 65532 65532 65532", "Gid": "65532 65532 65532 65532",
		"CapEff": none, "CapPrm": none, "CapBnd": none, "NoNewPrivs": "1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("/proc: -want, +got:\n%s", diff)
	}

	t.Logf("%v", got)

	// It writes nowhere, and stops in order. The folder is where Docker mounts the
	// certificates.
	if diff := docker(t, "diff", id); diff != "A /tls" {
		t.Errorf("want no file changed, got %s", diff)
	}

	docker(t, "stop", id)

	if code := inspect("{{.State.ExitCode}}"); code != "0" {
		t.Errorf("after SIGTERM: want exit code 0, got %s", code)
	}
}

// docker runs docker, which must succeed, and returns what it prints.
func docker(t *testing.T, args ...string) string {
	t.Helper()

	out, err := exec.CommandContext(background, "docker", args...).Output()
	if err != nil {
		t.Fatalf("docker %s: %v: %s", strings.Join(args, " "), err, stderr(err))
	}

	return strings.TrimSpace(string(out))
}
