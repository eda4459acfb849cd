package fn

import "google.golang.org/protobuf/types/known/structpb"

// defaults are for WebApps that do not say otherwise.
type defaults struct {
	resources resources
	spreading spreading

	// securityContext is below that of a WebApp, field by field, as it was written.
	securityContext *structpb.Value

	// serviceType is empty for Kubernetes' own.
	serviceType string

	// ingressClassName is for Ingresses.
	ingressClassName string

	// parentRefs are for HTTPRoutes, as they were written.
	parentRefs *structpb.Value
}

// defaultParts are read in this order. Defaults are read over others, so that a part
// leaves alone what it does not find.
var defaultParts = []part[defaults]{
	{"resources", func(in object, into *defaults) {
		into.resources = readResources(in.object("resources")).over(into.resources)
	}},
	{"topologySpread", readSpreading},
	{"securityContext", readDefaultSecurityContext},
	{"service", readDefaultService},
	{"ingress", readDefaultIngress},
	{"httpRoute", readDefaultRoute},
}

func readDefaultService(in object, into *defaults) {
	service := in.object("service")
	service.only("type")
	service.oneOf("type", serviceTypes...)

	if t := service.get("type"); t != nil {
		into.serviceType = t.GetStringValue()
	}
}
