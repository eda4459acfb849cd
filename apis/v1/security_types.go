package v1

// A SecurityContext says what the replicas may do, as in a Pod: what a Pod has for
// itself and what it has for its container, in one. Each field that is not set
// here has its safe default.
//
// +kubebuilder:validation:XValidation:rule="!has(self.runAsUser) || self.runAsUser != 0 || (has(self.runAsNonRoot) && !self.runAsNonRoot)",message="0 is root: set runAsNonRoot to false, too",fieldPath=".runAsUser"
type SecurityContext struct {
	// RunAsUser is the ID of the user that the container runs as. Default: the
	// image's.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=2147483647
	RunAsUser *int64 `json:"runAsUser,omitempty"`

	// RunAsGroup is the ID of its group. Default: the image's.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=2147483647
	RunAsGroup *int64 `json:"runAsGroup,omitempty"`

	// RunAsNonRoot refuses to run a container as root. False is for images that
	// need root; a namespace that enforces Pod Security's restricted profile
	// refuses their pods, and reason AdmissionRefused says so. Default: true.
	// +optional
	RunAsNonRoot *bool `json:"runAsNonRoot,omitempty"`

	// ReadOnlyRootFilesystem keeps the container from writing to what came with
	// its image. It may write to /tmp, which is an empty volume unless you mount
	// another. Default: false.
	// +optional
	ReadOnlyRootFilesystem *bool `json:"readOnlyRootFilesystem,omitempty"`

	// FSGroup is the ID of a group that the container is in, and that volumes
	// belong to. Default: none.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=2147483647
	FSGroup *int64 `json:"fsGroup,omitempty"`

	// FSGroupChangePolicy says when volumes are given to fsGroup: Always, or
	// OnRootMismatch, which is faster where there are many files. Default: Always.
	// +optional
	// +kubebuilder:validation:Enum=OnRootMismatch;Always
	FSGroupChangePolicy string `json:"fsGroupChangePolicy,omitempty"`

	// SupplementalGroups are the IDs of more groups that the container is in.
	// Default: the image's.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=32
	SupplementalGroups []GroupID `json:"supplementalGroups,omitempty"`

	// SeccompProfile says which calls of the kernel the container may use.
	// Default: RuntimeDefault.
	// +optional
	SeccompProfile *SeccompProfile `json:"seccompProfile,omitempty"`

	// Capabilities are what of root's rights the container has. Default: none.
	// +optional
	Capabilities *Capabilities `json:"capabilities,omitempty"`

	// AllowPrivilegeEscalation lets programs such as sudo have more rights than who
	// starts them. A namespace that enforces Pod Security's restricted profile
	// refuses such pods. Default: false.
	// +optional
	AllowPrivilegeEscalation *bool `json:"allowPrivilegeEscalation,omitempty"`
}

// A GroupID is the number of a group.
//
// +kubebuilder:validation:Minimum=0
// +kubebuilder:validation:Maximum=2147483647
type GroupID = int64

// A SeccompProfile says which calls of the kernel a container may use.
//
// +kubebuilder:validation:XValidation:rule="(self.type == 'Localhost') == has(self.localhostProfile)",message="is for type Localhost, which needs it",fieldPath=".localhostProfile"
type SeccompProfile struct {
	// Type is RuntimeDefault, which is the profile of the container runtime, or
	// Localhost, which is a file on the node.
	// +required
	// +kubebuilder:validation:Enum=RuntimeDefault;Localhost
	Type string `json:"type"`

	// LocalhostProfile is the path of the file below the kubelet's folder for
	// profiles.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1024
	// +kubebuilder:validation:XValidation:rule="!self.startsWith('/') && !self.matches('(^|/)[.][.](/|$)')",message="must be a path below the kubelet's folder for profiles, without .."
	LocalhostProfile string `json:"localhostProfile,omitempty"`
}

// Capabilities are rights of root that a container has or does not have.
type Capabilities struct {
	// Add gives the container capabilities: NET_BIND_SERVICE, with which it may
	// listen on ports below 1024. Default: none.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=1
	Add []AddedCapability `json:"add,omitempty"`

	// Drop takes capabilities away that the container runtime would give. A
	// namespace that enforces Pod Security's restricted profile refuses pods that
	// do not drop ALL. Default: ALL.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=50
	Drop []DroppedCapability `json:"drop,omitempty"`
}

// An AddedCapability is one that Pod Security's restricted profile allows.
//
// +kubebuilder:validation:Enum=NET_BIND_SERVICE
type AddedCapability = string

// A DroppedCapability is one of capabilities(7), without CAP_, or ALL.
//
// +kubebuilder:validation:MaxLength=64
// +kubebuilder:validation:XValidation:rule="self.matches('^[A-Z_]+$')",message="must be the name of a capability, such as NET_RAW, or ALL: upper case, without CAP_"
type DroppedCapability = string
