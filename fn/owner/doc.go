// Package owner is a room of the function: what others than Crossplane have set of a
// Deployment (drift.go) and of the other children (children.go), by their managedFields, and
// what of it goes when we write next.
//
// Server-side apply takes away what its own manager stops to send, and nothing else. What
// somebody else has set stays: kubectl rollout undo, for example, sets again whatever an
// earlier WebApp said, and from then on it is kubectl's. So a field that a WebApp does not
// say is sent as null, which clears it, if it has a value or a list that is one whole.
// Objects and items of lists cannot be cleared, and are told of. See
// https://kubernetes.io/docs/reference/using-api/server-side-apply/.
package owner
