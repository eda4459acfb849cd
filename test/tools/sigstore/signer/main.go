// Command signer signs packages for tests, and takes the flags of cosign.
//
// It is cosign's own code in the version that Crossplane links, and reads signatures
// with: most of it is compiled already where Crossplane is. The cosign of today, whose
// programs take minutes to build, stands in for it where there is time.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/sigstore/cosign/v3/cmd/cosign/cli/attest"
	"github.com/sigstore/cosign/v3/cmd/cosign/cli/generate"
	"github.com/sigstore/cosign/v3/cmd/cosign/cli/initialize"
	"github.com/sigstore/cosign/v3/cmd/cosign/cli/options"
	"github.com/sigstore/cosign/v3/cmd/cosign/cli/sign"
	"github.com/sigstore/cosign/v3/cmd/cosign/cli/signcommon"
	"github.com/spf13/cobra"
)

// timeout is how long cosign waits for a registry.
const timeout = time.Minute

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	command := &cobra.Command{Use: "signer", SilenceUsage: true, SilenceErrors: true}
	command.AddCommand(generateKeyPairCommand(), initializeCommand(), signCommand(), attestCommand())

	if err := command.ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "signer:", err)
		os.Exit(1) //nolint:gocritic // Nothing is left to stop.
	}
}

func generateKeyPairCommand() *cobra.Command {
	o := &options.GenerateKeyPairOptions{}
	command := &cobra.Command{Use: "generate-key-pair", Args: cobra.NoArgs, RunE: func(command *cobra.Command, args []string) error {
		return generate.GenerateKeyPairCmd(command.Context(), o.KMS, o.OutputKeyPrefix, args)
	}}
	o.AddFlags(command)

	return command
}

func initializeCommand() *cobra.Command {
	o := &options.InitializeOptions{}
	command := &cobra.Command{Use: "initialize", Args: cobra.NoArgs, RunE: func(command *cobra.Command, _ []string) error {
		return initialize.DoInitialize(command.Context(), o.Root, o.Mirror)
	}}
	o.AddFlags(command)

	return command
}

func signCommand() *cobra.Command {
	o := &options.SignOptions{}
	command := &cobra.Command{Use: "sign", Args: cobra.ExactArgs(1), RunE: func(command *cobra.Command, args []string) error {
		key := keyOptions(o.Key, o.Fulcio, o.Rekor, o.OIDC)
		if err := signcommon.LoadTrustedMaterialAndSigningConfig(command.Context(), &key, o.UseSigningConfig, "", o.Rekor.URL, o.Fulcio.URL, o.OIDC.Issuer, "", "",
			o.TlogUpload, o.NewBundleFormat, "", o.Key, false, "", "", "", "", "", ""); err != nil {
			return err
		}

		return sign.SignCmd(command.Context(), &options.RootOptions{Timeout: timeout}, key, *o, args)
	}}
	o.AddFlags(command)

	return command
}

func attestCommand() *cobra.Command {
	o := &options.AttestOptions{}
	command := &cobra.Command{Use: "attest", Args: cobra.ExactArgs(1), RunE: func(command *cobra.Command, args []string) error {
		return runAttest(command.Context(), o, args[0])
	}}
	o.AddFlags(command)

	return command
}

func runAttest(ctx context.Context, o *options.AttestOptions, image string) error {
	key := keyOptions(o.Key, o.Fulcio, o.Rekor, o.OIDC)
	key.NewBundleFormat = o.NewBundleFormat

	if err := signcommon.LoadTrustedMaterialAndSigningConfig(ctx, &key, o.UseSigningConfig, "", o.Rekor.URL, o.Fulcio.URL, o.OIDC.Issuer, "", "",
		o.TlogUpload, o.NewBundleFormat, "", o.Key, false, "", "", "", "", "", ""); err != nil {
		return err
	}

	c := attest.AttestCommand{
		KeyOpts: key, RegistryOptions: o.Registry, PredicatePath: o.Predicate.Path, PredicateType: o.Predicate.Type,
		Timeout: timeout, TlogUpload: o.TlogUpload, RekorEntryType: o.RekorEntryType,
	}

	return c.Exec(ctx, image)
}

func keyOptions(key string, fulcio options.FulcioOptions, rekor options.RekorOptions, oidc options.OIDCOptions) options.KeyOpts {
	return options.KeyOpts{
		KeyRef: key, PassFunc: generate.GetPass, FulcioURL: fulcio.URL, IDToken: fulcio.IdentityToken, RekorURL: rekor.URL,
		OIDCIssuer: oidc.Issuer, OIDCClientID: oidc.ClientID, SkipConfirmation: true,
	}
}
