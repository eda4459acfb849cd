package controlplane

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Network stands in for the network of a cluster: Crossplane calls a function by
// the name of its Service, which only exists inside of one. gRPC asks the proxy
// in HTTPS_PROXY for such a name, and this is that proxy. The certificates, the
// names in them and the connection are the same as in a cluster.
type Network struct {
	// Services is a folder with a file for each Service, called <host>:<port>,
	// that has the addresses behind it, one a line. It is read again for every
	// connection.
	Services string
}

// Serve serves until the context ends, and prints its address first.
func (n Network) Serve(ctx context.Context, address string) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return err
	}

	server := &http.Server{Handler: n, ReadHeaderTimeout: time.Minute}
	context.AfterFunc(ctx, func() { _ = server.Close() })

	fmt.Println(l.Addr()) //nolint:forbidigo // Whoever started it reads it.

	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}

	return nil
}

// ServeHTTP connects a client that asks with CONNECT for a Service to one of the
// addresses behind it.
func (n Network) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodConnect {
		http.Error(w, "only CONNECT", http.StatusMethodNotAllowed)
		return
	}

	backend, err := n.dial(r.Context(), r.Host)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer backend.Close() //nolint:errcheck // Both ends see how it ended.

	client, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer client.Close() //nolint:errcheck // Both ends see how it ended.

	if _, err := io.WriteString(client, "HTTP/1.1 200 OK\r\n\r\n"); err != nil {
		return
	}

	go func() {
		_, _ = io.Copy(backend, buffered)
		_ = backend.(*net.TCPConn).CloseWrite() //nolint:forcetypeassert // It is.
	}()

	_, _ = io.Copy(client, backend)
}

func (n Network) dial(ctx context.Context, service string) (net.Conn, error) {
	addresses, err := os.ReadFile(filepath.Join(n.Services, filepath.Base(service)))
	if err != nil {
		return nil, fmt.Errorf("there is no Service %s", service)
	}

	behind := strings.Fields(string(addresses))
	errs := []error{fmt.Errorf("nobody answers behind Service %s", service)}

	// Like kube-proxy, any of them; unlike it, another if that one is gone.
	for _, i := range rand.Perm(len(behind)) { //nolint:gosec // No secret depends on it.
		conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", behind[i])
		if err == nil {
			return conn, nil
		}

		errs = append(errs, err)
	}

	return nil, errors.Join(errs...)
}
