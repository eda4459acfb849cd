package e2e

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	kerrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// A backup is what was saved of a WebApp: the WebApp, and what it has made.
type backup struct {
	webApp *unstructured.Unstructured
	parts  []*unstructured.Unstructured
}

// save saves a WebApp as backup tools do: without what only the cluster knew of an object.
func (n *namespace) save(t *testing.T, name string) backup {
	t.Helper()

	b := backup{webApp: saved(n.get(t, webApps, name))}
	for _, part := range n.parts(t, name) {
		b.parts = append(b.parts, saved(part))
	}

	return b
}

func saved(object *unstructured.Unstructured) *unstructured.Unstructured {
	object = object.DeepCopy()

	for _, field := range []string{"uid", "resourceVersion", "generation", "creationTimestamp", "managedFields"} {
		unstructured.RemoveNestedField(object.Object, "metadata", field)
	}

	return object
}

// withoutOwners is the backup as some tools save it, or as a person makes it.
func (b backup) withoutOwners() backup {
	free := backup{webApp: b.webApp}

	for _, part := range b.parts {
		part = part.DeepCopy()
		part.SetOwnerReferences(nil)
		free.parts = append(free.parts, part)
	}

	return free
}

// consenting is the backup of objects that name the WebApp that may have them.
func (b backup) consenting() backup {
	consents := b.withoutOwners()

	for _, part := range consents.parts {
		annotations := part.GetAnnotations()
		if annotations == nil {
			annotations = map[string]string{}
		}

		annotations["example.com/adopt"] = b.webApp.GetName()
		part.SetAnnotations(annotations)
	}

	return consents
}

// restore creates objects in the namespace that are not there.
func (n *namespace) restore(t *testing.T, objects ...*unstructured.Unstructured) {
	t.Helper()

	for _, object := range objects {
		object = object.DeepCopy()
		object.SetNamespace(n.name)
		unstructured.RemoveNestedField(object.Object, "spec", "clusterIP")
		unstructured.RemoveNestedField(object.Object, "spec", "clusterIPs")

		_, err := n.client.Resource(kindOf(object)).Namespace(n.name).Create(t.Context(), object, metav1.CreateOptions{FieldManager: "restore"})
		if !kerrors.IsAlreadyExists(err) {
			must(t, err)
		}
	}
}

// testRestore restores what was saved of a WebApp, in the ways that people do.
func testRestore(t *testing.T, n *namespace) {
	const shop = "image: nginx, replicas: 2, env: {COLOR: red}"

	n.webApp(t, "shop", shop)
	n.running(t, "shop", 2)

	full := n.save(t, "shop")
	want := contents(full)
	all := func(b backup) []*unstructured.Unstructured { return append(slices.Clone(b.parts), b.webApp) }

	n.delete(t, webApps, "shop", metav1.DeletePropagationForeground)
	n.gone(t, webApps, "shop")
	n.nothingLeft(t, "shop")

	for _, tc := range []struct {
		name    string
		reason  string
		restore []*unstructured.Unstructured
		alone   bool
	}{
		{name: "webapps", reason: "WebApps only", restore: []*unstructured.Unstructured{full.webApp}},
		{name: "webapps-first", reason: "WebApps first, and then what they had made, which is there by then", restore: append([]*unstructured.Unstructured{full.webApp}, full.parts...)},
		{name: "webapps-last", reason: "what they had made first, with owners that are no more, and then WebApps", restore: all(full)},
		{name: "without-owners", reason: "what they had made first, without owners, and then WebApps", restore: all(full.withoutOwners())},
		{name: "consenting", reason: "what they had made, which consents, and then a new WebApp", restore: full.consenting().parts, alone: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			// As if it were another cluster, or a namespace that was copied.
			copied := n.newNamespace(t)
			began := time.Now()

			copied.restore(t, tc.restore...)

			if tc.alone {
				copied.webApp(t, "shop", shop)
			}

			copied.running(t, "shop", 2)
			t.Logf("%s: all of it runs after %.1f s", tc.reason, time.Since(began).Seconds())
			copied.steady(t, "shop")

			if diff := cmp.Diff(want, contents(copied.save(t, "shop"))); diff != "" {
				t.Errorf("want nothing lost: -before, +after:\n%s", diff)
			}

			for _, part := range copied.parts(t, "shop") {
				if owner := metav1.GetControllerOf(part); owner == nil || owner.UID != copied.get(t, webApps, "shop").GetUID() {
					t.Errorf("want the new WebApp to have %s %s, got %v", part.GetKind(), part.GetName(), owner)
				}
			}
		})
	}

	t.Run("without-webapps", func(t *testing.T) {
		copied := n.newNamespace(t)
		copied.restore(t, full.parts...)

		// The garbage collector takes them for what a WebApp has left that was deleted.
		copied.nothingLeft(t, "shop")
	})
}

func kindOf(object *unstructured.Unstructured) schema.GroupVersionResource {
	switch object.GetKind() {
	case "WebApp":
		return webApps
	case "Deployment":
		return deployments
	case "Service":
		return services
	default:
		return configMaps
	}
}

// contents are what a person would miss: all but what a cluster sets of its own.
func contents(b backup) map[string]any {
	all := map[string]any{}

	for _, object := range append(slices.Clone(b.parts), b.webApp) {
		object = object.DeepCopy()

		for _, field := range [][]string{{"spec", "clusterIP"}, {"spec", "clusterIPs"}, {"spec", "crossplane"}} {
			unstructured.RemoveNestedField(object.Object, field...)
		}

		all[fmt.Sprintf("%s %s", object.GetKind(), object.GetName())] = map[string]any{"labels": object.GetLabels(), "spec": object.Object["spec"], "data": object.Object["data"]}
	}

	return all
}
