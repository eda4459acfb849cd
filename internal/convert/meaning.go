package convert

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
)

// A meaning says what it means that a field is not the same.
type meaning struct {
	where *regexp.Regexp

	// own says that a WebApp does it in its own way, and else it cannot be said.
	own bool

	// words say why, or what to do.
	words string
}

func own(where, words string) meaning {
	return meaning{regexp.MustCompile("^" + where + "$"), true, words}
}

func cannot(where, words string) meaning {
	return meaning{regexp.MustCompile("^" + where), false, words}
}

// meanings are in the order in which they are tried. What none is about is done in its own
// way where a WebApp has another value, and cannot be said where it has none.
//
// Who serves needs none of them.
var meanings = sync.OnceValue(func() []meaning {
	return []meaning{
		own(`ConfigMap`, "every WebApp has a ConfigMap with its env, for tools"),
		own(`Service`, "every WebApp has a Service"),
		own(`PodDisruptionBudget`, "from two replicas on, where the platform team has switched it on; podDisruptionBudget.disabled: true leaves it out"),
		own(`\w+ metadata\.name`, "objects of a WebApp have its name: tell those who use the old one"),
		own(`Deployment spec\.strategy.*`, "no replica goes before its successor is there"),
		own(`Deployment spec\.template\.spec\.automountServiceAccountToken`, "pods find no token for the API server. If they ask it, mount one: see "+pages+"convert.md"),
		own(`Deployment spec\.template\.spec\.enableServiceLinks`, "there are no variables for other Services: use their names"),
		own(`Deployment spec\.template\.spec\.terminationGracePeriodSeconds`, "the pause before it is asked to stop comes in addition"),
		own(`Deployment spec\.template\.spec\.topologySpreadConstraints`, "replicas are spread over zones and nodes where that is possible"),
		own(`.*\.lifecycle\.preStop(\.exec)?|.*\[app\]\.lifecycle`, "a replica that leaves goes on serving for a moment, so that no request is lost"),
		own(`.*\.seccompProfile`, "pods may do what the container runtime allows by default, which is nearly all"),
		own(`.*\.runAsNonRoot`, "a user that is not root is set, so that nothing changes"),
		own(`.*\.ports\[[^]]*\]\.name`, "a WebApp calls its port http, and one for its metrics alone metrics"),
		own(`.*containers\[[^]]*\]\.ports\[[^]]*\]`, "which ports are named changes nothing: all are open"),
		own(`.*(volumes|volumeMounts)\[/?tmp(-0)*\]`, "files of the image cannot be written to, and nearly every program writes to /tmp"),
		own(`PodDisruptionBudget spec\.unhealthyPodEvictionPolicy`, "pods that do not work anyway keep no node from being drained"),

		cannot(`Deployment spec\.template\.spec\.topologySpreadConstraints`, "a WebApp spreads its replicas over zones and nodes by itself, and waits for none: if they must be, the platform team says so (defaults.topologySpread)"),
		cannot(`Deployment spec\.replicas`, fmt.Sprintf("a WebApp has %d to %d replicas: for more use autoscaling with minReplicas, and for none delete it", v1.MinReplicas, v1.MaxReplicas)),
		cannot(`Deployment spec\.revisionHistoryLimit`, "leave it out: old versions are in the history of the WebApp's file"),
		cannot(`Deployment spec\.paused`, "leave it out: a WebApp cannot be paused by its author"),
		cannot(`Deployment spec\.template\.spec\.(hostNetwork|hostPID|hostIPC|hostUsers|shareProcessNamespace)`, "a web application shares nothing with its node: keep this one as it is, if it needs that"),
		cannot(`Deployment spec\.template\.spec\.(dnsPolicy|dnsConfig|hostAliases|hostname|subdomain|setHostnameAsFQDN)`, "pods use the cluster's DNS: put names there, or in a Service of type ExternalName"),
		cannot(`Deployment spec\.template\.spec\.(schedulerName|runtimeClassName|nodeName|preemptionPolicy|overhead|schedulingGates)`, "nodeSelector, affinity, tolerations and priorityClassName say where pods run"),
		cannot(`Deployment spec\.template\.spec\.volumes`, "a WebApp mounts configMap, secret, emptyDir, persistentVolumeClaim, projected and ephemeral: make a PersistentVolumeClaim of it, or leave it out if nothing mounts it. Files of the node (hostPath) are not for web applications"),
		cannot(`.*\.volumeMounts`, "what it mounts is not there"),
		cannot(`.*\.(privileged|procMount|seLinuxOptions|windowsOptions|appArmorProfile|sysctls|supplementalGroupsPolicy|seLinuxChangePolicy)`, "Pod Security's restricted profile does not allow it, or the node's default is meant: keep it as it is, if it needs that"),
		cannot(`.*\.capabilities`, "NET_BIND_SERVICE is all that may be added: use an image that needs no other, or keep it as it is"),
		cannot(`.*\.lifecycle\.postStart`, "do it in an init container, or in the command"),
		cannot(`.*\.lifecycle`, "a pause is all that a WebApp does before it stops: let the application do the rest when it is told to (SIGTERM)"),
		cannot(`.*\.terminationMessage`, "leave it out: the end of the log is in the WebApp's status"),
		cannot(`.*\.workingDir`, "set it in the image, or begin command with: sh -c 'cd … && exec …'"),
		cannot(`.*\.(hostPort|hostIP)`, "use service.type, ingress or httpRoute"),
		cannot(`.*\.imagePullPolicy`, "containers beside it pull as the application does, or as Kubernetes does by default for their image"),
		cannot(`Service spec\.(clusterIP|externalTrafficPolicy|internalTrafficPolicy|loadBalancer\w+|sessionAffinityConfig|allocateLoadBalancerNodePorts|externalIPs|ipFamilyPolicy|publishNotReadyAddresses|trafficDistribution|externalName)`, "keep a Service of your own for it, which selects app: <name>"),
		cannot(`Service spec\.ports`, "keep a Service of your own for it, which selects app: <name>"),
		cannot(`Ingress spec\.(rules|defaultBackend|tls)`, "an Ingress of a WebApp has one path for all its hosts, and one certificate: keep an Ingress of your own for the others, which leads to the Service of the WebApp"),
		cannot(`HTTPRoute spec\.rules`, "a route of a WebApp has one path: keep an HTTPRoute of your own for more, which leads to the Service of the WebApp"),
		cannot(`ServiceMonitor spec`, "keep a ServiceMonitor of your own for it, which selects app: <name>"),
		cannot(`HorizontalPodAutoscaler|PodDisruptionBudget|Ingress|HTTPRoute|NetworkPolicy|ServiceMonitor`, "keep one of your own for it"),
		cannot(`\w+ metadata\.annotations`, "Deployments, Services and Ingresses of a WebApp may have annotations (deploymentAnnotations, service.annotations, ingress.annotations), and the others those of the platform team"),
		cannot(`\w+ metadata\.(ownerReferences|finalizers)`, "somebody else has made it, and would make it again: take it from there first"),
	}
})

// judge says whether a difference is a WebApp's own way, and why, or what to do.
func (d difference) judge() (own bool, words string) {
	for _, m := range meanings() {
		if !m.where.MatchString(d.where) || m.own && d.ours == nil && !d.isFree() || !m.own && d.theirs == nil {
			continue
		}

		return m.own, m.words
	}

	if d.theirs == nil {
		return true, ""
	}

	return false, "a WebApp has no field for it: leave it out, or keep this application as it is"
}

// isFree says whether it does no harm that a field is gone.
func (d difference) isFree() bool {
	hook := fields{"lifecycle": fields{"preStop": fields{"exec": d.theirs}}}
	if _, pauses := pauseOf(hook); pauses && strings.HasSuffix(d.where, ".preStop.exec") {
		return true
	}

	return strings.HasSuffix(d.where, ".name") || strings.Contains(d.where, ".ports[") && dig(d.theirs, "hostPort") == nil
}

// ofLabels are differences that come of the labels that every WebApp has.
var ofLabels = regexp.MustCompile(`^(\w+ metadata\.labels|(Deployment|Service|PodDisruptionBudget|ServiceMonitor) spec\.selector|NetworkPolicy spec\.podSelector)$|` +
	`^Deployment spec\.template\.metadata\.labels\.(app|managed-by|app\.kubernetes\.io/(name|instance|managed-by))$`)

// ofTools are labels that tools put on all that they make, by which nobody should find
// anything.
var ofTools = regexp.MustCompile(`^(app|chart|release|heritage|helm\.sh/chart|app\.kubernetes\.io/.*)$`)

// lostLabels are labels of an object that somebody may find it by. Prometheus finds
// ServiceMonitors by any, and mostly by release.
func (d difference) lostLabels() fields {
	if !strings.HasSuffix(d.where, " metadata.labels") {
		return nil
	}

	lost := fields{}

	for name, v := range object(fields{"labels": d.theirs}, "labels") {
		if !same(v, dig(d.ours, name)) && (!ofTools.MatchString(name) || name == "release" && strings.HasPrefix(d.where, "ServiceMonitor")) {
			lost[name] = v
		}
	}

	return lost
}
