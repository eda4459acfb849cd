package nodes

import (
	"context"
	_ "embed"
	"path/filepath"

	"github.com/webapp-operator/function-webapp/test/e2e/processes"
)

// WayIn is the address by which callers from outside reach what has an Ingress or an
// HTTPRoute.
const WayIn = machine

//go:embed manifests/gateway.yaml
var gateway string

// startWayIn starts Traefik, as a process of the machine as the control plane is, which
// serves Ingresses and the Gateway API.
func (c *Cluster) startWayIn(ctx context.Context) error {
	api, err := c.Module(ctx, "schemas", "sigs.k8s.io/gateway-api")
	if err != nil {
		return err
	}

	definitions := filepath.Join(api, "config/crd/standard")
	if _, err := c.Kubectl().Run(ctx, "apply", "--server-side", "-f", definitions); err != nil {
		return err
	}

	if err := c.Kubectl().Wait(ctx, "condition=Established", "-f", definitions); err != nil {
		return err
	}

	if err := c.Kubectl().Apply(ctx, gateway); err != nil {
		return err
	}

	if err := c.Run(ctx, processes.Process{
		Name: "traefik", Program: c.Program("traefik"), Environment: []string{"KUBECONFIG=" + c.Kubeconfig()},
		Args: []string{
			"--global.checknewversion=false", "--global.sendanonymoususage=false", "--entrypoints.web.address=" + WayIn + ":80",
			"--providers.kubernetesingress", "--providers.kubernetesingress.ingressendpoint.ip=" + WayIn,
			"--providers.kubernetesgateway", "--providers.kubernetesgateway.statusaddress.ip=" + WayIn,
		},
	}); err != nil {
		return err
	}

	return c.Kubectl().Wait(ctx, "condition=Programmed", "-n", "gateways", "gateway/public")
}
