package telemetry

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/pem"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	commonv1 "go.opentelemetry.io/proto/otlp/common/v1"
	tracev1 "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	"github.com/crossplane/function-sdk-go/resource"

	"github.com/webapp-operator/function-webapp/fn"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// webAppRequest is a request that has what its answer asks for, none of which exists.
func webAppRequest(spec string) *fnv1.RunFunctionRequest {
	req := &fnv1.RunFunctionRequest{
		Meta: &fnv1.RequestMeta{Tag: "tag"},
		Observed: &fnv1.State{Composite: &fnv1.Resource{Resource: resource.MustStructJSON(`{
			"apiVersion": "example.com/v1", "kind": "WebApp",
			"metadata": {"name": "shop", "namespace": "acme", "uid": "u1", "generation": 3},
			"spec": ` + spec + `}`)}},
	}

	// Ours returns no error.
	rsp, _ := fn.New(time.Now).RunFunction(context.Background(), req)

	req.RequiredResources = map[string]*fnv1.Resources{}
	for name := range rsp.GetRequirements().GetResources() {
		req.RequiredResources[name] = &fnv1.Resources{}
	}

	return req
}

const (
	valid   = `{"image": "nginx:1.27", "replicas": 2, "env": {"PASSWORD": "hunter2"}}`
	invalid = `{"image": "nginx:1.27", "replicas": 20, "env": {"PASSWORD": "hunter2"}}`
)

// A broken function panics.
type broken struct {
	fnv1.UnimplementedFunctionRunnerServiceServer
}

func (broken) Composite(*fnv1.RunFunctionRequest) *webapp.Composite { panic("again") }

func (broken) RunFunction(context.Context, *fnv1.RunFunctionRequest) (*fnv1.RunFunctionResponse, error) {
	panic("oh no")
}

// An adding function tells more than the one in it, if there is more to tell.
type adding struct {
	Function

	more *fnv1.Result
}

func (a adding) RunFunction(ctx context.Context, req *fnv1.RunFunctionRequest) (*fnv1.RunFunctionResponse, error) {
	rsp, err := a.Function.RunFunction(ctx, req)
	if a.more != nil {
		rsp.Results = append(rsp.Results, a.more)
	}

	return rsp, err
}

// A receiver is an OTLP collector that keeps the spans it gets.
type receiver struct {
	collector.UnimplementedTraceServiceServer

	mu        sync.Mutex
	spans     []*tracev1.Span
	resources []string
	headers   []string
}

func (r *receiver) Export(ctx context.Context, req *collector.ExportTraceServiceRequest) (*collector.ExportTraceServiceResponse, error) {
	headers, _ := metadata.FromIncomingContext(ctx)
	r.keep(req, strings.Join(headers.Get("x-token"), ""))

	return &collector.ExportTraceServiceResponse{}, nil
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	in := &collector.ExportTraceServiceRequest{}

	if err := proto.Unmarshal(body, in); err != nil || req.URL.Path != "/v1/traces" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}

	r.keep(in, req.Header.Get("X-Token"))
}

func (r *receiver) keep(req *collector.ExportTraceServiceRequest, header string) {
	r.mu.Lock()
	defer r.mu.Unlock()

	for _, rs := range req.GetResourceSpans() {
		attributes := texts(rs.GetResource().GetAttributes())
		r.resources = append(r.resources, attributes["service.name"]+" "+attributes["service.version"]+" "+attributes["team"])
		r.headers = append(r.headers, header)

		for _, ss := range rs.GetScopeSpans() {
			r.spans = append(r.spans, ss.GetSpans()...)
		}
	}
}

func texts(attributes []*commonv1.KeyValue) map[string]string {
	out := map[string]string{}

	for _, a := range attributes {
		switch v := a.GetValue().GetValue().(type) {
		case *commonv1.AnyValue_StringValue:
			out[a.GetKey()] = v.StringValue
		default:
			out[a.GetKey()] = a.GetValue().String()
		}
	}

	return out
}

// serve starts the receiver for a protocol and returns its endpoint.
func (r *receiver) serve(tb testing.TB, protocol string) string {
	tb.Helper()

	if protocol == "http/protobuf" {
		s := httptest.NewServer(r)
		tb.Cleanup(s.Close)

		return s.URL
	}

	address, stop := r.listen(tb, "127.0.0.1:0")
	tb.Cleanup(stop)

	return "http://" + address
}

// listen starts the receiver for gRPC at an address.
func (r *receiver) listen(tb testing.TB, at string) (address string, stop func()) {
	tb.Helper()

	l, err := (&net.ListenConfig{}).Listen(tb.Context(), "tcp", at)
	if err != nil {
		tb.Fatal(err)
	}

	s := grpc.NewServer()
	collector.RegisterTraceServiceServer(s, r)

	go func() { _ = s.Serve(l) }()

	return l.Addr().String(), s.Stop
}

// names are the WebApps whose spans arrived.
func (r *receiver) names() map[string]bool {
	r.mu.Lock()
	defer r.mu.Unlock()

	names := map[string]bool{}
	for _, s := range r.spans {
		names[texts(s.GetAttributes())["k8s.webapp.name"]] = true
	}

	return names
}

// TestTraces sends traces to a real receiver over both protocols.
func TestTraces(t *testing.T) {
	for _, protocol := range []string{"grpc", "http/protobuf"} {
		t.Run(protocol, func(t *testing.T) {
			r := &receiver{}
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", r.serve(t, protocol))
			t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
			t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-token=abc")
			t.Setenv("OTEL_RESOURCE_ATTRIBUTES", "team=acme")

			traces, flush, err := NewTracerProvider(t.Context(), slog.New(slog.DiscardHandler), "v1.2.3")
			if err != nil {
				t.Fatal(err)
			}

			log := &bytes.Buffer{}
			o := Observe(fn.New(time.Now), slog.New(slog.NewJSONHandler(log, nil)), traces, prometheus.NewRegistry(), "v1.2.3")

			const parent = "0af7651916cd43dd8448eb211c80319c"

			ctx := metadata.NewIncomingContext(t.Context(), metadata.Pairs("traceparent", "00-"+parent+"-b7ad6b7169203331-01"))
			for _, spec := range []string{valid, invalid} {
				if _, err := o.RunFunction(ctx, webAppRequest(spec)); err != nil {
					t.Fatal(err)
				}
			}

			if err := flush(t.Context()); err != nil {
				t.Fatal(err)
			}

			if len(r.spans) != 2 {
				t.Fatalf("want two spans, got %d", len(r.spans))
			}

			if got := r.resources[0]; got != "webapp-operator v1.2.3 acme" {
				t.Errorf("resource: got %q", got)
			}

			if got := r.headers[0]; got != "abc" {
				t.Errorf("headers: got %q", got)
			}

			want := map[string]string{
				"k8s.namespace.name": "acme", "k8s.webapp.kind": "WebApp", "k8s.webapp.name": "shop", "k8s.webapp.uid": "u1", "k8s.webapp.generation": "int_value:3",
				"k8s.deployment.replicas": "int_value:2", "container.image.name": "nginx:1.27",
				"webapp.phase": "Pending", "webapp.reason": "Creating", "webapp.result": "success", "crossplane.request.tag": "tag",
			}
			if diff := cmp.Diff(want, texts(r.spans[0].GetAttributes())); diff != "" {
				t.Errorf("attributes: -want, +got:\n%s", diff)
			}

			if r.spans[0].GetName() != "webapp.reconcile" || r.spans[0].GetStatus().GetCode() != tracev1.Status_STATUS_CODE_UNSET {
				t.Errorf("span of a success: got %v", r.spans[0])
			}

			if s := r.spans[1].GetStatus(); s.GetCode() != tracev1.Status_STATUS_CODE_ERROR || !strings.Contains(s.GetMessage(), "spec.replicas") || len(r.spans[1].GetEvents()) != 1 {
				t.Errorf("span of a failure: want the error, got %v", r.spans[1])
			}

			for _, s := range r.spans {
				if trace.TraceID(s.GetTraceId()).String() != parent {
					t.Errorf("trace: want that of the caller, got %x", s.GetTraceId())
				}

				if strings.Contains(s.String(), "hunter2") {
					t.Errorf("a span has the value of a variable: %v", s)
				}
			}

			if !strings.Contains(log.String(), `"trace_id":"`+parent+`"`) {
				t.Errorf("log: want the trace, got %s", log)
			}
		})
	}
}

// TestOwnKind holds that what is told of a composite of another kind speaks of that, and
// has what is to be told from where it is.
func TestOwnKind(t *testing.T) {
	r := &receiver{}
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", r.serve(t, "http/protobuf"))

	traces, flush, err := NewTracerProvider(t.Context(), slog.New(slog.DiscardHandler), "v1.2.3")
	if err != nil {
		t.Fatal(err)
	}

	log, registry := &bytes.Buffer{}, prometheus.NewRegistry()
	o := Observe(fn.New(time.Now), slog.New(slog.NewJSONHandler(log, nil)), traces, registry, "v1.2.3")

	// What is wrong is told of what was said before.
	for _, image := range []string{"nginx:1.27", "https://nginx"} {
		req := webAppRequest(valid)
		req.Input = resource.MustStructJSON(`{"apiVersion": "webapp.fn.example.com/v1beta1", "kind": "Input",
			"composite": {"apiVersion": "acme.io/v1", "kind": "Service", "spec": {"fieldPath": "spec.app"}, "status": {"fieldPath": "status.app"}}}`)
		req.Observed.Composite.Resource = resource.MustStructJSON(`{"apiVersion": "acme.io/v1", "kind": "Service", "metadata": {"name": "shop", "namespace": "acme"},
			"spec": {"image": "other", "replicas": 9, "app": {"image": "` + image + `", "replicas": 2}}, "status": {"phase": "Odd", "app": {"phase": "Running", "reason": "Available"}}}`)

		if _, err := o.RunFunction(t.Context(), req); err != nil {
			t.Fatal(err)
		}
	}

	if err := flush(t.Context()); err != nil {
		t.Fatal(err)
	}

	for i, want := range []map[string]string{
		{"k8s.webapp.kind": "Service", "container.image.name": "nginx:1.27", "k8s.deployment.replicas": "int_value:2", "webapp.phase": "Pending", "webapp.result": "success"},
		{"k8s.webapp.kind": "Service", "container.image.name": "https://nginx", "k8s.deployment.replicas": "int_value:2", "webapp.phase": "Running", "webapp.result": "fatal"},
	} {
		got := texts(r.spans[i].GetAttributes())
		maps.DeleteFunc(got, func(name, _ string) bool { return want[name] == "" })

		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("span %d: -want, +got:\n%s", i, diff)
		}
	}

	for _, want := range []string{`"msg":"Reconciled Service"`, "spec.app.image"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("log: want %s, got %s", want, log)
		}
	}

	const count = "# HELP webapp_count WebApps that this replica was called for lately, by kind, namespace and phase.\n# TYPE webapp_count gauge\n" +
		`webapp_count{kind="Service",namespace="acme",phase="Running"} 1` + "\n"
	if err := testutil.GatherAndCompare(registry, strings.NewReader(count), "webapp_count"); err != nil {
		t.Error(err)
	}
}

// TestTracesTLS sends traces to a receiver whose certificate only
// OTEL_EXPORTER_OTLP_CERTIFICATE vouches for.
func TestTracesTLS(t *testing.T) {
	r := &receiver{}
	s := httptest.NewTLSServer(r)
	t.Cleanup(s.Close)

	ca := filepath.Join(t.TempDir(), "ca.crt")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}

	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", s.URL)
	t.Setenv("OTEL_EXPORTER_OTLP_CERTIFICATE", ca)

	if got := spansOf(t, r, 1); got != 1 {
		t.Errorf("want one span, got %d", got)
	}
}

// TestSampler holds that the environment says which traces are kept.
func TestSampler(t *testing.T) {
	cases := map[string]struct {
		reason string
		args   string
		want   func(spans int) bool
	}{
		"All": {
			reason: "Every trace is kept, unless somebody says otherwise.",
			want:   func(spans int) bool { return spans == 1000 },
		},
		"None": {
			reason: "Somebody wants none.",
			args:   "always_off",
			want:   func(spans int) bool { return spans == 0 },
		},
		"Half": {
			reason: "Somebody wants one in two: 500, give or take six standard deviations.",
			args:   "parentbased_traceidratio",
			want:   func(spans int) bool { return spans > 400 && spans < 600 },
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			r := &receiver{}
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", r.serve(t, "http/protobuf"))
			t.Setenv("OTEL_TRACES_SAMPLER", tc.args)
			t.Setenv("OTEL_TRACES_SAMPLER_ARG", "0.5")

			if got := spansOf(t, r, 1000); !tc.want(got) {
				t.Errorf("\n%s\ngot %d spans of 1000", tc.reason, got)
			}
		})
	}
}

// spansOf returns how many spans a receiver got of some calls.
func spansOf(t *testing.T, r *receiver, calls int) int {
	t.Helper()

	traces, flush, err := NewTracerProvider(t.Context(), slog.New(slog.DiscardHandler), "test")
	if err != nil {
		t.Fatal(err)
	}

	o := Observe(fn.New(time.Now), slog.New(slog.DiscardHandler), traces, prometheus.NewRegistry(), "test")

	for range calls {
		if _, err := o.RunFunction(t.Context(), webAppRequest(valid)); err != nil {
			t.Fatal(err)
		}
	}

	if err := flush(t.Context()); err != nil {
		t.Fatal(err)
	}

	return len(r.spans)
}

// TestExemplars holds that a duration leads to its trace, if there is one.
func TestExemplars(t *testing.T) {
	cases := map[string]struct {
		reason string
		args   string
		want   bool
	}{
		"Sampled": {
			reason: "A trace that is kept can be looked at.",
			args:   "always_on",
			want:   true,
		},
		"NotSampled": {
			reason: "One that is not kept leads nowhere.",
			args:   "always_off",
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", (&receiver{}).serve(t, "http/protobuf"))
			t.Setenv("OTEL_TRACES_SAMPLER", tc.args)

			traces, flush, err := NewTracerProvider(t.Context(), slog.New(slog.DiscardHandler), "test")
			if err != nil {
				t.Fatal(err)
			}

			t.Cleanup(func() { _ = flush(context.Background()) })

			registry := prometheus.NewRegistry()
			log := &bytes.Buffer{}

			o := Observe(fn.New(time.Now), slog.New(slog.NewJSONHandler(log, nil)), traces, registry, "test")
			if _, err := o.RunFunction(t.Context(), webAppRequest(valid)); err != nil {
				t.Fatal(err)
			}

			families, err := registry.Gather()
			if err != nil {
				t.Fatal(err)
			}

			var got []string

			for _, f := range families {
				for _, m := range f.GetMetric() {
					for _, b := range m.GetHistogram().GetBucket() {
						if b.GetExemplar() != nil {
							got = append(got, b.GetExemplar().GetLabel()[0].GetValue())
						}
					}
				}
			}

			if (len(got) == 1) != tc.want {
				t.Errorf("\n%s\ngot exemplars %v", tc.reason, got)
			}

			for _, id := range got {
				if !strings.Contains(log.String(), `"trace_id":"`+id+`"`) {
					t.Errorf("want the trace of the log line, got %s for %s", id, log)
				}
			}
		})
	}
}

// TestTracesOff holds that there are none unless somebody wants them.
func TestTracesOff(t *testing.T) {
	cases := map[string]struct {
		reason string
		env    map[string]string
		want   bool
	}{
		"NoEndpoint": {
			reason: "Without an endpoint, there is nobody to send to.",
		},
		"Endpoint": {
			reason: "An endpoint is enough.",
			env:    map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"},
			want:   true,
		},
		"TracesEndpoint": {
			reason: "One for traces only is, too.",
			env:    map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:1", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "grpc"},
			want:   true,
		},
		"Disabled": {
			reason: "The SDK can be turned off.",
			env:    map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_SDK_DISABLED": "true"},
		},
		"NoExporter": {
			reason: "So can traces.",
			env:    map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_TRACES_EXPORTER": "none"},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			for key, value := range tc.env {
				t.Setenv(key, value)
			}

			traces, _, err := NewTracerProvider(t.Context(), slog.New(slog.DiscardHandler), "test")
			if err != nil {
				t.Fatal(err)
			}

			if _, off := traces.(noop.TracerProvider); off == tc.want {
				t.Errorf("\n%s\nNewTracerProvider(...): want traces %t, got %T", tc.reason, tc.want, traces)
			}
		})
	}

	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
	t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")

	if _, _, err := NewTracerProvider(t.Context(), slog.New(slog.DiscardHandler), "test"); err == nil || !strings.Contains(err.Error(), `"http/json" is not supported`) {
		t.Errorf("NewTracerProvider(...): want an error for a protocol that is not there, got %v", err)
	}
}

// TestUnreachable holds that a collector that is not there costs a call nothing.
func TestUnreachable(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")

	log := &bytes.Buffer{}

	traces, flush, err := NewTracerProvider(t.Context(), slog.New(slog.NewJSONHandler(log, nil)), "test")
	if err != nil {
		t.Fatal(err)
	}

	o := Observe(fn.New(time.Now), slog.New(slog.DiscardHandler), traces, prometheus.NewRegistry(), "test")

	// More than the queue of the exporter holds: a call that waited for it would
	// wait until the test is stopped.
	for range 5000 {
		if _, err := o.RunFunction(t.Context(), webAppRequest(valid)); err != nil {
			t.Fatal(err)
		}
	}

	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()

	_ = flush(ctx)

	if !strings.Contains(log.String(), "connection refused") {
		t.Errorf("log: want why traces are not sent, got %s", log)
	}
}

// TestCollectorRestarts holds that spans arrive again when the collector is back.
func TestCollectorRestarts(t *testing.T) {
	r := &receiver{}
	address, stop := r.listen(t, "127.0.0.1:0")

	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+address)
	t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
	t.Setenv("OTEL_BSP_SCHEDULE_DELAY", "10")

	traces, flush, err := NewTracerProvider(t.Context(), slog.New(slog.DiscardHandler), "test")
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { _ = flush(context.Background()) })

	o := Observe(fn.New(time.Now), slog.New(slog.DiscardHandler), traces, prometheus.NewRegistry(), "test")

	// call sends a call about a WebApp of this name.
	call := func(name string) {
		req := webAppRequest(valid)
		req.Observed.Composite.Resource.Fields["metadata"] = resource.MustStructJSON(`{"metadata": {"name": "` + name + `"}}`).GetFields()["metadata"]

		if _, err := o.RunFunction(t.Context(), req); err != nil {
			t.Fatal(err)
		}
	}
	arrives := func(name string) {
		for deadline := time.Now().Add(30 * time.Second); !r.names()[name]; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("the span of %q does not arrive", name)
			}
		}
	}

	call("before")
	arrives("before")
	stop()
	call("between")

	_, stop = r.listen(t, address)
	t.Cleanup(stop)
	call("after")
	arrives("after")
}

// BenchmarkRunFunction compares calls without traces with calls whose traces are
// collected, and with calls whose collector is gone. Quote the ratios.
func BenchmarkRunFunction(b *testing.B) {
	for name, endpoint := range map[string]func(b *testing.B) string{
		"off":  func(*testing.B) string { return "" },
		"on":   func(b *testing.B) string { b.Helper(); return (&receiver{}).serve(b, "grpc") },
		"gone": func(*testing.B) string { return "http://127.0.0.1:1" },
	} {
		b.Run("traces="+name, func(b *testing.B) {
			b.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint(b))
			b.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")

			traces, flush, err := NewTracerProvider(b.Context(), slog.New(slog.DiscardHandler), "test")
			if err != nil {
				b.Fatal(err)
			}

			o := Observe(fn.New(time.Now), slog.New(slog.DiscardHandler), traces, prometheus.NewRegistry(), "test")
			req := webAppRequest(valid)

			for b.Loop() {
				if _, err := o.RunFunction(b.Context(), req); err != nil {
					b.Fatal(err)
				}
			}

			b.StopTimer()

			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()

			_ = flush(ctx)
		})
	}
}

// TestMetrics holds the names, labels and values of what is measured.
func TestMetrics(t *testing.T) {
	registry := prometheus.NewRegistry()
	o := Observe(fn.New(time.Now), slog.New(slog.DiscardHandler), noop.NewTracerProvider(), registry, "v1.2.3")

	for _, spec := range []string{valid, valid, invalid} {
		if _, err := o.RunFunction(t.Context(), webAppRequest(spec)); err != nil {
			t.Fatal(err)
		}
	}

	o.function = broken{}
	if _, err := o.RunFunction(t.Context(), webAppRequest(valid)); err != nil {
		t.Fatal(err)
	}

	want := `
# HELP webapp_count WebApps that this replica was called for lately, by kind, namespace and phase.
# TYPE webapp_count gauge
webapp_count{kind="WebApp",namespace="acme",phase="Failed"} 1
# HELP webapp_panics_total Calls that ended in a panic: a bug. The log has the stack.
# TYPE webapp_panics_total counter
webapp_panics_total 1
# HELP webapp_reconcile_total Calls of the function by result: success, fatal (bad input, nothing was changed) or panic.
# TYPE webapp_reconcile_total counter
webapp_reconcile_total{result="fatal"} 1
webapp_reconcile_total{result="panic"} 1
webapp_reconcile_total{result="success"} 2
`
	if err := testutil.GatherAndCompare(registry, strings.NewReader(want), "webapp_reconcile_total", "webapp_count", "webapp_panics_total"); err != nil {
		t.Error(err)
	}

	if n, err := testutil.GatherAndCount(registry, "webapp_reconcile_duration_seconds"); n != 3 || err != nil {
		t.Errorf("webapp_reconcile_duration_seconds: want one for each result, got %d, %v", n, err)
	}

	problems, err := testutil.GatherAndLint(registry)
	if err != nil {
		t.Fatal(err)
	}

	for _, p := range problems {
		// Its name is older than this rule, and frozen.
		if p.Metric == "webapp_count" && strings.Contains(p.Text, `"_count" suffix`) {
			continue
		}

		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

// TestPanic holds that a bug changes nothing in the cluster, and is told.
func TestPanic(t *testing.T) {
	log := &bytes.Buffer{}
	o := Observe(broken{}, slog.New(slog.NewJSONHandler(log, nil)), noop.NewTracerProvider(), prometheus.NewRegistry(), "test")

	req := webAppRequest(valid)
	req.Desired = &fnv1.State{Resources: map[string]*fnv1.Resource{"database": {}}}

	rsp, err := o.RunFunction(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}

	if r := rsp.GetResults(); len(r) != 1 || r[0].GetSeverity() != fnv1.Severity_SEVERITY_FATAL {
		t.Errorf("results: want one that is fatal, got %v", r)
	}

	if c := rsp.GetConditions(); len(c) != 1 || c[0].GetReason() != "InternalError" || c[0].GetStatus() != fnv1.Status_STATUS_CONDITION_FALSE {
		t.Errorf("conditions: want Accepted to be false, got %v", c)
	}

	if rsp.GetDesired().GetResources()["database"] == nil || rsp.GetMeta().GetTag() != "tag" {
		t.Errorf("want what others desire, and the tag, got %v", rsp)
	}

	if !strings.Contains(log.String(), "oh no") || !strings.Contains(log.String(), "telemetry_test.go") {
		t.Errorf("log: want the panic and its stack, got %s", log)
	}
}

// TestLog holds when a line is written, and what is in it.
func TestLog(t *testing.T) {
	cases := map[string]struct {
		reason string
		spec   string
		status string
		level  slog.Level
		more   *fnv1.Result
		first  bool
		want   map[string]any
	}{
		"Preliminary": {
			reason: "An answer that Crossplane throws away, to ask again with what it asks for, changes nothing.",
			spec:   valid,
			level:  slog.LevelInfo,
			first:  true,
		},
		"Change": {
			reason: "A change is told.",
			spec:   valid,
			level:  slog.LevelInfo,
			want: map[string]any{
				"level": "INFO", "msg": "Reconciled WebApp", "namespace": "acme", "name": "shop", "uid": "u1", "generation": 3.0, "tag": "tag",
				"result": "success", "phase": "Pending", "reason": "Creating", "event": "Created", "message": "Creating Deployment shop.",
			},
		},
		"Failure": {
			reason: "So is a failure.",
			spec:   invalid,
			level:  slog.LevelInfo,
			want: map[string]any{
				"level": "INFO", "msg": "Reconciled WebApp", "namespace": "acme", "name": "shop", "uid": "u1", "generation": 3.0, "tag": "tag",
				"result": "fatal", "phase": "Failed", "reason": "", "event": "", "message": "the WebApp is wrong: spec.replicas: Invalid value: 20: must be between 1 and 10, inclusive",
			},
		},
		"Changes": {
			reason: "Two changes make one line, in which no key is twice.",
			spec:   valid,
			level:  slog.LevelInfo,
			more:   &fnv1.Result{Reason: new("Scaled"), Message: "Scaling from 1 to 2 replicas."},
			want: map[string]any{
				"level": "INFO", "msg": "Reconciled WebApp", "namespace": "acme", "name": "shop", "uid": "u1", "generation": 3.0, "tag": "tag",
				"result": "success", "phase": "Pending", "reason": "Creating",
				"event": "Created, Scaled", "message": "Creating Deployment shop. Scaling from 1 to 2 replicas.",
			},
		},
		"Nothing": {
			reason: "What did not change is not worth a line.",
			spec:   valid,
			status: `{"phase": "Pending", "reason": "Creating"}`,
			level:  slog.LevelInfo,
		},
		"NothingAtDebug": {
			reason: "Unless somebody wants to see all.",
			spec:   valid,
			status: `{"phase": "Pending", "reason": "Creating"}`,
			level:  slog.LevelDebug,
			want: map[string]any{
				"level": "DEBUG", "msg": "Reconciled WebApp", "namespace": "acme", "name": "shop", "uid": "u1", "generation": 3.0, "tag": "tag",
				"result": "success", "phase": "Pending", "reason": "Creating",
			},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			log := &bytes.Buffer{}
			o := Observe(adding{fn.New(time.Now), tc.more}, slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: tc.level})), noop.NewTracerProvider(), prometheus.NewRegistry(), "test")

			req := webAppRequest(tc.spec)
			if tc.first {
				req.RequiredResources = nil
			}

			if tc.status != "" {
				req.Observed.Composite.Resource.Fields["status"] = resource.MustStructJSON(`{"status": ` + tc.status + `}`).GetFields()["status"]
			}

			if _, err := o.RunFunction(t.Context(), req); err != nil {
				t.Fatal(err)
			}

			var got map[string]any
			if log.Len() > 0 {
				if err := json.Unmarshal(log.Bytes(), &got); err != nil {
					t.Fatalf("want one line, got %s: %v", log, err)
				}

				if n := strings.Count(log.String(), `"event":`); n > 1 {
					t.Errorf("\n%s\nwant each key once, got %s", tc.reason, log)
				}

				delete(got, "time")
			}

			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("\n%s\nlog: -want, +got:\n%s", tc.reason, diff)
			}

			if strings.Contains(log.String(), "hunter2") {
				t.Errorf("the log has the value of a variable: %s", log)
			}
		})
	}
}

// TestPreliminary holds which answers Crossplane throws away, to call again.
func TestPreliminary(t *testing.T) {
	asks := &fnv1.Requirements{Resources: map[string]*fnv1.ResourceSelector{"pods": {}}, Schemas: map[string]*fnv1.SchemaSelector{"route": {}}}
	had := map[string]*fnv1.Resources{"pods": {}}

	cases := map[string]struct {
		reason string
		req    *fnv1.RunFunctionRequest
		rsp    *fnv1.RunFunctionResponse
		want   bool
	}{
		"Nothing": {
			reason: "What asks for nothing is final.",
			req:    &fnv1.RunFunctionRequest{},
			rsp:    &fnv1.RunFunctionResponse{},
		},
		"NoResources": {
			reason: "Objects are asked for that the request did not have.",
			req:    &fnv1.RunFunctionRequest{RequiredSchemas: map[string]*fnv1.Schema{"route": {}}},
			rsp:    &fnv1.RunFunctionResponse{Requirements: asks},
			want:   true,
		},
		"NoSchemas": {
			reason: "A kind is asked for that the request did not have.",
			req:    &fnv1.RunFunctionRequest{RequiredResources: had},
			rsp:    &fnv1.RunFunctionResponse{Requirements: asks},
			want:   true,
		},
		"NothingFound": {
			reason: "What does not exist was looked for all the same.",
			req:    &fnv1.RunFunctionRequest{RequiredResources: had, RequiredSchemas: map[string]*fnv1.Schema{"route": {}}},
			rsp:    &fnv1.RunFunctionResponse{Requirements: asks},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if got := preliminary(tc.req, tc.rsp); got != tc.want {
				t.Errorf("\n%s\npreliminary(...): want %t, got %t", tc.reason, tc.want, got)
			}
		})
	}
}

// TestCensus holds that a WebApp that is gone is forgotten, scraped or not.
func TestCensus(t *testing.T) {
	now := time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)
	c := newCensus(func() time.Time { return now })
	count := func() int { return testutil.CollectAndCount(c) }

	c.see(webApp{"WebApp", "acme", "shop"}, "Running", 10*time.Minute)
	c.see(webApp{"WebApp", "acme", "blog"}, "Failed", 0)

	if got := count(); got != 2 {
		t.Errorf("want two groups, got %d", got)
	}

	now = now.Add(21 * time.Minute)

	if got := count(); got != 1 {
		t.Errorf("after twice its TTL: want the one that is not polled, got %d", got)
	}

	now = now.Add(2 * time.Hour)
	c.see(webApp{"WebApp", "acme", "new"}, "Pending", time.Minute)

	if got := len(c.seen); got != 1 {
		t.Errorf("without a scrape: want the others forgotten, got %d", got)
	}
}

// TestReplicas holds that a span says how many replicas there should be, whoever
// decides it.
func TestReplicas(t *testing.T) {
	object := func(json string) *fnv1.Resource {
		return &fnv1.Resource{Resource: resource.MustStructJSON(json)}
	}

	const (
		two   = `{"spec": {"replicas": 2}}`
		three = `{"spec": {"replicas": 3}}`
		four  = `{"spec": {"replicas": 4}}`
		none  = `{"spec": {}}`
	)

	cases := map[string]struct {
		reason                    string
		webApp, observed, desired string
		want                      int64
	}{
		"Desired":    {reason: "The function decides.", webApp: two, observed: three, desired: four, want: 4},
		"Autoscaled": {reason: "An autoscaler does.", webApp: two, observed: three, desired: none, want: 3},
		"Neither":    {reason: "Nothing is there, and nothing is made.", webApp: two, observed: none, desired: none, want: 2},
		"Nobody":     {reason: "The WebApp is wrong.", webApp: none, observed: none, desired: none},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := replicas(
				&fnv1.RunFunctionRequest{Observed: &fnv1.State{Resources: map[string]*fnv1.Resource{"deployment": object(tc.observed)}}},
				&fnv1.RunFunctionResponse{Desired: &fnv1.State{Resources: map[string]*fnv1.Resource{"deployment": object(tc.desired)}}},
				object(tc.webApp).GetResource().GetFields()["spec"].GetStructValue().GetFields())
			if got != tc.want {
				t.Errorf("\n%s\nreplicas(...): want %d, got %d", tc.reason, tc.want, got)
			}
		})
	}
}
