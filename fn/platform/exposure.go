package platform

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
	corev1 "k8s.io/api/core/v1"

	"github.com/webapp-operator/function-webapp/fn/child"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// anyBelow begins a host that stands for all below.
const anyBelow = "*."

func readServiceTypes(in value.Reader, into *Policy) {
	into.serviceTypes = readAllowance(in, "serviceTypes",
		oneOf(string(corev1.ServiceTypeClusterIP), string(corev1.ServiceTypeNodePort), string(corev1.ServiceTypeLoadBalancer)))
}

func readHosts(in value.Reader, into *Policy) {
	into.hosts = readAllowance(in, "hosts", func(host string) []string {
		if webapp.Template(strings.TrimPrefix(host, anyBelow)).IsHost() {
			return nil
		}

		return []string{"must be the name of a host such as {name}.{namespace}.apps.acme.com, or *.{namespace}.acme.com for all below"}
	})
}

// checkExposure checks how WebApps are reached, and by which hosts.
func (p *Policy) checkExposure(spec value.Reader, app *webapp.App, built map[string]*structpb.Struct) {
	if t := value.Text(built[child.KeyService].GetFields()["spec"], "type"); !p.serviceTypes.has(t) {
		spec.Object("service").Forbidden("type", demand("serviceTypes", "allows %s, and not %s", p.serviceTypes, t))
	}

	if p.hosts == nil {
		return
	}

	allowed := p.hostsOf(app)

	ingress := spec.Object("ingress")
	several := len(app.Option("ingress").Get("hosts").GetListValue().GetValues()) > 0

	for i, rule := range value.Dig(built[child.KeyIngress].GetFields()["spec"], "rules").GetListValue().GetValues() {
		at := ingress.Child("host")
		if several {
			at = ingress.Child("hosts").Index(i)
		}

		if !allows(allowed, value.Text(rule, "host")) {
			ingress.At(at).Forbidden("", demand("hosts", "allows %s", allowed))
		}
	}

	route := built[child.KeyRoute]
	hostnames := value.Dig(route.GetFields()["spec"], "hostnames").GetListValue().GetValues()
	at := spec.Object("httpRoute")

	if route != nil && len(hostnames) == 0 {
		// It would take what is sent to any host of the Gateway.
		at.Required("hostnames", demand("hosts", "allows %s", allowed))
	}

	for i, host := range hostnames {
		if !allows(allowed, host.GetStringValue()) {
			at.At(at.Child("hostnames").Index(i)).Forbidden("", demand("hosts", "allows %s", allowed))
		}
	}
}

// hostsOf are the hosts that a WebApp may have.
func (p *Policy) hostsOf(app *webapp.App) allowance {
	hosts := make(allowance, 0, len(p.hosts))
	for _, host := range p.hosts {
		hosts = append(hosts, webapp.Template(host).For(app))
	}

	return hosts
}

// allows says whether a host is one of some, or below one that begins with a star.
func allows(hosts allowance, host string) bool {
	return slices.ContainsFunc(hosts, func(h string) bool {
		below, all := strings.CutPrefix(h, "*")
		return host == h || all && strings.HasSuffix(host, below) && host != below
	})
}

// checkDefaultHosts checks that nobody is refused for a host that all have by default.
func (p *Policy) checkDefaultHosts(defaults value.Reader, settings *webapp.Settings) {
	if p.hosts == nil {
		return
	}

	some := &webapp.App{Name: "name", Namespace: "namespace"}

	for _, d := range []struct {
		object, field string
		template      webapp.Template
	}{
		{object: "ingress", field: "host", template: settings.Ingress.Host},
		{object: "httpRoute", field: "hostname", template: settings.Route.Host},
	} {
		if d.template != "" && !allows(p.hostsOf(some), d.template.For(some)) {
			defaults.Object(d.object).Invalid(d.field, string(d.template), "must be one of the policy's hosts: "+p.hosts.String())
		}
	}
}
