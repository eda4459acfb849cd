package main

import (
	"crypto"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/theupdateframework/go-tuf"
)

// publish makes a TUF repository of what is to be trusted, one by one, as Crossplane
// reads it. Where a repository has all in one as well, today's cosign takes that, and
// what "cosign initialize" leaves is nothing that Crossplane 2.4 can read. So that is a
// file of its own, for --trusted-root.
func publish(dir, at string, a *authority, j *journal) error {
	store := tuf.FileSystemStore(dir, nil)

	repository, err := tuf.NewRepo(store)
	if err != nil {
		return err
	}

	if err := repository.Init(false); err != nil {
		return err
	}

	for _, role := range []string{"root", "targets", "snapshot", "timestamp"} {
		if _, err := repository.GenKey(role); err != nil {
			return err
		}
	}

	for _, target := range []struct{ name, content, usage string }{
		{"fulcio.crt.pem", encode("CERTIFICATE", a.root.Raw), "Fulcio"},
		{"rekor.pub", j.publicKey(), "Rekor"},
		// No certificate is logged. There must be a key all the same.
		{"ctfe.pub", j.publicKey(), "CTFE"},
	} {
		if err := add(repository, dir, target.name, target.content, target.usage); err != nil {
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

	trusted, err := trust(at, a, j)
	if err != nil {
		return err
	}

	return errors.Join(
		os.WriteFile(filepath.Join(dir, "root.json"), meta["root.json"], 0o600),
		os.WriteFile(filepath.Join(dir, "trusted_root.json"), trusted, 0o600))
}

func add(repository *tuf.Repo, dir, name, content, usage string) error {
	file := filepath.Join(dir, "staged", "targets", name)
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}

	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		return err
	}

	custom, err := json.Marshal(map[string]any{"sigstore": map[string]string{"usage": usage, "status": "Active"}})
	if err != nil {
		return err
	}

	return repository.AddTarget(name, custom)
}

// trust returns all that is trusted as Sigstore's trusted root.
func trust(at string, a *authority, j *journal) ([]byte, error) {
	began := time.Now().Add(-time.Hour)

	trusted, err := root.NewTrustedRoot(root.TrustedRootMediaType01,
		[]root.CertificateAuthority{&root.FulcioCertificateAuthority{Root: a.root, ValidityPeriodStart: began, URI: at}}, nil, nil,
		map[string]*root.TransparencyLog{hex.EncodeToString(j.id()): {
			BaseURL: at, ID: j.id(), ValidityPeriodStart: began, HashFunc: crypto.SHA256, PublicKey: j.secret.Public(), SignatureHashFunc: crypto.SHA256,
		}})
	if err != nil {
		return nil, err
	}

	return trusted.MarshalJSON()
}
