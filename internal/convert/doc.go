// Package convert makes WebApps of what runs already: it reads manifests as kubectl and
// Helm print them, puts together what belongs together, and writes the smallest WebApp
// that renders the same.
//
// The judge of what is the same is the function itself: each WebApp is rendered, and what
// comes of it is held against the manifests, field by field, once both have what the API
// server sets by default. What differs is told, so that nothing is lost in silence.
//
// Manifests are read as they are, and not into Kubernetes' own types: a field that this
// release does not know would be lost, and the function's binary would be larger by all
// there are.
package convert
