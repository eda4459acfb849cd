package main

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/webapp-operator/function-webapp/fn"
	"github.com/webapp-operator/function-webapp/internal/sample"
	"github.com/webapp-operator/function-webapp/test/chart"
)

// TestCheck holds that only those are measured who do the job.
func TestCheck(t *testing.T) {
	typical := allRequests[1]
	answer := func(edit func(rsp *fnv1.RunFunctionResponse)) []byte {
		rsp, err := fn.New(time.Now).RunFunction(context.Background(), sample.Running(typical.env))
		if err != nil {
			t.Fatal(err)
		}

		edit(rsp)

		raw, err := proto.Marshal(rsp)
		if err != nil {
			t.Fatal(err)
		}

		return raw
	}

	cases := map[string]struct {
		reason string
		args   []byte
		want   string
	}{
		"Right": {
			reason: "Our own answer is right.",
			args:   answer(func(*fnv1.RunFunctionResponse) {}),
		},
		"FromConfigMap": {
			reason: "So is one whose pods take the environment from the ConfigMap.",
			args: answer(func(rsp *fnv1.RunFunctionResponse) {
				object := rsp.GetDesired().GetResources()["deployment"].GetResource().AsMap()
				containers, _ := dig(object, path{"spec", "template", "spec", "containers", 0})
				container, _ := containers.(map[string]any)
				delete(container, "env")
				container["envFrom"] = []any{map[string]any{"configMapRef": map[string]any{"name": "my-app-config"}}}
				rsp.GetDesired().GetResources()["deployment"].Resource = mustStruct(t, object)
			}),
		},
		"Missing": {
			reason: "An answer without one of the children is not.",
			args:   answer(func(rsp *fnv1.RunFunctionResponse) { delete(rsp.GetDesired().GetResources(), "service") }),
			want:   "the answer has no Service",
		},
		"Wrong": {
			reason: "Nor is one that has other values.",
			args: answer(func(rsp *fnv1.RunFunctionResponse) {
				object := rsp.GetDesired().GetResources()["deployment"].GetResource().AsMap()
				spec, _ := object["spec"].(map[string]any)
				spec["replicas"] = 3
				rsp.GetDesired().GetResources()["deployment"].Resource = mustStruct(t, object)
			}),
			want: "Deployment: spec.replicas should be 2, and is 3",
		},
		"Fatal": {
			reason: "Nor is one that says that it cannot be done.",
			args: answer(func(rsp *fnv1.RunFunctionResponse) {
				rsp.Results = []*fnv1.Result{{Severity: fnv1.Severity_SEVERITY_FATAL, Message: "no"}}
			}),
			want: "the answer is fatal: no",
		},
		"Junk": {
			reason: "Nor is one that nobody can read.",
			args:   []byte("junk"),
			want:   "the answer is no RunFunctionResponse",
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := ""
			if err := check(tc.args, typical); err != nil {
				got = err.Error()
			}

			if got != tc.want && (tc.want == "" || !strings.HasPrefix(got, tc.want)) {
				t.Errorf("\n%s\ncheck(...): want %q, got %q", tc.reason, tc.want, got)
			}
		})
	}
}

// TestPeers holds that the file of peers and all inputs can be read, and that a
// peer without a binary is told.
func TestPeers(t *testing.T) {
	peers, err := readPeers("peers.yaml", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}

	for _, p := range peers {
		if want := "there is no " + filepath.Base(p.binary); p.absent != want {
			t.Errorf("%s: want %q, got %q", p.name, want, p.absent)
		}

		if p.input.GetFields()["kind"] == nil {
			t.Errorf("%s: its input has no kind", p.name)
		}
	}
}

func TestSummarize(t *testing.T) {
	cases := map[string]struct {
		reason string
		args   []float64
		want   summary
	}{
		"One":  {reason: "One round is all there is.", args: []float64{3}, want: summary{3, 3, 3}},
		"Odd":  {reason: "The median is in the middle.", args: []float64{9, 1, 2}, want: summary{2, 1, 9}},
		"Even": {reason: "Or between two.", args: []float64{4, 1, 2, 9}, want: summary{3, 1, 9}},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, summarize(tc.args), cmp.AllowUnexported(summary{})); diff != "" {
				t.Errorf("\n%s\nsummarize(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

func TestPercentile(t *testing.T) {
	hundred := make([]time.Duration, 100)
	for i := range hundred {
		hundred[i] = time.Duration(i + 1)
	}

	for n, want := range map[int]time.Duration{1: 1, 50: 50, 99: 99, 100: 100} {
		if got := percentile(hundred, n); got != want {
			t.Errorf("percentile(%d): want %d, got %d", n, want, got)
		}
	}

	if got := percentile(hundred[:1], 50); got != 1 {
		t.Errorf("percentile of one: want 1, got %d", got)
	}
}

// TestRatio holds that rounds are compared with themselves, and steps of a
// pipeline are added.
func TestRatio(t *testing.T) {
	r := &results{Measurements: []measurement{
		{Contestant: "a", Request: "x", CPUPerCall: 10},
		{Contestant: "b", Request: "x", CPUPerCall: 10},
		{Contestant: "noop", Request: "x", CPUPerCall: 10},
		{Contestant: "a", Request: "x", CPUPerCall: 30},
		{Contestant: "b", Request: "x", CPUPerCall: 10},
		{Contestant: "noop", Request: "x", CPUPerCall: 20},
		{Contestant: "a", Request: "y", CPUPerCall: 1000},
	}}

	got, ok := r.ratio("x", cpu, []string{"a", "b"}, []string{"noop"})
	if want := (summary{2, 2, 2}); !ok || got != want {
		t.Errorf("ratio(...): want %v, got %v, %t", want, got, ok)
	}

	if _, ok := r.ratio("x", cpu, []string{"a"}, []string{"absent"}); ok {
		t.Error("ratio to who is absent: want none")
	}
}

// TestGroup holds that the plot tells ours from those that compare with it, and
// from those that do less.
func TestGroup(t *testing.T) {
	own, err := newContestants(options{})
	if err != nil {
		t.Fatal(err)
	}

	r := &results{}
	for _, c := range own {
		r.Contestants = append(r.Contestants, describe(c))
	}

	want := map[string]chart.Group{
		"webapp": chart.Ours, "echo": chart.Idle, "noop": chart.Idle, "typed": chart.Peer, "auto-ready": chart.Part, "typed + auto-ready": chart.Peer,
	}
	got := map[string]chart.Group{}

	for _, row := range r.rows() {
		got[row.name] = r.group(row)
	}

	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("group(...): -want, +got:\n%s", diff)
	}
}

func mustStruct(t *testing.T, object map[string]any) *structpb.Struct {
	t.Helper()

	s, err := structpb.NewStruct(object)
	if err != nil {
		t.Fatal(err)
	}

	return s
}
