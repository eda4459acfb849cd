package server

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	fnv1beta1 "github.com/crossplane/function-sdk-go/proto/v1beta1"

	"github.com/webapp-operator/function-webapp/internal/wire"
)

// An authority signs certificates for localhost.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority(t *testing.T, from, until time.Time) authority {
	t.Helper()

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)

	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "CA"},
		NotBefore: from, NotAfter: until,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	must(t, err)
	certificate, err := x509.ParseCertificate(der)
	must(t, err)

	return authority{certificate, key}
}

func (a authority) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.certificate.Raw})
}

// anHour is what certificates are valid for, unless that is what is tested.
func anHour() (from, until time.Time) { return time.Now().Add(-time.Hour), time.Now().Add(time.Hour) }

// issue returns a certificate and its key as PEM.
func (a authority) issue(t *testing.T, from, until time.Time) (certificate, key []byte) {
	t.Helper()

	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)

	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), DNSNames: []string{"localhost"},
		NotBefore: from, NotAfter: until,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}, a.certificate, &private.PublicKey, a.key)
	must(t, err)
	bytes, err := x509.MarshalECPrivateKey(private)
	must(t, err)

	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: bytes})
}

// client is how Crossplane connects: with a certificate of the authority.
func (a authority) client(t *testing.T) *tls.Config {
	t.Helper()

	from, until := anHour()
	certificate, err := tls.X509KeyPair(a.issue(t, from, until))
	must(t, err)

	roots := x509.NewCertPool()
	roots.AddCert(a.certificate)

	return &tls.Config{Certificates: []tls.Certificate{certificate}, RootCAs: roots, ServerName: "localhost", MinVersion: tls.VersionTLS12}
}

// mount writes certificates as the kubelet does: files are links into a folder
// that is itself a link, which is replaced at once.
func (a authority) mount(t *testing.T, dir string, clients authority) {
	t.Helper()

	from, until := anHour()
	certificate, key := a.issue(t, from, until)
	mountFiles(t, dir, map[string][]byte{"tls.crt": certificate, "tls.key": key, "ca.crt": clients.pem()})
}

func mountFiles(t *testing.T, dir string, files map[string][]byte) {
	t.Helper()

	version, err := os.MkdirTemp(dir, "..version-") //nolint:usetesting // It must be below the folder it is linked from.
	must(t, err)

	for name, content := range files {
		must(t, os.WriteFile(filepath.Join(version, name), content, 0o600))

		if _, err := os.Lstat(filepath.Join(dir, name)); err != nil {
			must(t, os.Symlink(filepath.Join("..data", name), filepath.Join(dir, name)))
		}
	}

	must(t, os.Symlink(filepath.Base(version), filepath.Join(dir, "..new")))
	must(t, os.Rename(filepath.Join(dir, "..new"), filepath.Join(dir, "..data")))
}

// A functionFunc is a function for tests.
type functionFunc func(ctx context.Context, req *fnv1.RunFunctionRequest) (*fnv1.RunFunctionResponse, error)

type testFunction struct {
	fnv1.UnimplementedFunctionRunnerServiceServer

	run functionFunc
}

func (f testFunction) RunFunction(ctx context.Context, req *fnv1.RunFunctionRequest) (*fnv1.RunFunctionResponse, error) {
	return f.run(ctx, req)
}

func echo(_ context.Context, req *fnv1.RunFunctionRequest) (*fnv1.RunFunctionResponse, error) {
	return &fnv1.RunFunctionResponse{Meta: &fnv1.ResponseMeta{Tag: req.GetMeta().GetTag()}}, nil
}

// start serves until the test ends, or until stop is called, which returns what
// Serve does.
func start(t *testing.T, run functionFunc, log io.Writer, edit func(o *Options)) (s *Server, stop func() error) {
	t.Helper()

	o := Options{
		Address: "127.0.0.1:0", HTTPAddress: "127.0.0.1:0", Insecure: true, Codec: wire.NewCodec(func(*structpb.Struct) wire.Reads { return wire.Reads{} }),
		MaxRequestBytes: 4 << 20, MaxConcurrentCalls: 1000, CallTimeout: 30 * time.Second, MaxConnectionAge: time.Hour, DrainTimeout: 10 * time.Second,
	}
	if edit != nil {
		edit(&o)
	}

	s, err := New(t.Context(), testFunction{run: run}, o, slog.New(slog.NewJSONHandler(log, nil)), prometheus.NewRegistry())
	must(t, err)

	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)

	go func() { served <- s.Serve(ctx) }()

	stop = sync.OnceValue(func() error {
		cancel()
		return <-served
	})
	t.Cleanup(func() { must(t, stop()) })

	return s, stop
}

func dial(t *testing.T, s *Server, creds credentials.TransportCredentials) fnv1.FunctionRunnerServiceClient {
	t.Helper()

	conn, err := grpc.NewClient(s.GRPCAddress(), grpc.WithTransportCredentials(creds))
	must(t, err)
	t.Cleanup(func() { _ = conn.Close() })

	return fnv1.NewFunctionRunnerServiceClient(conn)
}

func must(t *testing.T, err error) {
	t.Helper()

	if err != nil {
		t.Fatal(err)
	}
}

// get returns the status and the body of an HTTP endpoint.
func get(t *testing.T, s *Server, path string) (int, string) {
	t.Helper()

	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.HTTPAddress()+path, nil)
	must(t, err)
	rsp, err := http.DefaultClient.Do(req)
	must(t, err)

	body, err := io.ReadAll(rsp.Body)
	must(t, err)
	must(t, rsp.Body.Close())

	return rsp.StatusCode, string(body)
}

// TestMutualTLS holds who gets in, and who does not.
func TestMutualTLS(t *testing.T) {
	from, until := anHour()
	ours, theirs := newAuthority(t, from, until), newAuthority(t, from, until)
	dir := t.TempDir()
	ours.mount(t, dir, ours)

	s, _ := start(t, echo, io.Discard, func(o *Options) { o.Insecure, o.CertsDir = false, dir })

	edited := func(edit func(c *tls.Config)) credentials.TransportCredentials {
		config := ours.client(t)
		edit(config)

		return credentials.NewTLS(config)
	}

	cases := map[string]struct {
		reason string
		args   credentials.TransportCredentials
		want   bool
	}{
		"Crossplane": {
			reason: "A client with a certificate of the CA is let in.",
			args:   credentials.NewTLS(ours.client(t)),
			want:   true,
		},
		"Plaintext": {
			reason: "Nothing is served without TLS.",
			args:   insecure.NewCredentials(),
		},
		"NoCertificate": {
			reason: "Who has no certificate is nobody.",
			args:   edited(func(c *tls.Config) { c.Certificates = nil }),
		},
		"OtherAuthority": {
			reason: "A certificate of another CA is worth nothing.",
			args:   edited(func(c *tls.Config) { c.Certificates = theirs.client(t).Certificates }),
		},
		"TLS11": {
			reason: "Old versions of TLS are not safe.",
			args:   edited(func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }),
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := dial(t, s, tc.args).RunFunction(t.Context(), &fnv1.RunFunctionRequest{})
			if (err == nil) != tc.want {
				t.Errorf("\n%s\nRunFunction(...): want success %t, got %v", tc.reason, tc.want, err)
			}

			if err != nil && status.Code(err) != codes.Unavailable {
				t.Errorf("\n%s\nRunFunction(...): want the connection refused, got %v", tc.reason, err)
			}
		})
	}
}

// TestRotation replaces certificate, key and CA under load. New connections see
// the new ones, and no call fails.
func TestRotation(t *testing.T) {
	from, until := anHour()
	first, second := newAuthority(t, from, until), newAuthority(t, from, until)
	dir := t.TempDir()
	first.mount(t, dir, first)

	log := &bytes.Buffer{}
	s, stop := start(t, echo, log, func(o *Options) { o.Insecure, o.CertsDir = false, dir })

	ctx, cancel := context.WithCancel(t.Context())

	var (
		calls, failed atomic.Int64
		callers       sync.WaitGroup
	)

	for range 4 {
		client := dial(t, s, credentials.NewTLS(first.client(t)))

		callers.Go(func() {
			for ctx.Err() == nil {
				if _, err := client.RunFunction(context.WithoutCancel(ctx), &fnv1.RunFunctionRequest{}); err != nil {
					failed.Add(1)
				}

				calls.Add(1)
			}
		})
	}

	works := func(a authority) bool {
		_, err := dial(t, s, credentials.NewTLS(a.client(t))).RunFunction(ctx, &fnv1.RunFunctionRequest{})
		return err == nil
	}
	eventually(t, "calls", func() bool { return calls.Load() > 100 })

	second.mount(t, dir, second)
	eventually(t, "the second CA", func() bool { return works(second) && !works(first) })

	mountFiles(t, dir, map[string][]byte{"tls.crt": []byte("junk"), "tls.key": []byte("secret junk"), "ca.crt": second.pem()})
	time.Sleep(2 * checkInterval) // Nothing is to happen: there is nothing to wait for.

	if !works(second) {
		t.Error("a broken certificate replaced a good one")
	}

	cancel()
	callers.Wait()

	if failed.Load() > 0 {
		t.Errorf("want no failed call, got %d of %d", failed.Load(), calls.Load())
	}

	must(t, stop())

	if n := strings.Count(log.String(), "Keeping the certificates"); n != 1 {
		t.Errorf("want one line about the broken certificate, got %d: %s", n, log)
	}

	if strings.Contains(log.String(), "secret junk") {
		t.Error("the log has the key")
	}

	t.Logf("%d calls, %d failed", calls.Load(), failed.Load())
}

// TestReadiness follows a server's health from start to stop.
func TestReadiness(t *testing.T) {
	release := make(chan struct{})
	running := make(chan struct{})
	s, stop := start(t, func(ctx context.Context, req *fnv1.RunFunctionRequest) (*fnv1.RunFunctionResponse, error) {
		close(running)
		<-release

		return echo(ctx, req)
	}, io.Discard, nil)

	eventually(t, "readiness", func() bool { code, _ := get(t, s, "/readyz"); return code == http.StatusOK })

	if code, _ := get(t, s, "/healthz"); code != http.StatusOK {
		t.Errorf("/healthz: want 200, got %d", code)
	}

	if _, body := get(t, s, "/metrics"); !strings.Contains(body, "grpc_server_handled_total") || !strings.Contains(body, `le="0.001"`) {
		t.Errorf("/metrics: want gRPC metrics, down to less than a millisecond, got %s", body)
	}

	conn, err := grpc.NewClient(s.GRPCAddress(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	must(t, err)
	t.Cleanup(func() { _ = conn.Close() })

	health, err := grpc_health_v1.NewHealthClient(conn).Check(t.Context(), &grpc_health_v1.HealthCheckRequest{})
	if err != nil || health.GetStatus() != grpc_health_v1.HealthCheckResponse_SERVING {
		t.Errorf("gRPC health: want SERVING, got %v, %v", health, err)
	}

	// The old protocol is served, too.
	answered := make(chan error, 1)

	go func() {
		rsp, err := fnv1beta1.NewFunctionRunnerServiceClient(conn).RunFunction(context.Background(), &fnv1beta1.RunFunctionRequest{Meta: &fnv1beta1.RequestMeta{Tag: "old"}})
		if err == nil && rsp.GetMeta().GetTag() != "old" {
			err = fmt.Errorf("the answer to an old request is %v", rsp)
		}
		answered <- err
	}()

	<-running

	stopped := make(chan error, 1)

	go func() { stopped <- stop() }()

	eventually(t, "not ready while it drains", func() bool { code, _ := get(t, s, "/readyz"); return code == http.StatusServiceUnavailable })

	if code, _ := get(t, s, "/healthz"); code != http.StatusOK {
		t.Errorf("/healthz while it drains: want 200, got %d", code)
	}

	close(release)
	must(t, <-answered)
	must(t, <-stopped)
}

// TestValidity holds that a server that nobody can call is not ready, and that
// the metric says when that will be.
func TestValidity(t *testing.T) {
	now := time.Now().Truncate(time.Second)

	cases := map[string]struct {
		reason     string
		ca         [2]time.Time
		served     [2]time.Time
		wantCode   int
		wantBody   string
		wantExpiry time.Time
	}{
		"Valid": {
			reason:     "Nothing is wrong.",
			ca:         [2]time.Time{now.Add(-time.Hour), now.Add(2 * time.Hour)},
			served:     [2]time.Time{now.Add(-time.Hour), now.Add(time.Hour)},
			wantCode:   http.StatusOK,
			wantBody:   "ok",
			wantExpiry: now.Add(time.Hour),
		},
		"Expired": {
			reason:     "Clients refuse a certificate that was valid once.",
			ca:         [2]time.Time{now.Add(-time.Hour), now.Add(time.Hour)},
			served:     [2]time.Time{now.Add(-time.Hour), now.Add(-time.Minute)},
			wantCode:   http.StatusServiceUnavailable,
			wantBody:   "the certificates have expired",
			wantExpiry: now.Add(-time.Minute),
		},
		"NotYet": {
			reason:     "And one that will be valid.",
			ca:         [2]time.Time{now.Add(-time.Hour), now.Add(2 * time.Hour)},
			served:     [2]time.Time{now.Add(time.Minute), now.Add(time.Hour)},
			wantCode:   http.StatusServiceUnavailable,
			wantBody:   "the certificates are not valid yet",
			wantExpiry: now.Add(time.Hour),
		},
		"AuthorityExpired": {
			reason:     "Without its authority no client gets in, however long ours is valid.",
			ca:         [2]time.Time{now.Add(-time.Hour), now.Add(-time.Minute)},
			served:     [2]time.Time{now.Add(-time.Hour), now.Add(time.Hour)},
			wantCode:   http.StatusServiceUnavailable,
			wantBody:   "the certificates have expired",
			wantExpiry: now.Add(-time.Minute),
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			ca := newAuthority(t, tc.ca[0], tc.ca[1])
			dir := t.TempDir()
			certificate, key := ca.issue(t, tc.served[0], tc.served[1])
			mountFiles(t, dir, map[string][]byte{"tls.crt": certificate, "tls.key": key, "ca.crt": ca.pem()})

			s, _ := start(t, echo, io.Discard, func(o *Options) { o.Insecure, o.CertsDir = false, dir })

			eventually(t, "the server", func() bool { _, body := get(t, s, "/readyz"); return !strings.Contains(body, "not serving") })

			if code, body := get(t, s, "/readyz"); code != tc.wantCode || strings.TrimSpace(body) != tc.wantBody {
				t.Errorf("\n%s\n/readyz: want %d, %q, got %d, %q", tc.reason, tc.wantCode, tc.wantBody, code, body)
			}

			want := "webapp_certificate_expiry_timestamp_seconds " + strconv.FormatFloat(float64(tc.wantExpiry.Unix()), 'g', -1, 64)
			if _, body := get(t, s, "/metrics"); !strings.Contains(body, want) {
				t.Errorf("\n%s\n/metrics: want %q", tc.reason, want)
			}
		})
	}
}

// TestDrain stops a server under 16 callers, again and again. No call that it
// accepted fails.
func TestDrain(t *testing.T) {
	var accepted, answered atomic.Int64

	for range 20 {
		s, stop := start(t, func(ctx context.Context, req *fnv1.RunFunctionRequest) (*fnv1.RunFunctionResponse, error) {
			accepted.Add(1)
			time.Sleep(2 * time.Millisecond) // Work, so that there is something to wait for.

			return echo(ctx, req)
		}, io.Discard, nil)

		var callers sync.WaitGroup

		for range 16 {
			client := dial(t, s, insecure.NewCredentials())

			callers.Go(func() {
				for {
					_, err := client.RunFunction(context.Background(), &fnv1.RunFunctionRequest{})
					if err != nil {
						return
					}

					answered.Add(1)
				}
			})
		}

		begun := accepted.Load()
		eventually(t, "calls", func() bool { return accepted.Load() > begun+50 })
		must(t, stop())
		callers.Wait()
	}

	if accepted.Load() != answered.Load() {
		t.Errorf("want every accepted call answered: accepted %d, answered %d", accepted.Load(), answered.Load())
	}

	t.Logf("20 stops, %d calls accepted, %d answered", accepted.Load(), answered.Load())
}

// TestDrainTimeout holds that a call that never ends does not keep the process.
func TestDrainTimeout(t *testing.T) {
	running, release := make(chan struct{}), make(chan struct{})
	defer close(release)

	s, stop := start(t, func(ctx context.Context, req *fnv1.RunFunctionRequest) (*fnv1.RunFunctionResponse, error) {
		close(running)
		<-release

		return echo(ctx, req)
	}, io.Discard, func(o *Options) { o.DrainTimeout = 50 * time.Millisecond })

	client := dial(t, s, insecure.NewCredentials())

	go func() { _, _ = client.RunFunction(context.Background(), &fnv1.RunFunctionRequest{}) }()

	<-running
	must(t, stop())
}

// TestLimits holds what is said of calls that are too large, too long or fail.
func TestLimits(t *testing.T) {
	release := make(chan struct{})
	defer close(release)

	cases := map[string]struct {
		reason string
		run    functionFunc
		req    *fnv1.RunFunctionRequest
		want   codes.Code
	}{
		"Large": {
			reason: "A request has a size.",
			run:    echo,
			req:    &fnv1.RunFunctionRequest{Meta: &fnv1.RequestMeta{Tag: strings.Repeat("x", 5<<20)}},
			want:   codes.ResourceExhausted,
		},
		"Slow": {
			reason: "A call has a time.",
			run: func(ctx context.Context, _ *fnv1.RunFunctionRequest) (*fnv1.RunFunctionResponse, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			},
			want: codes.DeadlineExceeded,
		},
		"Deaf": {
			reason: "That is so, too, if the function does not look at its context.",
			run: func(ctx context.Context, req *fnv1.RunFunctionRequest) (*fnv1.RunFunctionResponse, error) {
				<-release
				return echo(ctx, req)
			},
			want: codes.DeadlineExceeded,
		},
		"Panic": {
			reason: "A panic ends a call, and not the process.",
			run: func(context.Context, *fnv1.RunFunctionRequest) (*fnv1.RunFunctionResponse, error) {
				panic("oh")
			},
			want: codes.Internal,
		},
		"Fine": {
			reason: "The next call is served.",
			run:    echo,
			want:   codes.OK,
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s, _ := start(t, tc.run, io.Discard, func(o *Options) { o.CallTimeout = 100 * time.Millisecond })

			_, err := dial(t, s, insecure.NewCredentials()).RunFunction(t.Context(), tc.req)
			if got := status.Code(err); got != tc.want {
				t.Errorf("\n%s\nRunFunction(...): want %v, got %v", tc.reason, tc.want, err)
			}
		})
	}
}

// TestManyCalls holds that more calls are answered at a time than goroutines wait
// for them.
func TestManyCalls(t *testing.T) {
	const calls = 4 * workers

	var (
		running sync.WaitGroup
		callers sync.WaitGroup
	)

	running.Add(calls)

	s, _ := start(t, func(ctx context.Context, req *fnv1.RunFunctionRequest) (*fnv1.RunFunctionResponse, error) {
		// Nobody is answered before everybody is called.
		running.Done()
		running.Wait()

		return echo(ctx, req)
	}, io.Discard, nil)
	client := dial(t, s, insecure.NewCredentials())

	for range calls {
		callers.Go(func() {
			if _, err := client.RunFunction(context.Background(), &fnv1.RunFunctionRequest{}); err != nil {
				t.Error(err)
			}
		})
	}

	callers.Wait()
}

// TestConnectionAge holds that a client is asked to connect again.
func TestConnectionAge(t *testing.T) {
	s, _ := start(t, echo, io.Discard, func(o *Options) { o.MaxConnectionAge = 200 * time.Millisecond })

	conn, err := grpc.NewClient(s.GRPCAddress(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	must(t, err)
	t.Cleanup(func() { _ = conn.Close() })

	client := fnv1.NewFunctionRunnerServiceClient(conn)
	_, err = client.RunFunction(t.Context(), &fnv1.RunFunctionRequest{})
	must(t, err)

	state := conn.GetState()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)

	defer cancel()

	if !conn.WaitForStateChange(ctx, state) {
		t.Fatal("the connection lives on")
	}

	_, err = client.RunFunction(t.Context(), &fnv1.RunFunctionRequest{})
	must(t, err)
}

// TestNew holds that what cannot be served is said at once.
func TestNew(t *testing.T) {
	taken, _ := start(t, echo, io.Discard, nil)
	empty := t.TempDir()

	broken := t.TempDir()
	from, until := anHour()
	ca := newAuthority(t, from, until)
	certificate, key := ca.issue(t, from, until)
	mountFiles(t, broken, map[string][]byte{"tls.crt": certificate, "tls.key": key, "ca.crt": []byte("junk")})

	cases := map[string]struct {
		reason string
		args   Options
		want   string
	}{
		"NoCertificates": {
			reason: "Nobody serves without TLS by accident.",
			args:   Options{Address: "127.0.0.1:0", HTTPAddress: "127.0.0.1:0"},
			want:   "no certificates: set --tls-certs-dir or TLS_SERVER_CERTS_DIR to a folder with tls.crt, tls.key and ca.crt, or use --insecure on your own machine",
		},
		"MissingCertificates": {
			reason: "The folder and the file are named.",
			args:   Options{Address: "127.0.0.1:0", HTTPAddress: "127.0.0.1:0", CertsDir: empty},
			want:   `cannot load certificates from "` + empty + `": open ` + empty + `/tls.crt: no such file or directory`,
		},
		"BrokenCA": {
			reason: "So is what is wrong with one.",
			args:   Options{Address: "127.0.0.1:0", HTTPAddress: "127.0.0.1:0", CertsDir: broken},
			want:   `cannot load certificates from "` + broken + `": ca.crt: there is no certificate in it`,
		},
		"AddressTaken": {
			reason: "An address that is taken is an error, and not a server that nobody reaches.",
			args:   Options{Insecure: true, Address: taken.GRPCAddress(), HTTPAddress: "127.0.0.1:0"},
			want:   `cannot serve gRPC at "` + taken.GRPCAddress() + `": listen tcp ` + taken.GRPCAddress() + `: bind: address already in use`,
		},
		"HTTPAddressTaken": {
			reason: "That is true of metrics, too.",
			args:   Options{Insecure: true, Address: "127.0.0.1:0", HTTPAddress: taken.HTTPAddress()},
			want:   `cannot serve health and metrics at "` + taken.HTTPAddress() + `": listen tcp ` + taken.HTTPAddress() + `: bind: address already in use`,
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := New(t.Context(), testFunction{}, tc.args, slog.New(slog.DiscardHandler), prometheus.NewRegistry())
			if err == nil || err.Error() != tc.want {
				t.Errorf("\n%s\nNew(...): want %q, got %v", tc.reason, tc.want, err)
			}
		})
	}
}

// TestListenerFails holds that a server that cannot go on says so.
func TestListenerFails(t *testing.T) {
	s, err := New(t.Context(), testFunction{run: echo}, Options{Insecure: true, Address: "127.0.0.1:0", HTTPAddress: "127.0.0.1:0"},
		slog.New(slog.DiscardHandler), prometheus.NewRegistry())
	must(t, err)
	must(t, s.httpAddr.Close())

	if err := s.Serve(t.Context()); err == nil || errors.Is(err, context.Canceled) {
		t.Errorf("Serve(...): want an error, got %v", err)
	}
}

// eventually waits until something is so.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()

	for deadline := time.Now().Add(20 * time.Second); !so(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited too long for %s", what)
		}
	}
}
