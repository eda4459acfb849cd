// Package schema checks the schema of WebApps without a cluster: it derives the
// CustomResourceDefinition that Crossplane would create, serves it with the API
// server's own code, and compares it with the ones that were published before.
package schema

import (
	"fmt"
	"os"

	extv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"

	"github.com/crossplane/crossplane-runtime/v2/pkg/xcrd"
	xpv1 "github.com/crossplane/crossplane/apis/v2/apiextensions/v1"
)

// Derive returns the CustomResourceDefinition that Crossplane creates for the
// CompositeResourceDefinition in a file.
//
// Crossplane reads definitions as v1 whatever version they were written in: v1
// and v2 have the same fields, and no conversion webhook stands between them.
func Derive(path string) (*extv1.CustomResourceDefinition, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}

	xrd := &xpv1.CompositeResourceDefinition{}
	if err := yaml.UnmarshalStrict(data, xrd); err != nil {
		return nil, fmt.Errorf("cannot parse %s: %w", path, err)
	}

	// The derived CRD has the definition as its owner, which needs a UID.
	xrd.SetUID("00000000-0000-0000-0000-000000000000")

	return xcrd.ForCompositeResource(xrd)
}
