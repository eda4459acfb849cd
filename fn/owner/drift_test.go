package owner

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/webapp-operator/function-webapp/fn/value"
)

// A deployment is what tests say of one: its pods' spec, and who owns what of it.
func deployment(t *testing.T, pods string, owners ...string) *structpb.Struct {
	t.Helper()

	entries := strings.Builder{}

	for i := 0; i < len(owners); i += 2 {
		entries.WriteString(`, {"manager": "` + owners[i] + `", "fieldsV1": {"f:spec": ` + owners[i+1] + `}}`)
	}

	return parse(t, `{"metadata": {"managedFields": [{"manager": "apiextensions.crossplane.io/composed/0a1b", "fieldsV1": {"f:spec": {"f:template": {}}}}`+
		entries.String()+`]}, "spec": {"template": {"spec": `+pods+`}}}`)
}

func parse(t *testing.T, text string) *structpb.Struct {
	t.Helper()

	s := &structpb.Struct{}
	if err := s.UnmarshalJSON([]byte(text)); err != nil {
		t.Fatalf("%s: %v", text, err)
	}

	return s
}

// ofPods and ofContainer are what is owned of pods and of their container.
func ofPods(fields string) string { return `{"f:template": {"f:spec": ` + fields + `}}` }

func ofContainer(fields string) string {
	return ofPods(`{"f:containers": {"k:{\"name\":\"app\"}": ` + fields + `, "k:{\"name\":\"theirs\"}": {".": {}, "f:name": {}, "f:image": {}}}}`)
}

// container is the spec of pods with a container of ours, and one that is not.
func container(fields string) string {
	return `{"containers": [{"name": "app", ` + fields + `}, {"name": "theirs", "image": "proxy"}]}`
}

func TestLook(t *testing.T) {
	const undo = "kubectl-rollout"

	type args struct {
		desired, observed string
		owned             string
	}

	type want struct {
		changed     bool
		kept, stuck []string
		// putBack is desired, if empty.
		putBack string
	}

	cases := map[string]struct {
		reason string
		args   args
		want   want
	}{
		"Theirs": {
			reason: "What a WebApp says nothing of is theirs.",
			args:   args{desired: container(`"image": "a"`), observed: container(`"image": "a", "tty": true`), owned: ofContainer(`{"f:tty": {}}`)},
		},
		"Shared": {
			reason: "Two may own what they agree on.",
			args:   args{desired: container(`"image": "a"`), observed: container(`"image": "a"`), owned: ofContainer(`{"f:image": {}}`)},
		},
		"Image": {
			reason: "Force takes over what is sent.",
			args:   args{desired: container(`"image": "a"`), observed: container(`"image": "b"`), owned: ofContainer(`{"f:image": {}}`)},
			want:   want{changed: true},
		},
		"Gone": {
			reason: "What is owned and not there is in nobody's way.",
			args:   args{desired: container(`"image": "a"`), observed: container(`"image": "a"`), owned: ofContainer(`{"f:command": {}, "f:env": {"k:{\"name\":\"A\"}": {".": {}}}}`)},
		},
		"Whole": {
			reason: "A list that is one whole, and a value, are cleared.",
			args: args{
				desired: container(`"image": "a"`), observed: container(`"image": "a", "command": ["sh"], "imagePullPolicy": "Always"`),
				owned: ofContainer(`{"f:command": {}, "f:imagePullPolicy": {}}`),
			},
			want: want{kept: []string{"command", "imagePullPolicy"}, putBack: container(`"image": "a", "command": null, "imagePullPolicy": null`)},
		},
		"BeingCleared": {
			reason: "What is sent as null, and is still there, is not as desired.",
			args: args{
				desired: container(`"image": "a", "command": null`), observed: container(`"image": "a", "command": ["sh"]`),
				owned: ofContainer(`{"f:command": {}}`),
			},
			want: want{changed: true},
		},
		"OfPods": {
			reason: "Of the pods, too.",
			args:   args{desired: `{"containers": []}`, observed: `{"containers": [], "terminationGracePeriodSeconds": 99}`, owned: ofPods(`{"f:terminationGracePeriodSeconds": {}}`)},
			want:   want{kept: []string{"terminationGracePeriodSeconds"}, putBack: `{"containers": [], "terminationGracePeriodSeconds": null}`},
		},
		"OtherContainer": {
			reason: "What is set of one that runs before the application, or beside it, is told by its name.",
			args: args{
				desired:  `{"initContainers": [{"name": "migrate", "image": "a"}]}`,
				observed: `{"initContainers": [{"name": "migrate", "image": "b", "command": ["sh"], "resources": {"limits": {"cpu": "1"}}}, {"name": "theirs", "image": "proxy"}]}`,
				owned:    ofPods(`{"f:initContainers": {"k:{\"name\":\"migrate\"}": {"f:image": {}, "f:command": {}, "f:resources": {"f:limits": {"f:cpu": {}}}}, "k:{\"name\":\"theirs\"}": {".": {}, "f:name": {}, "f:image": {}}}}`),
			},
			want: want{
				changed: true, kept: []string{"initContainers[migrate].command"}, stuck: []string{"initContainers[migrate].resources"},
				putBack: `{"initContainers": [{"name": "migrate", "image": "a", "command": null}]}`,
			},
		},
		"Placement": {
			reason: "It goes together, and a label that nodes must have cannot be cleared.",
			args: args{
				desired:  `{"containers": [], "nodeSelector": {"a": "b"}}`,
				observed: `{"containers": [], "nodeSelector": {"a": "b", "c": "d"}, "tolerations": [{"operator": "Exists"}], "priorityClassName": "high"}`,
				owned:    ofPods(`{"f:nodeSelector": {"f:c": {}}, "f:priorityClassName": {}, "f:tolerations": {}}`),
			},
			want: want{stuck: []string{"nodeSelector.c", "priorityClassName", "tolerations"}},
		},
		"Affinity": {
			reason: "It goes together, too.",
			args: args{
				desired:  `{"containers": [], "affinity": {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "a"}]}}}`,
				observed: `{"containers": [], "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": []}}, "podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "a"}]}}}`,
				owned:    ofPods(`{"f:affinity": {".": {}, "f:nodeAffinity": {".": {}, "f:requiredDuringSchedulingIgnoredDuringExecution": {}}}}`),
			},
			want: want{stuck: []string{"affinity.nodeAffinity"}},
		},
		"AffinityOfNodes": {
			reason: "What nodes must have is one whole.",
			args: args{
				desired:  `{"containers": [], "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "a", "operator": "Exists"}]}]}}}}`,
				observed: `{"containers": [], "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "b", "operator": "Exists"}]}]}}}}`,
				owned:    ofPods(`{"f:affinity": {"f:nodeAffinity": {"f:requiredDuringSchedulingIgnoredDuringExecution": {}}}}`),
			},
			want: want{changed: true},
		},
		"ValueOfSecret": {
			reason: "A variable has a value or a source. The value is emptied.",
			args: args{
				desired:  container(`"env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s"}}}]`),
				observed: container(`"env": [{"name": "A", "value": "1"}]`),
				owned:    ofContainer(`{"f:env": {"k:{\"name\":\"A\"}": {".": {}, "f:name": {}, "f:value": {}}}}`),
			},
			want: want{changed: true, kept: []string{"env[A].value"}, putBack: container(`"env": [{"name": "A", "value": "", "valueFrom": {"secretKeyRef": {"name": "s"}}}]`)},
		},
		"SourceOfValue": {
			reason: "The source is an object, which nothing clears.",
			args: args{
				desired:  container(`"env": [{"name": "A", "value": "1"}]`),
				observed: container(`"env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s"}}}]`),
				owned:    ofContainer(`{"f:env": {"k:{\"name\":\"A\"}": {"f:valueFrom": {".": {}, "f:secretKeyRef": {}}}}}`),
			},
			want: want{changed: true, stuck: []string{"env[A].valueFrom"}},
		},
		"OtherSource": {
			reason: "What is in a source is one whole.",
			args: args{
				desired:  container(`"env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s"}}}]`),
				observed: container(`"env": [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "c"}}}]`),
				owned:    ofContainer(`{"f:env": {"k:{\"name\":\"A\"}": {"f:valueFrom": {"f:configMapKeyRef": {}}}}}`),
			},
			want: want{
				changed: true, kept: []string{"env[A].valueFrom.configMapKeyRef"},
				putBack: container(`"env": [{"name": "A", "valueFrom": {"configMapKeyRef": null, "secretKeyRef": {"name": "s"}}}]`),
			},
		},
		"Variable": {
			reason: "An item of a list cannot be cleared, and an empty value is no change.",
			args: args{
				desired:  container(`"env": [{"name": "A", "value": ""}]`),
				observed: container(`"env": [{"name": "A"}, {"name": "DEBUG", "value": "1"}]`),
				owned:    ofContainer(`{"f:env": {".": {}, "k:{\"name\":\"A\"}": {"f:name": {}}, "k:{\"name\":\"DEBUG\"}": {".": {}, "f:name": {}, "f:value": {}}}}`),
			},
			want: want{stuck: []string{"env[DEBUG]"}},
		},
		"FirstVariable": {
			reason: "Not where we have none, either.",
			args: args{
				desired: container(`"image": "a"`), observed: container(`"image": "a", "env": [{"name": "DEBUG", "value": "1"}]`),
				owned: ofContainer(`{"f:env": {".": {}, "k:{\"name\":\"DEBUG\"}": {".": {}, "f:name": {}, "f:value": {}}}}`),
			},
			want: want{stuck: []string{"env[DEBUG]"}},
		},
		"VariableOfOurs": {
			reason: "An item that is ours goes with what they have set in it.",
			args: args{
				desired: container(`"image": "a"`), observed: container(`"image": "a", "env": [{"name": "DEBUG", "value": "1"}]`),
				owned: ofContainer(`{"f:env": {"k:{\"name\":\"DEBUG\"}": {"f:value": {}}}}`),
			},
		},
		"Probe": {
			reason: "A probe is an object.",
			args: args{
				desired: container(`"image": "a"`), observed: container(`"image": "a", "livenessProbe": {"exec": {"command": ["true"]}, "periodSeconds": 10}`),
				owned: ofContainer(`{"f:livenessProbe": {".": {}, "f:exec": {".": {}, "f:command": {}}, "f:periodSeconds": {}}}`),
			},
			want: want{stuck: []string{"livenessProbe"}},
		},
		"Handler": {
			reason: "A probe has one handler; its numbers are cleared, and no list is there that is empty.",
			args: args{
				desired:  container(`"livenessProbe": {"httpGet": {"path": "/", "httpHeaders": []}}`),
				observed: container(`"livenessProbe": {"exec": {"command": ["true"]}, "periodSeconds": 33}`),
				owned:    ofContainer(`{"f:livenessProbe": {"f:exec": {".": {}, "f:command": {}}, "f:periodSeconds": {}}}`),
			},
			want: want{
				changed: true, kept: []string{"livenessProbe.periodSeconds"}, stuck: []string{"livenessProbe.exec"},
				putBack: container(`"livenessProbe": {"httpGet": {"path": "/", "httpHeaders": []}, "periodSeconds": null}`),
			},
		},
		"Headers": {
			reason: "What they have set deep below is seen.",
			args: args{
				desired:  container(`"livenessProbe": {"httpGet": {"path": "/", "httpHeaders": []}}`),
				observed: container(`"livenessProbe": {"httpGet": {"path": "/", "host": "other"}}`),
				owned:    ofContainer(`{"f:livenessProbe": {"f:httpGet": {"f:host": {}}}}`),
			},
			want: want{kept: []string{"livenessProbe.httpGet.host"}, putBack: container(`"livenessProbe": {"httpGet": {"path": "/", "host": null, "httpHeaders": []}}`)},
		},
		"Quantity": {
			reason: "Null would make it 0.",
			args: args{
				desired:  container(`"resources": {"requests": {"cpu": "1"}}`),
				observed: container(`"resources": {"requests": {"cpu": "1", "memory": "1Gi"}}`),
				owned:    ofContainer(`{"f:resources": {"f:requests": {"f:memory": {}}}}`),
			},
			want: want{stuck: []string{"resources.requests.memory"}},
		},
		"Port": {
			reason: "No two ports may have the same name: one that stays loses it.",
			args: args{
				desired:  container(`"ports": [{"name": "http", "containerPort": 9090, "protocol": "TCP"}]`),
				observed: container(`"ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"}]`),
				owned:    ofContainer(`{"f:ports": {"k:{\"containerPort\":8080,\"protocol\":\"TCP\"}": {".": {}, "f:containerPort": {}, "f:name": {}, "f:protocol": {}}}}`),
			},
			want: want{
				stuck:   []string{"ports[8080/TCP]"},
				putBack: container(`"ports": [{"name": "http", "containerPort": 9090, "protocol": "TCP"}, {"name": null, "containerPort": 8080, "protocol": "TCP"}]`),
			},
		},
		"Volume": {
			reason: "A volume has one source. Under another name it has another, and is mounted all the same.",
			args: args{
				desired:  `{"initContainers": [{"name": "migrate", "volumeMounts": [{"name": "data", "mountPath": "/data"}]}], "containers": [{"name": "app", "volumeMounts": [{"name": "data", "mountPath": "/data"}, {"name": "tmp", "mountPath": "/tmp"}]}, {"name": "other"}], "volumes": [{"name": "data", "emptyDir": {}}, {"name": "tmp", "emptyDir": {}}]}`,
				observed: `{"containers": [], "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "d"}}, {"name": "tmp", "emptyDir": {}}]}`,
				owned:    ofPods(`{"f:volumes": {"k:{\"name\":\"data\"}": {"f:persistentVolumeClaim": {".": {}, "f:claimName": {}}}}}`),
			},
			want: want{
				changed: true,
				putBack: `{"initContainers": [{"name": "migrate", "volumeMounts": [{"name": "data-again", "mountPath": "/data"}]}], "containers": [{"name": "app", "volumeMounts": [{"name": "data-again", "mountPath": "/data"}, {"name": "tmp", "mountPath": "/tmp"}]}, {"name": "other"}], "volumes": [{"name": "data-again", "emptyDir": {}}, {"name": "tmp", "emptyDir": {}}]}`,
			},
		},
		"VolumeOfTheirs": {
			reason: "One that they have made stays under its name.",
			args: args{
				desired:  `{"volumes": [{"name": "data", "emptyDir": {}}]}`,
				observed: `{"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "d"}}]}`,
				owned:    ofPods(`{"f:volumes": {"k:{\"name\":\"data\"}": {".": {}, "f:name": {}, "f:persistentVolumeClaim": {".": {}, "f:claimName": {}}}}}`),
			},
			want: want{changed: true, stuck: []string{"volumes[data].persistentVolumeClaim"}},
		},
		"BesideTheStrategy": {
			reason: "What a Deployment that recreates its pods may not have is in the way.",
			args:   args{desired: `{}`, observed: `{}`, owned: `{"f:strategy": {"f:type": {}, "f:rollingUpdate": {".": {}, "f:maxSurge": {}}}}`},
			want:   want{stuck: []string{"strategy.rollingUpdate"}},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			spec := func(pods string) *structpb.Value {
				return value.Object(value.Fields{"template": value.Object(value.Fields{"spec": structpb.NewStructValue(parse(t, pods))})})
			}

			desired := spec(tc.args.desired)
			before, _ := json.Marshal(desired.AsInterface())

			got := Look(deployment(t, tc.args.observed, undo, tc.args.owned), desired)

			fields := func(paths []string) (fields []Field) {
				for _, path := range paths {
					fields = append(fields, Field{path, undo})
				}

				return fields
			}

			want := Drift{Changed: tc.want.changed, Kept: fields(tc.want.kept), Stuck: fields(tc.want.stuck), PutBack: desired}
			if tc.want.putBack != "" {
				want.PutBack = spec(tc.want.putBack)
			}

			values := cmp.Transformer("value", func(v *structpb.Value) any { return v.AsInterface() })
			if diff := cmp.Diff(want, got, values, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%s\nLook(...): -want, +got:\n%s", tc.reason, diff)
			}

			if after, _ := json.Marshal(desired.AsInterface()); string(before) != string(after) {
				t.Errorf("what was desired was changed to %s", after)
			}
		})
	}
}

// TestLookAtNothing holds that a Deployment which is there for itself is not looked at.
func TestLookAtNothing(t *testing.T) {
	spec := structpb.NewStructValue(parse(t, `{"strategy": {"rollingUpdate": {}}}`))

	for name, observed := range map[string]*structpb.Struct{
		"New":    nil,
		"Ours":   deployment(t, `{}`),
		"Silent": parse(t, `{"spec": {}}`),
	} {
		if diff := cmp.Diff(Drift{PutBack: spec}, Look(observed, spec), cmp.Comparer(func(a, b *structpb.Value) bool { return a == b })); diff != "" {
			t.Errorf("%s: Look(...): -want, +got:\n%s", name, diff)
		}
	}
}

// TestLookCostsNothing holds that nothing is read of a Deployment as it comes, while
// nobody but Crossplane owns any of its template.
func TestLookCostsNothing(t *testing.T) {
	spec := structpb.NewStructValue(parse(t, `{"strategy": {"type": "Recreate"}}`))
	observed := deployment(t, `{}`, "kube-controller-manager", `{"f:replicas": {}}`)
	metadata := observed.GetFields()["metadata"].GetStructValue().GetFields()

	raw, err := proto.Marshal(metadata["managedFields"])
	if err != nil {
		t.Fatal(err)
	}

	// As the codec keeps it.
	metadata["managedFields"] = &structpb.Value{}
	metadata["managedFields"].ProtoReflect().SetUnknown(raw)

	if got := testing.AllocsPerRun(100, func() { Look(observed, spec) }); got > 0 {
		t.Errorf("Look(...): want no allocations, got %v", got)
	}
}

func TestScaledByOthers(t *testing.T) {
	cases := map[string]struct {
		reason string
		args   *structpb.Struct
		want   bool
	}{
		"Ours":       {reason: "Nobody else has written the number.", args: deployment(t, `{}`)},
		"Others":     {reason: "What they own is something else.", args: deployment(t, `{}`, "kubectl-edit", `{"f:template": {}}`)},
		"Autoscaler": {reason: "The autoscaler has.", args: deployment(t, `{}`, "kube-controller-manager", `{"f:replicas": {}}`), want: true},
	}

	for name, tc := range cases {
		if got := ScaledByOthers(tc.args); got != tc.want {
			t.Errorf("%s: %s\nScaledByOthers(...): want %t, got %t", name, tc.reason, tc.want, got)
		}
	}
}
