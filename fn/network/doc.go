// Package network is what may be said of a network: who may talk to whom, and which
// Gateways send traffic.
//
// It knows what Kubernetes and the Gateway API accept. It must not know which objects
// are made of it, which fn/child does.
package network
