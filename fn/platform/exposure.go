package platform

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// Placeholders of a host: the names of the WebApp and of its namespace.
const (
	ofName      = "{name}"
	ofNamespace = "{namespace}"
)

// anyBelow begins a host that stands for all below.
const anyBelow = "*."

func readServiceTypes(in value.Reader, into *Policy) {
	into.serviceTypes = readAllowance(in, "serviceTypes",
		oneOf(string(corev1.ServiceTypeClusterIP), string(corev1.ServiceTypeNodePort), string(corev1.ServiceTypeLoadBalancer)))
}

func readHosts(in value.Reader, into *Policy) {
	into.hosts = readAllowance(in, "hosts", func(host string) []string {
		filled := strings.NewReplacer(ofName, "a", ofNamespace, "a").Replace(strings.TrimPrefix(host, anyBelow))
		if len(validation.IsDNS1123Subdomain(filled)) == 0 {
			return nil
		}

		return []string{"must be the name of a host such as {name}.{namespace}.apps.acme.com, or *.{namespace}.acme.com for all below"}
	})
}

// checkExposure checks how WebApps are reached, and by which hosts.
func (p *Policy) checkExposure(spec value.Reader, app *webapp.App, service *structpb.Struct) {
	if t := value.Text(service.GetFields()["spec"], "type"); !p.serviceTypes.has(t) {
		spec.Object("service").Forbidden("type", demand("serviceTypes", "allows %s, and not %s", p.serviceTypes, t))
	}

	if p.hosts == nil {
		return
	}

	allowed := make(allowance, 0, len(p.hosts))
	for _, host := range p.hosts {
		allowed = append(allowed, strings.NewReplacer(ofName, app.Name, ofNamespace, app.Namespace).Replace(host))
	}

	isAllowed := func(host string) bool {
		return slices.ContainsFunc(allowed, func(a string) bool {
			below, all := strings.CutPrefix(a, "*")
			return host == a || all && strings.HasSuffix(host, below) && host != below
		})
	}

	if ingress := app.Options["ingress"]; ingress != nil && !isAllowed(value.Text(ingress, "host")) {
		spec.Object("ingress").Forbidden("host", demand("hosts", "allows %s", allowed))
	}

	route := app.Options["httpRoute"]
	hostnames := value.Dig(route, "hostnames").GetListValue().GetValues()

	if route != nil && len(hostnames) == 0 {
		// It would take what is sent to any host of the Gateway.
		spec.Object("httpRoute").Required("hostnames", demand("hosts", "allows %s", allowed))
	}

	for i, host := range hostnames {
		if !isAllowed(host.GetStringValue()) {
			at := spec.Object("httpRoute")
			at.At(at.Child("hostnames").Index(i)).Forbidden("", demand("hosts", "allows %s", allowed))
		}
	}
}
