package platform

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/structpb"
	corev1 "k8s.io/api/core/v1"
	apiresource "k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/yaml"

	"github.com/crossplane/function-sdk-go/resource"

	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
	"github.com/webapp-operator/function-webapp/input/v1beta1"
)

func messages(errs field.ErrorList) []string {
	var out []string
	for _, err := range errs {
		out = append(out, err.Error())
	}

	return out
}

// names are those of the parts of an object.
func names[T any](parts []part[T]) []string {
	var out []string
	for _, p := range parts {
		out = append(out, p.name)
	}

	return out
}

func TestReadInput(t *testing.T) {
	const head = `{"apiVersion": "webapp.fn.example.com/v1beta1", "kind": "Input"`

	type want struct {
		input *Input
		errs  []string
	}

	cases := map[string]struct {
		reason string
		args   *structpb.Struct
		want   want
	}{
		"None": {
			reason: "No input at all is fine.",
			want:   want{input: &Input{TTL: 10 * time.Minute}},
		},
		"Empty": {
			reason: "So is one that sets nothing.",
			args:   resource.MustStructJSON(head + `, "features": []}`),
			want:   want{input: &Input{TTL: 10 * time.Minute}},
		},
		"Everything": {
			reason: "Every field is read.",
			args: resource.MustStructJSON(head + `, "metadata": {"name": "x"}, "ttl": "1h30m", "labels": {"acme.com/team": "a"}, "annotations": {"Acme.com/Contact": "b c"},
				"defaults": {"resources": {"requests": {"cpu": 0.5, "memory": "1Gi"}, "limits": {"cpu": 2, "memory": "1Gi"}}}}`),
			want: want{input: &Input{
				TTL: 90 * time.Minute,
				Settings: webapp.Settings{
					Labels:      map[string]string{"acme.com/team": "a"},
					Annotations: map[string]string{"Acme.com/Contact": "b c"},
					Defaults: webapp.Defaults{Resources: webapp.Resources{
						Requests: corev1.ResourceList{"cpu": apiresource.MustParse("500m"), "memory": apiresource.MustParse("1Gi")},
						Limits:   corev1.ResourceList{"cpu": apiresource.MustParse("2"), "memory": apiresource.MustParse("1Gi")},
					}},
				},
			}},
		},
		"Composite": {
			reason: "A kind of the platform team's own, which is all a WebApp.",
			args:   resource.MustStructJSON(head + `, "composite": {"apiVersion": "platform.acme.io/v1alpha1", "kind": "Service"}}`),
			want: want{input: &Input{TTL: 10 * time.Minute, Composite: &webapp.Composite{
				APIVersion: "platform.acme.io/v1alpha1", Kind: "Service", Spec: []string{"spec"}, Status: []string{"status"},
			}}},
		},
		"CompositePaths": {
			reason: "One that has a WebApp at a place of its own.",
			args: resource.MustStructJSON(head + `, "composite": {"apiVersion": "acme.io/v1", "kind": "Shop",
				"spec": {"fieldPath": "spec.parameters.app"}, "status": {"fieldPath": "status.app"}}}`),
			want: want{input: &Input{TTL: 10 * time.Minute, Composite: &webapp.Composite{
				APIVersion: "acme.io/v1", Kind: "Shop", Spec: []string{"spec", "parameters", "app"}, Status: []string{"status", "app"},
			}}},
		},
		"CompositeContext": {
			reason: "One of which an earlier step makes a WebApp.",
			args:   resource.MustStructJSON(head + `, "composite": {"apiVersion": "acme.io/v1", "kind": "Shop", "spec": {"contextKey": "acme.io/webapp"}}}`),
			want: want{input: &Input{TTL: 10 * time.Minute, Composite: &webapp.Composite{
				APIVersion: "acme.io/v1", Kind: "Shop", Spec: []string{"spec"}, ContextKey: "acme.io/webapp", Status: []string{"status"},
			}}},
		},
		"CompositeUnnamed": {
			reason: "There is no any: a wrong Composition should say so.",
			args:   resource.MustStructJSON(head + `, "composite": {"spec": {"fieldPath": "spec.app", "path": "x"}, "colour": "red"}}`),
			want: want{errs: []string{
				`composite.colour: Forbidden: unknown field: known here are apiVersion, kind, spec, status`,
				`composite.apiVersion: Required value: must be a group and a version, such as platform.acme.io/v1alpha1`,
				`composite.kind: Required value: must be a kind, such as Service`,
				`composite.spec.path: Forbidden: unknown field: known here are fieldPath, contextKey`,
			}},
		},
		"CompositeWrong": {
			reason: "What cannot be is refused where it stands.",
			args: resource.MustStructJSON(head + `, "composite": {"apiVersion": "v1", "kind": "service",
				"spec": {"fieldPath": "app", "contextKey": "a b"}, "status": {"fieldPath": "status.conditions"}}}`),
			want: want{errs: []string{
				`composite.apiVersion: Invalid value: "v1": must be a group and a version, such as platform.acme.io/v1alpha1`,
				`composite.kind: Invalid value: "service": must be a kind, such as Service`,
				`composite.spec.fieldPath: Invalid value: "app": must be names of fields with dots between, of which the first is spec, such as spec.app`,
				`composite.spec.contextKey: Invalid value: "a b": must be a key of at most 100 letters, digits, dashes, underscores, dots and slashes, such as acme.io/webapp`,
				`composite.spec.contextKey: Forbidden: set fieldPath or contextKey, not both`,
				`composite.status.fieldPath: Forbidden: this field is Crossplane's own`,
			}},
		},
		"CompositeMistyped": {
			reason: "Types are checked here, too.",
			args:   resource.MustStructJSON(head + `, "composite": {"apiVersion": 1, "kind": {}, "spec": "spec.app", "status": {"fieldPath": ["status"]}}}`),
			want: want{errs: []string{
				`composite.apiVersion: Invalid value: "number": must be a string`,
				`composite.kind: Invalid value: "object": must be a string`,
				`composite.spec: Invalid value: "string": must be an object`,
				`composite.status.fieldPath: Invalid value: "array": must be a string`,
			}},
		},
		"CompositeReserved": {
			reason: "Crossplane's own fields are no place for a WebApp.",
			args:   resource.MustStructJSON(head + `, "composite": {"apiVersion": "acme.io/v1", "kind": "Shop", "spec": {"fieldPath": "spec.crossplane.app"}, "status": {"fieldPath": "status..app"}}}`),
			want: want{errs: []string{
				`composite.spec.fieldPath: Forbidden: this field is Crossplane's own`,
				`composite.status.fieldPath: Invalid value: "status..app": must be names of fields with dots between, of which the first is status, such as status.app`,
			}},
		},
		"CompositeEmpty": {
			reason: "One that says nothing names nothing.",
			args:   resource.MustStructJSON(head + `, "composite": {}}`),
			want: want{errs: []string{
				`composite.apiVersion: Required value: must be a group and a version, such as platform.acme.io/v1alpha1`,
				`composite.kind: Required value: must be a kind, such as Service`,
			}},
		},
		"NoPolling": {
			reason: "Nought turns the asking off.",
			args:   resource.MustStructJSON(head + `, "ttl": "0s"}`),
			want:   want{input: &Input{}},
		},
		"Unknown": {
			reason: "A setting that does nothing is refused by its name, wherever it stands.",
			args:   resource.MustStructJSON(head + `, "colour": "red", "defaults": {"replicas": 1, "resources": {"claims": []}}}`),
			want: want{errs: []string{
				`colour: Forbidden: unknown field: known here are apiVersion, kind, metadata, ` + strings.Join(names(inputParts), ", "),
				`defaults.replicas: Forbidden: unknown field: known here are ` + strings.Join(names(defaultParts), ", "),
				`defaults.resources.claims: Forbidden: unknown field: known here are requests, limits`,
			}},
		},
		"OtherKind": {
			reason: "An input for another function is refused.",
			args:   resource.MustStructJSON(`{"apiVersion": "pt.fn.crossplane.io/v1beta1", "kind": "Resources"}`),
			want: want{errs: []string{
				`apiVersion: Unsupported value: "pt.fn.crossplane.io/v1beta1": supported values: "webapp.fn.example.com/v1beta1"`,
				`kind: Unsupported value: "Resources": supported values: "Input"`,
			}},
		},
		"Types": {
			reason: "Types are checked.",
			args:   resource.MustStructJSON(head + `, "ttl": 10, "labels": ["a"], "annotations": {"a": 1}, "defaults": {"resources": {"requests": {"cpu": []}}}, "features": "all"}`),
			want: want{errs: []string{
				`ttl: Invalid value: "number": must be a string`,
				`labels: Invalid value: "array": must be an object`,
				`annotations[a]: Invalid value: "number": must be a string: put it in quotes`,
				`defaults.resources.requests[cpu]: Invalid value: "array": must be a quantity such as 100m, 0.5 or 128Mi`,
				`features: Invalid value: "string": must be a list`,
			}},
		},
		"TTL": {
			reason: "Asking all the time would wear the cluster down.",
			args:   resource.MustStructJSON(head + `, "ttl": "-1s"}`),
			want:   want{errs: []string{`ttl: Invalid value: "-1s": must be at least 10s, or 0s to turn the asking off`}},
		},
		"Ours": {
			reason: "What the function and Crossplane set is theirs.",
			args:   resource.MustStructJSON(head + `, "labels": {"managed-by": "me", "crossplane.io/composite": "x"}, "annotations": {"example.com/template-hash": "x", "a.crossplane.io/b": "x", "a/b/c": "x"}}`),
			want: want{errs: []string{
				`labels[crossplane.io/composite]: Forbidden: this label is set for you`,
				`labels[managed-by]: Forbidden: this label is set for you`,
				`annotations[a.crossplane.io/b]: Forbidden: this annotation is set for you`,
				`annotations[a/b/c]: Invalid value: "a/b/c": a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
				`annotations[example.com/template-hash]: Forbidden: this annotation is set for you`,
			}},
		},
		"Labels": {
			reason: "Labels are labels.",
			args:   resource.MustStructJSON(head + `, "labels": {"": "x"}}`),
			want: want{errs: []string{
				`labels[]: Invalid value: "": name part must be non-empty`,
				`labels[]: Invalid value: "": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
			}},
		},
		"Quantities": {
			reason: "Quantities are quantities, not negative, and not such as take minutes to read; a request fits under its limit.",
			args:   resource.MustStructJSON(head + `, "defaults": {"resources": {"requests": {"cpu": "lots", "memory": "2Gi", "ephemeral-storage": "1e-999999999"}, "limits": {"cpu": -1, "memory": "1Gi"}}}}`),
			want: want{errs: []string{
				`defaults.resources.requests[cpu]: Invalid value: "lots": must be a quantity such as 100m, 0.5 or 128Mi`,
				`defaults.resources.requests[ephemeral-storage]: Invalid value: "1e-999999999": must be a quantity such as 100m, 0.5 or 128Mi`,
				`defaults.resources.limits[cpu]: Invalid value: "-1": must be a quantity such as 100m, 0.5 or 128Mi`,
				`defaults.resources.requests[memory]: Invalid value: "2Gi": must not exceed the limit of 1Gi`,
			}},
		},
		"Resources": {
			reason: "The request of what cannot be shared is its limit.",
			args:   resource.MustStructJSON(head + `, "defaults": {"resources": {"requests": {"acme.com/gpu": 1, "acme.com/fpga": 1}, "limits": {"acme.com/gpu": 2}}}}`),
			want: want{errs: []string{
				`defaults.resources.limits[acme.com/fpga]: Required value: must be the request of 1, because it cannot be shared`,
				`defaults.resources.requests[acme.com/gpu]: Invalid value: "1": must be the limit of 2, because it cannot be shared`,
			}},
		},
		"ResourceNames": {
			reason: "The API server would refuse the Deployment for a resource it does not know.",
			args:   resource.MustStructJSON(head + `, "defaults": {"resources": {"requests": {"memry": "1Gi"}, "limits": {"ephemeral-storage": "1Gi", "hugepages-2Mi": "2Mi", "acme.com/gpu": 1}}}}`),
			want: want{errs: []string{
				`defaults.resources.requests[memry]: Unsupported value: "memry": supported values: "cpu", "memory", "ephemeral-storage", "hugepages-<size>", "<domain>/<name>"`,
			}},
		},
		"ServiceType": {
			reason: "A Service is one of three.",
			args:   resource.MustStructJSON(head + `, "defaults": {"service": {"type": "ExternalName", "port": 80}}}`),
			want: want{errs: []string{
				`defaults.service.port: Forbidden: unknown field: known here are type`,
				`defaults.service.type: Unsupported value: "ExternalName": supported values: "ClusterIP", "NodePort", "LoadBalancer"`,
			}},
		},
		"Features": {
			reason: "What does not exist cannot be switched on.",
			args:   resource.MustStructJSON(head + `, "features": ["podDisruptionBudget", "httpRoutes"]}`),
			want:   want{errs: []string{`features[1]: Unsupported value: "httpRoutes": supported values: "` + strings.Join(features(), `", "`) + `"`}},
		},
		"IngressForAll": {
			reason: "Every WebApp may have an Ingress, of which all is said that it needs.",
			args:   resource.MustStructJSON(head + `, "features": ["ingress"], "defaults": {"ingress": {"always": true, "host": "{name}.acme.com", "annotations": {"a/b": "c"}, "tls": {"secretName": "{name}-{namespace}"}}}}`),
			want: want{input: &Input{TTL: DefaultTTL, features: []string{"ingress"}, Settings: webapp.Settings{Defaults: webapp.Defaults{
				Ingress: webapp.Ingress{Always: true, Host: "{name}.acme.com", Annotations: map[string]string{"a/b": "c"}, TLS: true, Secret: "{name}-{namespace}"},
			}}}},
		},
		"IngressForAllWrong": {
			reason: "What is for all must be said whole, be switched on, and be right for every name.",
			args:   resource.MustStructJSON(head + `, "defaults": {"ingress": {"always": true, "annotations": {"crossplane.io/a": "b"}, "tls": {"secretName": "{name}_tls", "hosts": []}, "path": "/"}}}`),
			want: want{errs: []string{
				`defaults.ingress.path: Forbidden: unknown field: known here are ingressClassName, always, host, annotations, tls`,
				`defaults.ingress.host: Required value: say by which name each WebApp is reached, such as {name}.{namespace}.apps.acme.com: they all have an Ingress`,
				`defaults.ingress.annotations[crossplane.io/a]: Forbidden: this annotation is set for you`,
				`defaults.ingress.tls.hosts: Forbidden: unknown field: known here are secretName`,
				`defaults.ingress.tls.secretName: Invalid value: "{name}_tls": must be the name of an object such as {name}-tls: lower case letters, digits, dashes and dots, at most 253 with the longest names`,
				`defaults.ingress: Forbidden: is for all WebApps, and feature ingress is off: add ingress to features, and apply install/rbac.yaml of the function`,
			}},
		},
		"RouteForAllWrong": {
			reason: "So it is with a route, and one of the two is enough.",
			args:   resource.MustStructJSON(head + `, "features": ["ingress"], "defaults": {"ingress": {"always": true, "host": "{name}.acme.com"}, "httpRoute": {"always": true}}}`),
			want: want{errs: []string{
				`defaults.httpRoute.parentRefs: Required value: say which Gateway sends the traffic: all WebApps have an HTTPRoute`,
				`defaults.httpRoute.hostname: Required value: say by which name each WebApp is reached, such as {name}.{namespace}.apps.acme.com: they all have an HTTPRoute`,
				`defaults.httpRoute.always: Forbidden: set it of ingress or of httpRoute, not of both`,
				`defaults.httpRoute: Forbidden: is for all WebApps, and feature httpRoute is off: add httpRoute to features, and apply install/rbac.yaml of the function`,
			}},
		},
		"NetworkPolicyWrong": {
			reason: "Rules for all are checked as a WebApp's are, and must be switched on.",
			args:   resource.MustStructJSON(head + `, "defaults": {"networkPolicy": {"ingress": [{"from": [{"webApp": {}}], "ports": [{"port": 0}]}]}}}`),
			want: want{errs: []string{
				`defaults.networkPolicy.ingress[0].ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive`,
				`defaults.networkPolicy.ingress[0].from[0].webApp.name: Required value: say which WebApp`,
				`defaults.networkPolicy: Forbidden: is for all WebApps, and feature networkPolicy is off: add networkPolicy to features, and apply install/rbac.yaml of the function`,
			}},
		},
		"NetworkPolicyEmpty": {
			reason: "One that says nothing does nothing.",
			args:   resource.MustStructJSON(head + `, "features": ["networkPolicy"], "defaults": {"networkPolicy": {}}}`),
			want:   want{errs: []string{`defaults.networkPolicy: Required value: say what may come in (ingress), what may go out (egress), or both`}},
		},
		"Diagnostics": {
			reason: "Pods can be looked at.",
			args:   resource.MustStructJSON(head + `, "diagnostics": "pods"}`),
			want:   want{input: &Input{TTL: DefaultTTL, Diagnostics: true}},
		},
		"DiagnosticsWrong": {
			reason: "And nothing else can.",
			args:   resource.MustStructJSON(head + `, "diagnostics": "logs"}`),
			want:   want{errs: []string{`diagnostics: Unsupported value: "logs": supported values: "pods"`}},
		},
		"DiagnosticsMistyped": {
			reason: "It is no switch.",
			args:   resource.MustStructJSON(head + `, "diagnostics": true}`),
			want:   want{errs: []string{`diagnostics: Invalid value: "boolean": must be a string`}},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, errs := ReadInput(tc.args)
			if diff := cmp.Diff(tc.want.errs, messages(errs)); diff != "" {
				t.Errorf("\n%s\nReadInput(...): -want errors, +got errors:\n%s", tc.reason, diff)
			}

			if tc.want.errs != nil {
				return
			}

			if tc.want.input.Composite == nil {
				tc.want.input.Composite = webapp.WebApp
			}

			if diff := cmp.Diff(tc.want.input, got, cmp.AllowUnexported(Input{}, Policy{}), protocmp.Transform()); diff != "" {
				t.Errorf("\n%s\nReadInput(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestPatterns holds the rules by which Go checks the input to those of its schema.
func TestPatterns(t *testing.T) {
	raw, err := os.ReadFile("../../package/input/webapp.fn.example.com_inputs.yaml")
	if err != nil {
		t.Fatal(err)
	}

	crd := map[string]any{}
	if err := yaml.Unmarshal(raw, &crd); err != nil {
		t.Fatal(err)
	}

	schema, err := structpb.NewValue(crd)
	if err != nil {
		t.Fatal(err)
	}

	root := value.Dig(schema, "spec", "versions").GetListValue().GetValues()[0]

	for _, tc := range []struct {
		path    string
		pattern string
		most    int64
	}{
		{path: "composite.apiVersion", pattern: v1beta1.APIVersionPattern, most: v1beta1.MaxName},
		{path: "composite.kind", pattern: v1beta1.KindPattern, most: v1beta1.MaxKind},
		{path: "composite.spec.fieldPath", pattern: v1beta1.FieldPathPattern, most: v1beta1.MaxName},
		{path: "composite.spec.contextKey", pattern: v1beta1.ContextKeyPattern, most: v1beta1.MaxContextKey},
		{path: "composite.status.fieldPath", pattern: v1beta1.FieldPathPattern, most: v1beta1.MaxName},
		{path: "policy.registries.[]", pattern: v1beta1.RegistryPattern},
	} {
		at := value.Dig(root, "schema", "openAPIV3Schema")

		for name := range strings.SplitSeq(tc.path, ".") {
			if name == "[]" {
				at = value.Dig(at, "items")
			} else {
				at = value.Dig(at, "properties", name)
			}
		}

		if got := value.Text(at, "pattern"); got != tc.pattern {
			t.Errorf("%s: the schema has pattern %q, and Go %q", tc.path, got, tc.pattern)
		}

		if got := value.Number(at, "maxLength"); got != tc.most {
			t.Errorf("%s: the schema takes %d characters, and Go %d", tc.path, got, tc.most)
		}
	}
}

// TestWrongComposite holds that of what is wrong nothing is taken over: what is told of an
// input that is refused names a kind, too.
func TestWrongComposite(t *testing.T) {
	got, errs := ReadInput(resource.MustStructJSON(`{"apiVersion": "webapp.fn.example.com/v1beta1", "kind": "Input", "composite": {
		"apiVersion": "acme.io/v1", "kind": "a b", "spec": {"fieldPath": "spec.my-app"}, "status": {"fieldPath": "status.crossplane"}}}`))
	want := &webapp.Composite{APIVersion: "acme.io/v1", Kind: "WebApp", Spec: []string{"spec"}, Status: []string{"status"}}

	if diff := cmp.Diff(want, got.Composite); diff != "" || len(errs) != 3 {
		t.Errorf("ReadInput(...): want three errors, got %v; -want, +got:\n%s", errs, diff)
	}
}
