// Package exposure is how a WebApp is reached: what may be said of its Service, its Ingress
// and its route, by which hosts and ports that is, at which URL, and whether it is. One file
// a kind.
//
// It knows the fields of a WebApp and what the platform team set for it. The objects
// themselves are built by their children.
package exposure
