// Package config is what pods read of ConfigMaps, for WebApps whose pods are to be
// replaced when that changes.
//
// It knows the fields of a WebApp that name ConfigMaps, and what Crossplane sends of
// these. It must not know of Secrets, which are never asked for.
package config
