package pod

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/crossplane/function-sdk-go/resource"

	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// TestFieldsInAnyOrder holds that it makes no difference which field is applied
// first: one that looks at what others have done would have to be.
func TestFieldsInAnyOrder(t *testing.T) {
	const volumes = `"volumes": [{"name": "tmp", "mountPath": "/data", "emptyDir": {}}, {"name": "settings", "mountPath": "/etc/shop", "configMap": {"name": "shop"}}]`

	type args struct {
		// defaults are those of the platform team, and spec is the WebApp's.
		defaults, spec string
	}

	cases := map[string]struct {
		reason string
		args   args
	}{
		"Own": {
			reason: "A WebApp sets every field, over what the platform team says.",
			args: args{
				defaults: `{"resources": {"requests": {"cpu": "100m", "memory": "2Gi"}}, "topologySpread": {"whenUnsatisfiable": "DoNotSchedule"}, "securityContext": {"fsGroup": 1}, "podLabels": {"team": "b", "stage": "test"}, "tolerations": [{"key": "pool", "operator": "Exists"}], "nodeSelector": {"disk": "ssd"}, "affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"labelSelector": {"matchLabels": {"noisy": "yes"}}, "topologyKey": "kubernetes.io/hostname", "namespaceSelector": {}}]}}}`,
				spec: `{"image": "nginx:1.27", "replicas": 2, "env": {"B": "2", "Z": "3"}, ` + volumes + `,
					"envFrom": [{"configMapRef": {"name": "a"}}], "secretEnv": {"A": {"name": "db", "key": "a"}, "C": {"name": "db", "key": "c"}},
					"initContainers": [{"name": "migrate", "args": ["migrate"], "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}]}],
					"strategy": {"rollingUpdate": {"maxSurge": 1}}, "command": ["nginx"], "args": ["-g", "daemon off;"],
					"imagePullPolicy": "Always", "imagePullSecrets": [{"name": "registry-login"}], "resources": {"limits": {"memory": "1Gi"}},
					"readinessProbe": {"httpGet": {"path": "/ready"}}, "livenessProbe": {"grpc": {}}, "startupProbe": {"failureThreshold": 30},
					"terminationGracePeriodSeconds": 60, "securityContext": {"runAsUser": 1000, "readOnlyRootFilesystem": true, "capabilities": {"add": ["NET_BIND_SERVICE"]}},
					"serviceAccountName": "shop", "metrics": {"port": 9090}, "configEnv": {"B0": {"name": "a", "key": "b"}}, "fieldEnv": {"NODE": "spec.nodeName", "A1": "limits.memory"},
					"restartOnChange": true, "podLabels": {"team": "a"}, "podAnnotations": {"a/b": "c"}, "deploymentAnnotations": {"d/e": "f"}, "minReadySeconds": 5,
					"nodeSelector": {"pool": "web"}, "affinity": {"nodeAffinity": {}}, "tolerations": [{"operator": "Exists"}], "priorityClassName": "high"}`,
			},
		},
		"Defaults": {
			reason: "The platform team has files read-only, and others are there that take something away.",
			args: args{
				defaults: `{"securityContext": {"readOnlyRootFilesystem": true}, "topologySpread": {"disabled": true}}`,
				spec: `{"image": "nginx:1.27", "replicas": 2, ` + volumes + `,
					"envFrom": [{"secretRef": {"name": "b"}}], "secretEnv": {"A": {"name": "db", "key": "a"}},
					"initContainers": [], "strategy": {"type": "Recreate"}, "command": [], "args": [],
					"imagePullPolicy": "Never", "imagePullSecrets": [], "resources": {},
					"readinessProbe": {"disabled": true}, "livenessProbe": {}, "startupProbe": {},
					"terminationGracePeriodSeconds": 0, "securityContext": {"allowPrivilegeEscalation": false},
					"serviceAccountName": "shop", "metrics": {}, "configEnv": {}, "fieldEnv": {}, "restartOnChange": false, "podLabels": {}, "podAnnotations": {}, "deploymentAnnotations": {},
					"minReadySeconds": 0, "nodeSelector": {}, "affinity": {}, "tolerations": [], "priorityClassName": "high"}`,
			},
		},
	}

	all := Fields

	t.Cleanup(func() { Fields = all })

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			Fields = all
			plan := planOf(t, tc.args.defaults, tc.args.spec)

			for _, f := range all {
				if f.apply != nil && plan.App.Options[f.Name] == nil {
					t.Errorf("the WebApp does not set %s", f.Name)
				}
			}

			want := build(plan, value.Int(int32(2)), newest).object()

			// Of every two fields, each is first once.
			Fields = slices.Clone(all)
			slices.Reverse(Fields)

			for seed := range uint64(50) {
				if diff := cmp.Diff(want, build(plan, value.Int(int32(2)), newest).object(), protocmp.Transform()); diff != "" {
					t.Fatalf("\n%s\nbuild(...) with fields in order %v: -want, +got:\n%s", tc.reason, namesOf(Fields), diff)
				}

				r := rand.New(rand.NewPCG(seed, 0))
				r.Shuffle(len(Fields), func(i, j int) { Fields[i], Fields[j] = Fields[j], Fields[i] })
			}
		})
	}
}

func namesOf(all []Field) []string {
	var names []string
	for _, f := range all {
		names = append(names, f.Name)
	}

	return names
}

// planOf is the plan of WebApp shop with this spec, which must be valid, and these
// defaults of the platform team.
func planOf(t *testing.T, defaults, spec string) *webapp.Plan {
	t.Helper()

	var (
		options  []webapp.Option
		settings = &webapp.Settings{}
	)

	in, errs := value.Read(resource.MustStructJSON(defaults).GetFields())

	for _, f := range Fields {
		if f.Check != nil {
			options = append(options, webapp.Option{Name: f.Name, Check: f.Check})
		}

		if read := f.Default(); read != nil {
			read(in, &settings.Defaults)
		}
	}

	app, wrong := webapp.Read(webapp.WebApp, &structpb.Struct{Fields: value.Fields{
		"metadata": value.Object(value.Fields{"name": value.String("shop"), "namespace": value.String("acme")}),
		"spec":     structpb.NewStructValue(resource.MustStructJSON(spec)),
	}}, nil, options)

	if wrong = append(wrong, *errs...); len(wrong) > 0 {
		t.Fatal(value.Sentence(wrong))
	}

	plan := webapp.NewPlan(app, settings, false)
	plan.ConfigHash = value.String("c0ffee")

	return &plan
}
