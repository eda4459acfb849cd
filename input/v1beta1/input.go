// Package v1beta1 holds the input of this function: what a platform team sets
// for all WebApps of a Composition.
//
// +kubebuilder:object:generate=true
// +groupName=webapp.fn.example.com
// +versionName=v1beta1
package v1beta1

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
)

// APIVersion and Kind of the input, as a Composition states them.
const (
	APIVersion = "webapp.fn.example.com/v1beta1"
	Kind       = "Input"
)

// Input is what a platform team sets for all WebApps of a Composition. Every
// field is optional, and so is the input itself.
//
// +kubebuilder:object:root=true
// +kubebuilder:storageversion
// +kubebuilder:resource:categories=crossplane
type Input struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Composite is the kind of composite resources that the Composition is for, if that
	// is one of your own: what your developers write instead of a WebApp. All that is
	// said of it then speaks of that kind. Default: WebApp of example.com/v1.
	// +optional
	Composite *Composite `json:"composite,omitempty"`

	// TTL is how long Crossplane may wait before it asks again although nothing
	// changed, as a duration such as 10m or 1h30m: the safety net below its
	// watches. At least 10s; 0s turns the asking off. While a WebApp is not
	// Running, it waits at most a minute; with diagnostics, even if it is turned
	// off. Default: 10m.
	// +optional
	TTL *metav1.Duration `json:"ttl,omitempty"`

	// Labels are put on every child: the Deployment, the Service and the
	// ConfigMap, and not on the pods, so that a change restarts nothing. The
	// keys that the function sets itself are refused.
	// +optional
	Labels map[string]string `json:"labels,omitempty"`

	// Annotations are put on every child, and not on the pods.
	// +optional
	Annotations map[string]string `json:"annotations,omitempty"`

	// Defaults are for WebApps that do not say otherwise.
	// +optional
	Defaults Defaults `json:"defaults,omitempty"`

	// NamespaceDefaults lets namespaces have defaults of their own: ConfigMap
	// webapp-defaults of the namespace, under the key defaults.yaml, written as
	// defaults is here. They go before those of the Composition, and a WebApp
	// before both; the policy holds for all. An annotation on the Deployment,
	// example.com/defaults, says which come from where. Crossplane looks for the
	// ConfigMap for every WebApp. Default: false.
	// +optional
	NamespaceDefaults bool `json:"namespaceDefaults,omitempty"`

	// Policy is what no WebApp may go beyond. One that does is refused, with a
	// message that names the part of the policy. What exists of it goes on
	// running as it is, so that a stricter policy stops nothing; it cannot be
	// changed until it keeps to the policy.
	// +optional
	Policy Policy `json:"policy,omitempty"`

	// Features switches kinds of children on that need rights beyond Crossplane's
	// own: autoscaling, podDisruptionBudget and so on. Apply install/rbac.yaml,
	// too, which grants the rights. Default: none.
	// +optional
	// +listType=set
	Features []Feature `json:"features,omitempty"`

	// Diagnostics says what else is looked at to say why a WebApp does not run.
	// With pods, its status has their reasons, such as ImagePullError or CrashLoop.
	// Apply install/rbac.yaml, too, which grants Crossplane the right to read pods:
	// it keeps those of the whole cluster in memory from then on. Default: nothing but
	// the Deployment.
	// +optional
	Diagnostics Diagnostics `json:"diagnostics,omitempty"`
}

// MaxName, MaxKind and MaxContextKey are how long names may be.
const (
	MaxName       = 253
	MaxKind       = 63
	MaxContextKey = 100
)

// Patterns of the fields of a [Composite] and of what is below it.
const (
	APIVersionPattern = `^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)+/v[0-9]+((alpha|beta)[0-9]+)?$`
	KindPattern       = `^[A-Z][A-Za-z0-9]*$`
	FieldPathPattern  = `^[a-zA-Z_][a-zA-Z0-9_]*([.][a-zA-Z_][a-zA-Z0-9_]*)*$`
	ContextKeyPattern = `^[a-zA-Z0-9]([-._/a-zA-Z0-9]*[a-zA-Z0-9])?$`
)

// A Composite is a kind of composite resources of your own, and where in it a WebApp is.
type Composite struct {
	// APIVersion is the group and the version of the kind, for example
	// platform.acme.io/v1alpha1, as in the Composition's compositeTypeRef.
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)+/v[0-9]+((alpha|beta)[0-9]+)?$`
	APIVersion string `json:"apiVersion"`

	// Kind is the kind, for example Service, as in the Composition's compositeTypeRef.
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:Pattern=`^[A-Z][A-Za-z0-9]*$`
	Kind string `json:"kind"`

	// Spec is where a WebApp's spec is: in the composite, or in the context of the
	// pipeline. Default: it is the composite's.
	// +optional
	Spec CompositeSpec `json:"spec,omitempty"`

	// Status is where in the composite the status of a WebApp goes. Conditions and
	// readiness are the composite's in any case. Default: it is the composite's.
	// +optional
	Status CompositeStatus `json:"status,omitempty"`
}

// CompositeSpec is where a WebApp's spec is: set fieldPath, contextKey, or neither.
type CompositeSpec struct {
	// FieldPath is the path of the field of the composite that is a WebApp's spec, for
	// example spec.app. Default: spec.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:Pattern=`^[a-zA-Z_][a-zA-Z0-9_]*([.][a-zA-Z_][a-zA-Z0-9_]*)*$`
	FieldPath string `json:"fieldPath,omitempty"`

	// ContextKey is the key of the pipeline's context under which an earlier step of
	// the pipeline has put a WebApp's spec, for example acme.io/webapp. Default: none.
	// +optional
	// +kubebuilder:validation:MaxLength=100
	// +kubebuilder:validation:Pattern=`^[a-zA-Z0-9]([-._/a-zA-Z0-9]*[a-zA-Z0-9])?$`
	ContextKey string `json:"contextKey,omitempty"`
}

// CompositeStatus is where in a composite the status of a WebApp goes.
type CompositeStatus struct {
	// FieldPath is the path of the field of the composite, for example status.app.
	// Default: status.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:Pattern=`^[a-zA-Z_][a-zA-Z0-9_]*([.][a-zA-Z_][a-zA-Z0-9_]*)*$`
	FieldPath string `json:"fieldPath,omitempty"`
}

// Defaults are for WebApps that do not say otherwise.
type Defaults struct {
	// Resources are the compute resources of the container, for each resource that
	// a WebApp does not name. A request above the WebApp's limit is lowered to it,
	// and a limit below its request raised.
	// +optional
	Resources Resources `json:"resources,omitempty"`

	// TopologySpread is how replicas are spread over zones and over nodes.
	// +optional
	TopologySpread TopologySpread `json:"topologySpread,omitempty"`

	// SecurityContext is what replicas may do, as in a WebApp, for each field that a
	// WebApp does not set.
	// +optional
	SecurityContext *v1.SecurityContext `json:"securityContext,omitempty"`

	// Lifecycle says how long a replica that is about to stop goes on serving before it
	// is asked to, as in a WebApp. Seconds: 0 is for clusters older than Kubernetes
	// 1.30, which do not know the pause. Default: 5 seconds.
	// +optional
	Lifecycle *v1.Lifecycle `json:"lifecycle,omitempty"`

	// PodLabels are labels of the pods, for each key that a WebApp does not set. A
	// change replaces the pods of every WebApp, and so it does below.
	// +optional
	PodLabels map[string]string `json:"podLabels,omitempty"`

	// PodAnnotations are annotations of the pods, for each key that a WebApp does not
	// set.
	// +optional
	PodAnnotations map[string]string `json:"podAnnotations,omitempty"`

	// DeploymentAnnotations are annotations of the Deployments, for each key that a
	// WebApp does not set. A change restarts nothing.
	// +optional
	DeploymentAnnotations map[string]string `json:"deploymentAnnotations,omitempty"`

	// RestartOnChange replaces the pods of a WebApp when something changes that they read
	// of ConfigMaps, unless the WebApp says otherwise. Crossplane looks at those
	// ConfigMaps for every WebApp then. Default: false.
	// +optional
	RestartOnChange bool `json:"restartOnChange,omitempty"`

	// NodeSelector is labels of the nodes that replicas may run on, such as those of a
	// node pool, for each key that a WebApp does not set.
	// +optional
	NodeSelector map[string]string `json:"nodeSelector,omitempty"`

	// Affinity says which nodes and which other pods replicas are drawn to, and which they
	// keep away from, as in a WebApp, for each part that a WebApp does not set:
	// nodeAffinity, podAffinity and podAntiAffinity.
	// +optional
	Affinity *v1.Affinity `json:"affinity,omitempty"`

	// Tolerations are for taints of nodes that replicas may run on, as in a WebApp,
	// whose own come in addition.
	// +optional
	// +listType=atomic
	Tolerations []v1.Toleration `json:"tolerations,omitempty"`

	// PriorityClassName is the PriorityClass of replicas, of WebApps that do not name
	// one.
	// +optional
	PriorityClassName string `json:"priorityClassName,omitempty"`

	// Service is how WebApps are reached.
	// +optional
	Service Service `json:"service,omitempty"`

	// Ingress is for WebApps that have an Ingress.
	// +optional
	Ingress Ingress `json:"ingress,omitempty"`

	// HTTPRoute is for WebApps that have an HTTPRoute.
	// +optional
	HTTPRoute HTTPRoute `json:"httpRoute,omitempty"`

	// NetworkPolicy says who may talk to the pods of every WebApp, and to whom they may
	// talk, as in a WebApp: what no rule of yours or of a WebApp allows is refused. Remember
	// the ingress controller, Prometheus, and the cluster's DNS. It needs networkPolicy in
	// features. Default: none, so that a WebApp without rules has no NetworkPolicy.
	// +optional
	NetworkPolicy *v1.NetworkPolicy `json:"networkPolicy,omitempty"`
}

// Service is how WebApps are reached.
type Service struct {
	// Type of their Services: ClusterIP, NodePort or LoadBalancer. A change
	// restarts nothing. Default: ClusterIP.
	// +optional
	// +kubebuilder:validation:Enum=ClusterIP;NodePort;LoadBalancer
	Type corev1.ServiceType `json:"type,omitempty"`
}

// Ingress is for WebApps that have an Ingress.
type Ingress struct {
	// IngressClassName says which controller serves an Ingress. Default: the
	// cluster's.
	// +optional
	IngressClassName string `json:"ingressClassName,omitempty"`

	// Always gives an Ingress to every WebApp that has no HTTPRoute, with host, which it
	// needs: one that wants none says ingress: {disabled: true}. It needs ingress in
	// features. Default: false, so that a WebApp asks for one with ingress: {}.
	// +optional
	Always bool `json:"always,omitempty"`

	// Host of WebApps that do not name one, in which {name} stands for the WebApp's name
	// and {namespace} for its namespace's, for example {name}.{namespace}.apps.acme.com:
	// with ingress: {}, a WebApp has an address then. Default: none, so that a WebApp must
	// name its own.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	Host string `json:"host,omitempty"`

	// Annotations are put on Ingresses, such as cert-manager.io/cluster-issuer, for each
	// key that a WebApp does not set. They go before those for all objects.
	// +optional
	Annotations map[string]string `json:"annotations,omitempty"`

	// TLS has WebApps reached by https. Default: http, unless a WebApp says otherwise.
	// +optional
	TLS *IngressTLS `json:"tls,omitempty"`
}

// IngressTLS says how Ingresses serve https.
type IngressTLS struct {
	// SecretName is the Secret, in the namespace of each WebApp, that has the certificate,
	// in which {name} stands for the WebApp's name and {namespace} for its namespace's:
	// {name}-tls where cert-manager makes one for each, or the one name of a wildcard's.
	// Default: the certificate that the controller has for all.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	SecretName string `json:"secretName,omitempty"`
}

// TopologySpread is how replicas are spread over zones and over nodes, evenly but
// for one.
type TopologySpread struct {
	// WhenUnsatisfiable is what happens to a replica that cannot be spread:
	// ScheduleAnyway runs it where there is room, DoNotSchedule leaves it waiting.
	// DoNotSchedule needs nodes that say which zone they are in. Default:
	// ScheduleAnyway.
	// +optional
	// +kubebuilder:validation:Enum=ScheduleAnyway;DoNotSchedule
	WhenUnsatisfiable corev1.UnsatisfiableConstraintAction `json:"whenUnsatisfiable,omitempty"`

	// Disabled leaves it to the scheduler, which has defaults of its own.
	// Default: false.
	// +optional
	Disabled bool `json:"disabled,omitempty"`
}

// HTTPRoute is for WebApps that have an HTTPRoute.
type HTTPRoute struct {
	// ParentRefs are the Gateways that send WebApps their traffic. Default: none,
	// so that a WebApp must name its own.
	// +optional
	ParentRefs []v1.ParentReference `json:"parentRefs,omitempty"`

	// Always gives an HTTPRoute to every WebApp that has no Ingress, with parentRefs and
	// hostname, which it needs: one that wants none says httpRoute: {disabled: true}. It
	// needs httpRoute in features. Default: false, so that a WebApp asks for one with
	// httpRoute: {}.
	// +optional
	Always bool `json:"always,omitempty"`

	// Hostname of WebApps that do not name any, in which {name} stands for the WebApp's
	// name and {namespace} for its namespace's, for example
	// {name}.{namespace}.apps.acme.com: with httpRoute: {}, a WebApp has an address then.
	// Default: none, so that a route is for all hosts of its Gateway.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	Hostname string `json:"hostname,omitempty"`
}

// Resources are the compute resources of a container, as in a Pod.
type Resources struct {
	// Requests are what the scheduler sets aside for each replica, for example
	// cpu: 100m and memory: 128Mi.
	// +optional
	Requests corev1.ResourceList `json:"requests,omitempty"`

	// Limits are what a replica may not exceed.
	// +optional
	Limits corev1.ResourceList `json:"limits,omitempty"`
}

// Policy is what no WebApp may go beyond.
type Policy struct {
	// Registries are where images may come from: registries such as ghcr.io, or
	// parts of one such as ghcr.io/acme, which has ghcr.io/acme/shop in it and
	// not ghcr.io/acme-labs/shop. An image without a registry is Docker Hub's:
	// nginx is docker.io/library/nginx. Default: anywhere.
	// +optional
	// +listType=set
	Registries []Registry `json:"registries,omitempty"`

	// ForbidLatestTag refuses images that may be others tomorrow: those with the
	// tag latest, or with none, that have no digest. Default: false.
	// +optional
	ForbidLatestTag bool `json:"forbidLatestTag,omitempty"`

	// RequiredLabels are keys of labels that every WebApp must have, with a value
	// that is not empty. Default: none.
	// +optional
	// +listType=set
	RequiredLabels []string `json:"requiredLabels,omitempty"`

	// MaxReplicas is how many replicas a WebApp may ask for, from 1 to 100: as
	// replicas, and as maxReplicas of its autoscaling. Default: 10, and 100 for
	// autoscaling.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=100
	MaxReplicas *int32 `json:"maxReplicas,omitempty"`

	// MaxResources are the most that the container of a replica may ask for
	// (requests) and may use (limits), defaults included. What has a most in
	// limits must have a limit, so set a default, too.
	// +optional
	MaxResources Resources `json:"maxResources,omitempty"`

	// PriorityClassNames are the PriorityClasses that WebApps may name, beside that of
	// defaults. An empty list is for none. Default: any.
	// +optional
	// +listType=set
	PriorityClassNames []string `json:"priorityClassNames,omitzero"`

	// Tolerations are the keys of taints that WebApps may tolerate, beside those of
	// defaults. An empty list is for none. Default: any.
	// +optional
	// +listType=set
	Tolerations []string `json:"tolerations,omitzero"`

	// ServiceAccounts are the ServiceAccounts that WebApps may run as, beside that which
	// pods run as that name none. An empty list is for none. Default: any.
	// +optional
	// +listType=set
	ServiceAccounts []string `json:"serviceAccounts,omitzero"`

	// Volumes are the sources that volumes may have. ConfigMaps and Secrets of a projected
	// one must be allowed, too. An empty list is for none. Default: any.
	// +optional
	// +listType=set
	Volumes []VolumeSource `json:"volumes,omitzero"`

	// ServiceTypes are how WebApps may be reached: a LoadBalancer may cost money, and a
	// NodePort opens a port on every node. Default: any.
	// +optional
	// +listType=set
	ServiceTypes []ServiceType `json:"serviceTypes,omitzero"`

	// Hosts are those by which WebApps may be reached from outside, with an Ingress or an
	// HTTPRoute: names in which {name} stands for the WebApp's and {namespace} for its
	// namespace's, such as {name}.{namespace}.apps.acme.com, or with *. before them for all
	// below. An HTTPRoute must name its hosts then. An empty list is for none. Default:
	// any.
	// +optional
	// +listType=set
	Hosts []string `json:"hosts,omitzero"`
}

// VolumeSource is where the files of a volume come from.
//
// +kubebuilder:validation:Enum=configMap;secret;emptyDir;persistentVolumeClaim;projected;ephemeral
type VolumeSource string

// ServiceType is how a WebApp is reached.
//
// +kubebuilder:validation:Enum=ClusterIP;NodePort;LoadBalancer
type ServiceType string

// RegistryPattern is what a Registry matches.
const RegistryPattern = `^(localhost|[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?([.][a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?)+|[a-zA-Z0-9]([-.a-zA-Z0-9]*[a-zA-Z0-9])?:[0-9]+|\[[a-fA-F0-9:]+\](:[0-9]+)?)(/[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*)*$`

// A Registry is a registry, or a part of one.
//
// +kubebuilder:validation:Pattern=`^(localhost|[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?([.][a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?)+|[a-zA-Z0-9]([-.a-zA-Z0-9]*[a-zA-Z0-9])?:[0-9]+|\[[a-fA-F0-9:]+\](:[0-9]+)?)(/[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*)*$`
type Registry string

// A Feature is a kind of children that needs rights beyond Crossplane's own.
//
// +kubebuilder:validation:Enum=autoscaling;podDisruptionBudget;ingress;httpRoute;metrics;networkPolicy
type Feature string

// Diagnostics is what else is looked at to say why a WebApp does not run.
//
// +kubebuilder:validation:Enum=pods
type Diagnostics string

// DiagnosticsPods is for the WebApp's pods.
const DiagnosticsPods Diagnostics = "pods"
