package fn

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	"github.com/crossplane/function-sdk-go/resource"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/child"
	"github.com/webapp-operator/function-webapp/fn/diagnosis"
	"github.com/webapp-operator/function-webapp/fn/platform"
	"github.com/webapp-operator/function-webapp/fn/value"
)

// checkAnswer holds what is true of every answer to every request.
func checkAnswer(t *testing.T, req *fnv1.RunFunctionRequest) {
	t.Helper()

	f := New(noonNow)
	before := proto.Clone(req)

	rsp, err := f.RunFunction(context.Background(), req)
	if err != nil {
		t.Fatalf("RunFunction(...): an error loses the conditions: %v", err)
	}

	if !proto.Equal(before, req) && !hasNaN(req) {
		t.Errorf("RunFunction(...) changed the request: -before, +after:\n%s", cmp.Diff(before, req, protocmp.Transform()))
	}

	deterministic := proto.MarshalOptions{Deterministic: true}

	first, err := deterministic.Marshal(rsp)
	if err != nil {
		t.Fatalf("the answer cannot be sent: %v", err)
	}

	again, err := f.RunFunction(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}

	if second, err := deterministic.Marshal(again); err != nil || string(first) != string(second) {
		t.Errorf("RunFunction(...) twice: -first, +second (%v):\n%s", err, cmp.Diff(rsp, again, protocmp.Transform()))
	}

	checkReads(t, req, rsp)

	if rsp.GetMeta().GetTag() != req.GetMeta().GetTag() || rsp.GetMeta().GetTtl() == nil {
		t.Errorf("meta: want the tag and a TTL, got %v", rsp.GetMeta())
	}

	for i, c := range rsp.GetConditions() {
		if i >= 2 || c.GetType() != []string{v1.ConditionAccepted, v1.ConditionReachable}[i] || c.GetReason() == "" || c.GetMessage() == "" || len(c.GetMessage()) > value.MaxMessage {
			t.Errorf("conditions: want Accepted, and perhaps Reachable, each of which says something that fits, got %v", rsp.GetConditions())
		}
	}

	if len(rsp.GetConditions()) == 0 {
		t.Error("conditions: want one at least")
	}

	for _, r := range rsp.GetResults() {
		if r.GetMessage() == "" || len(r.GetMessage()) > value.MaxMessage {
			t.Errorf("result: want a message that fits an event, got %d bytes: %v", len(r.GetMessage()), r)
		}
	}

	for key, r := range req.GetDesired().GetResources() {
		if rsp.GetDesired().GetResources()[key] != r {
			t.Errorf("desired resource %q of another step is lost", key)
		}
	}

	fatal := slices.ContainsFunc(rsp.GetResults(), func(r *fnv1.Result) bool { return r.GetSeverity() == fnv1.Severity_SEVERITY_FATAL })
	for _, c := range child.All {
		_, exists := req.GetObserved().GetResources()[c.Key]
		_, desired := rsp.GetDesired().GetResources()[c.Key]

		// What a WebApp may do without is deleted when it is switched off.
		if c.Feature == "" && exists && !desired && !fatal {
			t.Errorf("%q exists and is not desired any more: Crossplane would delete it", c.Key)
		}
	}
}

// hasNaN says whether v holds the one value that does not equal itself.
func hasNaN(req *fnv1.RunFunctionRequest) bool { return !proto.Equal(req, req) }

// FuzzRequest sends any bytes that are a request, as the library reads them and
// as the codec does.
func FuzzRequest(f *testing.F) {
	for _, req := range seeds() {
		raw, err := proto.Marshal(req)
		if err != nil {
			f.Fatal(err)
		}

		f.Add(raw)
	}

	f.Fuzz(func(t *testing.T, raw []byte) {
		req := &fnv1.RunFunctionRequest{}
		if err := proto.Unmarshal(raw, req); err != nil {
			t.Skip()
		}

		checkAnswer(t, req)
	})
}

// FuzzObjects sends any JSON as the objects of a request.
func FuzzObjects(f *testing.F) {
	f.Add(shop, `{"apiVersion": "webapp.fn.example.com/v1beta1", "kind": "Input", "ttl": "1m", "labels": {"a": "b"}}`,
		`{"metadata": {"generation": 1, "annotations": {"example.com/template-hash": "1"}}, "spec": {"replicas": 2}, "status": {"observedGeneration": 1, "conditions": [{"type": "Progressing", "status": "True"}]}}`, `{}`)
	f.Add(shop, `{"apiVersion": "webapp.fn.example.com/v1beta1", "kind": "Input", "defaults": {"resources": {"requests": {"cpu": "1"}}}}`, ``,
		`{"metadata": {"ownerReferences": [{"controller": true, "uid": "u2"}]}}`)

	f.Add(webAppWith(everythingAsked), everythingSet, ``, ``)
	f.Add(shop, inputWith(`"policy": {"registries": ["ghcr.io/acme"], "forbidLatestTag": true, "requiredLabels": ["team"], "maxReplicas": 1, "maxResources": {"limits": {"cpu": 1}}}`), ``, `{}`)
	f.Add(shop, inputWith(`"namespaceDefaults": true, "defaults": {"topologySpread": {"disabled": true}}`), ``, `{}`)
	f.Add(webAppWith(instead), everythingSet, ``, ``)

	f.Fuzz(func(t *testing.T, webApp, input, deployment, service string) {
		req := &fnv1.RunFunctionRequest{Observed: &fnv1.State{Resources: map[string]*fnv1.Resource{}}}

		if s := parse(webApp); s != nil {
			req.Observed.Composite = &fnv1.Resource{Resource: s}
		}

		req.Input = parse(input)

		if s := parse(deployment); s != nil {
			req.Observed.Resources["deployment"] = &fnv1.Resource{Resource: s}
		}

		if s := parse(service); s != nil {
			req.RequiredResources = map[string]*fnv1.Resources{"existing-service": {Items: []*fnv1.Resource{{Resource: s}}}}
		}

		checkAnswer(t, req)
	})
}

func parse(json string) *structpb.Struct {
	s := &structpb.Struct{}
	if err := s.UnmarshalJSON([]byte(json)); err != nil {
		return nil
	}

	return s
}

func seeds() []*fnv1.RunFunctionRequest {
	return append(everything(),
		&fnv1.RunFunctionRequest{},
		request(shop),
		request(webAppWith(everythingAsked), withInput(everythingSet)),
		request(shop, withInput(`{"apiVersion": "webapp.fn.example.com/v1beta1", "kind": "Input", "ttl": "1m"}`)),
		request(shop, withObserved("deployment", `{"spec": {"replicas": 2}, "status": {"replicas": 2}}`), withRequired("existing-service", `{}`)),
		request(shop, withObserved("deployment", complete), withRequired("existing-service", consentingService)),
		request(shop, withInput(inputWith(`"namespaceDefaults": true`)), withNamespaceDefaults("resources: {requests: {cpu: 1}}")),
		request(shop, func(req *fnv1.RunFunctionRequest) {
			req.Desired = &fnv1.State{Resources: map[string]*fnv1.Resource{"x": nil, "service": {}}}
		}),
		request(webAppWith(everythingAsked), withInput(everythingSet), withRequired(platform.GrantsRequirement, everythingGranted),
			withObserved(child.KeyDeployment, `{"metadata": {"managedFields": [{"manager": "a", "fieldsV1": {"f:spec": {"f:replicas": {}}}}]}, "spec": {"replicas": 2}}`)),
		request(webAppSaying("Failed", "CrashLoop", stops), withInput(diagnosed), withObserved(child.KeyDeployment, rolling), withRequired(platform.GrantsRequirement, everythingGranted),
			withRequired(diagnosis.PodsRequirement,
				container("shop-7d-a", `"restartCount": 2, "state": `+backsOff+`, "lastState": `+ended(1, "Error", time.Minute, time.Second)),
				waits("shop-7d-b", "ErrImagePull", pullFailed), unscheduled(time.Minute, "0/1 nodes are available: 1 Insufficient cpu."))),
	)
}

// TestDeterministic sends many requests at random, each twice.
func TestDeterministic(t *testing.T) {
	for seed := range uint64(300) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			checkAnswer(t, randomRequest(rand.New(rand.NewPCG(seed, 0))))
		})
	}
}

// randomRequest returns a request that is likely to be valid and about a WebApp
// in any state.
func randomRequest(r *rand.Rand) *fnv1.RunFunctionRequest {
	texts := func(n int, key string) map[string]any {
		m := map[string]any{}
		for i := range r.IntN(n + 1) {
			m[key+strconv.Itoa(i)] = strconv.Itoa(r.IntN(3))
		}

		return m
	}
	pick := func(options ...string) string { return options[r.IntN(len(options))] }
	object := func(fields map[string]any) *structpb.Struct {
		s, err := structpb.NewStruct(fields)
		if err != nil {
			panic(err)
		}

		return s
	}

	webApp := map[string]any{
		"apiVersion": "example.com/v1", "kind": "WebApp",
		"metadata": map[string]any{"name": "shop", "namespace": "acme", "uid": "u1"},
		"spec":     map[string]any{"image": pick("nginx", "nginx:1.27", "BAD"), "replicas": r.IntN(5), "env": texts(20, "V")},
		"status":   map[string]any{"phase": pick("", "Pending", "Running"), "reason": pick("", "Creating", "Available"), "lastUpdated": "2026-01-01T00:00:00Z"},
	}
	deployment := map[string]any{
		"metadata": map[string]any{"generation": r.IntN(3), "annotations": texts(2, "a")},
		"spec":     map[string]any{"replicas": r.IntN(5)},
		"status": map[string]any{
			"observedGeneration": r.IntN(3), "replicas": r.IntN(5), "updatedReplicas": r.IntN(5), "availableReplicas": r.IntN(5),
			"conditions": []any{
				map[string]any{"type": "Progressing", "status": pick("True", "False"), "reason": pick("ProgressDeadlineExceeded", "NewReplicaSetAvailable", "DeploymentPaused")},
				map[string]any{"type": "ReplicaFailure", "status": pick("True", "False"), "message": pick("exceeded quota", "is forbidden", "x")},
			},
		},
	}
	input := map[string]any{"apiVersion": "webapp.fn.example.com/v1beta1", "kind": "Input", "labels": texts(5, "l"), "annotations": texts(5, "a")}

	req := &fnv1.RunFunctionRequest{
		Observed: &fnv1.State{Composite: &fnv1.Resource{Resource: object(webApp)}, Resources: map[string]*fnv1.Resource{}},
		Desired:  &fnv1.State{Resources: map[string]*fnv1.Resource{}},
		Input:    object(input),
	}
	for name := range maps.Keys(texts(4, "other")) {
		req.Desired.Resources[name] = &fnv1.Resource{Resource: resource.MustStructJSON(`{"kind": "Other"}`)}
	}

	for _, c := range child.All {
		if r.IntN(2) == 0 {
			req.Observed.Resources[c.Key] = &fnv1.Resource{Resource: object(deployment)}
		}
	}

	if r.IntN(2) == 0 {
		req.Input.Fields["diagnostics"] = structpb.NewStringValue("pods")

		pods := []string{}
		for i := range r.IntN(5) {
			pods = append(pods, container("shop-7d-"+strconv.Itoa(i), fmt.Sprintf(`"ready": %t, "started": %t, "restartCount": %d, "state": %s, "lastState": %s`,
				r.IntN(2) == 0, r.IntN(2) == 0, r.IntN(4),
				pick(backsOff, runs(time.Second), runs(time.Hour), ended(1, "Error", 0, time.Second), `{"waiting": {"reason": "ErrImagePull"}}`),
				pick("{}", ended(137, "OOMKilled", time.Minute, time.Second), ended(0, "Completed", time.Minute, time.Hour)))))
		}

		withRequired(platform.GrantsRequirement, pick(everythingGranted, "{}"))(req)
		withRequired(diagnosis.PodsRequirement, pods...)(req)
	}

	return req
}
