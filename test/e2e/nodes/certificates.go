package nodes

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"time"
)

// frontProxy is who the API server is to servers behind it.
const frontProxy = "front-proxy-client"

// certificates returns what the API server cannot make itself, as PEM by file.
func certificates() (map[string]string, error) {
	accounts, err1 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	authority, err2 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	client, err3 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)

	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, err
	}

	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "front-proxy-ca"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	proxy := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: frontProxy},
		NotBefore: ca.NotBefore, NotAfter: ca.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}

	caSigned, err1 := x509.CreateCertificate(rand.Reader, ca, ca, authority.Public(), authority)
	proxySigned, err2 := x509.CreateCertificate(rand.Reader, proxy, ca, client.Public(), authority)
	accountsKey, err3 := x509.MarshalECPrivateKey(accounts)
	clientKey, err4 := x509.MarshalECPrivateKey(client)

	return map[string]string{
		"service-accounts.key": encode("EC PRIVATE KEY", accountsKey),
		"front-proxy-ca.crt":   encode("CERTIFICATE", caSigned),
		"front-proxy.crt":      encode("CERTIFICATE", proxySigned),
		"front-proxy.key":      encode("EC PRIVATE KEY", clientKey),
	}, errors.Join(err1, err2, err3, err4)
}

func encode(kind string, content []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}))
}
