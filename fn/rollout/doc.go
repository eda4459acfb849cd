// Package rollout is what became of a WebApp: the observed Deployment as facts
// (observe.go), the ordered rules that make a verdict of them and of what troubles the
// pods (rules.go, pods.go), and how that is told: in the status (status.go) and in
// events (events.go).
//
// It knows a plan, the observed objects and what the status said until now, but for
// its message: no rule reads what is written for people. It must not know how objects
// are built, nor change what should be.
package rollout
