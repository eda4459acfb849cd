package install

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	"github.com/crossplane/function-sdk-go/resource"
)

// binary builds the function once, as it is.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "function-webapp-")
	if err != nil {
		return "", err
	}

	path := filepath.Join(dir, "function-webapp")

	return path, exec.CommandContext(background, "go", "-C", Root, "build", "-o", path, ".").Run()
})

// startFunction starts the function with mTLS, as Crossplane does, and calls it
// for a WebApp that is fine and for one that is refused. It returns where its
// metrics are.
func startFunction(t *testing.T) string {
	t.Helper()

	path, err := binary()
	must(t, err)

	dir := t.TempDir()
	creds := writeCertificates(t, dir)

	cmd := exec.CommandContext(t.Context(), path, "--address", "127.0.0.1:0", "--http-address", "127.0.0.1:0", "--tls-certs-dir", dir)
	output, err := cmd.StderrPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })

	serving := struct {
		Msg  string `json:"msg"`
		GRPC string `json:"grpc"`
		HTTP string `json:"http"`
	}{}
	for lines := bufio.NewScanner(output); serving.Msg != "Serving" && lines.Scan(); {
		_ = json.Unmarshal(lines.Bytes(), &serving)
	}

	go func() { _, _ = io.Copy(io.Discard, output) }()

	conn, err := grpc.NewClient(serving.GRPC, grpc.WithTransportCredentials(creds))
	must(t, err)

	for name, replicas := range map[string]string{"fine": "1", "refused": "11"} {
		_, err := fnv1.NewFunctionRunnerServiceClient(conn).RunFunction(t.Context(), &fnv1.RunFunctionRequest{Observed: &fnv1.State{Composite: &fnv1.Resource{
			Resource: resource.MustStructJSON(`{"apiVersion": "example.com/v1", "kind": "WebApp", "metadata": {"name": "` + name + `", "namespace": "acme"},
				"spec": {"image": "nginx", "replicas": ` + replicas + `}}`),
		}}})
		must(t, err)
	}

	must(t, conn.Close())

	return "http://" + serving.HTTP + "/metrics"
}

// writeCertificates writes the files of the Secret that Crossplane makes, and
// returns how a client connects that Crossplane trusts.
func writeCertificates(t *testing.T, dir string) credentials.TransportCredentials {
	t.Helper()

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)

	// One certificate is authority, server and client.
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	must(t, err)
	private, err := x509.MarshalECPrivateKey(key)
	must(t, err)

	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	privateKey := pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: private})

	for name, content := range map[string][]byte{"tls.crt": certificate, "ca.crt": certificate, "tls.key": privateKey} {
		must(t, os.WriteFile(filepath.Join(dir, name), content, 0o600))
	}

	pair, err := tls.X509KeyPair(certificate, privateKey)
	must(t, err)

	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(certificate)

	return credentials.NewTLS(&tls.Config{Certificates: []tls.Certificate{pair}, RootCAs: roots, ServerName: "localhost", MinVersion: tls.VersionTLS12})
}

// get returns what an address answers, which must be a success.
func get(t *testing.T, url string) []byte {
	t.Helper()

	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	must(t, err)
	rsp, err := http.DefaultClient.Do(req)
	must(t, err)

	body, err := io.ReadAll(rsp.Body)
	must(t, err)
	must(t, rsp.Body.Close())

	if rsp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s: %s", url, rsp.Status, body)
	}

	return body
}

// A series is what one name of a metric has: labels, and the values of each.
type series map[string]map[string]bool

// exposed returns every series that the function exposes, by name, and every
// family of metrics, by name.
func exposed(t *testing.T, url string) (map[string]series, map[string]*dto.MetricFamily) {
	t.Helper()

	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(reader(get(t, url)))
	must(t, err)

	out := map[string]series{}

	for name, family := range families {
		names := []string{name}
		labels := series{}

		if family.GetType() == dto.MetricType_HISTOGRAM {
			names = []string{name + "_bucket", name + "_sum", name + "_count"}
			labels["le"] = map[string]bool{}
		}

		for _, m := range family.GetMetric() {
			for _, l := range m.GetLabel() {
				if labels[l.GetName()] == nil {
					labels[l.GetName()] = map[string]bool{}
				}

				labels[l.GetName()][l.GetValue()] = true
			}
		}

		for _, n := range names {
			out[n] = labels
		}
	}

	return out, families
}
