// Command registry serves an empty OCI registry over plain HTTP, in memory, and
// prints its address.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/google/go-containerregistry/pkg/registry"
)

func main() {
	address := flag.String("address", "127.0.0.1:0", "address to listen on")
	flag.Parse()

	if err := serve(*address); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(address string) error {
	l, err := net.Listen("tcp", address) //nolint:noctx // It listens until the process ends.
	if err != nil {
		return err
	}

	if _, err := fmt.Fprintln(os.Stdout, l.Addr()); err != nil {
		return err
	}

	server := &http.Server{
		Handler:           registry.New(registry.Logger(log.New(io.Discard, "", 0))),
		ReadHeaderTimeout: time.Minute,
	}

	return server.Serve(l)
}
