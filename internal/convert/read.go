package convert

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// extensions are those of files with manifests.
var extensions = []string{".yaml", ".yml", ".json"}

// readAll reads a file, all manifests in a folder and the folders in it, or what comes in
// for "-".
func readAll(from string, in io.Reader) ([]*manifest, error) {
	if from == "-" {
		return read("standard input", in)
	}

	var all []*manifest

	err := filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() || path != from && !slices.Contains(extensions, filepath.Ext(path)):
			return nil
		}

		data, err := os.ReadFile(path) //nolint:gosec // Whoever starts it says which.
		if err != nil {
			return err
		}

		found, err := read(path, bytes.NewReader(data))
		all = append(all, found...)

		return err
	})

	return all, err
}

// read reads a stream of documents, of which each may be a list of more.
func read(name string, in io.Reader) ([]*manifest, error) {
	documents := utilyaml.NewYAMLReader(bufio.NewReader(in))

	var all []*manifest

	for n := 1; ; n++ {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return all, nil
		}

		origin := fmt.Sprintf("%s, document %d", name, n)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", origin, err)
		}

		found, err := readDocument(origin, document)
		if err != nil {
			return nil, err
		}

		all = append(all, found...)
	}
}

// readDocument refuses what kubectl apply would, such as a field that is there twice: one of
// the two would be lost.
func readDocument(origin string, document []byte) ([]*manifest, error) {
	var v any
	if err := yaml.UnmarshalStrict(document, &v); err != nil {
		return nil, fmt.Errorf("%s: cannot be read: %w", origin, err)
	}

	if v == nil {
		return nil, nil // Comments only.
	}

	content, ok := v.(fields)
	if !ok {
		return nil, fmt.Errorf("%s: must be a manifest, with apiVersion, kind and metadata", origin)
	}

	return expand(&manifest{content, origin})
}

// expand returns the items of a list, or what is none.
func expand(m *manifest) ([]*manifest, error) {
	items, isList := m.fields["items"].([]any)

	switch kind := m.kind(); {
	case kind == "" || text(m.fields, "apiVersion") == "":
		return nil, fmt.Errorf("%s: apiVersion and kind: must be set", m.origin)
	case isList && strings.HasSuffix(kind, "List"):
	case m.name() == "":
		return nil, fmt.Errorf("%s: metadata.name: must be set", m.origin)
	case m.fields["spec"] != nil && object(m.fields, "spec") == nil:
		return nil, fmt.Errorf("%s: spec: must be an object", m.origin)
	default:
		return []*manifest{m}, nil
	}

	var all []*manifest

	for i, item := range items {
		origin := fmt.Sprintf("%s, items[%d]", m.origin, i)

		content, ok := item.(fields)
		if !ok {
			return nil, fmt.Errorf("%s: must be a manifest", origin)
		}

		found, err := expand(&manifest{content, origin})
		if err != nil {
			return nil, err
		}

		all = append(all, found...)
	}

	return all, nil
}
