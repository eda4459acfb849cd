package v1

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// A WebApp is one web application: an image that runs as some replicas behind
// one Service. It becomes a Deployment and a Service of the same name, and a
// ConfigMap <name>-config that holds the same settings as spec.env.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:subresource:scale:specpath=.spec.replicas,statuspath=.status.replicas,selectorpath=.status.labelSelector
// +kubebuilder:resource:scope=Namespaced,shortName=wa,categories=all
// +kubebuilder:printcolumn:name="Image",type="string",JSONPath=".spec.image"
// +kubebuilder:printcolumn:name="Replicas",type="integer",JSONPath=".spec.replicas"
// +kubebuilder:printcolumn:name="Available",type="integer",JSONPath=".status.availableReplicas"
// +kubebuilder:printcolumn:name="Phase",type="string",JSONPath=".status.phase"
// +kubebuilder:printcolumn:name="Reason",type="string",JSONPath=".status.reason",priority=1
// +kubebuilder:printcolumn:name="URL",type="string",JSONPath=".status.url",priority=1
// +kubebuilder:validation:XValidation:rule="self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",message="the name must be a valid Service name: lower case letters, digits and dashes, starting with a letter and ending with a letter or digit",fieldPath=".metadata.name"
type WebApp struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec is what you want: the image, how many replicas of it, the port it
	// listens on and its environment.
	// +required
	Spec WebAppSpec `json:"spec"`

	// Status is what there is. It is written for you.
	// +optional
	Status WebAppStatus `json:"status,omitempty"`
}

// WebAppSpec is what you want: the image, how many replicas of it, the port it
// listens on and its environment.
//
// +kubebuilder:validation:XValidation:rule="!has(self.ingress) || !has(self.httpRoute)",message="set ingress or httpRoute, not both",fieldPath=".httpRoute"
// +kubebuilder:validation:XValidation:rule="!has(self.lifecycle) || self.lifecycle.preStop.sleep.seconds == 0 || !has(self.terminationGracePeriodSeconds) || self.lifecycle.preStop.sleep.seconds < self.terminationGracePeriodSeconds",message="must be less than terminationGracePeriodSeconds",fieldPath=".lifecycle.preStop.sleep.seconds"
// +kubebuilder:validation:XValidation:rule="!has(self.secretEnv) || !has(self.env) || !self.secretEnv.exists(name, name in self.env)",message="a variable is in env and in secretEnv: remove it from one of them",fieldPath=".secretEnv"
// +kubebuilder:validation:XValidation:rule="!has(self.configEnv) || !has(self.env) || !self.configEnv.exists(name, name in self.env)",message="a variable is in env and in configEnv: remove it from one of them",fieldPath=".configEnv"
// +kubebuilder:validation:XValidation:rule="!has(self.configEnv) || !has(self.secretEnv) || !self.configEnv.exists(name, name in self.secretEnv)",message="a variable is in secretEnv and in configEnv: remove it from one of them",fieldPath=".configEnv"
// +kubebuilder:validation:XValidation:rule="!has(self.fieldEnv) || !has(self.env) || !self.fieldEnv.exists(name, name in self.env)",message="a variable is in env and in fieldEnv: remove it from one of them",fieldPath=".fieldEnv"
// +kubebuilder:validation:XValidation:rule="!has(self.fieldEnv) || !has(self.secretEnv) || !self.fieldEnv.exists(name, name in self.secretEnv)",message="a variable is in secretEnv and in fieldEnv: remove it from one of them",fieldPath=".fieldEnv"
// +kubebuilder:validation:XValidation:rule="!has(self.fieldEnv) || !has(self.configEnv) || !self.fieldEnv.exists(name, name in self.configEnv)",message="a variable is in configEnv and in fieldEnv: remove it from one of them",fieldPath=".fieldEnv"
// +kubebuilder:validation:XValidation:rule="!has(self.initContainers) || self.initContainers.all(c, !has(c.volumeMounts) || c.volumeMounts.all(m, has(self.volumes) && self.volumes.exists(v, v.name == m.name)))",message="volumeMounts name volumes of spec.volumes",fieldPath=".initContainers"
// +kubebuilder:validation:XValidation:rule="!has(self.progressDeadlineSeconds) || !has(self.minReadySeconds) || self.minReadySeconds < self.progressDeadlineSeconds",message="must be more than minReadySeconds",fieldPath=".progressDeadlineSeconds"
type WebAppSpec struct {
	// Image is the container image to run, as in a Pod: with a tag, a digest or
	// neither, from any registry. For example nginx:1.27,
	// ghcr.io/acme/shop@sha256:… or registry.acme.com:5000/team/shop:v3.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1024
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^(?:(?:[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?(?:[.][a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*(?::[a-zA-Z0-9_][-a-zA-Z0-9_.]{0,127})?(?:@[a-zA-Z][a-zA-Z0-9]*(?:[-_+.][a-zA-Z][a-zA-Z0-9]*)*:[a-fA-F0-9]{32,})?$')`,message="must be an image reference such as nginx:1.27, registry.acme.com:5000/team/shop:v3 or ghcr.io/acme/shop@sha256:…; repository names are lower case and there is no https://"
	Image string `json:"image"`

	// Replicas is how many copies of the image run at the same time, from 1 to
	// 10. kubectl scale, a HorizontalPodAutoscaler or KEDA may set it too: leave it out
	// where they do, so that nothing sets it back. With autoscaling, it only says with
	// how many a new WebApp begins. Default: 1.
	// +optional
	// +kubebuilder:default=1
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=10
	Replicas int32 `json:"replicas,omitempty"`

	// Port is the TCP port that the container listens on, from 1 to 65535. The
	// Service answers on port 80, or on service.port, and forwards to it. A pod
	// becomes ready when this port accepts connections, unless readinessProbe says
	// otherwise.
	// +optional
	// +default=8080
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=65535
	Port int32 `json:"port,omitempty"`

	// Env is the environment of the container, name to value. A change rolls the
	// pods. Values are plain text that anyone who may read the WebApp can read:
	// do not put passwords here. As in a Pod, $(NAME) in a value is replaced by
	// the variable NAME if NAME sorts before it, and $$ is a plain $. ConfigMap
	// <name>-config holds the same entries for other tools, but for names that
	// cannot be ConfigMap keys.
	// +optional
	// +kubebuilder:validation:MaxProperties=1000
	// +kubebuilder:validation:XValidation:rule="self.all(name, name.matches('^[ -<>-~]+$'))",message="environment variable names must not be empty and may hold printable ASCII characters other than ="
	Env map[string]EnvValue `json:"env,omitempty"`

	// SecretEnv are environment variables from Secrets of the namespace, name to the
	// name and key of one entry. No name may be in env, too; values of env may refer
	// to these. Only the pods read the Secrets. A pod keeps the values that it
	// started with: to see new ones, restart the pods with
	// kubectl rollout restart deployment/<name>.
	// +optional
	// +kubebuilder:validation:MaxProperties=1000
	// +kubebuilder:validation:XValidation:rule="self.all(name, name.matches('^[ -<>-~]+$'))",message="environment variable names must not be empty and may hold printable ASCII characters other than ="
	SecretEnv map[string]SecretKeySelector `json:"secretEnv,omitempty"`

	// ConfigEnv are environment variables from ConfigMaps of the namespace, name to the
	// name and key of one entry. A pod keeps the values that it started with: to see new
	// ones, restart the pods with kubectl rollout restart deployment/<name>.
	// +optional
	// +kubebuilder:validation:MaxProperties=1000
	// +kubebuilder:validation:XValidation:rule="self.all(name, name.matches('^[ -<>-~]+$'))",message="environment variable names must not be empty and may hold printable ASCII characters other than ="
	ConfigEnv map[string]ConfigMapKeySelector `json:"configEnv,omitempty"`

	// FieldEnv are environment variables with what Kubernetes knows of the pod, name to
	// a field of the pod, such as metadata.name, spec.nodeName or status.hostIP, or to
	// what the container is given, such as limits.memory in bytes or requests.cpu in
	// whole processors. Without a limit, limits.memory and limits.cpu are the node's.
	// +optional
	// +kubebuilder:validation:MaxProperties=100
	// +kubebuilder:validation:XValidation:rule="self.all(name, name.matches('^[ -<>-~]+$'))",message="environment variable names must not be empty and may hold printable ASCII characters other than ="
	FieldEnv map[string]EnvField `json:"fieldEnv,omitempty"`

	// EnvFrom are ConfigMaps and Secrets of the namespace whose entries all become
	// environment variables, as in a Pod. Of variables of the same name the last
	// counts, and one of env or secretEnv before all of these. Only the pods read
	// them, when they start.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=50
	EnvFrom []EnvFromSource `json:"envFrom,omitempty"`

	// Command is what the container runs instead of the image's entrypoint, as in a
	// Pod: the program, and what it is called with. No shell reads it, and $(NAME)
	// is replaced by the environment variable NAME. If it is set, the image's own
	// arguments are left out. Default: the image's.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=1000
	Command []Argument `json:"command,omitempty"`

	// Args are the arguments of the command, or of the image's entrypoint, instead
	// of the image's own, as in a Pod. $(NAME) is replaced as in command. Default:
	// the image's.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=1000
	Args []Argument `json:"args,omitempty"`

	// ImagePullPolicy says when the image is pulled, as in a Pod: Always,
	// IfNotPresent or Never. Default: Always for an image without a tag or with
	// the tag latest, IfNotPresent for every other.
	// +optional
	// +kubebuilder:validation:Enum=Always;IfNotPresent;Never
	ImagePullPolicy corev1.PullPolicy `json:"imagePullPolicy,omitempty"`

	// ImagePullSecrets are the Secrets of the namespace by which the image is
	// pulled from a registry that asks for a password, as in a Pod. Default:
	// those of the service account.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=10
	ImagePullSecrets []SecretReference `json:"imagePullSecrets,omitempty"`

	// Resources are what each replica is given of a node's processors, memory and
	// so on, as in a Pod. Default, for each of them: what the platform team set.
	// +optional
	Resources *Resources `json:"resources,omitempty"`

	// ReadinessProbe says when a replica gets traffic: while the probe finds it
	// well. Default: while it accepts connections on spec.port.
	// +optional
	ReadinessProbe *ReadinessProbe `json:"readinessProbe,omitempty"`

	// LivenessProbe says when the container of a replica is stopped and started
	// again: when the probe finds it ill. It helps against what only a restart
	// helps against, and does harm when it asks for anything else, such as a
	// database. Default: none.
	// +optional
	LivenessProbe *RestartProbe `json:"livenessProbe,omitempty"`

	// StartupProbe gives the container of a replica time to start: the other
	// probes wait until this one has found it well once. When it has not after
	// failureThreshold times periodSeconds, the container is stopped and started
	// again. Default: none.
	// +optional
	StartupProbe *RestartProbe `json:"startupProbe,omitempty"`

	// TerminationGracePeriodSeconds is how long a replica has to stop, from 0 to
	// 3600, before it is killed. The pause of lifecycle is part of it; if lifecycle
	// does not say how long that is, it is no more than half of it. Default: 30, and
	// the pause.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=3600
	TerminationGracePeriodSeconds *int32 `json:"terminationGracePeriodSeconds,omitempty"`

	// Lifecycle says how long a replica that is about to stop goes on serving, before
	// it is asked to (SIGTERM): load balancers send it requests until they have learned
	// that it leaves. The pause must be shorter than terminationGracePeriodSeconds. It
	// needs Kubernetes 1.30. Default: 5 seconds, or what the platform team says.
	// +optional
	Lifecycle *Lifecycle `json:"lifecycle,omitempty"`

	// SecurityContext says what the replicas may do. Default: what Pod Security's
	// restricted profile allows, which is safe.
	// +optional
	SecurityContext *SecurityContext `json:"securityContext,omitempty"`

	// ServiceAccountName is the ServiceAccount of the namespace that the pods run
	// as, as in a Pod. It must exist. It says which rights in a cloud the pods have,
	// and which Secrets their image is pulled by. They still get no token for the
	// API server: mount one with volumes if you need it. Default: the
	// ServiceAccount default.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$')",message="must be the name of a ServiceAccount: lower case letters, digits, dashes and dots, starting and ending with a letter or digit"
	ServiceAccountName string `json:"serviceAccountName,omitempty"`

	// Service says how the WebApp is reached: on which port, and from where.
	// Default: in the cluster, on port 80.
	// +optional
	Service *Service `json:"service,omitempty"`

	// Autoscaling lets a HorizontalPodAutoscaler decide how many replicas there
	// are, where the platform team has switched autoscaling on. While it does,
	// replicas and kubectl scale have no effect. Default: replicas says how many.
	// +optional
	Autoscaling *Autoscaling `json:"autoscaling,omitempty"`

	// Volumes are files that the container sees: what is in a ConfigMap or a Secret,
	// room to write to, a volume that outlives the pods. Default: none.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=20
	// +kubebuilder:validation:XValidation:rule="self.all(v, self.exists_one(w, w.mountPath == v.mountPath))",message="no two volumes may have the same mountPath"
	Volumes []Volume `json:"volumes,omitempty"`

	// InitContainers are containers that must be done before the application starts, in
	// this order, such as a migration; with restartPolicy Always, such as a proxy or what
	// ships logs, they run beside it. Default: none.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=10
	InitContainers []InitContainer `json:"initContainers,omitempty"`

	// PodLabels are labels of the pods, beside those that are set for you: service
	// meshes, scrapers and backups find pods by them. They go before those of the
	// platform team. A change replaces the pods. Default: those of the platform team.
	// +optional
	// +kubebuilder:validation:MaxProperties=50
	// +kubebuilder:validation:XValidation:rule=`self.all(key, key.matches('^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[a-zA-Z0-9]([-a-zA-Z0-9_.]{0,61}[a-zA-Z0-9])?$') && !key.matches('^([^/]*[.])?crossplane[.]io(/|$)'))`,message="label keys are a name of at most 63 letters, digits, dashes, underscores and dots, after a domain and a slash if you like; those of crossplane.io are not yours"
	// +kubebuilder:validation:XValidation:rule=`!self.exists(key, key in ['app', 'managed-by', 'app.kubernetes.io/name', 'app.kubernetes.io/instance', 'app.kubernetes.io/managed-by', 'pod-template-hash'])`,message="app, managed-by, app.kubernetes.io/name, app.kubernetes.io/instance, app.kubernetes.io/managed-by and pod-template-hash are set for you"
	PodLabels map[string]LabelText `json:"podLabels,omitempty"`

	// PodAnnotations are annotations of the pods, by which those who add something to
	// pods, or read something from them, are told what to do. They go before those of
	// the platform team. A change replaces the pods. Default: those of the platform team.
	// +optional
	// +kubebuilder:validation:MaxProperties=50
	// +kubebuilder:validation:XValidation:rule=`self.all(key, key.matches('^([a-zA-Z0-9]([-a-zA-Z0-9.]*[a-zA-Z0-9])?/)?[a-zA-Z0-9]([-a-zA-Z0-9_.]{0,61}[a-zA-Z0-9])?$') && !key.matches('^([^/]*[.])?crossplane[.]io(/|$)'))`,message="annotation keys are a name of at most 63 letters, digits, dashes, underscores and dots, after a domain and a slash if you like; those of crossplane.io are not yours"
	PodAnnotations map[string]AnnotationValue `json:"podAnnotations,omitempty"`

	// DeploymentAnnotations are annotations of the Deployment, for tools that look at
	// Deployments, such as those that restart pods when a Secret changes. They go before
	// those of the platform team. A change restarts nothing. Default: those of the
	// platform team.
	// +optional
	// +kubebuilder:validation:MaxProperties=50
	// +kubebuilder:validation:XValidation:rule=`self.all(key, key.matches('^([a-zA-Z0-9]([-a-zA-Z0-9.]*[a-zA-Z0-9])?/)?[a-zA-Z0-9]([-a-zA-Z0-9_.]{0,61}[a-zA-Z0-9])?$') && !key.matches('^([^/]*[.])?crossplane[.]io(/|$)'))`,message="annotation keys are a name of at most 63 letters, digits, dashes, underscores and dots, after a domain and a slash if you like; those of crossplane.io are not yours"
	DeploymentAnnotations map[string]AnnotationValue `json:"deploymentAnnotations,omitempty"`

	// RestartOnChange replaces the pods when something changes that they read of
	// ConfigMaps: those of configEnv and envFrom, of all containers, and of volumes, of
	// which there may be 20. While one is missing that they need, those that run go on.
	// Secrets are never read: to have pods replaced when one changes, give it another
	// name, or have a tool do it that deploymentAnnotations tell. Default: what the
	// platform team says, or else false.
	// +optional
	RestartOnChange *bool `json:"restartOnChange,omitempty"`

	// NodeSelector says on which nodes replicas may run, by labels of the nodes, as in a
	// Pod. It goes before that of the platform team, label by label. Default: that of the
	// platform team.
	// +optional
	// +kubebuilder:validation:MaxProperties=50
	// +kubebuilder:validation:XValidation:rule=`self.all(key, key.matches('^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[a-zA-Z0-9]([-a-zA-Z0-9_.]{0,61}[a-zA-Z0-9])?$'))`,message="label keys are a name of at most 63 letters, digits, dashes, underscores and dots, after a domain and a slash if you like"
	NodeSelector map[string]LabelText `json:"nodeSelector,omitempty"`

	// Affinity says which nodes and which other pods replicas are drawn to, and which pods
	// they keep away from, as in a Pod. It goes before that of the platform team, part by
	// part: nodeAffinity, podAffinity and podAntiAffinity. Default: that of the platform
	// team.
	// +optional
	Affinity *Affinity `json:"affinity,omitempty"`

	// Tolerations let replicas run on nodes that keep others away by their taints, as in
	// a Pod. Those of the platform team come in addition. Default: those of the platform
	// team.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=20
	Tolerations []Toleration `json:"tolerations,omitempty"`

	// PriorityClassName is the PriorityClass of the cluster that says which pods go
	// first where there is no room for all, as in a Pod. It must exist. Default: that of
	// the platform team, and else the cluster's.
	// +optional
	PriorityClassName ObjectName `json:"priorityClassName,omitempty"`

	// MinReadySeconds is for how many seconds a new replica must be ready before it
	// counts as available, from 0 to 3600, as in a Deployment: an update waits as long
	// before it goes on. Default: 0.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=3600
	MinReadySeconds *int32 `json:"minReadySeconds,omitempty"`

	// ProgressDeadlineSeconds is for how many seconds an update may go without progress
	// until it is said to have failed, from 1 to 86400, as in a Deployment. It must be
	// more than minReadySeconds. Default: 600, or two minutes more than probes and
	// minReadySeconds allow if that is longer.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=86400
	ProgressDeadlineSeconds *int32 `json:"progressDeadlineSeconds,omitempty"`

	// Strategy says how pods are replaced by new ones, as in a Deployment. A change
	// of it restarts none. Default: new pods first, a quarter of the replicas at a
	// time, and no old one goes before a new one is available.
	// +optional
	Strategy *DeploymentStrategy `json:"strategy,omitempty"`

	// PodDisruptionBudget says how many replicas may be missing while nodes are
	// drained. Default: from two replicas on, one at a time, where the platform
	// team has switched podDisruptionBudget on.
	// +optional
	PodDisruptionBudget *PodDisruptionBudget `json:"podDisruptionBudget,omitempty"`

	// Ingress has the WebApp reached from outside the cluster, where the platform
	// team has switched ingress on. Default: it is reached inside the cluster only.
	// +optional
	Ingress *Ingress `json:"ingress,omitempty"`

	// HTTPRoute has the WebApp reached through a Gateway, where the platform team
	// has switched httpRoute on and the cluster has the Gateway API. Default: it is
	// reached inside the cluster only.
	// +optional
	HTTPRoute *HTTPRoute `json:"httpRoute,omitempty"`

	// Metrics has Prometheus collect the metrics of the WebApp, where the platform
	// team has switched metrics on and the cluster has the Prometheus Operator.
	// Default: nobody asks for them.
	// +optional
	Metrics *Metrics `json:"metrics,omitempty"`

	// NetworkPolicy says who may talk to the pods, and to whom they may talk, where
	// the platform team has switched networkPolicy on. Default: everybody may, as
	// far as other policies of the namespace let them.
	// +optional
	NetworkPolicy *NetworkPolicy `json:"networkPolicy,omitempty"`

	// Crossplane is where Crossplane keeps what it needs to compose the WebApp,
	// such as the Composition in use. Clients keep it as they found it.
	// +optional
	Crossplane *runtime.RawExtension `json:"crossplane,omitempty"`
}

// EnvValue is the value of one environment variable: any text, up to 131072
// characters.
//
// +kubebuilder:validation:MaxLength=131072
type EnvValue = string

// An Argument is one word that the container is run with: any text, up to 131072
// characters.
//
// +kubebuilder:validation:MaxLength=131072
type Argument = string

// WebAppStatus is what there is.
type WebAppStatus struct {
	// Phase sums the WebApp up in one word. Pending: Kubernetes is at work.
	// Running: every replica you asked for runs the image and settings you asked
	// for, and is available; with autoscaling, at least minReplicas are. Failed: it cannot go on without somebody's help;
	// reason and message say why.
	// +optional
	Phase Phase `json:"phase,omitempty"`

	// Reason is one word for why the phase is what it is, for programs and
	// dashboards. docs/reference.md lists them all.
	// +optional
	Reason Reason `json:"reason,omitempty"`

	// Message says the same in a sentence, and what to do where there is
	// something to do.
	// +optional
	Message string `json:"message,omitempty"`

	// AvailableReplicas is how many replicas are ready to serve right now.
	// +optional
	AvailableReplicas int32 `json:"availableReplicas,omitempty"`

	// Replicas is how many replicas exist right now, ready or not. kubectl scale
	// and autoscalers read it.
	// +optional
	Replicas int32 `json:"replicas,omitempty"`

	// LabelSelector selects the pods of this WebApp. Autoscalers read it, and so
	// does kubectl get pods -l.
	// +optional
	LabelSelector string `json:"labelSelector,omitempty"`

	// URL is where the WebApp is reached: from outside the cluster once its Ingress, its
	// HTTPRoute or its load balancer leads in, as condition Reachable says, and else by
	// other workloads in the cluster.
	// +optional
	URL string `json:"url,omitempty"`

	// LastUpdated is when any other field of this status last changed (RFC 3339,
	// UTC).
	// +optional
	LastUpdated *metav1.Time `json:"lastUpdated,omitempty"`

	// Conditions are Crossplane's Synced and Ready, and our Accepted.
	// +optional
	// +listType=map
	// +listMapKey=type
	Conditions []metav1.Condition `json:"conditions,omitempty"`
}

// A WebAppList is a list of WebApps.
//
// +kubebuilder:object:root=true
type WebAppList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	Items []WebApp `json:"items"`
}
