// Package env is the environment of the container beyond plain values: variables from
// Secrets, ConfigMaps and the pod itself. One file a field, each with what it checks and
// what becomes of one variable.
//
// It knows the fields of a WebApp, and no pod and no other kind.
package env
