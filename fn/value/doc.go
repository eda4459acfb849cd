// Package value is about JSON's values as they go over the wire: it builds them
// (build.go), digs in those that the API server wrote (dig.go), and reads those that
// people wrote, noting what is wrong with them by path (reader.go, errors.go).
//
// It knows nothing of WebApps and nothing of Kubernetes' kinds, and must not: every
// other room below fn uses it.
package value
