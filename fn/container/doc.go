// Package container is what may be said of a container: of the application's, and of those
// that run before it or beside it, which it builds. One file a field.
//
// It knows the fields of a WebApp, and what a container takes from its environment. It must
// not know of the pod that the containers are in.
package container
