package server

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
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
	expires time.Time
}

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

// expiry is when the certificate that is served expires.
func (c *certificates) expiry() time.Time {
	_, expires := c.fresh()
	return expires
}

// fresh returns what the files say now. If they make no sense, it says so once
// and returns what they said before.
func (c *certificates) fresh() (*tls.Config, time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()

	if time.Since(c.checked) >= checkInterval {
		if err := c.reload(); err != nil {
			c.log.Error("Keeping the certificates: cannot load the new ones", "error", err, "folder", c.dir)
		}
	}

	return c.current, c.expires
}

// reload reads the files if they are others than before. It returns an error
// once for the same files.
func (c *certificates) reload() error {
	c.checked = time.Now()

	files := make([][]byte, 0, 3)

	for _, name := range []string{"tls.crt", "tls.key", "ca.crt"} {
		content, err := os.ReadFile(filepath.Clean(filepath.Join(c.dir, name)))
		if err != nil {
			return err
		}

		files = append(files, content)
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

	certificate, err := tls.X509KeyPair(files[0], files[1])
	if err != nil {
		return fmt.Errorf("tls.crt and tls.key: %w", err)
	}

	ca := x509.NewCertPool()
	if !ca.AppendCertsFromPEM(files[2]) {
		return errors.New("ca.crt: there is no certificate in it")
	}

	if c.current != nil {
		c.log.Info("Loaded new certificates", "expires", certificate.Leaf.NotAfter.Format(time.RFC3339))
	}

	c.expires = certificate.Leaf.NotAfter
	c.current = &tls.Config{
		MinVersion:   tls.VersionTLS12,
		Certificates: []tls.Certificate{certificate},
		ClientCAs:    ca,
		ClientAuth:   tls.RequireAndVerifyClientCert,
		NextProtos:   []string{"h2"},
	}

	return nil
}
