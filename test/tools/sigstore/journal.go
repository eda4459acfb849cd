package main

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"io"
	"net/http"
	"time"

	"github.com/cyberphone/json-canonicalization/go/src/webpki.org/jsoncanonicalizer"
	"github.com/go-openapi/runtime"
	"github.com/sigstore/rekor/pkg/generated/models"
	"github.com/sigstore/rekor/pkg/types"
	// The kinds of entries that are taken.
	_ "github.com/sigstore/rekor/pkg/types/dsse/v0.0.1"
	_ "github.com/sigstore/rekor/pkg/types/hashedrekord/v0.0.1"
	_ "github.com/sigstore/rekor/pkg/types/intoto/v0.0.1"
	"github.com/sigstore/rekor/pkg/util"
	"github.com/sigstore/sigstore/pkg/signature"
)

// A journal promises to write down what was signed, as Rekor does. Each entry is the
// only one of a log.
type journal struct {
	secret crypto.Signer
	der    []byte
	signer signature.Signer
}

func newJournal() (*journal, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}

	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return nil, err
	}

	signer, err := signature.LoadECDSASigner(key, crypto.SHA256)

	return &journal{secret: key, der: der, signer: signer}, err
}

// id is what the log is called in its entries.
func (j *journal) id() []byte {
	sum := sha256.Sum256(j.der)
	return sum[:]
}

// publicKey is the key by which entries are verified.
func (j *journal) publicKey() string { return encode("PUBLIC KEY", j.der) }

func (j *journal) key(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/x-pem-file")
	_, _ = io.WriteString(w, j.publicKey())
}

// add answers with the promise for an entry.
func (j *journal) add(w http.ResponseWriter, r *http.Request) {
	uuid, entry, err := j.entry(r.Context(), r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}

	// By this cosign finds the entry in the answer.
	w.Header().Set("ETag", uuid)
	answer(w, http.StatusCreated, models.LogEntry{uuid: entry})
}

func (j *journal) entry(ctx context.Context, body io.Reader) (string, models.LogEntryAnon, error) {
	none := models.LogEntryAnon{}

	proposed, err := models.UnmarshalProposedEntry(body, runtime.JSONConsumer())
	if err != nil {
		return "", none, err
	}

	implementation, err := types.CreateVersionedEntry(proposed)
	if err != nil {
		return "", none, err
	}

	// It says no to what is not signed by the key that it names.
	leaf, err := types.CanonicalizeEntry(ctx, implementation)
	if err != nil {
		return "", none, err
	}

	entry := models.LogEntryAnon{
		Body: base64.StdEncoding.EncodeToString(leaf), IntegratedTime: new(time.Now().Unix()),
		LogIndex: new(int64(0)), LogID: new(hex.EncodeToString(j.id())),
	}

	promised, err := j.promise(entry)
	if err != nil {
		return "", none, err
	}

	hash := sha256.Sum256(append([]byte{0}, leaf...))

	checkpoint, err := util.CreateAndSignCheckpoint(ctx, "test", 1, 1, hash[:], j.signer)
	if err != nil {
		return "", none, err
	}

	entry.Verification = &models.LogEntryAnonVerification{
		SignedEntryTimestamp: promised,
		InclusionProof: &models.InclusionProof{
			Checkpoint: new(string(checkpoint)), Hashes: []string{}, LogIndex: new(int64(0)),
			RootHash: new(hex.EncodeToString(hash[:])), TreeSize: new(int64(1)),
		},
	}

	return hex.EncodeToString(hash[:]), entry, nil
}

// promise signs an entry.
func (j *journal) promise(entry models.LogEntryAnon) ([]byte, error) {
	content, err := entry.MarshalBinary()
	if err != nil {
		return nil, err
	}

	canonical, err := jsoncanonicalizer.Transform(content)
	if err != nil {
		return nil, err
	}

	sum := sha256.Sum256(canonical)

	return j.secret.Sign(rand.Reader, sum[:], crypto.SHA256)
}
