package convert

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Report is what is said of one application.
type report struct {
	namespace, name string

	// parts are what it is made of, and where that was read.
	parts []string

	// failed says why there is no WebApp.
	failed string

	// carried are the fields of the WebApp, and same is how many values of the manifests
	// it renders.
	carried []string
	same    int

	// own is what it does in its own way, and cannot what it cannot say.
	own, cannot []string

	// token says that the pods are given the token for the API server.
	token bool

	// inTheWay are objects that a WebApp would make, and takes over only with their consent.
	inTheWay []string

	pods string
}

// outcome is whole, part or not.
func (r *report) outcome() string {
	switch {
	case r.failed != "":
		return "not"
	case len(r.cannot) > 0:
		return "in part"
	default:
		return "whole"
	}
}

// pages is where documentation of the project is.
const pages = "https://github.com/webapp-operator/function-webapp/blob/main/docs/"

func (r *report) write(out *strings.Builder) {
	fmt.Fprintf(out, "%s/%s: %s\n  from: %s\n", r.namespace, r.name, outcomes[r.outcome()], strings.Join(r.parts, ", "))

	if r.failed != "" {
		fmt.Fprintf(out, "  why: %s\n", r.failed)
		return
	}

	fmt.Fprintf(out, "  carried over: %s; %d values are the same\n", strings.Join(r.carried, ", "), r.same)
	writeLines(out, "in its own way", r.own)
	writeLines(out, "cannot say", r.cannot)

	if len(r.inTheWay) > 0 {
		fmt.Fprintf(out, "  in its way, until they are gone or consent to be taken over: %s. See %smigrate.md\n", strings.Join(r.inTheWay, ", "), pages)
	}

	fmt.Fprintf(out, "  pods: %s\n", r.pods)
}

var outcomes = map[string]string{"whole": "converted", "in part": "converted in part", "not": "not converted"}

func writeLines(out *strings.Builder, title string, lines []string) {
	if len(lines) == 0 {
		return
	}

	fmt.Fprintf(out, "  %s:\n", title)

	for _, line := range lines {
		fmt.Fprintf(out, "    %s\n", line)
	}
}

// tell sorts differences into what a WebApp does in its own way, and what it cannot say. Why
// the function has refused something helps to say why. What it refused and renders all the
// same is no difference.
func (r *report) tell(c comparison, refused []refusal) {
	r.same = c.same
	told := map[string]bool{}

	r.tellLabels(c)

	for _, d := range c.differences {
		if ofLabels.MatchString(d.where) || r.token && isToken(d) {
			continue
		}

		own, words := d.judge()

		for _, f := range refused {
			if f.why == "" || d.theirs == nil || !slices.Contains(stepsOf(f.path), lastOf(d.where)) {
				continue
			}

			if own = false; !told[f.path] {
				words = f.why + ". " + words
			}

			told[f.path] = true
		}

		if own {
			r.own = append(r.own, sentence(fmt.Sprintf("%s: %s → %s", d.where, inWords(d.theirs), inWords(d.ours)), words))
			continue
		}

		is := fmt.Sprintf("%s: %s", d.where, inWords(d.theirs))
		if d.ours != nil {
			is += fmt.Sprintf(" (it will be %s)", inWords(d.ours))
		}

		r.cannot = append(r.cannot, sentence(is, words))
	}
}

// tellLabels tells in one line that the labels are others.
func (r *report) tellLabels(c comparison) {
	var kinds []string

	theirs := fields{}

	for _, d := range c.differences {
		if !ofLabels.MatchString(d.where) {
			continue
		}

		kind, path, _ := strings.Cut(d.where, " ")
		if !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}

		if name, found := strings.CutPrefix(path, "spec.template.metadata.labels."); found && d.theirs != nil {
			theirs[name] = d.theirs
		} else if kind == "Deployment" && path == "spec.selector" {
			maps.Copy(theirs, object(fields{"": d.theirs}, "", "matchLabels"))
		}

		if lost := d.lostLabels(); len(lost) > 0 {
			r.cannot = append(r.cannot, sentence(fmt.Sprintf("%s: %s", d.where, inWords(lost)), "labels of objects are the platform team's to set, for all WebApps (labels in the input)"))
		}
	}

	if len(kinds) > 0 {
		r.own = append(r.own, sentence(fmt.Sprintf("labels of %s and the pods, and what finds pods by them: %s → app: %s, managed-by: webapp-operator and app.kubernetes.io/name, instance and managed-by",
			strings.Join(kinds, ", "), inWords(theirs), r.name), "whoever else finds the pods by the old ones must look for the new ones"))
	}
}

// isToken says whether a difference is about the token for the API server.
func isToken(d difference) bool {
	return strings.HasSuffix(d.where, ".automountServiceAccountToken") || strings.Contains(d.where, "[kube-api-access]") || strings.Contains(d.where, "["+tokenPath+"]")
}

func sentence(is, words string) string {
	if words == "" {
		return is
	}

	return is + ". " + strings.ToUpper(words[:1]) + words[1:]
}

// lastOf is the last name in a path.
func lastOf(path string) string {
	steps := stepsOf(path)
	for _, step := range slices.Backward(steps) {
		if strings.Trim(step, "0123456789") != "" {
			return step
		}
	}

	return path
}

// judgePods says whether the pods that run stay.
func (r *report) judgePods(c comparison, deployment *manifest) {
	const template = "Deployment spec.template."

	var changed []string

	selector := false

	for _, d := range c.differences {
		switch {
		case strings.HasPrefix(d.where, "Deployment spec.selector"):
			selector = true
		case ofLabels.MatchString(d.where):
		case strings.HasPrefix(d.where, template):
			changed = append(changed, strings.TrimPrefix(d.where, template))
		}
	}

	switch {
	case !selector && len(changed) == 0:
		r.pods = "the same"
	case !selector:
		r.pods = "replaced once, because of " + some(changed)
	default:
		r.pods = fmt.Sprintf("replaced once, because a WebApp finds its pods by labels of its own (app: %s, managed-by: webapp-operator), and the labels of a Deployment's selector cannot be changed", r.name)

		if len(changed) > 0 {
			r.pods += "; and of " + some(changed)
		}

		r.pods += fmt.Sprintf(". kubectl -n %s delete deployment %s --cascade=orphan --wait=false leaves the old pods while new ones start: see %smigrate.md", r.namespace, deployment.name(), pages)
	}
}

func some(all []string) string {
	const most = 4

	if len(all) <= most {
		return strings.Join(all, ", ")
	}

	return fmt.Sprintf("%s and %d more fields", strings.Join(all[:most], ", "), len(all)-most)
}

// leave says of manifests that are a part of no application why not. Of a Secret nothing
// but the name is told.
func leave(m *manifest) string {
	words, known := unconverted[m.kind()]

	switch {
	case m.is("Secret"):
		words = "stays as it is, and is referenced by its name. What is in it was not looked at"
	case m.is("ConfigMap"), m.kind() == "PersistentVolumeClaim", m.kind() == "ServiceAccount":
		words = "stays as it is, and is referenced by its name"
	case m.is("Service") && len(object(m.fields, "spec", "selector")) == 0:
		words = "stays as it is: it selects no pods"
	case m.is("Service"):
		words = "stays as it is: it selects pods of no Deployment here"
	case text(m.fields, "metadata", "annotations", "helm.sh/hook") != "":
		words = "is a hook of Helm, which a WebApp does not run: what must be done before it starts can be one of its initContainers"
	case len(objects(m.fields, "metadata", "ownerReferences")) > 0 && (m.kind() == "ReplicaSet" || m.kind() == "Pod" || m.kind() == "Job"):
		words = "is made by its owner"
	case known:
	case slices.Contains(kinds, m.kind()) && m.is(m.kind()):
		words = "stays as it is: it is about no Deployment here, or about more than one. Where it selects pods or names a Service, see whether those are still the same"
	case slices.Contains(kinds, m.kind()):
		words = fmt.Sprintf("is of version %s, which no cluster has any more: convert it with kubectl convert first", text(m.fields, "apiVersion"))
	default:
		words = "stays as it is: it is no part of a WebApp"
	}

	name := m.name()
	if namespace := text(m.fields, "metadata", "namespace"); namespace != "" {
		name = namespace + "/" + name
	}

	return fmt.Sprintf("%s %s (%s): %s", m.kind(), name, m.origin, words)
}

// unconverted are kinds that run something, and why a WebApp does not.
var unconverted = map[string]string{
	"StatefulSet":           "not converted: a WebApp is a Deployment, whose replicas have no name and no volume of their own each. Leave it as it is, or make a Deployment of it if it needs neither",
	"DaemonSet":             "not converted: a WebApp runs as many replicas as it is told, and not one on each node",
	"Job":                   "not converted: a WebApp runs until it is told to stop. What must be done before it starts can be one of its initContainers",
	"CronJob":               "not converted: a WebApp runs all the time",
	"ReplicaSet":            "not converted: make a Deployment of it, which is what a WebApp is",
	"ReplicationController": "not converted: make a Deployment of it, which is what a WebApp is",
	"Pod":                   "not converted: make a Deployment of it, which is what a WebApp is",
	"DeploymentConfig":      "not converted: make a Deployment of it, which is what a WebApp is",
	"Rollout":               "not converted: make a Deployment of it, which is what a WebApp is",
}

// byOrigin are manifests in words.
func byOrigin(all []*manifest) []string {
	out := make([]string, 0, len(all))
	for _, m := range all {
		out = append(out, fmt.Sprintf("%s (%s)", m, m.origin))
	}

	return out
}

// carriedOf are the fields of a WebApp, with how many entries the larger ones have.
func carriedOf(spec fields) []string {
	var out []string

	for _, name := range sorted(spec) {
		n := 0

		switch v := spec[name].(type) {
		case fields:
			if name == "env" || strings.HasSuffix(name, "Env") {
				n = len(v)
			}
		case []any:
			n = len(v)
		}

		if n > 0 {
			out = append(out, fmt.Sprintf("%s (%d)", name, n))
		} else {
			out = append(out, name)
		}
	}

	return out
}
