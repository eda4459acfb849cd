package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestArchive holds that an archive has an end: Go reads one without, and so
// does Docker, but tar and others refuse it.
func TestArchive(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "function")
	if err := os.WriteFile(binary, []byte("not a whole block"), 0o600); err != nil {
		t.Fatal(err)
	}

	got, err := archive(description{binary: binary})
	if err != nil {
		t.Fatal(err)
	}

	const block = 512

	if len(got)%block != 0 || !bytes.HasSuffix(got, make([]byte, 2*block)) {
		t.Errorf("archive(...): want whole blocks, the last two of them zero, got %d bytes", len(got))
	}
}
