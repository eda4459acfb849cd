// Package platform is what the platform team says: the input of the pipeline's step
// (input.go), a namespace's defaults (namespace.go), the policy that no WebApp may go
// beyond (policy.go, images.go), and which features are on, granted and installed
// (features.go). It reads all that, and says which children may be made.
//
// It knows the children by their list. It must not know how one is built, nor what
// became of it.
package platform
