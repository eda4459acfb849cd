package v1

// An InitContainer is a container that must be done before the application starts, or,
// with restartPolicy Always, one that runs beside it, as in a Pod. It shares the pod's
// network and volumes with the application, and is as safe by default.
//
// +kubebuilder:validation:XValidation:rule="has(self.restartPolicy) || !(has(self.startupProbe) || has(self.readinessProbe) || has(self.livenessProbe))",message="probes are for containers with restartPolicy Always: the others are done before anybody asks"
// +kubebuilder:validation:XValidation:rule="!has(self.startupProbe) || has(self.startupProbe.exec) || (has(self.startupProbe.grpc) && has(self.startupProbe.grpc.port)) || (has(self.startupProbe.httpGet) && has(self.startupProbe.httpGet.port) && type(self.startupProbe.httpGet.port) == int) || (has(self.startupProbe.tcpSocket) && has(self.startupProbe.tcpSocket.port) && type(self.startupProbe.tcpSocket.port) == int)",message="say how to ask, and on which port, by its number: spec.port is the application's",fieldPath=".startupProbe"
// +kubebuilder:validation:XValidation:rule="!has(self.readinessProbe) || has(self.readinessProbe.exec) || (has(self.readinessProbe.grpc) && has(self.readinessProbe.grpc.port)) || (has(self.readinessProbe.httpGet) && has(self.readinessProbe.httpGet.port) && type(self.readinessProbe.httpGet.port) == int) || (has(self.readinessProbe.tcpSocket) && has(self.readinessProbe.tcpSocket.port) && type(self.readinessProbe.tcpSocket.port) == int)",message="say how to ask, and on which port, by its number: spec.port is the application's",fieldPath=".readinessProbe"
// +kubebuilder:validation:XValidation:rule="!has(self.livenessProbe) || has(self.livenessProbe.exec) || (has(self.livenessProbe.grpc) && has(self.livenessProbe.grpc.port)) || (has(self.livenessProbe.httpGet) && has(self.livenessProbe.httpGet.port) && type(self.livenessProbe.httpGet.port) == int) || (has(self.livenessProbe.tcpSocket) && has(self.livenessProbe.tcpSocket.port) && type(self.livenessProbe.tcpSocket.port) == int)",message="say how to ask, and on which port, by its number: spec.port is the application's",fieldPath=".livenessProbe"
// +kubebuilder:validation:XValidation:rule="!has(self.secretEnv) || !has(self.env) || !self.secretEnv.exists(name, name in self.env)",message="a variable is in env and in secretEnv: remove it from one of them",fieldPath=".secretEnv"
// +kubebuilder:validation:XValidation:rule="!has(self.configEnv) || !((has(self.env) && self.configEnv.exists(name, name in self.env)) || (has(self.secretEnv) && self.configEnv.exists(name, name in self.secretEnv)))",message="a variable is in configEnv, and in env or secretEnv: remove it from one of them",fieldPath=".configEnv"
// +kubebuilder:validation:XValidation:rule="!has(self.fieldEnv) || !((has(self.env) && self.fieldEnv.exists(name, name in self.env)) || (has(self.secretEnv) && self.fieldEnv.exists(name, name in self.secretEnv)) || (has(self.configEnv) && self.fieldEnv.exists(name, name in self.configEnv)))",message="a variable is in fieldEnv, and in env, secretEnv or configEnv: remove it from one of them",fieldPath=".fieldEnv"
type InitContainer struct {
	// Name of the container, which no other container of the pod has: lower case
	// letters, digits and dashes. The application's is app.
	// +required
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",message="must be lower case letters, digits and dashes, starting and ending with a letter or digit"
	// +kubebuilder:validation:XValidation:rule="self != 'app'",message="app is the application's container"
	Name string `json:"name"`

	// Image is the container image to run, as in a Pod. Default: the application's,
	// which often has the program for its migrations, too.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1024
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^(?:(?:[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?(?:[.][a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*(?::[a-zA-Z0-9_][-a-zA-Z0-9_.]{0,127})?(?:@[a-zA-Z][a-zA-Z0-9]*(?:[-_+.][a-zA-Z][a-zA-Z0-9]*)*:[a-fA-F0-9]{32,})?$')`,message="must be an image reference such as nginx:1.27, registry.acme.com:5000/team/shop:v3 or ghcr.io/acme/shop@sha256:…; repository names are lower case and there is no https://"
	Image string `json:"image,omitempty"`

	// RestartPolicy is Always for a container that runs beside the application: it starts
	// before it, is started again when it ends, and goes after it. Such a container needs
	// Kubernetes 1.29. Without it, the container must end with exit code 0 before the
	// next one starts, and the application last.
	// +optional
	// +kubebuilder:validation:Enum=Always
	RestartPolicy string `json:"restartPolicy,omitempty"`

	// Command is what the container runs instead of the image's entrypoint, as in a
	// Pod. Default: the image's.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=1000
	Command []Argument `json:"command,omitempty"`

	// Args are the arguments of the command, or of the image's entrypoint, as in a Pod.
	// Default: the image's.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=1000
	Args []Argument `json:"args,omitempty"`

	// Env is the environment of the container, name to value, as spec.env is the
	// application's. It does not have the application's. Anyone who may read the WebApp
	// can read it: do not put passwords here.
	// +optional
	// +kubebuilder:validation:MaxProperties=50
	// +kubebuilder:validation:XValidation:rule="self.all(name, name.matches('^[ -<>-~]+$'))",message="environment variable names must not be empty and may hold printable ASCII characters other than ="
	Env map[string]EnvValue `json:"env,omitempty"`

	// SecretEnv are environment variables from Secrets of the namespace, as spec.secretEnv
	// has them.
	// +optional
	// +kubebuilder:validation:MaxProperties=50
	// +kubebuilder:validation:XValidation:rule="self.all(name, name.matches('^[ -<>-~]+$'))",message="environment variable names must not be empty and may hold printable ASCII characters other than ="
	SecretEnv map[string]SecretKeySelector `json:"secretEnv,omitempty"`

	// ConfigEnv are environment variables from ConfigMaps of the namespace, as
	// spec.configEnv has them.
	// +optional
	// +kubebuilder:validation:MaxProperties=50
	// +kubebuilder:validation:XValidation:rule="self.all(name, name.matches('^[ -<>-~]+$'))",message="environment variable names must not be empty and may hold printable ASCII characters other than ="
	ConfigEnv map[string]ConfigMapKeySelector `json:"configEnv,omitempty"`

	// FieldEnv are environment variables with what Kubernetes knows of the pod, as
	// spec.fieldEnv has them.
	// +optional
	// +kubebuilder:validation:MaxProperties=50
	// +kubebuilder:validation:XValidation:rule="self.all(name, name.matches('^[ -<>-~]+$'))",message="environment variable names must not be empty and may hold printable ASCII characters other than ="
	FieldEnv map[string]EnvField `json:"fieldEnv,omitempty"`

	// EnvFrom are ConfigMaps and Secrets of the namespace whose entries all become
	// environment variables, as in a Pod.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=50
	EnvFrom []EnvFromSource `json:"envFrom,omitempty"`

	// Resources are what the container is given of a node, as in a Pod. Default, for each
	// of them: what the platform team set for the application.
	// +optional
	Resources *Resources `json:"resources,omitempty"`

	// VolumeMounts say which volumes of spec.volumes the container sees, and where.
	// Default: none.
	// +optional
	// +listType=map
	// +listMapKey=mountPath
	// +kubebuilder:validation:MaxItems=20
	VolumeMounts []VolumeMount `json:"volumeMounts,omitempty"`

	// StartupProbe says when what comes next may start: when the probe has found this
	// container well once. When it has not after failureThreshold times periodSeconds, the
	// container is stopped and started again. Default: when it runs.
	// +optional
	StartupProbe *RestartProbe `json:"startupProbe,omitempty"`

	// ReadinessProbe says when the container is ready: a replica gets traffic while all of
	// its containers are. Default: while it runs.
	// +optional
	ReadinessProbe *SidecarReadinessProbe `json:"readinessProbe,omitempty"`

	// LivenessProbe says when the container is stopped and started again: when the probe
	// finds it ill. Default: none.
	// +optional
	LivenessProbe *RestartProbe `json:"livenessProbe,omitempty"`

	// SecurityContext says what the container may do, as in a Pod. Default: what Pod
	// Security's restricted profile allows, which is safe, and what spec.securityContext
	// says of the whole pod, such as runAsUser and fsGroup.
	// +optional
	SecurityContext *ContainerSecurityContext `json:"securityContext,omitempty"`
}

// A VolumeMount says where a container sees a volume.
type VolumeMount struct {
	// Name of the volume in spec.volumes.
	// +required
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",message="must be lower case letters, digits and dashes, starting and ending with a letter or digit"
	Name string `json:"name"`

	// MountPath is where the container sees the files: an absolute path without a
	// colon, at which it sees no other volume.
	// +required
	// +kubebuilder:validation:MaxLength=1024
	// +kubebuilder:validation:XValidation:rule="self.matches('^/[^:]+$')",message="must be an absolute path below /, without a colon"
	MountPath string `json:"mountPath"`

	// ReadOnly keeps the container from writing. Default: false; files of a ConfigMap or
	// a Secret are read-only in any case.
	// +optional
	ReadOnly *bool `json:"readOnly,omitempty"`

	// SubPath is the path within the volume of what is mounted. Default: the whole
	// volume.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	// +kubebuilder:validation:XValidation:rule="!self.startsWith('/') && !('/' + self + '/').contains('/../')",message="must be a relative path without .."
	SubPath string `json:"subPath,omitempty"`
}

// A SidecarReadinessProbe says when a container beside the application is ready. Of its
// port it says the number.
type SidecarReadinessProbe struct {
	Probe `json:",inline"`

	// SuccessThreshold is how many good answers in a row count after a bad one.
	// Default: 1.
	// +optional
	// +kubebuilder:validation:Minimum=1
	SuccessThreshold *int32 `json:"successThreshold,omitempty"`
}

// A ContainerSecurityContext says what a container may do, as in a Pod. Each field that
// is not set here has its safe default, or what the whole pod has.
//
// +kubebuilder:validation:XValidation:rule="!has(self.runAsUser) || self.runAsUser != 0 || (has(self.runAsNonRoot) && !self.runAsNonRoot)",message="0 is root: set runAsNonRoot to false, too",fieldPath=".runAsUser"
type ContainerSecurityContext struct {
	// RunAsUser is the ID of the user that the container runs as. Default: the pod's, and
	// else the image's.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=2147483647
	RunAsUser *int64 `json:"runAsUser,omitempty"`

	// RunAsGroup is the ID of its group. Default: the pod's, and else the image's.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=2147483647
	RunAsGroup *int64 `json:"runAsGroup,omitempty"`

	// RunAsNonRoot refuses to run the container as root. False is for images that need
	// root; a namespace that enforces Pod Security's restricted profile refuses their
	// pods, and reason AdmissionRefused says so. Default: the pod's, which is true unless
	// spec.securityContext says otherwise.
	// +optional
	RunAsNonRoot *bool `json:"runAsNonRoot,omitempty"`

	// ReadOnlyRootFilesystem keeps the container from writing to what came with its
	// image. To write to /tmp, it must mount a volume there. Default: false.
	// +optional
	ReadOnlyRootFilesystem *bool `json:"readOnlyRootFilesystem,omitempty"`

	// SeccompProfile says which calls of the kernel the container may use. Default: the
	// pod's, which is RuntimeDefault unless spec.securityContext says otherwise.
	// +optional
	SeccompProfile *SeccompProfile `json:"seccompProfile,omitempty"`

	// Capabilities are what of root's rights the container has. Default: none.
	// +optional
	Capabilities *Capabilities `json:"capabilities,omitempty"`

	// AllowPrivilegeEscalation lets programs such as sudo have more rights than who
	// starts them. A namespace that enforces Pod Security's restricted profile refuses
	// such pods. Default: false.
	// +optional
	AllowPrivilegeEscalation *bool `json:"allowPrivilegeEscalation,omitempty"`
}
