package e2e

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/webapp-operator/function-webapp/test/e2e/controlplane"
)

// An impostor answers in the function's place.
type impostor struct {
	name string

	// answer answers a call, with the function's certificate or, of a stranger,
	// with one that Crossplane does not know.
	answer   http.HandlerFunc
	stranger bool

	// talk is what is said instead of HTTP, over TLS or, if raw, without it.
	talk string
	raw  bool
}

// impostors are what may answer in the function's place. Those come last to whom
// no connection is made: after each, it takes longer until another is tried.
var impostors = []impostor{
	{name: "an undecodable message", answer: func(w http.ResponseWriter, _ *http.Request) { message(w, []byte("\xff\xff\xff garbage")) }},
	{name: "a message that is cut off", answer: func(w http.ResponseWriter, _ *http.Request) {
		begin(w)
		_, _ = w.Write(append(frame(1000), "\x0a\x03"...))
		w.Header().Set("Grpc-Status", "0")
	}},
	{name: "a message that is too large", answer: func(w http.ResponseWriter, _ *http.Request) { message(w, make([]byte, 5<<20)) }},
	{name: "an error", answer: func(w http.ResponseWriter, _ *http.Request) {
		begin(w)
		w.Header().Set("Grpc-Status", "13")
	}},
	{name: "a web page", answer: func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>It works!</html>") }},
	{name: "rubbish over TLS", talk: "220 mail.example.com ESMTP\r\n"},
	{name: "rubbish without TLS", talk: "220 mail.example.com ESMTP\r\n", raw: true},
	{name: "a stranger who wants nothing", answer: func(w http.ResponseWriter, _ *http.Request) { message(w, nil) }, stranger: true},
}

// empty has the function's certificate and says, in a valid answer, that nothing
// is wanted.
var empty = impostor{name: "an empty answer", answer: func(w http.ResponseWriter, _ *http.Request) { message(w, nil) }}

// message answers a gRPC call.
func message(w http.ResponseWriter, content []byte) {
	begin(w)
	_, _ = w.Write(append(frame(len(content)), content...))
	w.Header().Set("Grpc-Status", "0")
}

func begin(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/grpc")
	w.Header().Set("Trailer", "Grpc-Status")
	w.WriteHeader(http.StatusOK)
}

// frame is how gRPC begins a message.
func frame(length int) []byte {
	return binary.BigEndian.AppendUint32([]byte{0}, uint32(length))
}

// serve serves until the test ends, and counts who came.
func (i impostor) serve(t *testing.T, certificates string) (served *atomic.Int64, address string) {
	t.Helper()

	certificate, err := tls.LoadX509KeyPair(filepath.Join(certificates, "tls.crt"), filepath.Join(certificates, "tls.key"))
	must(t, err)

	if i.stranger {
		certificate = selfSigned(t)
	}

	served = &atomic.Int64{}
	l := &countingListener{Listener: listen(t), connections: served}
	address = l.Addr().String()
	config := &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{"h2"}, MinVersion: tls.VersionTLS12}

	switch {
	case i.answer == nil && i.raw:
		go talk(l, i.talk)
	case i.answer == nil:
		go talk(tls.NewListener(l, config), i.talk)
	default:
		if !i.stranger {
			// Calls are counted, not connections.
			l.connections = &atomic.Int64{}
		}

		server := &http.Server{
			Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				i.answer(w, r)
				served.Add(1)
			}),
			TLSConfig: config, ReadHeaderTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0),
		}
		t.Cleanup(func() { _ = server.Close() })

		go func() { _ = server.ServeTLS(l, "", "") }()
	}

	return served, address
}

func listen(t *testing.T) net.Listener {
	t.Helper()

	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = l.Close() })

	return l
}

type countingListener struct {
	net.Listener

	connections *atomic.Int64
}

func (l *countingListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err == nil {
		l.connections.Add(1)
	}

	return conn, err
}

// talk says the same to everybody.
func talk(l net.Listener, what string) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}

		go func() {
			defer conn.Close()

			_, _ = io.WriteString(conn, what)
			_ = conn.SetReadDeadline(time.Now().Add(time.Second))
			_, _ = io.Copy(io.Discard, conn)
		}()
	}
}

// selfSigned is a certificate for the function's name that nobody vouches for.
func selfSigned(t *testing.T) tls.Certificate {
	t.Helper()

	public, private, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)

	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{controlplane.FunctionName + ".crossplane-system"},
	}, &x509.Certificate{}, public, private)
	must(t, err)

	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: private}
}

// A relay leads to another address, and takes its time.
type relay struct {
	address string
	carried *atomic.Int64
}

func newRelay(t *testing.T, to string, delay time.Duration) relay {
	t.Helper()

	l := listen(t)
	r := relay{address: l.Addr().String(), carried: &atomic.Int64{}}

	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}

			server, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", to)
			if err != nil {
				_ = client.Close()
				continue
			}

			go r.carry(server, client, delay)
			go r.carry(client, server, delay)
		}
	}()

	return r
}

// carry brings what one end says to the other, each word after the delay.
func (r relay) carry(to, from net.Conn, delay time.Duration) {
	type word struct {
		said []byte
		due  time.Time
	}

	words := make(chan word, 10000)

	go func() {
		defer to.Close()

		for w := range words {
			time.Sleep(time.Until(w.due))

			if _, err := to.Write(w.said); err != nil {
				return
			}

			r.carried.Add(1)
		}
	}()

	defer close(words)

	for {
		buffer := make([]byte, 64<<10)

		n, err := from.Read(buffer)
		if n > 0 {
			words <- word{buffer[:n], time.Now().Add(delay)}
		}

		if err != nil {
			return
		}
	}
}
