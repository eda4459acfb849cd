package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	kerrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/tools/cache"
)

const (
	// pace is the time between two writes, and crowd how many WebApps there are.
	// Crossplane's circuit breaker allows each of them one watch event a second,
	// and a change causes about thirty: nobody changes one more often.
	pace  = time.Second
	crowd = 40

	// Every so many writes, a WebApp is deleted and another created.
	turnover = 10
)

// ofChildren selects what the function makes.
var ofChildren = metav1.ListOptions{LabelSelector: "managed-by=webapp-operator"}

// childKinds are the kinds of it, and what their names end with.
var childKinds = map[schema.GroupVersionResource]string{deployments: "", services: "", configMaps: "-config"}

// A wish is what a WebApp was asked to be.
type wish struct {
	number   int
	replicas int64
}

func (w wish) image() string { return fmt.Sprintf("example.com/shop:%d", w.number) }

func (w wish) env() string { return fmt.Sprintf("write %d", w.number) }

// A stream creates, changes and deletes WebApps, one after the other. It tries
// each write again until the API server has said yes, and remembers what it was.
type stream struct {
	client dynamic.ResourceInterface
	all    map[schema.GroupVersionResource]dynamic.ResourceInterface

	retries atomic.Int64

	mu      sync.Mutex
	writes  int
	created int
	wishes  map[string]wish
	order   []string
	deleted map[string]bool
}

func newStream(n *namespace) *stream {
	s := &stream{client: n.client.Resource(webApps).Namespace(n.name), all: map[schema.GroupVersionResource]dynamic.ResourceInterface{}, wishes: map[string]wish{}, deleted: map[string]bool{}}
	for kind := range childKinds {
		s.all[kind] = n.client.Resource(kind).Namespace(n.name)
	}

	return s
}

// fill creates WebApps until there are enough.
func (s *stream) fill(ctx context.Context) {
	for ctx.Err() == nil && len(s.order) < crowd {
		s.write(ctx)
	}
}

// start writes until it is stopped, and until the last write was accepted.
func (s *stream) start(t *testing.T) (stop func()) {
	t.Helper()

	stopping, done := make(chan struct{}), make(chan struct{})

	go func() {
		defer close(done)

		for {
			select {
			case <-stopping:
				return
			case <-time.After(pace):
				s.write(t.Context())
			}
		}
	}()

	return func() { close(stopping); <-done }
}

// write does the next write.
func (s *stream) write(ctx context.Context) {
	s.mu.Lock()
	number := s.writes + 1
	next := wish{number: number, replicas: 1 + int64(number%2)}
	name := ""

	var attempt func(context.Context) error

	switch {
	case len(s.order) == crowd && number%turnover == 0:
		name = s.order[0]
		s.order = s.order[1:]
		// Before it is asked for: from now on its children may go.
		s.deleted[name] = true

		attempt = func(ctx context.Context) error {
			err := s.client.Delete(ctx, name, metav1.DeleteOptions{})
			if kerrors.IsNotFound(err) {
				return nil
			}

			return err
		}
	case len(s.order) < crowd:
		s.created++
		name = fmt.Sprintf("shop-%d", s.created)
		attempt = func(ctx context.Context) error { return s.apply(ctx, name, next) }
	default:
		// The one that was left alone for the longest time.
		name = s.order[0]
		s.order = append(s.order[1:], name)
		attempt = func(ctx context.Context) error { return s.apply(ctx, name, next) }
	}
	s.mu.Unlock()

	for ctx.Err() == nil {
		trying, cancel := context.WithTimeout(ctx, 5*time.Second)
		err := attempt(trying)

		cancel()

		if err == nil {
			break
		}

		s.retries.Add(1)
		time.Sleep(pace)
	}

	s.mu.Lock()
	defer s.mu.Unlock()

	s.writes = number

	if s.deleted[name] {
		delete(s.wishes, name)
		return
	}

	if _, known := s.wishes[name]; !known {
		s.order = append(s.order, name)
	}

	s.wishes[name] = next
}

func (s *stream) apply(ctx context.Context, name string, w wish) error {
	manifest, err := json.Marshal(map[string]any{
		"apiVersion": "example.com/v1", "kind": "WebApp", "metadata": map[string]any{"name": name},
		"spec": map[string]any{"image": w.image(), "replicas": w.replicas, "env": map[string]any{"WRITE": w.env()}},
	})
	if err != nil {
		return err
	}

	_, err = s.client.Patch(ctx, name, types.ApplyPatchType, manifest, metav1.PatchOptions{FieldManager: "stream", Force: new(true)})

	return err
}

// hasWritten says whether so many more writes were accepted since it was made.
func (s *stream) hasWritten(more int) func() error {
	s.mu.Lock()
	defer s.mu.Unlock()

	enough := s.writes + more

	return func() error {
		s.mu.Lock()
		defer s.mu.Unlock()

		if s.writes < enough {
			return fmt.Errorf("want %d writes, got %d", enough, s.writes)
		}

		return nil
	}
}

// count is how many WebApps there were, how many of them were deleted, and how
// many writes were accepted.
func (s *stream) count() (webApps, deleted, writes int) {
	s.mu.Lock()
	defer s.mu.Unlock()

	return s.created, len(s.deleted), s.writes
}

// oldest is the WebApp that was not changed for the longest time.
func (s *stream) oldest() string {
	s.mu.Lock()
	defer s.mu.Unlock()

	return s.order[0]
}

// wasDeleted says whether the stream deleted a WebApp.
func (s *stream) wasDeleted(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()

	return s.deleted[name]
}

// converged returns which WebApps and children are not what was asked for last.
func (s *stream) converged(ctx context.Context) error {
	s.mu.Lock()
	wishes := maps.Clone(s.wishes)
	s.mu.Unlock()

	apps, err := list(ctx, s.client, metav1.ListOptions{})
	if err != nil {
		return err
	}

	found := map[schema.GroupVersionResource]map[string]map[string]any{}

	for kind, client := range s.all {
		if found[kind], err = list(ctx, client, ofChildren); err != nil {
			return err
		}

		// One child for each WebApp: none twice, and none of a WebApp that is gone.
		if len(found[kind]) != len(wishes) {
			return fmt.Errorf("want %d %s, got %d", len(wishes), kind.Resource, len(found[kind]))
		}
	}

	if len(apps) != len(wishes) {
		return fmt.Errorf("want %d WebApps, got %d", len(wishes), len(apps))
	}

	var errs []error

	for _, name := range slices.Sorted(maps.Keys(wishes)) {
		errs = append(errs, wishes[name].fulfilled(name, apps[name], found))
	}

	return errors.Join(errs...)
}

// list returns objects by name.
func list(ctx context.Context, client dynamic.ResourceInterface, options metav1.ListOptions) (map[string]map[string]any, error) {
	objects, err := client.List(ctx, options)
	if err != nil {
		return nil, err
	}

	byName := make(map[string]map[string]any, len(objects.Items))
	for _, o := range objects.Items {
		byName[o.GetName()] = o.Object
	}

	return byName, nil
}

// fulfilled returns what of a WebApp and its children is not as it was asked for.
func (w wish) fulfilled(name string, app map[string]any, children map[schema.GroupVersionResource]map[string]map[string]any) error {
	deployment, config := children[deployments][name], children[configMaps][name+childKinds[configMaps]]
	container := map[string]any{}

	if list, _, _ := unstructured.NestedSlice(deployment, "spec", "template", "spec", "containers"); len(list) > 0 {
		container, _ = list[0].(map[string]any)
	}

	if children[services][name] == nil {
		return fmt.Errorf("%s has no Service", name)
	}

	generation := field(deployment, "metadata", "generation")

	for what, is := range map[string][2]any{
		"image of the WebApp":         {field(app, "spec", "image"), w.image()},
		"replicas of the WebApp":      {field(app, "spec", "replicas"), w.replicas},
		"phase":                       {field(app, "status", "phase"), "Running"},
		"available replicas":          {field(app, "status", "availableReplicas"), w.replicas},
		"Ready":                       {condition(app, "Ready"), "True"},
		"Synced":                      {condition(app, "Synced"), "True"},
		"Responsive":                  {condition(app, "Responsive"), "True"},
		"Accepted":                    {condition(app, "Accepted"), "True"},
		"image of the Deployment":     {container["image"], w.image()},
		"env of the Deployment":       {fmt.Sprint(container["env"]), fmt.Sprint([]any{map[string]any{"name": "WRITE", "value": w.env()}})},
		"replicas of the Deployment":  {field(deployment, "spec", "replicas"), w.replicas},
		"pods":                        {field(deployment, "status", "replicas"), w.replicas},
		"updated pods":                {field(deployment, "status", "updatedReplicas"), w.replicas},
		"generation seen by the rest": {field(deployment, "status", "observedGeneration"), generation},
		"ConfigMap":                   {field(config, "data", "WRITE"), w.env()},
	} {
		if is[0] != is[1] {
			return fmt.Errorf("%s of %s: want %v, got %v", what, name, is[1], is[0])
		}
	}

	return nil
}

func field(object map[string]any, path ...string) any {
	value, _, _ := unstructured.NestedFieldNoCopy(object, path...)
	return value
}

// condition is the status of one of an object's conditions.
func condition(object map[string]any, kind string) any {
	list, _, _ := unstructured.NestedSlice(object, "status", "conditions")
	for _, c := range list {
		if c, _ := c.(map[string]any); c["type"] == kind {
			return c["status"]
		}
	}

	return nil
}

// children watches WebApps and what was made of them.
type children struct {
	stream *stream

	mu     sync.Mutex
	uids   map[string]types.UID
	losses []string
	opens  int
}

func watchChildren(t *testing.T, n *namespace, s *stream) *children {
	t.Helper()

	c := &children{stream: s, uids: map[string]types.UID{}}

	watch := func(kind schema.GroupVersionResource, selector string) {
		informer := dynamicinformer.NewFilteredDynamicInformer(n.client, kind, n.name, 0, cache.Indexers{},
			func(o *metav1.ListOptions) { o.LabelSelector = selector }).Informer()

		_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
			AddFunc:    func(obj any) { c.saw(kind, nil, obj) },
			UpdateFunc: func(before, after any) { c.saw(kind, before, after) },
			DeleteFunc: func(obj any) { c.gone(kind, obj) },
		})
		must(t, err)

		go informer.Run(t.Context().Done())

		if !cache.WaitForCacheSync(t.Context().Done(), informer.HasSynced) {
			t.Fatal("cannot watch", kind.Resource)
		}
	}

	watch(webApps, "")

	for kind := range childKinds {
		watch(kind, ofChildren.LabelSelector)
	}

	return c
}

// saw checks that an object is the one that it was.
func (c *children) saw(kind schema.GroupVersionResource, before, obj any) {
	object, _ := obj.(*unstructured.Unstructured)
	key := kind.Resource + " " + object.GetName()

	c.mu.Lock()
	defer c.mu.Unlock()

	if uid, known := c.uids[key]; known && uid != object.GetUID() {
		c.losses = append(c.losses, key+" was made anew")
	}

	c.uids[key] = object.GetUID()

	if was, _ := before.(*unstructured.Unstructured); was != nil && condition(object.Object, "Responsive") == "False" && condition(was.Object, "Responsive") != "False" {
		c.opens++
	}
}

// gone checks that an object that was deleted had to be.
func (c *children) gone(kind schema.GroupVersionResource, obj any) {
	if missed, ok := obj.(cache.DeletedFinalStateUnknown); ok {
		obj = missed.Obj
	}

	object, _ := obj.(*unstructured.Unstructured)
	app := object.GetName()

	if kind != webApps {
		app = object.GetLabels()["app"]
	}

	c.mu.Lock()
	defer c.mu.Unlock()

	if !c.stream.wasDeleted(app) {
		c.losses = append(c.losses, kind.Resource+" "+object.GetName()+" was deleted")
	}
}

// lost are objects that were deleted or made anew, and should not have been.
func (c *children) lost() []string {
	c.mu.Lock()
	defer c.mu.Unlock()

	return slices.Clone(c.losses)
}

// opened is how often a circuit breaker was seen to open.
func (c *children) opened() int {
	c.mu.Lock()
	defer c.mu.Unlock()

	return c.opens
}
