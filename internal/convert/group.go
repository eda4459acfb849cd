package convert

import (
	"cmp"
	"slices"
)

// An application is a Deployment, and what belongs to it.
type application struct {
	deployment *manifest

	// services lead to its pods. The first is the one that is converted.
	services []*manifest

	// others are objects by kind of which a WebApp has one. The first is converted.
	others map[string][]*manifest

	// shared are Services that lead to pods of other Deployments, too.
	shared map[*manifest]bool
}

// kinds are those of which a WebApp has one, but for the Deployment, the Service and the
// ConfigMap, in the order in which they are told.
var kinds = []string{"HorizontalPodAutoscaler", "PodDisruptionBudget", "Ingress", "HTTPRoute", "NetworkPolicy", "ServiceMonitor"}

// groups are the API groups of kinds whose names others have, too.
var groups = map[string]string{
	"Deployment": "apps", "Service": "", "ConfigMap": "", "Secret": "", "Ingress": "networking.k8s.io", "NetworkPolicy": "networking.k8s.io",
	"HorizontalPodAutoscaler": "autoscaling", "PodDisruptionBudget": "policy", "HTTPRoute": "gateway.networking.k8s.io", "ServiceMonitor": "monitoring.coreos.com",
}

// is says whether a manifest is of one of Kubernetes' kinds.
func (m *manifest) is(kind string) bool { return m.kind() == kind && m.group() == groups[kind] }

// group puts together what belongs together, by selectors and references, and says what
// belongs to none.
func group(all []*manifest) (applications []*application, rest []*manifest) {
	claimed := map[*manifest]bool{}

	for _, m := range all {
		if m.is("Deployment") {
			applications = append(applications, gather(m, all))
			claimed[m] = true
		}
	}

	slices.SortStableFunc(applications, func(a, b *application) int {
		return cmp.Or(cmp.Compare(a.deployment.namespace(), b.deployment.namespace()), cmp.Compare(a.deployment.name(), b.deployment.name()))
	})

	for _, a := range applications {
		for _, m := range a.parts() {
			claimed[m] = true
		}

		for _, s := range a.services {
			for _, b := range applications {
				if a != b && slices.Contains(b.services, s) {
					a.shared[s] = true
				}
			}
		}
	}

	for _, m := range all {
		if !claimed[m] {
			rest = append(rest, m)
		}
	}

	return applications, rest
}

// parts are the objects of an application, but for the Deployment.
func (a *application) parts() []*manifest {
	all := slices.Clone(a.services)
	for _, kind := range slices.Concat([]string{"ConfigMap"}, kinds) {
		all = append(all, a.others[kind]...)
	}

	return all
}

// converted are those that become the WebApp's own, by kind.
func (a *application) converted() map[string]*manifest {
	out := map[string]*manifest{"Deployment": a.deployment}
	if len(a.services) > 0 {
		out["Service"] = a.services[0]
	}

	for kind, found := range a.others {
		out[kind] = found[0]
	}

	return out
}

func gather(d *manifest, all []*manifest) *application {
	a := &application{deployment: d, others: map[string][]*manifest{}, shared: map[*manifest]bool{}}
	labels := object(d.template(), "metadata", "labels")

	for _, m := range all {
		if m.is("Service") && m.namespace() == d.namespace() && selects(object(m.fields, "spec", "selector"), labels) {
			a.services = append(a.services, m)
		}
	}

	for _, m := range all {
		if belongs := belongings[m.kind()]; belongs != nil && m.is(m.kind()) && m.namespace() == d.namespace() && belongs(a, m) {
			a.others[m.kind()] = append(a.others[m.kind()], m)
		}
	}

	for _, found := range a.others {
		slices.SortStableFunc(found, func(x, y *manifest) int { return a.rank(x) - a.rank(y) })
	}

	slices.SortStableFunc(a.services, func(x, y *manifest) int { return a.rankService(x) - a.rankService(y) })

	return a
}

// rank puts first what is called as the Deployment.
func (a *application) rank(m *manifest) int {
	if m.name() == a.deployment.name() {
		return 0
	}

	return 1
}

// rankService puts first what is reached from outside, what is called as the Deployment, and
// what has an address.
func (a *application) rankService(m *manifest) int {
	rank := a.rank(m)

	if text(m.fields, "spec", "clusterIP") == "None" {
		rank += 4
	}

	for _, kind := range []string{"Ingress", "HTTPRoute"} {
		if slices.ContainsFunc(a.others[kind], func(way *manifest) bool { return slices.Contains(backends(way), m.name()) }) {
			return rank
		}
	}

	return rank + 2
}

// belongings say whether an object is about an application, whose Services are known.
var belongings = map[string]func(a *application, m *manifest) bool{
	"HorizontalPodAutoscaler": func(a *application, m *manifest) bool {
		target := object(m.fields, "spec", "scaleTargetRef")
		return text(target, "kind") == "Deployment" && text(target, "name") == a.deployment.name()
	},
	"PodDisruptionBudget": func(a *application, m *manifest) bool { return a.isSelected(dig(m.fields, "spec", "selector")) },
	"NetworkPolicy":       func(a *application, m *manifest) bool { return a.isSelected(dig(m.fields, "spec", "podSelector")) },
	"Ingress":             (*application).isBehind,
	"HTTPRoute":           (*application).isBehind,
	// That of a WebApp. Others are referenced.
	"ConfigMap": func(a *application, m *manifest) bool {
		return m.isOurs() && a.deployment.isOurs() && m.name() == a.deployment.name()+"-config"
	},
	"ServiceMonitor": func(a *application, m *manifest) bool {
		return slices.ContainsFunc(a.services, func(s *manifest) bool {
			return matches(dig(m.fields, "spec", "selector"), object(s.fields, "metadata", "labels"))
		})
	},
}

// isSelected says whether a label selector is about the pods.
func (a *application) isSelected(selector any) bool {
	return matches(selector, object(a.deployment.template(), "metadata", "labels"))
}

// matches says whether a label selector asks for labels that are there. One that asks for
// nothing is about more than one application.
func matches(selector any, labels fields) bool {
	asked, expressions := object(selector, "matchLabels"), objects(selector, "matchExpressions")

	for _, e := range expressions {
		is, there := labels[text(e, "key")]
		within := contains(list(e, "values"), is)

		switch text(e, "operator") {
		case "In":
			there = there && within
		case "NotIn":
			there = !there || !within
		case "DoesNotExist":
			there = !there
		}

		if !there {
			return false
		}
	}

	return selects(asked, labels) || len(asked) == 0 && len(expressions) > 0
}

// isBehind says whether an Ingress or an HTTPRoute leads to a Service of an application.
func (a *application) isBehind(way *manifest) bool {
	to := backends(way)
	return slices.ContainsFunc(a.services, func(s *manifest) bool { return slices.Contains(to, s.name()) })
}

// backends are the names of Services that an Ingress or an HTTPRoute leads to.
func backends(way *manifest) []string {
	var all []string

	if name := text(way.fields, "spec", "defaultBackend", "service", "name"); name != "" {
		all = append(all, name)
	}

	for _, rule := range objects(way.fields, "spec", "rules") {
		for _, path := range objects(rule, "http", "paths") {
			all = append(all, text(path, "backend", "service", "name"))
		}

		for _, backend := range objects(rule, "backendRefs") {
			all = append(all, text(backend, "name"))
		}
	}

	return all
}
