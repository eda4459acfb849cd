package telemetry

import (
	"maps"
	"runtime"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// Results of a call. Frozen.
const (
	resultSuccess = "success"
	resultFatal   = "fatal"
	resultPanic   = "panic"
)

// buckets resolve the tens of microseconds that a call takes, and the ten
// milliseconds to five seconds of an operator that waits for an API server.
var buckets = []float64{
	0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
	0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
}

// metrics of the function. Names and labels are frozen. No label names a WebApp:
// there may be thousands.
type metrics struct {
	calls    *prometheus.CounterVec
	duration *prometheus.HistogramVec
	panics   prometheus.Counter
	webApps  *census
}

func newMetrics(registry *prometheus.Registry, version string) *metrics {
	m := &metrics{
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "webapp_reconcile_total",
			Help: "Calls of the function by result: success, fatal (bad input, nothing was changed) or panic.",
		}, []string{"result"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "webapp_reconcile_duration_seconds",
			Help:    "How long calls of the function took, without transport.",
			Buckets: buckets,
		}, []string{"result"}),
		panics: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "webapp_panics_total",
			Help: "Calls that ended in a panic: a bug. The log has the stack.",
		}),
		webApps: newCensus(time.Now),
	}

	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name:        "webapp_build_info",
		Help:        "Always 1; the labels say which version runs.",
		ConstLabels: prometheus.Labels{"version": version, "goversion": runtime.Version()},
	})
	build.Set(1)

	registry.MustRegister(m.calls, m.duration, m.panics, m.webApps, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))

	for _, result := range []string{resultSuccess, resultFatal, resultPanic} {
		m.calls.WithLabelValues(result)
		m.duration.WithLabelValues(result)
	}

	return m
}

// A census counts WebApps by kind, namespace and phase. Crossplane says nothing of a
// WebApp that is deleted: it is forgotten when it was not seen for twice the time
// after which Crossplane would have asked again.
type census struct {
	now  func() time.Time
	desc *prometheus.Desc

	mu    sync.Mutex
	seen  map[webApp]sighting
	swept time.Time
}

type webApp struct{ kind, namespace, name string }

type sighting struct {
	phase  string
	expire time.Time
}

// unpolled is how long a WebApp is remembered that Crossplane does not poll: it
// looks at everything once an hour.
const unpolled = 2 * time.Hour

func newCensus(now func() time.Time) *census {
	return &census{
		now: now,
		desc: prometheus.NewDesc("webapp_count",
			"WebApps that this replica was called for lately, by kind, namespace and phase.", []string{"kind", "namespace", "phase"}, nil),
		seen: map[webApp]sighting{},
	}
}

// Describe implements prometheus.Collector.
func (c *census) Describe(to chan<- *prometheus.Desc) { to <- c.desc }

// Collect implements prometheus.Collector.
func (c *census) Collect(to chan<- prometheus.Metric) {
	type group struct{ kind, namespace, phase string }

	counts := map[group]int{}

	c.mu.Lock()
	c.sweep(c.now())

	for w, s := range c.seen {
		counts[group{w.kind, w.namespace, s.phase}]++
	}

	c.mu.Unlock()

	for g, n := range counts {
		to <- prometheus.MustNewConstMetric(c.desc, prometheus.GaugeValue, float64(n), g.kind, g.namespace, g.phase)
	}
}

// see notes a WebApp that will be asked for again after ttl.
func (c *census) see(w webApp, phase string, ttl time.Duration) {
	remember := 2 * ttl
	if ttl == 0 {
		remember = unpolled
	}

	c.mu.Lock()
	defer c.mu.Unlock()

	now := c.now()
	c.seen[w] = sighting{phase: phase, expire: now.Add(remember)}

	// Where nobody scrapes, nobody else forgets.
	if now.Sub(c.swept) > time.Minute {
		c.sweep(now)
	}
}

// sweep forgets WebApps that have not been seen for too long.
func (c *census) sweep(now time.Time) {
	maps.DeleteFunc(c.seen, func(_ webApp, s sighting) bool { return now.After(s.expire) })
	c.swept = now
}
