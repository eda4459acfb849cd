package v1

// Patterns that the fields of a WebApp match, in the syntax that Go's regexp and
// CEL share (RE2). The schema markers repeat them, because markers cannot refer
// to constants; a test holds the two together.
const (
	// NamePattern is what a WebApp may be called: a label of RFC 1035, as
	// Kubernetes asks of the Service that takes the name. MaxNameLength bounds
	// its length.
	NamePattern = `^[a-z]([-a-z0-9]*[a-z0-9])?$`

	// ImagePattern is an image reference by the grammar of
	// github.com/distribution/reference: an optional registry host, a
	// repository, an optional tag, an optional digest.
	ImagePattern = `^` + registryPattern + `?` + repositoryPattern + tagPattern + `?` + digestPattern + `?$`

	// EnvNamePattern is the name of an environment variable as Kubernetes takes
	// it since 1.34 (KEP-4369): printable ASCII, without the = that ends it.
	EnvNamePattern = `^[ -<>-~]+$`

	// CapabilityPattern is the name of a capability of Linux, without CAP_, or
	// ALL.
	CapabilityPattern = `^[A-Z_]+$`

	// EnvPrefixPattern is what names of environment variables may begin with.
	EnvPrefixPattern = `^[ -<>-~]*$`

	// KeyPattern is a key of a ConfigMap or a Secret.
	KeyPattern = `^[-._a-zA-Z0-9]+$`

	// LabelPattern is a DNS label of RFC 1123. MaxNameLength bounds its length.
	LabelPattern = `^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`

	// MountPathPattern is where a volume may be mounted.
	MountPathPattern = `^/[^:]+$`

	// FieldPathPattern is a field of a pod that may become a file: see
	// k8s.io/kubernetes/pkg/apis/core/validation, validVolumeDownwardAPIFieldPathExpressions.
	FieldPathPattern = `^metadata\.(name|namespace|uid|(labels|annotations)(\['[^']+'\])?)$`

	// QuantityPattern is a quantity of a size that somebody may mean. Without it, a
	// few characters such as 1e-999999999 keep resource.ParseQuantity busy for
	// minutes.
	QuantityPattern = `^\+?([0-9]{1,18}(\.[0-9]{0,9})?|\.[0-9]{1,9})([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]{1,2})?$`

	// PercentPattern is a share of replicas.
	PercentPattern = `^(0|[1-9][0-9]?|100)%$`

	// SubdomainPattern is what most objects may be called: a DNS subdomain of
	// RFC 1123. MaxSubdomainLength bounds its length.
	SubdomainPattern = `^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`
	// AppProtocolPattern is what is spoken on a port of a Service: see
	// k8s.io/kubernetes/pkg/apis/core/validation.ValidateQualifiedName.
	AppProtocolPattern = `^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[a-zA-Z0-9]([-a-zA-Z0-9_.]{0,61}[a-zA-Z0-9])?$`

	// AnnotationKeyPattern is the key of an annotation: see
	// k8s.io/apimachinery/pkg/api/validation.ValidateAnnotations.
	AnnotationKeyPattern = `^([a-zA-Z0-9]([-a-zA-Z0-9.]*[a-zA-Z0-9])?/)?[a-zA-Z0-9]([-a-zA-Z0-9_.]{0,61}[a-zA-Z0-9])?$`

	// CrossplaneKeyPattern is the key of a label or annotation that is
	// Crossplane's.
	CrossplaneKeyPattern = `^([^/]*[.])?crossplane[.]io(/|$)`
	// HostPattern is the name of a host as Ingresses and HTTPRoutes take it: a
	// subdomain of RFC 1123, of which the first label may be a star.
	// MaxHostLength bounds its length.
	HostPattern = `^([*][.])?[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`

	// PathPattern is the path of a URL as Ingresses and HTTPRoutes take it:
	// absolute, and in its shortest form. MaxPathLength bounds its length.
	PathPattern = `^/$|^(/([.]*[-A-Za-z0-9_~!$&()*+,;=:@][-A-Za-z0-9_~!$&()*+,;=:@.]*|[.]{3,}))+/?$`
)

// IntervalPattern is a duration as the Prometheus Operator takes it, or nothing.
// MaxIntervalLength bounds its length.
const IntervalPattern = `^([0-9]+y)?([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$`

// Parts of ImagePattern, in the order of the grammar.
const (
	hostLabelPattern  = `[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?`
	registryPattern   = `(?:(?:` + hostLabelPattern + `(?:[.]` + hostLabelPattern + `)*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?/)`
	pathPattern       = `[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*`
	repositoryPattern = pathPattern + `(?:/` + pathPattern + `)*`
	tagPattern        = `(?::[a-zA-Z0-9_][-a-zA-Z0-9_.]{0,127})`
	digestPattern     = `(?:@[a-zA-Z][a-zA-Z0-9]*(?:[-_+.][a-zA-Z][a-zA-Z0-9]*)*:[a-fA-F0-9]{32,})`
)
