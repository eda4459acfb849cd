package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/shirou/gopsutil/v4/load"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/webapp-operator/function-webapp/test/e2e/controlplane"
	"github.com/webapp-operator/function-webapp/test/e2e/processes"
)

const (
	namespace = "scale"

	// still is for how long nothing may change before a quiet time begins.
	still = 10 * time.Second

	// patience is how long a step may take for each WebApp, and at least.
	patience, leastPatience = 2 * time.Second, 3 * time.Minute

	// creators apply WebApps at the same time, as kubectl or a GitOps tool may.
	creators = 4

	// image is what the WebApps run at first, and newImage what they run then.
	image, newImage = "nginxinc/nginx-unprivileged:1.27", "nginxinc/nginx-unprivileged:1.28"
)

// A run is one control plane that is measured.
type run struct {
	*controlplane.ControlPlane

	client dynamic.Interface
	meter  meter
	watch  *watch
	report *Report

	// began is when the first WebApp was about to be applied.
	began time.Time
}

// measure takes so many WebApps from apply to Running, and then looks at the
// quiet time with each TTL.
func measure(ctx context.Context, s scenario, c *cli, n int) (*Report, error) {
	p, err := controlplane.New(c.Repository, filepath.Join(c.Out, "controlplane"))
	if err != nil {
		return nil, err
	}

	// What an earlier run left, because it was killed.
	if err := p.Down(ctx); err != nil {
		return nil, err
	}

	defer func() { _ = p.Down(context.WithoutCancel(ctx)) }()

	r := &run{ControlPlane: p, report: &Report{Scenario: s.name, N: n, Replicas: c.Replicas}}
	if err := r.start(ctx, s, c.Version); err != nil {
		return nil, err
	}

	ttls := c.TTL
	if s.ttl != "" {
		ttls = []string{s.ttl}
	}

	if s.composition != nil {
		composition, err := s.composition(p, ttls[0])
		if err != nil {
			return nil, err
		}

		if _, err := r.client.Resource(compositions).Create(ctx, composition, metav1.CreateOptions{}); err != nil {
			return nil, err
		}
	}

	watching, stop := context.WithCancel(ctx)
	defer stop()

	if r.watch, err = newWatch(watching, s, r.client); err != nil {
		return nil, err
	}

	samples := make(chan []Sample)
	r.began = time.Now()

	go func() { samples <- r.meter.sample(watching, r.watch, r.began, time.Second) }()

	err = r.phases(ctx, s, c, ttls, n)

	stop()

	r.report.Samples = <-samples

	return r.report, err
}

// start starts the control plane and installs what is measured.
func (r *run) start(ctx context.Context, s scenario, version string) error {
	ctx, cancel := context.WithTimeout(ctx, leastPatience)
	defer cancel()

	if err := r.Start(ctx, func(step string, took time.Duration) { sayf("%-28s %5.1f s", step, took.Seconds()) }); err != nil {
		return err
	}

	if err := s.install(ctx, r.ControlPlane, version); err != nil {
		return err
	}

	if err := r.Apply(ctx, `{apiVersion: v1, kind: Namespace, metadata: {name: `+namespace+`}}`); err != nil {
		return err
	}

	config, err := clientcmd.BuildConfigFromFlags("", r.Kubeconfig())
	if err != nil {
		return err
	}

	config.QPS, config.WarningHandler = -1, rest.NoWarnings{}

	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return err
	}

	if r.client, err = dynamic.NewForConfig(config); err != nil {
		return err
	}

	r.meter = meter{ControlPlane: r.ControlPlane, apiserver: config.Host, client: client}
	r.report.Machine, r.report.Versions, err = environment(ctx, r.ControlPlane, version)

	return err
}

// phases are what is measured, one after the other.
func (r *run) phases(ctx context.Context, s scenario, c *cli, ttls []string, n int) error {
	if err := r.phase(ctx, "apply to Running", func(ctx context.Context) error {
		if err := r.create(ctx, s, n, c.Replicas); err != nil {
			return err
		}

		return r.allRun(ctx, n)
	}); err != nil {
		return err
	}

	r.report.Waits = r.watch.Waits()

	if err := r.phase(ctx, "settle", r.settled); err != nil {
		return err
	}

	if err := r.phase(ctx, "another image", func(ctx context.Context) error { return r.rollOut(ctx, s, n) }); err != nil {
		return err
	}

	for i, ttl := range ttls {
		if i > 0 {
			if err := r.phase(ctx, "TTL to "+ttl, func(ctx context.Context) error { return r.setTTL(ctx, s, ttl, n) }); err != nil {
				return err
			}
		}

		if err := r.phase(ctx, quietPhase+ttl, func(ctx context.Context) error {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(c.Quiet):
				return nil
			}
		}); err != nil {
			return err
		}
	}

	return nil
}

// phase measures one phase.
func (r *run) phase(ctx context.Context, name string, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, leastPatience+time.Hour)
	defer cancel()

	before, err := r.meter.read(ctx)
	if err != nil {
		return err
	}

	r.watch.Take()

	began := time.Now()

	if err := do(ctx); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}

	p := Phase{Name: name, Begins: began.Sub(r.began).Seconds(), Seconds: time.Since(began).Seconds(), Changes: r.watch.Take()}

	after, err := r.meter.read(ctx)
	if err != nil {
		return err
	}

	p.Usage = after.since(before)

	if averages, err := load.AvgWithContext(ctx); err == nil {
		p.Load = averages.Load1
	}

	r.report.Phases = append(r.report.Phases, p)
	sayf("%-28s %5.1f s", name, p.Seconds)

	return nil
}

// create applies the WebApps.
func (r *run) create(ctx context.Context, s scenario, n int, replicas int64) error {
	return each(n, func(name string) error {
		r.watch.Apply(name)

		_, err := r.client.Resource(s.webApps()).Namespace(namespace).Create(ctx, s.webApp(name, replicas), metav1.CreateOptions{})
		return err
	})
}

// rollOut gives all WebApps another image, and waits until they run with it.
func (r *run) rollOut(ctx context.Context, s scenario, n int) error {
	if err := each(n, func(name string) error {
		_, err := r.client.Resource(s.webApps()).Namespace(namespace).Patch(ctx, name, types.MergePatchType, []byte(`{"spec": {"image": "`+newImage+`"}}`), metav1.PatchOptions{})
		return err
	}); err != nil {
		return err
	}

	// They run until the rollout is seen, and are to run when it is done.
	return errors.Join(r.settled(ctx), r.allRun(ctx, n), r.settled(ctx))
}

// each does something with the name of each WebApp, several at a time.
func each(n int, do func(name string) error) error {
	errs := make(chan error, creators)

	for first := range creators {
		go func() {
			for i := first; i < n; i += creators {
				if err := do(fmt.Sprintf("app-%03d", i)); err != nil {
					errs <- err
					return
				}
			}

			errs <- nil
		}()
	}

	all := make([]error, 0, creators)
	for range creators {
		all = append(all, <-errs)
	}

	return errors.Join(all...)
}

func (r *run) allRun(ctx context.Context, n int) error {
	ctx, cancel := context.WithTimeout(ctx, max(leastPatience, time.Duration(n)*patience))
	defer cancel()

	return processes.Eventually(ctx, func() error {
		if running := r.watch.Running(); running < n {
			return fmt.Errorf("%d of %d WebApps run", running, n)
		}

		return nil
	})
}

// settled waits until nothing has changed for a while.
func (r *run) settled(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, max(leastPatience, time.Duration(r.report.N)*patience))
	defer cancel()

	return processes.Eventually(ctx, func() error {
		if r.watch.Quiet() < still {
			return errors.New("objects still change")
		}

		return nil
	})
}

// setTTL changes the Composition, and waits until every WebApp follows it.
func (r *run) setTTL(ctx context.Context, s scenario, ttl string, n int) error {
	composition, err := s.composition(r.ControlPlane, ttl)
	if err != nil {
		return err
	}

	before, err := r.client.Resource(compositions).Get(ctx, compositionName, metav1.GetOptions{})
	if err != nil {
		return err
	}

	composition.SetResourceVersion(before.GetResourceVersion())

	if _, err := r.client.Resource(compositions).Update(ctx, composition, metav1.UpdateOptions{}); err != nil {
		return err
	}

	following, cancel := context.WithTimeout(ctx, max(leastPatience, time.Duration(n)*patience))
	defer cancel()

	if err := processes.Eventually(following, func() error { return r.follow(ctx, s) }); err != nil {
		return err
	}

	return r.settled(ctx)
}

// follow says whether every WebApp uses the newest revision of the Composition.
func (r *run) follow(ctx context.Context, s scenario) error {
	revisions, err := r.client.Resource(compositionRevisions).List(ctx, metav1.ListOptions{LabelSelector: "crossplane.io/composition-name=" + compositionName})
	if err != nil {
		return err
	}

	newest, last := "", int64(0)

	for _, revision := range revisions.Items {
		if number, _, _ := unstructured.NestedInt64(revision.Object, "spec", "revision"); number > last {
			newest, last = revision.GetName(), number
		}
	}

	if last < 2 {
		return errors.New("there is no new revision")
	}

	apps, err := r.client.Resource(s.webApps()).Namespace(namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}

	for _, app := range apps.Items {
		if follows, _, _ := unstructured.NestedString(app.Object, "spec", "crossplane", "compositionRevisionRef", "name"); follows != newest {
			return fmt.Errorf("%s does not follow the new revision", app.GetName())
		}
	}

	return nil
}
