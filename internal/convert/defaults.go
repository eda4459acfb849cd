package convert

import (
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// What the API server sets where nobody says: see SetDefaults_* of
// k8s.io/kubernetes/pkg/apis/core/v1/defaults.go, pkg/apis/apps/v1, pkg/apis/autoscaling/v2
// and pkg/apis/networking/v1. TestDefaults of test/validation holds these to those.

// Default gives an object of a kind that a WebApp may have what the API server gives it by
// default, once it is tidy.
func Default(content map[string]any) {
	Tidy(content)

	spec := object(content, "spec")

	switch text(content, "kind") {
	case "Deployment":
		defaultDeployment(content, spec)
	case "Service":
		defaultService(spec)
	case "HorizontalPodAutoscaler":
		defaultAutoscaler(spec)
	case "NetworkPolicy":
		defaultPolicy(spec)
	case "HTTPRoute":
		defaultRoute(spec)
	}
}

func byDefault(in fields, name string, v any) {
	if in != nil && in[name] == nil {
		in[name] = v
	}
}

func defaultDeployment(content, spec fields) {
	if spec == nil {
		return
	}

	byDefault(spec, "replicas", 1.0)
	byDefault(spec, "revisionHistoryLimit", 10.0)
	byDefault(spec, "progressDeadlineSeconds", 600.0)
	byDefault(spec, "strategy", fields{})

	strategy := object(spec, "strategy")
	byDefault(strategy, "type", "RollingUpdate")

	if text(strategy, "type") == "RollingUpdate" {
		byDefault(strategy, "rollingUpdate", fields{})
		byDefault(object(strategy, "rollingUpdate"), "maxUnavailable", "25%")
		byDefault(object(strategy, "rollingUpdate"), "maxSurge", "25%")
	}

	defaultPod(object(content, "spec", "template", "spec"))
}

func defaultPod(pod fields) {
	byDefault(pod, "dnsPolicy", "ClusterFirst")
	byDefault(pod, "restartPolicy", "Always")
	byDefault(pod, "schedulerName", "default-scheduler")
	byDefault(pod, "terminationGracePeriodSeconds", 30.0)

	// Each is a copy of the other: see Convert_v1_PodSpec_To_core_PodSpec.
	for name, other := range map[string]string{"serviceAccount": "serviceAccountName", "serviceAccountName": "serviceAccount"} {
		if account := text(pod, other); account != "" {
			byDefault(pod, name, account)
		}
	}

	for _, name := range []string{"containers", "initContainers"} {
		for _, c := range objects(pod, name) {
			defaultContainer(c)
		}
	}

	for _, v := range objects(pod, "volumes") {
		defaultVolume(v)
	}
}

func defaultContainer(c fields) {
	byDefault(c, "terminationMessagePath", "/dev/termination-log")
	byDefault(c, "terminationMessagePolicy", "File")

	policy := webapp.DefaultPullPolicy(text(c, "image")).GetStringValue()
	byDefault(c, "imagePullPolicy", policy)

	for _, port := range objects(c, "ports") {
		byDefault(port, "protocol", "TCP")
	}

	for _, v := range objects(c, "env") {
		byDefault(object(v, "valueFrom", "fieldRef"), "apiVersion", "v1")
		byDefault(object(v, "valueFrom", "resourceFieldRef"), "divisor", "0")
	}

	for _, name := range probes {
		defaultProbe(object(c, name))
	}

	for _, hook := range []string{"postStart", "preStop"} {
		defaultHTTPGet(object(c, "lifecycle", hook, "httpGet"))
	}
}

var probes = []string{"livenessProbe", "readinessProbe", "startupProbe"}

func defaultProbe(probe fields) {
	byDefault(probe, "timeoutSeconds", 1.0)
	byDefault(probe, "periodSeconds", 10.0)
	byDefault(probe, "successThreshold", 1.0)
	byDefault(probe, "failureThreshold", 3.0)
	defaultHTTPGet(object(probe, "httpGet"))
}

func defaultHTTPGet(get fields) {
	byDefault(get, "path", "/")
	byDefault(get, "scheme", "HTTP")
}

const fileMode = 420.0 // 0644

func defaultVolume(v fields) {
	if len(v) == 1 {
		v["emptyDir"] = fields{}
	}

	for _, source := range []string{"configMap", "secret", "projected", "downwardAPI"} {
		byDefault(object(v, source), "defaultMode", fileMode)
	}

	byDefault(object(v, "ephemeral", "volumeClaimTemplate", "spec"), "volumeMode", "Filesystem")
	defaultDownward(object(v, "downwardAPI"))

	for _, s := range objects(v, "projected", "sources") {
		byDefault(object(s, "serviceAccountToken"), "expirationSeconds", 3600.0)
		defaultDownward(object(s, "downwardAPI"))
	}
}

func defaultDownward(from fields) {
	for _, item := range objects(from, "items") {
		byDefault(object(item, "fieldRef"), "apiVersion", "v1")
		byDefault(object(item, "resourceFieldRef"), "divisor", "0")
	}
}

func defaultService(spec fields) {
	byDefault(spec, "type", "ClusterIP")
	byDefault(spec, "sessionAffinity", "None")
	byDefault(spec, "internalTrafficPolicy", "Cluster")

	if text(spec, "sessionAffinity") == "ClientIP" {
		byDefault(spec, "sessionAffinityConfig", fields{"clientIP": fields{"timeoutSeconds": 10800.0}})
	}

	switch text(spec, "type") {
	case "LoadBalancer":
		byDefault(spec, "allocateLoadBalancerNodePorts", true)
		byDefault(spec, "externalTrafficPolicy", "Cluster")
	case "NodePort":
		byDefault(spec, "externalTrafficPolicy", "Cluster")
	}

	for _, port := range objects(spec, "ports") {
		byDefault(port, "protocol", "TCP")
		byDefault(port, "targetPort", port["port"])
	}
}

func defaultAutoscaler(spec fields) {
	byDefault(spec, "minReplicas", 1.0)
	byDefault(spec, "metrics", []any{use("cpu", 80.0)})

	if spec["behavior"] == nil {
		return
	}

	policy := func(kind string, n, seconds float64) any {
		return fields{"type": kind, "value": n, "periodSeconds": seconds}
	}

	byDefault(object(spec, "behavior"), "scaleUp", fields{})
	byDefault(object(spec, "behavior"), "scaleDown", fields{})

	up, down := object(spec, "behavior", "scaleUp"), object(spec, "behavior", "scaleDown")
	byDefault(up, "stabilizationWindowSeconds", 0.0)
	byDefault(up, "policies", []any{policy("Pods", 4, 15), policy("Percent", 100, 15)})
	byDefault(down, "policies", []any{policy("Percent", 100, 15)})
	byDefault(up, "selectPolicy", "Max")
	byDefault(down, "selectPolicy", "Max")
}

// use is the metric of what pods use of a resource, in percent of what they request.
func use(of string, percent float64) any {
	return fields{"type": "Resource", "resource": fields{"name": of, "target": fields{"type": "Utilization", "averageUtilization": percent}}}
}

func defaultPolicy(spec fields) {
	types := []any{"Ingress"}
	if len(list(spec, "egress")) > 0 {
		types = append(types, "Egress")
	}

	byDefault(spec, "policyTypes", types)

	// Nobody is let in, whether that is said by no rules or an empty list of them.
	for _, direction := range []string{"ingress", "egress"} {
		if len(list(spec, direction)) == 0 {
			delete(spec, direction)
		}

		for _, rule := range objects(spec, direction) {
			for _, port := range objects(rule, "ports") {
				byDefault(port, "protocol", "TCP")
			}
		}
	}
}

// defaultRoute has the defaults of the schema of HTTPRoutes.
func defaultRoute(spec fields) {
	const group = "gateway.networking.k8s.io"

	for _, parent := range objects(spec, "parentRefs") {
		byDefault(parent, "group", group)
		byDefault(parent, "kind", "Gateway")
	}

	for _, rule := range objects(spec, "rules") {
		byDefault(rule, "matches", []any{fields{}})

		for _, match := range objects(rule, "matches") {
			byDefault(match, "path", fields{})
			byDefault(object(match, "path"), "type", "PathPrefix")
			byDefault(object(match, "path"), "value", "/")
		}

		for _, backend := range objects(rule, "backendRefs") {
			byDefault(backend, "group", "")
			byDefault(backend, "kind", "Service")
			byDefault(backend, "weight", 1.0)
		}
	}
}

// unset are fields for which false, 0 and nothing are the same as not being there.
var unset = wordsOf(`
	annotations labels env envFrom args command volumes volumeMounts imagePullSecrets initContainers nodeSelector
	affinity tolerations hostAliases topologySpreadConstraints resources requests limits securityContext capabilities
	add drop httpHeaders tls loadBalancerSourceRanges externalIPs supplementalGroups items ports expression
	hostNetwork hostPID hostIPC shareProcessNamespace hostname subdomain nodeName readOnly stdin stdinOnce tty paused
	minReadySeconds initialDelaySeconds subPath subPathExpr workingDir publishNotReadyAddresses medium externalName
	priorityClassName serviceAccountName serviceAccount optional privileged readOnlyRootFilesystem
	disabled insecureSkipVerify prefix nodePort setHostnameAsFQDN ephemeralContainers except from to
	matchExpressions matchLabels service audience storageClassName loadBalancerIP matchLabelKeys mismatchLabelKeys namespaces
	lifecycle appProtocol sectionName hostPort hostIP path operator honorLabels value values metadata
	preferredDuringSchedulingIgnoredDuringExecution requiredDuringSchedulingIgnoredDuringExecution`)

func wordsOf(text string) map[string]bool {
	all := map[string]bool{}
	for word := range strings.FieldsSeq(text) {
		all[word] = true
	}

	return all
}

// Tidy writes in one way what may be written in several: quantities, and fields that are
// there and say nothing.
func Tidy(in fields) {
	for name, v := range in {
		switch v := v.(type) {
		case fields:
			tidyMap(name, v)
		case []any:
			for _, item := range v {
				if o, ok := item.(fields); ok {
					Tidy(o)
				}
			}
		}

		if in[name] == nil || unset[name] && isNothing(in[name]) {
			delete(in, name)
		}
	}
}

// tidyMap leaves the names and the values of maps of strings alone.
func tidyMap(name string, v fields) {
	switch name {
	case "requests", "limits":
		for key := range v {
			v[key] = quantity(v[key])
		}
	case "annotations", "labels", "matchLabels", "nodeSelector", "selector", "data", "binaryData":
		if object(v, "matchLabels") != nil || list(v, "matchExpressions") != nil {
			Tidy(v)
		}
	default:
		Tidy(v)

		for _, amount := range []string{"sizeLimit", "divisor", "averageValue", "value"} {
			if v[amount] != nil && (amount != "value" || name == "target") {
				v[amount] = quantity(v[amount])
			}
		}
	}
}

func isNothing(v any) bool {
	switch v := v.(type) {
	case bool:
		return !v
	case float64:
		return v == 0
	case string:
		return v == ""
	case fields:
		return len(v) == 0
	case []any:
		return len(v) == 0
	default:
		return v == nil
	}
}

// quantity is a quantity as Kubernetes writes it. What is none stays.
func quantity(v any) any {
	s := inWords(v)
	if !webapp.IsQuantity(s) {
		return v
	}

	q, err := resource.ParseQuantity(s)
	if err != nil {
		return v
	}

	return q.String()
}
