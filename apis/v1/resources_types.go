package v1

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// Resources are what a replica is given of a node, as in a Pod. What is not named
// here is as the platform team set it for all WebApps.
type Resources struct {
	// Requests are what a node sets aside for each replica, for example cpu: 100m
	// and memory: 128Mi. A replica runs where so much is free. A limit that the
	// platform team set and that is lower is raised to the request.
	// +optional
	Requests ResourceList `json:"requests,omitempty"`

	// Limits are what a replica may not exceed. Beyond its CPU it is slowed down,
	// beyond its memory it is stopped and started again. A request that the
	// platform team set and that is higher is lowered to the limit.
	// +optional
	Limits ResourceList `json:"limits,omitempty"`
}

// A ResourceList says how much of what: of cpu, memory, ephemeral-storage,
// hugepages-<size> or what plugins of a node offer, such as nvidia.com/gpu. 100m
// of CPU are a tenth of a processor, 128Mi of memory are 128 times 1024 times 1024
// bytes. Put numbers with a point in quotes.
//
// +kubebuilder:validation:MaxProperties=20
// +kubebuilder:validation:XValidation:rule="self.all(name, name in ['cpu', 'memory', 'ephemeral-storage'] || name.startsWith('hugepages-') || name.contains('/'))",message="resources are cpu, memory, ephemeral-storage, hugepages-<size> and <domain>/<name>"
type ResourceList map[corev1.ResourceName]resource.Quantity
