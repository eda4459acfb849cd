package main

import (
	"context"
	"os"
	"path/filepath"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/webapp-operator/function-webapp/test/e2e/controlplane"
)

// A scenario is a way to make applications of WebApps: what is installed, and
// the Composition that all of them use. Everything else is the same for each, so
// that ways can be compared.
type scenario struct {
	name string

	// install brings the kind WebApp to a control plane, and runs the functions
	// of the Composition.
	install func(ctx context.Context, c *controlplane.ControlPlane, version string) error

	// composition has Crossplane ask again after a time although nothing changed.
	composition func(c *controlplane.ControlPlane, ttl string) (*unstructured.Unstructured, error)
}

// compositionName is the Composition that is measured. It is not the package's
// own, which belongs to the package.
const compositionName = "measured"

// ours is the project as it is installed.
var ours = scenario{
	name: "webapp",
	install: func(ctx context.Context, c *controlplane.ControlPlane, version string) error {
		if err := c.Push(ctx, version); err != nil {
			return err
		}

		if err := c.Install(ctx, version); err != nil {
			return err
		}

		return c.StartFunction(ctx, function, filepath.Join(c.Repository, "_output", version, "function-linux-amd64"))
	},
	composition: func(c *controlplane.ControlPlane, ttl string) (*unstructured.Unstructured, error) {
		manifest, err := os.ReadFile(filepath.Join(c.Repository, "apis/webapp/composition.yaml"))
		if err != nil {
			return nil, err
		}

		composition := &unstructured.Unstructured{}
		if err := yaml.Unmarshal(manifest, &composition.Object); err != nil {
			return nil, err
		}

		composition.SetName(compositionName)

		pipeline, _, err := unstructured.NestedSlice(composition.Object, "spec", "pipeline")
		if err != nil {
			return nil, err
		}

		step, _ := pipeline[0].(map[string]any)
		if err := unstructured.SetNestedField(step, ttl, "input", "ttl"); err != nil {
			return nil, err
		}

		return composition, unstructured.SetNestedSlice(composition.Object, pipeline, "spec", "pipeline")
	},
}

// webApp is one of the applications.
func webApp(name string, replicas int64) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "example.com/v1",
		"kind":       "WebApp",
		"metadata":   map[string]any{"name": name, "namespace": namespace},
		"spec": map[string]any{
			"image":    "nginxinc/nginx-unprivileged:1.27",
			"replicas": replicas,
			"env":      map[string]any{"LOG_LEVEL": "info"},
			crossplane: map[string]any{"compositionRef": map[string]any{"name": compositionName}},
		},
	}}
}
