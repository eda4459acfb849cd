package fn

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/structpb"
	corev1 "k8s.io/api/core/v1"
	apiresource "k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/crossplane/function-sdk-go/resource"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
)

func messages(errs field.ErrorList) []string {
	var out []string
	for _, err := range errs {
		out = append(out, err.Error())
	}

	return out
}

func TestReadWebApp(t *testing.T) {
	const named = `"metadata": {"name": "shop", "namespace": "acme"}`

	image := func(ref string) string {
		return fmt.Sprintf(`{%s, "spec": {"image": %q, "replicas": 1}}`, named, ref)
	}
	accepts := func(ref string) want {
		return want{app: &webApp{name: "shop", namespace: "acme", spec: v1.WebAppSpec{Image: ref, Replicas: 1, Port: 8080}}}
	}
	refuses := func(ref string) want {
		return want{errs: []string{fmt.Sprintf("spec.image: Invalid value: %q: must be an image reference such as nginx:1.27, registry.acme.com:5000/team/shop:v3 or ghcr.io/acme/shop@sha256:…; repository names are lower case and there is no https://", ref)}}
	}

	digest := "@sha256:" + strings.Repeat("0123456789abcdef", 4)

	many := func(n int) string {
		env := make([]string, n)
		for i := range env {
			env[i] = fmt.Sprintf(`"V%d": ""`, i)
		}

		return fmt.Sprintf(`{%s, "spec": {"image": "nginx", "replicas": 1, "env": {%s}}}`, named, strings.Join(env, ","))
	}

	cases := map[string]struct {
		reason string
		args   string
		want   want
	}{
		"Everything": {
			reason: "Every field is read, and what is not known is let be.",
			args: `{"metadata": {"name": "shop", "namespace": "acme", "uid": "u1", "generation": 3, "labels": {"a": "b"}},
				"spec": {"image": "nginx:1.27", "replicas": 10, "port": 65535, "env": {"A.b-C": "für 日本 🚀", "with space": ""}, "crossplane": {}, "tomorrow": 1}}`,
			want: want{app: &webApp{
				name: "shop", namespace: "acme", uid: "u1", generation: 3, labels: strs(map[string]string{"a": "b"}),
				spec: v1.WebAppSpec{Image: "nginx:1.27", Replicas: 10, Port: 65535, Env: map[string]string{"A.b-C": "für 日本 🚀", "with space": ""}},
			}},
		},
		"Defaults": {
			reason: "A port is 8080, and a file without a namespace is for the default one.",
			args:   `{"metadata": {"name": "shop"}, "spec": {"image": "nginx", "replicas": 1, "port": null, "env": null}}`,
			want:   want{app: &webApp{name: "shop", namespace: "default", spec: v1.WebAppSpec{Image: "nginx", Replicas: 1, Port: 8080}}},
		},
		"Empty": {
			reason: "What is required is asked for, all at once.",
			args:   `{"kind": "WebApp"}`,
			want: want{errs: []string{
				`metadata.name: Invalid value: "": must be a valid Service name: at most 63 lower case letters, digits and dashes, starting with a letter and ending with a letter or digit`,
				`spec.image: Required value: say which container image to run, for example nginx:1.27`,
				`spec.replicas: Required value: say how many replicas to run, from 1 to 10`,
			}},
		},
		"Types": {
			reason: "A wrong type is named with the right one.",
			args:   `{"metadata": {"name": true}, "spec": {"image": 1, "replicas": "two", "port": 80.5, "env": {"B": 1, "A": null, "C": [], "D": {}, "E": false}}}`,
			want: want{errs: []string{
				`metadata.name: Invalid value: "boolean": must be a string`,
				`metadata.name: Invalid value: "": must be a valid Service name: at most 63 lower case letters, digits and dashes, starting with a letter and ending with a letter or digit`,
				`spec.image: Invalid value: "number": must be a string`,
				`spec.replicas: Invalid value: "string": must be a whole number`,
				`spec.port: Invalid value: "number": must be a whole number`,
				`spec.env[A]: Invalid value: "null": must be a string: put it in quotes`,
				`spec.env[B]: Invalid value: "number": must be a string: put it in quotes`,
				`spec.env[C]: Invalid value: "array": must be a string: put it in quotes`,
				`spec.env[D]: Invalid value: "object": must be a string: put it in quotes`,
				`spec.env[E]: Invalid value: "boolean": must be a string: put it in quotes`,
			}},
		},
		"NotObjects": {
			reason: "Objects must be objects.",
			args:   `{` + named + `, "spec": []}`,
			want: want{errs: []string{
				`spec: Invalid value: "array": must be an object`,
				`spec.image: Required value: say which container image to run, for example nginx:1.27`,
				`spec.replicas: Required value: say how many replicas to run, from 1 to 10`,
			}},
		},
		"Bounds": {
			reason: "Numbers have bounds.",
			args:   `{` + named + `, "spec": {"image": "nginx", "replicas": 0, "port": 65536}}`,
			want: want{errs: []string{
				`spec.replicas: Invalid value: 0: must be between 1 and 10, inclusive`,
				`spec.port: Invalid value: 65536: must be between 1 and 65535, inclusive`,
			}},
		},
		"EnvNames": {
			reason: "What the API server would refuse in a pod is refused here.",
			args:   `{` + named + `, "spec": {"image": "nginx", "replicas": 1, "env": {"": "a", "A=B": "b", "Ü": "c"}}}`,
			want: want{errs: []string{
				`spec.env: Invalid value: "": environment variable names must not be empty and may hold printable ASCII characters other than =`,
				`spec.env: Invalid value: "A=B": environment variable names must not be empty and may hold printable ASCII characters other than =`,
				`spec.env: Invalid value: "Ü": environment variable names must not be empty and may hold printable ASCII characters other than =`,
			}},
		},
		"EnvMany": {
			reason: "A thousand variables are the limit.",
			args:   many(v1.MaxEnv + 1),
			want:   want{errs: []string{`spec.env: Too many: 1001: must have at most 1000 items`}},
		},
		"EnvLong": {
			reason: "Linux takes no longer value.",
			args:   fmt.Sprintf(`{%s, "spec": {"image": "nginx", "replicas": 1, "env": {"A": %q}}}`, named, strings.Repeat("ü", v1.MaxEnvValueLength+1)),
			want:   want{errs: []string{`spec.env[A]: Too long: may not have more than 131072 characters`}},
		},
		"EnvLarge": {
			reason: "All of it goes into a ConfigMap.",
			args: func() string {
				value := strings.Repeat("x", v1.MaxEnvValueLength)
				env := make([]string, 8)
				for i := range env {
					env[i] = fmt.Sprintf(`"V%d": %q`, i, value)
				}
				return fmt.Sprintf(`{%s, "spec": {"image": "nginx", "replicas": 1, "env": {%s}}}`, named, strings.Join(env, ","))
			}(),
			want: want{errs: []string{`spec.env: Invalid value: "1048592 bytes": names and values together must fit into a ConfigMap, which holds 1048576 bytes: mount large values as files instead`}},
		},
		"NameLong": {
			reason: "A Service's name has 63 characters at most, and an error does not repeat more than it must.",
			args:   fmt.Sprintf(`{"metadata": {"name": %q}, "spec": {"image": "nginx", "replicas": 1}}`, strings.Repeat("a", 200)),
			want:   want{errs: []string{`metadata.name: Invalid value: "` + strings.Repeat("a", 97) + `…": must be a valid Service name: at most 63 lower case letters, digits and dashes, starting with a letter and ending with a letter or digit`}},
		},
		"ImageNoTag":     {reason: "A tag is optional.", args: image("nginx"), want: accepts("nginx")},
		"ImageDigest":    {reason: "A digest will do.", args: image("ghcr.io/acme/shop" + digest), want: accepts("ghcr.io/acme/shop" + digest)},
		"ImageBoth":      {reason: "So will both.", args: image("shop:v1" + digest), want: accepts("shop:v1" + digest)},
		"ImagePort":      {reason: "A registry has a port.", args: image("registry.acme.com:5000/team/shop"), want: accepts("registry.acme.com:5000/team/shop")},
		"ImageIPv6":      {reason: "A registry may be an IPv6 address.", args: image("[2001:db8::1]:5000/shop:v1"), want: accepts("[2001:db8::1]:5000/shop:v1")},
		"ImageLocalhost": {reason: "Or this machine.", args: image("localhost/a__b---c.d:X_1.2-3"), want: accepts("localhost/a__b---c.d:X_1.2-3")},
		"ImageEmpty":     {reason: "Nothing is no image.", args: image(""), want: refuses("")},
		"ImageURL":       {reason: "A URL is no reference.", args: image("https://nginx"), want: refuses("https://nginx")},
		"ImageUpper":     {reason: "Repositories are lower case.", args: image("Nginx"), want: refuses("Nginx")},
		"ImageSpace":     {reason: "There is no white space, not even at the end.", args: image("nginx\n"), want: refuses("nginx\n")},
		"ImageTag":       {reason: "An empty tag is none.", args: image("nginx:"), want: refuses("nginx:")},
		"ImageBadDigest": {reason: "A digest has a length.", args: image("nginx@sha256:abc"), want: refuses("nginx@sha256:abc")},
		"ImageLong": {
			reason: "And a reference has one, too.",
			args:   image(strings.Repeat("a", v1.MaxImageLength+1)),
			want:   refuses(strings.Repeat("a", 97) + "…"),
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			app, errs := readWebApp(asRead(t, resource.MustStructJSON(tc.args), compositeReads()))
			if diff := cmp.Diff(tc.want.errs, messages(errs)); diff != "" {
				t.Errorf("\n%s\nreadWebApp(...): -want errors, +got errors:\n%s", tc.reason, diff)
			}

			if tc.want.errs != nil {
				return
			}

			if diff := cmp.Diff(tc.want.app, app, cmp.AllowUnexported(webApp{}), protocmp.Transform()); diff != "" {
				t.Errorf("\n%s\nreadWebApp(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

type want struct {
	app  *webApp
	errs []string
}

// names are those of the parts of an object.
func names[T any](parts []part[T]) []string {
	var out []string
	for _, p := range parts {
		out = append(out, p.name)
	}

	return out
}

func TestReadSettings(t *testing.T) {
	const head = `{"apiVersion": "webapp.fn.example.com/v1beta1", "kind": "Input"`

	type want struct {
		settings *settings
		errs     []string
	}

	cases := map[string]struct {
		reason string
		args   *structpb.Struct
		want   want
	}{
		"None": {
			reason: "No input at all is fine.",
			want:   want{settings: &settings{ttl: 10 * time.Minute}},
		},
		"Empty": {
			reason: "So is one that sets nothing.",
			args:   resource.MustStructJSON(head + `, "features": []}`),
			want:   want{settings: &settings{ttl: 10 * time.Minute}},
		},
		"Everything": {
			reason: "Every field is read.",
			args: resource.MustStructJSON(head + `, "metadata": {"name": "x"}, "ttl": "1h30m", "labels": {"acme.com/team": "a"}, "annotations": {"Acme.com/Contact": "b c"},
				"defaults": {"resources": {"requests": {"cpu": 0.5, "memory": "1Gi"}, "limits": {"cpu": 2, "memory": "1Gi"}}}}`),
			want: want{settings: &settings{
				ttl:         90 * time.Minute,
				labels:      map[string]string{"acme.com/team": "a"},
				annotations: map[string]string{"Acme.com/Contact": "b c"},
				defaults: defaults{resources: resources{
					requests: corev1.ResourceList{"cpu": apiresource.MustParse("500m"), "memory": apiresource.MustParse("1Gi")},
					limits:   corev1.ResourceList{"cpu": apiresource.MustParse("2"), "memory": apiresource.MustParse("1Gi")},
				}},
			}},
		},
		"NoPolling": {
			reason: "Nought turns the asking off.",
			args:   resource.MustStructJSON(head + `, "ttl": "0s"}`),
			want:   want{settings: &settings{}},
		},
		"Unknown": {
			reason: "A setting that does nothing is refused by its name, wherever it stands.",
			args:   resource.MustStructJSON(head + `, "colour": "red", "defaults": {"replicas": 1, "resources": {"claims": []}}}`),
			want: want{errs: []string{
				`colour: Forbidden: unknown field: known here are apiVersion, kind, metadata, ` + strings.Join(names(settingParts), ", "),
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
		"Diagnostics": {
			reason: "Pods can be looked at.",
			args:   resource.MustStructJSON(head + `, "diagnostics": "pods"}`),
			want:   want{settings: &settings{ttl: defaultTTL, diagnostics: true}},
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
			got, errs := readSettings(tc.args)
			if diff := cmp.Diff(tc.want.errs, messages(errs)); diff != "" {
				t.Errorf("\n%s\nreadSettings(...): -want errors, +got errors:\n%s", tc.reason, diff)
			}

			if tc.want.errs != nil {
				return
			}

			if diff := cmp.Diff(tc.want.settings, got, cmp.AllowUnexported(settings{}, defaults{}, resources{}, spreading{}, platformPolicy{}), protocmp.Transform()); diff != "" {
				t.Errorf("\n%s\nreadSettings(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

func TestSentence(t *testing.T) {
	errs := field.ErrorList{}
	for i := range 7 {
		errs = append(errs, field.Required(field.NewPath("a").Index(i), ""))
	}

	want := "a[0]: Required value; a[1]: Required value; a[2]: Required value; a[3]: Required value; a[4]: Required value; and 2 more"
	if diff := cmp.Diff(want, sentence(errs)); diff != "" {
		t.Errorf("sentence(...): -want, +got:\n%s", diff)
	}
}

func TestClip(t *testing.T) {
	text := strings.Repeat("aü日🚀", 10)
	for n := 3; n <= len(text)+1; n++ {
		got := clip(text, n)
		if len(got) > n || !utf8.ValidString(got) {
			t.Errorf("clip(..., %d): got %q of %d bytes", n, got, len(got))
		}

		if n >= len(text) && got != text {
			t.Errorf("clip(..., %d): want the text as it is, got %q", n, got)
		}
	}
}

func TestNumber(t *testing.T) {
	cases := map[string]struct {
		reason string
		args   *structpb.Value
		want   int64
	}{
		"Nil":      {reason: "Nothing is no number.", want: 0},
		"Text":     {reason: "Text is none either.", args: structpb.NewStringValue("7"), want: 0},
		"Whole":    {reason: "Whole numbers arrive as floats.", args: structpb.NewNumberValue(7), want: 7},
		"Negative": {reason: "They may be negative.", args: structpb.NewNumberValue(-7), want: -7},
		"Part":     {reason: "No field of ours has a part.", args: structpb.NewNumberValue(0.5), want: 0},
		"NaN":      {reason: "Protobuf sends what JSON cannot.", args: structpb.NewNumberValue(math.NaN()), want: 0},
		"Infinite": {reason: "Or this.", args: structpb.NewNumberValue(math.Inf(1)), want: 0},
		"Huge":     {reason: "Beyond 2⁵³ floats are not exact.", args: structpb.NewNumberValue(1e300), want: 0},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if got := number(tc.args); got != tc.want {
				t.Errorf("\n%s\nnumber(%v): want %d, got %d", tc.reason, tc.args, tc.want, got)
			}
		})
	}
}

// TestQuantityPattern holds that what the pattern lets through can be parsed.
func TestQuantityPattern(t *testing.T) {
	for _, number := range []string{"0", "1", "+1", "1.", ".5", "1.5", "999999999999999999.999999999"} {
		for _, suffix := range []string{"", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "e3", "E-9", "e+99", "e-99"} {
			if quantity := number + suffix; quantityPattern.MatchString(quantity) {
				if _, err := apiresource.ParseQuantity(quantity); err != nil {
					t.Errorf("%s: %v", quantity, err)
				}
			} else {
				t.Errorf("%s: is a quantity", quantity)
			}
		}
	}
}

// TestNames holds that names are what the patterns say, which are slower.
func TestNames(t *testing.T) {
	pattern := regexp.MustCompile(v1.EnvNamePattern)

	names := []string{"", ".", "..", "...", "..a", "a..", strings.Repeat("a", 253), strings.Repeat("a", 254), "für", "日本", "\xff", "a=b", "with space"}
	for a := range 256 {
		names = append(names, string([]byte{byte(a)}), string([]byte{'x', byte(a)}), string([]byte{byte(a), 'x'}))
	}

	for _, name := range names {
		if want := len(validation.IsConfigMapKey(name)) == 0; isConfigMapKey(name) != want {
			t.Errorf("isConfigMapKey(%q): want %t", name, want)
		}

		if want := pattern.MatchString(name); isEnvName(name) != want {
			t.Errorf("isEnvName(%q): want %t", name, want)
		}
	}
}
