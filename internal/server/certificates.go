package server

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// checkInterval is how often the files are looked at, at most.
const checkInterval = time.Second

// certificates are the files of a TLS Secret, as Crossplane mounts it. All three
// may change while we serve: an upgrade of Crossplane can replace even the CA
// (crossplane/crossplane#7480).
//
// The pemfile provider of grpc-go would do the same, but that it logs the private
// key when it cannot be parsed.
type certificates struct {
	dir string
	log *slog.Logger

	mu      sync.Mutex
	checked time.Time
	read    [sha256.Size]byte
	current *tls.Config
	valid   validity
}

// A validity is when calls can be served: the certificate must be valid, and so
// must be one of the clients' CA.
type validity struct{ from, until time.Time }

// loadCertificates reads the files, which must be valid now.
func loadCertificates(dir string, log *slog.Logger) (*certificates, error) {
	c := &certificates{dir: dir, log: log}
	if err := c.reload(); err != nil {
		return nil, fmt.Errorf("cannot load certificates from %q: %w", dir, err)
	}

	return c, nil
}

// config asks every client for a certificate of the CA, as of the handshake.
func (c *certificates) config() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
			config, _ := c.fresh()
			return config, nil
		},
	}
}

func (c *certificates) validity() validity {
	_, valid := c.fresh()
	return valid
}

// fresh returns what the files say now. If they make no sense, it says so once
// and returns what they said before.
func (c *certificates) fresh() (*tls.Config, validity) {
	c.mu.Lock()
	defer c.mu.Unlock()

	if time.Since(c.checked) >= checkInterval {
		if err := c.reload(); err != nil {
			c.log.Error("Keeping the certificates: cannot load the new ones", "error", err, "folder", c.dir)
		}
	}

	return c.current, c.valid
}

// reload reads the files if they are others than before. It returns an error
// once for the same files.
func (c *certificates) reload() error {
	c.checked = time.Now()

	files, err := c.readFiles()
	if err != nil {
		return err
	}

	sum := sha256.New()
	for _, content := range files {
		part := sha256.Sum256(content)
		sum.Write(part[:])
	}

	read := [sha256.Size]byte(sum.Sum(nil))
	if read == c.read {
		return nil
	}

	c.read = read

	current, valid, err := parse(files[0], files[1], files[2])
	if err != nil {
		return err
	}

	if c.current != nil {
		c.log.Info("Loaded new certificates", "expires", valid.until.Format(time.RFC3339))
	}

	c.current, c.valid = current, valid

	return nil
}

// readFiles returns the certificate, its key and the clients' CA, as they are written.
func (c *certificates) readFiles() ([][]byte, error) {
	files := make([][]byte, 0, 3)

	for _, name := range []string{"tls.crt", "tls.key", "ca.crt"} {
		content, err := os.ReadFile(filepath.Clean(filepath.Join(c.dir, name)))
		if err != nil {
			return nil, err
		}

		files = append(files, content)
	}

	return files, nil
}

// parse returns what calls are served with, and when that is.
func parse(certificate, key, ca []byte) (*tls.Config, validity, error) {
	own, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		return nil, validity{}, fmt.Errorf("tls.crt and tls.key: %w", err)
	}

	authorities, err := parseAuthorities(ca)
	if err != nil {
		return nil, validity{}, fmt.Errorf("ca.crt: %w", err)
	}

	pool := x509.NewCertPool()
	valid := validity{from: own.Leaf.NotBefore}

	for _, a := range authorities {
		pool.AddCert(a)

		// While a CA is replaced there are two, and the later one counts.
		if a.NotAfter.After(valid.until) {
			valid.until = a.NotAfter
		}
	}

	if own.Leaf.NotAfter.Before(valid.until) {
		valid.until = own.Leaf.NotAfter
	}

	return &tls.Config{
		MinVersion:   tls.VersionTLS12,
		Certificates: []tls.Certificate{own},
		ClientCAs:    pool,
		ClientAuth:   tls.RequireAndVerifyClientCert,
		NextProtos:   []string{"h2"},
	}, valid, nil
}

// parseAuthorities returns the certificates of a PEM file, of which there must be
// one.
func parseAuthorities(content []byte) ([]*x509.Certificate, error) {
	var out []*x509.Certificate

	for block, rest := pem.Decode(content); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}

		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}

		out = append(out, certificate)
	}

	if len(out) == 0 {
		return nil, errors.New("there is no certificate in it")
	}

	return out, nil
}
