// Package telemetry tells what a composition function does: a trace, a few
// metrics and a log line for each call.
package telemetry

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// spanName is the name of the span of a call. Frozen.
const spanName = "webapp.reconcile"

// panicTTL is how long Crossplane waits before it asks again after a panic, if
// nothing changes: a bug that comes and goes should not last.
const panicTTL = time.Minute

// A Function is what is watched.
type Function interface {
	fnv1.FunctionRunnerServiceServer

	// Composite returns the kind of composites that a request is for.
	Composite(req *fnv1.RunFunctionRequest) *webapp.Composite
}

// Observed is a function that is watched.
type Observed struct {
	fnv1.UnimplementedFunctionRunnerServiceServer

	function Function
	log      *slog.Logger
	tracer   trace.Tracer
	metrics  *metrics
}

// Observe watches a function. What it tells names WebApps and what became of
// them, and never the values of environment variables.
func Observe(function Function, log *slog.Logger, traces trace.TracerProvider, registry *prometheus.Registry, version string) *Observed {
	return &Observed{
		function: function,
		log:      log,
		tracer:   traces.Tracer("github.com/webapp-operator/function-webapp", trace.WithInstrumentationVersion(version)),
		metrics:  newMetrics(registry, version),
	}
}

// RunFunction calls the function. A panic becomes a fatal answer, which leaves
// everything in the cluster as it is.
func (o *Observed) RunFunction(ctx context.Context, req *fnv1.RunFunctionRequest) (*fnv1.RunFunctionResponse, error) {
	began := time.Now()
	ctx, span := o.tracer.Start(remote(ctx), spanName, trace.WithSpanKind(trace.SpanKindServer))
	defer span.End()

	rsp, result, err := o.call(ctx, req)
	if err != nil {
		// Ours never does: it would lose the conditions.
		return nil, err
	}

	o.metrics.calls.WithLabelValues(result).Inc()
	observe(o.metrics.duration.WithLabelValues(result), time.Since(began), span.SpanContext())

	// A panic may come again where it came from.
	of := webapp.WebApp
	if result != resultPanic {
		of = o.function.Composite(req)
	}

	app := describe(of, req, rsp)
	if result == resultSuccess && preliminary(req, rsp) {
		app.events = nil
	}

	o.metrics.webApps.see(webApp{app.kind, app.namespace, app.name}, app.phase, rsp.GetMeta().GetTtl().AsDuration())
	annotate(span, app, result)
	o.tell(ctx, app, result)

	return rsp, nil
}

func (o *Observed) call(ctx context.Context, req *fnv1.RunFunctionRequest) (rsp *fnv1.RunFunctionResponse, result string, err error) {
	defer func() {
		cause := recover()
		if cause == nil {
			return
		}

		o.metrics.panics.Inc()
		o.log.ErrorContext(ctx, "Panic", "panic", cause, "stack", string(debug.Stack()), "tag", req.GetMeta().GetTag())

		rsp, result, err = failed(req), resultPanic, nil
	}()

	rsp, err = o.function.RunFunction(ctx, req)

	for _, r := range rsp.GetResults() {
		if r.GetSeverity() == fnv1.Severity_SEVERITY_FATAL {
			return rsp, resultFatal, err
		}
	}

	return rsp, resultSuccess, err
}

// preliminary is whether an answer asks for what its request did not have. Crossplane fetches
// that, calls again, and throws the answer away, unless it is fatal. See RunFunction of
// https://github.com/crossplane/crossplane/blob/v2.4.0/internal/xfn/required_resources.go.
func preliminary(req *fnv1.RunFunctionRequest, rsp *fnv1.RunFunctionResponse) bool {
	for name := range rsp.GetRequirements().GetResources() {
		if _, had := req.GetRequiredResources()[name]; !had {
			return true
		}
	}

	for name := range rsp.GetRequirements().GetSchemas() {
		if _, had := req.GetRequiredSchemas()[name]; !had {
			return true
		}
	}

	return false
}

// failed is the answer to a request that the function failed at. What earlier
// steps of the pipeline desire stays.
func failed(req *fnv1.RunFunctionRequest) *fnv1.RunFunctionResponse {
	message := fmt.Sprintf("the function has a bug and changed nothing; its log has the details under tag %q", req.GetMeta().GetTag())

	return &fnv1.RunFunctionResponse{
		Meta:    &fnv1.ResponseMeta{Tag: req.GetMeta().GetTag(), Ttl: durationpb.New(panicTTL)},
		Desired: req.GetDesired(),
		Context: req.GetContext(),
		Conditions: []*fnv1.Condition{{
			Type:    v1.ConditionAccepted,
			Status:  fnv1.Status_STATUS_CONDITION_FALSE,
			Reason:  string(v1.ReasonInternalError),
			Message: &message,
			Target:  fnv1.Target_TARGET_COMPOSITE.Enum(),
		}},
		Results: []*fnv1.Result{{Severity: fnv1.Severity_SEVERITY_FATAL, Message: message, Target: fnv1.Target_TARGET_COMPOSITE.Enum()}},
	}
}

// subject is what a call was about and what came of it, for people.
type subject struct {
	kind, namespace, name, uid, tag string

	generation, replicas int64
	image                string

	phase, reason string

	// events has what changed, or why nothing could be done. A preliminary answer changes
	// nothing.
	events []*fnv1.Result
}

func describe(of *webapp.Composite, req *fnv1.RunFunctionRequest, rsp *fnv1.RunFunctionResponse) subject {
	observed := req.GetObserved().GetComposite().GetResource()
	metadata := observed.GetFields()["metadata"].GetStructValue().GetFields()
	spec := of.SpecOf(observed, req.GetContext()).GetStructValue().GetFields()

	status := of.StatusOf(rsp.GetDesired().GetComposite().GetResource()).GetStructValue().GetFields()
	if status["phase"] == nil {
		// A fatal answer says nothing of the status, and Crossplane leaves it.
		status = of.StatusOf(observed).GetStructValue().GetFields()
	}

	phase := status["phase"].GetStringValue()
	if phase == "" {
		// It never got anywhere, and cannot.
		phase = string(v1.PhaseFailed)
	}

	return subject{
		kind:       of.Kind,
		namespace:  metadata["namespace"].GetStringValue(),
		name:       metadata["name"].GetStringValue(),
		uid:        metadata["uid"].GetStringValue(),
		tag:        req.GetMeta().GetTag(),
		generation: whole(metadata["generation"]),
		replicas:   replicas(req, rsp, spec),
		image:      spec["image"].GetStringValue(),
		phase:      phase,
		reason:     status["reason"].GetStringValue(),
		events:     rsp.GetResults(),
	}
}

// replicas is how many a Deployment should have: as the function says, or where it
// leaves that to an autoscaler, as there are. Without one, it is as the WebApp says.
func replicas(req *fnv1.RunFunctionRequest, rsp *fnv1.RunFunctionResponse, spec map[string]*structpb.Value) int64 {
	const key = "deployment"

	for _, r := range []*fnv1.Resource{rsp.GetDesired().GetResources()[key], req.GetObserved().GetResources()[key]} {
		if n := r.GetResource().GetFields()["spec"].GetStructValue().GetFields()["replicas"]; n != nil {
			return whole(n)
		}
	}

	return whole(spec["replicas"])
}

func whole(v *structpb.Value) int64 { return int64(v.GetNumberValue()) }

// annotate says on a span what the call was about.
func annotate(span trace.Span, app subject, result string) {
	if !span.IsRecording() {
		return
	}

	span.SetAttributes(
		attribute.String("k8s.namespace.name", app.namespace),
		attribute.String("k8s.webapp.kind", app.kind),
		attribute.String("k8s.webapp.name", app.name),
		attribute.String("k8s.webapp.uid", app.uid),
		attribute.Int64("k8s.webapp.generation", app.generation),
		attribute.Int64("k8s.deployment.replicas", app.replicas),
		attribute.String("container.image.name", app.image),
		attribute.String("webapp.phase", app.phase),
		attribute.String("webapp.reason", app.reason),
		attribute.String("webapp.result", result),
		attribute.String("crossplane.request.tag", app.tag),
	)

	for _, e := range app.events {
		if e.GetSeverity() == fnv1.Severity_SEVERITY_FATAL {
			span.SetStatus(codes.Error, e.GetMessage())
			span.RecordError(fmt.Errorf("%s", e.GetMessage()))
		}
	}
}

// tell writes the log line of a call: at debug if nothing changed.
func (o *Observed) tell(ctx context.Context, app subject, result string) {
	level := slog.LevelDebug
	if len(app.events) > 0 {
		level = slog.LevelInfo
	}

	if !o.log.Enabled(ctx, level) {
		return
	}

	attributes := []slog.Attr{
		slog.String("namespace", app.namespace), slog.String("name", app.name), slog.String("uid", app.uid),
		slog.Int64("generation", app.generation), slog.String("tag", app.tag),
		slog.String("result", result), slog.String("phase", app.phase), slog.String("reason", app.reason),
	}

	if id := trace.SpanContextFromContext(ctx).TraceID(); id.IsValid() {
		attributes = append(attributes, slog.String("trace_id", id.String()))
	}

	if len(app.events) > 0 {
		reasons, messages := make([]string, 0, len(app.events)), make([]string, 0, len(app.events))
		for _, e := range app.events {
			reasons, messages = append(reasons, e.GetReason()), append(messages, e.GetMessage())
		}

		attributes = append(attributes, slog.String("event", strings.Join(reasons, ", ")), slog.String("message", strings.Join(messages, " ")))
	}

	o.log.LogAttrs(ctx, level, "Reconciled "+app.kind, attributes...)
}

// observe notes how long a call took, with an exemplar that leads to its trace.
func observe(histogram prometheus.Observer, took time.Duration, span trace.SpanContext) {
	if exemplars, ok := histogram.(prometheus.ExemplarObserver); ok && span.IsSampled() {
		exemplars.ObserveWithExemplar(took.Seconds(), prometheus.Labels{"trace_id": span.TraceID().String()})
		return
	}

	histogram.Observe(took.Seconds())
}

// remote takes over the trace of the caller, if it sends one.
func remote(ctx context.Context) context.Context {
	if len(metadata.ValueFromIncomingContext(ctx, "traceparent")) == 0 {
		return ctx
	}

	carrier := propagation.MapCarrier{}
	for _, key := range (propagation.TraceContext{}).Fields() {
		if values := metadata.ValueFromIncomingContext(ctx, key); len(values) > 0 {
			carrier[key] = values[0]
		}
	}

	return propagation.TraceContext{}.Extract(ctx, carrier)
}
