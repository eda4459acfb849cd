// Command sigstore is what signatures need besides a registry, for tests: a Sigstore
// of its own on loopback, and a signer that takes flags of cosign.
//
// The signer writes what cosign 3 does, with the packages of cosign that Crossplane
// links: they are compiled already where Crossplane is. Cosign itself, which takes
// minutes to build, stands in for it where there is time.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	command := &cobra.Command{Use: "sigstore", SilenceUsage: true, SilenceErrors: true}
	command.AddCommand(serveCommand(), tokenCommand(), generateKeyPairCommand(), initializeCommand(), signCommand(), attestCommand())

	if err := command.ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "sigstore:", err)
		os.Exit(1) //nolint:gocritic // Nothing is left to stop.
	}
}
