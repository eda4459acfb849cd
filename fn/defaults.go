package fn

// defaults are for WebApps that do not say otherwise.
type defaults struct {
	resources resources

	// serviceType is empty for Kubernetes' own.
	serviceType string

	// ingressClassName is for Ingresses.
	ingressClassName string
}

// defaultParts are read in this order.
var defaultParts = []part[defaults]{
	{"resources", func(in object, into *defaults) { into.resources = readResources(in.object("resources")) }},
	{"service", readDefaultService},
	{"ingress", readDefaultIngress},
}

func readDefaultService(in object, into *defaults) {
	service := in.object("service")
	service.only("type")
	service.oneOf("type", serviceTypes...)

	into.serviceType = service.get("type").GetStringValue()
}
