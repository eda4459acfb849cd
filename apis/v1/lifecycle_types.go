package v1

// A Lifecycle says what happens around the life of a container, as in a Pod.
type Lifecycle struct {
	// PreStop is what happens before a container is asked to stop.
	// +required
	PreStop PreStop `json:"preStop"`
}

// PreStop is what happens before a container is asked to stop.
type PreStop struct {
	// Sleep lets it go on serving for a while.
	// +required
	Sleep Sleep `json:"sleep"`
}

// Sleep is a pause in which a container that is about to stop goes on serving.
type Sleep struct {
	// Seconds is how long, from 0 to 3600. Load balancers need a moment to learn that
	// a replica leaves, and send it requests until then. 0 is no pause: requests may
	// be lost whenever a replica stops.
	// +required
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=3600
	Seconds int32 `json:"seconds"`
}
