package v1

import "k8s.io/apimachinery/pkg/api/resource"

// A Volume is files that the container sees at a path, and where they come from:
// exactly one of configMap, secret, emptyDir, persistentVolumeClaim, projected and
// ephemeral, as in a Pod.
//
// +kubebuilder:validation:XValidation:rule="[has(self.configMap), has(self.secret), has(self.emptyDir), has(self.persistentVolumeClaim), has(self.projected), has(self.ephemeral)].filter(set, set).size() == 1",message="set exactly one of configMap, secret, emptyDir, persistentVolumeClaim, projected and ephemeral"
type Volume struct {
	// Name of the volume, which no other volume has: lower case letters, digits and
	// dashes.
	// +required
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",message="must be lower case letters, digits and dashes, starting and ending with a letter or digit"
	Name string `json:"name"`

	// MountPath is where the container sees the files: an absolute path without a
	// colon, which no other volume has. What the image has there is hidden.
	// +required
	// +kubebuilder:validation:MaxLength=1024
	// +kubebuilder:validation:XValidation:rule="self.matches('^/[^:]+$')",message="must be an absolute path below /, without a colon"
	MountPath string `json:"mountPath"`

	// ReadOnly keeps the container from writing. Default: false; files of a
	// ConfigMap or a Secret are read-only in any case.
	// +optional
	ReadOnly *bool `json:"readOnly,omitempty"`

	// SubPath is the path within the volume of what is mounted, for a single file
	// or folder of it. A ConfigMap or Secret that changes later does not change what
	// is mounted so. Default: the whole volume.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	// +kubebuilder:validation:XValidation:rule="!self.startsWith('/') && !('/' + self + '/').contains('/../')",message="must be a relative path without .."
	SubPath string `json:"subPath,omitempty"`

	// ConfigMap is a ConfigMap of the namespace: a file for each entry. Files follow
	// when it changes, within a minute or so.
	// +optional
	ConfigMap *ConfigMapVolume `json:"configMap,omitempty"`

	// Secret is a Secret of the namespace: a file for each entry. Files follow when
	// it changes, within a minute or so.
	// +optional
	Secret *SecretVolume `json:"secret,omitempty"`

	// EmptyDir is a folder that is empty when a pod starts, that its container may
	// write to, and that is gone with the pod. For all defaults, write {}.
	// +optional
	EmptyDir *EmptyDirVolume `json:"emptyDir,omitempty"`

	// PersistentVolumeClaim is a volume that outlives the pods. All replicas share
	// it. If its access mode is ReadWriteOnce, they must be on one node, and if it is
	// ReadWriteOncePod, there can be one only, and strategy must be Recreate.
	// +optional
	PersistentVolumeClaim *PersistentVolumeClaimVolume `json:"persistentVolumeClaim,omitempty"`

	// Projected is several sources in one folder.
	// +optional
	Projected *ProjectedVolume `json:"projected,omitempty"`

	// Ephemeral is a volume that each pod has for itself: it is empty when the pod is
	// made, and gone with it. It is for more room than nodes have, where a StorageClass
	// makes volumes on demand.
	// +optional
	Ephemeral *EphemeralVolume `json:"ephemeral,omitempty"`
}

// An EphemeralVolume is a volume that each pod has for itself.
type EphemeralVolume struct {
	// VolumeClaimTemplate is what the PersistentVolumeClaim is like that is made with each
	// pod. It is called as the pod and then the volume: <pod>-<volume>.
	// +required
	VolumeClaimTemplate VolumeClaimTemplate `json:"volumeClaimTemplate"`
}

// A VolumeClaimTemplate is what a PersistentVolumeClaim is like.
type VolumeClaimTemplate struct {
	// Spec is what it asks for.
	// +required
	Spec VolumeClaimSpec `json:"spec"`
}

// A VolumeClaimSpec is what a PersistentVolumeClaim asks for.
//
// +kubebuilder:validation:XValidation:rule="size(self.accessModes) == 1 || !('ReadWriteOncePod' in self.accessModes)",message="may be ReadWriteOncePod alone",fieldPath=".accessModes"
type VolumeClaimSpec struct {
	// AccessModes are how the volume may be mounted. ReadWriteOnce is what nearly every
	// StorageClass has.
	// +required
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=4
	AccessModes []AccessMode `json:"accessModes"`

	// StorageClassName is the StorageClass of the cluster that makes the volume. Default:
	// the cluster's default.
	// +optional
	StorageClassName ObjectName `json:"storageClassName,omitempty"`

	// Resources say how large it is.
	// +required
	Resources VolumeClaimResources `json:"resources"`

	// VolumeMode is Filesystem.
	// +optional
	// +kubebuilder:validation:Enum=Filesystem
	VolumeMode string `json:"volumeMode,omitempty"`
}

// An AccessMode is how a volume may be mounted.
//
// +kubebuilder:validation:Enum=ReadWriteOnce;ReadWriteOncePod;ReadWriteMany;ReadOnlyMany
type AccessMode = string

// VolumeClaimResources say how large a volume is.
type VolumeClaimResources struct {
	// Requests are what the volume has at least.
	// +required
	Requests VolumeClaimRequests `json:"requests"`
}

// VolumeClaimRequests are what a volume has at least.
type VolumeClaimRequests struct {
	// Storage is its size, for example 10Gi.
	// +required
	Storage resource.Quantity `json:"storage"`
}

// A ConfigMapVolume is the entries of a ConfigMap as files.
type ConfigMapVolume struct {
	ConfigMapProjection `json:",inline"`

	// DefaultMode is the permissions of the files, for example 0440. Default: 0644.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=511
	DefaultMode *int32 `json:"defaultMode,omitempty"`
}

// A SecretVolume is the entries of a Secret as files.
type SecretVolume struct {
	// SecretName is the name of the Secret.
	// +required
	SecretName ObjectName `json:"secretName"`

	// Items are the entries to take, and the files that they become. Default: all
	// of them, each as a file of its name.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=50
	Items []KeyToPath `json:"items,omitempty"`

	// Optional lets pods start while there is no such Secret. Default: false, and
	// pods wait for it.
	// +optional
	Optional *bool `json:"optional,omitempty"`

	// DefaultMode is the permissions of the files, for example 0440. Default: 0644.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=511
	DefaultMode *int32 `json:"defaultMode,omitempty"`
}

// A KeyToPath is an entry of a ConfigMap or a Secret, and the file it becomes.
type KeyToPath struct {
	// Key of the entry.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Key string `json:"key"`

	// Path of the file within the volume.
	// +required
	Path FilePath `json:"path"`

	// Mode is the permissions of the file. Default: those of the volume.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=511
	Mode *int32 `json:"mode,omitempty"`
}

// A FilePath is the path of a file within a volume: relative, without .. and not
// beginning with two dots.
//
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=253
// +kubebuilder:validation:XValidation:rule="!self.startsWith('/') && !self.startsWith('..') && !(self + '/').contains('/../')",message="must be a relative path without .."
type FilePath = string

// An EmptyDirVolume is a folder that is empty when a pod starts.
type EmptyDirVolume struct {
	// Medium is where it is: Memory for the node's memory, which then counts as the
	// container's. Default: the node's disk.
	// +optional
	// +kubebuilder:validation:Enum="";Memory
	Medium string `json:"medium,omitempty"`

	// SizeLimit is how large it may grow, for example 64Mi. A pod that writes more is
	// replaced. Default: no limit.
	// +optional
	SizeLimit *resource.Quantity `json:"sizeLimit,omitempty"`
}

// A PersistentVolumeClaimVolume is the volume of a PersistentVolumeClaim.
type PersistentVolumeClaimVolume struct {
	// ClaimName is the name of a PersistentVolumeClaim of the namespace.
	// +required
	ClaimName ObjectName `json:"claimName"`

	// ReadOnly attaches the volume for reading only. Default: false.
	// +optional
	ReadOnly *bool `json:"readOnly,omitempty"`
}

// A ProjectedVolume is several sources in one folder.
type ProjectedVolume struct {
	// Sources are where the files come from.
	// +required
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=10
	Sources []VolumeProjection `json:"sources"`

	// DefaultMode is the permissions of the files, for example 0440. Default: 0644.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=511
	DefaultMode *int32 `json:"defaultMode,omitempty"`
}

// A VolumeProjection is where files of a projected volume come from: exactly one of
// configMap, secret, serviceAccountToken and downwardAPI.
//
// +kubebuilder:validation:XValidation:rule="[has(self.configMap), has(self.secret), has(self.serviceAccountToken), has(self.downwardAPI)].filter(set, set).size() == 1",message="set exactly one of configMap, secret, serviceAccountToken and downwardAPI"
type VolumeProjection struct {
	// ConfigMap is a ConfigMap of the namespace: a file for each entry.
	// +optional
	ConfigMap *ConfigMapProjection `json:"configMap,omitempty"`

	// Secret is a Secret of the namespace: a file for each entry.
	// +optional
	Secret *SecretProjection `json:"secret,omitempty"`

	// ServiceAccountToken is a token of the pod's service account, for those who ask
	// who it is: a cloud, or the API server. It is renewed before it ends.
	// +optional
	ServiceAccountToken *ServiceAccountTokenProjection `json:"serviceAccountToken,omitempty"`

	// DownwardAPI is what Kubernetes knows of the pod.
	// +optional
	DownwardAPI *DownwardAPIProjection `json:"downwardAPI,omitempty"`
}

// A ConfigMapProjection is entries of a ConfigMap as files.
type ConfigMapProjection struct {
	// Name of the ConfigMap.
	// +required
	Name ObjectName `json:"name"`

	// Items are the entries to take, and the files that they become. Default: all
	// of them, each as a file of its name.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=50
	Items []KeyToPath `json:"items,omitempty"`

	// Optional lets pods start while there is no such ConfigMap. Default: false, and
	// pods wait for it.
	// +optional
	Optional *bool `json:"optional,omitempty"`
}

// A SecretProjection is entries of a Secret as files.
type SecretProjection struct {
	// Name of the Secret.
	// +required
	Name ObjectName `json:"name"`

	// Items are the entries to take, and the files that they become. Default: all
	// of them, each as a file of its name.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=50
	Items []KeyToPath `json:"items,omitempty"`

	// Optional lets pods start while there is no such Secret. Default: false, and
	// pods wait for it.
	// +optional
	Optional *bool `json:"optional,omitempty"`
}

// A ServiceAccountTokenProjection is a token of the pod's service account.
type ServiceAccountTokenProjection struct {
	// Audience is who the token is for. Default: the API server.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	Audience string `json:"audience,omitempty"`

	// ExpirationSeconds is for how long the token holds, at least 600. It is renewed
	// after 80 percent of that. Default: 3600.
	// +optional
	// +kubebuilder:validation:Minimum=600
	// +kubebuilder:validation:Maximum=4294967296
	ExpirationSeconds *int64 `json:"expirationSeconds,omitempty"`

	// Path of the file within the volume.
	// +required
	Path FilePath `json:"path"`
}

// A DownwardAPIProjection is what Kubernetes knows of the pod, as files.
type DownwardAPIProjection struct {
	// Items are the files.
	// +required
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=50
	Items []DownwardAPIFile `json:"items"`
}

// A DownwardAPIFile is a file with a field of the pod.
type DownwardAPIFile struct {
	// Path of the file within the volume.
	// +required
	Path FilePath `json:"path"`

	// FieldRef is the field.
	// +required
	FieldRef ObjectFieldSelector `json:"fieldRef"`

	// Mode is the permissions of the file. Default: those of the volume.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=511
	Mode *int32 `json:"mode,omitempty"`
}

// An ObjectFieldSelector is a field of the pod.
type ObjectFieldSelector struct {
	// FieldPath is metadata.name, metadata.namespace, metadata.uid, metadata.labels,
	// metadata.annotations, or one of the last two with a key: metadata.labels['app'].
	// +required
	// +kubebuilder:validation:MaxLength=512
	// +kubebuilder:validation:Pattern=`^metadata\.(name|namespace|uid|(labels|annotations)(\['[^']+'\])?)$`
	FieldPath string `json:"fieldPath"`
}
