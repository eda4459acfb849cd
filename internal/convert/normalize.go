package convert

import (
	"maps"
	"slices"
	"strings"

	"github.com/webapp-operator/function-webapp/fn/config"
	"github.com/webapp-operator/function-webapp/fn/container"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// written are fields that somebody else than the author has written, and that mean nothing
// in a manifest.
var written = []string{"uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink"}

// notes are annotations that tools leave for themselves. What ends with a slash is a domain.
var notes = []string{
	"kubectl.kubernetes.io/last-applied-configuration", "kubectl.kubernetes.io/restartedAt", "kubectl.kubernetes.io/default-container",
	"deployment.kubernetes.io/", "autoscaling.alpha.kubernetes.io/", "meta.helm.sh/", "argocd.argoproj.io/tracking-id", "crossplane.io/",
	webapp.TemplateHashAnnotation, webapp.GenerationAnnotation, webapp.DefaultsAnnotation,
}

func isNote(key string) bool {
	domain, _, _ := strings.Cut(key, "/")

	return strings.HasSuffix(domain, ".crossplane.io") ||
		slices.ContainsFunc(notes, func(n string) bool { return key == n || strings.HasSuffix(n, "/") && strings.HasPrefix(key, n) })
}

// normalize brings the objects of one application, by kind, into the form in which they are
// compared: with what the API server sets by default, without what means nothing, and with
// one way to say what may be said in several. Main is the container that a WebApp is about.
func normalize(all map[string]fields, main string) {
	for _, o := range all {
		clean(o)
		Default(o)
	}

	d := all["Deployment"]
	if d == nil {
		return
	}

	ports := portsOf(d)
	normalizePods(d, main)

	if s := all["Service"]; s != nil {
		for _, port := range objects(s, "spec", "ports") {
			resolve(port, "targetPort", ports)
		}

		normalizeService(object(s, "spec"))
	}

	normalizeIngress(all["Ingress"], all["Service"])
	normalizeMonitor(all["ServiceMonitor"], all["Service"], ports)
	normalizeAutoscaler(all["HorizontalPodAutoscaler"], main)
}

// clean removes what means nothing.
func clean(o fields) {
	delete(o, "status")

	metadata := object(o, "metadata")
	byDefault(metadata, "namespace", "default")

	for _, name := range written {
		delete(metadata, name)
	}

	for _, in := range []fields{metadata, object(o, "spec", "template", "metadata")} {
		delete(in, "creationTimestamp")

		for key := range object(in, "annotations") {
			if isNote(key) {
				delete(object(in, "annotations"), key)
			}
		}

		for key := range object(in, "labels") {
			if isNote(key) || key == "pod-template-hash" {
				delete(object(in, "labels"), key)
			}
		}
	}

	if annotations := object(o, "spec", "template", "metadata", "annotations"); annotations[config.HashAnnotation] != nil {
		annotations[config.HashAnnotation] = "set"
	}

	Tidy(o)
}

// portsOf are the numbers of the ports that containers have names for.
func portsOf(deployment fields) map[string]any {
	all := map[string]any{}

	for _, containers := range []string{"containers", "initContainers"} {
		for _, c := range objects(deployment, "spec", "template", "spec", containers) {
			for _, p := range objects(c, "ports") {
				if name := text(p, "name"); name != "" {
					all[name] = p["containerPort"]
				}
			}
		}
	}

	return all
}

// resolve replaces the name of a port by its number.
func resolve(in fields, name string, ports map[string]any) {
	if n, known := ports[text(in, name)]; known {
		in[name] = n
	}
}

func normalizePods(d fields, main string) {
	pod := object(d, "spec", "template", "spec")

	var apps, beside []any

	for _, c := range objects(pod, "containers") {
		if text(c, "name") == main {
			c["name"] = container.Application
			apps = append(apps, c)

			continue
		}

		c["restartPolicy"] = "Always"
		beside = append(beside, c)
	}

	pod["containers"] = apps
	if before := append(slices.Clone(list(pod, "initContainers")), beside...); len(before) > 0 {
		pod["initContainers"] = before
	}

	for _, containers := range []string{"containers", "initContainers"} {
		for _, c := range objects(pod, containers) {
			normalizeContainer(c, object(pod, "securityContext"))
		}
	}

	for _, name := range inherited {
		delete(object(pod, "securityContext"), name)
	}

	delete(pod, "serviceAccount")

	// What is so if nobody says.
	byDefault(pod, "enableServiceLinks", true)

	for name, usual := range (fields{"serviceAccountName": "default", "hostUsers": true}) {
		if same(pod[name], usual) {
			delete(pod, name)
		}
	}

	Tidy(d)
}

// inherited are what a container has of its pod where it does not say.
var inherited = []string{"runAsUser", "runAsGroup", "runAsNonRoot", "seccompProfile", "seLinuxOptions", "windowsOptions", "appArmorProfile"}

func normalizeContainer(c, ofPod fields) {
	own := map[string]any{}

	for _, p := range objects(c, "ports") {
		if name := text(p, "name"); name != "" {
			own[name] = p["containerPort"]
		}
	}

	for _, probe := range probes {
		for _, action := range []string{"httpGet", "tcpSocket"} {
			resolve(object(c, probe, action), "port", own)
		}
	}

	security := fields{}

	for _, name := range inherited {
		set(security, name, clone(ofPod[name]))
	}

	maps.Copy(security, object(c, "securityContext"))

	// Who does not say may.
	for name, may := range map[string]bool{"allowPrivilegeEscalation": true, "runAsNonRoot": false} {
		if same(security[name], may) {
			delete(security, name)
		}
	}

	c["securityContext"] = security

	// Of what only a limit is set, as much is requested.
	limits := object(c, "resources", "limits")
	if len(limits) > 0 {
		byDefault(object(c, "resources"), "requests", fields{})
	}

	for name, limit := range limits {
		byDefault(object(c, "resources", "requests"), name, limit)
	}

	normalizeEnv(c)
}

// normalizeEnv keeps the last of variables of the same name, as Kubernetes does.
func normalizeEnv(c fields) {
	variables, last := objects(c, "env"), map[string]int{}
	for i, v := range variables {
		last[text(v, "name")] = i

		// Both are whole units.
		if of := object(v, "valueFrom", "resourceFieldRef"); text(of, "divisor") == "1" {
			of["divisor"] = "0"
		}
	}

	var kept []any

	for i, v := range variables {
		if last[text(v, "name")] == i {
			kept = append(kept, v)
		}
	}

	set(c, "env", kept)

	if len(kept) == 0 {
		delete(c, "env")
	}
}

// normalizeService removes what the cluster chooses. What has no address was asked for.
func normalizeService(spec fields) {
	if text(spec, "clusterIP") != "None" {
		delete(spec, "clusterIP")
	}

	delete(spec, "clusterIPs")
	delete(spec, "healthCheckNodePort")
	delete(spec, "ipFamilies")

	if text(spec, "ipFamilyPolicy") == "SingleStack" {
		delete(spec, "ipFamilyPolicy")
	}

	for _, p := range objects(spec, "ports") {
		delete(p, "nodePort")
	}

	// A port without a name is the only one, and its name says nothing.
	if ports := objects(spec, "ports"); len(ports) == 1 {
		delete(ports[0], "name")
	}
}

// normalizeIngress gives backends the numbers of ports.
func normalizeIngress(ingress, service fields) {
	byName := map[string]any{}
	for _, p := range objects(service, "spec", "ports") {
		byName[text(p, "name")] = p["port"]
	}

	// The one port of a Service may have lost its name.
	ports := objects(service, "spec", "ports")

	for _, rule := range objects(ingress, "spec", "rules") {
		for _, path := range objects(rule, "http", "paths") {
			port := object(path, "backend", "service", "port")
			name := text(port, "name")

			switch n := byName[name]; {
			case name == "":
			case n != nil:
				port["number"] = n
				delete(port, "name")
			case len(ports) == 1:
				port["number"] = ports[0]["port"]
				delete(port, "name")
			}
		}
	}
}

// normalizeMonitor gives endpoints the number of the pods' port.
func normalizeMonitor(monitor, service fields, ports map[string]any) {
	// Which is where it looks if it is told nothing.
	if among := object(monitor, "spec", "namespaceSelector"); same(among, fields{"matchNames": []any{text(monitor, "metadata", "namespace")}}) || len(among) == 0 {
		delete(object(monitor, "spec"), "namespaceSelector")
	}

	for _, endpoint := range objects(monitor, "spec", "endpoints") {
		resolve(endpoint, "targetPort", ports)

		all := objects(service, "spec", "ports")
		for _, p := range all {
			if name := text(endpoint, "port"); name != "" && (text(p, "name") == name || len(all) == 1) {
				endpoint["targetPort"] = p["targetPort"]
				delete(endpoint, "port")
			}
		}

		if text(endpoint, "scheme") == "http" {
			delete(endpoint, "scheme")
		}
	}
}

// namePorts gives rules of others for what comes in the name that the WebApp's port has,
// and the numbers of other ports, which have no names then.
func namePorts(policy fields, ports map[string]any, main float64) {
	for _, rule := range objects(policy, "spec", "ingress") {
		for _, port := range objects(rule, "ports") {
			name := text(port, "port")
			resolve(port, "port", ports)

			if name != "" && same(port["port"], main) {
				port["port"] = container.PortName
			}
		}
	}
}

// normalizeAutoscaler writes what the first version of the API says as the second does.
func normalizeAutoscaler(autoscaler fields, main string) {
	spec := object(autoscaler, "spec")

	if percent, ok := spec["targetCPUUtilizationPercentage"].(float64); ok {
		spec["metrics"] = []any{use("cpu", percent)}
		delete(spec, "targetCPUUtilizationPercentage")
	}

	for _, metric := range objects(spec, "metrics") {
		if of := object(metric, "containerResource"); text(of, "container") == main {
			of["container"] = container.Application
		}
	}
}
