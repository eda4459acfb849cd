package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	ct "github.com/google/certificate-transparency-go"
	"github.com/sigstore/fulcio/pkg/ca/ephemeralca"
	"github.com/sigstore/sigstore-go/pkg/testing/ca"
	"github.com/sigstore/sigstore/pkg/cryptoutils"
	"github.com/spf13/cobra"
	"github.com/theupdateframework/go-tuf"
)

func serveCommand() *cobra.Command {
	s := &sigstore{}
	command := &cobra.Command{
		Use: "serve", Short: "Serve a Sigstore whose keys nobody keeps: Fulcio and Rekor, and in tuf/ whom to trust. Print its address.",
		Args: cobra.NoArgs, RunE: func(command *cobra.Command, _ []string) error { return s.serve(command.Context()) },
	}
	command.Flags().StringVar(&s.address, "address", "127.0.0.1:0", "address to listen on")
	command.Flags().StringVar(&s.folder, "folder", "", "folder for the TUF repository, its root.json and its targets")

	return command
}

type sigstore struct{ address, folder string }

func (s *sigstore) serve(ctx context.Context) error {
	authority, err := ephemeralca.NewEphemeralCA()
	if err != nil {
		return err
	}

	certificates, err := newCertificateLog()
	if err != nil {
		return err
	}

	log, err := ca.NewVirtualSigstore()
	if err != nil {
		return err
	}

	if err := s.trust(ctx, authority, certificates, log); err != nil {
		return err
	}

	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.address)
	if err != nil {
		return err
	}

	fulcio, err := newAuthority(ctx, authority, "http://"+l.Addr().String())
	if err != nil {
		return err
	}

	mux := http.NewServeMux()
	mux.Handle("/", fulcio)
	mux.Handle("POST "+ct.AddPreChainPath, certificates)
	mux.Handle("POST /api/v1/log/entries", &signatureLog{VirtualSigstore: log})
	mux.Handle("/tuf/", http.StripPrefix("/tuf/", http.FileServer(http.Dir(filepath.Join(s.folder, "tuf", "repository")))))

	if _, err := fmt.Fprintln(os.Stdout, l.Addr()); err != nil {
		return err
	}

	server := &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	go func() { <-ctx.Done(); _ = server.Close() }()

	return server.Serve(l)
}

// trust writes whom to trust: a TUF repository with each key under a name of its own, as
// Crossplane 2.4 wants it.
func (s *sigstore) trust(ctx context.Context, authority *ephemeralca.EphemeralCA, certificates certificateLog, log *ca.VirtualSigstore) error {
	bundle, err := authority.TrustBundle(ctx)
	if err != nil {
		return err
	}

	chain, err := cryptoutils.MarshalCertificatesToPEM(bundle[0])
	if err != nil {
		return err
	}

	keys := map[string]crypto.PublicKey{"ctfe.pub": certificates.key.Public()}
	for _, l := range log.RekorLogs() {
		keys["rekor.pub"] = l.PublicKey
	}

	targets := map[string][]byte{"fulcio.crt.pem": chain}
	for name, key := range keys {
		if targets[name], err = cryptoutils.MarshalPublicKeyToPEM(key); err != nil {
			return err
		}
	}

	return s.publish(targets)
}

// logID is how a log is called, after its key.
func logID(key crypto.PublicKey) ([sha256.Size]byte, error) {
	public, err := x509.MarshalPKIXPublicKey(key)
	return sha256.Sum256(public), err
}

// usages are what Sigstore's TUF repository says of its targets.
var usages = map[string]string{"fulcio.crt.pem": "Fulcio", "rekor.pub": "Rekor", "ctfe.pub": "CTFE"}

// publish makes the TUF repository.
func (s *sigstore) publish(targets map[string][]byte) error {
	folder := filepath.Join(s.folder, "tuf")
	store := tuf.FileSystemStore(folder, nil)

	repository, err := tuf.NewRepo(store)
	if err != nil {
		return err
	}

	if err := repository.Init(true); err != nil {
		return err
	}

	for _, role := range []string{"root", "targets", "snapshot", "timestamp"} {
		if _, err := repository.GenKey(role); err != nil {
			return err
		}
	}

	staged := filepath.Join(folder, "staged", "targets")
	if err := os.MkdirAll(staged, 0o700); err != nil {
		return err
	}

	for name, content := range targets {
		for _, file := range []string{filepath.Join(staged, name), filepath.Join(s.folder, name)} {
			if err := os.WriteFile(file, content, 0o600); err != nil {
				return err
			}
		}

		if err := repository.AddTarget(name, fmt.Appendf(nil, `{"sigstore": {"usage": %q, "status": "Active"}}`, usages[name])); err != nil {
			return err
		}
	}

	for _, step := range []func() error{repository.Snapshot, repository.Timestamp, repository.Commit} {
		if err := step(); err != nil {
			return err
		}
	}

	meta, err := store.GetMeta()
	if err != nil {
		return err
	}

	return os.WriteFile(filepath.Join(s.folder, "root.json"), bytes.TrimSpace(meta["root.json"]), 0o600)
}
