package main

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/tools/cache"
)

// Kinds that are used here.
var (
	compositions = schema.GroupVersionResource{Group: "apiextensions.crossplane.io", Version: "v1", Resource: "compositions"}
	events       = schema.GroupVersionResource{Version: "v1", Resource: "events"}

	compositionRevisions = schema.GroupVersionResource{Group: "apiextensions.crossplane.io", Version: "v1", Resource: "compositionrevisions"}
)

// watched is everything that a WebApp may change, in all namespaces. Leases and
// nodes are not in it: they are heartbeats.
var watched = []schema.GroupVersionResource{
	compositions,
	compositionRevisions,
	events,
	{Group: "apps", Version: "v1", Resource: "deployments"},
	{Group: "apps", Version: "v1", Resource: "replicasets"},
	{Version: "v1", Resource: "pods"},
	{Version: "v1", Resource: "services"},
	{Version: "v1", Resource: "configmaps"},
	{Version: "v1", Resource: "secrets"},
	{Group: "discovery.k8s.io", Version: "v1", Resource: "endpointslices"},
}

// Changes are what watches have seen.
type Changes struct {
	// Objects are creations, changes and deletions, such as "pods changed".
	Objects map[string]int `json:"objects"`

	// Events are new and repeated events by kind of object and reason, such as
	// "WebApp Running".
	Events map[string]int `json:"events"`

	// WebApps are changes of WebApps, by the fields that one write changed.
	WebApps map[string]int `json:"webApps"`
}

// A watch counts changes of the cluster.
type watch struct {
	scenario scenario

	mu      sync.Mutex
	changes Changes
	last    time.Time
	running map[string]bool

	// applied is when, and waited for how many seconds until it first ran.
	applied map[string]time.Time
	waited  map[string]float64
}

func newChanges() Changes {
	return Changes{Objects: map[string]int{}, Events: map[string]int{}, WebApps: map[string]int{}}
}

// newWatch watches until the context ends. It has seen everything that exists
// when it returns.
func newWatch(ctx context.Context, s scenario, client dynamic.Interface) (*watch, error) {
	w := &watch{scenario: s, changes: newChanges(), running: map[string]bool{}, applied: map[string]time.Time{}, waited: map[string]float64{}}
	factory := dynamicinformer.NewDynamicSharedInformerFactory(client, 0)

	for _, kind := range append([]schema.GroupVersionResource{s.webApps()}, watched...) {
		if _, err := factory.ForResource(kind).Informer().AddEventHandler(cache.ResourceEventHandlerDetailedFuncs{
			AddFunc: func(obj any, initial bool) {
				if !initial {
					w.saw(kind, nil, object(obj))
				}
			},
			UpdateFunc: func(before, after any) { w.saw(kind, object(before), object(after)) },
			DeleteFunc: func(obj any) { w.saw(kind, object(obj), nil) },
		}); err != nil {
			return nil, err
		}
	}

	factory.Start(ctx.Done())

	for kind, synced := range factory.WaitForCacheSync(ctx.Done()) {
		if !synced {
			return nil, errors.New("cannot watch " + kind.Resource)
		}
	}

	return w, nil
}

// object is what a handler gets, which for a deletion that was missed is wrapped.
func object(obj any) *unstructured.Unstructured {
	if missed, ok := obj.(cache.DeletedFinalStateUnknown); ok {
		obj = missed.Obj
	}

	u, _ := obj.(*unstructured.Unstructured)

	return u
}

// Running is how many WebApps run.
func (w *watch) Running() int {
	w.mu.Lock()
	defer w.mu.Unlock()

	n := 0

	for _, runs := range w.running {
		if runs {
			n++
		}
	}

	return n
}

// Apply notes that a WebApp is about to be applied.
func (w *watch) Apply(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()

	w.applied[name] = time.Now()
}

// Waits are how long those took that have run.
func (w *watch) Waits() Waits {
	w.mu.Lock()
	defer w.mu.Unlock()

	return newWaits(slices.Collect(maps.Values(w.waited)))
}

// Quiet is for how long nothing has changed.
func (w *watch) Quiet() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()

	return time.Since(w.last)
}

// Take returns what was seen since the last call.
func (w *watch) Take() Changes {
	w.mu.Lock()
	defer w.mu.Unlock()

	seen := w.changes
	w.changes = newChanges()

	return seen
}

func (w *watch) saw(kind schema.GroupVersionResource, before, after *unstructured.Unstructured) {
	// After a lost connection, what did not change is seen again.
	if before != nil && after != nil && before.GetResourceVersion() == after.GetResourceVersion() {
		return
	}

	w.mu.Lock()
	defer w.mu.Unlock()

	w.last = time.Now()

	switch {
	case kind == events:
		if after != nil {
			about, _, _ := unstructured.NestedString(after.Object, "involvedObject", "kind")
			reason, _, _ := unstructured.NestedString(after.Object, "reason")
			w.changes.Events[about+" "+reason]++
		}

		return
	case before == nil:
		w.changes.Objects[kind.Resource+" created"]++
	case after == nil:
		w.changes.Objects[kind.Resource+" deleted"]++
	default:
		w.changes.Objects[kind.Resource+" changed"]++

		if kind == w.scenario.webApps() {
			w.changes.WebApps[strings.Join(changedFields(before.Object, after.Object), ", ")]++
		}
	}

	if kind == w.scenario.webApps() && after != nil {
		w.runs(after.GetName(), w.scenario.runs(after))
	}
}

// runs notes whether a WebApp runs, and how long the first time took.
func (w *watch) runs(name string, runs bool) {
	w.running[name] = runs

	if _, ran := w.waited[name]; runs && !ran {
		w.waited[name] = w.last.Sub(w.applied[name]).Seconds()
	}
}

// changedFields are the fields in which two versions of a WebApp differ, but for
// those that every write changes.
func changedFields(before, after map[string]any) []string {
	fields := map[string]bool{}

	for _, top := range []string{"metadata", "spec", "status"} {
		a, _ := before[top].(map[string]any)
		b, _ := after[top].(map[string]any)

		compare(fields, top, a, b)
	}

	a, b := conditions(before), conditions(after)
	for kind := range b {
		was, _ := a[kind].(map[string]any)
		is, _ := b[kind].(map[string]any)

		compare(fields, kind, was, is)
	}

	for _, noise := range []string{"metadata.resourceVersion", "metadata.managedFields", "metadata.generation", "status.conditions"} {
		delete(fields, noise)
	}

	return slices.Sorted(maps.Keys(fields))
}

// compare adds fields that differ, and looks into Crossplane's part of the spec.
func compare(fields map[string]bool, path string, a, b map[string]any) {
	for _, key := range slices.Concat(slices.Collect(maps.Keys(a)), slices.Collect(maps.Keys(b))) {
		if reflect.DeepEqual(a[key], b[key]) {
			continue
		}

		if key == crossplane {
			deepA, _ := a[key].(map[string]any)
			deepB, _ := b[key].(map[string]any)
			compare(fields, path+"."+crossplane, deepA, deepB)

			continue
		}

		fields[path+"."+key] = true
	}
}

// conditions are an object's conditions by type.
func conditions(object map[string]any) map[string]any {
	list, _, _ := unstructured.NestedSlice(object, "status", "conditions")
	byType := make(map[string]any, len(list))

	for _, c := range list {
		if condition, ok := c.(map[string]any); ok {
			kind, _ := condition["type"].(string)
			byType[kind] = condition
		}
	}

	return byType
}
