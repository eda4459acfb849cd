package fn

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/crossplane/function-sdk-go/resource"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
)

func TestObserveRollout(t *testing.T) {
	app := &webApp{name: "shop", namespace: "acme", spec: v1.WebAppSpec{Image: "nginx:1.27", Replicas: 2, Port: 8080, Env: map[string]string{"A": "1"}}}

	desired := compose(app, &settings{}, children[:1])[keyDeployment]

	// observed is the desired Deployment as the API server has it, with edits.
	observed := func(edit func(metadata, spec, container map[string]*structpb.Value)) *structpb.Struct {
		s := proto.CloneOf(desired)
		edit(s.GetFields()["metadata"].GetStructValue().GetFields(), s.GetFields()["spec"].GetStructValue().GetFields(), appContainer(s).GetStructValue().GetFields())

		return s
	}

	type want struct {
		current bool
		written int64
		image   string
		leaving bool
	}

	cases := map[string]struct {
		reason string
		args   *structpb.Struct
		want   want
	}{
		"Same": {
			reason: "What was written is what is wanted.",
			args:   desired,
			want:   want{current: true, written: 2},
		},
		"Scaled": {
			reason: "The number of replicas is not part of the pod template.",
			args: observed(func(_, spec, _ map[string]*structpb.Value) {
				spec["replicas"] = structpb.NewNumberValue(5)
			}),
			want: want{current: true, written: 5},
		},
		"Rewritten": {
			reason: "An admission webhook may write another image than we sent.",
			args: observed(func(_, _, container map[string]*structpb.Value) {
				container["image"] = structpb.NewStringValue("mirror.acme.com/nginx:1.27")
			}),
			want: want{current: true, written: 2},
		},
		"OtherHash": {
			reason: "Another template was written.",
			args: observed(func(metadata, _, _ map[string]*structpb.Value) {
				metadata["annotations"] = structpb.NewStructValue(resource.MustStructJSON(`{"example.com/template-hash": "1"}`))
			}),
			want: want{current: false, written: 2, image: "nginx:1.27"},
		},
		"NoHash": {
			reason: "Without a hash, the fields are compared, and are the same.",
			args: observed(func(metadata, _, container map[string]*structpb.Value) {
				delete(metadata, "annotations")
				container["imagePullPolicy"] = structpb.NewStringValue("Always")
			}),
			want: want{current: true, written: 2},
		},
		"NoHashOtherImage": {
			reason: "Without a hash, another image is another template.",
			args: observed(func(metadata, _, container map[string]*structpb.Value) {
				delete(metadata, "annotations")
				container["image"] = structpb.NewStringValue("nginx:1.26")
			}),
			want: want{current: false, written: 2, image: "nginx:1.26"},
		},
		"NoHashOtherPort": {
			reason: "So is another port.",
			args: observed(func(metadata, _, container map[string]*structpb.Value) {
				delete(metadata, "annotations")
				delete(container, "ports")
			}),
			want: want{current: false, written: 2, image: "nginx:1.27"},
		},
		"NoHashOtherEnv": {
			reason: "So is another environment.",
			args: observed(func(metadata, _, container map[string]*structpb.Value) {
				delete(metadata, "annotations")
				container["env"].GetListValue().Values = append(container["env"].GetListValue().GetValues(), structpb.NewStructValue(resource.MustStructJSON(`{"name": "B"}`)))
			}),
			want: want{current: false, written: 2, image: "nginx:1.27"},
		},
		"NoHashSecretEnv": {
			reason: "So is an environment that comes from elsewhere.",
			args: observed(func(metadata, _, container map[string]*structpb.Value) {
				delete(metadata, "annotations")
				container["env"] = structpb.NewListValue(&structpb.ListValue{Values: []*structpb.Value{
					structpb.NewStructValue(resource.MustStructJSON(`{"name": "A", "value": "1", "valueFrom": {"secretKeyRef": {"name": "a", "key": "b"}}}`)),
				}})
			}),
			want: want{current: false, written: 2, image: "nginx:1.27"},
		},
		"Deleted": {
			reason: "Somebody deleted it.",
			args: observed(func(metadata, _, _ map[string]*structpb.Value) {
				metadata["deletionTimestamp"] = structpb.NewStringValue("2026-01-05T11:59:59Z")
			}),
			want: want{current: true, written: 2, leaving: true},
		},
		"Bare": {
			reason: "What says nothing of its template or its replicas contradicts nothing.",
			args:   resource.MustStructJSON(`{"kind": "Deployment", "status": {"replicas": 2}}`),
			want:   want{current: true, written: 2},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			r := observeRollout(app, asRead(t, tc.args, deploymentReads), desired)
			if diff := cmp.Diff(tc.want, want{r.templateCurrent, r.written, r.image, r.terminating}, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("\n%s\nobserveRollout(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestTemplateHash pins the hash of a template: another hash for the same
// template would make every WebApp look updated after an upgrade.
func TestTemplateHash(t *testing.T) {
	hash := func(json string) digest {
		return fnvOffset.value(structpb.NewStructValue(resource.MustStructJSON(json)))
	}

	const template = `{"a": ["x", 1, true, null], "b": {"c": ""}}`
	if got := hash(template); got != 0x8e99c256cfd69205 {
		t.Errorf("hash(%s): want 0x8e99c256cfd69205, got %#x", template, got)
	}

	seen := map[digest]string{}

	for _, json := range []string{
		`{}`, `{"a": null}`, `{"a": ""}`, `{"a": 0}`, `{"a": false}`, `{"a": true}`, `{"a": []}`, `{"a": {}}`,
		`{"a": "b"}`, `{"ab": ""}`, `{"a": "1"}`, `{"a": 1}`, `{"a": ["b", "c"]}`, `{"a": ["bc"]}`, `{"a": [["b"], "c"]}`, `{"a": {"b": "c"}}`,
	} {
		if other, twice := seen[hash(json)]; twice {
			t.Errorf("%s and %s have the same hash", json, other)
		}

		seen[hash(json)] = json
	}
}

// TestTemplateHashes pins the hashes of whole WebApps: an upgrade of the function
// must not find that a running one changed.
func TestTemplateHashes(t *testing.T) {
	cases := map[string]struct {
		reason string
		webApp string
		input  string
		want   string
	}{
		"Bare": {
			reason: "The least a WebApp can say.",
			webApp: `{"apiVersion": "example.com/v1", "kind": "WebApp", "metadata": {"name": "shop", "namespace": "acme"}, "spec": {"image": "nginx", "replicas": 1}}`,
			want:   "2685eb87d69779fd",
		},
		"Env": {
			reason: "With an environment.",
			webApp: shop,
			want:   "c575a73ae178e811",
		},
		"Resources": {
			reason: "With resources of the platform team: quantities are as the API server writes them, labels and annotations are not in the template.",
			webApp: shop,
			input: `{"apiVersion": "webapp.fn.example.com/v1beta1", "kind": "Input", "labels": {"team": "x"}, "annotations": {"a/b": "c"},
				"defaults": {"resources": {"requests": {"cpu": "0.5", "memory": "128Mi"}, "limits": {"cpu": 1, "memory": "1024Mi", "example.com/gpu": 2}}}}`,
			want: "73b494ff1baf097d",
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			req := request(tc.webApp)
			if tc.input != "" {
				withInput(tc.input)(req)
			}

			deployment := run(t, req).GetDesired().GetResources()[keyDeployment].GetResource()
			if got := text(deployment.GetFields()["metadata"], "annotations", templateHashAnnotation); got != tc.want {
				t.Errorf("\n%s\nhash: want %s, got %s", tc.reason, tc.want, got)
			}
		})
	}
}
