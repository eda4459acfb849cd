// Code generated from the markers of apis/v1 by make generate. DO NOT EDIT.

package v1

// Limits of a WebApp's fields, as their markers say.
const (

	// NamePattern is what a WebApp may be called: a label of RFC 1035, as Kubernetes asks of the Service that takes the name. MaxNameLength bounds its length.
	NamePattern = `^[a-z]([-a-z0-9]*[a-z0-9])?$`

	// ImagePattern is an image reference by the grammar of github.com/distribution/reference: an optional registry host, a repository, an optional tag, an optional digest.
	ImagePattern = `^(?:(?:[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?(?:[.][a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*(?::[a-zA-Z0-9_][-a-zA-Z0-9_.]{0,127})?(?:@[a-zA-Z][a-zA-Z0-9]*(?:[-_+.][a-zA-Z][a-zA-Z0-9]*)*:[a-fA-F0-9]{32,})?$`

	// MaxImageLength is beyond the longest legal reference: 255 characters of repository, 128 of tag and 135 of a SHA-512 digest.
	MaxImageLength = 1024

	// MinReplicas is the least number of replicas that a person may ask for.
	MinReplicas int32 = 1

	// MaxReplicas is the most.
	MaxReplicas int32 = 10

	// MinPort is the lowest port.
	MinPort int32 = 1

	// MaxPort is the highest port.
	MaxPort int32 = 65535

	// MaxEnv bounds the number of environment variables, and that of secretEnv.
	MaxEnv = 1000

	// EnvNamePattern is the name of an environment variable as Kubernetes takes it since 1.34 (KEP-4369): printable ASCII, without the = that ends it.
	EnvNamePattern = `^[ -<>-~]+$`

	// MaxEnvValueLength is what Linux accepts for one environment string.
	MaxEnvValueLength = 131072

	// MaxEnvFrom bounds the number of ConfigMaps and Secrets of envFrom.
	MaxEnvFrom = 50

	// EnvPrefixPattern is what names of environment variables may begin with.
	EnvPrefixPattern = `^[ -<>-~]*$`

	// KeyPattern is a key of a ConfigMap or a Secret.
	KeyPattern = `^[-._a-zA-Z0-9]+$`

	// EnvFieldPattern is a field of a pod, or a resource of a container, that may become an environment variable: see k8s.io/kubernetes/pkg/apis/core/validation, validEnvDownwardAPIFieldPathExpressions and validateContainerResourceFieldSelector.
	EnvFieldPattern = `^(metadata[.](name|namespace|uid|(labels|annotations)\[\x27[^\x27]+\x27\])|spec[.](nodeName|serviceAccountName)|status[.](hostIP|hostIPs|podIP|podIPs)|(limits|requests)[.](cpu|memory|ephemeral-storage))$`

	// MaxEnvFields bounds the number of variables of fieldEnv.
	MaxEnvFields = 100

	// MaxArguments bounds the number of arguments of a container, and that of the words of its command.
	MaxArguments = 1000

	// MaxArgumentLength is what Linux accepts for one argument.
	MaxArgumentLength = 131072

	// MaxResources bounds the number of resources of a container.
	MaxResources = 20

	// MaxGracePeriod is an hour: no node that is drained waits longer for a replica.
	MaxGracePeriod int32 = 3600

	// SubdomainPattern is what most objects may be called: a DNS subdomain of RFC 1123. MaxSubdomainLength bounds its length.
	SubdomainPattern = `^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`

	// MaxSubdomainLength is the longest name of most objects (RFC 1123 subdomain).
	MaxSubdomainLength = 253

	// MaxVolumes bounds the number of volumes.
	MaxVolumes = 20

	// LabelPattern is a DNS label of RFC 1123. MaxNameLength bounds its length.
	LabelPattern = `^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`

	// MaxNameLength is the longest DNS label, and so the longest Service name and the longest name of a WebApp.
	MaxNameLength = 63

	// MountPathPattern is where a volume may be mounted.
	MountPathPattern = `^/[^:]+$`

	// MaxMountPathLength bounds the path of a mount.
	MaxMountPathLength = 1024

	// MaxVolumeItems bounds the number of entries that are picked of what is in a volume.
	MaxVolumeItems = 50

	// MaxVolumeSources bounds what is projected into one volume.
	MaxVolumeSources = 10

	// MaxFileMode is the highest mode of a file, 0777.
	MaxFileMode = 511

	// MinExpirationSeconds is the least time that a token may hold.
	MinExpirationSeconds = 600

	// MaxExpirationSeconds is the most.
	MaxExpirationSeconds = 4294967296

	// FieldPathPattern is a field of a pod that may become a file: see k8s.io/kubernetes/pkg/apis/core/validation, validVolumeDownwardAPIFieldPathExpressions.
	FieldPathPattern = `^metadata\.(name|namespace|uid|(labels|annotations)(\['[^']+'\])?)$`

	// MaxInitContainers bounds the number of containers beside the application's.
	MaxInitContainers = 10

	// MaxInitEnv bounds the number of variables that one of them has of a kind.
	MaxInitEnv = 50

	// LabelKeyPattern is the key of a label: see k8s.io/apimachinery/pkg/util/validation.IsQualifiedName.
	LabelKeyPattern = `^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[a-zA-Z0-9]([-a-zA-Z0-9_.]{0,61}[a-zA-Z0-9])?$`

	// MaxLabels bounds the number of labels of pods, and of those that nodes must have.
	MaxLabels = 50

	// MaxAffinityTerms bounds what one part of an affinity says.
	MaxAffinityTerms = 10

	// MaxNodeExpressions bounds what must be so of one node.
	MaxNodeExpressions = 20

	// MaxNodeLabelValues bounds the values that a label is compared with.
	MaxNodeLabelValues = 50

	// MaxAffinityNamespaces bounds the namespaces that are named.
	MaxAffinityNamespaces = 20

	// MinAffinityWeight is Kubernetes' own: see k8s.io/kubernetes/pkg/apis/core/validation.
	MinAffinityWeight int32 = 1

	// MaxAffinityWeight is Kubernetes' own, too.
	MaxAffinityWeight int32 = 100

	// MaxTolerations bounds the number of taints that are tolerated.
	MaxTolerations = 20

	// MaxTolerationSeconds is a day.
	MaxTolerationSeconds int32 = 86400

	// TaintKeyPattern is the key of a taint, or nothing, which is every one.
	TaintKeyPattern = `^(([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[a-zA-Z0-9]([-a-zA-Z0-9_.]{0,61}[a-zA-Z0-9])?)?$`

	// MaxReadySeconds is an hour.
	MaxReadySeconds int32 = 3600

	// MaxProgressDeadline is a day.
	MaxProgressDeadline int32 = 86400

	// CapabilityPattern is the name of a capability of Linux, without CAP_, or ALL.
	CapabilityPattern = `^[A-Z_]+$`

	// PercentPattern is a share of replicas.
	PercentPattern = `^(0|[1-9][0-9]?|100)%$`

	// MaxAdditionalPorts bounds how many further ports a Service has.
	MaxAdditionalPorts = 20

	// AppProtocolPattern is what is spoken on a port of a Service: see k8s.io/kubernetes/pkg/apis/core/validation.ValidateQualifiedName.
	AppProtocolPattern = `^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[a-zA-Z0-9]([-a-zA-Z0-9_.]{0,61}[a-zA-Z0-9])?$`

	// MaxAnnotations bounds the number of annotations of an object.
	MaxAnnotations = 50

	// MaxAnnotationLength bounds the value of one.
	MaxAnnotationLength = 4096

	// AnnotationKeyPattern is the key of an annotation: see k8s.io/apimachinery/pkg/api/validation.ValidateAnnotations.
	AnnotationKeyPattern = `^([a-zA-Z0-9]([-a-zA-Z0-9.]*[a-zA-Z0-9])?/)?[a-zA-Z0-9]([-a-zA-Z0-9_.]{0,61}[a-zA-Z0-9])?$`

	// MaxAutoscaledReplicas is as many pods as one EndpointSlice holds, and keeps one zero too many from filling a cluster. A person who says a number means fewer: see MaxReplicas.
	MaxAutoscaledReplicas int32 = 100

	// MaxStabilizationSeconds is Kubernetes' own: see k8s.io/kubernetes/pkg/apis/autoscaling/validation.
	MaxStabilizationSeconds int32 = 3600

	// MaxPeriodSeconds is Kubernetes' own, too.
	MaxPeriodSeconds int32 = 1800

	// MaxScalingPolicies bounds what one direction says.
	MaxScalingPolicies = 10

	// MaxScalingMetrics bounds what an autoscaler follows.
	MaxScalingMetrics = 10

	// MetricNamePattern is the name of a metric: see k8s.io/apimachinery/pkg/api/validation/path.IsValidPathSegmentName.
	MetricNamePattern = `^[^/%]+$`

	// APIVersionPattern is the version of a kind, and its group. MaxAPIVersionLength bounds its length.
	APIVersionPattern = `^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[a-z0-9]([-a-z0-9]*[a-z0-9])?$`

	// MaxAPIVersionLength is beyond the longest group and version.
	MaxAPIVersionLength = 317

	// HostPattern is the name of a host as Ingresses and HTTPRoutes take it: a subdomain of RFC 1123, of which the first label may be a star. MaxHostLength bounds its length.
	HostPattern = `^([*][.])?[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`

	// MaxHostLength is the longest host name (RFC 1123 subdomain).
	MaxHostLength = 253

	// PathPattern is the path of a URL as Ingresses and HTTPRoutes take it: absolute, and in its shortest form. MaxPathLength bounds its length.
	PathPattern = `^/$|^(/([.]*[-A-Za-z0-9_~!$&()*+,;=:@][-A-Za-z0-9_~!$&()*+,;=:@.]*|[.]{3,}))+/?$`

	// MaxPathLength is the longest path of an HTTPRoute.
	MaxPathLength = 1024

	// MaxHostnames is as many as an HTTPRoute may have.
	MaxHostnames = 16

	// MaxParentRefs is as many as an HTTPRoute may have.
	MaxParentRefs = 32

	// GroupPattern is the group of a kind, or nothing, which is that of Kubernetes' own kinds.
	GroupPattern = `^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`

	// KindPattern is a kind as the Gateway API takes it.
	KindPattern = `^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$`

	// IntervalPattern is a duration as the Prometheus Operator takes it, or nothing. MaxIntervalLength bounds its length.
	IntervalPattern = `^([0-9]+y)?([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$`

	// MaxIntervalLength is beyond what anybody means.
	MaxIntervalLength = 20
)
