package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/go-openapi/runtime"
	"github.com/go-openapi/strfmt"
	"github.com/sigstore/rekor/pkg/generated/models"
	"github.com/sigstore/rekor/pkg/types"
	// What may be logged.
	_ "github.com/sigstore/rekor/pkg/types/dsse/v0.0.1"
	_ "github.com/sigstore/rekor/pkg/types/hashedrekord/v0.0.1"
	_ "github.com/sigstore/rekor/pkg/types/intoto/v0.0.1"
	_ "github.com/sigstore/rekor/pkg/types/intoto/v0.0.2"
	"github.com/sigstore/sigstore-go/pkg/testing/ca"
	"github.com/sigstore/sigstore-go/pkg/tlog"
)

// A signatureLog answers as Rekor does, and forgets what it has logged: each entry is
// in a tree of its own.
type signatureLog struct {
	*ca.VirtualSigstore

	entries atomic.Int64
}

// ServeHTTP logs a signature.
func (l *signatureLog) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id, entry, err := l.add(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}

	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("ETag", id)
	w.WriteHeader(http.StatusCreated)

	if err := json.NewEncoder(w).Encode(models.LogEntry{id: *entry}); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

func (l *signatureLog) add(r *http.Request) (string, *models.LogEntryAnon, error) {
	proposed, err := models.UnmarshalProposedEntry(r.Body, runtime.JSONConsumer())
	if err != nil {
		return "", nil, err
	}

	entry, err := types.CreateVersionedEntry(proposed)
	if err != nil {
		return "", nil, err
	}

	// It verifies the signature, too.
	body, err := types.CanonicalizeEntry(r.Context(), entry)
	if err != nil {
		return "", nil, err
	}

	log, err := l.RekorLogID()
	if err != nil {
		return "", nil, err
	}

	payload := tlog.RekorPayload{Body: base64.StdEncoding.EncodeToString(body), IntegratedTime: time.Now().Unix(), LogIndex: l.entries.Add(1), LogID: log}

	promise, err := l.RekorSignPayload(payload)
	if err != nil {
		return "", nil, err
	}

	proof, err := l.GetInclusionProof(body)
	leaf := sha256.Sum256(append([]byte{0}, body...))

	return hex.EncodeToString(leaf[:]), &models.LogEntryAnon{
		Body: body, IntegratedTime: new(payload.IntegratedTime), LogIndex: new(payload.LogIndex), LogID: new(log),
		Verification: &models.LogEntryAnonVerification{InclusionProof: proof, SignedEntryTimestamp: strfmt.Base64(promise)},
	}, err
}
