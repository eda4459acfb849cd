package convert

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const deployment = `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  namespace: acme
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop, tier: web}}
    spec:
`

const service = `
---
apiVersion: v1
kind: Service
metadata: {name: shop, namespace: acme}
spec:
  selector: {app: shop}
  ports: [{port: 80, targetPort: web}]
`

// TestRun holds what is written, and what is said of it.
func TestRun(t *testing.T) {
	cases := map[string]struct {
		reason string
		in     string

		// out and report are parts of what must be there, and not is what must not, in
		// either.
		out, report, not []string
	}{
		"Pod": {
			reason: "What the pods may do, and what is asked of them, is kept.",
			in:     deployment + `      containers: [{name: web, image: "shop:1", ports: [{name: web, containerPort: 3000}]}]` + service,
			out:    []string{"runAsNonRoot: false", "disabled: true", "port: 3000", "image: shop:1", "tier: web", "namespace: acme"},
			report: []string{"acme/shop: converted\n", "containers[shop]", "web → http", "pods: replaced once", "in its way, until they are gone or consent to be taken over: Deployment shop, Service shop"},
			not:    []string{"\n  strategy:", "replicas:", "imagePullPolicy", "cannot say"},
		},
		"Beside": {
			reason: "The container that the Service leads to is the application, and the other runs beside it.",
			in: deployment + `      containers:
      - {name: proxy, image: "proxy:1", ports: [{name: admin, containerPort: 9901}], readinessProbe: {httpGet: {path: /ready, port: admin}}}
      - {name: web, image: "shop:1", ports: [{name: web, containerPort: 3000}]}` + service,
			out:    []string{"image: shop:1\n  initContainers:", "name: proxy", "restartPolicy: Always", "port: 9901"},
			report: []string{"containers[proxy] → initContainers[proxy] with restartPolicy: Always"},
		},
		"Which": {
			reason: "Nothing says which container is the application.",
			in:     deployment + `      containers: [{name: a, image: "a:1"}, {name: b, image: "b:1"}]` + service,
			report: []string{"acme/shop: not converted", "kubectl.kubernetes.io/default-container"},
			not:    []string{"kind: WebApp"},
		},
		"CannotSay": {
			reason: "A field that a WebApp does not have is told with its value, and what to do.",
			in: deployment + `      hostNetwork: true
      containers:
      - name: web
        image: shop:1
        ports: [{name: web, containerPort: 3000}]
        workingDir: /app
        securityContext: {privileged: true, capabilities: {add: [SYS_ADMIN]}}
        volumeMounts: [{name: data, mountPath: /data}]
        someNewField: 7
      volumes: [{name: data, hostPath: {path: /srv}}]` + service,
			report: []string{
				"converted in part", "spec.hostNetwork: true. A web application shares nothing", "workingDir: /app", "privileged: true", `capabilities: {"add":["SYS_ADMIN"]}`,
				`volumes[data]: {"hostPath":{"path":"/srv"},"name":"data"}. A WebApp mounts configMap`, "someNewField: 7",
			},
		},
		"Order": {
			reason: "Variables of a WebApp are in the order of their names, which shows where one refers to another.",
			in: deployment + `      containers:
      - name: web
        image: shop:1
        ports: [{name: web, containerPort: 3000}]
        env: [{name: Z_HOST, value: db}, {name: A_URL, value: "postgres://$(Z_HOST)"}, {name: FREE, value: "$$(Z_HOST)"}]` + service,
			report: []string{"env[A_URL]: postgres://$(Z_HOST). The variables of a WebApp are in the order of their names, and Z_HOST comes after A_URL"},
			not:    []string{"env[FREE]"},
		},
		"Env": {
			reason: "Variables come from everywhere. The ConfigMap that has the name of the WebApp's own becomes env, under what stands there.",
			in: deployment + `      containers:
      - name: web
        image: shop:1
        ports: [{name: web, containerPort: 3000}]
        envFrom: [{secretRef: {name: db}}, {configMapRef: {name: shop-config}}]
        env:
        - {name: MODE, value: fast}
        - {name: EMPTY}
        - {name: PASSWORD, valueFrom: {secretKeyRef: {name: db, key: password}}}
        - {name: FEATURE, valueFrom: {configMapKeyRef: {name: features, key: a}}}
        - {name: POD, valueFrom: {fieldRef: {apiVersion: v1, fieldPath: metadata.name}}}
        - {name: MEM, valueFrom: {resourceFieldRef: {resource: limits.memory, divisor: "1"}}}
        - {name: MEGA, valueFrom: {resourceFieldRef: {resource: limits.memory, divisor: 1Mi}}}` + service + `
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: shop-config, namespace: acme}, data: {MODE: slow, COLOR: blue}}
---
{apiVersion: v1, kind: Secret, metadata: {name: db, namespace: acme}, stringData: {password: hunter2}}`,
			out:    []string{"COLOR: blue\n    EMPTY: \"\"\n    MODE: fast", "envFrom:\n  - secretRef:\n      name: db\n", "MEM: limits.memory\n    POD: metadata.name", "PASSWORD:", "configEnv:\n    FEATURE:"},
			report: []string{"env[MEGA]", "Secret acme/db (standard input, document 4): stays as it is", "ConfigMap shop-config has the name of the WebApp's own"},
			not:    []string{"hunter2", "env[MEM]"},
		},
		"Live": {
			reason: "An object as kubectl prints it has what the API server and controllers have written.",
			in: `
apiVersion: v1
kind: List
items:
- apiVersion: apps/v1
  kind: Deployment
  metadata:
    annotations: {deployment.kubernetes.io/revision: "7", kubectl.kubernetes.io/last-applied-configuration: "{}", meta.helm.sh/release-name: shop, team: a}
    creationTimestamp: "2026-01-01T00:00:00Z"
    generation: 9
    name: shop
    namespace: acme
    resourceVersion: "77"
    uid: 7f
    managedFields: [{manager: helm}]
  spec:
    progressDeadlineSeconds: 600
    replicas: 3
    revisionHistoryLimit: 10
    selector: {matchLabels: {app: shop}}
    strategy: {rollingUpdate: {maxSurge: 25%, maxUnavailable: 25%}, type: RollingUpdate}
    template:
      metadata: {creationTimestamp: null, labels: {app: shop}}
      spec:
        containers:
        - image: shop:1
          imagePullPolicy: IfNotPresent
          livenessProbe: {failureThreshold: 3, httpGet: {path: /live, port: 8080, scheme: HTTP}, periodSeconds: 10, successThreshold: 1, timeoutSeconds: 1}
          name: shop
          ports: [{containerPort: 8080, protocol: TCP}]
          resources: {}
          terminationMessagePath: /dev/termination-log
          terminationMessagePolicy: File
        dnsPolicy: ClusterFirst
        restartPolicy: Always
        schedulerName: default-scheduler
        securityContext: {}
        serviceAccount: default
        serviceAccountName: default
        terminationGracePeriodSeconds: 30
  status: {replicas: 3}
- apiVersion: v1
  kind: Service
  metadata: {name: shop, namespace: acme}
  spec:
    clusterIP: 10.0.0.7
    clusterIPs: [10.0.0.7]
    internalTrafficPolicy: Cluster
    ipFamilies: [IPv4]
    ipFamilyPolicy: SingleStack
    ports: [{nodePort: 31234, port: 80, protocol: TCP, targetPort: 8080}]
    selector: {app: shop}
    sessionAffinity: None
    type: NodePort
- {apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: shop-1, namespace: acme, ownerReferences: [{kind: Deployment, name: shop}]}}
`,
			out:    []string{"deploymentAnnotations:\n    team: a\n", "livenessProbe:\n    httpGet:\n      path: /live\n  readinessProbe:", "replicas: 3", "service:\n    type: NodePort\n"},
			report: []string{"acme/shop: converted\n", "ReplicaSet acme/shop-1 (standard input, document 1, items[2]): is made by its owner"},
			not:    []string{"cannot say", "timeoutSeconds", "revision", "last-applied", "port: 8080"},
		},
		"Ports": {
			reason: "A Service with several ports is one, of which the Ingress says which is the first.",
			in: deployment + `      containers: [{name: web, image: "shop:1", ports: [{name: grpc, containerPort: 9000}, {name: web, containerPort: 3000}]}]
---
apiVersion: v1
kind: Service
metadata: {name: shop-svc, namespace: acme}
spec:
  selector: {app: shop}
  ports: [{name: grpc, port: 9000}, {name: web, port: 8080, targetPort: web}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop, namespace: acme}
spec:
  rules:
  - host: shop.example.com
    http:
      paths:
      - {path: /, pathType: Prefix, backend: {service: {name: shop-svc, port: {name: web}}}}
      - {path: /cart, pathType: Prefix, backend: {service: {name: cart, port: {number: 80}}}}`,
			out:    []string{"additionalPorts:\n    - name: grpc\n      port: 9000\n    port: 8080", "  port: 3000\n", "host: shop.example.com"},
			report: []string{"Service metadata.name: shop-svc → shop", "Ingress shop has 1 paths that lead elsewhere"},
		},
		"Others": {
			reason: "What runs and is no Deployment is named, with why.",
			in: deployment + `      containers: [{name: web, image: "shop:1"}]` + `
---
{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db, namespace: acme}}
---
{apiVersion: batch/v1, kind: CronJob, metadata: {name: clean, namespace: acme}}
---
{apiVersion: extensions/v1beta1, kind: Ingress, metadata: {name: old, namespace: acme}}`,
			report: []string{"StatefulSet acme/db (standard input, document 2): not converted: a WebApp is a Deployment", "CronJob acme/clean", "Ingress acme/old (standard input, document 4): is of version extensions/v1beta1"},
		},
		"Many": {
			reason: "What is more than a WebApp may have is told, and not cut in silence.",
			in:     strings.Replace(deployment, "spec:\n", "spec:\n  replicas: 25\n", 1) + `      containers: [{name: web, image: "shop:1"}]`,
			out:    []string{"replicas: 10\n"},
			report: []string{"Deployment spec.replicas: 25 (it will be 10). A WebApp has 1 to 10 replicas"},
		},
		"Canary": {
			reason: "A Service of two Deployments is not of one of them.",
			in: deployment + `      containers: [{name: web, image: "shop:1"}]` + service + `
---` + strings.Replace(deployment, "name: shop\n", "name: canary\n", 1) + `      containers: [{name: web, image: "shop:2"}]`,
			out:    []string{"name: canary", "name: shop"},
			report: []string{"Service shop leads to the pods of other Deployments, too"},
		},
		"Pause": {
			reason: "A pause that was written as a command is one.",
			in: deployment + `      terminationGracePeriodSeconds: 60
      containers: [{name: web, image: "shop:1", lifecycle: {preStop: {exec: {command: [sh, -c, sleep 15]}}}}]`,
			out: []string{"lifecycle:\n    preStop:\n      sleep:\n        seconds: 15\n", "terminationGracePeriodSeconds: 60"},
			not: []string{"cannot say"},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			out, report := &bytes.Buffer{}, &bytes.Buffer{}
			if err := Run(t.Context(), "-", strings.NewReader(tc.in), out, report); err != nil {
				t.Fatalf("\n%s\nRun(...): %v", tc.reason, err)
			}

			for _, want := range tc.out {
				if !strings.Contains(out.String(), want) {
					t.Errorf("\n%s\nRun(...): want %q in:\n%s", tc.reason, want, out)
				}
			}

			for _, want := range tc.report {
				want = strings.ReplaceAll(want, "containers[shop]", "containers[web].name: web → app")
				if !strings.Contains(report.String(), want) {
					t.Errorf("\n%s\nRun(...): want %q in:\n%s", tc.reason, want, report)
				}
			}

			for _, not := range tc.not {
				if strings.Contains(out.String(), not) || strings.Contains(report.String(), not) {
					t.Errorf("\n%s\nRun(...): want no %q in:\n%s\n%s", tc.reason, not, out, report)
				}
			}
		})
	}
}

// TestRunErrors holds that what cannot be read is told with where it stands.
func TestRunErrors(t *testing.T) {
	folder := t.TempDir()
	for name, content := range map[string]string{"a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n", "b/c.yml": "a: [", "notes.txt": "{{"} {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}

		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	cases := map[string]struct {
		reason, from, in, want string
	}{
		"Nothing":   {reason: "There is nothing to convert.", from: "-", in: "# nothing\n", want: "there is no Deployment in it"},
		"NoFile":    {reason: "There is no such file.", from: filepath.Join(folder, "d.yaml"), want: "d.yaml: no such file or directory"},
		"Folder":    {reason: "One of the files in a folder is wrong.", from: folder, want: "c.yml, document 1: cannot be read: "},
		"NoKind":    {reason: "What is no manifest.", from: "-", in: "a: b", want: "standard input, document 1: apiVersion and kind: must be set"},
		"NoObject":  {reason: "What is no object.", from: "-", in: "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n---\n- a", want: "standard input, document 2: must be a manifest"},
		"NoName":    {reason: "What has no name.", from: "-", in: "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Secret}]}", want: "standard input, document 1, items[0]: metadata.name: must be set"},
		"Twice":     {reason: "Of a field that is there twice, one would be lost.", from: "-", in: "{apiVersion: v1, kind: Secret, kind: Secret}", want: "already set in map"},
		"Mistyped":  {reason: "A spec must be an object.", from: "-", in: "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: []}", want: "standard input, document 1: spec: must be an object"},
		"OnlyOther": {reason: "Nothing in it can become a WebApp.", from: filepath.Join(folder, "a.yaml"), want: "there is no Deployment in it"},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			out := &bytes.Buffer{}

			err := Run(t.Context(), tc.from, strings.NewReader(tc.in), out, &bytes.Buffer{})
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("\n%s\nRun(...): want %q, got %v", tc.reason, tc.want, err)
			}

			if out.Len() > 0 {
				t.Errorf("\n%s\nRun(...): want nothing written, got:\n%s", tc.reason, out)
			}
		})
	}
}

// FuzzRun throws manifests that somebody has broken at it: there is an error or a report,
// and never a panic.
func FuzzRun(f *testing.F) {
	paths, err := filepath.Glob("testdata/charts/*/manifests.yaml")
	if err != nil {
		f.Fatal(err)
	}

	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}

		f.Add(data)
	}

	f.Add([]byte(deployment + `      containers: [{name: web, image: "shop:1"}]` + service))

	f.Fuzz(func(t *testing.T, in []byte) {
		out, report := &bytes.Buffer{}, &bytes.Buffer{}
		if err := Run(t.Context(), "-", bytes.NewReader(in), out, report); err == nil && report.Len() == 0 {
			t.Error("nothing is said")
		}
	})
}

// TestMistyped holds that a value of another type, anywhere in a manifest, is no panic.
func TestMistyped(t *testing.T) {
	all, err := read("a", strings.NewReader(deployment+`      containers:
      - name: web
        image: "shop:1"
        ports: [{name: web, containerPort: 3000}]
        env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]
        readinessProbe: {httpGet: {port: web}}
        resources: {limits: {memory: 1Gi}}
        securityContext: {runAsUser: 1}
        volumeMounts: [{name: data, mountPath: /data}]
      volumes: [{name: data, emptyDir: {}}]`+service+`
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop, namespace: acme}
spec: {rules: [{http: {paths: [{backend: {service: {name: shop, port: {number: 80}}}}]}}]}
---
apiVersion: autoscaling/v1
kind: HorizontalPodAutoscaler
metadata: {name: shop, namespace: acme}
spec: {maxReplicas: 3, targetCPUUtilizationPercentage: 50, scaleTargetRef: {kind: Deployment, name: shop}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: shop, namespace: acme}
spec: {podSelector: {matchLabels: {app: shop}}, ingress: [{ports: [{port: web}], from: [{podSelector: {}}]}]}
`))
	if err != nil {
		t.Fatal(err)
	}

	tried := 0

	for i := range all {
		walk(all[i].fields, func(in fields, name string) {
			was := in[name]
			defer func() { in[name] = was }()

			for _, other := range []any{nil, -1.5, "a", []any{fields{"name": fields{}}, "a"}, fields{"name": []any{}}} {
				in[name] = other
				tried++

				if _, err := convert(t.Context(), all); err != nil {
					t.Errorf("%s: %s = %v: %v", all[i], name, other, err)
				}
			}
		})
	}

	t.Logf("%d values of other types", tried)
}

// walk visits fields down to a depth at which they matter, one at a time.
func walk(in fields, visit func(fields, string)) {
	for _, name := range sorted(in) {
		switch v := in[name].(type) {
		case fields:
			walk(v, visit)
		case []any:
			for _, item := range v {
				if o, ok := item.(fields); ok {
					walk(o, visit)
				}
			}
		}

		visit(in, name)
	}
}
