package webapp

import (
	"google.golang.org/protobuf/types/known/structpb"
)

// Settings are what the platform team set for the objects of all WebApps of a
// Composition, with what the WebApp's namespace set over it.
type Settings struct {
	// Labels and Annotations are put on every object, and not on the pods.
	Labels      map[string]string
	Annotations map[string]string

	Defaults

	// Traced says that the Deployment tells which defaults the WebApp has, and
	// Origins where they come from.
	Traced  bool
	Origins []Origin
}

// Defaults are for WebApps that do not say otherwise.
type Defaults struct {
	Resources Resources
	Spreading Spreading

	// Pods are fields that a WebApp has, too, by name and as they were written. What a
	// WebApp says goes over them.
	Pods map[string]*structpb.Value

	// Pause is for how many seconds a container goes on serving before it is asked to
	// stop. It is nil where nobody says.
	Pause *int32

	// ServiceType is empty for Kubernetes' own.
	ServiceType string

	// Ingress and Route are for WebApps that are reached from outside.
	Ingress Ingress
	Route   Route

	// Network is who may talk to whom.
	Network Network
}

// An Ingress is what Ingresses have.
type Ingress struct {
	ClassName string

	// Always says that WebApps have one that do not ask for it.
	Always bool

	Host        Template
	Annotations map[string]string

	// TLS says that it is reached by https, and Secret where the certificate is. It is
	// empty for the controller's own.
	TLS    bool
	Secret Template
}

// A Route is what HTTPRoutes have.
type Route struct {
	// Always says that WebApps have one that do not ask for it.
	Always bool

	Host Template

	// ParentRefs are as they were written.
	ParentRefs *structpb.Value
}

// A Network has rules as they were written. One that is nil lets everybody.
type Network struct{ Ingress, Egress *structpb.Value }

// A Spreading is how replicas are spread over zones and nodes. Its zero value is
// what they get where nobody says otherwise.
type Spreading struct {
	Disabled bool

	// WhenUnsatisfiable is nil for ScheduleAnyway.
	WhenUnsatisfiable *structpb.Value
}

// An Origin says where a default comes from: its path below defaults, and in words
// who set it.
type Origin struct {
	Path []string
	From string
}
