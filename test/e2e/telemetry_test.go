package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/common/model"
	"sigs.k8s.io/yaml"

	"github.com/webapp-operator/function-webapp/test/e2e/controlplane"
	"github.com/webapp-operator/function-webapp/test/e2e/pictures"
)

const (
	// quiet is how long nobody changes anything, so that it can be seen in the panels.
	quiet = 20 * time.Second

	// shownEvery is the time from one value of a panel to the next, and rateInterval is
	// $__rate_interval: four times how often Grafana is told that Prometheus scrapes. It
	// does so more often, for so short a run.
	shownEvery   = 2 * time.Second
	rateInterval = "20s"

	// password is the value of a variable, which nobody may tell.
	password = "hunter2"
)

// replicasOf are the replicas of the function, with how each sends its traces.
var replicasOf = map[string]string{"function-1": "grpc", "function-2": "grpc", "function-3": "http/protobuf"}

// TestTelemetry has WebApps live while a Jaeger takes the traces of the function and a
// Prometheus its metrics, and asks both for what docs/operate.md promises. With PICTURES,
// a folder, what they have seen is drawn there.
func TestTelemetry(t *testing.T) {
	if os.Getenv("TELEMETRY") == "" {
		t.Skip("it needs a Jaeger and a Prometheus, which are built first: make test-telemetry")
	}

	w := watchWebApps(t, newCluster(t, false))
	w.live(t)

	t.Run("Traces", func(t *testing.T) { testTraces(t, w) })
	t.Run("Exemplars", func(t *testing.T) { testExemplars(t, w) })
	t.Run("Secrets", func(t *testing.T) { testSecrets(t, w) })
	t.Run("Dashboard", func(t *testing.T) { testDashboard(t, w) })
}

// A watched namespace has WebApps of which Jaeger and Prometheus know.
type watched struct {
	*namespace

	jaeger     *controlplane.Jaeger
	prometheus string

	run   pictures.Run
	ended time.Time

	// asked are images and numbers of replicas that were asked for, by WebApp.
	asked map[string][]string
}

// watchWebApps installs the packages, and runs their function as install/tracing and
// install/monitoring have it.
func watchWebApps(t *testing.T, c *cluster) *watched {
	t.Helper()

	w := &watched{asked: map[string][]string{}}

	must(t, c.Push(t.Context(), version))
	must(t, c.Install(t.Context(), version))

	var err error

	w.jaeger, err = c.StartJaeger(t.Context())
	must(t, err)

	for name, protocol := range replicasOf {
		c.Variables = w.tracing(t, name, protocol)
		// Crossplane calls one replica for as long as a connection lasts: there is no DNS
		// that has all of them.
		must(t, c.StartFunction(t.Context(), name, c.functionBinary(version), "--debug", "--max-connection-age=2s"))
	}

	w.prometheus, err = c.StartPrometheus(t.Context(), c.scrape(t))
	must(t, err)

	c.grant(t)
	w.namespace = c.namespace(t, "acme")
	w.composition(t, "ttl: 10s, diagnostics: pods, features: [metrics], policy: {forbidLatestTag: true}")

	return w
}

// tracing is what install/tracing gives a replica, but for where Jaeger is.
func (w *watched) tracing(t *testing.T, replica, protocol string) []string {
	t.Helper()

	content, err := os.ReadFile(filepath.Join(root, "install/tracing/environment.yaml"))
	must(t, err)

	var patches []struct {
		Value struct {
			Name  string `json:"name"`
			Value string `json:"value"`
		} `json:"value"`
	}

	must(t, yaml.Unmarshal(content, &patches))

	variables := []string{}

	for _, p := range patches {
		variables = append(variables, p.Value.Name+"="+strings.ReplaceAll(p.Value.Value, "$(POD_NAME)", replica))
	}

	endpoint := map[string]string{"grpc": w.jaeger.GRPC, "http/protobuf": w.jaeger.HTTP}[protocol]

	return append(variables, "OTEL_EXPORTER_OTLP_PROTOCOL="+protocol, "OTEL_EXPORTER_OTLP_ENDPOINT="+endpoint, "OTEL_EXPORTER_OTLP_CERTIFICATE="+w.jaeger.Certificate)
}

// scrape is a configuration of Prometheus that has the replicas scraped as the PodMonitor
// says, with the labels that the Prometheus Operator gives them.
func (c *cluster) scrape(t *testing.T) string {
	t.Helper()

	content, err := os.ReadFile(filepath.Join(root, "install/monitoring/podmonitor.yaml"))
	must(t, err)

	monitor := struct {
		Spec struct {
			PodMetricsEndpoints []struct {
				Port        string `json:"port"`
				Path        string `json:"path"`
				HonorLabels bool   `json:"honorLabels"`
			} `json:"podMetricsEndpoints"`
		} `json:"spec"`
	}{}
	must(t, yaml.Unmarshal(content, &monitor))

	endpoint := monitor.Spec.PodMetricsEndpoints[0]
	targets := []any{}

	for name := range replicasOf {
		targets = append(targets, map[string]any{
			"targets": []string{c.FunctionHTTP(name)},
			"labels":  map[string]string{"namespace": "crossplane-system", "pod": name, "container": "package-runtime", "endpoint": endpoint.Port},
		})
	}

	configuration, err := yaml.Marshal(map[string]any{
		"global": map[string]any{"scrape_interval": "1s"},
		"scrape_configs": []any{map[string]any{
			"job_name": controlplane.FunctionName, "metrics_path": endpoint.Path, "honor_labels": endpoint.HonorLabels, "static_configs": targets,
		}},
	})
	must(t, err)

	return string(configuration)
}

// live has WebApps do all that can be seen of them.
func (w *watched) live(t *testing.T) {
	t.Helper()

	w.run = pictures.Run{Began: time.Now(), Step: shownEvery, Panels: map[int]pictures.Shown{}}
	time.Sleep(quiet / 4)

	w.mark(t, "four WebApps, of which one wants a kind that is not installed")
	w.want(t, "shop", "nginx:1.27", 3, "env: {PASSWORD: "+password+"}")
	w.want(t, "cart", "nginx:1.27", 2, "")
	w.want(t, "search", "nginx:1.27", 2, "")
	w.want(t, "blog", "nginx:1.27", 1, "metrics: {interval: 30s}")
	w.running(t, "shop", 3)
	w.running(t, "cart", 2)
	w.running(t, "search", 2)
	w.running(t, "blog", 1)
	w.expect(t, webApps, "blog", acceptance, "False FeatureNotInstalled")
	time.Sleep(quiet)

	w.mark(t, "another image, more replicas, and an image that does not get ready")
	w.want(t, "shop", "nginx:1.28", 3, "env: {PASSWORD: "+password+"}")
	w.want(t, "cart", "nginx:1.27", 4, "")
	w.want(t, "blog", "example.com/never-ready:1", 1, "metrics: {interval: 30s}")
	w.running(t, "shop", 3)
	w.running(t, "cart", 4)
	w.expect(t, webApps, "blog", "{.status.phase}", "Pending")
	time.Sleep(quiet)

	w.mark(t, "an image that does not exist, and one that is not allowed")
	w.want(t, "search", "example.com/no-such-image:1", 2, "")
	w.want(t, "cart", "nginx:latest", 4, "")
	w.expect(t, webApps, "search", "{.status.phase} {.status.reason}", "Failed ImagePullError")
	w.expect(t, webApps, "cart", acceptance, "False PolicyViolation")
	time.Sleep(2 * quiet)

	w.mark(t, "all is put right")
	w.want(t, "search", "nginx:1.27", 2, "")
	w.want(t, "cart", "nginx:1.28", 4, "")
	w.want(t, "blog", "nginx:1.28", 1, "metrics: {interval: 30s}")
	w.running(t, "search", 2)
	w.running(t, "cart", 4)
	w.running(t, "blog", 1)
	time.Sleep(2 * quiet)

	w.ended = time.Now()
}

// mark notes that something is done now.
func (w *watched) mark(t *testing.T, what string) {
	t.Helper()
	t.Log(what)

	w.run.Marks = append(w.run.Marks, pictures.Mark{At: time.Now(), What: what})
}

// want asks for a WebApp, with further fields of its spec.
func (w *watched) want(t *testing.T, name, image string, replicas int, more string) {
	t.Helper()

	w.asked[name] = append(w.asked[name], fmt.Sprintf("%s %d", image, replicas))
	w.webApp(t, name, strings.TrimSuffix(fmt.Sprintf("image: '%s', replicas: %d, %s", image, replicas, more), ", ")+w.compositionRef())
}

// ask asks Jaeger or Prometheus, which both have what they answer in the same place.
func (w *watched) ask(t *testing.T, at string, query url.Values, answer any) error {
	t.Helper()

	content, err := fetch(t, at+"?"+query.Encode())
	if err != nil {
		return err
	}

	in := json.NewDecoder(bytes.NewReader(content))
	// Numbers in traces are compared as they are written.
	in.UseNumber()

	return in.Decode(&struct {
		Data any `json:"data"`
	}{answer})
}

func fetch(t *testing.T, at string) ([]byte, error) {
	t.Helper()

	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, at, nil)
	must(t, err)

	rsp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}

	content, err := io.ReadAll(rsp.Body)
	if err == nil && rsp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %s", at, rsp.Status, content)
	}

	return content, errors.Join(err, rsp.Body.Close())
}

// find returns the traces of calls that Jaeger has with these tags, by their IDs.
func (w *watched) find(t *testing.T, tags map[string]string) (map[string]pictures.Trace, error) {
	t.Helper()

	encoded, err := json.Marshal(tags)
	must(t, err)

	var all []pictures.Trace
	if err := w.ask(t, w.jaeger.API+"traces", url.Values{
		"service": {"webapp-operator"}, "operation": {"webapp.reconcile"}, "tags": {string(encoded)}, "limit": {"100000"},
	}, &all); err != nil {
		return nil, err
	}

	found := map[string]pictures.Trace{}
	for _, trace := range all {
		found[trace.ID] = trace
	}

	return found, nil
}

// A loggedCall is what the function's log says of a call.
type loggedCall struct {
	UID        string `json:"uid"`
	Generation int64  `json:"generation"`
	Tag        string `json:"tag"`
	Result     string `json:"result"`
	Phase      string `json:"phase"`
	Reason     string `json:"reason"`
	TraceID    string `json:"trace_id"` //nolint:tagliatelle // As OpenTelemetry has it.
}

// logged returns what the function has logged of a WebApp.
func (w *watched) logged(t *testing.T, webApp string) []loggedCall {
	t.Helper()

	all := []loggedCall{}

	for _, line := range w.calls(t, webApp) {
		call := loggedCall{}
		must(t, json.Unmarshal([]byte(line), &call))
		all = append(all, call)
	}

	return all
}

// testTraces finds each call that was logged of a WebApp, by the WebApp's name, with all
// that its span should have.
func testTraces(t *testing.T, w *watched) {
	drawn := pictures.Trace{}

	for name, asked := range w.asked {
		var found map[string]pictures.Trace

		calls := w.logged(t, name)
		if len(calls) < 10 {
			t.Errorf("WebApp %s: want many calls, got %d", name, len(calls))
		}

		// Spans are sent after some seconds.
		w.eventually(t, func() (err error) {
			found, err = w.find(t, map[string]string{"k8s.namespace.name": w.name, "k8s.webapp.name": name})

			for _, call := range calls {
				if _, there := found[call.TraceID]; err == nil && !there {
					err = fmt.Errorf("WebApp %s: Jaeger has no trace %s", name, call.TraceID)
				}
			}

			return err
		})

		for _, call := range calls {
			trace := found[call.TraceID]
			w.judge(t, name, call, trace, asked)

			if name == "search" && call.Reason == "ImagePullError" && drawn.ID == "" {
				drawn = trace
			}
		}

		t.Logf("WebApp %s: all of %d calls are in Jaeger", name, len(calls))
	}

	for replica, protocol := range replicasOf {
		if found, err := w.find(t, map[string]string{"k8s.pod.name": replica}); err != nil || len(found) == 0 {
			t.Errorf("want traces of %s, sent by %s, got none: %v", replica, protocol, err)
		}
	}

	picture, err := drawn.Draw()
	must(t, err)
	keep(t, pictures.TracePicture, picture)
}

// judge holds the trace of a call to what was logged of it.
func (w *watched) judge(t *testing.T, name string, call loggedCall, trace pictures.Trace, asked []string) {
	t.Helper()

	if len(trace.Spans) != 1 || len(trace.Spans[0].References) != 0 {
		t.Errorf("want one span that is the root of its trace, got %+v", trace)
		return
	}

	span, got := trace.Spans[0], map[string]string{}

	for _, tag := range span.Tags {
		if slices.Contains(pictures.Promised, tag.Key) {
			got[tag.Key] = fmt.Sprint(tag.Value)
		}
	}

	spec := got["container.image.name"] + " " + got["k8s.deployment.replicas"]
	if !slices.Contains(asked, spec) {
		t.Errorf("WebApp %s: want image and replicas that were asked for, %q, got %q", name, asked, spec)
	}

	want := map[string]string{
		"k8s.namespace.name": w.name, "k8s.webapp.kind": "WebApp", "k8s.webapp.name": name, "k8s.webapp.uid": call.UID,
		"k8s.webapp.generation": strconv.FormatInt(call.Generation, 10), "crossplane.request.tag": call.Tag,
		"webapp.phase": call.Phase, "webapp.reason": call.Reason, "webapp.result": call.Result,
		"container.image.name": got["container.image.name"], "k8s.deployment.replicas": got["k8s.deployment.replicas"],
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("trace %s of WebApp %s: -logged, +got:\n%s", call.TraceID, name, diff)
	}

	if span.Failed() != (call.Result == "fatal") {
		t.Errorf("trace %s of WebApp %s: want what is refused to be an error, and nothing else, got %+v of a call that was a %s", call.TraceID, name, span, call.Result)
	}
}

// testExemplars follows exemplars of how long calls took to their traces.
func testExemplars(t *testing.T, w *watched) {
	all := w.exemplars(t, `webapp_reconcile_duration_seconds_bucket{job="`+controlplane.FunctionName+`"}`)
	if len(all) < 10 {
		t.Errorf("want many exemplars, got %d", len(all))
	}

	for _, e := range all {
		w.eventually(t, func() error {
			traces := []pictures.Trace{}
			err := w.ask(t, w.jaeger.API+"traces/"+e.TraceID, nil, &traces)

			if err == nil && len(traces) != 1 {
				err = fmt.Errorf("want the trace of exemplar %+v, got %+v", e, traces)
			}

			return err
		})
	}

	t.Logf("%d exemplars lead to traces that Jaeger has", len(all))
}

// exemplars returns those of an expression, during the run.
func (w *watched) exemplars(t *testing.T, expr string) []pictures.Exemplar {
	t.Helper()

	var answer []struct {
		Exemplars []struct {
			Labels    map[string]string `json:"labels"`
			Value     model.SampleValue `json:"value"`
			Timestamp json.Number       `json:"timestamp"`
		} `json:"exemplars"`
	}

	must(t, w.ask(t, w.prometheus+"query_exemplars", w.during(url.Values{"query": {expr}}), &answer))

	all := []pictures.Exemplar{}

	for _, series := range answer {
		for _, e := range series.Exemplars {
			at, err := e.Timestamp.Float64()
			must(t, err)

			all = append(all, pictures.Exemplar{At: time.UnixMilli(int64(at * 1000)), Value: float64(e.Value), TraceID: e.Labels["trace_id"]})
		}
	}

	return all
}

// during adds when the run began and ended.
func (w *watched) during(query url.Values) url.Values {
	for name, at := range map[string]time.Time{"start": w.run.Began, "end": w.ended} {
		query.Set(name, fmt.Sprintf("%.3f", float64(at.UnixMilli())/1000))
	}

	return query
}

// testSecrets looks for the value of a variable in all that Jaeger and Prometheus got.
func testSecrets(t *testing.T, w *watched) {
	got, err := fetch(t, w.jaeger.API+"traces?service=webapp-operator&limit=100000")
	must(t, err)

	for name := range replicasOf {
		metrics, err := fetch(t, "http://"+w.FunctionHTTP(name)+"/metrics")
		must(t, err)

		got = append(got, metrics...)
	}

	if !strings.Contains(string(got), "shop") || strings.Contains(string(got), password) {
		t.Errorf("want WebApps in %d bytes of traces and metrics, and no value of a variable", len(got))
	}
}

// testDashboard asks for every expression of every panel, with the dashboard's variables as
// Grafana has them when it is opened.
func testDashboard(t *testing.T, w *watched) {
	d, err := pictures.ReadDashboard(filepath.Join(root, pictures.DashboardFile))
	must(t, err)

	filled, got, greatest := w.fill(t, d), map[string][]string{}, map[string]float64{}

	for _, panel := range d.Panels {
		shown := pictures.Shown{}

		for _, target := range panel.Targets {
			expr := filled.Replace(target.Expr)
			lines := w.lines(t, expr, target.LegendFormat)

			if len(lines) == 0 {
				t.Errorf("panel %s shows nothing of %s", panel.Title, expr)
			}

			shown.Lines = append(shown.Lines, lines...)

			if target.Exemplar {
				shown.Exemplars = append(shown.Exemplars, w.exemplars(t, expr)...)
			}
		}

		for _, l := range shown.Lines {
			got[panel.Title] = append(got[panel.Title], l.Name)

			for _, v := range l.Values {
				if v > greatest[panel.Title] {
					greatest[panel.Title] = v
				}
			}
		}

		w.run.Panels[panel.ID] = shown
	}

	one, each := []string{""}, []string{"function-1", "function-2", "function-3"}

	if diff := cmp.Diff(map[string][]string{
		"Replicas": one, "Versions": {version}, "Calls that fail": one, "Panics": one, "WebApps failed": one, "Certificate expires in": one,
		"Calls by result": {"fatal", "panic", "success"}, "Duration of a call": {"p50", "p90", "p99"},
		"WebApps by phase": {"Failed", "Pending", "Running"}, "Calls by replica": each,
		"gRPC answers by code": {"OK"}, "Duration of a gRPC call": {"p99"},
		"Processors used": each, "Memory": each, "Goroutines": each,
	}, got); diff != "" {
		t.Errorf("what panels show: -want, +got:\n%s", diff)
	}

	for panel, want := range map[string]float64{"Replicas": 3, "Calls that fail": 0, "Panics": 0, "WebApps failed": 1} {
		if greatest[panel] != want {
			t.Errorf("panel %s: want up to %v, got %v", panel, want, greatest[panel])
		}
	}

	t.Logf("%d panels show something", len(got))

	picture, err := d.Draw(w.run)
	must(t, err)
	keep(t, pictures.DashboardPicture, picture)
}

// fill returns what puts the values of the dashboard's variables into an expression.
func (w *watched) fill(t *testing.T, d *pictures.Dashboard) *strings.Replacer {
	t.Helper()

	values := []string{"$__rate_interval", rateInterval}

	for _, v := range d.Templating.List {
		if v.Type != "query" {
			continue
		}

		query := struct {
			Query string `json:"query"`
		}{}
		must(t, json.Unmarshal(v.Query, &query))

		inner, found := strings.CutPrefix(query.Query, "label_values(")
		selector, label, _ := strings.Cut(strings.TrimSuffix(inner, ")"), ", ")

		if !found || label == "" {
			t.Fatalf("variable %s: this test does not know %q", v.Name, query.Query)
		}

		choices := []string{}
		must(t, w.ask(t, w.prometheus+"label/"+label+"/values", url.Values{"match[]": {strings.NewReplacer(values...).Replace(selector)}}, &choices))

		if len(choices) == 0 {
			t.Fatalf("variable %s: there is nothing to choose", v.Name)
		}

		chosen := v.AllValue
		if chosen == "" {
			chosen = slices.Min(choices)
		}

		values = append(values, "$"+v.Name, chosen)
	}

	return strings.NewReplacer(values...)
}

// lines returns what an expression was during the run, by name. What has never had a value
// is not there.
func (w *watched) lines(t *testing.T, expr, legend string) []pictures.Line {
	t.Helper()

	answer := struct {
		Result model.Matrix `json:"result"`
	}{}
	query := w.during(url.Values{"query": {expr}})
	query.Set("step", strconv.Itoa(int(shownEvery.Seconds())))
	must(t, w.ask(t, w.prometheus+"query_range", query, &answer))

	lines := []pictures.Line{}

	for _, series := range answer.Result {
		l, some := pictures.Line{Name: legend, Values: make([]float64, 1+w.ended.Sub(w.run.Began)/shownEvery)}, false

		for label, value := range series.Metric {
			l.Name = strings.ReplaceAll(l.Name, "{{"+string(label)+"}}", string(value))
		}

		for i := range l.Values {
			l.Values[i] = math.NaN()
		}

		for _, v := range series.Values {
			l.Values[v.Timestamp.Time().Sub(w.run.Began).Round(shownEvery)/shownEvery] = float64(v.Value)
			some = some || !math.IsNaN(float64(v.Value))
		}

		if some {
			lines = append(lines, l)
		}
	}

	slices.SortFunc(lines, func(a, b pictures.Line) int { return strings.Compare(a.Name, b.Name) })

	return lines
}

// keep writes a picture where PICTURES says, if it does.
func keep(t *testing.T, name string, picture []byte) {
	t.Helper()

	if folder := os.Getenv("PICTURES"); folder != "" {
		must(t, os.WriteFile(filepath.Join(folder, name), picture, 0o644))
	}
}
