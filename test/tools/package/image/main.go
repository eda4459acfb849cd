// Command image puts a program into a container image without Docker, the same
// bytes each time: nothing but the binary, which is static, and folders that it
// is told of. It writes the image to a file, or pushes it to a registry.
//
// The Dockerfile describes the function's image for those who build with Docker.
package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// user is who runs the program, unless somebody else is told: not root.
const user = "65532:65532"

// A description is what an image has.
type description struct {
	binary, arch, user string

	// labels, and folders with their files, by where they are in the image.
	labels, folders map[string]string
}

func main() {
	var tag, out string

	d := description{labels: map[string]string{}, folders: map[string]string{}}

	flag.StringVar(&d.binary, "binary", "", "file with the program")
	flag.StringVar(&d.arch, "arch", "", "architecture that it was built for")
	flag.StringVar(&d.user, "user", user, "user and group that run it, by number")
	flag.StringVar(&tag, "tag", "", "name of the image")
	flag.StringVar(&out, "o", "", "file to write, as docker save writes it; without it, the image is pushed")
	flag.Func("label", "a label of the image, as key=value; may be repeated", into(d.labels))
	flag.Func("folder", "files of a folder, as path=folder; may be repeated", into(d.folders))
	flag.Parse()

	if err := write(d, tag, out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// into takes key=value for a map.
func into(m map[string]string) func(string) error {
	return func(s string) error {
		key, value, ok := strings.Cut(s, "=")
		if !ok {
			return fmt.Errorf("%q is not key=value", s)
		}

		m[key] = value

		return nil
	}
}

func write(d description, tag, out string) error {
	// A file is kept and sent around; a registry is next door.
	compression := gzip.BestCompression
	if out == "" {
		compression = gzip.BestSpeed
	}

	image, err := build(d, compression)
	if err != nil {
		return err
	}

	ref, err := name.NewTag(tag)
	if err != nil {
		return fmt.Errorf("-tag: %w", err)
	}

	if out == "" {
		return remote.Write(ref, image)
	}

	return tarball.WriteToFile(out, ref, image)
}

func build(d description, compression int) (v1.Image, error) {
	files, err := archive(d)
	if err != nil {
		return nil, err
	}

	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(files)), nil },
		tarball.WithCompressionLevel(compression))
	if err != nil {
		return nil, fmt.Errorf("cannot make a layer: %w", err)
	}

	image, err := mutate.AppendLayers(empty.Image, layer)
	if err != nil {
		return nil, fmt.Errorf("cannot add the layer: %w", err)
	}

	config, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}

	config = config.DeepCopy()
	config.OS = "linux"
	config.Architecture = d.arch
	config.Created = v1.Time{Time: time.Unix(0, 0).UTC()}
	config.Config = v1.Config{
		Entrypoint:   []string{"/function"},
		User:         d.user,
		ExposedPorts: map[string]struct{}{"8080/tcp": {}, "9443/tcp": {}},
		WorkingDir:   "/",
		// Docker sets it where nobody does.
		Env:    []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
		Labels: d.labels,
	}

	return mutate.ConfigFile(image, config)
}

// archive returns the files of the image, owned by root and without a date.
func archive(d description) ([]byte, error) {
	var out bytes.Buffer

	w := tar.NewWriter(&out)
	if err := add(w, "function", d.binary, 0o755); err != nil {
		return nil, err
	}

	for _, at := range slices.Sorted(maps.Keys(d.folders)) {
		files, err := os.ReadDir(d.folders[at])
		if err != nil {
			return nil, err
		}

		for _, file := range files {
			if err := add(w, path.Join(strings.Trim(at, "/"), file.Name()), filepath.Join(d.folders[at], file.Name()), 0o644); err != nil {
				return nil, err
			}
		}
	}

	// What Close writes belongs to the archive, too.
	if err := w.Close(); err != nil {
		return nil, err
	}

	return out.Bytes(), nil
}

func add(w *tar.Writer, name, file string, mode int64) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}

	if err := w.WriteHeader(&tar.Header{Name: name, Mode: mode, Size: int64(len(content)), ModTime: time.Unix(0, 0)}); err != nil {
		return err
	}

	_, err = w.Write(content)

	return err
}
