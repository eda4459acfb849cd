package rollout

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/crossplane/function-sdk-go/resource"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/child"
	"github.com/webapp-operator/function-webapp/fn/pod"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

func TestObserve(t *testing.T) {
	plan := new(webapp.NewPlan(&webapp.App{Composite: webapp.WebApp, Name: "shop", Namespace: "acme", Spec: v1.WebAppSpec{Image: "nginx:1.27", Replicas: 2, Port: 8080, Env: map[string]string{"A": "1"}}}, &webapp.Settings{}, false))

	desired := child.Compose(plan, child.All[:1], nil)[child.KeyDeployment]

	// observed is the desired Deployment as the API server has it, with edits.
	observed := func(edit func(metadata, spec, container map[string]*structpb.Value)) *structpb.Struct {
		s := proto.CloneOf(desired)
		edit(s.GetFields()["metadata"].GetStructValue().GetFields(), s.GetFields()["spec"].GetStructValue().GetFields(), pod.Container(s).GetStructValue().GetFields())

		return s
	}

	ownedByOthers := resource.MustStructJSON(`{"managedFields": [{"manager": "kubectl-set", "fieldsV1": {"f:spec": {"f:template": {"f:spec": {"f:containers": {
		"k:{\"name\":\"app\"}": {"f:image": {}, "f:command": {}}}}}}}}]}`).GetFields()["managedFields"]

	type want struct {
		current bool
		written int64
		image   string
		leaving bool
		others  int
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
		"SetImage": {
			reason: "The hash says what we sent, and what is there counts.",
			args: observed(func(metadata, _, container map[string]*structpb.Value) {
				container["image"] = structpb.NewStringValue("nginx:1.26")
				metadata["managedFields"] = ownedByOthers
			}),
			want: want{current: false, written: 2, image: "nginx:1.26"},
		},
		"SetBesides": {
			reason: "What is beside it changes nothing of that. It stays until the pods are replaced.",
			args: observed(func(metadata, _, container map[string]*structpb.Value) {
				container["command"] = structpb.NewListValue(&structpb.ListValue{})
				metadata["managedFields"] = ownedByOthers
			}),
			want: want{current: true, written: 2, others: 1},
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
			r := Observe(plan, tc.args, desired, Status{}, time.Time{})
			if diff := cmp.Diff(tc.want, want{r.templateCurrent, r.written, r.image, r.terminating, len(r.others)}, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("\n%s\nObserve(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
