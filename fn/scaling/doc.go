// Package scaling is what may be said of how many replicas there are, and what an
// autoscaler follows to decide it.
//
// It knows the fields of a WebApp and its pods, and no object that scales them.
package scaling
