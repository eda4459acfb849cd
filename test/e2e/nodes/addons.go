package nodes

import (
	"context"
	_ "embed"
	"strings"
)

//go:embed manifests/coredns.yaml
var coreDNS string

//go:embed manifests/metrics-server.yaml
var metricsServer string

// installAddons installs what every cluster has: DNS, and metrics of pods.
func (c *Cluster) installAddons(ctx context.Context) error {
	addresses := strings.NewReplacer("IMAGE_COREDNS", Image("coredns"), "IMAGE_METRICS_SERVER", Image("metrics-server"), "DNS_SERVICE", dnsService)

	for _, manifest := range []string{coreDNS, metricsServer} {
		if err := c.Kubectl().Apply(ctx, addresses.Replace(manifest)); err != nil {
			return err
		}
	}

	return c.Kubectl().Wait(ctx, "condition=Available", "-n", "kube-system", "deployment/coredns")
}
