// Package install tests the manifests of install/ without a cluster: that they
// build, that an API server would take them, and that they agree with the
// function, with Prometheus and with each other.
package install

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

// Root is the project's folder, as seen from this package's tests.
const Root = "../.."

// A Manifest is one object as it is written, and where.
type Manifest struct {
	Path   string
	YAML   []byte
	Object *unstructured.Unstructured
}

// Read returns the manifests of a file.
func Read(path string) ([]Manifest, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}

	return split(path, data)
}

// Build returns what kubectl apply -k would apply.
func Build(folder string) ([]Manifest, error) {
	resources, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), folder)
	if err != nil {
		return nil, err
	}

	data, err := resources.AsYaml()
	if err != nil {
		return nil, err
	}

	return split(folder, data)
}

func split(path string, data []byte) ([]Manifest, error) {
	var out []Manifest

	for document := range bytes.SplitSeq(data, []byte("\n---\n")) {
		object := &unstructured.Unstructured{}
		if err := yaml.UnmarshalStrict(document, &object.Object); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}

		if len(object.Object) > 0 {
			out = append(out, Manifest{Path: path, YAML: document, Object: object})
		}
	}

	return out, nil
}

// Folders returns the folders below a folder that have a kustomization.
func Folders(root string) ([]string, error) {
	var out []string

	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err == nil && entry.Name() == "kustomization.yaml" {
			out = append(out, filepath.Dir(path))
		}

		return err
	})

	return out, err
}
