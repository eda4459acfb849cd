// Command sigstore is what a machine without the public Sigstore needs to sign packages
// and to have them verified, for tests: a certificate authority, a transparency log and
// the TUF repository by which both are trusted. It serves them over plain HTTP, and
// prints its address when it does.
//
// What it gives out is what Sigstore gives out, so that programs that verify do not know
// the difference. It believes every identity token, and remembers nothing: no one but a
// test may trust it.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

func main() {
	address := flag.String("address", "127.0.0.1:0", "address to listen on")
	dir := flag.String("dir", "", "folder for the TUF repository, root.json, which is trusted first, and trusted_root.json")
	flag.Parse()

	if err := serve(context.Background(), *address, *dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(ctx context.Context, address, dir string) error {
	authority, err := newAuthority()
	if err != nil {
		return fmt.Errorf("cannot make a certificate authority: %w", err)
	}

	journal, err := newJournal()
	if err != nil {
		return fmt.Errorf("cannot make a log: %w", err)
	}

	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return err
	}

	at := "http://" + l.Addr().String()
	if err := publish(dir, at, authority, journal); err != nil {
		return fmt.Errorf("cannot make a TUF repository: %w", err)
	}

	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v2/signingCert", authority.issue)
	mux.HandleFunc("POST /api/v1/log/entries", journal.add)
	mux.HandleFunc("GET /api/v1/log/publicKey", journal.key)
	mux.Handle("GET /", http.FileServer(http.Dir(filepath.Join(dir, "repository"))))

	if _, err := fmt.Fprintln(os.Stdout, l.Addr()); err != nil {
		return err
	}

	return (&http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}).Serve(l)
}

// answer answers with JSON.
func answer(w http.ResponseWriter, status int, content any) {
	text, err := json.Marshal(content)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}

	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(text)
}
