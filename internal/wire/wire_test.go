package wire

import (
	"bytes"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/encoding"
	grpcproto "google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	"github.com/crossplane/function-sdk-go/resource"

	"github.com/webapp-operator/function-webapp/internal/sample"
)

// reads is what a function like ours reads.
var reads = Reads{
	Composite: Fields{"apiVersion": nil, "kind": nil, "metadata": {"name": nil}, "spec": nil, "status": {"phase": nil}},
	Resources: map[string]Fields{
		"deployment": {"spec": Later, "metadata": {"generation": nil}, "status": {"conditions": {"type": nil, "reason": nil}}},
		"service":    Shared("composed", Fields{"metadata": {"managedFields": Later}, "spec": Later}).And(Fields{"metadata": {"name": nil}}),
		"configmap":  nil,
	},
	Required: map[string]Fields{"pods": {"metadata": {"name": nil, "managedFields": {"manager": nil}}}},
	Desired:  Fields{"status": {"phase": nil}},
}

// readsOf says that the context is read where there is an input.
func readsOf(input *structpb.Struct) Reads {
	r := reads
	if input != nil {
		r.Context = Fields{"acme.io/webapp": {"image": nil, "env": {}}}
	}

	return r
}

// plain is what the library makes of a request, without what is not read: what
// the codec is held against.
func plain(req *fnv1.RunFunctionRequest) *fnv1.RunFunctionRequest {
	only := func(resources map[string]*fnv1.Resource) map[string]*fnv1.Resource {
		out := map[string]*fnv1.Resource{}

		for key, r := range resources {
			if fields, read := reads.Resources[key]; read {
				out[key] = project(r, fields)
			}
		}

		return out
	}

	if req.GetObserved() != nil {
		req.Observed = &fnv1.State{Composite: project(req.GetObserved().GetComposite(), reads.Composite), Resources: only(req.GetObserved().GetResources())}
	}

	maps.DeleteFunc(req.GetRequiredResources(), func(name string, found *fnv1.Resources) bool {
		fields, read := reads.Required[name]
		for i, item := range found.GetItems() {
			found.Items[i] = project(item, fields)
		}

		found.ProtoReflect().SetUnknown(nil)

		return !read
	})

	return req
}

func project(r *fnv1.Resource, fields Fields) *fnv1.Resource {
	if r == nil {
		return nil
	}

	out := &fnv1.Resource{}
	if r.GetResource() != nil {
		out.Resource = projectObject(r.GetResource(), withShared(r.GetResource(), fields))
	}

	return out
}

// withShared returns what is read of an object, in which others may have a part.
func withShared(object *structpb.Struct, fields Fields) Fields {
	more, known := fields[shared+"composed"]
	if !known {
		return fields
	}

	both, managers := fields.And(more), 0

	for _, item := range object.GetFields()["metadata"].GetStructValue().GetFields()["managedFields"].GetListValue().GetValues() {
		raw, _ := proto.Marshal(item)
		if bytes.Contains(raw, []byte("composed")) {
			managers++
		} else if !bytes.Contains(raw, []byte("subresource")) {
			return both
		}

		if managers > 1 {
			return both
		}
	}

	return fields
}

func projectObject(s *structpb.Struct, fields Fields) *structpb.Struct {
	if _, whole := fields[later]; whole || fields == nil {
		return s
	}

	out := &structpb.Struct{Fields: map[string]*structpb.Value{}}

	for name, v := range s.GetFields() {
		if below, read := fields[name]; read {
			out.Fields[name] = projectValue(v, below)
		}
	}

	return out
}

func projectValue(v *structpb.Value, fields Fields) *structpb.Value {
	if _, whole := fields[later]; whole || fields == nil {
		return v
	}

	switch k := v.GetKind().(type) {
	case *structpb.Value_StructValue:
		return structpb.NewStructValue(projectObject(k.StructValue, fields))
	case *structpb.Value_ListValue:
		out := &structpb.ListValue{}
		for _, item := range k.ListValue.GetValues() {
			out.Values = append(out.Values, projectValue(item, fields))
		}

		return structpb.NewListValue(out)
	default:
		return v
	}
}

// received is a message as the next who reads it sees it: what the codec kept as
// bytes is read.
func received[M proto.Message](t *testing.T, m M) M {
	t.Helper()

	raw, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}

	out, _ := m.ProtoReflect().New().Interface().(M)
	if err := proto.Unmarshal(raw, out); err != nil {
		t.Fatal(err)
	}

	return out
}

// checkRead holds the codec to the library for any bytes.
func checkRead(t *testing.T, raw []byte) {
	t.Helper()

	want, got := &fnv1.RunFunctionRequest{}, &fnv1.RunFunctionRequest{}
	wantErr := proto.Unmarshal(raw, want)
	gotErr := NewCodec(readsOf).Unmarshal(mem.BufferSlice{mem.SliceBuffer(raw)}, got)

	if (wantErr == nil) != (gotErr == nil) {
		t.Fatalf("Unmarshal(%q): the library says %v, the codec %v", raw, wantErr, gotErr)
	}

	if wantErr != nil {
		return
	}

	// Another encoding than the library's is read by the library: then more is
	// read than is asked for.
	if diff := cmp.Diff(received(t, plain(want)), plain(received(t, got)), equal); diff != "" {
		t.Errorf("Unmarshal(%q): -the library, +the codec:\n%s", raw, diff)
	}
}

// equal compares messages. What is empty may be absent.
var equal = cmp.Options{
	protocmp.Transform(),
	cmp.Comparer(func(a, b float64) bool { return a == b || (a != a && b != b) }),
}

// checkWrite holds the codec to the library for any answer.
func checkWrite(t *testing.T, rsp *fnv1.RunFunctionResponse) {
	t.Helper()

	want, wantErr := proto.MarshalOptions{Deterministic: true}.Marshal(rsp)
	got, gotErr := NewCodec(readsOf).Marshal(rsp)

	if (wantErr == nil) != (gotErr == nil) {
		t.Fatalf("Marshal(%v): the library says %v, the codec %v", rsp, wantErr, gotErr)
	}

	if diff := cmp.Diff(string(want), string(got.Materialize())); diff != "" && wantErr == nil {
		t.Errorf("Marshal(%v): -the library, +the codec:\n%s", rsp, diff)
	}

	got.Free()
}

// others is what earlier steps of a pipeline desire.
func others(req *fnv1.RunFunctionRequest) *fnv1.RunFunctionRequest {
	database := &fnv1.Resource{
		Resource:          resource.MustStructJSON(`{"apiVersion": "acme.com/v1", "kind": "Database", "spec": {"size": 3, "tags": ["a", null, true, {}]}}`),
		ConnectionDetails: map[string][]byte{"password": {0xff, 0}},
		Ready:             fnv1.Ready_READY_TRUE,
	}
	composite := &fnv1.Resource{
		Resource:          resource.MustStructJSON(`{"kind": "WebApp", "status": {"phase": "Odd", "database": {"ready": true}}}`),
		ConnectionDetails: map[string][]byte{"password": []byte("secret")},
		Ready:             fnv1.Ready_READY_TRUE,
	}
	unknown := []byte{0xfa, 0x3e, 0x01, 'x'} // field 1007, one byte

	req.Desired = &fnv1.State{Composite: composite, Resources: map[string]*fnv1.Resource{"database": database, "": {}}}
	req.Context = resource.MustStructJSON(`{"apiextensions.crossplane.io/environment": {"region": "eu"}, "acme.io/webapp": {"image": "nginx", "env": {"A": "1"}, "port": 80}}`)
	req.Input = resource.MustStructJSON(`{"kind": "Input"}`)
	req.Credentials = map[string]*fnv1.Credentials{"c": {Source: &fnv1.Credentials_CredentialData{CredentialData: &fnv1.CredentialData{Data: map[string][]byte{"k": {1}}}}}}
	req.RequiredSchemas = map[string]*fnv1.Schema{"s": {OpenapiV3: resource.MustStructJSON(`{"type": "object"}`)}}
	req.Observed.Resources["database"] = database

	for _, m := range []proto.Message{req, req.GetDesired(), composite, database, req.GetObserved()} {
		m.ProtoReflect().SetUnknown(unknown)
	}

	return req
}

// requests are ordinary ones, and such as the library would not write.
func requests(tb testing.TB) map[string][]byte {
	tb.Helper()

	marshal := func(m proto.Message) []byte {
		raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
		if err != nil {
			tb.Fatal(err)
		}

		return raw
	}

	running := marshal(sample.Running(3))
	small := &fnv1.RunFunctionRequest{
		Meta: &fnv1.RequestMeta{Tag: "tag"},
		Observed: &fnv1.State{
			Composite: &fnv1.Resource{Resource: resource.MustStructJSON(`{"kind": "WebApp", "spec": {"env": {"A": "1"}, "replicas": 2}, "status": {"phase": "x", "url": "y"}}`)},
			Resources: map[string]*fnv1.Resource{
				"deployment": {Resource: resource.MustStructJSON(
					`{"metadata": {"generation": 1, "managedFields": [{"manager": "m"}]}, "spec": {"a": [1, null]}, "status": {"conditions": [{"type": "t", "reason": "r", "x": true}]}}`)},
				"service": {Resource: resource.MustStructJSON(
					`{"metadata": {"name": "n", "uid": "u", "managedFields": [{"manager": "composed/a"}, {"manager": "m"}]}, "spec": {"a": [1, null]}, "status": {}}`)},
			},
		},
	}
	deep := structpb.NewBoolValue(true)

	for range 2 * maxDepth {
		deep = structpb.NewStructValue(&structpb.Struct{Fields: map[string]*structpb.Value{"a": deep}})
	}

	return map[string][]byte{
		"Empty":   {},
		"New":     marshal(sample.New(2)),
		"Running": running,
		"Pods":    marshal(sample.Pods(sample.Running(1), 2)),
		"Others":  marshal(others(small)),
		"Twice":   slices.Concat(running, marshal(sample.New(1))),
		"Deep":    marshal(&fnv1.RunFunctionRequest{Input: deep.GetStructValue(), Context: deep.GetStructValue()}),
		"EmptyObjects": marshal(&fnv1.RunFunctionRequest{
			Observed: &fnv1.State{Composite: &fnv1.Resource{}, Resources: map[string]*fnv1.Resource{"deployment": {}, "x": {}}},
			Desired:  &fnv1.State{}, Input: &structpb.Struct{}, Context: &structpb.Struct{},
		}),
		// Field 2 of a request: a State whose field 1 is a Resource whose field 1
		// is a Struct whose field 1 is an entry.
		"LongTag":     {0x92, 0x00, 0x02, 0x0a, 0x00},
		"LongLength":  {0x12, 0x82, 0x00, 0x0a, 0x00},
		"ValueFirst":  {0x12, 0x0c, 0x0a, 0x0a, 0x0a, 0x08, 0x0a, 0x06, 0x12, 0x02, 0x20, 0x01, 0x0a, 0x00},
		"NoValue":     {0x12, 0x0a, 0x0a, 0x08, 0x0a, 0x06, 0x0a, 0x04, 0x0a, 0x02, 'a', 'b'},
		"TwoKinds":    {0x22, 0x0a, 0x0a, 0x08, 0x0a, 0x00, 0x12, 0x04, 0x20, 0x01, 0x08, 0x00},
		"BigBool":     {0x22, 0x08, 0x0a, 0x06, 0x0a, 0x00, 0x12, 0x02, 0x20, 0x02},
		"OtherNull":   {0x22, 0x08, 0x0a, 0x06, 0x0a, 0x00, 0x12, 0x02, 0x08, 0x07},
		"NoKind":      {0x22, 0x06, 0x0a, 0x04, 0x0a, 0x00, 0x12, 0x00},
		"NotUTF8":     {0x22, 0x09, 0x0a, 0x07, 0x0a, 0x00, 0x12, 0x03, 0x1a, 0x01, 0xff},
		"NotUTF8Key":  {0x2a, 0x07, 0x0a, 0x05, 0x0a, 0x01, 0xff, 0x12, 0x00},
		"Cut":         running[:len(running)-1],
		"WrongType":   {0x10, 0x01, 0x18, 0x01, 0x20, 0x01, 0x28, 0x01},
		"GroupNoEnd":  {0x53},
		"BigNumber":   {0x12, 0x06, 0xf8, 0xff, 0xf1, 0xff, 0x11, 0x00},
		"EmptyGroup":  {0x53, 0x54},
		"DesiredKeys": {0x1a, 0x08, 0x12, 0x06, 0x0a, 0x01, 'k', 0x12, 0x01, 0x18},
	}
}

func TestUnmarshal(t *testing.T) {
	for name, raw := range requests(t) {
		t.Run(name, func(t *testing.T) { checkRead(t, raw) })
	}
}

// TestDamaged cuts a request everywhere, and changes every byte of it.
func TestDamaged(t *testing.T) {
	raw := requests(t)["Others"]

	for i := range raw {
		checkRead(t, raw[:i])

		for _, damage := range []byte{0x01, 0x08, 0x80, 0xff} {
			damaged := slices.Clone(raw)
			damaged[i] ^= damage
			checkRead(t, damaged)
		}
	}
}

// TestReadsOnlyWhatIsRead holds that what is written as the library does is read
// here, and not more of it than is asked for.
func TestReadsOnlyWhatIsRead(t *testing.T) {
	for _, name := range []string{"Empty", "New", "Running", "Pods", "Others", "EmptyObjects", "NoKind"} {
		raw := requests(t)[name]

		got := &fnv1.RunFunctionRequest{}
		if !NewCodec(readsOf).readRequest(raw, got) {
			t.Errorf("%s: left to the library", name)
		}

		want := &fnv1.RunFunctionRequest{}
		if err := proto.Unmarshal(raw, want); err != nil {
			t.Fatal(err)
		}

		if diff := cmp.Diff(plain(want), received(t, got), protocmp.Transform()); diff != "" {
			t.Errorf("%s: -want, +got:\n%s", name, diff)
		}
	}
}

// TestShared holds that more is read of an object in which others have a part.
func TestShared(t *testing.T) {
	const ours, theirs, status = `{"manager": "composed/a"}`, `{"manager": "kubectl"}`, `{"manager": "controller", "subresource": "status"}`

	cases := map[string]struct {
		reason, args string
		want         bool
	}{
		"Ours":     {reason: "Nobody else has.", args: `{"managedFields": [` + ours + `]}`},
		"Status":   {reason: "Who writes its status has no part in what is asked for.", args: `{"managedFields": [` + ours + `, ` + status + `]}`},
		"Theirs":   {reason: "Somebody else has.", args: `{"managedFields": [` + ours + `, ` + status + `, ` + theirs + `]}`, want: true},
		"Another":  {reason: "Another of the same kind has.", args: `{"managedFields": [` + ours + `, {"manager": "composed/b"}]}`, want: true},
		"None":     {reason: "Nobody is known to have.", args: `{"managedFields": []}`},
		"Unknown":  {reason: "Nor here.", args: `{"name": "shop"}`},
		"NoList":   {reason: "It is no list.", args: `{"managedFields": "kubectl"}`},
		"NoObject": {reason: "There is nothing in it.", args: `"kubectl"`},
	}

	for name, tc := range cases {
		raw, err := proto.Marshal(&fnv1.RunFunctionRequest{Observed: &fnv1.State{Resources: map[string]*fnv1.Resource{
			"service": {Resource: resource.MustStructJSON(`{"metadata": ` + tc.args + `, "spec": {"type": "ClusterIP"}}`)},
		}}})
		if err != nil {
			t.Fatal(err)
		}

		checkRead(t, raw)

		req := &fnv1.RunFunctionRequest{}
		if !NewCodec(readsOf).readRequest(raw, req) {
			t.Errorf("%s: left to the library", name)
		}

		if got := req.GetObserved().GetResources()["service"].GetResource().GetFields()["spec"] != nil; got != tc.want {
			t.Errorf("%s: %s\nspec is read: want %t, got %t", name, tc.reason, tc.want, got)
		}
	}
}

// TestPassesOn holds that what earlier steps desire is sent on as the bytes that
// came, and that the function sees what it has to.
func TestPassesOn(t *testing.T) {
	// Fields in an order that the library would not choose.
	raw := []byte{
		0x1a, 0x13, // desired
		0x12, 0x11, 0x0a, 0x01, 'k', 0x12, 0x0c, // resources["k"]
		0x18, 0x01, // ready
		0x0a, 0x08, 0x0a, 0x06, 0x0a, 0x00, 0x12, 0x02, 0x20, 0x01, // resource
		0x2a, 0x12, // context
		0x0a, 0x07, 0x0a, 0x01, 'b', 0x12, 0x02, 0x20, 0x01,
		0x0a, 0x07, 0x0a, 0x01, 'a', 0x12, 0x02, 0x20, 0x01,
	}
	req := &fnv1.RunFunctionRequest{}

	if !NewCodec(readsOf).readRequest(raw, req) {
		t.Fatal("left to the library")
	}

	if keys := slices.Collect(maps.Keys(req.GetDesired().GetResources())); !slices.Equal(keys, []string{"k"}) {
		t.Errorf("keys: want k, got %v", keys)
	}

	data, err := NewCodec(readsOf).Marshal(&fnv1.RunFunctionResponse{Desired: req.GetDesired(), Context: req.GetContext()})
	if err != nil {
		t.Fatal(err)
	}

	want := slices.Concat([]byte{0x12}, raw[1:21], []byte{0x22}, raw[22:])
	if diff := cmp.Diff(want, data.Materialize()); diff != "" {
		t.Errorf("answer: -want, +got:\n%s", diff)
	}
}

// TestReadsByInput holds that what is read follows from the input, wherever that is in the
// request, and whichever came before.
func TestReadsByInput(t *testing.T) {
	inputs := []string{`{"read": "a"}`, `{"read": "b"}`, `{"read": "c"}`}
	codec := NewCodec(func(input *structpb.Struct) Reads {
		return Reads{Composite: Fields{input.GetFields()["read"].GetStringValue(): nil}}
	})

	for _, first := range []bool{true, false} {
		for i := range 3 * len(inputs) {
			input := resource.MustStructJSON(inputs[i%len(inputs)])
			head, err := proto.Marshal(&fnv1.RunFunctionRequest{Input: input})
			body, err2 := proto.Marshal(&fnv1.RunFunctionRequest{Observed: &fnv1.State{Composite: &fnv1.Resource{Resource: resource.MustStructJSON(`{"a": 1, "b": 2, "c": 3}`)}}})

			if err != nil || err2 != nil {
				t.Fatal(err, err2)
			}

			raw := slices.Concat(body, head)
			if first {
				raw = slices.Concat(head, body)
			}

			req := &fnv1.RunFunctionRequest{}
			if !codec.readRequest(raw, req) {
				t.Fatal("left to the library")
			}

			want, got := input.GetFields()["read"].GetStringValue(), slices.Collect(maps.Keys(req.GetObserved().GetComposite().GetResource().GetFields()))
			if !slices.Equal(got, []string{want}) || !proto.Equal(req.GetInput(), input) {
				t.Errorf("input %v first %t: want %s read, got %v", input, first, want, got)
			}
		}
	}
}

// TestOpen holds that what was kept for later is what it would have been.
func TestOpen(t *testing.T) {
	got := &fnv1.RunFunctionRequest{}
	if !NewCodec(readsOf).readRequest(requests(t)["Running"], got) {
		t.Fatal("left to the library")
	}

	want := sample.Running(3).GetObserved().GetResources()["deployment"].GetResource().GetFields()["spec"]
	kept := got.GetObserved().GetResources()["deployment"].GetResource().GetFields()["spec"]

	if diff := cmp.Diff(want, Open(kept), protocmp.Transform()); diff != "" || kept.GetKind() != nil {
		t.Errorf("Open(...): -want, +got:\n%s", diff)
	}

	if got := Open(want); got != want {
		t.Errorf("Open(...) of what was not kept: want it as it is, got %v", got)
	}

	if got := Open(nil); got != nil {
		t.Errorf("Open(nil): want nil, got %v", got)
	}
}

// TestMayHave holds that what was kept for later is searched item by item, and that
// whatever else there is may have anything.
func TestMayHave(t *testing.T) {
	items := func(texts ...string) *structpb.Value {
		list := &structpb.ListValue{}
		for _, text := range texts {
			list.Values = append(list.Values, structpb.NewStringValue(text))
		}

		return structpb.NewListValue(list)
	}

	kept := func(v *structpb.Value) *structpb.Value {
		raw, err := proto.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}

		return keep(&structpb.Value{}, raw)
	}

	cases := map[string]struct {
		reason string
		args   *structpb.Value
		want   bool
	}{
		"Nothing": {reason: "There is none.", args: nil},
		"Has":     {reason: "The second item has it.", args: kept(items("other", "some text")), want: true},
		"HasBoth": {reason: "The one that has it has the other text, too.", args: kept(items("some text of ours", "other"))},
		"Several": {reason: "There may be more than one that is ours.", args: kept(items("some text of ours", "ours", "other")), want: true},
		"NoList":  {reason: "It is no list.", args: kept(structpb.NewStringValue("text"))},
		"Empty":   {reason: "There are no items.", args: kept(items())},
		"NotKept": {reason: "It was read already.", args: items("other"), want: true},
		"Unset":   {reason: "A value of no kind has nothing.", args: &structpb.Value{}},
	}

	for name, tc := range cases {
		if got := MayHave(tc.args, []byte("text"), []byte("ours")); got != tc.want {
			t.Errorf("%s: %s\nMayHave(...): want %t, got %t", name, tc.reason, tc.want, got)
		}
	}
}

// TestInput holds that the input that comes again and again is read once.
func TestInput(t *testing.T) {
	c := NewCodec(readsOf)
	read := func(input string) *structpb.Struct {
		t.Helper()

		raw, err := proto.Marshal(&fnv1.RunFunctionRequest{Input: resource.MustStructJSON(input)})
		if err != nil {
			t.Fatal(err)
		}

		req := &fnv1.RunFunctionRequest{}
		if err := c.Unmarshal(mem.BufferSlice{mem.SliceBuffer(raw)}, req); err != nil {
			t.Fatal(err)
		}

		return req.GetInput()
	}

	first := read(`{"a": 1}`)
	if again := read(`{"a": 1}`); again != first {
		t.Error("the same input was read again")
	}

	if other := read(`{"a": 2}`); other.GetFields()["a"].GetNumberValue() != 2 {
		t.Errorf("another input: got %v", other)
	}
}

func TestMarshal(t *testing.T) {
	running := sample.Running(3)
	message := "m"

	cases := map[string]*fnv1.RunFunctionResponse{
		"Empty": {},
		"Full": {
			Meta:         &fnv1.ResponseMeta{Tag: "t"},
			Desired:      &fnv1.State{Composite: running.GetObserved().GetComposite(), Resources: running.GetObserved().GetResources()},
			Results:      []*fnv1.Result{{Message: "a"}, {Message: "b"}},
			Context:      resource.MustStructJSON(`{"b": [1, null, true, false, "x", [], {}], "a": -1.5}`),
			Requirements: &fnv1.Requirements{Resources: map[string]*fnv1.ResourceSelector{"x": {Kind: "X"}, "a": {}}},
			Conditions:   []*fnv1.Condition{{Type: "A", Message: &message}, {Type: "B"}},
			Output:       resource.MustStructJSON(`{"out": 1}`),
		},
		"Large":    {Context: sample.Running(1000).GetObserved().GetResources()["deployment"].GetResource()},
		"NoKind":   {Context: &structpb.Struct{Fields: map[string]*structpb.Value{"a": {}, "b": nil}}},
		"NilBelow": {Context: &structpb.Struct{Fields: map[string]*structpb.Value{"a": structpb.NewStructValue(nil), "b": structpb.NewListValue(nil)}}},
		"Nil":      {Desired: &fnv1.State{Resources: map[string]*fnv1.Resource{"a": nil}}},
		"NotUTF8":  {Context: &structpb.Struct{Fields: map[string]*structpb.Value{"a": structpb.NewStringValue("\xff")}}},
		"NotUTF8Key": {
			Desired: &fnv1.State{Resources: map[string]*fnv1.Resource{"\xff": {}}},
		},
		"NotUTF8Meta": {Meta: &fnv1.ResponseMeta{Tag: "\xff"}},
		"OddNumbers": {
			Context: &structpb.Struct{Fields: map[string]*structpb.Value{"a": {Kind: &structpb.Value_NullValue{NullValue: -7}}}},
			Desired: &fnv1.State{Composite: &fnv1.Resource{Ready: -1}},
		},
		"Others": {Desired: others(sample.Running(1)).GetDesired()},
	}

	for name, rsp := range cases {
		t.Run(name, func(t *testing.T) { checkWrite(t, rsp) })
	}
}

// TestEveryField holds that the writer knows every field of the messages that it
// writes: a new version of the SDK may have more.
func TestEveryField(t *testing.T) {
	for m, want := range map[proto.Message]int{
		&fnv1.RunFunctionResponse{}: 7, &fnv1.State{}: 2, &fnv1.Resource{}: 3,
		&structpb.Struct{}: 1, &structpb.Value{}: 6, &structpb.ListValue{}: 1,
	} {
		if got := m.ProtoReflect().Descriptor().Fields().Len(); got != want {
			t.Errorf("%s has %d fields, and the writer knows %d", m.ProtoReflect().Descriptor().Name(), got, want)
		}
	}
}

// TestOtherMessages holds that everything else is gRPC's.
func TestOtherMessages(t *testing.T) {
	c := NewCodec(readsOf)
	if c.Name() != grpcproto.Name {
		t.Errorf("Name(): want %q, got %q", grpcproto.Name, c.Name())
	}

	want := &grpc_health_v1.HealthCheckRequest{Service: "x"}

	data, err := c.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}

	got := &grpc_health_v1.HealthCheckRequest{}
	if err := c.Unmarshal(data, got); err != nil || !proto.Equal(want, got) {
		t.Errorf("a health check: want %v, got %v, %v", want, got, err)
	}

	if _, err := c.Marshal("text"); err == nil {
		t.Error("Marshal(text): want an error")
	}
}

// FuzzUnmarshal reads any bytes.
func FuzzUnmarshal(f *testing.F) {
	for _, raw := range requests(f) {
		f.Add(raw)
	}

	f.Fuzz(checkRead)
}

// FuzzMarshal writes any answer.
func FuzzMarshal(f *testing.F) {
	for _, raw := range requests(f) {
		f.Add(raw)
	}

	f.Fuzz(func(t *testing.T, raw []byte) {
		// A request has all that an answer has, and more.
		req := &fnv1.RunFunctionRequest{}
		if err := proto.Unmarshal(raw, req); err != nil {
			t.Skip()
		}

		checkWrite(t, &fnv1.RunFunctionResponse{Desired: req.GetObserved(), Context: req.GetInput(), Output: req.GetContext()})
	})
}

func BenchmarkUnmarshal(b *testing.B) {
	raw, err := proto.Marshal(sample.Running(5))
	if err != nil {
		b.Fatal(err)
	}

	data := mem.BufferSlice{mem.SliceBuffer(raw)}

	for name, codec := range map[string]encoding.CodecV2{"fast": NewCodec(readsOf), "plain": encoding.GetCodecV2(grpcproto.Name)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(raw)))

			for b.Loop() {
				if err := codec.Unmarshal(data, &fnv1.RunFunctionRequest{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkMarshal(b *testing.B) {
	rsp := &fnv1.RunFunctionResponse{Meta: &fnv1.ResponseMeta{Tag: "tag"}, Desired: sample.Desired(5)}

	for name, codec := range map[string]encoding.CodecV2{"fast": NewCodec(readsOf), "plain": encoding.GetCodecV2(grpcproto.Name)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()

			for b.Loop() {
				data, err := codec.Marshal(rsp)
				if err != nil {
					b.Fatal(err)
				}

				data.Free()
			}
		})
	}
}
