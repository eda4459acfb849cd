// Package kubernetes takes the place of client-go's: a client of every API there is, of
// which what the engine is made of knows three, and calls none.
package kubernetes

import (
	"k8s.io/client-go/discovery"
	coordination "k8s.io/client-go/kubernetes/typed/coordination/v1"
	core "k8s.io/client-go/kubernetes/typed/core/v1"
	events "k8s.io/client-go/kubernetes/typed/events/v1"
	"k8s.io/client-go/rest"
)

// Interface is what events are written through.
type Interface interface {
	Discovery() discovery.DiscoveryInterfaces
	CoreV1() core.CoreV1Interface
	EventsV1() events.EventsV1Interface
}

// Clientset is what a leader is elected through.
type Clientset struct {
	config *rest.Config
}

// NewForConfigOrDie returns clients of the API server of a configuration.
func NewForConfigOrDie(config *rest.Config) *Clientset {
	return &Clientset{config: config}
}

// CoordinationV1 panics without a valid configuration.
func (c *Clientset) CoordinationV1() coordination.CoordinationV1Interface {
	return coordination.NewForConfigOrDie(c.config)
}

// CoreV1 panics without a valid configuration.
func (c *Clientset) CoreV1() core.CoreV1Interface {
	return core.NewForConfigOrDie(c.config)
}
