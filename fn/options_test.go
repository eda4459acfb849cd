package fn

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/crossplane/function-sdk-go/resource"
)

// webAppWith is WebApp shop with more fields of a spec.
func webAppWith(fields string) string {
	return `{"apiVersion": "example.com/v1", "kind": "WebApp", "metadata": {"name": "shop", "namespace": "acme", "uid": "u1", "generation": 1},
		"spec": {"image": "nginx:1.27", "replicas": 2, ` + fields + `}}`
}

// difference returns what a JSON object has that another does not have, or has
// in another way: lists as a whole. What is gone is null.
func difference(before, after *structpb.Struct) *structpb.Struct {
	out := &structpb.Struct{Fields: map[string]*structpb.Value{}}

	for name, v := range after.GetFields() {
		b := before.GetFields()[name]

		switch {
		case v.GetStructValue() != nil && b.GetStructValue() != nil:
			if d := difference(b.GetStructValue(), v.GetStructValue()); len(d.GetFields()) > 0 {
				out.Fields[name] = structpb.NewStructValue(d)
			}
		case !cmp.Equal(b.AsInterface(), v.AsInterface()):
			out.Fields[name] = v
		}
	}

	for name := range before.GetFields() {
		if after.GetFields()[name] == nil {
			out.Fields[name] = structpb.NewNullValue()
		}
	}

	return out
}

// TestPodOptions holds what each option changes of the pods, and that it changes
// nothing else.
func TestPodOptions(t *testing.T) {
	type want struct {
		// pod and container are what differs from the pods of a WebApp without
		// options, as JSON.
		pod, container string

		errs []string
	}

	cases := map[string]struct {
		reason string
		fields string
		want   want
	}{
		"ImagePullPolicy": {
			reason: "It is the container's.",
			fields: `"imagePullPolicy": "Always"`,
			want:   want{container: `{"imagePullPolicy": "Always"}`},
		},
		"ImagePullPolicyWrong": {
			reason: "There are three.",
			fields: `"imagePullPolicy": "Sometimes"`,
			want:   want{errs: []string{`spec.imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"`}},
		},
		"ImagePullSecrets": {
			reason: "They are the pod's.",
			fields: `"imagePullSecrets": [{"name": "a"}, {"name": "b"}]`,
			want:   want{pod: `{"imagePullSecrets": [{"name": "a"}, {"name": "b"}]}`},
		},
		"ImagePullSecretsWrong": {
			reason: "Each has a name, and nothing else.",
			fields: `"imagePullSecrets": [{"name": ""}, {"name": "a", "namespace": "b"}]`,
			want: want{errs: []string{
				`spec.imagePullSecrets: Forbidden: unknown field "[1].namespace"`,
				`spec.imagePullSecrets[0].name: Required value: say which Secret of the namespace to pull with`,
			}},
		},
		"ImagePullSecretsMistyped": {
			reason: "A list is no name.",
			fields: `"imagePullSecrets": "a"`,
			want:   want{errs: []string{`spec.imagePullSecrets: Invalid value: "string": must be a list`}},
		},
	}

	template := func(t *testing.T, fields string) (pod, container *structpb.Struct, errs []string) {
		t.Helper()

		app, wrong := readWebApp(resource.MustStructJSON(webAppWith(fields)))
		if len(wrong) > 0 {
			return nil, nil, messages(wrong)
		}

		deployment := run(t, request(webAppWith(fields))).GetDesired().GetResources()[keyDeployment].GetResource()
		spec := dig(deployment.GetFields()["spec"], "template", "spec").GetStructValue()
		container = appContainer(deployment).GetStructValue()
		delete(spec.GetFields(), "containers")

		if app.spec.Image != "nginx:1.27" {
			t.Errorf("want the image, got %q", app.spec.Image)
		}

		return spec, container, nil
	}

	plainPod, plainContainer, _ := template(t, `"port": 8080`)

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			pod, container, errs := template(t, tc.fields)
			if diff := cmp.Diff(tc.want.errs, errs); diff != "" {
				t.Errorf("\n%s\nreadWebApp(...): -want, +got:\n%s", tc.reason, diff)
			}

			if errs != nil {
				return
			}

			for _, part := range []struct {
				name, want    string
				before, after *structpb.Struct
			}{
				{"pod", tc.want.pod, plainPod, pod},
				{"container", tc.want.container, plainContainer, container},
			} {
				want := part.want
				if want == "" {
					want = "{}"
				}

				if diff := cmp.Diff(resource.MustStructJSON(want).AsMap(), difference(part.before, part.after).AsMap()); diff != "" {
					t.Errorf("\n%s\n%s: -want, +got:\n%s", tc.reason, part.name, diff)
				}
			}
		})
	}
}
