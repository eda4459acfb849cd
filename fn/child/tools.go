package child

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
	"github.com/webapp-operator/function-webapp/internal/wire"
)

// A tool is one that keeps writing objects: what is taken over from it would change back
// and forth, or be deleted with what it was installed as. So it must have let go before.
type tool struct {
	// name is what it is called, and of what it calls that which an object is of.
	name, of string

	// label and annotation are signs of its objects, which say the name of that, up to a
	// colon. Others are who manages an object by its label, and who has written it.
	label, annotation  string
	managedBy, manager string

	// letting is the annotation by which an object says that the tool has let go of it, and
	// word what that says, which may be one of several.
	letting, word string

	// advice is how to have it let go.
	advice string
}

// tools are those that are known, from those that use others to those that are used.
//
// Flux leaves an object that says so alone, whatever its source has
// (https://fluxcd.io/flux/components/kustomize/kustomizations/#controlling-the-apply-behavior-of-resources).
// Argo CD does not delete one that is not in Git any more
// (https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/). Helm reads the
// policy of the object when an upgrade leaves it out, and that of the chart as it was
// installed when the release is uninstalled: deleteRelease of helm.sh/helm/v4/pkg/action,
// and Client.Update of pkg/kube.
var tools = []tool{
	{
		name: "Argo CD", of: "application",
		annotation: "argocd.argoproj.io/tracking-id", label: "argocd.argoproj.io/instance", manager: "argocd-controller",
		letting: "argocd.argoproj.io/sync-options", word: "Prune=false",
		advice: "Argo CD must let go of it first: annotate it with argocd.argoproj.io/sync-options=Prune=false, and take it out of Git.",
	},
	{
		name: "Flux", of: "Kustomization", label: "kustomize.toolkit.fluxcd.io/name",
		letting: "kustomize.toolkit.fluxcd.io/reconcile", word: "disabled",
		advice: "Flux must let go of it first: annotate it with kustomize.toolkit.fluxcd.io/reconcile=disabled.",
	},
	{
		name: "Flux", of: "HelmRelease", label: "helm.toolkit.fluxcd.io/name",
		letting: helmsPolicy, word: "keep", advice: helmsAdvice,
	},
	{
		name: "Helm", of: "release", annotation: "meta.helm.sh/release-name", managedBy: "Helm",
		letting: helmsPolicy, word: "keep", advice: helmsAdvice,
	},
}

const (
	helmsPolicy = "helm.sh/resource-policy"
	helmsAdvice = "Helm must let go of it first: put annotation helm.sh/resource-policy: keep on it in the chart, and upgrade the release."
)

// toolReads is what is read of an object to know the tools.
func toolReads() wire.Fields {
	labels, annotations := wire.Fields{webapp.ManagedByLabel: nil}, wire.Fields{}

	for _, t := range tools {
		labels[t.label] = nil
		annotations[t.annotation] = nil
		annotations[t.letting] = nil
	}

	return wire.Fields{"metadata": {"labels": labels, "annotations": annotations, "managedFields": wire.Later}}
}

// writer returns the tool that keeps writing an object, in words with the name of what the
// object is of, if that is known, and how to have it let go; or nothing.
func writer(metadata *structpb.Value) (called, advice string) {
	for _, t := range tools {
		name, is := t.has(metadata)
		if !is || t.hasLetGo(metadata) {
			continue
		}

		if name == "" {
			return t.name, t.advice
		}

		return t.name + " " + t.of + " " + value.Clip(name, value.MaxQuoted), t.advice
	}

	return "", ""
}

// has says whether an object is the tool's, and of what.
func (t *tool) has(metadata *structpb.Value) (name string, is bool) {
	for _, sign := range []string{value.Text(metadata, "annotations", t.annotation), value.Text(metadata, "labels", t.label)} {
		if name, _, _ := strings.Cut(sign, ":"); name != "" {
			return name, true
		}
	}

	return "", t.managedBy != "" && value.Text(metadata, "labels", webapp.ManagedByLabel) == t.managedBy ||
		t.manager != "" && slices.ContainsFunc(managers(metadata), func(m string) bool { return m == t.manager })
}

// hasLetGo says whether an object says that the tool has let go of it.
func (t *tool) hasLetGo(metadata *structpb.Value) bool {
	return slices.ContainsFunc(strings.Split(value.Text(metadata, "annotations", t.letting), ","), func(word string) bool {
		return strings.TrimSpace(word) == t.word
	})
}

// managers are who has written an object.
func managers(metadata *structpb.Value) []string {
	entries := wire.Open(value.Dig(metadata, "managedFields")).GetListValue().GetValues()

	names := make([]string, 0, len(entries))
	for _, entry := range entries {
		names = append(names, value.Text(entry, "manager"))
	}

	return names
}
