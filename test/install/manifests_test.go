package install

import (
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"sigs.k8s.io/yaml"
)

// schemas are loaded once: they are large.
var schemas = sync.OnceValues(func() (*Schemas, error) { return LoadSchemas(background) })

func loadSchemas(t *testing.T) *Schemas {
	t.Helper()

	s, err := schemas()
	must(t, err)

	return s
}

// TestKustomizations builds every kustomization, and holds each object to the
// schema of its kind.
func TestKustomizations(t *testing.T) {
	s := loadSchemas(t)

	folders, err := Folders(filepath.Join(Root, "install"))
	must(t, err)

	if len(folders) < 7 {
		t.Fatalf("want every kustomization, found only %v", folders)
	}

	for _, folder := range folders {
		t.Run(strings.TrimPrefix(folder, Root+"/"), func(t *testing.T) {
			manifests, err := Build(folder)
			must(t, err)

			// A component builds nothing without what it is a part of.
			if len(manifests) == 0 && filepath.Base(folder) != "tracing" {
				t.Error("nothing is built")
			}

			for _, m := range manifests {
				if err := s.Validate(t.Context(), m); err != nil {
					t.Errorf("%s %s: %v", m.Object.GetKind(), m.Object.GetName(), err)
				}
			}
		})
	}
}

// TestFiles holds every manifest that is applied by itself to the schema of its
// kind, those of kustomizations too.
func TestFiles(t *testing.T) {
	s := loadSchemas(t)

	// Files that are no manifests, or only parts of some.
	parts := []string{
		"install/crossplane/values.yaml",             // Helm's; see TestCrossplaneChart.
		"install/network-policy/tracing/egress.yaml", // A patch.
		"install/tracing/environment.yaml",           // A patch.
		"install/argocd/argocd-cm.yaml",              // A patch; see TestArgoCD.
		"examples/observed.yaml",                     // For render: parts of what is in a cluster.
	}

	var tested int

	for _, pattern := range []string{"install/*.yaml", "install/*/*.yaml", "install/*/*/*.yaml", "examples/*.yaml", "apis/webapp/*.yaml"} {
		paths, err := filepath.Glob(filepath.Join(Root, pattern))
		must(t, err)

		for _, path := range paths {
			name := strings.TrimPrefix(path, Root+"/")
			if filepath.Base(path) == "kustomization.yaml" || slices.Contains(parts, name) {
				continue
			}

			tested++

			t.Run(name, func(t *testing.T) {
				manifests, err := Read(path)
				must(t, err)

				for _, m := range manifests {
					if err := s.Validate(t.Context(), m); err != nil {
						t.Errorf("%s %s: %v", m.Object.GetKind(), m.Object.GetName(), err)
					}
				}
			})
		}
	}

	if tested < 20 {
		t.Errorf("want every manifest tested, found %d", tested)
	}
}

// TestSchemasRefuse holds that the tests above can fail: a slip is refused, in
// each kind of schema.
func TestSchemasRefuse(t *testing.T) {
	s := loadSchemas(t)

	cases := map[string]struct {
		reason string
		args   string
		want   string
	}{
		"BuiltinUnknownField": {
			reason: "A field that Kubernetes does not know.",
			args:   `{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: a}, spec: {maxUnavailabel: 1}}`,
			want:   `unknown field "maxUnavailabel"`,
		},
		"BuiltinType": {
			reason: "A value of another type.",
			args:   `{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: a}, spec: {podSelector: {}, policyTypes: Ingress}}`,
			want:   `got "string", expected "array"`,
		},
		"BuiltinMissing": {
			reason: "A field that must be there.",
			args:   `{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: a}, rules: [{apiGroups: [""], resources: [pods]}]}`,
			want:   `missing required field "verbs"`,
		},
		"UnknownKind": {
			reason: "A kind that nobody has.",
			args:   `{apiVersion: policy/v2, kind: PodDisruptionBudget, metadata: {name: a}}`,
			want:   "there is no schema of policy/v2, Kind=PodDisruptionBudget",
		},
		"CrossplaneUnknownField": {
			reason: "A field that Crossplane does not know.",
			args:   `{apiVersion: pkg.crossplane.io/v1, kind: Function, metadata: {name: a}, spec: {package: ghcr.io/a/b:v1, runtimeConfig: {name: a}}}`,
			want:   `unknown field "spec.runtimeConfig"`,
		},
		"CrossplanePod": {
			reason: "A field of the function's pods that Kubernetes does not know.",
			args: `{apiVersion: pkg.crossplane.io/v1beta1, kind: DeploymentRuntimeConfig, metadata: {name: a}, spec: {deploymentTemplate: {spec: {
				selector: {}, template: {spec: {containers: [{name: package-runtime, readynessProbe: {}}]}}}}}}`,
			want: `unknown field "spec.deploymentTemplate.spec.template.spec.containers[0].readynessProbe"`,
		},
		"CrossplaneRule": {
			reason: "An image that nobody could pull.",
			args:   `{apiVersion: pkg.crossplane.io/v1, kind: Function, metadata: {name: a}, spec: {package: "webapp"}}`,
			want:   "must be a fully qualified image name",
		},
		"MonitoringUnknownField": {
			reason: "A field that the Prometheus Operator does not know.",
			args:   `{apiVersion: monitoring.coreos.com/v1, kind: PodMonitor, metadata: {name: a}, spec: {selector: {}, podMetricsEndpoints: [{prot: metrics}]}}`,
			want:   `unknown field "spec.podMetricsEndpoints[0].prot"`,
		},
		"MonitoringRule": {
			reason: "A time that is none.",
			args:   `{apiVersion: monitoring.coreos.com/v1, kind: PrometheusRule, metadata: {name: a}, spec: {groups: [{name: a, rules: [{alert: A, expr: up, for: long}]}]}}`,
			want:   "spec.groups[0].rules[0].for in body should match",
		},
		"FluxUnknownField": {
			reason: "A field that Flux does not know.",
			args:   `{apiVersion: kustomize.toolkit.fluxcd.io/v1, kind: Kustomization, metadata: {name: a}, spec: {interval: 1m, prune: true, sourceRef: {kind: GitRepository, name: a}, waits: true}}`,
			want:   `unknown field "spec.waits"`,
		},
		"WebApp": {
			reason: "A WebApp with too many replicas.",
			args:   `{apiVersion: example.com/v1, kind: WebApp, metadata: {name: a, namespace: default}, spec: {image: nginx, replicas: 11}}`,
			want:   "spec.replicas",
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			manifests, err := split(name, []byte(tc.args))
			must(t, err)

			if err := s.Validate(t.Context(), manifests[0]); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("\n%s\nValidate(...): want an error with %q, got %v", tc.reason, tc.want, err)
			}
		})
	}
}

// find returns the spec of an object, as one of its own type.
func find[T any](t *testing.T, manifests []Manifest, kind, name string, field ...string) T {
	t.Helper()

	var out T

	for _, m := range manifests {
		if m.Object.GetKind() != kind || m.Object.GetName() != name {
			continue
		}

		part := any(m.Object.Object)
		for _, f := range field {
			part = part.(map[string]any)[f]
		}

		data, err := yaml.Marshal(part)
		must(t, err)
		must(t, yaml.UnmarshalStrict(data, &out))

		return out
	}

	t.Fatalf("there is no %s %s", kind, name)

	return out
}
