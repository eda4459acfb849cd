package fn

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/json"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	"github.com/crossplane/function-sdk-go/resource"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/child"
	"github.com/webapp-operator/function-webapp/fn/platform"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
	"github.com/webapp-operator/function-webapp/internal/sample"
)

// everythingSet is the input of a platform team that sets all it can.
const everythingSet = `{"apiVersion": "webapp.fn.example.com/v1beta1", "kind": "Input", "labels": {"team": "x"}, "annotations": {"a/b": "c"},
	"policy": {"registries": ["docker.io"], "forbidLatestTag": true, "maxReplicas": 5, "maxResources": {"limits": {"memory": "1Gi"}}, "priorityClassNames": ["high"], "tolerations": ["spot"]},
	"namespaceDefaults": true,
	"features": ["autoscaling", "podDisruptionBudget", "ingress", "httpRoute", "metrics", "networkPolicy"], "diagnostics": "pods",
	"defaults": {"restartOnChange": true, "podLabels": {"mesh": "on"}, "podAnnotations": {"c/d": "e"}, "deploymentAnnotations": {"f/g": "h"}, "nodeSelector": {"pool": "web"}, "affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"labelSelector": {"matchLabels": {"noisy": "yes"}}, "topologyKey": "kubernetes.io/hostname", "namespaceSelector": {}}]}}, "tolerations": [{"key": "pool", "operator": "Exists", "effect": "NoSchedule"}], "priorityClassName": "usual",
		"topologySpread": {"whenUnsatisfiable": "ScheduleAnyway"}, "securityContext": {"fsGroup": 1, "readOnlyRootFilesystem": true}, "ingress": {"ingressClassName": "nginx", "host": "{name}.acme.com", "annotations": {"n/o": "p"}}, "httpRoute": {"parentRefs": [{"name": "internal"}]},
		"networkPolicy": {"ingress": [{"from": [{"namespaceSelector": {"matchLabels": {"edge": "yes"}}}]}], "egress": [{"ports": [{"port": 53, "protocol": "UDP"}]}]},
		"resources": {"requests": {"cpu": "0.5", "memory": "128Mi"}, "limits": {"cpu": 1, "memory": "1024Mi", "example.com/gpu": 2}}, "service": {"type": "NodePort"}, "lifecycle": {"preStop": {"sleep": {"seconds": 5}}}}}`

// everythingAsked are the optional fields of a WebApp that asks for all it can.
const everythingAsked = `
	"envFrom": [{"prefix": "A_", "configMapRef": {"name": "a"}}, {"secretRef": {"name": "b", "optional": true}}],
	"secretEnv": {"PASSWORD": {"name": "db", "key": "password", "optional": false}},
	"configEnv": {"CURRENCY": {"name": "shop", "key": "currency", "optional": true}}, "fieldEnv": {"NODE_IP": "status.hostIP", "MEMORY": "limits.memory", "TEAM": "metadata.labels['team']"},
	"restartOnChange": true, "podLabels": {"team": "shop"}, "podAnnotations": {"i/j": "k"}, "deploymentAnnotations": {"l/m": "n"}, "nodeSelector": {"disk": "ssd"},
	"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "disk", "operator": "In", "values": ["ssd"]}]}]}, "preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1, "preference": {"matchExpressions": [{"key": "cpus", "operator": "Gt", "values": ["8"]}]}}]}, "podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"labelSelector": {"matchLabels": {"app": "cache"}}, "topologyKey": "topology.kubernetes.io/zone", "namespaces": ["caches"], "namespaceSelector": {}}]}, "podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 100, "podAffinityTerm": {"labelSelector": {}, "topologyKey": "kubernetes.io/hostname"}}]}},
	"tolerations": [{"key": "spot", "value": "true", "effect": "NoExecute", "tolerationSeconds": 60}], "priorityClassName": "high", "minReadySeconds": 5, "progressDeadlineSeconds": 900,
	"volumes": [
		{"name": "settings", "mountPath": "/etc/shop", "configMap": {"name": "shop", "items": [{"key": "a", "path": "b", "mode": 256}], "optional": true, "defaultMode": 288}},
		{"name": "login", "mountPath": "/etc/login", "subPath": "a", "readOnly": true, "secret": {"secretName": "login", "defaultMode": 256}},
		{"name": "cache", "mountPath": "/cache", "emptyDir": {"medium": "Memory", "sizeLimit": "64Mi"}},
		{"name": "room", "mountPath": "/room", "ephemeral": {"volumeClaimTemplate": {"spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "fast", "resources": {"requests": {"storage": "10Gi"}}, "volumeMode": "Filesystem"}}}},
		{"name": "files", "mountPath": "/files", "persistentVolumeClaim": {"claimName": "files", "readOnly": true}},
		{"name": "who", "mountPath": "/who", "projected": {"defaultMode": 288, "sources": [
			{"configMap": {"name": "a", "optional": true}}, {"secret": {"name": "b", "items": [{"key": "c", "path": "d"}]}},
			{"serviceAccountToken": {"path": "token", "audience": "cloud", "expirationSeconds": 600}},
			{"downwardAPI": {"items": [{"path": "labels", "mode": 256, "fieldRef": {"fieldPath": "metadata.labels"}}]}}]}}],
	"initContainers": [
		{"name": "migrate", "command": ["shop"], "args": ["migrate"], "envFrom": [{"secretRef": {"name": "b"}}], "env": {"STEP": "all"},
			"secretEnv": {"PASSWORD": {"name": "db", "key": "password"}}, "configEnv": {"CURRENCY": {"name": "shop", "key": "currency"}}, "fieldEnv": {"NODE": "spec.nodeName"},
			"volumeMounts": [{"name": "cache", "mountPath": "/tmp", "subPath": "tmp", "readOnly": true}]},
		{"name": "proxy", "image": "envoyproxy/envoy:v1.33", "restartPolicy": "Always", "resources": {"limits": {"memory": "64Mi", "cpu": "1"}},
			"startupProbe": {"tcpSocket": {"port": 9901}}, "livenessProbe": {"exec": {"command": ["true"]}}, "readinessProbe": {"httpGet": {"path": "/ready", "port": 9901}, "successThreshold": 2},
			"securityContext": {"runAsUser": 101, "runAsGroup": 101, "runAsNonRoot": true, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false,
				"seccompProfile": {"type": "RuntimeDefault"}, "capabilities": {"add": ["NET_BIND_SERVICE"]}}}],
	"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": "50%"}},
	"command": ["nginx"], "args": ["-g", "daemon off;"], "serviceAccountName": "shop",
	"imagePullPolicy": "Always", "imagePullSecrets": [{"name": "registry-login"}],
	"resources": {"requests": {"cpu": "0.5"}, "limits": {"memory": "1Gi"}},
	"readinessProbe": {"httpGet": {"path": "/ready", "scheme": "HTTPS", "httpHeaders": [{"name": "Host", "value": "shop"}]}, "periodSeconds": 5},
	"livenessProbe": {"grpc": {"service": "shop"}, "terminationGracePeriodSeconds": 5},
	"startupProbe": {"exec": {"command": ["true"]}, "failureThreshold": 30},
	"terminationGracePeriodSeconds": 60, "lifecycle": {"preStop": {"sleep": {"seconds": 10}}},
	"securityContext": {"runAsUser": 1000, "runAsGroup": 1000, "runAsNonRoot": true, "fsGroup": 2000, "fsGroupChangePolicy": "Always", "supplementalGroups": [3000],
		"seccompProfile": {"type": "Localhost", "localhostProfile": "shop.json"}, "capabilities": {"add": ["NET_BIND_SERVICE"], "drop": ["ALL"]},
		"readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false},
	"service": {"type": "LoadBalancer", "port": 8443, "appProtocol": "https", "annotations": {"example.com/a": "b"}, "sessionAffinity": "ClientIP",
		"additionalPorts": [{"name": "grpc", "port": 9000, "targetPort": 9001, "protocol": "TCP", "appProtocol": "grpc"}]},
	"autoscaling": {"minReplicas": 2, "maxReplicas": 5, "targetCPUUtilizationPercentage": 60, "targetMemoryUtilizationPercentage": 70, "metrics": [
		{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 60}}},
		{"type": "ContainerResource", "containerResource": {"name": "memory", "container": "app", "target": {"type": "AverageValue", "averageValue": "64Mi"}}},
		{"type": "Pods", "pods": {"metric": {"name": "rps"}, "target": {"type": "AverageValue", "averageValue": "30"}}},
		{"type": "Object", "object": {"describedObject": {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "name": "shop"}, "metric": {"name": "rps"}, "target": {"type": "Value", "value": "2k"}}},
		{"type": "External", "external": {"metric": {"name": "depth", "selector": {"matchLabels": {"queue": "orders"}, "matchExpressions": [{"key": "a", "operator": "In", "values": ["b"]}]}}, "target": {"type": "Value", "value": "30"}}}], "behavior": {
		"scaleUp": {"stabilizationWindowSeconds": 60, "selectPolicy": "Min", "policies": [{"type": "Percent", "value": 50, "periodSeconds": 15}]},
		"scaleDown": {"policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}]}}},
	"podDisruptionBudget": {"minAvailable": "50%"},
	"ingress": {"host": "shop.example.com", "path": "/shop", "pathType": "Exact", "annotations": {"d/e": "f"}, "tls": {"secretName": "shop-tls"}},
	"metrics": {"path": "/stats", "port": 9090, "interval": "30s", "scheme": "https", "tlsConfig": {"serverName": "shop.acme.com", "insecureSkipVerify": true}},
	"networkPolicy": {"ingress": [{"from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "edge"}}}], "ports": [{"port": "http"}]}],
		"egress": [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}}], "ports": [{"port": 1024, "endPort": 2048, "protocol": "UDP"}]}]}
`

// instead are fields that a WebApp can only have instead of others.
const instead = `"httpRoute": {"hostnames": ["shop.example.com"], "path": {"type": "Exact", "value": "/shop"},
	"parentRefs": [{"group": "gateway.networking.k8s.io", "kind": "Gateway", "namespace": "edge", "name": "public", "sectionName": "https", "port": 443}]}`

// allFeatures are those of children, and diagnostics.
func allFeatures() []string {
	all := []string{"diagnostics"}

	for _, c := range child.All {
		if c.Feature != "" {
			all = append(all, c.Feature)
		}
	}

	return all
}

// everythingGranted is an EnvironmentConfig that grants all there is.
var everythingGranted = `{"data": {"features": ["` + strings.Join(allFeatures(), `", "`) + `"]}}`

// everything are requests of WebApps that together ask for all they can, and get
// it.
func everything() []*fnv1.RunFunctionRequest {
	all := request(webAppWith(everythingAsked), withInput(everythingSet), withRequired(platform.GrantsRequirement, everythingGranted), withKinds)
	routed := proto.CloneOf(all)

	spec := routed.GetObserved().GetComposite().GetResource().GetFields()["spec"].GetStructValue().GetFields()
	delete(spec, "ingress")
	maps.Copy(spec, resource.MustStructJSON("{"+instead+"}").GetFields())

	return []*fnv1.RunFunctionRequest{all, routed}
}

// withKinds has the cluster know every kind.
func withKinds(req *fnv1.RunFunctionRequest) {
	req.RequiredSchemas = map[string]*fnv1.Schema{}

	for _, c := range child.All {
		if c.Custom {
			req.RequiredSchemas["kind-"+c.Key] = &fnv1.Schema{OpenapiV3: resource.MustStructJSON(`{"type": "object"}`)}
		}
	}
}

// Kinds that are not Kubernetes' own, as far as we write them. Tests on a control
// plane take them to their real definitions.
type (
	httpRoute struct {
		metav1.TypeMeta   `json:",inline"`
		metav1.ObjectMeta `json:"metadata"`

		Spec struct {
			ParentRefs []v1.ParentReference `json:"parentRefs"`
			Hostnames  []string             `json:"hostnames"`
			Rules      []struct {
				Matches []struct {
					Path v1.HTTPPathMatch `json:"path"`
				} `json:"matches"`
				BackendRefs []struct {
					Name string `json:"name"`
					Port int32  `json:"port"`
				} `json:"backendRefs"`
			} `json:"rules"`
		} `json:"spec"`
	}

	serviceMonitor struct {
		metav1.TypeMeta   `json:",inline"`
		metav1.ObjectMeta `json:"metadata"`

		Spec struct {
			Selector  metav1.LabelSelector `json:"selector"`
			Endpoints []struct {
				Port       string             `json:"port"`
				TargetPort intstr.IntOrString `json:"targetPort"`
				Path       string             `json:"path"`
				Interval   string             `json:"interval"`
				Scheme     string             `json:"scheme"`
				TLSConfig  struct {
					ServerName         string `json:"serverName"`
					InsecureSkipVerify bool   `json:"insecureSkipVerify"`
				} `json:"tlsConfig"`
			} `json:"endpoints"`
		} `json:"spec"`
	}
)

// TestChildrenAreKubernetes holds that every field of every child is one of
// Kubernetes' types, with the right spelling and type.
func TestChildrenAreKubernetes(t *testing.T) {
	types := map[string]any{
		child.KeyDeployment: &appsv1.Deployment{},
		child.KeyService:    &corev1.Service{},
		child.KeyConfigMap:  &corev1.ConfigMap{},
		child.KeyAutoscaler: &autoscalingv2.HorizontalPodAutoscaler{},
		child.KeyBudget:     &policyv1.PodDisruptionBudget{},
		child.KeyIngress:    &networkingv1.Ingress{},
		child.KeyRoute:      &httpRoute{},
		child.KeyMonitor:    &serviceMonitor{},
		child.KeyPolicy:     &networkingv1.NetworkPolicy{},
	}

	asked, made := value.Fields{}, map[string]*fnv1.Resource{}

	for _, req := range everything() {
		maps.Copy(asked, req.GetObserved().GetComposite().GetResource().GetFields()["spec"].GetStructValue().GetFields())
		maps.Copy(made, run(t, req).GetDesired().GetResources())
	}

	for _, o := range options {
		if asked[o.Name] == nil {
			t.Errorf("everythingAsked has no %s", o.Name)
		}
	}

	if len(made) != len(types) {
		t.Errorf("want all %d children, got %d", len(types), len(made))
	}

	for _, req := range append(everything(), request(shop)) {
		for key, r := range run(t, req).GetDesired().GetResources() {
			sent, err := r.GetResource().MarshalJSON()
			if err != nil {
				t.Fatal(err)
			}

			// Case counts, and so does what is unknown.
			wrong, err := json.UnmarshalStrict(sent, types[key])
			if err != nil || len(wrong) > 0 {
				t.Errorf("%s is not a %T: %v, %v", key, types[key], err, wrong)
				continue
			}

			// What Kubernetes reads is what was sent, and nothing was lost.
			back, err := runtime.DefaultUnstructuredConverter.ToUnstructured(types[key])
			if err != nil {
				t.Fatal(err)
			}

			if lost := missing("", r.GetResource().AsMap(), back); len(lost) > 0 {
				t.Errorf("%s: Kubernetes does not read %v", key, lost)
			}
		}
	}
}

// missing returns the paths in want that are not in got.
func missing(path string, want, got any) []string {
	var out []string

	switch want := want.(type) {
	case map[string]any:
		got, _ := got.(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(want)) {
			out = append(out, missing(path+"."+name, want[name], got[name])...)
		}
	case []any:
		got, _ := got.([]any)
		for i := range want {
			if i < len(got) {
				out = append(out, missing(path+"[]", want[i], got[i])...)
			} else {
				out = append(out, path+"[]")
			}
		}
	default:
		if n, whole := got.(int64); whole {
			got = float64(n)
		}

		if !cmp.Equal(want, got) {
			out = append(out, path)
		}
	}

	return out
}

// TestShared holds that what is built once is the same for every WebApp and
// stays it: answers of many calls, at the same time, have it in them. The race
// detector watches.
func TestShared(t *testing.T) {
	req := sample.Running(5)
	want := proto.CloneOf(run(t, req))

	var callers sync.WaitGroup

	for range 8 {
		callers.Go(func() {
			for range 50 {
				rsp, err := New(noonNow).RunFunction(context.Background(), req)
				if err != nil || !proto.Equal(want, rsp) {
					t.Errorf("an answer among many: want %v, got %v, %v", want, rsp, err)
				}

				if _, err := proto.Marshal(rsp); err != nil {
					t.Error(err)
				}
			}
		})
	}

	callers.Wait()
}

// TestSample holds that the requests that benchmarks send are what Crossplane
// sends in a steady state: nothing is to be done.
func TestSample(t *testing.T) {
	for _, env := range []int{5, 200} {
		req := sample.Running(env)
		rsp := run(t, req)

		if got := rsp.GetResults(); len(got) > 0 {
			t.Errorf("results: want none, got %v", got)
		}

		// What the API server keeps of a child is what we send, and more.
		for key, r := range rsp.GetDesired().GetResources() {
			observed := req.GetObserved().GetResources()[key].GetResource()
			if lost := missing("", r.GetResource().AsMap(), observed.AsMap()); len(lost) > 0 {
				t.Errorf("%s: the sample has other values of %v: want %v", key, lost, r.GetResource().GetFields()["metadata"])
			}
		}

		if lost := missing("", rsp.GetDesired().GetComposite().GetResource().AsMap(), req.GetObserved().GetComposite().GetResource().AsMap()); len(lost) > 0 {
			t.Errorf("status: the sample has other values of %v", lost)
		}
	}
}

// The stages of a call, but for reading and writing what is sent: see
// internal/wire.
func BenchmarkCall(b *testing.B) {
	for name, req := range map[string]*fnv1.RunFunctionRequest{
		"new": sample.New(5), "typical": sample.Running(5), "large": sample.Running(200),
		// A new WebApp that uses every optional field, with every feature on.
		"everything": everything()[0],
	} {
		b.Run(name, func(b *testing.B) {
			f := New(noonNow)

			b.ReportAllocs()

			for b.Loop() {
				if _, err := f.RunFunction(context.Background(), req); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkRead(b *testing.B) {
	req := sample.Running(5)

	b.ReportAllocs()

	for b.Loop() {
		if _, errs := platform.ReadInput(req.GetInput()); len(errs) > 0 {
			b.Fatal(errs)
		}

		if _, errs := webapp.Read(webapp.WebApp, req.GetObserved().GetComposite().GetResource(), nil, options); len(errs) > 0 {
			b.Fatal(errs)
		}
	}
}

func BenchmarkBuild(b *testing.B) {
	req := sample.Running(5)
	app, _ := webapp.Read(webapp.WebApp, req.GetObserved().GetComposite().GetResource(), nil, options)
	set, _ := platform.ReadInput(req.GetInput())
	chosen := platform.Choose(app, &set.Settings, set, req.GetObserved().GetResources(), platform.Rights{}).Children

	var out map[string]*structpb.Struct

	b.ReportAllocs()

	for b.Loop() {
		out = child.Compose(new(webapp.NewPlan(app, &set.Settings, false)), chosen, req.GetObserved().GetResources())
	}

	if len(out) != len(chosen) {
		b.Fatal("not all children were built")
	}
}
