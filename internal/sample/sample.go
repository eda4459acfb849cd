// Package sample makes requests as Crossplane sends them, for tests and
// benchmarks. Their objects have what the API server and its controllers add,
// and the Deployment and the pods their managedFields: most of a request is not
// what anybody wrote.
package sample

import (
	"fmt"
	"maps"
	"strconv"

	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
)

// New is the first request for a WebApp: nothing of it exists.
func New(env int) *fnv1.RunFunctionRequest {
	return &fnv1.RunFunctionRequest{
		Meta: &fnv1.RequestMeta{
			Tag: "0ff5d2ba3c5e4a7f9a1b7a3b0c2d1e4f6a8b9c0d1e2f3a4b5c6d7e8f9a0b1c2d",
			Capabilities: []fnv1.Capability{
				fnv1.Capability_CAPABILITY_CAPABILITIES, fnv1.Capability_CAPABILITY_REQUIRED_RESOURCES, fnv1.Capability_CAPABILITY_CREDENTIALS,
				fnv1.Capability_CAPABILITY_CONDITIONS, fnv1.Capability_CAPABILITY_REQUIRED_SCHEMAS,
			},
		},
		Observed: &fnv1.State{Composite: resource(webApp(env))},
		Input: object(map[string]any{
			"apiVersion": "webapp.fn.example.com/v1beta1", "kind": "Input", "ttl": "10m",
			"defaults": fields{"resources": fields{"requests": fields{"cpu": "50m", "memory": "64Mi"}}},
		}),
	}
}

// Running is the request for a WebApp with as many environment variables, whose
// pods are up.
func Running(env int) *fnv1.RunFunctionRequest {
	req := New(env)

	app := webApp(env)
	app["status"] = fields{
		"phase": "Running", "reason": "Available", "message": "2 of 2 replicas are available.",
		"availableReplicas": 2, "replicas": 2, "labelSelector": "app=my-app,managed-by=webapp-operator",
		"url": "http://my-app.default.svc", "lastUpdated": "2026-01-05T10:00:00Z",
		"conditions": []any{
			condition("Accepted", "Accepted", "The WebApp is valid and no other object is in its way."),
			condition("Synced", "ReconcileSuccess", ""), condition("Ready", "Available", ""),
		},
	}

	req.Observed.Composite = resource(app)
	req.Observed.Resources = map[string]*fnv1.Resource{
		"deployment": resource(deployment(env)),
		"service":    resource(service()),
		"configmap":  resource(configMap(env)),
	}

	return req
}

// Pods adds as many pods to what Crossplane was asked for.
func Pods(req *fnv1.RunFunctionRequest, n int) *fnv1.RunFunctionRequest {
	items := make([]*fnv1.Resource, 0, n)
	for i := range n {
		items = append(items, resource(pod(i)))
	}

	req.RequiredResources = map[string]*fnv1.Resources{"pods": {Items: items}}

	return req
}

// Desired is what an earlier step desires that composed the WebApp.
func Desired(env int) *fnv1.State {
	children := map[string]*fnv1.Resource{"deployment": resource(deployment(env)), "service": resource(service()), "configmap": resource(configMap(env))}

	for _, child := range children {
		// Nobody desires what the API server and controllers write.
		delete(child.GetResource().GetFields(), "status")

		metadata := child.GetResource().GetFields()["metadata"].GetStructValue().GetFields()
		for _, field := range []string{"uid", "generation", "resourceVersion", "creationTimestamp", "managedFields", "ownerReferences"} {
			delete(metadata, field)
		}
	}

	return &fnv1.State{Composite: &fnv1.Resource{Resource: object(fields{"apiVersion": "example.com/v1", "kind": "WebApp"})}, Resources: children}
}

type fields = map[string]any

func resource(o fields) *fnv1.Resource { return &fnv1.Resource{Resource: object(o)} }

func object(o fields) *structpb.Struct {
	s, err := structpb.NewStruct(o)
	if err != nil {
		panic(err) // The objects below are all JSON.
	}

	return s
}

const (
	webAppUID = "717c7e49-cb98-5b4e-b032-d868475fc835"
	nine      = "2026-01-05T09:00:00Z"
)

func condition(kind, reason, message string) fields {
	c := fields{"type": kind, "status": "True", "reason": reason, "lastTransitionTime": nine}
	if message != "" {
		c["message"] = message
	}

	return c
}

// Variable is the environment variable with a number, in the order of names.
func Variable(i int) (name, value string) {
	names := []string{"DATABASE_HOST", "FEATURE_FLAGS", "GREETING", "LOG_LEVEL", "PUBLIC_URL"}
	values := []string{"postgres.default.svc", "search,checkout-v2", "Hello, world", "info", "https://shop.example.com"}

	if i < len(names) {
		return names[i], values[i]
	}

	return fmt.Sprintf("SETTING_%03d", i), "a value of usual length, number " + strconv.Itoa(i)
}

func variables(n int) (asMap fields, asList []any) {
	asMap = fields{}

	for i := range n {
		name, value := Variable(i)
		asMap[name] = value
		asList = append(asList, fields{"name": name, "value": value})
	}

	return asMap, asList
}

func labels() fields {
	return fields{
		"app": "my-app", "managed-by": "webapp-operator",
		"app.kubernetes.io/name": "my-app", "app.kubernetes.io/instance": "my-app", "app.kubernetes.io/managed-by": "webapp-operator",
	}
}

func selector() fields { return fields{"app": "my-app", "managed-by": "webapp-operator"} }

func webApp(env int) fields {
	data, _ := variables(env)
	spec := fields{"image": "nginxinc/nginx-unprivileged:1.27", "replicas": 2, "port": 8080, "env": data}
	o := fields{
		"apiVersion": "example.com/v1", "kind": "WebApp",
		"metadata": fields{
			"name": "my-app", "namespace": "default", "uid": webAppUID, "generation": 3, "resourceVersion": "4711", "creationTimestamp": nine,
			"finalizers": []any{"composite.apiextensions.crossplane.io"},
			"labels":     fields{"crossplane.io/composite": "my-app", "team": "shop"},
		},
		"spec": spec,
	}
	spec["crossplane"] = fields{
		"compositionRef": fields{"name": "webapps"}, "compositionRevisionRef": fields{"name": "webapps-5a3f0ab"}, "compositionUpdatePolicy": "Automatic",
		"resourceRefs": []any{
			fields{"apiVersion": "apps/v1", "kind": "Deployment", "name": "my-app"},
			fields{"apiVersion": "v1", "kind": "ConfigMap", "name": "my-app-config"},
			fields{"apiVersion": "v1", "kind": "Service", "name": "my-app"},
		},
	}

	return o
}

// child is what Crossplane writes, and the API server adds to it.
func child(apiVersion, kind, name, key string, content fields) fields {
	l := labels()
	l["crossplane.io/composite"] = "my-app"
	o := fields{
		"apiVersion": apiVersion, "kind": kind,
		"metadata": fields{
			"name": name, "namespace": "default", "uid": "00000000-0000-0000-0000-000000000001", "generation": 1, "resourceVersion": "101", "creationTimestamp": nine,
			"labels":      l,
			"annotations": fields{"crossplane.io/composition-resource-name": key},
			"ownerReferences": []any{fields{
				"apiVersion": "example.com/v1", "kind": "WebApp", "name": "my-app", "uid": webAppUID, "controller": true, "blockOwnerDeletion": true,
			}},
		},
	}

	maps.Copy(o, content)

	return o
}

// hashes are what the function calls pod templates with as many environment
// variables.
var hashes = map[int]string{5: "e4500fbd8a309352", 200: "28e892306af4636e"}

func deployment(env int) fields {
	_, list := variables(env)
	container := fields{
		"name": "app", "image": "nginxinc/nginx-unprivileged:1.27",
		"ports":           []any{fields{"name": "http", "containerPort": 8080, "protocol": "TCP"}},
		"readinessProbe":  fields{"tcpSocket": fields{"port": "http"}},
		"resources":       fields{"requests": fields{"cpu": "50m", "memory": "64Mi"}},
		"securityContext": fields{"allowPrivilegeEscalation": false, "capabilities": fields{"drop": []any{"ALL"}}},
	}

	if env > 0 {
		container["env"] = list
	}

	spread := func(key string) any {
		return fields{
			"maxSkew": 1, "topologyKey": key, "whenUnsatisfiable": "ScheduleAnyway", "matchLabelKeys": []any{"pod-template-hash"},
			"labelSelector": fields{"matchLabels": selector()},
		}
	}
	pods := fields{
		"automountServiceAccountToken": false, "enableServiceLinks": false,
		"securityContext":           fields{"runAsNonRoot": true, "seccompProfile": fields{"type": "RuntimeDefault"}},
		"topologySpreadConstraints": []any{spread("topology.kubernetes.io/zone"), spread("kubernetes.io/hostname")},
		"containers":                []any{container},
	}
	spec := fields{
		"replicas": 2, "selector": fields{"matchLabels": selector()},
		"strategy": fields{"type": "RollingUpdate", "rollingUpdate": fields{"maxSurge": "25%", "maxUnavailable": 0}},
		"template": fields{"metadata": fields{"labels": labels()}, "spec": pods},
	}
	o := child("apps/v1", "Deployment", "my-app", "deployment", fields{"spec": spec})
	writtenBy(o, "apiextensions.crossplane.io/composed/3b1f", o)

	// The API server's defaults, which nobody wrote.
	spec["progressDeadlineSeconds"], spec["revisionHistoryLimit"] = 600, 10
	maps.Copy(pods, fields{"dnsPolicy": "ClusterFirst", "restartPolicy": "Always", "schedulerName": "default-scheduler", "terminationGracePeriodSeconds": 30})
	maps.Copy(container, fields{"imagePullPolicy": "IfNotPresent", "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File"})
	container["readinessProbe"] = fields{"tcpSocket": fields{"port": "http"}, "failureThreshold": 3, "periodSeconds": 10, "successThreshold": 1, "timeoutSeconds": 1}

	metadata, _ := o["metadata"].(fields)
	metadata["annotations"] = fields{
		"crossplane.io/composition-resource-name": "deployment", "deployment.kubernetes.io/revision": "1", "example.com/template-hash": hashes[env],
	}
	o["status"] = fields{
		"observedGeneration": 1, "replicas": 2, "updatedReplicas": 2, "readyReplicas": 2, "availableReplicas": 2,
		"conditions": []any{
			condition("Available", "MinimumReplicasAvailable", "Deployment has minimum availability."),
			condition("Progressing", "NewReplicaSetAvailable", `ReplicaSet "my-app-6d4cf56db6" has successfully progressed.`),
		},
	}
	writtenBy(o, "kube-controller-manager", fields{"status": o["status"]})

	return o
}

func service() fields {
	spec := fields{
		"type": "ClusterIP", "selector": selector(),
		"ports": []any{fields{"name": "http", "port": 80, "protocol": "TCP", "targetPort": "http"}},
	}
	o := child("v1", "Service", "my-app", "service", fields{"spec": spec})

	maps.Copy(spec, fields{
		"clusterIP": "10.96.11.7", "clusterIPs": []any{"10.96.11.7"}, "internalTrafficPolicy": "Cluster",
		"ipFamilies": []any{"IPv4"}, "ipFamilyPolicy": "SingleStack", "sessionAffinity": "None",
	})
	o["status"] = fields{"loadBalancer": fields{}}

	return o
}

func configMap(env int) fields {
	data, _ := variables(env)
	return child("v1", "ConfigMap", "my-app-config", "configmap", fields{"data": data})
}

func pod(i int) fields {
	template, _ := deployment(5)["spec"].(fields)["template"].(fields)
	spec, _ := template["spec"].(fields)
	spec["nodeName"] = "node-" + strconv.Itoa(i%3)
	o := fields{
		"apiVersion": "v1", "kind": "Pod",
		"metadata": fields{"name": "my-app-6d4cf56db6-" + strconv.Itoa(10000+i), "namespace": "default", "labels": labels(), "resourceVersion": strconv.Itoa(900 + i)},
		"spec":     spec,
		"status": fields{
			"phase": "Running", "podIP": "10.0.0." + strconv.Itoa(i), "hostIP": "172.18.0.2", "qosClass": "Burstable",
			"conditions": []any{condition("PodScheduled", "", ""), condition("Ready", "", ""), condition("ContainersReady", "", ""), condition("Initialized", "", "")},
			"containerStatuses": []any{fields{
				"name": "app", "ready": true, "started": true, "restartCount": 0, "image": "nginxinc/nginx-unprivileged:1.27",
				"state": fields{"running": fields{"startedAt": nine}}, "lastState": fields{},
			}},
		},
	}
	writtenBy(o, "kube-controller-manager", fields{"spec": spec})
	writtenBy(o, "kubelet", fields{"status": o["status"]})

	return o
}

// writtenBy notes in managedFields who wrote what, as server-side apply does.
func writtenBy(o fields, manager string, what fields) {
	metadata, _ := o["metadata"].(fields)
	entries, _ := metadata["managedFields"].([]any)
	metadata["managedFields"] = append(entries, fields{
		"manager": manager, "operation": "Apply", "apiVersion": o["apiVersion"], "time": nine, "fieldsType": "FieldsV1", "fieldsV1": fieldSet(what),
	})
}

// fieldSet is FieldsV1 of an object. See
// sigs.k8s.io/structured-merge-diff/v6/fieldpath.
func fieldSet(v any) fields {
	set := fields{}

	switch v := v.(type) {
	case fields:
		for name, value := range v {
			if name == "apiVersion" || name == "kind" || name == "name" || name == "managedFields" {
				continue
			}

			set["f:"+name] = fieldSet(value)
		}
	case []any:
		for _, item := range v {
			if named, ok := item.(fields); ok && named["name"] != nil {
				entry := fieldSet(item)
				entry["."], entry["f:name"] = fields{}, fields{}
				set[fmt.Sprintf(`k:{"name":%q}`, named["name"])] = entry
			}
		}
	}

	return set
}
