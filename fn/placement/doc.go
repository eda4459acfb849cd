// Package placement is on which nodes replicas may run, and which pods go first where
// there is no room for all. One file a field, each with what it checks.
//
// It knows the fields of a WebApp, and no pod and no other kind.
package placement

// Fields of a WebApp that others look at, too.
const (
	Affinity          = "affinity"
	Tolerations       = "tolerations"
	PriorityClassName = "priorityClassName"
)
