package v1

// What the schema says of a WebApp's fields stands in their markers, from which
// zz_generated.limits.go has it. Here is what no single field of the schema says.
const (
	// DefaultPort is the port a container listens on when spec.port is not set.
	DefaultPort int32 = 8080

	// DefaultReplicas is how many replicas there are when spec.replicas is not set.
	DefaultReplicas int32 = 1

	// DefaultServicePort is the port a Service answers on when service.port is not
	// set.
	DefaultServicePort int32 = 80

	// DefaultCPUUtilization is what an autoscaler aims at if it is told of no target.
	// It is Kubernetes' own.
	DefaultCPUUtilization int32 = 80

	// MaxUpdate bounds how many pods a rolling update replaces at a time.
	MaxUpdate = 100

	// QuantityPattern is a quantity of a size that somebody may mean. Without it, a
	// few characters such as 1e-999999999 keep resource.ParseQuantity busy for
	// minutes.
	QuantityPattern = `^\+?([0-9]{1,18}(\.[0-9]{0,9})?|\.[0-9]{1,9})([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]{1,2})?$`

	// CrossplaneKeyPattern is the key of a label or annotation that is
	// Crossplane's.
	CrossplaneKeyPattern = `^([^/]*[.])?crossplane[.]io(/|$)`
)
