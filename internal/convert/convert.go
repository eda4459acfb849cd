package convert

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

// A result is what came of manifests.
type result struct {
	// webApps are those that were made, and reports are of all.
	webApps []fields
	reports []*report

	// rest says what is a part of no application.
	rest []string
}

var errNothing = errors.New("there is no Deployment in it, and so nothing that can become a WebApp")

// Run reads manifests from a file, a folder with everything in it, or from in for "-". It
// writes a WebApp for each application to out, and what is to be said of it to log. An error
// says that something cannot be read, or that nothing was found.
func Run(ctx context.Context, from string, in io.Reader, out, log io.Writer) error {
	all, err := readAll(from, in)
	if err != nil {
		return err
	}

	r, err := convert(ctx, all)
	if err != nil {
		return err
	}

	if _, err := io.WriteString(log, r.String()); err != nil {
		return err
	}

	if len(r.reports) == 0 {
		return errNothing
	}

	return r.writeWebApps(out)
}

// String is what is to be said of them.
func (r *result) String() string {
	log := &strings.Builder{}

	for i, of := range r.reports {
		if i > 0 {
			log.WriteString("\n")
		}

		of.write(log)
	}

	if len(r.rest) > 0 {
		fmt.Fprintf(log, "\nnot a part of these:\n  %s\n", strings.Join(r.rest, "\n  "))
	}

	return log.String()
}

func (r *result) writeWebApps(out io.Writer) error {
	for _, app := range r.webApps {
		data, err := yaml.Marshal(app)
		if err != nil {
			return err
		}

		if _, err := fmt.Fprintf(out, "---\n%s", data); err != nil {
			return err
		}
	}

	return nil
}

func convert(ctx context.Context, all []*manifest) (*result, error) {
	r := &result{}
	renders := newRenderer()
	applications, rest := group(all)

	for _, a := range applications {
		app, of, err := convertOne(ctx, renders, a, all)
		if err != nil {
			return nil, err
		}

		r.reports = append(r.reports, of)

		if app != nil {
			r.webApps = append(r.webApps, app)
		}
	}

	for _, m := range rest {
		r.rest = append(r.rest, leave(m))
	}

	slices.Sort(r.rest)

	return r, nil
}

// convertOne makes a WebApp of an application, and says what is to be said of it.
func convertOne(ctx context.Context, renders *renderer, a *application, all []*manifest) (fields, *report, error) {
	d := a.deployment
	of := &report{namespace: d.namespace(), name: d.name(), parts: byOrigin(slices.Concat([]*manifest{d}, a.parts()))}

	main, err := mainContainer(a)
	if err != nil {
		of.failed = err.Error()
		return nil, of, nil //nolint:nilerr // That is what the report is for.
	}

	theirs := map[string]fields{}
	for kind, m := range a.converted() {
		theirs[kind], _ = clone(m.fields).(fields)

		// That is the WebApp.
		if d.isOurs() && m.isOurs() {
			delete(object(theirs[kind], "metadata"), "ownerReferences")
		}
	}

	of.beforehand(a, theirs, main)
	normalize(theirs, main)
	of.inline(a, theirs, all)

	spec := write(theirs, portsOf(d.fields), d.isOurs())
	of.giveToken(a, spec, all)
	of.pointAtItself(a, spec)

	app := manifestOf(text(d.fields, "metadata", "namespace"), d.name(), spec)

	refused, err := settle(app)
	if err != nil {
		of.failed = "the WebApp would be refused: " + err.Error()
		return nil, of, nil //nolint:nilerr // That is what the report is for.
	}

	if err := renders.minimize(ctx, app); err != nil {
		of.failed = "the WebApp would be refused: " + err.Error()
		return nil, of, nil //nolint:nilerr // That is what the report is for.
	}

	made, err := renders.render(ctx, app)
	if err != nil {
		return nil, nil, err
	}

	c := compare(theirs, normalizeMade(made))
	of.carried = carriedOf(object(app, "spec"))
	of.tell(c, refused)
	of.judgePods(c, d)
	of.findInTheWay(made, all)

	return app, of, nil
}

// mainContainer finds the container that a WebApp is about: the only one, the one that the
// Service leads to, the one that the author says kubectl should take, or the only one with
// ports.
func mainContainer(a *application) (string, error) {
	pod := a.deployment.pod()
	containers := objects(pod, "containers")

	if len(containers) == 0 {
		return "", errors.New("spec.template.spec.containers: there is none")
	}

	led := map[string]bool{}

	for _, s := range a.services {
		for _, port := range objects(s.fields, "spec", "ports") {
			target := port["targetPort"]
			if target == nil {
				target = port["port"]
			}

			led[fmt.Sprint(target)] = true
		}
	}

	says := text(a.deployment.template(), "metadata", "annotations", "kubectl.kubernetes.io/default-container")

	name := cmp.Or(
		onlyOne(containers, func(fields) bool { return true }),
		onlyOne(containers, func(c fields) bool {
			return slices.ContainsFunc(objects(c, "ports"), func(p fields) bool { return led[text(p, "name")] || led[fmt.Sprint(p["containerPort"])] })
		}),
		onlyOne(containers, func(c fields) bool { return text(c, "name") == says }),
		onlyOne(containers, func(c fields) bool { return len(objects(c, "ports")) > 0 }),
	)
	if name == "" {
		return "", fmt.Errorf("its pods have %d containers, and nothing says which of them is the application: a Service leads to none of them alone. Name it in the annotation kubectl.kubernetes.io/default-container of the pods", len(containers))
	}

	return name, nil
}

// onlyOne is the name of the container that is something, if no other is.
func onlyOne(containers []fields, is func(c fields) bool) string {
	var found []string

	for _, c := range containers {
		if is(c) {
			found = append(found, text(c, "name"))
		}
	}

	if len(found) != 1 {
		return ""
	}

	return found[0]
}

// beforehand tells what is lost when objects are brought into their normal form, and what is
// about other applications, too.
func (r *report) beforehand(a *application, theirs map[string]fields, main string) {
	if main != "app" {
		r.own = append(r.own, sentence(fmt.Sprintf("Deployment spec.template.spec.containers[%s].name: %s → app", main, main), "the container of a WebApp is called app"))
	}

	for _, c := range objects(a.deployment.pod(), "containers") {
		if name := text(c, "name"); name != main {
			r.own = append(r.own, fmt.Sprintf("Deployment spec.template.spec.containers[%s] → initContainers[%s] with restartPolicy: Always. It starts before the application and ends after it, and the application waits until its startupProbe finds it well", name, name))
		}

		r.judgeOrder(c)
	}

	for _, c := range objects(a.deployment.pod(), "initContainers") {
		r.judgeOrder(c)
	}

	for i, s := range a.services {
		switch {
		case i > 0:
			r.cannot = append(r.cannot, sentence("Service "+s.name()+": a second one", "a WebApp has one Service, which is called as it is. Keep this one, and let it select app: "+a.deployment.name()))
		case a.shared[s]:
			r.cannot = append(r.cannot, sentence("Service "+s.name()+" leads to the pods of other Deployments, too", "the Service of a WebApp leads to its own pods only. Keep this one for all of them, with a label of podLabels in its selector"))
		}
	}

	for _, kind := range kinds {
		for _, m := range a.others[kind][min(1, len(a.others[kind])):] {
			r.cannot = append(r.cannot, sentence(fmt.Sprintf("%s %s: a second one", kind, m.name()), "a WebApp has one. Keep this one; where it selects pods, let it select app: "+a.deployment.name()))
		}
	}

	if a.others["Ingress"] != nil && a.others["HTTPRoute"] != nil {
		r.cannot = append(r.cannot, "HTTPRoute "+a.others["HTTPRoute"][0].name()+": a WebApp has an Ingress or an HTTPRoute. Keep this one: it leads to the Service by its name and port")
		delete(theirs, "HTTPRoute")
	}

	r.cutIngress(a, theirs["Ingress"])
}

// cutIngress leaves of an Ingress what leads to this application.
func (r *report) cutIngress(a *application, ingress fields) {
	service := a.converted()["Service"]
	if ingress == nil || service == nil {
		return
	}

	var (
		rules []any
		other int
	)

	for _, rule := range objects(ingress, "spec", "rules") {
		var paths []any

		for _, path := range objects(rule, "http", "paths") {
			if text(path, "backend", "service", "name") == service.name() {
				paths = append(paths, path)
			} else {
				other++
			}
		}

		if len(paths) > 0 {
			object(rule, "http")["paths"] = paths
			rules = append(rules, rule)
		}
	}

	if other > 0 {
		object(ingress, "spec")["rules"] = rules
		r.own = append(r.own, fmt.Sprintf("Ingress %s has %d paths that lead elsewhere. They are not a part of this WebApp, which has an Ingress of its own: keep them where they are", text(ingress, "metadata", "name"), other))
	}
}

// judgeOrder tells of variables that refer to others, and would find them where they did
// not, or not where they did: those of a WebApp are in the order of their names.
func (r *report) judgeOrder(c fields) {
	variables := objects(c, "env")

	for i, v := range variables {
		value := text(v, "value")

		for j, other := range variables {
			name := text(other, "name")
			if i == j || name == text(v, "name") || !strings.Contains(value, "$("+name+")") || strings.Contains(value, "$$("+name+")") {
				continue
			}

			if before := name < text(v, "name"); before != (j < i) {
				r.cannot = append(r.cannot, fmt.Sprintf("Deployment spec.template.spec.containers[%s].env[%s]: %s. The variables of a WebApp are in the order of their names, and %s comes %s %s: give one of them another name, or write its value out",
					text(c, "name"), text(v, "name"), inWords(value), name, map[bool]string{true: "before", false: "after"}[before], text(v, "name")))
			}
		}
	}
}

// configOf is the ConfigMap that has the name of the WebApp's own.
func configOf(a *application, all []*manifest) *manifest {
	i := slices.IndexFunc(all, func(m *manifest) bool {
		return m.is("ConfigMap") && m.namespace() == a.deployment.namespace() && m.name() == a.deployment.name()+"-config"
	})
	if i < 0 {
		return nil
	}

	return all[i]
}

// inline makes env of a ConfigMap that has the name of the WebApp's own, which would be in
// its way. It can where nothing is over it.
func (r *report) inline(a *application, theirs map[string]fields, all []*manifest) {
	config := configOf(a, all)
	if config == nil || a.deployment.isOurs() {
		return
	}

	var others []string

	for _, c := range slices.Concat(objects(theirs["Deployment"], "spec", "template", "spec", "containers"), objects(theirs["Deployment"], "spec", "template", "spec", "initContainers")) {
		sources := list(c, "envFrom")
		last := len(sources) - 1

		if last < 0 || text(sources[last], "configMapRef", "name") != config.name() || text(sources[last], "prefix") != "" {
			continue
		}

		c["envFrom"] = sources[:last]
		if last == 0 {
			delete(c, "envFrom")
		}

		var variables []any

		for _, name := range sorted(object(config.fields, "data")) {
			variables = append(variables, fields{"name": name, "value": dig(config.fields, "data", name)})
		}

		c["env"] = append(variables, list(c, "env")...)
		normalizeEnv(c)

		others = append(others, text(c, "name"))
	}

	if len(others) > 0 {
		r.own = append(r.own, fmt.Sprintf("ConfigMap %s has the name of the WebApp's own: what containers %s read of it by envFrom is in env. A change of it replaces the pods", config.name(), strings.Join(others, ", ")))
	}

	if len(others) == 0 || mentions(theirs["Deployment"], config.name()) {
		r.cannot = append(r.cannot, fmt.Sprintf("ConfigMap %s: every WebApp has one of this name, which holds its env. Give this one another name, there and wherever it is read", config.name()))
	}
}

// mentions says whether a value is somewhere in another.
func mentions(in any, name string) bool {
	switch v := in.(type) {
	case fields:
		return slices.ContainsFunc(slices.Collect(maps.Values(v)), func(item any) bool { return mentions(item, name) })
	case []any:
		return slices.ContainsFunc(v, func(item any) bool { return mentions(item, name) })
	default:
		return same(v, name)
	}
}

// tokenPath is where Kubernetes mounts the token for the API server.
const tokenPath = "/var/run/secrets/kubernetes.io/serviceaccount" //nolint:gosec // That is no secret.

// giveToken mounts a token for the API server, where the pods have one and are known to use
// it: they are told so, or somebody has given their account rights.
func (r *report) giveToken(a *application, spec fields, all []*manifest) {
	pod := a.deployment.pod()
	account := text(pod, "serviceAccountName")
	said := pod["automountServiceAccountToken"]
	granted := false

	for _, m := range all {
		switch m.kind() {
		case "ServiceAccount":
			if said == nil && m.name() == account && m.namespace() == a.deployment.namespace() {
				said = m.fields["automountServiceAccountToken"]
			}
		case "RoleBinding", "ClusterRoleBinding":
			for _, subject := range objects(m.fields, "subjects") {
				granted = granted || text(subject, "kind") == "ServiceAccount" && text(subject, "name") == account &&
					cmp.Or(text(subject, "namespace"), m.namespace()) == a.deployment.namespace()
			}
		}
	}

	if same(said, false) || !granted || account == "" {
		return
	}

	spec["volumes"] = append(list(spec, "volumes"), fields{
		"name": "kube-api-access", "mountPath": tokenPath, "readOnly": true,
		"projected": fields{"sources": []any{
			fields{"serviceAccountToken": fields{"path": "token"}},
			fields{"configMap": fields{"name": "kube-root-ca.crt", "items": []any{fields{"key": "ca.crt", "path": "ca.crt"}}}},
			fields{"downwardAPI": fields{"items": []any{fields{"path": "namespace", "fieldRef": fields{"fieldPath": "metadata.namespace"}}}}},
		}},
	})

	r.token = true
	r.own = append(r.own, fmt.Sprintf("ServiceAccount %s has rights: its token is mounted by volumes, where Kubernetes would mount it", account))
}

// pointAtItself changes rules of affinity that are about the application's own pods, which
// have other labels from now on.
func (r *report) pointAtItself(a *application, spec fields) {
	kept := object(spec, "podLabels")

	for _, part := range []string{"podAffinity", "podAntiAffinity"} {
		terms := objects(spec, "affinity", part, "requiredDuringSchedulingIgnoredDuringExecution")
		for _, preferred := range objects(spec, "affinity", part, "preferredDuringSchedulingIgnoredDuringExecution") {
			terms = append(terms, object(preferred, "podAffinityTerm"))
		}

		for _, term := range terms {
			if selector := object(term, "labelSelector"); a.isSelected(selector) && !matches(selector, kept) && !a.deployment.isOurs() {
				term["labelSelector"] = fields{"matchLabels": fields{"app": a.deployment.name()}}
			}
		}
	}
}

// findInTheWay names what has the name of something that the WebApp makes.
func (r *report) findInTheWay(made map[string]fields, all []*manifest) {
	for _, m := range all {
		if !m.isOurs() && m.is(m.kind()) && made[m.kind()] != nil && m.namespace() == r.namespace && m.name() == text(made[m.kind()], "metadata", "name") {
			r.inTheWay = append(r.inTheWay, m.String())
		}
	}

	slices.Sort(r.inTheWay)
}
