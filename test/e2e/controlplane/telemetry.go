package controlplane

import (
	"context"
	"os"

	"github.com/webapp-operator/function-webapp/test/e2e/processes"
)

// A Jaeger takes traces over OTLP, with TLS only, and keeps them in memory.
type Jaeger struct {
	// GRPC and HTTP are the URLs by which it takes them, and Certificate is the file by
	// which those who send them know it.
	GRPC, HTTP, Certificate string

	// API is the URL at which it is asked for them.
	API string
}

// StartJaeger starts a Jaeger.
func (c *ControlPlane) StartJaeger(ctx context.Context) (*Jaeger, error) {
	ports, err := freePorts(ctx, 7)
	if err != nil {
		return nil, err
	}

	certificate, key, err := newServerCertificate()
	if err != nil {
		return nil, err
	}

	if err := writeFiles(c.Path("jaeger"), map[string][]byte{"tls.crt": certificate, "tls.key": key}); err != nil {
		return nil, err
	}

	j := &Jaeger{
		GRPC: "https://" + loopback + ":" + ports[0], HTTP: "https://" + loopback + ":" + ports[1], Certificate: c.Path("jaeger", "tls.crt"),
		API: "http://" + loopback + ":" + ports[2] + "/api/",
	}

	p := processes.Process{Name: "jaeger", Program: c.Program("jaeger")}

	// Those that nobody asks would take ports that all Jaegers take.
	for i, server := range []string{"collector.otlp.grpc", "collector.otlp.http", "query.http-server", "query.grpc-server", "collector.grpc-server", "collector.http-server", "admin.http"} {
		p.Args = append(p.Args, "--"+server+".host-port="+loopback+":"+ports[i])
	}

	for _, server := range []string{"collector.otlp.grpc", "collector.otlp.http"} {
		p.Args = append(p.Args, "--"+server+".tls.enabled", "--"+server+".tls.cert="+j.Certificate, "--"+server+".tls.key="+c.Path("jaeger", "tls.key"))
	}

	if err := c.Run(ctx, p); err != nil {
		return nil, err
	}

	return j, c.answers(ctx, p.Name, j.API+"services")
}

// StartPrometheus starts a Prometheus with a configuration, which keeps exemplars, too,
// and returns the URL of its API.
func (c *ControlPlane) StartPrometheus(ctx context.Context, configuration string) (string, error) {
	ports, err := freePorts(ctx, 1)
	if err != nil {
		return "", err
	}

	file, address := c.Path("prometheus.yaml"), loopback+":"+ports[0]
	if err := os.WriteFile(file, []byte(configuration), 0o600); err != nil {
		return "", err
	}

	p := processes.Process{Name: "prometheus", Program: c.Program("prometheus"), Args: []string{
		"--config.file=" + file, "--storage.tsdb.path=" + c.Path("prometheus"), "--web.listen-address=" + address, "--enable-feature=exemplar-storage",
	}}
	if err := c.Run(ctx, p); err != nil {
		return "", err
	}

	return "http://" + address + "/api/v1/", c.answers(ctx, p.Name, "http://"+address+"/-/ready")
}
