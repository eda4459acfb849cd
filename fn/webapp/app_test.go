package webapp_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/util/validation/field"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	"github.com/crossplane/function-sdk-go/resource"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/child"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
	"github.com/webapp-operator/function-webapp/internal/wire"
)

func messages(errs field.ErrorList) []string {
	var out []string
	for _, err := range errs {
		out = append(out, err.Error())
	}

	return out
}

// asRead is a composite as it is read over the wire by a function that reads nothing
// else of it.
func asRead(t *testing.T, composite *structpb.Struct) *structpb.Struct {
	t.Helper()

	raw, err := proto.Marshal(&fnv1.RunFunctionRequest{Observed: &fnv1.State{Composite: &fnv1.Resource{Resource: composite}}})
	if err != nil {
		t.Fatal(err)
	}

	reads, _ := webapp.WebApp.Reads(child.Options())

	req := &fnv1.RunFunctionRequest{}
	if err := wire.NewCodec(func(*structpb.Struct) wire.Reads { return wire.Reads{Composite: reads} }).Unmarshal(mem.BufferSlice{mem.SliceBuffer(raw)}, req); err != nil {
		t.Fatal(err)
	}

	return req.GetObserved().GetComposite().GetResource()
}

func TestRead(t *testing.T) {
	type want struct {
		app  *webapp.App
		errs []string
	}

	const named = `"metadata": {"name": "shop", "namespace": "acme"}`

	image := func(ref string) string {
		return fmt.Sprintf(`{%s, "spec": {"image": %q, "replicas": 1}}`, named, ref)
	}
	accepts := func(ref string) want {
		return want{app: &webapp.App{Composite: webapp.WebApp, Name: "shop", Namespace: "acme", Spec: v1.WebAppSpec{Image: ref, Replicas: 1, Port: 8080}}}
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
			want: want{app: &webapp.App{
				Composite: webapp.WebApp,
				Name:      "shop", Namespace: "acme", UID: "u1", Generation: 3, Labels: value.Strings(map[string]string{"a": "b"}),
				Spec: v1.WebAppSpec{Image: "nginx:1.27", Replicas: 10, Port: 65535, Env: map[string]string{"A.b-C": "für 日本 🚀", "with space": ""}},
			}},
		},
		"Defaults": {
			reason: "One replica runs, a port is 8080, and a file without a namespace is for the default one.",
			args:   `{"metadata": {"name": "shop"}, "spec": {"image": "nginx", "replicas": null, "port": null, "env": null}}`,
			want:   want{app: &webapp.App{Composite: webapp.WebApp, Name: "shop", Namespace: "default", Spec: v1.WebAppSpec{Image: "nginx", Replicas: 1, Port: 8080}}},
		},
		"Empty": {
			reason: "What is required is asked for, all at once.",
			args:   `{"kind": "WebApp"}`,
			want: want{errs: []string{
				`metadata.name: Invalid value: "": must be a valid Service name: at most 63 lower case letters, digits and dashes, starting with a letter and ending with a letter or digit`,
				`spec.image: Required value: say which container image to run, for example nginx:1.27`,
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
				long := strings.Repeat("x", v1.MaxEnvValueLength)
				env := make([]string, 8)
				for i := range env {
					env[i] = fmt.Sprintf(`"V%d": %q`, i, long)
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
			app, errs := webapp.Read(webapp.WebApp, asRead(t, resource.MustStructJSON(tc.args)), nil, child.Options())
			if diff := cmp.Diff(tc.want.errs, messages(errs)); diff != "" {
				t.Errorf("\n%s\nRead(...): -want errors, +got errors:\n%s", tc.reason, diff)
			}

			if tc.want.errs != nil {
				return
			}

			if diff := cmp.Diff(tc.want.app, app, protocmp.Transform()); diff != "" {
				t.Errorf("\n%s\nRead(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
