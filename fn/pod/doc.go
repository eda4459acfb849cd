// Package pod is what a container and its pod are made of: one file a field, with its
// check, its default and how it shapes the pods, and one list of them, [Fields].
//
// It knows a WebApp and what the platform team set for it. It must not know of other
// objects than the Deployment that the pods are in, nor what became of them.
package pod
