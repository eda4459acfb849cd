package fn

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	"github.com/crossplane/function-sdk-go/resource"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/child"
	"github.com/webapp-operator/function-webapp/fn/platform"
	"github.com/webapp-operator/function-webapp/fn/rollout"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
	"github.com/webapp-operator/function-webapp/internal/wire"
)

var (
	noon    = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)
	noonNow = func() time.Time { return noon }
)

const shop = `{
	"apiVersion": "example.com/v1", "kind": "WebApp",
	"metadata": {"name": "shop", "namespace": "acme", "uid": "u1", "generation": 1},
	"spec": {"image": "nginx:1.27", "replicas": 2, "env": {"B": "2", "A": "1"}}
}`

// request returns a request for a WebApp in JSON, with edits.
func request(webApp string, edits ...func(*fnv1.RunFunctionRequest)) *fnv1.RunFunctionRequest {
	req := &fnv1.RunFunctionRequest{
		Meta:     &fnv1.RequestMeta{Tag: "tag", Capabilities: []fnv1.Capability{fnv1.Capability_CAPABILITY_CAPABILITIES, fnv1.Capability_CAPABILITY_REQUIRED_SCHEMAS}},
		Observed: &fnv1.State{Composite: &fnv1.Resource{Resource: resource.MustStructJSON(webApp)}},
	}
	for _, edit := range edits {
		edit(req)
	}

	return req
}

// valid is the message of a WebApp that nothing is wrong with.
const valid = "The WebApp is valid and no other object is in its way."

func withInput(input string) func(*fnv1.RunFunctionRequest) {
	return func(req *fnv1.RunFunctionRequest) { req.Input = resource.MustStructJSON(input) }
}

func withObserved(key, object string) func(*fnv1.RunFunctionRequest) {
	return func(req *fnv1.RunFunctionRequest) {
		if req.GetObserved().GetResources() == nil {
			req.Observed.Resources = map[string]*fnv1.Resource{}
		}

		req.Observed.Resources[key] = &fnv1.Resource{Resource: resource.MustStructJSON(object)}
	}
}

func withRequired(name string, objects ...string) func(*fnv1.RunFunctionRequest) {
	return func(req *fnv1.RunFunctionRequest) {
		if req.GetRequiredResources() == nil {
			req.RequiredResources = map[string]*fnv1.Resources{}
		}

		found := &fnv1.Resources{}
		for _, o := range objects {
			found.Items = append(found.Items, &fnv1.Resource{Resource: resource.MustStructJSON(o)})
		}

		req.RequiredResources[name] = found
	}
}

// mistakes are what is wrong with a WebApp in JSON.
func mistakes(webApp string) []string {
	_, errs := webapp.Read(webapp.WebApp, resource.MustStructJSON(webApp), nil, options)

	var all []string
	for _, err := range errs {
		all = append(all, err.Error())
	}

	return all
}

func run(t *testing.T, req *fnv1.RunFunctionRequest) *fnv1.RunFunctionResponse {
	t.Helper()

	rsp, err := New(noonNow).RunFunction(context.Background(), req)
	if err != nil {
		t.Fatalf("RunFunction(...): unexpected error: %v", err)
	}

	if req != nil {
		checkReads(t, req, rsp)
		checkKinds(t, req, rsp)
	}

	return rsp
}

// saying is what a status says.
func saying(phase v1.Phase, reason v1.Reason, message string) rollout.Verdict {
	return rollout.Verdict{Phase: phase, Reason: reason, Message: message}
}

// checkReads holds that the function answers the same if a request comes over
// the wire, and has nothing but what the function says that it reads.
func checkReads(t *testing.T, req *fnv1.RunFunctionRequest, want *fnv1.RunFunctionResponse) {
	t.Helper()

	raw, err := proto.Marshal(req)
	if err != nil {
		t.Fatal(err)
	}

	codec := wire.NewCodec(Reads)
	read := &fnv1.RunFunctionRequest{}

	if err := codec.Unmarshal(mem.BufferSlice{mem.SliceBuffer(raw)}, read); err != nil {
		t.Fatal(err)
	}

	rsp, err := New(noonNow).RunFunction(context.Background(), read)
	if err != nil {
		t.Fatal(err)
	}

	data, err := codec.Marshal(rsp)
	if err != nil {
		t.Fatal(err)
	}

	sent, err := proto.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}

	if got, want := received(t, data.Materialize()), received(t, sent); got != want {
		t.Errorf("a request over the wire: -want, +got:\n%s", cmp.Diff(want, got))
	}
}

// received is an answer as Crossplane reads it, in one way for all answers that
// say the same.
func received(t *testing.T, raw []byte) string {
	t.Helper()

	rsp := &fnv1.RunFunctionResponse{}
	if err := proto.Unmarshal(raw, rsp); err != nil {
		t.Fatal(err)
	}

	same, err := proto.MarshalOptions{Deterministic: true}.Marshal(rsp)
	if err != nil {
		t.Fatal(err)
	}

	return string(same)
}

func existing(key, apiVersion, kind, name string) (string, *fnv1.ResourceSelector) {
	return key, &fnv1.ResourceSelector{
		ApiVersion: apiVersion,
		Kind:       kind,
		Match:      &fnv1.ResourceSelector_MatchName{MatchName: name},
		Namespace:  new("acme"),
	}
}

// TestNewWebApp holds everything that the function says of a WebApp that has
// just been created.
func TestNewWebApp(t *testing.T) {
	labels := `{"app": "shop", "managed-by": "webapp-operator", "app.kubernetes.io/name": "shop", "app.kubernetes.io/instance": "shop", "app.kubernetes.io/managed-by": "webapp-operator"}`
	want := &fnv1.RunFunctionResponse{
		Meta: &fnv1.ResponseMeta{Tag: "tag", Ttl: durationpb.New(3 * time.Second)},
		Desired: &fnv1.State{
			Composite: &fnv1.Resource{Resource: resource.MustStructJSON(`{
				"apiVersion": "example.com/v1", "kind": "WebApp",
				"status": {
					"phase": "Pending", "reason": "Creating", "message": "The Deployment is being created.",
					"availableReplicas": 0, "replicas": 0, "labelSelector": "app=shop,managed-by=webapp-operator",
					"url": "http://shop.acme.svc", "lastUpdated": "2026-01-05T12:00:00Z"
				}}`)},
			Resources: map[string]*fnv1.Resource{
				"deployment": {Ready: fnv1.Ready_READY_FALSE, Resource: resource.MustStructJSON(`{
					"apiVersion": "apps/v1", "kind": "Deployment",
					"metadata": {"name": "shop", "namespace": "acme", "labels": ` + labels + `, "annotations": {"example.com/template-hash": "6238d8d2931c257a", "example.com/defaults-generation": "3"}},
					"spec": {
						"replicas": 2,
						"selector": {"matchLabels": {"app": "shop", "managed-by": "webapp-operator"}},
						"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": "25%"}},
						"template": {
							"metadata": {"labels": ` + labels + `},
							"spec": {
								"automountServiceAccountToken": false, "enableServiceLinks": false, "terminationGracePeriodSeconds": 35,
								"securityContext": {"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}},
								"topologySpreadConstraints": [
									{"maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "ScheduleAnyway", "matchLabelKeys": ["pod-template-hash"],
									 "labelSelector": {"matchLabels": {"app": "shop", "managed-by": "webapp-operator"}}},
									{"maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "ScheduleAnyway", "matchLabelKeys": ["pod-template-hash"],
									 "labelSelector": {"matchLabels": {"app": "shop", "managed-by": "webapp-operator"}}}
								],
								"containers": [{
									"name": "app", "image": "nginx:1.27", "imagePullPolicy": "IfNotPresent",
									"ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"}],
									"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
									"readinessProbe": {"tcpSocket": {"port": "http"}},
									"lifecycle": {"preStop": {"sleep": {"seconds": 5}}},
									"securityContext": {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}}
								}]
							}
						}
					}}`)},
				"service": {Ready: fnv1.Ready_READY_TRUE, Resource: resource.MustStructJSON(`{
					"apiVersion": "v1", "kind": "Service",
					"metadata": {"name": "shop", "namespace": "acme", "labels": ` + labels + `},
					"spec": {
						"type": "ClusterIP", "selector": {"app": "shop", "managed-by": "webapp-operator"},
						"ports": [{"name": "http", "port": 80, "protocol": "TCP", "targetPort": "http"}]
					}}`)},
				"configmap": {Ready: fnv1.Ready_READY_TRUE, Resource: resource.MustStructJSON(`{
					"apiVersion": "v1", "kind": "ConfigMap",
					"metadata": {"name": "shop-config", "namespace": "acme", "labels": ` + labels + `},
					"data": {"A": "1", "B": "2"}}`)},
			},
		},
		Requirements: &fnv1.Requirements{Resources: map[string]*fnv1.ResourceSelector{}},
		Conditions: []*fnv1.Condition{{
			Type: "Accepted", Status: fnv1.Status_STATUS_CONDITION_TRUE, Reason: "Accepted",
			Message: new("The WebApp is valid and no other object is in its way."), Target: fnv1.Target_TARGET_COMPOSITE.Enum(),
		}},
		Results: []*fnv1.Result{{
			Severity: fnv1.Severity_SEVERITY_NORMAL, Reason: new("Created"),
			Message: "Creating Deployment shop.", Target: fnv1.Target_TARGET_COMPOSITE.Enum(),
		}},
	}

	for _, e := range [][4]string{
		{"existing-deployment", "apps/v1", "Deployment", "shop"},
		{"existing-service", "v1", "Service", "shop"},
		{"existing-configmap", "v1", "ConfigMap", "shop-config"},
	} {
		name, selector := existing(e[0], e[1], e[2], e[3])
		want.Requirements.Resources[name] = selector
	}

	if diff := cmp.Diff(want, run(t, request(shop)), protocmp.Transform()); diff != "" {
		t.Errorf("RunFunction(...): -want, +got:\n%s", diff)
	}
}

// TestPassThrough holds that what other steps of the pipeline want, and what the
// protocol may carry one day, arrives as it was.
func TestPassThrough(t *testing.T) {
	database := &fnv1.Resource{Resource: resource.MustStructJSON(`{"apiVersion": "acme.com/v1", "kind": "Database"}`), Ready: fnv1.Ready_READY_TRUE}
	unknown := []byte{0xfa, 0x3e, 0x01, 'x'} // field 1007, one byte
	composite := &fnv1.Resource{
		Resource:          resource.MustStructJSON(`{"status": {"database": "ready", "phase": "Odd"}}`),
		ConnectionDetails: map[string][]byte{"password": []byte("secret")},
		Ready:             fnv1.Ready_READY_TRUE,
	}
	composite.ProtoReflect().SetUnknown(unknown)

	req := request(shop, func(req *fnv1.RunFunctionRequest) {
		req.Context = resource.MustStructJSON(`{"apiextensions.crossplane.io/environment": {"region": "eu"}}`)
		req.Desired = &fnv1.State{Composite: composite, Resources: map[string]*fnv1.Resource{"database": database}}
		req.GetDesired().ProtoReflect().SetUnknown(unknown)
	})
	before := proto.Clone(req)
	rsp := run(t, req)

	if diff := cmp.Diff(before, req, protocmp.Transform()); diff != "" {
		t.Errorf("RunFunction(...) changed the request: -before, +after:\n%s", diff)
	}

	if diff := cmp.Diff(req.GetContext(), rsp.GetContext(), protocmp.Transform()); diff != "" {
		t.Errorf("context: -want, +got:\n%s", diff)
	}

	if diff := cmp.Diff(database, rsp.GetDesired().GetResources()["database"], protocmp.Transform()); diff != "" {
		t.Errorf("desired resource of another step: -want, +got:\n%s", diff)
	}

	got := rsp.GetDesired().GetComposite()
	status := got.GetResource().GetFields()["status"]

	if value.Text(status, "database") != "ready" || value.Text(status, "phase") != "Pending" {
		t.Errorf("status of another step: want it kept, and our fields ours, got %v", status)
	}

	if diff := cmp.Diff(composite.GetConnectionDetails(), got.GetConnectionDetails()); diff != "" {
		t.Errorf("connection details: -want, +got:\n%s", diff)
	}

	if got.GetReady() != fnv1.Ready_READY_TRUE {
		t.Errorf("readiness of the composite: want it kept, got %v", got.GetReady())
	}

	if string(got.ProtoReflect().GetUnknown()) != string(unknown) || string(rsp.GetDesired().ProtoReflect().GetUnknown()) != string(unknown) {
		t.Error("fields of a newer protocol are lost")
	}
}

// TestFatal holds what is said of requests that cannot be acted on, and that
// nothing of what others desire is lost with them.
func TestFatal(t *testing.T) {
	taken := &fnv1.Resource{Resource: resource.MustStructJSON(`{"kind": "Queue"}`)}

	type want struct {
		reason  v1.Reason
		message string
	}

	cases := map[string]struct {
		reason string
		req    *fnv1.RunFunctionRequest
		want   want
	}{
		"NilRequest": {
			reason: "A request without anything has no composite.",
			req:    nil,
			want:   want{v1.ReasonInvalidRequest, "the request has no observed composite resource"},
		},
		"EmptyRequest": {
			reason: "So has an empty one.",
			req:    &fnv1.RunFunctionRequest{},
			want:   want{v1.ReasonInvalidRequest, "the request has no observed composite resource"},
		},
		"NilFields": {
			reason: "Fields that hold nothing are like fields that are not there.",
			req: &fnv1.RunFunctionRequest{Observed: &fnv1.State{Composite: &fnv1.Resource{Resource: &structpb.Struct{Fields: map[string]*structpb.Value{
				"apiVersion": nil, "kind": {}, "metadata": nil,
			}}}}},
			want: want{v1.ReasonInvalidRequest, `this step composes example.com/v1 WebApp, not "" "": use it in a Composition whose compositeTypeRef says so, or name that kind in its input (composite.apiVersion, composite.kind)`},
		},
		"NothingWeRead": {
			reason: "So is an object of which the function reads nothing.",
			req:    request(`{"data": {}}`),
			want:   want{v1.ReasonInvalidRequest, `this step composes example.com/v1 WebApp, not "" "": use it in a Composition whose compositeTypeRef says so, or name that kind in its input (composite.apiVersion, composite.kind)`},
		},
		"OtherKind": {
			reason: "The function knows WebApps only.",
			req:    request(`{"apiVersion": "acme.com/v1", "kind": "Database"}`),
			want:   want{v1.ReasonInvalidRequest, `this step composes example.com/v1 WebApp, not "acme.com/v1" "Database": use it in a Composition whose compositeTypeRef says so, or name that kind in its input (composite.apiVersion, composite.kind)`},
		},
		"InvalidSpec": {
			reason: "Every mistake is named by its path.",
			req:    request(`{"apiVersion": "example.com/v1", "kind": "WebApp", "metadata": {"name": "shop"}, "spec": {"replicas": 11}}`),
			want:   want{v1.ReasonInvalidSpec, "the WebApp is wrong: spec.image: Required value: say which container image to run, for example nginx:1.27; spec.replicas: Invalid value: 11: must be between 1 and 10, inclusive"},
		},
		"InvalidInput": {
			reason: "The platform team's mistakes are not the developer's.",
			req:    request(shop, withInput(`{"apiVersion": "webapp.fn.example.com/v1beta1", "kind": "Input", "ttl": "soon"}`)),
			want:   want{v1.ReasonInvalidInput, `the input of this step of the Composition is wrong: ttl: Invalid value: "soon": must be a duration such as 10m or 1h30m`},
		},
		"KeyTaken": {
			reason: "What an earlier step desires is never replaced.",
			req: request(shop, func(req *fnv1.RunFunctionRequest) {
				req.Desired = &fnv1.State{Resources: map[string]*fnv1.Resource{"service": taken}}
			}),
			want: want{v1.ReasonInvalidRequest, `an earlier step of the pipeline already desires a resource named "service", which is the Service of the WebApp: give it another name there`},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			rsp := run(t, tc.req)

			if diff := cmp.Diff([]*fnv1.Condition{{
				Type: "Accepted", Status: fnv1.Status_STATUS_CONDITION_FALSE, Reason: string(tc.want.reason), Message: &tc.want.message, Target: fnv1.Target_TARGET_COMPOSITE.Enum(),
			}}, rsp.GetConditions(), protocmp.Transform()); diff != "" {
				t.Errorf("\n%s\nconditions: -want, +got:\n%s", tc.reason, diff)
			}

			if diff := cmp.Diff([]*fnv1.Result{{
				Severity: fnv1.Severity_SEVERITY_FATAL, Message: tc.want.message, Target: fnv1.Target_TARGET_COMPOSITE.Enum(),
			}}, rsp.GetResults(), protocmp.Transform()); diff != "" {
				t.Errorf("\n%s\nresults: -want, +got:\n%s", tc.reason, diff)
			}

			if diff := cmp.Diff(tc.req.GetDesired().GetResources(), rsp.GetDesired().GetResources(), protocmp.Transform(), cmp.Transformer("nil", func(m map[string]*fnv1.Resource) map[string]*fnv1.Resource {
				if m == nil {
					return map[string]*fnv1.Resource{}
				}
				return m
			})); diff != "" && tc.req != nil && tc.req.GetDesired() != nil {
				t.Errorf("\n%s\ndesired resources of others: -want, +got:\n%s", tc.reason, diff)
			}

			if got := rsp.GetMeta().GetTtl().AsDuration(); got != platform.DefaultTTL {
				t.Errorf("\n%s\nTTL: want %v, got %v", tc.reason, platform.DefaultTTL, got)
			}
		})
	}
}

// TestTTL holds how soon Crossplane asks again although nothing changed.
func TestTTL(t *testing.T) {
	const (
		head    = `{"apiVersion": "webapp.fn.example.com/v1beta1", "kind": "Input", "ttl": `
		running = `"phase": "Running", "reason": "Available", "message": "2 of 2 replicas are available.", "availableReplicas": 2, "replicas": 2, "labelSelector": "app=shop,managed-by=webapp-operator", "url": "http://shop.acme.svc"`
		pending = `"phase": "Pending", "reason": "RollingOut", "message": "Pods are being started or replaced; 1 of 2 replicas are available.", "availableReplicas": 1, "replicas": 2, "labelSelector": "app=shop,managed-by=webapp-operator", "url": "http://shop.acme.svc"`
	)

	// since is WebApp shop as it was for a while, and what Crossplane says of its events.
	since := func(status string, d time.Duration, responsive string) string {
		return strings.TrimSuffix(shop, "}") + `, "status": {` + status + `, "lastUpdated": "` + noon.Add(-d).Format(time.RFC3339) + `", "conditions": [` + responsive + `]}}`
	}

	const (
		comes = `{"type": "Synced", "status": "True"}, {"type": "Responsive", "status": "True", "reason": "WatchCircuitClosed"}`
		drops = `{"type": "Responsive", "status": "False", "reason": "WatchCircuitOpen"}`
	)

	// deployment is one that was written a while ago.
	deployment := func(content string, d time.Duration) func(*fnv1.RunFunctionRequest) {
		return withObserved("deployment", strings.Replace(content, `"metadata": {`, `"metadata": {"managedFields": [{"time": "`+noon.Add(-d).Format(time.RFC3339)+`"}], `, 1))
	}

	there := func(req *fnv1.RunFunctionRequest) {
		withObserved("service", `{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "shop"}}`)(req)
		withObserved("configmap", `{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "shop-config"}}`)(req)
	}

	cases := map[string]struct {
		reason string
		req    *fnv1.RunFunctionRequest
		want   time.Duration
	}{
		"RunningAndAwaited": {
			reason: "It is not Ready before all that it asks for is there, and the event of that may be dropped.",
			req:    request(since(running, time.Hour, comes), deployment(complete, time.Hour)),
			want:   3 * time.Second,
		},
		"RunningAndRefused": {
			reason: "It may never come, and is waited for as long again.",
			req:    request(since(running, time.Hour, comes+`, {"type": "Ready", "status": "False", "lastTransitionTime": "`+noon.Add(-20*time.Second).Format(time.RFC3339)+`"}`), deployment(complete, time.Hour)),
			want:   20 * time.Second,
		},
		"RunningAndRefusedForLong": {
			reason: "But never longer than a minute.",
			req:    request(since(running, time.Hour, comes+`, {"type": "Ready", "status": "False", "lastTransitionTime": "`+noon.Add(-time.Hour).Format(time.RFC3339)+`"}`), deployment(complete, time.Hour)),
			want:   time.Minute,
		},
		"New": {
			reason: "A new WebApp is looked at again at once.",
			req:    request(shop),
			want:   3 * time.Second,
		},
		"JustRunning": {
			reason: "What came to run a moment ago may have been changed again.",
			req:    request(since(running, time.Second, comes), deployment(complete, time.Second), there),
			want:   3 * time.Second,
		},
		"Running": {
			reason: "What runs is left alone for long.",
			req:    request(since(running, 6*time.Second, comes), deployment(complete, time.Second), there),
			want:   10 * time.Minute,
		},
		"RunningInput": {
			reason: "For how long is the platform team's choice.",
			req:    request(since(running, time.Hour, comes), deployment(complete, time.Hour), withInput(head+`"30m"}`), there),
			want:   30 * time.Minute,
		},
		"RunningAndDropped": {
			reason: "Unless its events are dropped: it may be that somebody has changed it.",
			req:    request(since(running, 20*time.Second, drops), deployment(complete, 20*time.Second), there),
			want:   20 * time.Second,
		},
		"RunningAndDroppedForLong": {
			reason: "Then it is looked at every minute.",
			req:    request(since(running, time.Hour, drops), deployment(complete, time.Hour), withInput(head+`"30m"}`), there),
			want:   time.Minute,
		},
		"Moving": {
			reason: "The Deployment moved two seconds ago, whatever the status says.",
			req:    request(since(pending, time.Minute, drops), deployment(rolling, 2*time.Second), there),
			want:   3 * time.Second,
		},
		"Pending": {
			reason: "It has not moved for some seconds: that takes as long again.",
			req:    request(since(pending, 30*time.Second, drops), deployment(rolling, 12*time.Second), there),
			want:   12 * time.Second,
		},
		"PendingForLong": {
			reason: "But never longer than a minute.",
			req:    request(since(pending, time.Hour, drops), deployment(rolling, time.Hour), there),
			want:   time.Minute,
		},
		"PendingAndTrusted": {
			reason: "Where events come, asking often is waste.",
			req:    request(since(pending, 30*time.Second, comes), deployment(rolling, 12*time.Second), there),
			want:   time.Minute,
		},
		"PatienceEnds": {
			reason: "What may heal has two minutes, and nothing tells when they are over.",
			req:    request(since(pending, 95*time.Second, comes), deployment(rolling, 110*time.Second), there),
			want:   25 * time.Second,
		},
		"PatienceEndsThoughItMoves": {
			reason: "They count from when it was told, whoever writes meanwhile.",
			req:    request(since(pending, 110*time.Second, comes), deployment(rolling, 20*time.Second), there),
			want:   10 * time.Second,
		},
		"PatienceOfProbesEnds": {
			reason: "Probes may ask for more patience.",
			req:    request(strings.Replace(since(pending, 250*time.Second, comes), `"env": {"B"`, `"startupProbe": {"failureThreshold": 24}, "env": {"B"`, 1), deployment(rolling, 250*time.Second), there),
			want:   20 * time.Second,
		},
		"PendingSooner": {
			reason: "Unless it would be asked for sooner anyway.",
			req:    request(since(pending, 30*time.Second, comes), deployment(rolling, 12*time.Second), withInput(head+`"20s"}`), there),
			want:   20 * time.Second,
		},
		"PendingOff": {
			reason: "Who turned the asking off turned it off.",
			req:    request(shop, withInput(head+`"0s"}`)),
			want:   0,
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if got := run(t, tc.req).GetMeta().GetTtl().AsDuration(); got != tc.want {
				t.Errorf("\n%s\nTTL: want %v, got %v", tc.reason, tc.want, got)
			}
		})
	}
}

// TestSteadyState holds that a WebApp that is as it should be costs nothing: the
// same status, nothing to look up, no event.
func TestSteadyState(t *testing.T) {
	first := run(t, request(shop))
	deployment := proto.CloneOf(first.GetDesired().GetResources()["deployment"].GetResource())
	deployment.Fields["status"] = structpb.NewStructValue(resource.MustStructJSON(`{"observedGeneration": 1, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2}`))

	req := request(shop, func(req *fnv1.RunFunctionRequest) {
		req.Observed.Resources = map[string]*fnv1.Resource{
			"deployment": {Resource: deployment},
			"service":    first.GetDesired().GetResources()["service"],
			"configmap":  first.GetDesired().GetResources()["configmap"],
		}
	})

	running := run(t, req)
	if got := running.GetResults(); len(got) != 1 || got[0].GetReason() != "Running" {
		t.Errorf("results: want one event Running, got %v", got)
	}

	req.Observed.Composite.Resource.Fields["status"] = running.GetDesired().GetComposite().GetResource().GetFields()["status"]
	later := New(func() time.Time { return noon.Add(time.Hour) })

	steady, err := later.RunFunction(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}

	want := proto.CloneOf(running)
	want.Results = nil
	want.Meta.Ttl = durationpb.New(10 * time.Minute)

	if diff := cmp.Diff(want, steady, protocmp.Transform()); diff != "" {
		t.Errorf("RunFunction(...) an hour later: -want, +got:\n%s", diff)
	}

	if steady.GetRequirements() != nil {
		t.Errorf("requirements: want none, got %v", steady.GetRequirements())
	}

	for key, r := range steady.GetDesired().GetResources() {
		if r.GetReady() != fnv1.Ready_READY_TRUE {
			t.Errorf("%s: want ready, got %v", key, r.GetReady())
		}
	}
}

// TestLastUpdated holds that the time of a change comes from the request where
// that has it, so that Crossplane may ask twice.
func TestLastUpdated(t *testing.T) {
	const (
		running  = `"phase": "Running", "reason": "Available", "message": "2 of 2 replicas are available.", "availableReplicas": 2, "replicas": 2, "labelSelector": "app=shop,managed-by=webapp-operator", "url": "http://shop.acme.svc"`
		creating = `"phase": "Pending", "reason": "Creating"`
	)

	// app is a WebApp with a status that was written, and with writes.
	app := func(status, lastUpdated, managedFields string) string {
		return `{
			"apiVersion": "example.com/v1", "kind": "WebApp",
			"metadata": {"name": "shop", "namespace": "acme", "uid": "u1", "generation": 1, "managedFields": [` + managedFields + `]},
			"spec": {"image": "nginx:1.27", "replicas": 2},
			"status": {` + status + `, "lastUpdated": "` + lastUpdated + `"}
		}`
	}

	deployment := func(managedFields string) func(*fnv1.RunFunctionRequest) {
		return withObserved(child.KeyDeployment, `{
			"metadata": {"name": "shop", "managedFields": [`+managedFields+`]},
			"spec": {"replicas": 2},
			"status": {"replicas": 2, "updatedReplicas": 2, "availableReplicas": 2}
		}`)
	}

	cases := map[string]struct {
		reason string
		req    *fnv1.RunFunctionRequest
		want   string
	}{
		"Unchanged": {
			reason: "Without a change it stays, whatever is written.",
			req:    request(app(running, "2026-01-05T11:00:00Z", ""), deployment(`{"time": "2026-01-05T11:59:58Z"}`)),
			want:   "2026-01-05T11:00:00Z",
		},
		"NothingKnown": {
			reason: "A request that tells no times is about now.",
			req:    request(app(creating, "", ""), deployment("")),
			want:   "2026-01-05T12:00:00Z",
		},
		"DeploymentWritten": {
			reason: "It is when Kubernetes last wrote the Deployment.",
			req: request(app(creating, "2026-01-05T11:59:30Z", `{"time": "2026-01-05T11:59:29Z"}`),
				deployment(`{"time": "2026-01-05T11:59:31Z"}, {"time": "2026-01-05T11:59:40Z", "subresource": "status"}, {"time": "2026-01-05T11:59:32Z"}`)),
			want: "2026-01-05T11:59:40Z",
		},
		"WebAppWritten": {
			reason: "It is when somebody last wrote the WebApp.",
			req:    request(app(creating, "2026-01-05T11:59:30Z", `{"time": "2026-01-05T11:59:50Z", "subresource": "scale"}`), deployment(`{"time": "2026-01-05T11:59:40Z"}`)),
			want:   "2026-01-05T11:59:50Z",
		},
		"StatusWritten": {
			reason: "What Crossplane writes of the status comes of what we say.",
			req:    request(app(creating, "2026-01-05T11:59:30Z", `{"time": "2026-01-05T11:59:50Z", "subresource": "status"}`), deployment(`{"time": "2026-01-05T11:59:40Z"}`)),
			want:   "2026-01-05T11:59:40Z",
		},
		"LongAgo": {
			reason: "What was written long ago is not why it changes now.",
			req:    request(app(creating, "2026-01-05T11:00:00Z", `{"time": "2026-01-05T11:10:00Z"}`), deployment(`{"time": "2026-01-05T11:58:59Z"}`)),
			want:   "2026-01-05T12:00:00Z",
		},
		"NeverBack": {
			reason: "What changed later did not change earlier.",
			req:    request(app(creating, "2026-01-05T11:59:45Z", ""), deployment(`{"time": "2026-01-05T11:59:40Z"}`)),
			want:   "2026-01-05T11:59:45Z",
		},
		"Ahead": {
			reason: "The API server's clock may be ahead of ours.",
			req:    request(app(creating, "2026-01-05T11:59:45Z", ""), deployment(`{"time": "2026-01-05T12:00:02Z"}`)),
			want:   "2026-01-05T12:00:02Z",
		},
		"NoTimes": {
			reason: "What is not a time is none.",
			req:    request(app(creating, "yesterday", `{"time": 1}, "x"`), deployment(`{"time": "today"}, {}`)),
			want:   "2026-01-05T12:00:00Z",
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := value.Text(run(t, tc.req).GetDesired().GetComposite().GetResource().GetFields()["status"], "lastUpdated")
			if got != tc.want {
				t.Errorf("\n%s\nlastUpdated: want %s, got %s", tc.reason, tc.want, got)
			}
		})
	}
}

// TestStaysReady holds when objects are ready that have no status.
func TestStaysReady(t *testing.T) {
	cases := map[string]struct {
		reason string
		req    *fnv1.RunFunctionRequest
		want   fnv1.Ready
	}{
		"New": {
			reason: "The WebApp is not ready as long as the Deployment is not, and it is applied with it.",
			req:    request(shop),
			want:   fnv1.Ready_READY_TRUE,
		},
		"Missing": {
			reason: "What does not exist does nothing.",
			req:    request(shop, withObserved(child.KeyDeployment, `{"spec": {"replicas": 2}, "status": {"replicas": 2, "updatedReplicas": 2, "availableReplicas": 2}}`)),
			want:   fnv1.Ready_READY_FALSE,
		},
		"Exists": {
			reason: "What exists does its job.",
			req:    request(shop, withObserved(child.KeyService, `{"metadata": {"name": "shop"}}`)),
			want:   fnv1.Ready_READY_TRUE,
		},
		"Leaving": {
			reason: "What is being deleted will not do it for long.",
			req:    request(shop, withObserved(child.KeyService, `{"metadata": {"name": "shop", "deletionTimestamp": "2026-01-05T11:59:59Z"}}`)),
			want:   fnv1.Ready_READY_FALSE,
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if got := run(t, tc.req).GetDesired().GetResources()[child.KeyService].GetReady(); got != tc.want {
				t.Errorf("\n%s\nready: want %v, got %v", tc.reason, tc.want, got)
			}
		})
	}
}

// TestSendsOnlyWhatIsSet holds that no field is sent that nobody set: server-side
// apply would make it ours.
func TestSendsOnlyWhatIsSet(t *testing.T) {
	rsp := run(t, request(`{"apiVersion": "example.com/v1", "kind": "WebApp", "metadata": {"name": "shop"}, "spec": {"image": "nginx", "replicas": 1}}`))

	// Zeros that mean something.
	set := []string{
		"deployment.spec.strategy.rollingUpdate.maxUnavailable",
		"deployment.spec.template.spec.automountServiceAccountToken",
		"deployment.spec.template.spec.enableServiceLinks",
		"deployment.spec.template.spec.containers.0.securityContext.allowPrivilegeEscalation",
	}

	var walk func(path string, v any)

	walk = func(path string, v any) {
		var empty bool

		switch v := v.(type) {
		case map[string]any:
			empty = len(v) == 0
			for k, child := range v {
				walk(path+"."+k, child)
			}
		case []any:
			empty = len(v) == 0
			for i, child := range v {
				walk(path+"."+string(rune('0'+i)), child)
			}
		default:
			empty = v == nil || v == "" || v == float64(0) || v == false
		}

		if empty && !slices.Contains(set, path) {
			t.Errorf("%s: %v is sent, and nobody set it", path, v)
		}
	}

	for key, r := range rsp.GetDesired().GetResources() {
		walk(key, r.GetResource().AsMap())

		for _, field := range []string{"status", "metadata.creationTimestamp"} {
			if value.Dig(structpb.NewStructValue(r.GetResource()), strings.Split(field, ".")...) != nil {
				t.Errorf("%s: %s is sent", key, field)
			}
		}
	}
}

// TestFrozen holds what may never change in the life of a WebApp, or between
// versions of the function: each would delete, recreate or restart something.
func TestFrozen(t *testing.T) {
	rsp := run(t, request(shop))

	got := map[string]string{}
	for key, r := range rsp.GetDesired().GetResources() {
		fields := structpb.NewStructValue(r.GetResource())
		got[key] = strings.Join([]string{value.Text(fields, "apiVersion"), value.Text(fields, "kind"), value.Text(fields, "metadata", "name")}, " ")
	}

	want := map[string]string{"deployment": "apps/v1 Deployment shop", "service": "v1 Service shop", "configmap": "v1 ConfigMap shop-config"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("desired resources: -want, +got:\n%s", diff)
	}

	status := rsp.GetDesired().GetComposite().GetResource().GetFields()["status"].GetStructValue().AsMap()
	if diff := cmp.Diff([]string{"availableReplicas", "labelSelector", "lastUpdated", "message", "phase", "reason", "replicas", "url"}, slices.Sorted(maps.Keys(status))); diff != "" {
		t.Errorf("status fields: -want, +got:\n%s", diff)
	}
}

// TestStatusMatchesAPI holds that every status field we write is one of the API.
func TestStatusMatchesAPI(t *testing.T) {
	status := run(t, request(shop)).GetDesired().GetComposite().GetResource().GetFields()["status"].GetStructValue().AsMap()

	raw, err := json.Marshal(status)
	if err != nil {
		t.Fatal(err)
	}

	into := v1.WebAppStatus{}
	decoder := json.NewDecoder(strings.NewReader(string(raw)))
	decoder.DisallowUnknownFields()

	if err := decoder.Decode(&into); err != nil {
		t.Errorf("the status is not a WebAppStatus: %v", err)
	}

	if into.LastUpdated == nil || !into.LastUpdated.Time.Equal(noon) {
		t.Errorf("lastUpdated: want %v, got %v", noon, into.LastUpdated)
	}
}

// TestTellsNoValues holds that no message has the value of an environment
// variable, whatever is wrong.
func TestTellsNoValues(t *testing.T) {
	for name, env := range map[string]string{
		"Right":     `{"A": "hunter2"}`,
		"WrongName": `{"=": "hunter2"}`,
		"WrongType": `{"A": ["hunter2"]}`,
		"NoMap":     `"hunter2"`,
		"TooLong":   `{"A": "` + strings.Repeat("hunter2", v1.MaxEnvValueLength) + `"}`,
	} {
		t.Run(name, func(t *testing.T) {
			rsp := run(t, request(`{"apiVersion": "example.com/v1", "kind": "WebApp", "metadata": {"name": "shop"}, "spec": {"image": "nginx", "replicas": 1, "env": `+env+`}}`))
			rsp.Desired = nil

			if strings.Contains(rsp.String(), "hunter2") {
				t.Errorf("the answer tells the value: %v", rsp)
			}
		})
	}
}
