package v1

// A Phase sums a WebApp up in one word.
//
// +kubebuilder:validation:Enum=Pending;Running;Failed
type Phase string

const (
	// PhasePending means that Kubernetes is at work on what was asked for.
	PhasePending Phase = "Pending"
	// PhaseRunning means that every replica asked for is up to date and
	// available.
	PhaseRunning Phase = "Running"
	// PhaseFailed means that Kubernetes cannot go on by itself.
	PhaseFailed Phase = "Failed"
)

// A Reason is one word for why a WebApp is in its phase. Reasons are API:
// programs match on them, so none is ever renamed.
type Reason string

// Reasons of phase Pending.
const (
	// ReasonCreating means that the Deployment does not exist yet, or that
	// Kubernetes has not acted on it for the first time.
	ReasonCreating Reason = "Creating"
	// ReasonUpdating means that changed pods are being written to the
	// Deployment: another image, port or environment, other defaults of the
	// platform team, or what a new version of the function sets.
	ReasonUpdating Reason = "Updating"
	// ReasonScaling means that a changed number of replicas is being written to
	// the Deployment.
	ReasonScaling Reason = "Scaling"
	// ReasonRollingOut means that pods are being started or replaced.
	ReasonRollingOut Reason = "RollingOut"
	// ReasonReplicasUnavailable means that the rollout is done, but that fewer
	// replicas are available than were asked for, or that an autoscaler asks for
	// fewer than minReplicas.
	ReasonReplicasUnavailable Reason = "ReplicasUnavailable"
	// ReasonPaused means that somebody paused the Deployment's rollout. As long as
	// pods of an older template are left, nothing else is told.
	ReasonPaused Reason = "Paused"
	// ReasonTerminating means that somebody deleted the Deployment, or that a
	// child of an earlier WebApp of the same name is not gone yet. It is created
	// again as soon as it is.
	ReasonTerminating Reason = "Terminating"
	// ReasonTakingOver means that pods are being started, and that objects which
	// have consented to it are taken over when the phase is Running. Until then they
	// lead where they did.
	ReasonTakingOver Reason = "TakingOver"
)

// Reasons of phase Running.
const (
	// ReasonAvailable means that every replica is up to date and available; with
	// autoscaling, at least minReplicas are, even if no more are let in.
	ReasonAvailable Reason = "Available"
)

// Reasons of phase Failed.
const (
	// ReasonNameConflict means that an object of the same name exists that this
	// WebApp does not own and may not take over. It is left alone, and nothing new is
	// created until the name is free or the object consents and fits.
	ReasonNameConflict Reason = "NameConflict"
	// ReasonProgressDeadlineExceeded means that a rollout made no progress for
	// the Deployment's progress deadline: ten minutes, or two more than its probes
	// allow if that is longer.
	ReasonProgressDeadlineExceeded Reason = "ProgressDeadlineExceeded"
	// ReasonQuotaExceeded means that a ResourceQuota of the namespace forbids
	// more pods.
	ReasonQuotaExceeded Reason = "QuotaExceeded"
	// ReasonAdmissionRefused means that an admission check of the cluster, for
	// example Pod Security, refuses the pods. For the first two minutes of one that
	// does not answer, the phase is Pending.
	ReasonAdmissionRefused Reason = "AdmissionRefused"
	// ReasonReplicaFailure means that pods cannot be created or deleted for any
	// other cause; the message has Kubernetes' words. For the first two minutes of
	// what may heal, the phase is Pending.
	ReasonReplicaFailure Reason = "ReplicaFailure"
)

// Reasons of phase Failed that pods tell, where the platform team has them looked at
// (diagnostics in the function's input). If there are several, it is the first of
// these, and what cannot heal comes before what may. The message names one of the pods.
const (
	// ReasonImagePullError means that the image of a container cannot be pulled. For
	// the first two minutes of what a registry or the network may heal, the phase is
	// Pending.
	ReasonImagePullError Reason = "ImagePullError"
	// ReasonConfigError means that a container cannot be created: a Secret, a
	// ConfigMap or a key of one is missing, or the image runs as root. For the first
	// two minutes of what may heal, the phase is Pending.
	ReasonConfigError Reason = "ConfigError"
	// ReasonOOMKilled means that a container ran out of memory and was killed.
	ReasonOOMKilled Reason = "OOMKilled"
	// ReasonCrashLoop means that a container stops each time it is started. It
	// stays until one has run for twice as long as the last time, for a minute at
	// least and ten at most.
	ReasonCrashLoop Reason = "CrashLoop"
	// ReasonUnschedulable means that no node takes a pod. For the first two minutes,
	// in which nodes may be added, the phase is Pending.
	ReasonUnschedulable Reason = "Unschedulable"
	// ReasonEvicted means that a node stopped a pod for want of memory, disk or
	// process IDs in the last ten minutes, and that its successor does not serve yet. The
	// phase is Pending, and Failed if one that took the place of another was evicted, too.
	ReasonEvicted Reason = "Evicted"
	// ReasonContainerCreating means that a pod is on its node, and that none of its
	// containers has been begun for two minutes: it waits for its volumes, its image or
	// its network; or that they wait for one before them, which is not done. The phase is
	// Pending until the Deployment's deadline.
	ReasonContainerCreating Reason = "ContainerCreating"
	// ReasonProbeFailing means that a container runs, and has not been ready for two
	// minutes, or for as long as its probes allow if that is longer.
	ReasonProbeFailing Reason = "ProbeFailing"
)

// ConditionAccepted says whether the WebApp can be acted on: its spec and the
// platform's input are valid, and no other object stands in its way. It and
// ConditionReachable are ours; Synced and Ready are Crossplane's.
const ConditionAccepted = "Accepted"

// Reasons of condition Accepted. It takes ReasonNameConflict and
// ReasonTerminating too.
const (
	// ReasonFeatureOff means that the WebApp asks for something that the platform
	// team has not switched on. Everything else works.
	ReasonFeatureOff Reason = "FeatureOff"
	// ReasonFeatureNotGranted means that the platform team has switched something
	// on that Crossplane has no rights for. Everything else works.
	ReasonFeatureNotGranted Reason = "FeatureNotGranted"
	// ReasonFeatureNotInstalled means that the platform team has switched something
	// on that is made of a kind that the cluster does not know, or of which an old
	// Crossplane cannot tell. Everything else works.
	ReasonFeatureNotInstalled Reason = "FeatureNotInstalled"
	// ReasonAccepted means that the WebApp is being acted on.
	ReasonAccepted Reason = "Accepted"
	// ReasonInvalidSpec means that the WebApp has a field that cannot be acted
	// on. Nothing is changed until it is corrected.
	ReasonInvalidSpec Reason = "InvalidSpec"
	// ReasonPolicyViolation means that the WebApp goes beyond what the platform
	// team allows. Nothing is changed until it does not, and what runs goes on
	// running.
	ReasonPolicyViolation Reason = "PolicyViolation"
	// ReasonInvalidInput means that the platform team's input in the Composition
	// is wrong. Nothing is changed until it is corrected.
	ReasonInvalidInput Reason = "InvalidInput"
	// ReasonInvalidDefaults means that the defaults of the WebApp's namespace,
	// ConfigMap webapp-defaults, are wrong. Nothing is changed until they are
	// corrected.
	ReasonInvalidDefaults Reason = "InvalidDefaults"
	// ReasonInvalidRequest means that Crossplane, or an earlier step of the
	// pipeline, sent something that cannot be acted on.
	ReasonInvalidRequest Reason = "InvalidRequest"
	// ReasonInternalError means that the function has a bug. Nothing is changed.
	ReasonInternalError Reason = "InternalError"
)

// ConditionReachable says whether a WebApp that is to be reached from outside the cluster
// is: by its Ingress, its HTTPRoute or its Service, as those who serve them say. A WebApp
// without any of them does not have it. Its phase is about its pods.
const ConditionReachable = "Reachable"

// Reasons of condition Reachable.
const (
	// ReasonReachable means that every way in has an address, or is accepted by its
	// Gateway. The URL is then that of outside.
	ReasonReachable Reason = "Reachable"
	// ReasonNoAddress means that nobody has given the Ingress, or the Service that is a
	// load balancer, an address. Some controllers of Ingresses never do.
	ReasonNoAddress Reason = "NoAddress"
	// ReasonNotAccepted means that a Gateway does not accept the HTTPRoute, or says
	// nothing of it.
	ReasonNotAccepted Reason = "NotAccepted"
	// ReasonRefsNotResolved means that a Gateway does not find what the HTTPRoute refers
	// to.
	ReasonRefsNotResolved Reason = "RefsNotResolved"
	// ReasonInsideOnly means that the WebApp is not to be reached from outside any more.
	ReasonInsideOnly Reason = "InsideOnly"
)
