package main

import (
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
	"sigs.k8s.io/yaml"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/webapp-operator/function-webapp/internal/sample"
)

// A contestant is a function that can be started.
type contestant struct {
	name string

	// what it is, for the report.
	what string

	binary string
	args   []string

	// input replaces that of the request: what its Composition would give it.
	input *structpb.Struct

	// second makes it the second step of a pipeline: earlier ones desire the
	// children.
	second bool

	// idle contestants do not do the job, and are not asked to.
	idle bool

	// ours are built from this repository, and always there.
	ours bool

	// absent says why it is not measured.
	absent string
}

// thisFunction is what this project's is called.
const thisFunction = "webapp"

// The contestants that make bench builds. {address} and {port} are where to
// serve.
func newContestants(o options) ([]contestant, error) {
	own := []contestant{
		{name: thisFunction, what: "this function", binary: "function-webapp", args: []string{"--insecure", "--address={address}", "--http-address=127.0.0.1:0"}},
		{name: "echo", what: "returns the request's bytes: gRPC alone", binary: "echo", args: []string{"{address}"}, idle: true},
		{name: "noop", what: "function-sdk-go, returns its input", binary: "noop", args: []string{"{address}"}, idle: true},
		{name: "typed", what: "the same job, as Crossplane's documentation teaches", binary: "typed", args: []string{"{address}"}},
		{name: "auto-ready", what: "function-auto-ready: the second step of most pipelines", binary: "function-auto-ready", args: []string{"--insecure", "--address={address}"}, second: true},
	}

	for i := range own {
		own[i].ours = true
		own[i].binary = filepath.Join(o.bin, own[i].binary)
	}

	if o.peers == "" {
		return own, nil
	}

	peers, err := readPeers(o.peers, o.peerBin)

	return slices.Concat(own, peers), err
}

// A peersFile lists functions that somebody may have binaries of.
type peersFile struct {
	Peers []struct {
		Name string `json:"name"`
		What string `json:"what"`

		// Command starts it. {address} and {port} are where to serve.
		Command []string `json:"command"`

		// Input is a file with what its Composition gives it.
		Input string `json:"input"`
	} `json:"peers"`
}

func readPeers(path, bin string) ([]contestant, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}

	file := peersFile{}
	if err := yaml.UnmarshalStrict(raw, &file); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}

	var peers []contestant

	for _, p := range file.Peers {
		c := contestant{name: p.Name, what: p.What, binary: p.Command[0], args: p.Command[1:]}

		if c.input, err = readInput(filepath.Join(filepath.Dir(path), p.Input)); err != nil {
			return nil, err
		}

		if bin != "" {
			c.binary = filepath.Join(bin, c.binary)
		}

		if found, err := exec.LookPath(c.binary); err != nil {
			c.absent = "there is no " + p.Command[0]
		} else {
			c.binary = found
		}

		peers = append(peers, c)
	}

	return peers, nil
}

func readInput(path string) (*structpb.Struct, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}

	json, err := yaml.YAMLToJSONStrict(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}

	input := &structpb.Struct{}

	return input, input.UnmarshalJSON(json)
}

// description is what the report says of a contestant.
type description struct {
	Name    string `json:"name"`
	What    string `json:"what"`
	Version string `json:"version,omitempty"`
	Bytes   int64  `json:"bytes,omitempty"`
	Absent  string `json:"absent,omitempty"`

	// Idle does not do the job, and Second only a part of it.
	Idle   bool `json:"idle,omitempty"`
	Second bool `json:"second,omitempty"`
}

func describe(c contestant) description {
	d := description{Name: c.name, What: c.what, Absent: c.absent, Idle: c.idle, Second: c.second}

	if info, err := os.Stat(c.binary); err == nil {
		d.Bytes = info.Size()
	}

	if info, err := buildinfo.ReadFile(c.binary); err == nil {
		d.Version = info.GoVersion

		for _, dep := range info.Deps {
			if dep.Replace != nil {
				dep = dep.Replace
			}

			for _, name := range []string{"function-sdk-go", "google.golang.org/grpc", "google.golang.org/protobuf", "function-auto-ready"} {
				if strings.HasSuffix(dep.Path, name) {
					d.Version += " " + filepath.Base(dep.Path) + " " + dep.Version
				}
			}
		}
	}

	return d
}

// A request is what contestants are called with.
type request struct {
	name string
	what string
	make func() *fnv1.RunFunctionRequest

	// env is how many environment variables the WebApp has.
	env int
}

var allRequests = []request{
	{"new", "a new WebApp with 5 variables: nothing of it exists", func() *fnv1.RunFunctionRequest { return sample.New(5) }, 5},
	{"typical", "it runs; its Deployment has conditions and managedFields", func() *fnv1.RunFunctionRequest { return sample.Running(5) }, 5},
	{"env", "the same with 200 variables", func() *fnv1.RunFunctionRequest { return sample.Running(200) }, 200},
	{"large", "and with 30 pods that Crossplane was asked for", func() *fnv1.RunFunctionRequest { return sample.Pods(sample.Running(200), 30) }, 200},
}

// bytes is the request as a contestant gets it.
func (r request) bytes(c contestant) []byte {
	req := r.make()

	if c.input != nil {
		req.Input = c.input
	}

	if c.second {
		req.Desired = sample.Desired(r.env)
	}

	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(req)
	if err != nil {
		panic(err) // Samples and inputs are valid.
	}

	return raw
}
