package fn

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	"github.com/crossplane/function-sdk-go/resource"

	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/internal/sample"
	"github.com/webapp-operator/function-webapp/internal/wire"
)

// A place is where another kind than WebApp has a WebApp's spec.
type place struct {
	// input names it, and words say it.
	input, words string

	// put puts the spec there.
	put func(req *fnv1.RunFunctionRequest, composite value.Fields, spec *structpb.Value)
}

var places = map[string]place{
	"Nested": {
		input: `{"fieldPath": "spec.app"}`,
		words: "spec.app",
		put: func(_ *fnv1.RunFunctionRequest, composite value.Fields, spec *structpb.Value) {
			composite["spec"] = value.Object(value.Fields{"app": spec, "size": value.String("small")})
		},
	},
	"Context": {
		input: `{"contextKey": "acme.io/webapp"}`,
		words: "context[acme.io/webapp]",
		put: func(req *fnv1.RunFunctionRequest, composite value.Fields, spec *structpb.Value) {
			composite["spec"] = value.Object(value.Fields{"size": value.String("small")})
			req.Context = and(req.GetContext(), "acme.io/webapp", spec)
		},
	},
}

// and returns an object with one more field.
func and(object *structpb.Struct, name string, v *structpb.Value) *structpb.Struct {
	fields := value.Fields{}
	maps.Copy(fields, object.GetFields())
	fields[name] = v

	return &structpb.Struct{Fields: fields}
}

// checkKinds holds that a request for a composite of another kind, with the same spec at
// another place, has the same answer in words of that kind. It is called for the requests
// of all tests, so that nothing which is said of a WebApp forgets whose it is.
func checkKinds(t *testing.T, req *fnv1.RunFunctionRequest, want *fnv1.RunFunctionResponse) {
	t.Helper()

	if composite := req.GetObserved().GetComposite().GetResource().GetFields(); !isWebApp(composite) || !value.IsSet(composite["spec"]) || req.GetInput().GetFields()["composite"] != nil {
		return
	}

	for name, p := range places {
		asked, expected := inServices(req, p), servicesWords(t, want, p)
		expected.Context = asked.GetContext()

		checkReads(t, asked, expected)

		got, err := New(noonNow).RunFunction(context.Background(), asked)
		if err != nil {
			t.Fatal(err)
		}

		// Comparing is fast, and telling is not.
		if !proto.Equal(expected, got) {
			t.Errorf("%s: -what is said of a WebApp, in words of a Service, +what is said of the Service:\n%s", name, cmp.Diff(expected, got, protocmp.Transform()))
		}
	}
}

func isWebApp(object value.Fields) bool {
	return object["apiVersion"].GetStringValue() == "example.com/v1" && object["kind"].GetStringValue() == "WebApp"
}

// inServices is a request for a WebApp as one for a Service of a platform team.
func inServices(req *fnv1.RunFunctionRequest, p place) *fnv1.RunFunctionRequest {
	asked, _ := proto.Clone(req).(*fnv1.RunFunctionRequest)

	if asked.GetInput() == nil {
		asked.Input = resource.MustStructJSON(`{"apiVersion": "webapp.fn.example.com/v1beta1", "kind": "Input"}`)
	}

	asked.Input = and(asked.GetInput(), "composite", structpb.NewStructValue(resource.MustStructJSON(
		`{"apiVersion": "platform.acme.io/v1alpha1", "kind": "Service", "spec": `+p.input+`, "status": {"fieldPath": "status.app"}}`)))

	composite := asked.GetObserved().GetComposite().GetResource().GetFields()
	spec := composite["spec"]

	asService(composite)
	p.put(asked, composite, spec)
	asService(asked.GetDesired().GetComposite().GetResource().GetFields())

	for _, r := range asked.GetObserved().GetResources() {
		ownedByService(r)
	}

	for _, found := range asked.GetRequiredResources() {
		for _, r := range found.GetItems() {
			ownedByService(r)
		}
	}

	return asked
}

// asService makes a WebApp a Service: its kind, and where its status is.
func asService(object value.Fields) {
	if isWebApp(object) {
		object["apiVersion"], object["kind"] = value.String("platform.acme.io/v1alpha1"), value.String("Service")
	}

	status := object["status"].GetStructValue().GetFields()
	if status == nil {
		return
	}

	outer, inner := value.Fields{}, value.Fields{}

	for name, v := range status {
		if name == "conditions" {
			outer[name] = v
		} else {
			inner[name] = v
		}
	}

	outer["app"] = value.Object(inner)
	object["status"] = value.Object(outer)
}

func ownedByService(r *fnv1.Resource) {
	for _, owner := range value.Dig(r.GetResource().GetFields()["metadata"], "ownerReferences").GetListValue().GetValues() {
		asService(owner.GetStructValue().GetFields())
	}
}

var (
	specWord   = regexp.MustCompile(`\bspec\b`)
	webAppWord = regexp.MustCompile(`\bWebApp\b`)
)

// servicesWords is an answer for a WebApp in the words of a Service.
func servicesWords(t *testing.T, rsp *fnv1.RunFunctionResponse, p place) *fnv1.RunFunctionResponse {
	t.Helper()

	said := func(message string) string {
		message = strings.NewReplacer("example.com/v1 WebApp", "platform.acme.io/v1alpha1 Service", "describe webapp ", "describe Service.v1alpha1.platform.acme.io ").Replace(message)
		return webAppWord.ReplaceAllString(specWord.ReplaceAllString(message, p.words), "Service")
	}

	out, _ := proto.Clone(rsp).(*fnv1.RunFunctionResponse)
	asService(out.GetDesired().GetComposite().GetResource().GetFields())

	for _, c := range out.GetConditions() {
		c.Message = new(said(c.GetMessage()))
	}

	for _, r := range out.GetResults() {
		r.Message = said(r.GetMessage())
	}

	if status := value.Dig(out.GetDesired().GetComposite().GetResource().GetFields()["status"], "app").GetStructValue().GetFields(); status["message"] != nil {
		status["message"] = value.String(said(status["message"].GetStringValue()))
	}

	return out
}

// BenchmarkKinds is a call as it comes over the wire and goes back, for a WebApp and for
// the same at a place of another kind.
func BenchmarkKinds(b *testing.B) {
	requests := map[string]*fnv1.RunFunctionRequest{"WebApp": sample.Running(5)}
	for name, p := range places {
		requests[name] = inServices(sample.Running(5), p)
	}

	for _, name := range slices.Sorted(maps.Keys(requests)) {
		b.Run(name, func(b *testing.B) {
			raw, err := proto.Marshal(requests[name])
			if err != nil {
				b.Fatal(err)
			}

			codec, f := wire.NewCodec(Reads), New(noonNow)

			b.ReportAllocs()

			for b.Loop() {
				req := &fnv1.RunFunctionRequest{}
				if err := codec.Unmarshal(mem.BufferSlice{mem.SliceBuffer(raw)}, req); err != nil {
					b.Fatal(err)
				}

				rsp, err := f.RunFunction(b.Context(), req)
				if err != nil || len(rsp.GetResults()) > 0 {
					b.Fatal(err, rsp.GetResults())
				}

				out, err := codec.Marshal(rsp)
				if err != nil {
					b.Fatal(err)
				}

				out.Free()
			}
		})
	}
}

// TestContextWithout holds that it is said where a spec should be, and what is wrong with
// what is there.
func TestContextWithout(t *testing.T) {
	cases := map[string]struct{ reason, context, want string }{
		"Nothing":  {"No earlier step has put anything there.", `{}`, "the Service is wrong: context[acme.io/webapp]: Required value: an earlier step of the pipeline must put the spec of a WebApp there"},
		"Null":     {"Nothing is nothing.", `{"acme.io/webapp": null}`, "the Service is wrong: context[acme.io/webapp]: Required value: an earlier step of the pipeline must put the spec of a WebApp there"},
		"NoObject": {"A spec is an object.", `{"acme.io/webapp": "nginx"}`, `the Service is wrong: context[acme.io/webapp]: Invalid value: "string": must be an object; context[acme.io/webapp].image: Required value: say which container image to run, for example nginx:1.27`},
		"NoImage":  {"What is missing of it is named.", `{"acme.io/webapp": {"port": 0}}`, "the Service is wrong: context[acme.io/webapp].image: Required value: say which container image to run, for example nginx:1.27; context[acme.io/webapp].port: Invalid value: 0: must be between 1 and 65535, inclusive"},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			rsp := run(t, request(`{"apiVersion": "platform.acme.io/v1alpha1", "kind": "Service", "metadata": {"name": "shop", "namespace": "acme"}, "spec": {}}`,
				withInput(`{"apiVersion": "webapp.fn.example.com/v1beta1", "kind": "Input", "composite": {"apiVersion": "platform.acme.io/v1alpha1", "kind": "Service", "spec": {"contextKey": "acme.io/webapp"}}}`),
				func(req *fnv1.RunFunctionRequest) { req.Context = resource.MustStructJSON(tc.context) }))

			if got := rsp.GetConditions()[0].GetMessage(); got != tc.want {
				t.Errorf("\n%s\nmessage: want %q, got %q", tc.reason, tc.want, got)
			}

			// What is in the context is passed on.
			if diff := cmp.Diff(resource.MustStructJSON(tc.context), rsp.GetContext(), protocmp.Transform()); diff != "" {
				t.Errorf("\n%s\ncontext: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
