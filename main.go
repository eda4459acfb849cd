// Command function-webapp composes WebApps for Crossplane.
package main

import (
	"time"

	"github.com/alecthomas/kong"

	function "github.com/crossplane/function-sdk-go"

	"github.com/webapp-operator/function-webapp/fn"
)

// version is set when a release is built.
var version = "dev"

// cli is the command line. Every flag can be set by its environment variable.
type cli struct {
	Debug   bool             `env:"DEBUG"                        help:"Log every reconcile, not only changes and failures. Logs as text instead of JSON." short:"d"`
	Version kong.VersionFlag `help:"Print the version and exit."`

	Network            string `default:"tcp"                                                                                           env:"NETWORK"                                                                    help:"Network to listen on for gRPC, as Go's net.Listen names it."`
	Address            string `default:":9443"                                                                                         env:"ADDRESS"                                                                    help:"Address to listen on for gRPC."`
	TLSCertsDir        string `env:"TLS_SERVER_CERTS_DIR"                                                                              help:"Folder with tls.crt, tls.key and the clients' ca.crt. Crossplane sets it." name:"tls-certs-dir"`
	Insecure           bool   `help:"Serve without mTLS, to anybody who can reach the address. For development and crossplane render."`
	MaxRecvMessageSize int    `default:"16"                                                                                            env:"MAX_RECV_MESSAGE_SIZE"                                                      help:"Largest request to accept, in MiB."`
	MetricsAddress     string `default:":8080"                                                                                         env:"METRICS_ADDRESS"                                                            help:"Address to serve Prometheus metrics on over HTTP, at /metrics. Empty to not."`
}

// Run serves the function until it fails or is stopped.
func (c *cli) Run() error {
	log, err := function.NewLogger(c.Debug)
	if err != nil {
		return err
	}

	return function.Serve(fn.New(log, time.Now),
		function.Listen(c.Network, c.Address),
		function.MTLSCertificates(c.TLSCertsDir),
		function.Insecure(c.Insecure),
		function.MaxRecvMessageSize(c.MaxRecvMessageSize*1024*1024),
		function.WithMetricsServer(c.MetricsAddress))
}

func main() {
	ctx := kong.Parse(&cli{}, kong.Name("function-webapp"),
		kong.Description("Composes WebApps for Crossplane: one small resource in, a Deployment, a Service, a ConfigMap and an honest status out."),
		kong.Vars{"version": version})
	ctx.FatalIfErrorf(ctx.Run())
}
