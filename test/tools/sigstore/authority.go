package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	ct "github.com/google/certificate-transparency-go"
	"github.com/google/certificate-transparency-go/client"
	"github.com/google/certificate-transparency-go/jsonclient"
	"github.com/google/certificate-transparency-go/tls"
	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"github.com/sigstore/fulcio/pkg/ca/ephemeralca"
	"github.com/sigstore/fulcio/pkg/config"
	fulcio "github.com/sigstore/fulcio/pkg/generated/protobuf"
	"github.com/sigstore/fulcio/pkg/identity"
	"github.com/sigstore/fulcio/pkg/identity/github"
	"github.com/sigstore/fulcio/pkg/server"
	common "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	"github.com/sigstore/sigstore/pkg/signature"
	"github.com/spf13/cobra"
	"google.golang.org/grpc/metadata"
)

// issuer is who says which workflow runs.
const issuer = "https://token.actions.githubusercontent.com"

// newAuthority returns Fulcio, with a certificate authority that is gone when the
// process ends, whose certificates are logged by a log of certificates at a URL.
func newAuthority(ctx context.Context, ca *ephemeralca.EphemeralCA, certificates string) (http.Handler, error) {
	log, err := client.New(certificates, http.DefaultClient, jsonclient.Options{})
	if err != nil {
		return nil, err
	}

	algorithms, err := signature.NewAlgorithmRegistryConfig([]common.PublicKeyDetails{common.PublicKeyDetails_PKIX_ECDSA_P256_SHA_256})
	if err != nil {
		return nil, err
	}

	workflows := workflowIssuer{oidc.NewVerifier(issuer, nil, &oidc.Config{SkipClientIDCheck: true, InsecureSkipSignatureCheck: true})}
	mux := runtime.NewServeMux(runtime.WithMetadata(func(_ context.Context, r *http.Request) metadata.MD {
		return metadata.Pairs(server.MetadataOIDCTokenKey, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
	}))

	return mux, fulcio.RegisterCAHandlerServer(ctx, mux, server.NewGRPCCAServer(log, ca, algorithms, identity.IssuerPool{workflows}))
}

// A workflowIssuer believes whoever says to be a workflow of GitHub.
type workflowIssuer struct{ *oidc.IDTokenVerifier }

func (workflowIssuer) Match(_ context.Context, url string) bool { return url == issuer }

func (w workflowIssuer) Authenticate(ctx context.Context, token string, _ ...config.InsecureOIDCConfigOption) (identity.Principal, error) {
	claims, err := w.Verify(ctx, token)
	if err != nil {
		return nil, err
	}

	return github.WorkflowPrincipalFromIDToken(ctx, claims) //nolint:staticcheck // What comes after it takes a configuration of templates.
}

func tokenCommand() *cobra.Command {
	return &cobra.Command{
		Use: "token WORKFLOW", Short: "Print a token of a workflow, such as acme/function-webapp/.github/workflows/release.yaml@refs/tags/v0.1.0.",
		Args: cobra.ExactArgs(1), RunE: func(command *cobra.Command, args []string) error {
			token, err := workflowToken(args[0], time.Now())
			if err != nil {
				return err
			}

			_, err = fmt.Fprintln(command.OutOrStdout(), token)

			return err
		},
	}
}

// workflowToken is what GitHub gives to a workflow, but for the signature.
func workflowToken(workflow string, now time.Time) (string, error) {
	file, ref, found := strings.Cut(workflow, "@")

	parts := strings.SplitN(file, "/", 3)
	if !found || len(parts) < 3 {
		return "", fmt.Errorf("%q is not a workflow: want OWNER/REPOSITORY/FILE@REF", workflow)
	}

	repository := parts[0] + "/" + parts[1]
	commit := strings.Repeat("0", 40)

	claims, err := json.Marshal(map[string]any{
		"iss": issuer, "aud": "sigstore", "sub": "repo:" + repository + ":ref:" + ref,
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Hour).Unix(),
		"job_workflow_ref": workflow, "job_workflow_sha": commit, "workflow_ref": workflow, "workflow_sha": commit,
		"workflow": "Release", "event_name": "push", "ref": ref, "sha": commit, "run_id": "1", "run_attempt": "1",
		"repository": repository, "repository_id": "1", "repository_owner": parts[0], "repository_owner_id": "1",
		"repository_visibility": "public", "runner_environment": "github-hosted",
	})

	encode := base64.RawURLEncoding.EncodeToString

	return encode([]byte(`{"alg":"RS256","typ":"JWT"}`)) + "." + encode(claims) + "." + encode([]byte("nobody looks")), err
}

// A certificateLog promises to log certificates, and forgets them.
type certificateLog struct{ key *ecdsa.PrivateKey }

func newCertificateLog() (certificateLog, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	return certificateLog{key}, err
}

// ServeHTTP promises to log the certificate that somebody is about to issue.
func (l certificateLog) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	promise, err := l.promise(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}

	w.Header().Set("Content-Type", "application/json")

	if err := json.NewEncoder(w).Encode(promise); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

func (l certificateLog) promise(r *http.Request) (*ct.AddChainResponse, error) {
	asked := ct.AddChainRequest{}
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
		return nil, err
	}

	chain := make([]ct.ASN1Cert, 0, len(asked.Chain))
	for _, certificate := range asked.Chain {
		chain = append(chain, ct.ASN1Cert{Data: certificate})
	}

	id, err := logID(l.key.Public())
	if err != nil {
		return nil, err
	}

	sct := ct.SignedCertificateTimestamp{SCTVersion: ct.V1, LogID: ct.LogID{KeyID: id}, Timestamp: uint64(time.Now().UnixMilli())}

	leaf, err := ct.MerkleTreeLeafFromRawChain(chain, ct.PrecertLogEntryType, sct.Timestamp)
	if err != nil {
		return nil, err
	}

	input, err := ct.SerializeSCTSignatureInput(sct, ct.LogEntry{Leaf: *leaf})
	if err != nil {
		return nil, err
	}

	signed, err := tls.CreateSignature(*l.key, tls.SHA256, input)
	if err != nil {
		return nil, err
	}

	encoded, err := tls.Marshal(signed)

	return &ct.AddChainResponse{SCTVersion: sct.SCTVersion, ID: sct.LogID.KeyID[:], Timestamp: sct.Timestamp, Signature: encoded}, err
}
