package child

import (
	"google.golang.org/protobuf/types/known/structpb"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/webapp-operator/function-webapp/fn/container"
	"github.com/webapp-operator/function-webapp/fn/exposure"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// buildIngress is ready when it exists: not every controller writes an Ingress's status,
// and one that does speaks of its own address, and not of the WebApp, which others in
// the cluster reach all the same.
func buildIngress(plan *webapp.Plan, _ *structpb.Struct) value.Fields {
	o := plan.App.Option("ingress")
	hosts := exposure.IngressHosts(plan.App, plan.Settings)

	http := value.Object(value.Fields{"paths": value.List(value.Object(value.Fields{
		"path":     value.Or(o.Get("path"), rootPath),
		"pathType": value.Or(o.Get("pathType"), pathPrefix),
		"backend": value.Object(value.Fields{"service": value.Object(value.Fields{
			"name": value.String(plan.App.Name),
			"port": value.Object(value.Fields{"name": container.HTTPPort}),
		})}),
	}))})

	rules := make([]*structpb.Value, 0, len(hosts))
	for _, host := range hosts {
		rules = append(rules, value.Object(value.Fields{"host": host, "http": http}))
	}

	var tls *structpb.Value
	if secret, is := exposure.IngressTLS(plan); is {
		tls = value.List(value.Object(value.Fields{"hosts": value.List(hosts...), "secretName": secret}))
	}

	// They go before those for all objects, and the WebApp's own before both.
	annotations := value.With(value.Strings(plan.Settings.Ingress.Annotations), o.Get("annotations").GetStructValue().GetFields())

	return value.Fields{
		"metadata": value.Object(value.Fields{"annotations": annotations}),
		"spec": value.Object(value.Fields{
			"ingressClassName": exposure.IngressClass(plan),
			"rules":            value.List(rules...),
			"tls":              tls,
		}),
	}
}

var (
	rootPath   = value.String("/")
	pathPrefix = value.String(networkingv1.PathTypePrefix)
)
