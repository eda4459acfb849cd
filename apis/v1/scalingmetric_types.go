package v1

import "k8s.io/apimachinery/pkg/api/resource"

// A ScalingMetric is what an autoscaler follows: exactly that of resource,
// containerResource, pods, object and external which type names. Resource and
// ContainerResource need a metrics server in the cluster, and the others an adapter of
// the monitoring system, which serves such metrics to Kubernetes.
//
// +kubebuilder:validation:XValidation:rule="[has(self.resource), has(self.containerResource), has(self.pods), has(self.object), has(self.external)].filter(set, set).size() == 1 && (self.type == 'Resource' ? has(self.resource) : self.type == 'ContainerResource' ? has(self.containerResource) : self.type == 'Pods' ? has(self.pods) : self.type == 'Object' ? has(self.object) : has(self.external))",message="set exactly that of resource, containerResource, pods, object and external which type names"
type ScalingMetric struct {
	// Type is Resource, ContainerResource, Pods, Object or External.
	// +required
	// +kubebuilder:validation:Enum=Resource;ContainerResource;Pods;Object;External
	Type string `json:"type"`

	// Resource is what all containers of a replica use of CPU or memory, on average over
	// the replicas.
	// +optional
	Resource *ResourceMetric `json:"resource,omitempty"`

	// ContainerResource is what one container of a replica uses of CPU or memory, on
	// average over the replicas: app, which runs the image, or another that somebody has
	// added to the pods. It needs Kubernetes 1.30.
	// +optional
	ContainerResource *ContainerResourceMetric `json:"containerResource,omitempty"`

	// Pods is a metric of the replicas, such as requests per second, on average over
	// them.
	// +optional
	Pods *PodsMetric `json:"pods,omitempty"`

	// Object is a metric of an object of the namespace, such as the requests that arrive
	// at an Ingress.
	// +optional
	Object *ObjectMetric `json:"object,omitempty"`

	// External is a metric of something outside the cluster, such as the length of a
	// queue.
	// +optional
	External *ExternalMetric `json:"external,omitempty"`
}

// A ResourceMetric is what all containers of a replica use of a resource.
//
// +kubebuilder:validation:XValidation:rule="self.target.type != 'Value'",message="must be Utilization or AverageValue",fieldPath=".target.type"
type ResourceMetric struct {
	// Name of the resource: cpu or memory.
	// +required
	// +kubebuilder:validation:Enum=cpu;memory
	Name string `json:"name"`

	// Target is how much a replica should use: a Utilization, which needs requests of
	// all containers, or an AverageValue.
	// +required
	Target MetricTarget `json:"target"`
}

// A ContainerResourceMetric is what one container of a replica uses of a resource.
//
// +kubebuilder:validation:XValidation:rule="self.target.type != 'Value'",message="must be Utilization or AverageValue",fieldPath=".target.type"
type ContainerResourceMetric struct {
	// Name of the resource: cpu or memory.
	// +required
	// +kubebuilder:validation:Enum=cpu;memory
	Name string `json:"name"`

	// Container is the name of the container: app for the one that runs the image.
	// +required
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",message="must be lower case letters, digits and dashes, starting and ending with a letter or digit"
	Container string `json:"container"`

	// Target is how much the container should use: a Utilization, which needs a request
	// of it, or an AverageValue.
	// +required
	Target MetricTarget `json:"target"`
}

// A PodsMetric is a metric of the replicas.
//
// +kubebuilder:validation:XValidation:rule="self.target.type == 'AverageValue'",message="must be AverageValue",fieldPath=".target.type"
type PodsMetric struct {
	// Metric says which one.
	// +required
	Metric MetricIdentifier `json:"metric"`

	// Target is what a replica should have: an AverageValue.
	// +required
	Target MetricTarget `json:"target"`
}

// An ObjectMetric is a metric of an object of the namespace.
//
// +kubebuilder:validation:XValidation:rule="self.target.type != 'Utilization'",message="must be Value or AverageValue",fieldPath=".target.type"
type ObjectMetric struct {
	// DescribedObject is the object.
	// +required
	DescribedObject DescribedObject `json:"describedObject"`

	// Metric says which one.
	// +required
	Metric MetricIdentifier `json:"metric"`

	// Target is what the object should have: a Value, or an AverageValue for each
	// replica.
	// +required
	Target MetricTarget `json:"target"`
}

// An ExternalMetric is a metric of something outside the cluster.
//
// +kubebuilder:validation:XValidation:rule="self.target.type != 'Utilization'",message="must be Value or AverageValue",fieldPath=".target.type"
type ExternalMetric struct {
	// Metric says which one.
	// +required
	Metric MetricIdentifier `json:"metric"`

	// Target is what it should be: a Value, or an AverageValue for each replica.
	// +required
	Target MetricTarget `json:"target"`
}

// A MetricIdentifier says which metric is meant.
type MetricIdentifier struct {
	// Name of the metric, as the adapter has it.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="self.matches('^[^/%]+$') && self != '.' && self != '..'",message="must be the name of a metric, without / and %"
	Name string `json:"name"`

	// Selector narrows it down to series with these labels, as far as the adapter can.
	// Default: all of them.
	// +optional
	Selector *LabelSelector `json:"selector,omitempty"`
}

// A MetricTarget is what a metric should be: exactly that of value, averageValue and
// averageUtilization which type names.
//
// +kubebuilder:validation:XValidation:rule="(self.type == 'Value') == has(self.value) && (self.type == 'AverageValue') == has(self.averageValue) && (self.type == 'Utilization') == has(self.averageUtilization)",message="set exactly that of value, averageValue and averageUtilization which type names"
type MetricTarget struct {
	// Type is Utilization, Value or AverageValue.
	// +required
	// +kubebuilder:validation:Enum=Utilization;Value;AverageValue
	Type string `json:"type"`

	// Value is what the metric should be, for example 30 or 500m.
	// +optional
	Value *resource.Quantity `json:"value,omitempty"`

	// AverageValue is what it should be for each replica, for example 30, 500m or 256Mi.
	// +optional
	AverageValue *resource.Quantity `json:"averageValue,omitempty"`

	// AverageUtilization is how much of its request a replica or a container should use,
	// in percent. It may be more than 100.
	// +optional
	// +kubebuilder:validation:Minimum=1
	AverageUtilization *int32 `json:"averageUtilization,omitempty"`
}

// A DescribedObject is an object of the namespace.
type DescribedObject struct {
	// APIVersion of the object, for example networking.k8s.io/v1. Default: v1.
	// +optional
	// +kubebuilder:validation:MaxLength=317
	// +kubebuilder:validation:XValidation:rule="self.matches('^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",message="must be the version of a kind, after its group and a slash if it has one, for example networking.k8s.io/v1"
	APIVersion string `json:"apiVersion,omitempty"`

	// Kind of the object, for example Ingress.
	// +required
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$')",message="must be the name of a kind: letters, digits and dashes, starting with a letter"
	Kind string `json:"kind"`

	// Name of the object.
	// +required
	Name ObjectName `json:"name"`
}
