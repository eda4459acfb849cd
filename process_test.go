package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/resolver"
	"google.golang.org/grpc/resolver/manual"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	"github.com/crossplane/function-sdk-go/resource"
)

// serviceConfig is how Crossplane calls functions: every address in turn, and no
// call fails while there is none. See crossplane's internal/xfn.
const serviceConfig = `{"loadBalancingConfig": [{"round_robin": {}}], "methodConfig": [{"name": [{}], "waitForReady": true}]}`

// binary is the function, built once for all tests.
var binary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "function-webapp-")
	if err != nil {
		log.Fatal(err)
	}

	binary = filepath.Join(dir, "function-webapp")
	if out, err := exec.CommandContext(context.Background(), "go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		log.Fatalf("%v: %s", err, out)
	}

	code := m.Run()
	_ = os.RemoveAll(dir)

	os.Exit(code)
}

// A replica is a process that serves the function.
type replica struct {
	cmd        *exec.Cmd
	grpc, http string
}

func startReplica(t *testing.T, args ...string) *replica {
	t.Helper()

	r := &replica{cmd: exec.CommandContext(context.WithoutCancel(t.Context()), binary, append([]string{"--insecure", "--address", "127.0.0.1:0", "--http-address", "127.0.0.1:0"}, args...)...)}

	output, err := r.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}

	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { _ = r.cmd.Process.Kill() })

	lines := bufio.NewScanner(output)
	for lines.Scan() {
		line := struct {
			Msg  string `json:"msg"`
			GRPC string `json:"grpc"`
			HTTP string `json:"http"`
		}{}
		if err := json.Unmarshal(lines.Bytes(), &line); err == nil && line.Msg == "Serving" {
			r.grpc, r.http = line.GRPC, line.HTTP
			break
		}
	}

	if r.grpc == "" {
		t.Fatalf("the function does not serve: %v", lines.Err())
	}

	go func() { _, _ = io.Copy(io.Discard, output) }()

	return r
}

// stop sends a signal and returns how the process ended.
func (r *replica) stop(s syscall.Signal) error {
	if err := r.cmd.Process.Signal(s); err != nil {
		return err
	}

	return r.cmd.Wait()
}

// TestRestarts stops one of two replicas under 16 callers, again and again.
func TestRestarts(t *testing.T) {
	cases := map[string]struct {
		reason string
		signal syscall.Signal
		want   func(failed int64) bool
	}{
		"SIGTERM": {
			reason: "A replica that is told to stop fails nobody.",
			signal: syscall.SIGTERM,
			want:   func(failed int64) bool { return failed == 0 },
		},
		"SIGKILL": {
			reason: "A replica that is killed can fail the calls it was at: at most one for each caller and kill.",
			signal: syscall.SIGKILL,
			want:   func(failed int64) bool { return failed <= 16*10 },
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			dns := manual.NewBuilderWithScheme("test")
			replicas := []*replica{startReplica(t), startReplica(t)}
			addresses := func() resolver.State {
				return resolver.State{Addresses: []resolver.Address{{Addr: replicas[0].grpc}, {Addr: replicas[1].grpc}}}
			}

			dns.InitialState(addresses())

			conn, err := grpc.NewClient("test:///function", grpc.WithResolvers(dns), grpc.WithDefaultServiceConfig(serviceConfig), grpc.WithTransportCredentials(insecure.NewCredentials()))
			if err != nil {
				t.Fatal(err)
			}

			t.Cleanup(func() { _ = conn.Close() })

			var (
				calls, failed atomic.Int64
				callers       sync.WaitGroup
			)

			ctx, cancel := context.WithCancel(t.Context())
			req := &fnv1.RunFunctionRequest{Observed: &fnv1.State{Composite: &fnv1.Resource{Resource: resource.MustStructJSON(
				`{"apiVersion": "example.com/v1", "kind": "WebApp", "metadata": {"name": "shop"}, "spec": {"image": "nginx", "replicas": 1}}`)}}}

			for range 16 {
				callers.Go(func() {
					for ctx.Err() == nil {
						if _, err := fnv1.NewFunctionRunnerServiceClient(conn).RunFunction(context.WithoutCancel(ctx), req); err != nil {
							failed.Add(1)
						}

						calls.Add(1)
					}
				})
			}

			for i := range 10 {
				// Some calls go to both before one goes.
				for begun := calls.Load(); calls.Load() < begun+200; time.Sleep(time.Millisecond) {
				}

				if err := replicas[i%2].stop(tc.signal); (err == nil) != (tc.signal == syscall.SIGTERM) {
					t.Errorf("exit after %s: %v", tc.signal, err)
				}

				replicas[i%2] = startReplica(t)
				dns.UpdateState(addresses())
			}

			cancel()
			callers.Wait()

			if !tc.want(failed.Load()) {
				t.Errorf("\n%s\nwith %s: %d of %d calls failed", tc.reason, tc.signal, failed.Load(), calls.Load())
			}

			t.Logf("10 times %s: %d of %d calls failed", tc.signal, failed.Load(), calls.Load())
		})
	}
}

// TestSecondSignal holds that who asks twice does not wait.
func TestSecondSignal(t *testing.T) {
	r := startReplica(t, "--drain-timeout", "10m")

	// A connection with a call that does not end keeps the server draining.
	conn, err := grpc.NewClient(r.grpc, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { _ = conn.Close() })

	stream, err := grpc_reflection_v1.NewServerReflectionClient(conn).ServerReflectionInfo(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	if err := stream.Send(&grpc_reflection_v1.ServerReflectionRequest{MessageRequest: &grpc_reflection_v1.ServerReflectionRequest_ListServices{}}); err != nil {
		t.Fatal(err)
	}

	if _, err := stream.Recv(); err != nil {
		t.Fatal(err)
	}

	ended := make(chan error, 1)

	go func() { ended <- r.cmd.Wait() }()

	_ = r.cmd.Process.Signal(syscall.SIGTERM)

	// It drains, and would for ten minutes.
	for code := 0; code != http.StatusServiceUnavailable; time.Sleep(time.Millisecond) {
		code = r.get(t, "/readyz", nil)
	}

	_ = r.cmd.Process.Signal(syscall.SIGTERM)

	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Error("the process waits for calls although it was asked twice to stop")
	}
}

// TestFlush holds that a replica that is told to stop sends the traces that it
// has first. By itself it would send them after an hour.
func TestFlush(t *testing.T) {
	sent := make(chan int64, 10)
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) { sent <- req.ContentLength }))
	t.Cleanup(collector.Close)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)
	t.Setenv("OTEL_BSP_SCHEDULE_DELAY", "3600000")

	r := startReplica(t)

	conn, err := grpc.NewClient(r.grpc, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}

	if _, err := fnv1.NewFunctionRunnerServiceClient(conn).RunFunction(t.Context(), &fnv1.RunFunctionRequest{}); err != nil {
		t.Fatal(err)
	}

	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}

	if err := r.stop(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}

	if len(sent) != 1 || <-sent == 0 {
		t.Errorf("want the traces sent once before the end, got %d requests", len(sent))
	}
}

// TestMemory holds that calls leave nothing behind: each is for another WebApp
// of ten, as in a cluster.
func TestMemory(t *testing.T) {
	calls := 20_000
	if n, err := strconv.Atoi(os.Getenv("CALLS")); err == nil {
		calls = n
	}

	r := startReplica(t)

	conn, err := grpc.NewClient(r.grpc, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { _ = conn.Close() })

	call := func(n int) {
		var callers sync.WaitGroup
		for c := range 16 {
			callers.Go(func() {
				for i := range n / 16 {
					req := &fnv1.RunFunctionRequest{Observed: &fnv1.State{Composite: &fnv1.Resource{Resource: resource.MustStructJSON(
						`{"apiVersion": "example.com/v1", "kind": "WebApp", "metadata": {"name": "shop-` + strconv.Itoa((c+i)%10) + `"}, "spec": {"image": "nginx", "replicas": 1}}`)}}}
					if _, err := fnv1.NewFunctionRunnerServiceClient(conn).RunFunction(t.Context(), req); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		callers.Wait()
	}

	call(calls / 10)
	before := r.metric(t, "process_resident_memory_bytes")

	call(calls - calls/10)
	after := r.metric(t, "process_resident_memory_bytes")

	t.Logf("resident memory after %d calls %.1f MiB, after %d calls %.1f MiB", calls/10, before/(1<<20), calls, after/(1<<20))

	// The collector lets the heap breathe; a leak of 1 KiB a call would be 17 MiB.
	if after > before+(12<<20) {
		t.Errorf("resident memory grew from %.0f to %.0f bytes", before, after)
	}
}

// TestCollectsGarbage holds how often garbage is collected, and that the
// environment can say otherwise.
func TestCollectsGarbage(t *testing.T) {
	cases := map[string]struct {
		reason string
		env    map[string]string
		want   [2]float64
	}{
		"Default": {
			reason: "Calls leave little behind.",
			env:    map[string]string{"GOGC": "", "GOMEMLIMIT": ""},
			want:   [2]float64{300, 100 << 20},
		},
		"Environment": {
			reason: "Whoever runs it knows better.",
			env:    map[string]string{"GOGC": "50", "GOMEMLIMIT": "200MiB"},
			want:   [2]float64{50, 200 << 20},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			for key, value := range tc.env {
				t.Setenv(key, value)
			}

			r := startReplica(t)
			if got := [2]float64{r.metric(t, "go_gc_gogc_percent"), r.metric(t, "go_gc_gomemlimit_bytes")}; got != tc.want {
				t.Errorf("\n%s\nGOGC and GOMEMLIMIT: want %v, got %v", tc.reason, tc.want, got)
			}
		})
	}
}

func (r *replica) metric(t *testing.T, name string) float64 {
	t.Helper()

	metrics := &strings.Builder{}
	r.get(t, "/metrics", metrics)

	for line := range strings.Lines(metrics.String()) {
		if value, found := strings.CutPrefix(line, name+" "); found {
			n, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil {
				t.Fatal(err)
			}

			return n
		}
	}

	t.Fatalf("there is no metric %s", name)

	return 0
}

// get returns the status of an HTTP endpoint and writes its body to a writer, if
// there is one.
func (r *replica) get(t *testing.T, path string, to io.Writer) int {
	t.Helper()

	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+r.http+path, nil)
	if err != nil {
		t.Fatal(err)
	}

	rsp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}

	if to == nil {
		to = io.Discard
	}

	if _, err := io.Copy(to, rsp.Body); err != nil {
		t.Fatal(err)
	}

	if err := rsp.Body.Close(); err != nil {
		t.Fatal(err)
	}

	return rsp.StatusCode
}

// TestConvertCommand holds how the binary of the image makes WebApps of manifests.
func TestConvertCommand(t *testing.T) {
	cases := map[string]struct {
		reason, in string
		code       int
		out, log   string
	}{
		"WebApp": {
			reason: "WebApps go to standard output, and what is to be said of them elsewhere.",
			in:     `{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "shop"}, "spec": {"template": {"spec": {"containers": [{"name": "app", "image": "shop:1"}]}}}}`,
			out:    "---\napiVersion: example.com/v1\nkind: WebApp\nmetadata:\n  name: shop\nspec:\n  image: shop:1\n",
			log:    "default/shop: converted\n",
		},
		"Nothing": {
			reason: "There is nothing to convert.",
			code:   1,
			log:    "function-webapp: there is no Deployment in it",
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var out, log strings.Builder

			cmd := exec.CommandContext(t.Context(), binary, "convert", "-")
			cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(tc.in), &out, &log
			_ = cmd.Run()

			if code := cmd.ProcessState.ExitCode(); code != tc.code || !strings.HasPrefix(out.String(), tc.out) || !strings.HasPrefix(log.String(), tc.log) || tc.out == "" && out.Len() > 0 {
				t.Errorf("\n%s\nconvert -: want %d, %q and %q, got %d:\n%s\n%s", tc.reason, tc.code, tc.out, tc.log, code, &out, &log)
			}
		})
	}
}
