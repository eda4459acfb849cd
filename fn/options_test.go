package fn

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/crossplane/function-sdk-go/resource"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/child"
	"github.com/webapp-operator/function-webapp/fn/pod"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
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

// objectName is what names of objects must be.
const objectName = ": at most 253 lower case letters, digits, dashes and dots, starting and ending with a letter or digit"

// podFields is what fieldEnv may name.
const podFields = `must be metadata.name, .namespace, .uid, .labels['KEY'] or .annotations['KEY'], spec.nodeName or .serviceAccountName, status.hostIP, .hostIPs, .podIP or .podIPs, or cpu, memory or ephemeral-storage of limits or requests, such as limits.memory`

// TestPodOptions holds what each option changes of the pods, and that it changes
// nothing else.
func TestPodOptions(t *testing.T) {
	const affinity = `"affinity": {
		"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "disk", "operator": "In", "values": ["ssd"]}, {"key": "old", "operator": "DoesNotExist"}]}]},
			"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1, "preference": {"matchExpressions": [{"key": "cpus", "operator": "Gt", "values": ["8"]}]}}]},
		"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"labelSelector": {"matchLabels": {"app": "cache"}}, "topologyKey": "topology.kubernetes.io/zone", "namespaces": ["caches"]}]},
		"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 100, "podAffinityTerm": {"labelSelector": {}, "topologyKey": "kubernetes.io/hostname", "namespaceSelector": {}}}]}}`

	type want struct {
		// pod and container are what differs from the pods of a WebApp without
		// options, as JSON.
		pod, container string

		// metadata is that of the pods; deployment is what else of the Deployment's spec
		// differs, and annotations are its own.
		metadata, deployment, annotations string

		errs []string
	}

	cases := map[string]struct {
		reason string
		fields string
		want   want
	}{
		"Command": {
			reason: "It is the container's, and empty words are words.",
			fields: `"command": ["sh", "-c", ""], "args": ["$(COLOR)"]`,
			want:   want{container: `{"command": ["sh", "-c", ""], "args": ["$(COLOR)"]}`},
		},
		"CommandMistyped": {
			reason: "A command is a list, of texts.",
			fields: `"command": "sleep 1", "args": ["-p", 80]`,
			want: want{errs: []string{
				`spec.command: Invalid value: "string": must be a list`,
				`spec.args: Invalid value: "number": must be a string`,
			}},
		},
		"CommandTooLong": {
			reason: "There are bounds, and what is beyond is not repeated.",
			fields: `"command": [` + strings.Repeat(`"a",`, v1.MaxArguments) + `"a"], "args": ["` + strings.Repeat("é", v1.MaxArgumentLength) + `", "` + strings.Repeat("a", v1.MaxArgumentLength+1) + `"]`,
			want: want{errs: []string{
				`spec.command: Too many: 1001: must have at most 1000 items`,
				`spec.args[1]: Too long: may not have more than 131072 characters`,
			}},
		},
		"EnvFrom": {
			reason: "It is the container's.",
			fields: `"envFrom": [{"prefix": "A_", "configMapRef": {"name": "a", "optional": true}}, {"secretRef": {"name": "b"}}]`,
			want:   want{container: `{"envFrom": [{"prefix": "A_", "configMapRef": {"name": "a", "optional": true}}, {"secretRef": {"name": "b"}}]}`},
		},
		"EnvFromWrong": {
			reason: "Each is from one object, which has a name.",
			fields: `"envFrom": [{}, {"configMapRef": {"name": "a"}, "secretRef": {"name": "b"}}, {"prefix": "A=", "secretRef": {}}, {"configMapRef": {"name": "` + strings.Repeat("a", 254) + `"}}]`,
			want: want{errs: []string{
				`spec.envFrom[0]: Required value: set configMapRef or secretRef`,
				`spec.envFrom[1].secretRef: Forbidden: set configMapRef or secretRef, and not both`,
				`spec.envFrom[2].prefix: Invalid value: "A=": may hold at most 253 printable ASCII characters other than =`,
				`spec.envFrom[2].secretRef.name: Required value: say which Secret of the namespace`,
				`spec.envFrom[3].configMapRef.name: Invalid value: "` + strings.Repeat("a", 97) + `…": must be the name of a ConfigMap` + objectName,
			}},
		},
		"EnvFromMany": {
			reason: "There is a bound.",
			fields: `"envFrom": [` + strings.Repeat(`{"secretRef": {"name": "a"}}, `, v1.MaxEnvFrom) + `{}]`,
			want:   want{errs: []string{`spec.envFrom: Too many: 51: must have at most 50 items`}},
		},
		"InitContainers": {
			reason: "One that must be done runs the application's image if it names none, one that goes on beside it says so; both are as safe as the application, and see volumes of the WebApp.",
			fields: `"volumes": [{"name": "tmp", "mountPath": "/tmp", "emptyDir": {}}], "initContainers": [
				{"name": "migrate", "command": ["shop"], "args": ["migrate"], "env": {"STEP": "all"}, "secretEnv": {"PASSWORD": {"name": "db", "key": "password"}}, "fieldEnv": {"NODE": "spec.nodeName"},
					"volumeMounts": [{"name": "tmp", "mountPath": "/work", "readOnly": true}]},
				{"name": "proxy", "image": "envoy", "restartPolicy": "Always", "envFrom": [{"configMapRef": {"name": "a"}}], "configEnv": {"A": {"name": "a", "key": "b"}}, "resources": {"limits": {"memory": "64Mi"}},
					"startupProbe": {"tcpSocket": {"port": 9901}}, "readinessProbe": {"exec": {"command": ["true"]}}, "securityContext": {"runAsUser": 101, "capabilities": {"add": ["NET_BIND_SERVICE"]}}}]`,
			want: want{
				pod: `{"volumes": [{"name": "tmp", "emptyDir": {}}], "initContainers": [
					{"name": "migrate", "image": "nginx:1.27", "imagePullPolicy": "IfNotPresent", "command": ["shop"], "args": ["migrate"],
						"env": [{"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}, {"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}, {"name": "STEP", "value": "all"}],
						"volumeMounts": [{"name": "tmp", "mountPath": "/work", "readOnly": true}],
						"securityContext": {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}}},
					{"name": "proxy", "image": "envoy", "imagePullPolicy": "Always", "restartPolicy": "Always", "envFrom": [{"configMapRef": {"name": "a"}}],
						"env": [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "a", "key": "b"}}}], "resources": {"limits": {"memory": "64Mi"}},
						"startupProbe": {"tcpSocket": {"port": 9901}}, "readinessProbe": {"exec": {"command": ["true"]}},
						"securityContext": {"runAsUser": 101, "allowPrivilegeEscalation": false, "capabilities": {"add": ["NET_BIND_SERVICE"], "drop": ["ALL"]}}}]}`,
				container: `{"volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}]}`,
			},
		},
		"InitContainersPolicy": {
			reason: "The image is the application's, and so is when it is pulled.",
			fields: `"imagePullPolicy": "Always", "initContainers": [{"name": "migrate"}]`,
			want: want{
				pod:       `{"initContainers": [{"name": "migrate", "image": "nginx:1.27", "imagePullPolicy": "Always", "securityContext": {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}}}]}`,
				container: `{"imagePullPolicy": "Always"}`,
			},
		},
		"InitContainersEmpty": {
			reason: "Nothing said is nothing sent.",
			fields: `"initContainers": []`,
		},
		"InitContainersMistyped": {
			reason: "It is a list of objects.",
			fields: `"initContainers": {"name": "migrate"}`,
			want:   want{errs: []string{`spec.initContainers: Invalid value: "object": must be a list`}},
		},
		"InitContainersItem": {
			reason: "Each is one.",
			fields: `"initContainers": ["migrate"]`,
			want:   want{errs: []string{`spec.initContainers: Invalid value: "string": must be an object`}},
		},
		"InitContainersMany": {
			reason: "There is a bound.",
			fields: `"initContainers": [` + strings.Repeat(`{}, `, v1.MaxInitContainers) + `{}]`,
			want:   want{errs: []string{`spec.initContainers: Too many: 11: must have at most 10 items`}},
		},
		"InitContainersNames": {
			reason: "Names are its own, and what is said is checked as it is of the application.",
			fields: `"initContainers": [{"image": "https://a", "restartPolicy": "Never"}, {"name": "app"}, {"name": "A"}, {"name": "a"}, {"name": "a", "image": ""}]`,
			want: want{errs: []string{
				`spec.initContainers[0].name: Required value: give the container a name`,
				`spec.initContainers[0].image: Invalid value: "https://a": must be an image reference such as nginx:1.27, registry.acme.com:5000/team/shop:v3 or ghcr.io/acme/shop@sha256:…; repository names are lower case and there is no https://`,
				`spec.initContainers[0].restartPolicy: Unsupported value: "Never": supported values: "Always"`,
				`spec.initContainers[1].name: Duplicate value: "app"`,
				`spec.initContainers[2].name: Invalid value: "A": must be at most 63 lower case letters, digits and dashes, starting and ending with a letter or digit`,
				`spec.initContainers[4].name: Duplicate value: "a"`,
				`spec.initContainers[4].image: Invalid value: "": must be an image reference such as nginx:1.27, registry.acme.com:5000/team/shop:v3 or ghcr.io/acme/shop@sha256:…; repository names are lower case and there is no https://`,
			}},
		},
		"InitContainersEnv": {
			reason: "A variable is set once, and is as bounded as the application's.",
			fields: `"initContainers": [{"name": "a", "env": {"A": "1", "B=": "", "C": "` + strings.Repeat("a", v1.MaxEnvValueLength+1) + `"}, "secretEnv": {"A": {"name": "b", "key": "c"}}, "fieldEnv": {"D": "status.phase"}}]`,
			want: want{errs: []string{
				`spec.initContainers[0].env: Invalid value: "B=": environment variable names must not be empty and may hold printable ASCII characters other than =`,
				`spec.initContainers[0].env[C]: Too long: may not have more than 131072 characters`,
				`spec.initContainers[0].secretEnv[A]: Forbidden: the variable is in env, too: remove it from one of them`,
				`spec.initContainers[0].fieldEnv[D]: Invalid value: "status.phase": ` + podFields,
			}},
		},
		"InitContainersEnvMany": {
			reason: "There are not as many.",
			fields: `"initContainers": [{"name": "a", "env": {` + many(v1.MaxInitEnv+1) + `}}]`,
			want:   want{errs: []string{`spec.initContainers[0].env: Too many: 51: must have at most 50 items`}},
		},
		"InitContainersProbes": {
			reason: "Who must be done is not asked, and who is asked says on which port.",
			fields: `"initContainers": [{"name": "a", "livenessProbe": {"exec": {"command": ["true"]}}},
				{"name": "b", "restartPolicy": "Always", "startupProbe": {}, "readinessProbe": {"httpGet": {"port": "http"}}, "livenessProbe": {"grpc": {}}}]`,
			want: want{errs: []string{
				`spec.initContainers[0].livenessProbe: Forbidden: probes are for containers with restartPolicy Always: the others are done before anybody asks`,
				`spec.initContainers[1].startupProbe: Required value: say how to ask, and on which port, by its number: the name is of the application's`,
				`spec.initContainers[1].readinessProbe: Required value: say how to ask, and on which port, by its number: the name is of the application's`,
				`spec.initContainers[1].livenessProbe: Required value: say how to ask, and on which port, by its number: the name is of the application's`,
			}},
		},
		"InitContainersMounts": {
			reason: "They see volumes of the WebApp, each path once.",
			fields: `"volumes": [{"name": "tmp", "mountPath": "/tmp", "emptyDir": {}}], "initContainers": [{"name": "a", "volumeMounts": [
				{"mountPath": "/a"}, {"name": "data", "mountPath": "b"}, {"name": "tmp", "mountPath": "/c", "subPath": "../d"}, {"name": "tmp", "mountPath": "/c"}]}]`,
			want: want{errs: []string{
				`spec.initContainers[0].volumeMounts[0].name: Required value: say which of the application's volumes`,
				`spec.initContainers[0].volumeMounts[1].mountPath: Invalid value: "b": must be an absolute path below /, without a colon`,
				`spec.initContainers[0].volumeMounts[1].name: Unsupported value: "data": supported values: "tmp"`,
				`spec.initContainers[0].volumeMounts[2].subPath: Invalid value: "../d": must be a relative path without ..`,
				`spec.initContainers[0].volumeMounts[3].mountPath: Duplicate value: "/c"`,
			}},
		},
		"InitContainersMountsMany": {
			reason: "There is a bound.",
			fields: `"initContainers": [{"name": "a", "volumeMounts": [` + strings.Repeat(`{}, `, v1.MaxVolumes) + `{}]}]`,
			want:   want{errs: []string{`spec.initContainers[0].volumeMounts: Too many: 21: must have at most 20 items`}},
		},
		"InitContainersResources": {
			reason: "Quantities are checked before anybody reads them.",
			fields: `"initContainers": [{"name": "a", "resources": {"limits": {"memory": "1e-999999999"}}, "securityContext": {"runAsUser": 0}}, {"name": "b", "securityContext": {"fsGroup": 1}}]`,
			want: want{errs: []string{
				`spec.initContainers: Forbidden: unknown field "[1].securityContext.fsGroup"`,
				`spec.initContainers[0].resources.limits[memory]: Invalid value: "1e-999999999": must be a quantity such as 100m, 0.5 or 128Mi`,
				`spec.initContainers[0].securityContext.runAsUser: Invalid value: 0: 0 is root: set runAsNonRoot to false, too`,
			}},
		},
		"SecretEnv": {
			reason: "The variables are among those of env, in the order of names.",
			fields: `"env": {"A": "1", "C": "3"}, "secretEnv": {"D": {"name": "d", "key": "e", "optional": true}, "B": {"name": "b", "key": "c"}}`,
			want: want{container: `{"env": [
				{"name": "A", "value": "1"}, {"name": "B", "valueFrom": {"secretKeyRef": {"name": "b", "key": "c"}}},
				{"name": "C", "value": "3"}, {"name": "D", "valueFrom": {"secretKeyRef": {"name": "d", "key": "e", "optional": true}}}]}`},
		},
		"SecretEnvAlone": {
			reason: "They need no others.",
			fields: `"secretEnv": {"B": {"name": "b", "key": "c"}}`,
			want:   want{container: `{"env": [{"name": "B", "valueFrom": {"secretKeyRef": {"name": "b", "key": "c"}}}]}`},
		},
		"SecretEnvEmpty": {
			reason: "Nothing said is nothing sent.",
			fields: `"secretEnv": {}`,
		},
		"SecretEnvWrong": {
			reason: "A variable is set once, and each is an entry of a Secret.",
			fields: `"env": {"A": "1"}, "secretEnv": {"C": {"key": "a b"}, "A": {"name": "a", "key": "b"}, "B=": {"name": "b"}, "D": null}`,
			want: want{errs: []string{
				`spec.secretEnv[A]: Forbidden: the variable is in env, too: remove it from one of them`,
				`spec.secretEnv: Invalid value: "B=": environment variable names must not be empty and may hold printable ASCII characters other than =`,
				`spec.secretEnv[B=].key: Required value: say which entry of it`,
				`spec.secretEnv[C].name: Required value: say which Secret of the namespace`,
				`spec.secretEnv[C].key: Invalid value: "a b": must be a key: at most 253 letters, digits, dashes, underscores and dots`,
				`spec.secretEnv[D].name: Required value: say which Secret of the namespace`,
				`spec.secretEnv[D].key: Required value: say which entry of it`,
			}},
		},
		"SecretEnvMany": {
			reason: "There is a bound.",
			fields: `"secretEnv": {` + manySecrets(v1.MaxEnv+1) + `}`,
			want:   want{errs: []string{`spec.secretEnv: Too many: 1001: must have at most 1000 items`}},
		},
		"SecretEnvMistyped": {
			reason: "A value does not belong here.",
			fields: `"secretEnv": {"A": "secret"}`,
			want:   want{errs: []string{`spec.secretEnv: Invalid value: "string": must be an object`}},
		},
		"ConfigEnv": {
			reason: "All variables are in one order, wherever they come from.",
			fields: `"env": {"B": "2"}, "configEnv": {"A": {"name": "a", "key": "b"}, "E": {"name": "e", "key": "f", "optional": true}}, "secretEnv": {"C": {"name": "c", "key": "d"}}, "fieldEnv": {"D": "status.hostIP", "F": "limits.memory", "G": "metadata.labels['a/b']"}`,
			want: want{container: `{"env": [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "a", "key": "b"}}}, {"name": "B", "value": "2"},
				{"name": "C", "valueFrom": {"secretKeyRef": {"name": "c", "key": "d"}}}, {"name": "D", "valueFrom": {"fieldRef": {"fieldPath": "status.hostIP"}}},
				{"name": "E", "valueFrom": {"configMapKeyRef": {"name": "e", "key": "f", "optional": true}}},
				{"name": "F", "valueFrom": {"resourceFieldRef": {"resource": "limits.memory"}}}, {"name": "G", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['a/b']"}}}]}`},
		},
		"ConfigEnvWrong": {
			reason: "A variable is set once, and comes from somewhere.",
			fields: `"env": {"A": "1"}, "secretEnv": {"B": {"name": "b", "key": "c"}}, "configEnv": {"A": {"key": "a b"}, "B": {"name": "B", "key": "c"}},
				"fieldEnv": {"A": "status.phase", "B": "metadata.labels['a b']", "C": "metadata.annotations['A.b/c']", "D": "limits.nvidia.com/gpu"}`,
			want: want{errs: []string{
				`spec.configEnv[A]: Forbidden: the variable is in env, too: remove it from one of them`,
				`spec.configEnv[A].name: Required value: say which ConfigMap of the namespace`,
				`spec.configEnv[A].key: Invalid value: "a b": must be a key: at most 253 letters, digits, dashes, underscores and dots`,
				`spec.configEnv[B]: Forbidden: the variable is in secretEnv, too: remove it from one of them`,
				`spec.configEnv[B].name: Invalid value: "B": must be the name of a ConfigMap` + objectName,
				`spec.fieldEnv[A]: Forbidden: the variable is in env, too: remove it from one of them`,
				`spec.fieldEnv[A]: Forbidden: the variable is in configEnv, too: remove it from one of them`,
				`spec.fieldEnv[A]: Invalid value: "status.phase": ` + podFields,
				`spec.fieldEnv[B]: Forbidden: the variable is in secretEnv, too: remove it from one of them`,
				`spec.fieldEnv[B]: Forbidden: the variable is in configEnv, too: remove it from one of them`,
				`spec.fieldEnv[B]: Invalid value: "metadata.labels['a b']": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
				`spec.fieldEnv[D]: Invalid value: "limits.nvidia.com/gpu": ` + podFields,
			}},
		},
		"PodLabels": {
			reason: "They are on the pods beside ours, and annotations, too.",
			fields: `"podLabels": {"team": "shop"}, "podAnnotations": {"a/b": ""}, "deploymentAnnotations": {"c/d": "e"}`,
			want:   want{metadata: `{"labels": {"team": "shop"}, "annotations": {"a/b": ""}}`, annotations: `{"c/d": "e"}`},
		},
		"PodLabelsOurs": {
			reason: "What is set for everybody is refused by name.",
			fields: `"podLabels": {"app": "x", "managed-by": "x", "app.kubernetes.io/name": "x", "pod-template-hash": "x", "crossplane.io/x": "x", "a": "b c"},
				"podAnnotations": {"kubectl.kubernetes.io/restartedAt": "x", "pkg.crossplane.io/x": "x"}, "deploymentAnnotations": {"example.com/template-hash": "x", "deployment.kubernetes.io/revision": "1"}`,
			want: want{errs: []string{
				`spec.podLabels[a]: Invalid value: "b c": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
				`spec.podLabels[app]: Forbidden: this label is set for you`,
				`spec.podLabels[app.kubernetes.io/name]: Forbidden: this label is set for you`,
				`spec.podLabels[crossplane.io/x]: Forbidden: this label is set for you`,
				`spec.podLabels[managed-by]: Forbidden: this label is set for you`,
				`spec.podLabels[pod-template-hash]: Forbidden: this label is set for you`,
				`spec.podAnnotations[kubectl.kubernetes.io/restartedAt]: Forbidden: this annotation is set for you`,
				`spec.podAnnotations[pkg.crossplane.io/x]: Forbidden: this annotation is set for you`,
				`spec.deploymentAnnotations[deployment.kubernetes.io/revision]: Forbidden: this annotation is set for you`,
				`spec.deploymentAnnotations[example.com/template-hash]: Forbidden: this annotation is set for you`,
			}},
		},
		"Placement": {
			reason: "It is the pod's.",
			fields: `"nodeSelector": {"app": "x"}, "tolerations": [{"key": "spot", "value": "true", "effect": "NoExecute", "tolerationSeconds": 0}, {"operator": "Exists"}], "priorityClassName": "high"`,
			want:   want{pod: `{"nodeSelector": {"app": "x"}, "tolerations": [{"key": "spot", "value": "true", "effect": "NoExecute", "tolerationSeconds": 0}, {"operator": "Exists"}], "priorityClassName": "high"}`},
		},
		"PlacementWrong": {
			reason: "A taint has a key, and what does not go together is told.",
			fields: `"nodeSelector": {"a": "b c"}, "tolerations": [{}, {"key": "a", "operator": "Exists", "value": "b", "tolerationSeconds": 1}, {"key": "a b", "operator": "In", "effect": "No", "value": "a b"}, {"key": "a", "effect": "NoExecute", "tolerationSeconds": -1}], "priorityClassName": ""`,
			want: want{errs: []string{
				`spec.nodeSelector[a]: Invalid value: "b c": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
				`spec.tolerations[0].key: Required value: is needed, but with operator Exists, which tolerates every taint without it`,
				`spec.tolerations[1].value: Forbidden: is for operator Equal only`,
				`spec.tolerations[1].tolerationSeconds: Forbidden: is for effect NoExecute only`,
				`spec.tolerations[2].operator: Unsupported value: "In": supported values: "Equal", "Exists"`,
				`spec.tolerations[2].effect: Unsupported value: "No": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"`,
				`spec.tolerations[2].key: Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
				`spec.tolerations[2].value: Invalid value: "a b": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
				`spec.tolerations[3].tolerationSeconds: Invalid value: -1: must be between 0 and 86400, inclusive`,
				`spec.priorityClassName: Required value: say which PriorityClass of the cluster`,
			}},
		},
		"Affinity": {
			reason: "So is what draws it to nodes and pods, and keeps it away.",
			fields: affinity,
			want:   want{pod: `{` + affinity + `}`},
		},
		"AffinityWrong": {
			reason: "What Kubernetes refuses, and what nothing can meet.",
			fields: `"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {}, "preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 0, "preference": {"matchExpressions": []}}, {"preference": {"matchExpressions": [
				{}, {"key": "a b", "operator": "in"}, {"key": "a", "operator": "In"}, {"key": "a", "operator": "Exists", "values": ["b"]}, {"key": "a", "operator": "Gt", "values": ["b"]}, {"key": "a", "operator": "Lt", "values": ["1", "2"]}, {"key": "a", "operator": "NotIn", "values": ["b c"]}]}}]},
				"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"namespaces": ["A"]}, {"labelSelector": {"matchLabels": {"a b": "c"}}, "topologyKey": "a b"}]},
				"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 101, "podAffinityTerm": {"labelSelector": {}, "topologyKey": "a", "namespaceSelector": {"matchExpressions": [{"key": "a", "operator": "In"}]}}}]}}`,
			want: want{errs: []string{
				`spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: Required value: say at least one: without any, nothing is met`,
				`spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: Invalid value: 0: must be between 1 and 100, inclusive`,
				`spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].preference.matchExpressions: Required value: say at least one: without any, nothing is met`,
				`spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[1].weight: Required value: say how much it counts, from 1 to 100`,
				`spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[1].preference.matchExpressions[0].key: Required value: say which label`,
				`spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[1].preference.matchExpressions[0].operator: Required value: say how the label is compared`,
				`spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[1].preference.matchExpressions[1].key: Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
				`spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[1].preference.matchExpressions[1].operator: Unsupported value: "in": supported values: "In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"`,
				`spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[1].preference.matchExpressions[2].values: Required value: say which, for operators In and NotIn`,
				`spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[1].preference.matchExpressions[3].values: Forbidden: are not for operators Exists and DoesNotExist`,
				`spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[1].preference.matchExpressions[4].values: Required value: say one whole number in quotes, for operators Gt and Lt`,
				`spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[1].preference.matchExpressions[5].values: Required value: say one whole number in quotes, for operators Gt and Lt`,
				`spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[1].preference.matchExpressions[6].values[0]: Invalid value: "b c": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
				`spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector: Required value: say which pods: {} for all of them`,
				`spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Required value: say which label`,
				`spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].namespaces[0]: Invalid value: "A": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')`,
				`spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[1].topologyKey: Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
				`spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[1].labelSelector.matchLabels: Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
				`spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: Invalid value: 101: must be between 1 and 100, inclusive`,
				"spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].podAffinityTerm.namespaceSelector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
			}},
		},
		"AffinityMany": {
			reason: "It is told by its number.",
			fields: `"affinity": {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{}` + strings.Repeat(", {}", 10) + `]}, "podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"labelSelector": {}, "topologyKey": "a", "namespaces": ["a"` + strings.Repeat(`, "a"`, 20) + `]}]},
				"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "a", "operator": "In", "values": ["a"` + strings.Repeat(`, "a"`, 50) + `]}]}]}}}`,
			want: want{errs: []string{
				`spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].values: Too many: 51: must have at most 50 items`,
				`spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution: Too many: 11: must have at most 10 items`,
				`spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].namespaces: Too many: 21: must have at most 20 items`,
			}},
		},
		"Progress": {
			reason: "Kubernetes gives up no sooner than a replica may be ready, and has been for as long as it must.",
			fields: `"minReadySeconds": 3600`,
			want:   want{deployment: `{"minReadySeconds": 3600, "progressDeadlineSeconds": 3840}`},
		},
		"ProgressDeadline": {
			reason: "What a WebApp says is sent, and be it what Kubernetes takes by itself.",
			fields: `"minReadySeconds": 0, "progressDeadlineSeconds": 600`,
			want:   want{deployment: `{"minReadySeconds": 0, "progressDeadlineSeconds": 600}`},
		},
		"ProgressWrong": {
			reason: "Kubernetes could never be content.",
			fields: `"minReadySeconds": 60, "progressDeadlineSeconds": 60`,
			want:   want{errs: []string{`spec.progressDeadlineSeconds: Invalid value: 60: must be more than minReadySeconds`}},
		},
		"Volumes": {
			reason: "A volume is the pod's and its mount the container's; null is nothing.",
			fields: `"volumes": [
				{"name": "settings", "mountPath": "/etc/shop", "configMap": {"name": "shop", "items": [{"key": "a", "path": "b/..c", "mode": 256}], "optional": true, "defaultMode": 288}, "secret": null},
				{"name": "login", "mountPath": "/etc/login", "subPath": "a/b", "readOnly": true, "secret": {"secretName": "login"}},
				{"name": "cache", "mountPath": "/cache", "emptyDir": {}},
				{"name": "files", "mountPath": "/files", "persistentVolumeClaim": {"claimName": "files", "readOnly": true}},
				{"name": "who", "mountPath": "/who", "projected": {"sources": [
					{"configMap": {"name": "a"}}, {"secret": {"name": "b", "items": [{"key": "c", "path": "d"}]}},
					{"serviceAccountToken": {"path": "token", "audience": "cloud", "expirationSeconds": 600}},
					{"downwardAPI": {"items": [{"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}}, {"path": "app", "fieldRef": {"fieldPath": "metadata.labels['app']"}}]}}]}}]`,
			want: want{
				pod: `{"volumes": [
					{"name": "settings", "configMap": {"name": "shop", "items": [{"key": "a", "path": "b/..c", "mode": 256}], "optional": true, "defaultMode": 288}},
					{"name": "login", "secret": {"secretName": "login"}},
					{"name": "cache", "emptyDir": {}},
					{"name": "files", "persistentVolumeClaim": {"claimName": "files", "readOnly": true}},
					{"name": "who", "projected": {"sources": [
						{"configMap": {"name": "a"}}, {"secret": {"name": "b", "items": [{"key": "c", "path": "d"}]}},
						{"serviceAccountToken": {"path": "token", "audience": "cloud", "expirationSeconds": 600}},
						{"downwardAPI": {"items": [{"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}}, {"path": "app", "fieldRef": {"fieldPath": "metadata.labels['app']"}}]}}]}}]}`,
				container: `{"volumeMounts": [
					{"name": "settings", "mountPath": "/etc/shop"},
					{"name": "login", "mountPath": "/etc/login", "subPath": "a/b", "readOnly": true},
					{"name": "cache", "mountPath": "/cache"}, {"name": "files", "mountPath": "/files"}, {"name": "who", "mountPath": "/who"}]}`,
			},
		},
		"VolumesAndTmp": {
			reason: "What a read-only root filesystem needs has another name.",
			fields: `"volumes": [{"name": "tmp", "mountPath": "/var/tmp", "emptyDir": {}}, {"name": "tmp-0", "mountPath": "/a", "emptyDir": {}}], "securityContext": {"readOnlyRootFilesystem": true}`,
			want: want{
				pod: `{"volumes": [{"name": "tmp", "emptyDir": {}}, {"name": "tmp-0", "emptyDir": {}}, {"name": "tmp-0-0", "emptyDir": {}}]}`,
				container: `{"volumeMounts": [{"name": "tmp", "mountPath": "/var/tmp"}, {"name": "tmp-0", "mountPath": "/a"}, {"name": "tmp-0-0", "mountPath": "/tmp"}],
					"securityContext": {"readOnlyRootFilesystem": true}}`,
			},
		},
		"VolumesAtTmp": {
			reason: "What is at /tmp already does for a read-only root filesystem.",
			fields: `"volumes": [{"name": "a", "mountPath": "/tmp", "emptyDir": {}}], "securityContext": {"readOnlyRootFilesystem": true}`,
			want: want{
				pod:       `{"volumes": [{"name": "a", "emptyDir": {}}]}`,
				container: `{"volumeMounts": [{"name": "a", "mountPath": "/tmp"}], "securityContext": {"readOnlyRootFilesystem": true}}`,
			},
		},
		"VolumesEmpty": {
			reason: "Nothing said is nothing sent.",
			fields: `"volumes": []`,
		},
		"VolumesWrong": {
			reason: "Names and places are there once, and each volume is from one place.",
			fields: `"volumes": [
				{}, {"name": "A", "mountPath": "a", "subPath": "a/..", "emptyDir": {}, "secret": {}},
				{"name": "b", "mountPath": "/b:", "emptyDir": {"medium": "Disk", "sizeLimit": 1}}, {"name": "b", "mountPath": "/b:", "configMap": {}},
				{"name": "c", "mountPath": "/", "subPath": "/c", "persistentVolumeClaim": {}}]`,
			want: want{errs: []string{
				`spec.volumes[0].name: Required value: give the volume a name`,
				`spec.volumes[0].mountPath: Required value: say where the container sees the files`,
				`spec.volumes[0]: Required value: set exactly one of configMap, secret, emptyDir, persistentVolumeClaim, projected and ephemeral`,
				`spec.volumes[1].name: Invalid value: "A": must be at most 63 lower case letters, digits and dashes, starting and ending with a letter or digit`,
				`spec.volumes[1].mountPath: Invalid value: "a": must be an absolute path below /, without a colon`,
				`spec.volumes[1].subPath: Invalid value: "a/..": must be a relative path without ..`,
				`spec.volumes[1]: Forbidden: set exactly one of configMap, secret, emptyDir, persistentVolumeClaim, projected and ephemeral`,
				`spec.volumes[1].secret.secretName: Required value: say which Secret of the namespace`,
				`spec.volumes[2].mountPath: Invalid value: "/b:": must be an absolute path below /, without a colon`,
				`spec.volumes[2].emptyDir.medium: Unsupported value: "Disk": supported values: "", "Memory"`,
				`spec.volumes[3].mountPath: Invalid value: "/b:": must be an absolute path below /, without a colon`,
				`spec.volumes[3].configMap.name: Required value: say which ConfigMap of the namespace`,
				`spec.volumes[3].name: Duplicate value: "b"`,
				`spec.volumes[3].mountPath: Duplicate value: "/b:"`,
				`spec.volumes[4].mountPath: Invalid value: "/": must be an absolute path below /, without a colon`,
				`spec.volumes[4].subPath: Invalid value: "/c": must be a relative path without ..`,
				`spec.volumes[4].persistentVolumeClaim.claimName: Required value: say which PersistentVolumeClaim of the namespace`,
			}},
		},
		"VolumesFilesWrong": {
			reason: "Files stay in their volume and have modes, and tokens end.",
			fields: `"volumes": [
				{"name": "a", "mountPath": "/a", "secret": {"secretName": "a", "items": [{"path": "/a"}, {"key": "a/b", "path": "..a", "mode": 512}], "defaultMode": -1}},
				{"name": "b", "mountPath": "/b", "projected": {"sources": []}},
				{"name": "c", "mountPath": "/c", "projected": {"defaultMode": 512, "sources": [
					{}, {"secret": {}, "configMap": {}},
					{"serviceAccountToken": {"expirationSeconds": 1, "audience": "` + strings.Repeat("a", 1025) + `"}},
					{"downwardAPI": {}}, {"downwardAPI": {"items": [{"path": "a/../..", "fieldRef": {"fieldPath": "spec.nodeName"}}]}}]}}]`,
			want: want{errs: []string{
				`spec.volumes[0].secret.items[0].key: Required value: say which entry of it`,
				`spec.volumes[0].secret.items[0].path: Invalid value: "/a": must be a relative path without ..`,
				`spec.volumes[0].secret.items[1].key: Invalid value: "a/b": must be a key: at most 253 letters, digits, dashes, underscores and dots`,
				`spec.volumes[0].secret.items[1].path: Invalid value: "..a": must be a relative path without ..`,
				`spec.volumes[0].secret.items[1].mode: Invalid value: 512: must be between 0 and 0777 (511), inclusive`,
				`spec.volumes[0].secret.defaultMode: Invalid value: -1: must be between 0 and 0777 (511), inclusive`,
				`spec.volumes[1].projected.sources: Required value: say where the files come from`,
				`spec.volumes[2].projected.sources[0]: Required value: set exactly one of configMap, secret, serviceAccountToken and downwardAPI`,
				`spec.volumes[2].projected.sources[1]: Forbidden: set exactly one of configMap, secret, serviceAccountToken and downwardAPI`,
				`spec.volumes[2].projected.sources[1].configMap.name: Required value: say which ConfigMap of the namespace`,
				`spec.volumes[2].projected.sources[1].secret.name: Required value: say which Secret of the namespace`,
				`spec.volumes[2].projected.sources[2].serviceAccountToken.path: Required value: say which file of the volume`,
				`spec.volumes[2].projected.sources[2].serviceAccountToken.audience: Invalid value: "` + strings.Repeat("a", 97) + `…": may not have more than 1024 characters`,
				`spec.volumes[2].projected.sources[2].serviceAccountToken.expirationSeconds: Invalid value: 1: must be between 600 and 4294967296, inclusive`,
				`spec.volumes[2].projected.sources[3].downwardAPI.items: Required value: say which fields of the pod`,
				`spec.volumes[2].projected.sources[4].downwardAPI.items[0].path: Invalid value: "a/../..": must be a relative path without ..`,
				`spec.volumes[2].projected.sources[4].downwardAPI.items[0].fieldRef.fieldPath: Invalid value: "spec.nodeName": must be metadata.name, metadata.namespace, metadata.uid, metadata.labels, metadata.annotations, metadata.labels['key'] or metadata.annotations['key']`,
				`spec.volumes[2].projected.defaultMode: Invalid value: 512: must be between 0 and 0777 (511), inclusive`,
			}},
		},
		"VolumesSizes": {
			reason: "Sizes are quantities, and not such as take minutes to read.",
			fields: `"volumes": [
				{"name": "a", "mountPath": "/a", "emptyDir": {"sizeLimit": "1e-999999999"}}, {"name": "b", "mountPath": "/b", "emptyDir": {"sizeLimit": 0.5}},
				{"name": "c", "mountPath": "/c", "emptyDir": {"sizeLimit": []}}, {"name": "d", "mountPath": "/d", "emptyDir": {"sizeLimit": "64Mi"}}]`,
			want: want{errs: []string{
				`spec.volumes[0].emptyDir.sizeLimit: Invalid value: "1e-999999999": must be a quantity such as 64Mi or 1Gi`,
				`spec.volumes[1].emptyDir.sizeLimit: Invalid value: 0.5: must be a quantity such as 64Mi or 1Gi`,
				`spec.volumes[2].emptyDir.sizeLimit: Invalid value: "array": must be a quantity such as 64Mi or 1Gi`,
			}},
		},
		"VolumesMany": {
			reason: "There are bounds.",
			fields: `"volumes": [` + strings.Repeat(`{}, `, v1.MaxVolumes) + `{}]`,
			want:   want{errs: []string{`spec.volumes: Too many: 21: must have at most 20 items`}},
		},
		"VolumesManyFiles": {
			reason: "There are bounds of what is in a volume, too.",
			fields: `"volumes": [{"name": "a", "mountPath": "/a", "configMap": {"name": "a", "items": [` + strings.Repeat(`{}, `, v1.MaxVolumeItems) + `{}]}},
				{"name": "b", "mountPath": "/b", "projected": {"sources": [` + strings.Repeat(`{}, `, v1.MaxVolumeSources) + `{}]}},
				{"name": "c", "mountPath": "/c", "projected": {"sources": [{"downwardAPI": {"items": [` + strings.Repeat(`{}, `, v1.MaxVolumeItems) + `{}]}}]}}]`,
			want: want{errs: []string{
				`spec.volumes[0].configMap.items: Too many: 51: must have at most 50 items`,
				`spec.volumes[1].projected.sources: Too many: 11: must have at most 10 items`,
				`spec.volumes[2].projected.sources[0].downwardAPI.items: Too many: 51: must have at most 50 items`,
			}},
		},
		"VolumesEphemeral": {
			reason: "A volume of each pod's own asks for a size.",
			fields: `"volumes": [{"name": "room", "mountPath": "/room", "ephemeral": {"volumeClaimTemplate": {"spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "fast", "resources": {"requests": {"storage": "10Gi"}}, "volumeMode": "Filesystem"}}}}]`,
			want: want{
				pod:       `{"volumes": [{"name": "room", "ephemeral": {"volumeClaimTemplate": {"spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "fast", "resources": {"requests": {"storage": "10Gi"}}, "volumeMode": "Filesystem"}}}}]}`,
				container: `{"volumeMounts": [{"name": "room", "mountPath": "/room"}]}`,
			},
		},
		"VolumesEphemeralWrong": {
			reason: "What Kubernetes refuses of a claim it would refuse of every pod.",
			fields: `"volumes": [
				{"name": "a", "mountPath": "/a", "ephemeral": {}},
				{"name": "b", "mountPath": "/b", "ephemeral": {"volumeClaimTemplate": {"spec": {"accessModes": ["ReadWriteOncePod", "ReadWriteOnce"], "storageClassName": "Fast", "resources": {"requests": {"storage": 1}}, "volumeMode": "Block"}}}},
				{"name": "c", "mountPath": "/c", "ephemeral": {"volumeClaimTemplate": {"spec": {"accessModes": ["Once", "ReadWriteMany", "ReadWriteMany"], "resources": {"requests": {"storage": "1Gi"}}}}}}]`,
			want: want{errs: []string{
				"spec.volumes[0].ephemeral.volumeClaimTemplate.spec.accessModes: Required value: say how the volume may be mounted: [ReadWriteOnce] is what nearly every StorageClass has",
				"spec.volumes[0].ephemeral.volumeClaimTemplate.spec.resources.requests.storage: Required value: say how large the volume is, for example 10Gi",
				`spec.volumes[1].ephemeral.volumeClaimTemplate.spec.accessModes: Invalid value: "ReadWriteOncePod": may be ReadWriteOncePod alone`,
				`spec.volumes[1].ephemeral.volumeClaimTemplate.spec.storageClassName: Invalid value: "Fast": must be the name of a StorageClass` + objectName,
				`spec.volumes[1].ephemeral.volumeClaimTemplate.spec.volumeMode: Unsupported value: "Block": supported values: "Filesystem"`,
				`spec.volumes[2].ephemeral.volumeClaimTemplate.spec.accessModes[0]: Unsupported value: "Once": supported values: "ReadWriteOnce", "ReadWriteOncePod", "ReadWriteMany", "ReadOnlyMany"`,
				`spec.volumes[2].ephemeral.volumeClaimTemplate.spec.accessModes[2]: Duplicate value: "ReadWriteMany"`,
			}},
		},
		"VolumesEphemeralSize": {
			reason: "What is no size is told first, because some are not safe to read.",
			fields: `"volumes": [
				{"name": "a", "mountPath": "/a", "ephemeral": {"volumeClaimTemplate": {"spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1e-999999999"}}}}}},
				{"name": "b", "mountPath": "/b", "ephemeral": {"volumeClaimTemplate": {"spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": 0}}}}}},
				{"name": "c", "mountPath": "/c", "ephemeral": {"volumeClaimTemplate": {"spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "512m"}}}}}}]`,
			want: want{errs: []string{
				`spec.volumes[0].ephemeral.volumeClaimTemplate.spec.resources.requests.storage: Invalid value: "1e-999999999": must be a quantity such as 512Mi or 10Gi`,
				`spec.volumes[1].ephemeral.volumeClaimTemplate.spec.resources.requests.storage: Invalid value: 0: must be more than 0`,
				`spec.volumes[2].ephemeral.volumeClaimTemplate.spec.resources.requests.storage: Invalid value: "512m": must be whole bytes: m is a thousandth of a byte, so that Mi may be meant`,
			}},
		},
		"VolumesOther": {
			reason: "There are kinds that a web application does not have.",
			fields: `"volumes": [{"name": "a", "mountPath": "/a", "hostPath": {"path": "/"}}]`,
			want: want{errs: []string{
				`spec.volumes: Forbidden: unknown field "[0].hostPath"`,
				`spec.volumes[0]: Required value: set exactly one of configMap, secret, emptyDir, persistentVolumeClaim, projected and ephemeral`,
			}},
		},
		"Strategy": {
			reason: "It is not the pods'.",
			fields: `"strategy": {"type": "Recreate"}`,
		},
		"StrategyWrong": {
			reason: "There are two, and one has no numbers.",
			fields: `"strategy": {"type": "Recreate", "rollingUpdate": {}}`,
			want:   want{errs: []string{`spec.strategy.rollingUpdate: Forbidden: is for type RollingUpdate only`}},
		},
		"StrategyUnknown": {
			reason: "There is no other.",
			fields: `"strategy": {"type": "BlueGreen"}`,
			want:   want{errs: []string{`spec.strategy.type: Unsupported value: "BlueGreen": supported values: "RollingUpdate", "Recreate"`}},
		},
		"StrategyStill": {
			reason: "Something must be allowed to change, and maxUnavailable is 0 by default.",
			fields: `"strategy": {"rollingUpdate": {"maxSurge": "0%"}}`,
			want:   want{errs: []string{`spec.strategy.rollingUpdate.maxSurge: Invalid value: "0%": must not be 0 while maxUnavailable is 0, too, which is its default: no pod could ever be replaced`}},
		},
		"StrategyNumbers": {
			reason: "They are numbers or percents.",
			fields: `"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": -1, "maxUnavailable": "half"}}`,
			want: want{errs: []string{
				`spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "half": must be a number from 0 to 100, or percents from 0% to 100%`,
				`spec.strategy.rollingUpdate.maxSurge: Invalid value: "-1": must be a number from 0 to 100, or percents from 0% to 100%`,
			}},
		},
		"StrategyMistyped": {
			reason: "It is an object.",
			fields: `"strategy": "Recreate"`,
			want:   want{errs: []string{`spec.strategy: Invalid value: "string": must be an object`}},
		},
		"ServiceAccountName": {
			reason: "Under its old name too, which Kubernetes would keep.",
			fields: `"serviceAccountName": "shop.acme"`,
			want:   want{pod: `{"serviceAccountName": "shop.acme", "serviceAccount": "shop.acme"}`},
		},
		"ServiceAccountNameWrong": {
			reason: "It is the name of an object.",
			fields: `"serviceAccountName": "Shop"`,
			want:   want{errs: []string{`spec.serviceAccountName: Invalid value: "Shop": must be the name of a ServiceAccount: at most 253 lower case letters, digits, dashes and dots, starting and ending with a letter or digit`}},
		},
		"ServiceAccountNameMistyped": {
			reason: "Nothing else than text is a name.",
			fields: `"serviceAccountName": {"name": "shop"}`,
			want:   want{errs: []string{`spec.serviceAccountName: Invalid value: "object": must be a string`}},
		},
		"ImagePullPolicy": {
			reason: "It is the container's.",
			fields: `"imagePullPolicy": "Always"`,
			want:   want{container: `{"imagePullPolicy": "Always"}`},
		},
		"MetricsPort": {
			reason: "Prometheus finds a port that the container names.",
			fields: `"metrics": {"port": 9090}`,
			want:   want{container: `{"ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"}, {"name": "metrics", "containerPort": 9090, "protocol": "TCP"}]}`},
		},
		"MetricsPortOfTheWebApp": {
			reason: "A container names a port once.",
			fields: `"metrics": {"port": 8080}`,
		},
		"Metrics": {
			reason: "Without a port, metrics are on the WebApp's.",
			fields: `"metrics": {"path": "/stats"}`,
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
				`spec.imagePullSecrets[0].name: Required value: say which Secret of the namespace`,
			}},
		},
		"ImagePullSecretsMistyped": {
			reason: "A list is no name.",
			fields: `"imagePullSecrets": "a"`,
			want:   want{errs: []string{`spec.imagePullSecrets: Invalid value: "string": must be a list`}},
		},
		"Resources": {
			reason: "They are the container's.",
			fields: `"resources": {"requests": {"cpu": "100m"}, "limits": {"memory": "1Gi"}}`,
			want:   want{container: `{"resources": {"requests": {"cpu": "100m"}, "limits": {"memory": "1Gi"}}}`},
		},
		"ResourcesEmpty": {
			reason: "Nothing said is nothing sent.",
			fields: `"resources": {"requests": {}}`,
		},
		"ResourcesWrong": {
			reason: "A request fits under its limit, and there are no claims.",
			fields: `"resources": {"requests": {"cpu": "2", "acme.com/gpu": 1}, "limits": {"cpu": "1", "memory": 0.5, "gpu": 1}, "claims": []}`,
			want: want{errs: []string{
				`spec.resources.claims: Forbidden: unknown field: known here are requests, limits`,
				`spec.resources.limits[gpu]: Unsupported value: "gpu": supported values: "cpu", "memory", "ephemeral-storage", "hugepages-<size>", "<domain>/<name>"`,
				`spec.resources.limits[acme.com/gpu]: Required value: must be the request of 1, because it cannot be shared`,
				`spec.resources.requests[cpu]: Invalid value: "2": must not exceed the limit of 1`,
				`spec.resources.limits[memory]: Invalid value: "number": must be in quotes: "0.5"`,
			}},
		},
		"ResourcesMistyped": {
			reason: "A text is no list, and said so once.",
			fields: `"resources": {"requests": "1", "limits": {"cpu": "1e-999999999"}}`,
			want: want{errs: []string{
				`spec.resources.requests: Invalid value: "string": must be an object`,
				`spec.resources.limits[cpu]: Invalid value: "1e-999999999": must be a quantity such as 100m, 0.5 or 128Mi`,
			}},
		},
		"ResourcesMany": {
			reason: "There is a bound.",
			fields: `"resources": {"limits": {"a/0": 1, "a/1": 1, "a/2": 1, "a/3": 1, "a/4": 1, "a/5": 1, "a/6": 1, "a/7": 1, "a/8": 1, "a/9": 1, "a/10": 1, "a/11": 1, "a/12": 1, "a/13": 1, "a/14": 1, "a/15": 1, "a/16": 1, "a/17": 1, "a/18": 1, "a/19": 1, "a/20": 1}}`,
			want:   want{errs: []string{`spec.resources.limits: Too many: 21: must have at most 20 items`}},
		},
		"ReadinessProbe": {
			reason: "How to ask takes the place of the default, and the port is the WebApp's by its name.",
			fields: `"readinessProbe": {"httpGet": {"path": "/ready", "httpHeaders": [{"name": "X-A", "value": "b"}]}, "disabled": false, "initialDelaySeconds": 0}`,
			want: want{container: `{"readinessProbe": {"tcpSocket": null, "initialDelaySeconds": 0,
				"httpGet": {"path": "/ready", "port": "http", "httpHeaders": [{"name": "X-A", "value": "b"}]}}}`},
		},
		"ReadinessProbeWithoutHow": {
			reason: "When to ask changes nothing else.",
			fields: `"readinessProbe": {"periodSeconds": 5, "successThreshold": 2}`,
			want:   want{container: `{"readinessProbe": {"periodSeconds": 5, "successThreshold": 2}}`},
		},
		"ReadinessProbeEmpty": {
			reason: "Nothing said is the default.",
			fields: `"readinessProbe": {}`,
		},
		"ReadinessProbeDisabled": {
			reason: "It can be turned off.",
			fields: `"readinessProbe": {"disabled": true}`,
			want:   want{container: `{"readinessProbe": null}`},
		},
		"ReadinessProbeWrong": {
			reason: "One way to ask, numbers that mean something, and nothing more if it is turned off.",
			fields: `"readinessProbe": {"disabled": true, "grpc": {"port": 0}, "exec": {}, "tcpSocket": {"port": "web"}, "initialDelaySeconds": -1, "timeoutSeconds": 0, "periodSeconds": 0, "failureThreshold": 0, "successThreshold": 0,
				"httpGet": {"path": "", "port": 65536, "scheme": "FTP", "httpHeaders": [{"name": "A B"}]}}`,
			want: want{errs: []string{
				`spec.readinessProbe: Forbidden: set one of httpGet, tcpSocket, grpc and exec`,
				`spec.readinessProbe.initialDelaySeconds: Invalid value: -1: must be at least 0`,
				`spec.readinessProbe.timeoutSeconds: Invalid value: 0: must be at least 1`,
				`spec.readinessProbe.periodSeconds: Invalid value: 0: must be at least 1`,
				`spec.readinessProbe.failureThreshold: Invalid value: 0: must be at least 1`,
				`spec.readinessProbe.httpGet.port: Invalid value: 65536: must be between 1 and 65535, inclusive`,
				`spec.readinessProbe.httpGet.path: Invalid value: "": must not be empty: the default is /`,
				`spec.readinessProbe.httpGet.scheme: Unsupported value: "FTP": supported values: "HTTP", "HTTPS"`,
				`spec.readinessProbe.httpGet.httpHeaders[0].name: Invalid value: "A B": a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')`,
				`spec.readinessProbe.tcpSocket.port: Unsupported value: "web": supported values: "http", "1–65535"`,
				`spec.readinessProbe.grpc.port: Invalid value: 0: must be between 1 and 65535, inclusive`,
				`spec.readinessProbe.exec.command: Required value: say which program of the container to run`,
				`spec.readinessProbe.successThreshold: Invalid value: 0: must be at least 1`,
				`spec.readinessProbe.disabled: Forbidden: a disabled probe has nothing else`,
			}},
		},
		"ReadinessProbeUnknown": {
			reason: "Pod Security forbids a host, and readiness stops nothing.",
			fields: `"readinessProbe": {"httpGet": {"host": "example.com"}, "terminationGracePeriodSeconds": 1}`,
			want: want{errs: []string{
				`spec.readinessProbe: Forbidden: unknown field "httpGet.host"`,
				`spec.readinessProbe: Forbidden: unknown field "terminationGracePeriodSeconds"`,
			}},
		},
		"ReadinessProbeMistyped": {
			reason: "A text is no number.",
			fields: `"readinessProbe": {"periodSeconds": "5"}`,
			want:   want{errs: []string{`spec.readinessProbe.periodSeconds: Invalid value: "string": must be a whole number`}},
		},
		"ReadinessProbePortMistyped": {
			reason: "A port is a number or a name.",
			fields: `"readinessProbe": {"httpGet": {"port": true}}`,
			want:   want{errs: []string{`spec.readinessProbe.httpGet.port: Invalid value: "bool": must be a whole number`}},
		},
		"LivenessProbe": {
			reason: "A port that is named stays, and so does all else.",
			fields: `"livenessProbe": {"httpGet": {"path": "/live", "port": 9090, "scheme": "HTTPS"}, "terminationGracePeriodSeconds": 5, "successThreshold": 1}`,
			want: want{container: `{"livenessProbe": {"httpGet": {"path": "/live", "port": 9090, "scheme": "HTTPS"},
				"terminationGracePeriodSeconds": 5, "successThreshold": 1}}`},
		},
		"LivenessProbeGRPC": {
			reason: "Calls know no names of ports.",
			fields: `"port": 9000, "livenessProbe": {"grpc": {"service": "shop"}}`,
			want: want{container: `{"livenessProbe": {"grpc": {"service": "shop", "port": 9000}},
				"ports": [{"name": "http", "containerPort": 9000, "protocol": "TCP"}]}`},
		},
		"LivenessProbeWrong": {
			reason: "What stops a container needs one good answer, and leaves it a second.",
			fields: `"livenessProbe": {"successThreshold": 2, "terminationGracePeriodSeconds": 0, "disabled": true}, "startupProbe": {"successThreshold": 0}`,
			want: want{errs: []string{
				`spec.livenessProbe: Forbidden: unknown field "disabled"`,
				`spec.startupProbe.successThreshold: Invalid value: 0: must be 1`,
			}},
		},
		"LivenessProbeNumbers": {
			reason: "What stops a container leaves it a second.",
			fields: `"livenessProbe": {"terminationGracePeriodSeconds": 0}`,
			want:   want{errs: []string{`spec.livenessProbe.terminationGracePeriodSeconds: Invalid value: 0: must be at least 1`}},
		},
		"StartupProbe": {
			reason: "It connects to the port if it does not say how to ask, and a command needs no port.",
			fields: `"startupProbe": {"failureThreshold": 30}, "livenessProbe": {"exec": {"command": ["true"]}}`,
			want: want{container: `{"startupProbe": {"failureThreshold": 30, "tcpSocket": {"port": "http"}},
				"livenessProbe": {"exec": {"command": ["true"]}}}`},
		},
		"GracePeriod": {
			reason: "The container goes on serving for five seconds before it is asked to stop.",
			fields: `"terminationGracePeriodSeconds": 60`,
			want:   want{pod: `{"terminationGracePeriodSeconds": 60}`},
		},
		"GracePeriodShort": {
			reason: "Half of the time is left to stop in.",
			fields: `"terminationGracePeriodSeconds": 5`,
			want: want{
				pod:       `{"terminationGracePeriodSeconds": 5}`,
				container: `{"lifecycle": {"preStop": {"sleep": {"seconds": 2}}}}`,
			},
		},
		"GracePeriodOne": {
			reason: "There is no time to go on in.",
			fields: `"terminationGracePeriodSeconds": 1`,
			want:   want{pod: `{"terminationGracePeriodSeconds": 1}`, container: `{"lifecycle": null}`},
		},
		"GracePeriodNone": {
			reason: "Who wants to be killed is.",
			fields: `"terminationGracePeriodSeconds": 0`,
			want:   want{pod: `{"terminationGracePeriodSeconds": 0}`, container: `{"lifecycle": null}`},
		},
		"Lifecycle": {
			reason: "A longer pause leaves as much time to stop in as without one.",
			fields: `"lifecycle": {"preStop": {"sleep": {"seconds": 20}}}`,
			want: want{
				pod:       `{"terminationGracePeriodSeconds": 50}`,
				container: `{"lifecycle": {"preStop": {"sleep": {"seconds": 20}}}}`,
			},
		},
		"LifecycleNone": {
			reason: "Nobody has to have one.",
			fields: `"lifecycle": {"preStop": {"sleep": {"seconds": 0}}}`,
			want:   want{pod: `{"terminationGracePeriodSeconds": null}`, container: `{"lifecycle": null}`},
		},
		"LifecycleInGracePeriod": {
			reason: "Who says both means both.",
			fields: `"lifecycle": {"preStop": {"sleep": {"seconds": 9}}}, "terminationGracePeriodSeconds": 10`,
			want: want{
				pod:       `{"terminationGracePeriodSeconds": 10}`,
				container: `{"lifecycle": {"preStop": {"sleep": {"seconds": 9}}}}`,
			},
		},
		"LifecycleTooLong": {
			reason: "Kubernetes refuses a pause that does not fit.",
			fields: `"lifecycle": {"preStop": {"sleep": {"seconds": 10}}}, "terminationGracePeriodSeconds": 10`,
			want:   want{errs: []string{`spec.lifecycle.preStop.sleep.seconds: Invalid value: 10: must be less than terminationGracePeriodSeconds`}},
		},
		"LifecycleWrong": {
			reason: "It is at most an hour, and says how long.",
			fields: `"lifecycle": {"preStop": {"sleep": {"seconds": 3601}}}`,
			want:   want{errs: []string{`spec.lifecycle.preStop.sleep.seconds: Invalid value: 3601: must be between 0 and 3600, inclusive`}},
		},
		"LifecycleEmpty": {
			reason: "One that says nothing is a slip of the pen.",
			fields: `"lifecycle": {"preStop": {"sleep": {}}}`,
			want:   want{errs: []string{`spec.lifecycle.preStop.sleep.seconds: Required value: say for how many seconds a replica that leaves goes on serving, or leave lifecycle out`}},
		},
		"LifecycleOther": {
			reason: "Nothing else happens before a container stops.",
			fields: `"lifecycle": {"preStop": {"exec": {"command": ["sleep", "5"]}}}`,
			want:   want{errs: []string{`spec.lifecycle: Forbidden: unknown field "preStop.exec"`}},
		},
		"GracePeriodWrong": {
			reason: "It is at most an hour.",
			fields: `"terminationGracePeriodSeconds": 3601`,
			want:   want{errs: []string{`spec.terminationGracePeriodSeconds: Invalid value: 3601: must be between 0 and 3600, inclusive`}},
		},
		"SecurityContext": {
			reason: "Each field goes where Kubernetes has it, and the others keep their defaults.",
			fields: `"securityContext": {"runAsUser": 1000, "runAsGroup": 1000, "fsGroup": 2000, "fsGroupChangePolicy": "OnRootMismatch", "supplementalGroups": [3000],
				"seccompProfile": {"type": "Localhost", "localhostProfile": "profiles/shop.json"}, "capabilities": {"add": ["NET_BIND_SERVICE"]}}`,
			want: want{
				pod: `{"securityContext": {"runAsUser": 1000, "runAsGroup": 1000, "fsGroup": 2000, "fsGroupChangePolicy": "OnRootMismatch", "supplementalGroups": [3000],
					"seccompProfile": {"type": "Localhost", "localhostProfile": "profiles/shop.json"}}}`,
				container: `{"securityContext": {"capabilities": {"add": ["NET_BIND_SERVICE"]}}}`,
			},
		},
		"SecurityContextEmpty": {
			reason: "Nothing said is the default.",
			fields: `"securityContext": {"capabilities": {}}`,
		},
		"SecurityContextRoot": {
			reason: "Root is there for those who say so.",
			fields: `"securityContext": {"runAsUser": 0, "runAsNonRoot": false, "allowPrivilegeEscalation": true, "capabilities": {"drop": []}}`,
			want: want{
				pod:       `{"securityContext": {"runAsUser": 0, "runAsNonRoot": false}}`,
				container: `{"securityContext": {"allowPrivilegeEscalation": true, "capabilities": {"drop": []}}}`,
			},
		},
		"SecurityContextReadOnly": {
			reason: "Temporary files have a place.",
			fields: `"securityContext": {"readOnlyRootFilesystem": true}`,
			want: want{
				pod:       `{"volumes": [{"name": "tmp", "emptyDir": {}}]}`,
				container: `{"securityContext": {"readOnlyRootFilesystem": true}, "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}]}`,
			},
		},
		"SecurityContextWritable": {
			reason: "Where everything can be written to, nothing is mounted.",
			fields: `"securityContext": {"readOnlyRootFilesystem": false}`,
			want:   want{container: `{"securityContext": {"readOnlyRootFilesystem": false}}`},
		},
		"SecurityContextWrong": {
			reason: "What Pod Security's restricted profile forbids is not there, but for what has to be asked for by name.",
			fields: `"securityContext": {"runAsUser": 0, "runAsGroup": -1, "fsGroup": 2147483648, "fsGroupChangePolicy": "Never", "supplementalGroups": [0, -1],
				"seccompProfile": {"type": "Unconfined"}, "capabilities": {"add": ["SYS_ADMIN"], "drop": ["all"]}}`,
			want: want{errs: []string{
				`spec.securityContext.runAsGroup: Invalid value: -1: must be between 0 and 2147483647, inclusive`,
				`spec.securityContext.fsGroup: Invalid value: 2.147483648e+09: must be between 0 and 2147483647, inclusive`,
				`spec.securityContext.supplementalGroups[1]: Invalid value: -1: must be between 0 and 2147483647, inclusive`,
				`spec.securityContext.runAsUser: Invalid value: 0: 0 is root: set runAsNonRoot to false, too`,
				`spec.securityContext.fsGroupChangePolicy: Unsupported value: "Never": supported values: "OnRootMismatch", "Always"`,
				`spec.securityContext.seccompProfile.type: Unsupported value: "Unconfined": supported values: "RuntimeDefault", "Localhost"`,
				`spec.securityContext.capabilities.add[0]: Unsupported value: "SYS_ADMIN": supported values: "NET_BIND_SERVICE"`,
				`spec.securityContext.capabilities.drop[0]: Invalid value: "all": must be ALL or the name of a capability, such as NET_RAW`,
			}},
		},
		"SecurityContextUnknown": {
			reason: "There are no privileged WebApps.",
			fields: `"securityContext": {"privileged": true}`,
			want:   want{errs: []string{`spec.securityContext: Forbidden: unknown field "privileged"`}},
		},
		"SeccompProfileWithoutType": {
			reason: "It has a type.",
			fields: `"securityContext": {"seccompProfile": {}}`,
			want:   want{errs: []string{`spec.securityContext.seccompProfile.type: Required value: say RuntimeDefault or Localhost`}},
		},
		"SeccompProfileWithoutFile": {
			reason: "One on the node is in a file.",
			fields: `"securityContext": {"seccompProfile": {"type": "Localhost"}}`,
			want:   want{errs: []string{`spec.securityContext.seccompProfile.localhostProfile: Invalid value: "": is for type Localhost, which needs it`}},
		},
		"SeccompProfileElsewhere": {
			reason: "The file is in the kubelet's folder.",
			fields: `"securityContext": {"seccompProfile": {"type": "Localhost", "localhostProfile": "a/../../b"}}`,
			want:   want{errs: []string{`spec.securityContext.seccompProfile.localhostProfile: Invalid value: "a/../../b": must be a path below the kubelet's folder for profiles, without ..`}},
		},
	}

	// parts are what a Deployment is made of, apart from each other.
	parts := func(t *testing.T, fields string) (map[string]*structpb.Struct, []string) {
		t.Helper()

		if wrong := mistakes(webAppWith(fields)); wrong != nil {
			return nil, wrong
		}

		deployment := run(t, request(webAppWith(fields))).GetDesired().GetResources()[child.KeyDeployment].GetResource()
		spec := deployment.GetFields()["spec"]
		out := map[string]*structpb.Struct{
			"container":   pod.Container(deployment).GetStructValue(),
			"pod":         value.Dig(spec, "template", "spec").GetStructValue(),
			"metadata":    value.Dig(spec, "template", "metadata").GetStructValue(),
			"deployment":  spec.GetStructValue(),
			"annotations": value.Dig(deployment.GetFields()["metadata"], "annotations").GetStructValue(),
		}

		delete(out["pod"].GetFields(), "containers")
		delete(out["deployment"].GetFields(), "template")
		delete(out["deployment"].GetFields(), "strategy")
		delete(out["annotations"].GetFields(), webapp.TemplateHashAnnotation)

		if image := out["container"].GetFields()["image"].GetStringValue(); image != "nginx:1.27" {
			t.Errorf("want the image, got %q", image)
		}

		return out, nil
	}

	plain, _ := parts(t, `"port": 8080`)

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, errs := parts(t, tc.fields)
			if diff := cmp.Diff(tc.want.errs, errs); diff != "" {
				t.Errorf("\n%s\nwebapp.Read(...): -want, +got:\n%s", tc.reason, diff)
			}

			if errs != nil {
				return
			}

			for part, want := range map[string]string{
				"pod": tc.want.pod, "container": tc.want.container, "metadata": tc.want.metadata, "deployment": tc.want.deployment, "annotations": tc.want.annotations,
			} {
				if want == "" {
					want = "{}"
				}

				if diff := cmp.Diff(resource.MustStructJSON(want).AsMap(), difference(plain[part], got[part]).AsMap()); diff != "" {
					t.Errorf("\n%s\n%s: -want, +got:\n%s", tc.reason, part, diff)
				}
			}
		})
	}
}

// manySecrets are n variables from Secrets, as JSON.
func manySecrets(n int) string {
	entries := make([]string, 0, n)
	for i := range n {
		entries = append(entries, fmt.Sprintf(`"V%d": {"name": "a", "key": "b"}`, i))
	}

	return strings.Join(entries, ", ")
}
