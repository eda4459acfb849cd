package e2e

import (
	"context"
	"strings"
	"testing"
)

// testOptions sets the optional fields of a WebApp that shape its pods, one at a
// time, and takes them away again: the Deployment has what they say, the WebApp
// runs, and then the Deployment is like that of a WebApp without them.
func testOptions(t *testing.T, n *namespace) {
	const plain = "image: 'nginx:1', replicas: 1, env: {COLOR: red}"

	n.webApp(t, "plain", plain)
	n.running(t, "plain", 1)

	without := n.get(t, deployments, "plain")

	n.apply(t, `{apiVersion: v1, kind: ServiceAccount, metadata: {name: robot}}`)
	n.cluster.apply(t, `{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: shops}, value: 1000}`)
	t.Cleanup(func() { _, _ = n.Kubectl(context.Background(), "delete", "priorityclass", "shops") })

	for _, tc := range []struct {
		// field is the name of the WebApp's field, and spec what it says.
		field, spec string

		// fields of the Deployment, in kubectl's jsonpath below the pods' spec, or
		// from the root if they begin with a dot, and what they become.
		fields, want string
	}{
		{
			field: "secretEnv", spec: "secretEnv: {PASSWORD: {name: db, key: password}, A: {name: a, key: b, optional: true}}",
			fields: "containers[0].env", want: `[{"name":"A","valueFrom":{"secretKeyRef":{"key":"b","name":"a","optional":true}}},{"name":"COLOR","value":"red"},{"name":"PASSWORD","valueFrom":{"secretKeyRef":{"key":"password","name":"db"}}}]`,
		},
		{
			field: "envFrom", spec: "envFrom: [{prefix: A_, configMapRef: {name: a}}, {secretRef: {name: b, optional: true}}]",
			fields: "containers[0].envFrom", want: `[{"configMapRef":{"name":"a"},"prefix":"A_"},{"secretRef":{"name":"b","optional":true}}]`,
		},
		{
			field: "volumes", spec: `volumes: [
				{name: settings, mountPath: /etc/shop, configMap: {name: shop, items: [{key: a, path: b}]}},
				{name: login, mountPath: /etc/login, subPath: a, readOnly: true, secret: {secretName: login, defaultMode: 0400}},
				{name: cache, mountPath: /cache, emptyDir: {medium: Memory, sizeLimit: 64Mi}},
				{name: room, mountPath: /room, emptyDir: {}},
				{name: who, mountPath: /who, projected: {sources: [{serviceAccountToken: {path: token}}, {configMap: {name: a}}, {secret: {name: b}}, {downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}]}}]}}]`,
			fields: "{.spec.template.spec.containers[0].volumeMounts} {.spec.template.spec.volumes[*].name} {.spec.template.spec.volumes[0].configMap.items} {.spec.template.spec.volumes[1].secret} {.spec.template.spec.volumes[2].emptyDir} {.spec.template.spec.volumes[4].projected.sources[*].serviceAccountToken.path}",
			want:   `[{"mountPath":"/etc/shop","name":"settings"},{"mountPath":"/etc/login","name":"login","readOnly":true,"subPath":"a"},{"mountPath":"/cache","name":"cache"},{"mountPath":"/room","name":"room"},{"mountPath":"/who","name":"who"}] settings login cache room who [{"key":"a","path":"b"}] {"defaultMode":256,"secretName":"login"} {"medium":"Memory","sizeLimit":"64Mi"} token`,
		},
		{
			field: "command", spec: "command: [sh, -c]",
			fields: "containers[0].command[*]", want: "sh -c",
		},
		{
			field: "args", spec: "args: [$(COLOR), '']",
			fields: "containers[0].args", want: `["$(COLOR)",""]`,
		},
		{
			field: "imagePullPolicy", spec: "imagePullPolicy: Always",
			fields: "containers[0].imagePullPolicy", want: "Always",
		},
		{
			field: "imagePullSecrets", spec: "imagePullSecrets: [{name: registry-login}]",
			fields: "imagePullSecrets[*].name", want: "registry-login",
		},
		{
			field: "resources", spec: "resources: {requests: {cpu: '0.10'}, limits: {memory: 32Mi}}",
			fields: "containers[0].resources", want: `{"limits":{"memory":"32Mi"},"requests":{"cpu":"100m","memory":"32Mi"}}`,
		},
		{
			field: "readinessProbe", spec: "readinessProbe: {httpGet: {path: /ready}, periodSeconds: 5}",
			fields: "containers[0].readinessProbe",
			want:   `{"failureThreshold":3,"httpGet":{"path":"/ready","port":"http","scheme":"HTTP"},"periodSeconds":5,"successThreshold":1,"timeoutSeconds":1}`,
		},
		{
			field: "readinessProbe-disabled", spec: "readinessProbe: {disabled: true}",
			fields: "containers[0]['name','readinessProbe']", want: "app",
		},
		{
			field: "livenessProbe", spec: "livenessProbe: {grpc: {service: shop}, terminationGracePeriodSeconds: 5}",
			fields: "containers[0].livenessProbe.grpc", want: `{"port":8080,"service":"shop"}`,
		},
		{
			field: "startupProbe", spec: "startupProbe: {failureThreshold: 30}",
			fields: "containers[0].startupProbe['tcpSocket','failureThreshold']", want: `{"port":"http"} 30`,
		},
		{
			field: "lifecycle", spec: "lifecycle: {preStop: {sleep: {seconds: 10}}}",
			fields: "{.spec.template.spec.terminationGracePeriodSeconds} {.spec.template.spec.containers[0].lifecycle}",
			want:   `40 {"preStop":{"sleep":{"seconds":10}}}`,
		},
		{
			field: "terminationGracePeriodSeconds", spec: "terminationGracePeriodSeconds: 60",
			fields: "{.spec.template.spec.terminationGracePeriodSeconds} {.spec.template.spec.containers[0].lifecycle}",
			want:   `60 {"preStop":{"sleep":{"seconds":5}}}`,
		},
		{
			field: "securityContext", spec: "securityContext: {runAsUser: 1000, readOnlyRootFilesystem: true, capabilities: {add: [NET_BIND_SERVICE]}}",
			fields: "{.spec.template.spec.securityContext} {.spec.template.spec.containers[0].securityContext} {.spec.template.spec.volumes} {.spec.template.spec.containers[0].volumeMounts}",
			want: `{"runAsNonRoot":true,"runAsUser":1000,"seccompProfile":{"type":"RuntimeDefault"}} ` +
				`{"allowPrivilegeEscalation":false,"capabilities":{"add":["NET_BIND_SERVICE"],"drop":["ALL"]},"readOnlyRootFilesystem":true} ` +
				`[{"emptyDir":{},"name":"tmp"}] [{"mountPath":"/tmp","name":"tmp"}]`,
		},
		{
			field: "serviceAccountName", spec: "serviceAccountName: robot",
			fields: "serviceAccountName", want: "robot",
		},
		{
			field: "configEnv", spec: "configEnv: {A: {name: shop, key: currency, optional: true}}",
			fields: "containers[0].env", want: `[{"name":"A","valueFrom":{"configMapKeyRef":{"key":"currency","name":"shop","optional":true}}},{"name":"COLOR","value":"red"}]`,
		},
		{
			field: "fieldEnv", spec: "fieldEnv: {NODE: spec.nodeName, TEAM: \"metadata.labels['team']\", MEMORY: limits.memory}",
			fields: "containers[0].env[*].valueFrom",
			want:   `{"resourceFieldRef":{"divisor":"0","resource":"limits.memory"}} {"fieldRef":{"apiVersion":"v1","fieldPath":"spec.nodeName"}} {"fieldRef":{"apiVersion":"v1","fieldPath":"metadata.labels['team']"}}`,
		},
		{
			field: "initContainers", spec: `initContainers: [{name: migrate, args: [migrate]}, {name: proxy, image: "envoy:v1", restartPolicy: Always, startupProbe: {tcpSocket: {port: 9901}}}]`,
			fields: "{range .spec.template.spec.initContainers[*]}{.name} {.image} {.imagePullPolicy} {.restartPolicy} {.securityContext.allowPrivilegeEscalation}; {end}",
			want:   "migrate nginx:1 IfNotPresent  false; proxy envoy:v1 IfNotPresent Always false; ",
		},
		{
			field: "podLabels", spec: "podLabels: {team: shop}",
			fields: "{.spec.template.metadata.labels.team} {.metadata.labels.team}", want: "shop ",
		},
		{
			field: "podAnnotations", spec: "podAnnotations: {a/b: c}",
			fields: "{.spec.template.metadata.annotations} {.metadata.annotations['a/b']}", want: `{"a/b":"c"} `,
		},
		{
			field: "deploymentAnnotations", spec: "deploymentAnnotations: {a/b: c}",
			fields: "{.spec.template.metadata.annotations} {.metadata.annotations['a/b']}", want: " c",
		},
		{
			field: "nodeSelector", spec: "nodeSelector: {topology.kubernetes.io/zone: zone-a}",
			fields: "nodeSelector", want: `{"topology.kubernetes.io/zone":"zone-a"}`,
		},
		{
			field: "affinity", spec: "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: topology.kubernetes.io/zone, operator: Exists}]}]}}, podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, podAffinityTerm: {labelSelector: {matchLabels: {noisy: 'true'}}, topologyKey: kubernetes.io/hostname}}]}}",
			fields: "affinity", want: `{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"topology.kubernetes.io/zone","operator":"Exists"}]}]}},"podAntiAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"podAffinityTerm":{"labelSelector":{"matchLabels":{"noisy":"true"}},"topologyKey":"kubernetes.io/hostname"},"weight":1}]}}`,
		},
		{
			field: "tolerations", spec: "tolerations: [{key: spot, operator: Exists, effect: NoSchedule}]",
			fields: "tolerations", want: `[{"effect":"NoSchedule","key":"spot","operator":"Exists"}]`,
		},
		{
			field: "priorityClassName", spec: "priorityClassName: shops",
			fields: "priorityClassName", want: "shops",
		},
		{
			field: "minReadySeconds", spec: "minReadySeconds: 1",
			fields: "{.spec.minReadySeconds}", want: "1",
		},
		{
			field: "progressDeadlineSeconds", spec: "progressDeadlineSeconds: 900",
			fields: "{.spec.progressDeadlineSeconds}", want: "900",
		},
	} {
		t.Run(tc.field, func(t *testing.T) {
			name := strings.ToLower(tc.field)
			fields := tc.fields

			if !strings.HasPrefix(fields, "{") {
				fields = "{.spec.template.spec." + fields + "}"
			}

			n.webApp(t, name, plain+", "+tc.spec)
			n.running(t, name, 1)
			n.expect(t, deployments, name, fields, tc.want)
			n.steady(t, name)

			n.webApp(t, name, plain)
			n.running(t, name, 1)
			n.expect(t, deployments, name, fields, read(t, without, fields))
		})
	}
}
