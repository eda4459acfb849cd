// Command sigstore serves a Sigstore of its own on loopback, for tests: who issues
// certificates, who logs signatures, and whom to trust.
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
	command.AddCommand(serveCommand(), tokenCommand())

	if err := command.ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "sigstore:", err)
		os.Exit(1) //nolint:gocritic // Nothing is left to stop.
	}
}
