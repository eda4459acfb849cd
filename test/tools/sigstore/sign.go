package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"os"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/sigstore/cosign/v3/pkg/cosign"
	"github.com/sigstore/cosign/v3/pkg/cosign/attestation"
	"github.com/sigstore/cosign/v3/pkg/cosign/bundle"
	"github.com/sigstore/cosign/v3/pkg/oci/mutate"
	"github.com/sigstore/cosign/v3/pkg/oci/remote"
	"github.com/sigstore/cosign/v3/pkg/oci/static"
	"github.com/sigstore/cosign/v3/pkg/types"
	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	common "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	"github.com/sigstore/sigstore-go/pkg/sign"
	"github.com/sigstore/sigstore/pkg/cryptoutils"
	"github.com/sigstore/sigstore/pkg/signature"
	"github.com/sigstore/sigstore/pkg/signature/payload"
	"github.com/sigstore/sigstore/pkg/tuf"
	"github.com/spf13/cobra"
	"google.golang.org/protobuf/encoding/protojson"
)

func generateKeyPairCommand() *cobra.Command {
	prefix := ""
	command := &cobra.Command{Use: "generate-key-pair", Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error {
		keys, err := cosign.GenerateKeyPair(noPassword)
		if err != nil {
			return err
		}

		if err := os.WriteFile(prefix+".key", keys.PrivateBytes, 0o600); err != nil {
			return err
		}

		return os.WriteFile(prefix+".pub", keys.PublicBytes, 0o600)
	}}
	command.Flags().StringVar(&prefix, "output-key-prefix", "cosign", "")

	return command
}

func noPassword(bool) ([]byte, error) { return nil, nil }

func initializeCommand() *cobra.Command {
	mirror, root := "", ""
	command := &cobra.Command{Use: "initialize", Args: cobra.NoArgs, RunE: func(command *cobra.Command, _ []string) error {
		content, err := os.ReadFile(root)
		if err != nil {
			return err
		}

		return tuf.Initialize(command.Context(), mirror, content)
	}}
	command.Flags().StringVar(&mirror, "mirror", "", "")
	command.Flags().StringVar(&root, "root", "", "")

	return command
}

// A signer has the flags of cosign.
type signer struct {
	key, token, fulcio, rekor, kind, predicate string
	bundle, log                                bool

	// Without these, cosign asks, and takes other servers.
	yes, config bool
}

func (s *signer) command(name string, run func(context.Context, string) error) *cobra.Command {
	command := &cobra.Command{Use: name, Args: cobra.ExactArgs(1), RunE: func(command *cobra.Command, args []string) error {
		return run(command.Context(), args[0])
	}}

	flags := command.Flags()
	flags.StringVar(&s.key, "key", "", "")
	flags.StringVar(&s.token, "identity-token", "", "")
	flags.StringVar(&s.fulcio, "fulcio-url", "", "")
	flags.StringVar(&s.rekor, "rekor-url", "", "")
	flags.StringVar(&s.kind, "type", "", "")
	flags.StringVar(&s.predicate, "predicate", "", "")
	flags.BoolVar(&s.bundle, "new-bundle-format", true, "")
	flags.BoolVar(&s.log, "tlog-upload", true, "")
	flags.BoolVar(&s.yes, "yes", false, "")
	flags.BoolVar(&s.config, "use-signing-config", true, "")

	return command
}

func signCommand() *cobra.Command {
	s := &signer{}
	return s.command("sign", s.sign)
}

func attestCommand() *cobra.Command {
	s := &signer{}
	return s.command("attest", s.attest)
}

func (s *signer) sign(ctx context.Context, image string) error {
	digest, err := resolve(image)
	if err != nil {
		return err
	}

	if s.bundle {
		return s.signBundle(ctx, digest)
	}

	content, err := (&payload.Cosign{Image: digest}).MarshalJSON()
	if err != nil {
		return err
	}

	signed, options, err := s.seal(ctx, &sign.PlainData{Data: content})
	if err != nil {
		return err
	}

	layer, err := static.NewSignature(content, base64.StdEncoding.EncodeToString(signed.GetMessageSignature().GetSignature()), options...)
	if err != nil {
		return err
	}

	entity, err := mutate.AttachSignatureToEntity(remote.SignedUnknown(digest), layer)
	if err != nil {
		return err
	}

	return remote.WriteSignatures(digest.Repository, entity)
}

// signBundle signs in the format that is cosign's own since its version 3.
func (s *signer) signBundle(ctx context.Context, digest name.Digest) error {
	statement, err := json.Marshal(map[string]any{
		"_type": "https://in-toto.io/Statement/v1", "subject": []any{map[string]any{"digest": map[string]string{"sha256": digestOf(digest)}}},
		"predicateType": types.CosignSignPredicateType, "predicate": map[string]any{},
	})
	if err != nil {
		return err
	}

	signed, _, err := s.seal(ctx, &sign.DSSEData{Data: statement, PayloadType: types.IntotoPayloadType})
	if err != nil {
		return err
	}

	content, err := protojson.Marshal(signed)
	if err != nil {
		return err
	}

	return remote.WriteAttestationNewBundleFormat(digest, content, types.CosignSignPredicateType)
}

func (s *signer) attest(ctx context.Context, image string) error {
	digest, err := resolve(image)
	if err != nil {
		return err
	}

	predicate, err := os.ReadFile(s.predicate)
	if err != nil {
		return err
	}

	statement, err := attestation.GenerateStatement(attestation.GenerateOpts{Predicate: bytes.NewReader(predicate), Type: s.kind, Digest: digestOf(digest), Repo: digest.Repository.String()})
	if err != nil {
		return err
	}

	content, err := json.Marshal(statement)
	if err != nil {
		return err
	}

	signed, options, err := s.seal(ctx, &sign.DSSEData{Data: content, PayloadType: types.IntotoPayloadType})
	if err != nil {
		return err
	}

	envelope, err := json.Marshal(signed.GetDsseEnvelope())
	if err != nil {
		return err
	}

	layer, err := static.NewAttestation(envelope, append(options, static.WithLayerMediaType(types.DssePayloadType),
		static.WithAnnotations(map[string]string{"predicateType": statement.PredicateType}))...)
	if err != nil {
		return err
	}

	entity, err := mutate.AttachAttestationToEntity(remote.SignedUnknown(digest), layer)
	if err != nil {
		return err
	}

	return remote.WriteAttestations(digest.Repository, entity)
}

func resolve(image string) (name.Digest, error) {
	reference, err := name.ParseReference(image)
	if err != nil {
		return name.Digest{}, err
	}

	return remote.ResolveDigest(reference)
}

func digestOf(digest name.Digest) string {
	return strings.TrimPrefix(digest.DigestStr(), "sha256:")
}

// seal signs, has it logged, and returns what else is kept with a signature of the older
// format.
func (s *signer) seal(ctx context.Context, content sign.Content) (*protobundle.Bundle, []static.Option, error) {
	options := sign.BundleOptions{Context: ctx}
	if s.log {
		options.TransparencyLogs = []sign.Transparency{sign.NewRekor(&sign.RekorOptions{BaseURL: s.rekor})}
	}

	keys, err := s.keys(&options)
	if err != nil {
		return nil, nil, err
	}

	signed, err := sign.Bundle(content, keys, options)
	if err != nil {
		return nil, nil, err
	}

	kept := []static.Option{}

	if certificate := signed.GetVerificationMaterial().GetCertificate().GetRawBytes(); certificate != nil {
		kept = append(kept, static.WithCertChain(cryptoutils.PEMEncode(cryptoutils.CertificatePEMType, certificate), nil))
	}

	for _, entry := range signed.GetVerificationMaterial().GetTlogEntries() {
		kept = append(kept, static.WithBundle(&bundle.RekorBundle{
			SignedEntryTimestamp: entry.GetInclusionPromise().GetSignedEntryTimestamp(),
			Payload: bundle.RekorPayload{
				Body: entry.GetCanonicalizedBody(), IntegratedTime: entry.GetIntegratedTime(), LogIndex: entry.GetLogIndex(),
				LogID: hex.EncodeToString(entry.GetLogId().GetKeyId()),
			},
		}))
	}

	return signed, kept, nil
}

// keys are those of a file, or those that a certificate is issued for.
func (s *signer) keys(options *sign.BundleOptions) (sign.Keypair, error) {
	if s.key == "" {
		token, err := os.ReadFile(s.token)
		options.CertificateProvider = sign.NewFulcio(&sign.FulcioOptions{BaseURL: s.fulcio})
		options.CertificateProviderOptions = &sign.CertificateProviderOptions{IDToken: string(bytes.TrimSpace(token))}

		if err != nil {
			return nil, err
		}

		return sign.NewEphemeralKeypair(nil)
	}

	content, err := os.ReadFile(s.key)
	if err != nil {
		return nil, err
	}

	key, err := cosign.LoadPrivateKey(content, nil, nil)

	return keyPair{key}, err
}

// A keyPair is one of cosign's.
type keyPair struct{ signature.SignerVerifier }

func (keyPair) GetHashAlgorithm() common.HashAlgorithm { return common.HashAlgorithm_SHA2_256 }

func (keyPair) GetSigningAlgorithm() common.PublicKeyDetails {
	return common.PublicKeyDetails_PKIX_ECDSA_P256_SHA_256
}

func (keyPair) GetHint() []byte { return nil }

func (keyPair) GetKeyAlgorithm() string { return "ECDSA" }

func (k keyPair) GetPublicKey() crypto.PublicKey {
	key, _ := k.PublicKey()
	return key
}

func (k keyPair) GetPublicKeyPem() (string, error) {
	encoded, err := cryptoutils.MarshalPublicKeyToPEM(k.GetPublicKey())
	return string(encoded), err
}

func (k keyPair) SignData(_ context.Context, data []byte) ([]byte, []byte, error) {
	signed, err := k.SignMessage(bytes.NewReader(data))
	digest := sha256.Sum256(data)

	return signed, digest[:], err
}
