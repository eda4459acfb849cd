// Package volume is what may be said of the files that a container sees: where they
// come from, and where they are mounted.
//
// It knows what Kubernetes accepts of a volume. It must not know how the pods are
// made of it, which fn/pod does.
package volume
