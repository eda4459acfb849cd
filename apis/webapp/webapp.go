// Package webapp has the API of WebApps as the Configuration package installs it, for who
// makes another of it.
package webapp

import _ "embed"

var (
	// Definition is the CompositeResourceDefinition.
	//
	//go:embed definition.yaml
	Definition []byte

	// Composition is the Composition.
	//
	//go:embed composition.yaml
	Composition string
)
