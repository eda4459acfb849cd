// Command image puts the function into a container image without Docker, the
// same bytes each time: nothing but the binary, which is static.
//
// The Dockerfile describes the same image for those who build with Docker.
package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

func main() {
	var binary, arch, tag, out string

	labels := map[string]string{}

	flag.StringVar(&binary, "binary", "", "file with the function")
	flag.StringVar(&arch, "arch", "", "architecture that it was built for")
	flag.StringVar(&tag, "tag", "", "name of the image")
	flag.StringVar(&out, "o", "", "file to write, as docker save writes it")
	flag.Func("label", "a label of the image, as key=value; may be repeated", func(s string) error {
		key, value, ok := strings.Cut(s, "=")
		if !ok {
			return fmt.Errorf("%q is not key=value", s)
		}

		labels[key] = value

		return nil
	})
	flag.Parse()

	if err := write(binary, arch, tag, out, labels); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(binary, arch, tag, out string, labels map[string]string) error {
	image, err := build(binary, arch, labels)
	if err != nil {
		return err
	}

	ref, err := name.NewTag(tag)
	if err != nil {
		return fmt.Errorf("-tag: %w", err)
	}

	return tarball.WriteToFile(out, ref, image)
}

func build(binary, arch string, labels map[string]string) (v1.Image, error) {
	files, err := archive(binary)
	if err != nil {
		return nil, err
	}

	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(files)), nil },
		tarball.WithCompressionLevel(gzip.BestCompression))
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
	config.Architecture = arch
	config.Created = v1.Time{Time: time.Unix(0, 0).UTC()}
	config.Config = v1.Config{
		Entrypoint:   []string{"/function"},
		User:         "65532:65532",
		ExposedPorts: map[string]struct{}{"8080/tcp": {}, "9443/tcp": {}},
		WorkingDir:   "/",
		// Docker sets it where nobody does.
		Env:    []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
		Labels: labels,
	}

	return mutate.ConfigFile(image, config)
}

// archive returns the one file of the image, owned by root and without a date.
func archive(binary string) ([]byte, error) {
	content, err := os.ReadFile(binary)
	if err != nil {
		return nil, err
	}

	var out bytes.Buffer

	w := tar.NewWriter(&out)
	if err := w.WriteHeader(&tar.Header{Name: "function", Mode: 0o755, Size: int64(len(content)), ModTime: time.Unix(0, 0)}); err != nil {
		return nil, err
	}

	if _, err := w.Write(content); err != nil {
		return nil, err
	}

	// What Close writes belongs to the archive, too.
	if err := w.Close(); err != nil {
		return nil, err
	}

	return out.Bytes(), nil
}
