package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/webapp-operator/function-webapp/test/e2e/controlplane"
)

// Usage is what the control plane has done and used.
type Usage struct {
	// CPUSeconds are by process.
	CPUSeconds map[string]float64 `json:"cpuSeconds"`

	// ResidentBytes are by process, at the end.
	ResidentBytes map[string]uint64 `json:"residentBytes"`

	// APIWrites are requests to change something by verb and resource, whether or
	// not they did. Heartbeats and questions about rights are left out.
	APIWrites map[string]float64 `json:"apiWrites"`

	// FunctionCalls are by function, as Crossplane counts them.
	FunctionCalls map[string]float64 `json:"functionCalls"`

	// Reconciles are Crossplane's of WebApps, and WatchEvents what it was told of
	// WebApps and their children. BreakerOpens are how often a circuit breaker
	// opened.
	Reconciles   float64 `json:"reconciles"`
	WatchEvents  float64 `json:"watchEvents"`
	BreakerOpens float64 `json:"breakerOpens"`
}

const (
	// crossplane is what its process is called, and its part of a WebApp's spec.
	crossplane = "crossplane"
	kro        = "kro"

	// function is what the function's process is called.
	function = "function"
)

// heartbeats change all the time, whatever WebApps do, and the others of these
// change nothing.
var heartbeats = map[string]bool{
	"leases": true, "nodes": true,
	"tokenreviews": true, "subjectaccessreviews": true, "localsubjectaccessreviews": true,
	"selfsubjectaccessreviews": true, "selfsubjectrulesreviews": true, "selfsubjectreviews": true,
}

// A meter reads what the control plane has used.
type meter struct {
	*controlplane.ControlPlane

	apiserver string
	client    *http.Client
}

func (m meter) read(ctx context.Context) (Usage, error) {
	u := Usage{CPUSeconds: map[string]float64{}, ResidentBytes: map[string]uint64{}, APIWrites: map[string]float64{}, FunctionCalls: map[string]float64{}}

	processes, err := m.Processes()
	if err != nil {
		return u, err
	}

	coreMetrics := ""

	for _, p := range processes {
		used, err := p.Usage()
		if err != nil {
			return u, fmt.Errorf("%s: %w", p.Name, err)
		}

		u.CPUSeconds[p.Name], u.ResidentBytes[p.Name] = used.CPUSeconds, used.ResidentBytes

		for _, arg := range p.Args {
			if port, ok := strings.CutPrefix(arg, "--metrics-port="); ok {
				coreMetrics = "http://127.0.0.1:" + port
			}
		}
	}

	apiserver, err := m.scrape(ctx, m.apiserver)
	if err != nil {
		return u, err
	}

	for labels, value := range counters(apiserver["apiserver_request_total"]) {
		if resource := labels["resource"]; isWrite(labels["verb"]) && !heartbeats[resource] && resource != "" {
			if labels["subresource"] != "" {
				resource += "/" + labels["subresource"]
			}

			u.APIWrites[labels["verb"]+" "+resource] += value
		}
	}

	core, err := m.scrape(ctx, coreMetrics)
	if err != nil {
		return u, err
	}

	for labels, value := range counters(core["function_run_function_request_total"]) {
		u.FunctionCalls[labels["function_name"]] += value
	}

	for labels, value := range counters(core["controller_runtime_reconcile_total"]) {
		if labels["controller"] == "composite/webapps.example.com" {
			u.Reconciles += value
		}
	}

	for _, value := range counters(core["circuit_breaker_events_total"]) {
		u.WatchEvents += value
	}

	for _, value := range counters(core["circuit_breaker_opens_total"]) {
		u.BreakerOpens += value
	}

	return u, nil
}

func isWrite(verb string) bool {
	switch verb {
	case http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, "APPLY", "DELETECOLLECTION":
		return true
	default:
		return false
	}
}

// scrape reads the metrics of a process.
func (m meter) scrape(ctx context.Context, address string) (map[string]*dto.MetricFamily, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/metrics", nil)
	if err != nil {
		return nil, err
	}

	rsp, err := m.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer rsp.Body.Close() //nolint:errcheck // It was only read.

	if rsp.StatusCode != http.StatusOK {
		said, _ := io.ReadAll(rsp.Body)
		return nil, fmt.Errorf("%s: %s: %s", address, rsp.Status, said)
	}

	parser := expfmt.NewTextParser(model.UTF8Validation)

	return parser.TextToMetricFamilies(rsp.Body)
}

// counters yields the values of a metric with their labels.
func counters(family *dto.MetricFamily) func(yield func(map[string]string, float64) bool) {
	return func(yield func(map[string]string, float64) bool) {
		for _, metric := range family.GetMetric() {
			labels := map[string]string{}
			for _, l := range metric.GetLabel() {
				labels[l.GetName()] = l.GetValue()
			}

			if !yield(labels, metric.GetCounter().GetValue()) {
				return
			}
		}
	}
}

// since is what was used after an earlier reading.
func (u Usage) since(before Usage) Usage {
	return Usage{
		CPUSeconds:    difference(u.CPUSeconds, before.CPUSeconds),
		ResidentBytes: u.ResidentBytes,
		APIWrites:     difference(u.APIWrites, before.APIWrites),
		FunctionCalls: difference(u.FunctionCalls, before.FunctionCalls),
		Reconciles:    u.Reconciles - before.Reconciles,
		WatchEvents:   u.WatchEvents - before.WatchEvents,
		BreakerOpens:  u.BreakerOpens - before.BreakerOpens,
	}
}

func difference(after, before map[string]float64) map[string]float64 {
	out := maps.Clone(after)

	for key, value := range before {
		if out[key] -= value; out[key] == 0 {
			delete(out, key)
		}
	}

	return out
}

// A Sample is the state of the control plane at one time.
type Sample struct {
	Seconds       float64            `json:"seconds"`
	Running       int                `json:"running"`
	CPUSeconds    map[string]float64 `json:"cpuSeconds"`
	ResidentBytes map[string]uint64  `json:"residentBytes"`
}

// sample takes samples until the context ends.
func (m meter) sample(ctx context.Context, w *watch, began time.Time, every time.Duration) []Sample {
	samples := []Sample{}
	tick := time.NewTicker(every)

	defer tick.Stop()

	for {
		s := Sample{CPUSeconds: map[string]float64{}, ResidentBytes: map[string]uint64{}, Running: w.Running()}

		processes, _ := m.Processes()
		for _, p := range processes {
			if used, err := p.Usage(); err == nil {
				s.CPUSeconds[p.Name], s.ResidentBytes[p.Name] = used.CPUSeconds, used.ResidentBytes
			}
		}

		s.Seconds = time.Since(began).Seconds()
		samples = append(samples, s)

		select {
		case <-ctx.Done():
			return samples
		case <-tick.C:
		}
	}
}
