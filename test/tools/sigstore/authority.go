package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/sigstore/sigstore/pkg/cryptoutils"
)

// Certificates of Sigstore say twice who has told who somebody is: as plain bytes, which
// is what cosign compares, and as ASN.1.
//
// https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md
var (
	plainIssuer = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 57264, 1, 1}
	issuedBy    = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 57264, 1, 8}
)

// An authority gives certificates to whoever has an identity token, as Fulcio does.
type authority struct {
	key  crypto.Signer
	root *x509.Certificate
}

func newAuthority() (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}

	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test", Organization: []string{"test"}},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}

	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}

	root, err := x509.ParseCertificate(der)

	return &authority{key: key, root: root}, err
}

// issue answers with a certificate for ten minutes that says who the token says it is.
func (a *authority) issue(w http.ResponseWriter, r *http.Request) {
	chain, err := a.chain(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}

	answer(w, http.StatusOK, map[string]any{"signedCertificateEmbeddedSct": map[string]any{"chain": map[string]any{"certificates": chain}}})
}

func (a *authority) chain(r *http.Request) ([]string, error) {
	var request struct {
		PublicKeyRequest struct {
			PublicKey struct {
				Content string `json:"content"`
			} `json:"publicKey"`
		} `json:"publicKeyRequest"`
	}

	if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
		return nil, err
	}

	public, err := cryptoutils.UnmarshalPEMToPublicKey([]byte(request.PublicKeyRequest.PublicKey.Content))
	if err != nil {
		return nil, err
	}

	issuer, subject, err := told(r.Header.Get("Authorization"))
	if err != nil {
		return nil, err
	}

	extension, err := asn1.MarshalWithParams(issuer, "utf8")
	if err != nil {
		return nil, err
	}

	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()),
		NotBefore:    time.Now().Add(-time.Minute), NotAfter: time.Now().Add(10 * time.Minute),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning},
		URIs:            []*url.URL{subject},
		ExtraExtensions: []pkix.Extension{{Id: plainIssuer, Value: []byte(issuer)}, {Id: issuedBy, Value: extension}},
	}

	der, err := x509.CreateCertificate(rand.Reader, template, a.root, public, a.key)
	if err != nil {
		return nil, err
	}

	return []string{encode("CERTIFICATE", der), encode("CERTIFICATE", a.root.Raw)}, nil
}

// told returns what a token says, which nobody has signed.
func told(authorization string) (string, *url.URL, error) {
	parts := strings.Split(strings.TrimPrefix(authorization, "Bearer "), ".")
	if len(parts) < 2 {
		return "", nil, errors.New("there is no token")
	}

	content, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return "", nil, fmt.Errorf("cannot read the token: %w", err)
	}

	var claims struct {
		Issuer  string `json:"iss"`
		Subject string `json:"sub"`
	}

	if err := json.Unmarshal(content, &claims); err != nil {
		return "", nil, fmt.Errorf("cannot read the token: %w", err)
	}

	subject, err := url.Parse(claims.Subject)

	return claims.Issuer, subject, err
}

func encode(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}
