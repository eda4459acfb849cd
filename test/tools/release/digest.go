package main

import (
	"fmt"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

type digestCmd struct {
	Crossplane string   `help:"Crossplane's CLI." required:""                                 type:"existingfile"`
	Files      []string `arg:""                   help:"Packages, one for each architecture." type:"existingfile"`
}

// Run prints the digest.
func (c *digestCmd) Run() error {
	digest, err := c.digest()
	if err != nil {
		return err
	}

	_, err = fmt.Fprintln(os.Stdout, digest)

	return err
}

// digest pushes the packages, as make push does, to a registry in memory: what makes
// an index of them is Crossplane's, and may change with it.
func (c *digestCmd) digest() (string, error) {
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	defer server.Close()

	ref, err := name.ParseReference(server.Listener.Addr().String() + "/release:any")
	if err != nil {
		return "", err
	}

	push := exec.Command(c.Crossplane, "xpkg", "push", "--package-files="+strings.Join(c.Files, ","), ref.String()) //nolint:noctx // It ends by itself.
	if out, err := push.CombinedOutput(); err != nil {
		return "", fmt.Errorf("crossplane xpkg push: %w: %s", err, out)
	}

	pushed, err := remote.Head(ref)
	if err != nil {
		return "", err
	}

	return pushed.Digest.String(), nil
}
