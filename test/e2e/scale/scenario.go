package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"

	"github.com/webapp-operator/function-webapp/test/e2e/controlplane"
	"github.com/webapp-operator/function-webapp/test/e2e/processes"
)

// A scenario is a way to make applications of WebApps. Everything else is the
// same for each, so that ways can be compared.
type scenario struct {
	name string

	// kind is what developers write.
	kind schema.GroupVersionKind

	// install brings the kind to a control plane, and runs what acts on it.
	install func(ctx context.Context, c *controlplane.ControlPlane, version string) error

	// composition has Crossplane ask again after a time although nothing changed.
	// It is nil for what is not a function.
	composition func(c *controlplane.ControlPlane, ttl string) (*unstructured.Unstructured, error)

	// ttl is the one that cannot be chosen. It is empty for ours.
	ttl string

	// runs says whether a WebApp says that it runs as it should.
	runs func(webApp *unstructured.Unstructured) bool
}

// ours is the scenario of this project.
const ours = "webapp"

// kindWebApp is what all call what developers write.
const kindWebApp = "WebApp"

// scenarios are ours, and how others do it. See rivals/.
var scenarios = map[string]scenario{
	ours: {
		name:        ours,
		kind:        schema.GroupVersionKind{Group: "example.com", Version: "v1", Kind: kindWebApp},
		install:     installOurs,
		composition: ourComposition,
		runs: func(webApp *unstructured.Unstructured) bool {
			return phaseIsRunning(webApp) && ready(webApp) && allAvailable(webApp)
		},
	},
	"two-step": {
		name:    "two-step",
		kind:    schema.GroupVersionKind{Group: "example.com", Version: "v1", Kind: kindWebApp},
		install: installTwoStep,
		composition: func(c *controlplane.ControlPlane, _ string) (*unstructured.Unstructured, error) {
			return readManifest(filepath.Join(rivals(c), "two-step.yaml"))
		},
		ttl:  "1m",
		runs: func(webApp *unstructured.Unstructured) bool { return ready(webApp) && allAvailable(webApp) },
	},
	kro: {
		name:    kro,
		kind:    schema.GroupVersionKind{Group: "kro.run", Version: "v1alpha1", Kind: kindWebApp},
		install: installKro,
		ttl:     "none",
		runs:    func(webApp *unstructured.Unstructured) bool { return ready(webApp) && allAvailable(webApp) },
	},
}

// compositionName is the Composition that is measured. It is not the package's
// own, which belongs to the package.
const compositionName = "measured"

// installOurs installs the project as it is installed.
func installOurs(ctx context.Context, c *controlplane.ControlPlane, version string) error {
	if err := c.Push(ctx, version); err != nil {
		return err
	}

	if err := c.Install(ctx, version); err != nil {
		return err
	}

	return c.StartFunction(ctx, function, filepath.Join(c.Repository, "_output", version, "function-linux-amd64"))
}

func ourComposition(c *controlplane.ControlPlane, ttl string) (*unstructured.Unstructured, error) {
	composition, err := readManifest(filepath.Join(c.Repository, "apis/webapp/composition.yaml"))
	if err != nil {
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
}

// rivals has the manifests of how others do it. Make rivals builds their programs.
func rivals(c *controlplane.ControlPlane) string {
	return filepath.Join(c.Repository, "test/e2e/scale/rivals")
}

// installTwoStep installs the kind, a function as the documentation teaches to
// write one, and function-auto-ready.
func installTwoStep(ctx context.Context, c *controlplane.ControlPlane, _ string) error {
	definition, err := os.ReadFile(filepath.Join(c.Repository, "apis/webapp/definition.yaml"))
	if err != nil {
		return err
	}

	if err := c.Apply(ctx, string(definition)); err != nil {
		return err
	}

	return errors.Join(
		c.InstallFunction(ctx, "typed", filepath.Join(rivals(c), "typed"), filepath.Join(c.Bin, "typed"), func(address, certificates string) []string {
			return []string{address, certificates}
		}),
		c.InstallFunction(ctx, "auto-ready", filepath.Join(rivals(c), "auto-ready"), filepath.Join(c.Bin, "function-auto-ready"), func(address, certificates string) []string {
			return []string{"--address=" + address, "--tls-certs-dir=" + certificates}
		}),
	)
}

// installKro installs kro with the definition of the kind.
func installKro(ctx context.Context, c *controlplane.ControlPlane, _ string) error {
	module, err := c.Module(ctx, kro, "github.com/kubernetes-sigs/kro")
	if err != nil {
		return err
	}

	if _, err := c.Kubectl(ctx, "apply", "--server-side", "-f", filepath.Join(module, "helm/crds")); err != nil {
		return err
	}

	if err := c.StartController(ctx, kro, filepath.Join(c.Bin, kro), "--metrics-bind-address=127.0.0.1:0", "--health-probe-bind-address=127.0.0.1:0"); err != nil {
		return err
	}

	if _, err := c.Kubectl(ctx, "apply", "--server-side", "-f", filepath.Join(rivals(c), "kro.yaml")); err != nil {
		return err
	}

	return processes.Eventually(ctx, func() error {
		_, err := c.Kubectl(ctx, "wait", "--for=condition=Ready", "resourcegraphdefinition/webapp", "--timeout=10s")
		return err
	})
}

func readManifest(file string) (*unstructured.Unstructured, error) {
	manifest, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}

	object := &unstructured.Unstructured{}
	if err := yaml.Unmarshal(manifest, &object.Object); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}

	return object, nil
}

// webApp is one of the applications.
func (s scenario) webApp(name string, replicas int64) *unstructured.Unstructured {
	w := &unstructured.Unstructured{Object: map[string]any{
		"metadata": map[string]any{"name": name, "namespace": namespace},
		"spec": map[string]any{
			"image":    image,
			"replicas": replicas,
			"env":      map[string]any{"LOG_LEVEL": "info"},
		},
	}}
	w.SetGroupVersionKind(s.kind)

	if s.composition != nil {
		// The fields are there.
		_ = unstructured.SetNestedField(w.Object, compositionName, "spec", "crossplane", "compositionRef", "name")
	}

	return w
}

func (s scenario) webApps() schema.GroupVersionResource {
	return s.kind.GroupVersion().WithResource("webapps")
}

func phaseIsRunning(webApp *unstructured.Unstructured) bool {
	phase, _, _ := unstructured.NestedString(webApp.Object, "status", "phase")
	return phase == "Running"
}

func allAvailable(webApp *unstructured.Unstructured) bool {
	want, _, _ := unstructured.NestedInt64(webApp.Object, "spec", "replicas")
	available, _, _ := unstructured.NestedInt64(webApp.Object, "status", "availableReplicas")

	return available == want
}

func ready(webApp *unstructured.Unstructured) bool {
	condition, _ := conditions(webApp.Object)["Ready"].(map[string]any)
	return condition["status"] == "True"
}
