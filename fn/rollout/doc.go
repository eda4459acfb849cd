// Package rollout is what became of a WebApp: the observed Deployment as facts
// (observe.go), the pods that say why they do not serve (pods.go, troubles.go), the
// ordered rules that make a verdict of both (rules.go), and how that is told: in the
// status (status.go) and in events (events.go).
//
// It knows a plan, the observed objects and what the status said until now, but for
// its message: no rule reads what is written for people. It must not know how objects
// are built, nor change what should be.
package rollout
