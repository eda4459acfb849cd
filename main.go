// Command function-webapp composes WebApps for Crossplane.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
	"github.com/prometheus/client_golang/prometheus"
	// The image has no CA certificates: a collector may need them.
	_ "golang.org/x/crypto/x509roots/fallback"

	"github.com/webapp-operator/function-webapp/fn"
	"github.com/webapp-operator/function-webapp/internal/convert"
	"github.com/webapp-operator/function-webapp/internal/server"
	"github.com/webapp-operator/function-webapp/internal/telemetry"
	"github.com/webapp-operator/function-webapp/internal/wire"
)

// version is set when a release is built.
var version = "dev"

// flushTimeout is how long the last traces may take to be sent.
const flushTimeout = 5 * time.Second

// cli is the command line. Who says no command serves.
type cli struct {
	Version kong.VersionFlag `help:"Print the version and exit."`

	Serve   serve          `cmd:"" default:"withargs"                                                                             help:"Serve the function, which is what is done if no command is given."`
	Convert convertCommand `cmd:"" help:"Make WebApps of manifests as kubectl get -o yaml and Helm print them. Needs no cluster."`
}

// convertCommand makes WebApps of what there is.
type convertCommand struct {
	From string `arg:"" help:"A file, a folder with everything in it, or - for standard input."`
}

// Run writes WebApps to standard output, and what is to be said of them to standard error.
func (c *convertCommand) Run() error {
	return convert.Run(context.Background(), c.From, os.Stdin, os.Stdout, os.Stderr)
}

// serve are the settings of the server. Every flag but --insecure can be set by an
// environment variable: whoever serves without TLS says so by hand.
type serve struct {
	Debug    bool       `env:"DEBUG"    help:"Log every reconcile, not only changes and failures." short:"d"`
	LogLevel slog.Level `default:"info" env:"LOG_LEVEL"                                            help:"Least level to log: debug, info, warn or error."`

	Address     string `default:":9443"                                                                                         env:"ADDRESS"                                                                                                 help:"Address to serve gRPC on."`
	HTTPAddress string `default:":8080"                                                                                         env:"HTTP_ADDRESS"                                                                                            help:"Address to serve /healthz, /readyz and /metrics on." name:"http-address"`
	TLSCertsDir string `env:"TLS_SERVER_CERTS_DIR"                                                                              help:"Folder with tls.crt, tls.key and the clients' ca.crt, read again when they change. Crossplane sets it." name:"tls-certs-dir"`
	Insecure    bool   `help:"Serve without mTLS, to anybody who can reach the address. For development and crossplane render."`

	MaxRecvMessageSize int           `default:"16"   env:"MAX_RECV_MESSAGE_SIZE" help:"Largest request to accept, in MiB."`
	MaxConcurrentCalls uint32        `default:"1000" env:"MAX_CONCURRENT_CALLS"  help:"Calls that one connection may have open."`
	CallTimeout        time.Duration `default:"10s"  env:"CALL_TIMEOUT"          help:"How long one call may take."`
	MaxConnectionAge   time.Duration `default:"5m"   env:"MAX_CONNECTION_AGE"    help:"After how long Crossplane is asked to connect again, so that new replicas get calls."`
	DrainTimeout       time.Duration `default:"25s"  env:"DRAIN_TIMEOUT"         help:"How long calls may go on after SIGTERM. Less than the pod's grace period."`
}

// Run serves the function until it is told to stop.
func (c *serve) Run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	// The second signal is not ours, and ends the process at once.
	context.AfterFunc(ctx, stop)

	if c.Debug {
		c.LogLevel = slog.LevelDebug
	}

	log := slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: c.LogLevel}))

	traces, flush, err := telemetry.NewTracerProvider(ctx, log, version)
	if err != nil {
		return err
	}

	registry := prometheus.NewRegistry()

	s, err := server.New(ctx, telemetry.Observe(fn.New(time.Now), log, traces, registry, version), server.Options{
		Address:            c.Address,
		HTTPAddress:        c.HTTPAddress,
		CertsDir:           c.TLSCertsDir,
		Insecure:           c.Insecure,
		Codec:              wire.NewCodec(fn.Reads),
		MaxRequestBytes:    c.MaxRecvMessageSize << 20,
		MaxConcurrentCalls: c.MaxConcurrentCalls,
		CallTimeout:        c.CallTimeout,
		MaxConnectionAge:   c.MaxConnectionAge,
		DrainTimeout:       c.DrainTimeout,
	}, log, registry)
	if err != nil {
		return err
	}

	err = s.Serve(ctx)

	last, cancel := context.WithTimeout(context.Background(), flushTimeout)
	defer cancel()

	if failed := flush(last); failed != nil {
		// Nobody's calls depend on it.
		log.Warn("Cannot send the last traces", "error", failed)
	}

	return err
}

// collectGarbage makes Go collect garbage less often than it would, unless the
// environment says how often: a call leaves little that lives, and looking for it
// is a good part of the work. docs/performance.md has the figures.
func collectGarbage() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(300)
	}

	// Large requests must not take three times what they need: above this, Go
	// collects as often as it takes, with at most half of the processors.
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(100 << 20)
	}
}

func main() {
	collectGarbage()

	ctx := kong.Parse(&cli{}, kong.Name("function-webapp"),
		kong.Description("Composes WebApps for Crossplane: one small resource in, a Deployment, a Service, a ConfigMap and an honest status out."),
		kong.Vars{"version": version})

	if err := ctx.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "function-webapp:", err)
		os.Exit(1)
	}
}
