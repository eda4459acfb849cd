// Package crd is how the programs here make something of a CustomResourceDefinition that
// controller-gen has made of Go types.
package crd

import (
	"fmt"
	"os"
	"path/filepath"

	extv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"
)

// Main reads the file that the first argument names, and writes what is made of it to the
// second. It ends the program if that fails.
func Main(translate func(*extv1.CustomResourceDefinition) ([]byte, error)) {
	name := filepath.Base(os.Args[0])

	if len(os.Args) != 3 {
		fmt.Fprintf(os.Stderr, "usage: %s <CustomResourceDefinition file> <file to write>\n", name)
		os.Exit(2)
	}

	if err := write(os.Args[1], os.Args[2], translate); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %s: %v\n", name, os.Args[1], err)
		os.Exit(1)
	}
}

func write(from, to string, translate func(*extv1.CustomResourceDefinition) ([]byte, error)) error {
	in, err := os.ReadFile(from)
	if err != nil {
		return err
	}

	crd := &extv1.CustomResourceDefinition{}
	if err := yaml.UnmarshalStrict(in, crd); err != nil {
		return err
	}

	out, err := translate(crd)
	if err != nil {
		return err
	}

	return os.WriteFile(to, out, 0o644)
}
