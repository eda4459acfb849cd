package fn

// defaults are for WebApps that do not say otherwise.
type defaults struct {
	resources resources
}

// defaultParts are read in this order.
var defaultParts = []part[defaults]{
	{"resources", func(in object, into *defaults) { into.resources = readResources(in.object("resources")) }},
}
