// Package server serves a composition function as a platform team runs it for
// years: mutual TLS with certificates that change, health, metrics, and a stop
// that fails nobody.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"sync/atomic"
	"time"

	grpcprometheus "github.com/grpc-ecosystem/go-grpc-middleware/providers/prometheus"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/reflection"
	"google.golang.org/grpc/status"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	fnv1beta1 "github.com/crossplane/function-sdk-go/proto/v1beta1"
)

// Options say how to serve.
type Options struct {
	// Address is where gRPC is served, HTTPAddress where health and metrics are.
	Address     string
	HTTPAddress string

	// CertsDir holds tls.crt, tls.key and ca.crt. With Insecure, nothing is
	// encrypted and anybody may call.
	CertsDir string
	Insecure bool

	// Codec reads requests and writes answers.
	Codec encoding.CodecV2

	// MaxRequestBytes is the largest request that is read.
	MaxRequestBytes int

	// MaxConcurrentCalls is how many calls one connection may have open.
	MaxConcurrentCalls uint32

	// CallTimeout is how long one call may take.
	CallTimeout time.Duration

	// MaxConnectionAge is after how long, give or take a tenth, a client is asked
	// to connect again. Crossplane looks up the addresses of a function only
	// then, so that it is also how soon a new replica gets calls.
	MaxConnectionAge time.Duration

	// DrainTimeout is how long calls may go on after the server is told to stop.
	DrainTimeout time.Duration
}

// A Server serves a function.
type Server struct {
	options  Options
	log      *slog.Logger
	registry *prometheus.Registry

	grpc     *grpc.Server
	health   *health.Server
	http     *http.Server
	certs    *certificates
	grpcAddr net.Listener
	httpAddr net.Listener

	serving atomic.Bool
}

// workers is how many goroutines of gRPC's wait for calls. Their stacks have grown
// to what reading a request needs; that of a new goroutine grows, and is copied, in
// every call. More calls at a time get new ones.
const workers = 16

// durations are Prometheus' own, and below them those that most calls take: the lowest of
// its own is five milliseconds.
var durations = append([]float64{0.0001, 0.00025, 0.0005, 0.001, 0.0025}, prometheus.DefBuckets...)

// New listens, and returns a server that is ready to [Server.Serve]. Metrics of
// registry are served, and the server adds its own.
func New(ctx context.Context, fn fnv1.FunctionRunnerServiceServer, o Options, log *slog.Logger, registry *prometheus.Registry) (*Server, error) {
	s := &Server{options: o, log: log, registry: registry, health: health.NewServer()}

	creds, err := s.credentials()
	if err != nil {
		return nil, err
	}

	metrics := grpcprometheus.NewServerMetrics(
		grpcprometheus.WithServerHandlingTimeHistogram(grpcprometheus.WithHistogramBuckets(durations)))
	registry.MustRegister(metrics)

	s.grpc = grpc.NewServer(
		grpc.Creds(creds),
		grpc.ForceServerCodecV2(o.Codec),
		grpc.MaxRecvMsgSize(o.MaxRequestBytes),
		grpc.NumStreamWorkers(workers),
		grpc.MaxConcurrentStreams(o.MaxConcurrentCalls),
		grpc.KeepaliveParams(keepalive.ServerParameters{
			MaxConnectionAge: o.MaxConnectionAge,
			// Calls of a connection that has come of age may end in peace.
			MaxConnectionAgeGrace: o.CallTimeout,
			// A client that is gone without a word is noticed.
			Time:    time.Minute,
			Timeout: 20 * time.Second,
		}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: 10 * time.Second, PermitWithoutStream: true}),
		grpc.ChainUnaryInterceptor(metrics.UnaryServerInterceptor(), s.limit),
	)

	fnv1.RegisterFunctionRunnerServiceServer(s.grpc, fn)
	fnv1beta1.RegisterFunctionRunnerServiceServer(s.grpc, beta{function: fn})
	grpc_health_v1.RegisterHealthServer(s.grpc, s.health)
	reflection.Register(s.grpc)
	metrics.InitializeMetrics(s.grpc)

	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", s.live)
	mux.HandleFunc("GET /readyz", s.ready)
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{EnableOpenMetrics: true}))
	s.http = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}

	listen := net.ListenConfig{}
	if s.grpcAddr, err = listen.Listen(ctx, "tcp", o.Address); err != nil {
		return nil, fmt.Errorf("cannot serve gRPC at %q: %w", o.Address, err)
	}

	if s.httpAddr, err = listen.Listen(ctx, "tcp", o.HTTPAddress); err != nil {
		return nil, errors.Join(fmt.Errorf("cannot serve health and metrics at %q: %w", o.HTTPAddress, err), s.grpcAddr.Close())
	}

	return s, nil
}

// GRPCAddress is where gRPC is served.
func (s *Server) GRPCAddress() string { return s.grpcAddr.Addr().String() }

// HTTPAddress is where health and metrics are served.
func (s *Server) HTTPAddress() string { return s.httpAddr.Addr().String() }

// Serve serves until the context ends, and then stops without failing a call
// that was accepted: it is not ready, takes no new calls, and waits for those
// that run, up to the drain timeout. A listener that fails ends it, too, with an
// error.
func (s *Server) Serve(ctx context.Context) error {
	failed := make(chan error, 2)

	go func() { failed <- s.grpc.Serve(s.grpcAddr) }()
	go func() { failed <- s.http.Serve(s.httpAddr) }()

	s.serving.Store(true)
	s.health.SetServingStatus("", grpc_health_v1.HealthCheckResponse_SERVING)
	s.log.Info("Serving", "grpc", s.GRPCAddress(), "http", s.HTTPAddress())

	var err error

	select {
	case err = <-failed:
		err = fmt.Errorf("cannot go on serving: %w", err)
	case <-ctx.Done():
		s.log.Info("Stopping")
	}

	s.serving.Store(false)
	s.health.Shutdown()
	s.drain()

	// The last to go: until now it told that this replica is not ready.
	return errors.Join(err, s.http.Close())
}

// credentials are mutual TLS, unless somebody asked for none.
func (s *Server) credentials() (credentials.TransportCredentials, error) {
	if s.options.Insecure {
		s.log.Warn("Serving without TLS: anybody who can reach this address may call the function", "address", s.options.Address)
		return insecure.NewCredentials(), nil
	}

	if s.options.CertsDir == "" {
		return nil, errors.New("no certificates: set --tls-certs-dir or TLS_SERVER_CERTS_DIR to a folder with tls.crt, tls.key and ca.crt, or use --insecure on your own machine")
	}

	certs, err := loadCertificates(s.options.CertsDir, s.log)
	if err != nil {
		return nil, err
	}

	s.certs = certs
	s.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "webapp_certificate_expiry_timestamp_seconds",
		Help: "When the certificate that is served expires, or the clients' CA if that is sooner, as Unix time.",
	}, func() float64 { return float64(certs.validity().until.Unix()) }))

	return credentials.NewTLS(certs.config()), nil
}

func (s *Server) drain() {
	drained := make(chan struct{})

	go func() {
		s.grpc.GracefulStop()
		close(drained)
	}()

	select {
	case <-drained:
		s.log.Info("Stopped")
	case <-time.After(s.options.DrainTimeout):
		s.log.Warn("Stopped with calls that had not ended", "after", s.options.DrainTimeout.String())
		s.grpc.Stop()
	}
}

// limit answers a call that takes too long, and outlives one that panics. A
// function that does not look at its context cannot be stopped: it runs in a
// goroutine of its own, so that it can be left behind.
func (s *Server) limit(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	ctx, cancel := context.WithTimeout(ctx, s.options.CallTimeout)
	defer cancel()

	type answer struct {
		rsp any
		err error
	}

	answered := make(chan answer, 1)

	go func() {
		defer func() {
			if cause := recover(); cause != nil {
				s.log.Error("Panic in a call", "panic", cause, "stack", string(debug.Stack()))
				answered <- answer{err: status.Error(codes.Internal, "the function failed; its log says how")}
			}
		}()

		rsp, err := handler(ctx, req)
		answered <- answer{rsp, err}
	}()

	select {
	case a := <-answered:
		return a.rsp, a.err
	case <-ctx.Done():
		return nil, status.FromContextError(ctx.Err()).Err()
	}
}

func (s *Server) live(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) }

func (s *Server) ready(w http.ResponseWriter, _ *http.Request) {
	if why := s.notReady(time.Now()); why != "" {
		http.Error(w, why, http.StatusServiceUnavailable)
		return
	}

	_, _ = w.Write([]byte("ok\n"))
}

// notReady is why calls fail, if they do.
func (s *Server) notReady(now time.Time) string {
	if !s.serving.Load() {
		return "not serving"
	}

	if s.certs == nil {
		return ""
	}

	switch valid := s.certs.validity(); {
	case now.Before(valid.from):
		return "the certificates are not valid yet"
	case now.After(valid.until):
		return "the certificates have expired"
	default:
		return ""
	}
}
