package e2e

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
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

// secret returns the data of a Secret.
func (c *controlPlane) secret(ctx context.Context, namespace, name string) (map[string][]byte, error) {
	out, err := c.kubectl(ctx, "get", "secret", "-n", namespace, name, "-o", "jsonpath={.data}")
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
func (c *controlPlane) dumpSecret(ctx context.Context, namespace, name, dir string) error {
	data, err := c.secret(ctx, namespace, name)
	if err != nil {
		return err
	}

	return writeFiles(dir, data)
}

// writeServerCertificate writes what the function serves with: a certificate for
// localhost, signed by the CA that Crossplane trusts. In a cluster, Crossplane
// makes one for the function's Service.
func (c *controlPlane) writeServerCertificate(ctx context.Context, dir string) error {
	root, err := c.secret(ctx, "crossplane-system", "crossplane-root-ca")
	if err != nil {
		return err
	}

	ca, err := tls.X509KeyPair(root["tls.crt"], root["tls.key"])
	if err != nil {
		return err
	}

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}

	certificate, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()),
		DNSNames:     []string{"localhost"},
		NotBefore:    time.Now().Add(-time.Minute),
		NotAfter:     time.Now().Add(24 * time.Hour),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, ca.Leaf, &key.PublicKey, ca.PrivateKey)
	if err != nil {
		return err
	}

	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}

	return writeFiles(dir, map[string][]byte{
		"ca.crt":  root["tls.crt"],
		"tls.crt": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate}),
		"tls.key": pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}),
	})
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
