package convert

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/config"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// A draft is a WebApp that is written of objects in their normal form. What of it is a
// default is still there.
type draft struct {
	// from are the objects, by kind.
	from map[string]fields
	spec fields

	// ours says that the objects are those of a WebApp, whose silence means something.
	ours bool

	// port is the one that the WebApp is about, or 0 if nobody says.
	port float64

	// servicePort is that of the Service, or nil.
	servicePort fields
}

// write writes the spec of a WebApp.
func write(from map[string]fields, ports map[string]any, ours bool) fields {
	w := &draft{from: from, spec: fields{}, ours: ours}
	w.findPort()

	if !ours {
		namePorts(from["NetworkPolicy"], ports, w.port)
	}

	w.writeDeployment()
	w.writePods()
	w.writeService()
	w.writeScaling()
	w.writeWays()
	w.writeMetrics()
	w.writePolicy()

	return w.spec
}

// findPort finds the port that the WebApp is about: the one that leads in from outside, the
// one that is called as such ports are, or the first.
func (w *draft) findPort() {
	ports := objects(w.from["Service"], "spec", "ports")
	leads := w.leadsIn()

	rank := func(p fields) int {
		name := text(p, "name")

		switch {
		case text(p, "protocol") != "TCP":
			return 4
		case leads != nil && same(p["port"], leads):
			return 0
		case name == "http" || name == "web" || name == "https":
			return 1
		case strings.Contains(name, "http"):
			return 2
		default:
			return 3
		}
	}

	ports = slices.Clone(ports)
	slices.SortStableFunc(ports, func(a, b fields) int { return rank(a) - rank(b) })

	if len(ports) > 0 {
		w.servicePort = ports[0]
	}

	declared := slices.Clone(objects(w.app(), "ports"))
	slices.SortStableFunc(declared, func(a, b fields) int {
		return cmp.Compare(rank(fields{"name": a["name"], "protocol": a["protocol"]}), rank(fields{"name": b["name"], "protocol": b["protocol"]}))
	})

	target, ok := w.servicePort["targetPort"].(float64)

	switch {
	case ok:
		w.port = target
	case len(declared) > 0:
		w.port, _ = declared[0]["containerPort"].(float64)
	}
}

// leadsIn is the port of the Service that an Ingress or an HTTPRoute leads to, or nil.
func (w *draft) leadsIn() any {
	for _, rule := range append(objects(w.from["Ingress"], "spec", "rules"), objects(w.from["HTTPRoute"], "spec", "rules")...) {
		for _, path := range objects(rule, "http", "paths") {
			return dig(path, "backend", "service", "port", "number")
		}

		for _, backend := range objects(rule, "backendRefs") {
			return backend["port"]
		}
	}

	return nil
}

func (w *draft) pod() fields { return object(w.from["Deployment"], "spec", "template", "spec") }

func (w *draft) app() fields {
	if all := objects(w.pod(), "containers"); len(all) > 0 {
		return all[0]
	}

	return nil
}

func (w *draft) writeDeployment() {
	d := w.from["Deployment"]
	spec, strategy := object(d, "spec"), object(d, "spec", "strategy")

	if n, ok := number(spec, "replicas"); ok {
		w.spec["replicas"] = float64(min(max(n, 1), int(v1.MaxReplicas)))
	}

	set(w.spec, "minReadySeconds", spec["minReadySeconds"])
	set(w.spec, "progressDeadlineSeconds", spec["progressDeadlineSeconds"])
	set(w.spec, "deploymentAnnotations", dig(d, "metadata", "annotations"))

	// The API server's default is nobody's wish.
	if w.ours || text(strategy, "type") != "RollingUpdate" || text(strategy, "rollingUpdate", "maxUnavailable") != "25%" || text(strategy, "rollingUpdate", "maxSurge") != "25%" {
		w.spec["strategy"] = clone(strategy)
	}
}

// setForUs are labels of pods that are set for every WebApp.
var setForUs = []string{"app", "managed-by", "app.kubernetes.io/name", "app.kubernetes.io/instance", webapp.ManagedByLabel}

func (w *draft) writePods() {
	pod, app := w.pod(), w.app()
	metadata := object(w.from["Deployment"], "spec", "template", "metadata")

	labels, _ := clone(object(metadata, "labels")).(fields)
	for _, name := range setForUs {
		delete(labels, name)
	}

	annotations, _ := clone(object(metadata, "annotations")).(fields)
	if annotations[config.HashAnnotation] != nil {
		w.spec["restartOnChange"] = true

		delete(annotations, config.HashAnnotation)
	}

	w.spec["podLabels"], w.spec["podAnnotations"] = labels, annotations

	if w.port != 0 {
		w.spec["port"] = w.port
	}

	for _, name := range []string{"imagePullSecrets", "serviceAccountName", "nodeSelector", "affinity", "tolerations", "priorityClassName"} {
		set(w.spec, name, clone(pod[name]))
	}

	maps.Copy(w.spec, w.container(app))

	set(w.spec, "imagePullPolicy", app["imagePullPolicy"])

	if app["readinessProbe"] == nil {
		w.spec["readinessProbe"] = fields{"disabled": true}
	}

	w.writeTermination()
	w.writeSecurity()
	w.writeInit()
	w.writeVolumes()
}

// container are the fields that containers of a WebApp have.
func (w *draft) container(c fields) fields {
	out := take(c, "image", "command", "args", "envFrom", "resources", "livenessProbe", "readinessProbe", "startupProbe")
	variables := map[string]fields{}

	for _, v := range objects(c, "env") {
		name, from := text(v, "name"), object(v, "valueFrom")

		found := fields{"secretEnv": from["secretKeyRef"], "configEnv": from["configMapKeyRef"], "fieldEnv": fieldOf(c, from)}
		if from == nil {
			found["env"] = text(v, "value")
		}

		for field, value := range found {
			if value == nil {
				continue
			}

			if variables[field] == nil {
				variables[field] = fields{}
			}

			variables[field][name] = clone(value)
		}
	}

	for field, all := range variables {
		out[field] = all
	}

	return out
}

// fieldOf is what a variable has of the pod, or of the container itself.
func fieldOf(c, from fields) any {
	of := object(from, "resourceFieldRef")

	switch {
	case object(from, "fieldRef") != nil:
		return dig(from, "fieldRef", "fieldPath")
	case of == nil || text(of, "divisor") != "0" || text(of, "containerName") != "" && text(of, "containerName") != text(c, "name"):
		return nil
	default:
		return of["resource"]
	}
}

// sleeps is a pause as it was written before Kubernetes had one.
var sleeps = regexp.MustCompile(`^(?:(?:/bin/|/usr/bin/)?(?:ba|a)?sh -c )?(?:exec )?(?:/bin/)?sleep ([0-9]+)$`)

// pauseOf is for how many seconds a container goes on serving, if it does.
func pauseOf(c fields) (float64, bool) {
	hook := object(c, "lifecycle", "preStop")
	if n, ok := dig(hook, "sleep", "seconds").(float64); ok {
		return n, true
	}

	words := []string{}
	for _, word := range list(hook, "exec", "command") {
		words = append(words, strings.TrimSpace(fmt.Sprint(word)))
	}

	found := sleeps.FindStringSubmatch(strings.Join(words, " "))
	if found == nil {
		return 0, false
	}

	seconds := 0.0
	_, err := fmt.Sscan(found[1], &seconds)

	return seconds, err == nil
}

func (w *draft) writeTermination() {
	const usual = 30.0

	grace := w.pod()["terminationGracePeriodSeconds"]
	pause, pauses := pauseOf(w.app())

	switch {
	case pauses || w.ours:
		w.spec["lifecycle"] = fields{"preStop": fields{"sleep": fields{"seconds": pause}}}
		w.spec["terminationGracePeriodSeconds"] = grace
	case !same(grace, usual):
		w.spec["terminationGracePeriodSeconds"] = grace
	}
}

// writeSecurity keeps what the pods may do, also where that is more than a WebApp's may by
// default: an image that runs as root would not start.
func (w *draft) writeSecurity() {
	security := w.security(w.app())
	maps.Copy(security, take(object(w.pod(), "securityContext"), "fsGroup", "fsGroupChangePolicy", "supplementalGroups"))

	w.spec["securityContext"] = security
}

func (w *draft) security(c fields) fields {
	security, _ := clone(object(c, "securityContext")).(fields)

	if user, ok := number(security, "runAsUser"); w.ours || !ok || user == 0 {
		byDefault(security, "runAsNonRoot", false)
	}

	byDefault(security, "allowPrivilegeEscalation", true)
	byDefault(security, "capabilities", fields{})
	byDefault(object(security, "capabilities"), "drop", []any{})

	// A WebApp has RuntimeDefault where nothing is said.
	if text(security, "seccompProfile", "type") == "Unconfined" {
		delete(security, "seccompProfile")
	}

	return security
}

func (w *draft) writeInit() {
	containers := objects(w.pod(), "initContainers")
	if len(containers) == 0 {
		return
	}

	all := make([]any, 0, len(containers))

	for _, c := range containers {
		out := w.container(c)
		out["securityContext"] = w.security(c)

		// One that says no image has the application's, and is pulled as that is.
		if same(c["image"], w.app()["image"]) && same(c["imagePullPolicy"], w.app()["imagePullPolicy"]) {
			delete(out, "image")
		}

		for _, name := range []string{"name", "restartPolicy"} {
			set(out, name, c[name])
		}

		set(out, "volumeMounts", clone(c["volumeMounts"]))

		all = append(all, out)
	}

	w.spec["initContainers"] = all
}

// writeVolumes puts each volume and where it is mounted together. One that is mounted twice
// is there twice, if it is the same then. One that only others mount is mounted where they
// do.
func (w *draft) writeVolumes() {
	var all []any

	names := map[string]bool{}

	for _, v := range objects(w.pod(), "volumes") {
		source := sourceOf(v)
		if source == nil {
			continue
		}

		for i, mount := range w.mountsOf(text(v, "name")) {
			if i > 0 && source["emptyDir"] != nil {
				break
			}

			out, _ := clone(source).(fields)
			for _, name := range []string{"mountPath", "readOnly", "subPath"} {
				set(out, name, mount[name])
			}

			name := text(v, "name")
			for n := 2; names[name]; n++ {
				name = fmt.Sprintf("%s-%d", text(v, "name"), n)
			}

			names[name], out["name"] = true, name
			all = append(all, out)
		}
	}

	if len(all) > 0 {
		w.spec["volumes"] = all
	}
}

// sourceOf is where the files of a volume come from, or nil if a WebApp has no such volumes.
func sourceOf(v fields) fields {
	if d := object(v, "downwardAPI"); d != nil {
		return fields{"projected": fields{"defaultMode": d["defaultMode"], "sources": []any{fields{"downwardAPI": fields{"items": clone(d["items"])}}}}}
	}

	source := take(v, "configMap", "secret", "emptyDir", "persistentVolumeClaim", "projected", "ephemeral")
	if len(source) == 0 {
		return nil
	}

	return source
}

func (w *draft) mountsOf(volume string) []fields {
	of := func(c fields) (found []fields) {
		for _, m := range objects(c, "volumeMounts") {
			if text(m, "name") == volume {
				found = append(found, m)
			}
		}

		return found
	}

	if found := of(w.app()); len(found) > 0 {
		return found
	}

	for _, c := range objects(w.pod(), "initContainers") {
		if found := of(c); len(found) > 0 {
			return found[:1]
		}
	}

	return nil
}

func (w *draft) writeService() {
	s := w.from["Service"]
	if s == nil {
		return
	}

	service := take(object(s, "spec"), "type", "sessionAffinity")
	set(service, "annotations", dig(s, "metadata", "annotations"))
	set(service, "port", w.servicePort["port"])
	set(service, "appProtocol", w.servicePort["appProtocol"])

	var more []any

	for _, p := range objects(s, "spec", "ports") {
		if same(p["port"], w.servicePort["port"]) && same(p["protocol"], w.servicePort["protocol"]) {
			continue
		}

		additional := take(p, "name", "port", "targetPort", "protocol", "appProtocol")
		if text(additional, "name") == "http" {
			additional["name"] = fmt.Sprintf("http-%v", p["port"])
		}

		more = append(more, additional)
	}

	if len(more) > 0 {
		service["additionalPorts"] = more
	}

	w.spec["service"] = service
}

func (w *draft) writeScaling() {
	if h := object(w.from["HorizontalPodAutoscaler"], "spec"); h != nil {
		autoscaling := take(h, "minReplicas", "maxReplicas", "behavior")
		metrics := list(h, "metrics")

		for _, of := range []struct{ resource, field string }{{"cpu", "targetCPUUtilizationPercentage"}, {"memory", "targetMemoryUtilizationPercentage"}} {
			if len(metrics) > 0 && text(metrics[0], "resource", "name") == of.resource && text(metrics[0], "resource", "target", "type") == "Utilization" {
				autoscaling[of.field] = dig(metrics[0], "resource", "target", "averageUtilization")
				metrics = metrics[1:]
			}
		}

		if len(metrics) > 0 {
			autoscaling["metrics"] = clone(metrics)
		}

		w.spec["autoscaling"] = autoscaling
	}

	b := object(w.from["PodDisruptionBudget"], "spec")

	switch {
	case b != nil:
		w.spec["podDisruptionBudget"] = take(b, "minAvailable", "maxUnavailable")
	case w.ours:
		w.spec["podDisruptionBudget"] = fields{"disabled": true}
	}
}

func (w *draft) writeWays() {
	if i := w.from["Ingress"]; i != nil {
		w.writeIngress(i)
		return // A WebApp has one or the other.
	}

	r := object(w.from["HTTPRoute"], "spec")
	if r == nil {
		return
	}

	route := take(r, "hostnames", "parentRefs")

	if rules := objects(r, "rules"); len(rules) > 0 {
		if matches := objects(rules[0], "matches"); len(matches) > 0 {
			set(route, "path", clone(matches[0]["path"]))
		}
	}

	w.spec["httpRoute"] = route
}

func (w *draft) writeIngress(i fields) {
	ingress := take(object(i, "spec"), "ingressClassName")
	set(ingress, "annotations", dig(i, "metadata", "annotations"))

	var hosts []any

	for n, rule := range objects(i, "spec", "rules") {
		if host := text(rule, "host"); host != "" && !slices.Contains(hosts, any(host)) {
			hosts = append(hosts, host)
		}

		if paths := objects(rule, "http", "paths"); n == 0 && len(paths) > 0 {
			set(ingress, "path", paths[0]["path"])
			set(ingress, "pathType", paths[0]["pathType"])
		}
	}

	switch len(hosts) {
	case 0:
	case 1:
		ingress["host"] = hosts[0]
	default:
		ingress["hosts"] = hosts
	}

	if tls := objects(i, "spec", "tls"); len(tls) > 0 {
		ingress["tls"] = take(tls[0], "secretName")
	}

	w.spec["ingress"] = ingress
}

func (w *draft) writeMetrics() {
	endpoints := objects(w.from["ServiceMonitor"], "spec", "endpoints")
	if len(endpoints) == 0 {
		return
	}

	metrics := take(endpoints[0], "path", "interval", "scheme", "tlsConfig")
	set(metrics, "port", endpoints[0]["targetPort"])

	w.spec["metrics"] = metrics
}

func (w *draft) writePolicy() {
	p := object(w.from["NetworkPolicy"], "spec")
	if p == nil {
		return
	}

	policy := fields{}

	for direction, kind := range map[string]string{"ingress": "Ingress", "egress": "Egress"} {
		if !contains(list(p, "policyTypes"), kind) {
			continue
		}

		rules, _ := clone(list(p, direction)).([]any)
		for _, rule := range append(objects(fields{"in": rules}, "in"), fields{}) {
			for _, peers := range []string{"from", "to"} {
				namePeers(objects(rule, peers))
			}
		}

		policy[direction] = rules
	}

	w.spec["networkPolicy"] = policy
}

// namePeers says that pods are those of a WebApp.
func namePeers(peers []fields) {
	for _, peer := range peers {
		labels := object(peer, "podSelector", "matchLabels")
		if len(labels) != 2 || text(labels, "managed-by") != webapp.ManagedBy || len(object(peer, "podSelector")) != 1 {
			continue
		}

		named, namespace := fields{"name": labels["app"]}, object(peer, "namespaceSelector", "matchLabels")

		switch {
		case peer["namespaceSelector"] == nil:
		case len(namespace) == 1 && len(object(peer, "namespaceSelector")) == 1 && text(namespace, "kubernetes.io/metadata.name") != "":
			named["namespace"] = namespace["kubernetes.io/metadata.name"]
		default:
			continue
		}

		delete(peer, "podSelector")
		delete(peer, "namespaceSelector")

		peer["webApp"] = named
	}
}
