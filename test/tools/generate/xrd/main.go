// Command xrd turns the CustomResourceDefinition that controller-gen makes from
// Go types into the CompositeResourceDefinition that Crossplane serves the same
// API from.
package main

import (
	"encoding/json"
	"fmt"

	extv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	xpv2 "github.com/crossplane/crossplane/apis/v2/apiextensions/v2"

	"github.com/webapp-operator/function-webapp/test/tools/generate/crd"
)

const header = "# Generated from the Go types in apis/v1 by make generate. DO NOT EDIT.\n"

// A definition is a CompositeResourceDefinition without a status, which only
// Crossplane writes.
type definition struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`

	Spec xpv2.CompositeResourceDefinitionSpec `json:"spec"`
}

func main() { crd.Main(generate) }

func generate(crd *extv1.CustomResourceDefinition) ([]byte, error) {
	xrd, err := define(crd)
	if err != nil {
		return nil, err
	}

	out, err := yaml.Marshal(xrd)

	return append([]byte(header), out...), err
}

// define returns the definition from which Crossplane derives the supplied CRD.
// The Composition named like the plural is the default, so that a WebApp need
// not choose one.
func define(crd *extv1.CustomResourceDefinition) (*definition, error) {
	xrd := &definition{
		TypeMeta:   metav1.TypeMeta{APIVersion: xpv2.SchemeGroupVersion.String(), Kind: xpv2.CompositeResourceDefinitionKind},
		ObjectMeta: metav1.ObjectMeta{Name: crd.GetName()},
		Spec: xpv2.CompositeResourceDefinitionSpec{
			Group:                 crd.Spec.Group,
			Names:                 crd.Spec.Names,
			Scope:                 xpv2.CompositeResourceScope(crd.Spec.Scope),
			DefaultCompositionRef: &xpv2.CompositionReference{Name: crd.Spec.Names.Plural},
		},
	}

	for _, v := range crd.Spec.Versions {
		schema, err := json.Marshal(own(v.Schema.OpenAPIV3Schema))
		if err != nil {
			return nil, fmt.Errorf("version %s: %w", v.Name, err)
		}

		version := xpv2.CompositeResourceDefinitionVersion{
			Name:                     v.Name,
			Referenceable:            v.Storage,
			Served:                   v.Served,
			Schema:                   &xpv2.CompositeResourceValidation{OpenAPIV3Schema: runtime.RawExtension{Raw: schema}},
			AdditionalPrinterColumns: v.AdditionalPrinterColumns,
		}
		if v.Subresources != nil && v.Subresources.Scale != nil {
			version.Subresources = &xpv2.CompositeResourceDefinitionVersionSubresources{Scale: v.Subresources.Scale}
		}

		xrd.Spec.Versions = append(xrd.Spec.Versions, version)
	}

	return xrd, nil
}

// own strips from a schema what Crossplane puts into every composite resource
// itself; it would override ours (crossplane-runtime/pkg/xcrd).
func own(s *extv1.JSONSchemaProps) *extv1.JSONSchemaProps {
	delete(s.Properties, "apiVersion")
	delete(s.Properties, "kind")
	delete(s.Properties, "metadata")
	delete(s.Properties["spec"].Properties, "crossplane")
	delete(s.Properties["status"].Properties, "conditions")

	return s
}
