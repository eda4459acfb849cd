package controlplane

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// newServiceAccountKey returns a key that signs service account tokens, as PEM.
func newServiceAccountKey() (string, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return "", err
	}

	return string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})), nil
}

// newServerCertificate returns a certificate for servers on loopback that vouches for
// itself, and its key, as PEM.
func newServerCertificate() (certificate, key []byte, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}

	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "loopback"}, IPAddresses: []net.IP{net.ParseIP(loopback)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0),
		IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}

	signed, err1 := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	encoded, err2 := x509.MarshalECPrivateKey(private)

	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed}), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: encoded}), errors.Join(err1, err2)
}

// secret returns the data of a Secret.
func (c *ControlPlane) secret(ctx context.Context, namespace, name string) (map[string][]byte, error) {
	out, err := c.Kubectl(ctx, "get", "secret", "-n", namespace, name, "-o", "jsonpath={.data}")
	if err != nil {
		return nil, err
	}

	encoded := map[string]string{}
	if err := json.Unmarshal([]byte(out), &encoded); err != nil {
		return nil, fmt.Errorf("secret %s has no data: %w", name, err)
	}

	data := make(map[string][]byte, len(encoded))

	for key, value := range encoded {
		if data[key], err = base64.StdEncoding.DecodeString(value); err != nil {
			return nil, err
		}
	}

	return data, nil
}

// dumpSecret writes a Secret as the kubelet mounts it.
func (c *ControlPlane) dumpSecret(ctx context.Context, namespace, name, dir string) error {
	data, err := c.secret(ctx, namespace, name)
	if err != nil {
		return err
	}

	return writeFiles(dir, data)
}

func writeFiles(dir string, files map[string][]byte) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}

	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			return err
		}
	}

	return nil
}
