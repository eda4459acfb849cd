package fn

import (
	"context"
	"maps"
	"time"

	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/util/validation/field"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/webapp-operator/function-webapp/fn/child"
	"github.com/webapp-operator/function-webapp/fn/config"
	"github.com/webapp-operator/function-webapp/fn/diagnosis"
	"github.com/webapp-operator/function-webapp/fn/platform"
	"github.com/webapp-operator/function-webapp/fn/rollout"
	"github.com/webapp-operator/function-webapp/fn/webapp"
	"github.com/webapp-operator/function-webapp/internal/recent"
	"github.com/webapp-operator/function-webapp/internal/wire"
)

// A Function composes WebApps. It keeps nothing between calls but the last inputs
// and the defaults of namespaces that it read, and may be called by any number of goroutines.
type Function struct {
	fnv1.UnimplementedFunctionRunnerServiceServer

	now        func() time.Time
	inputs     recent.Values[input]
	namespaces platform.Namespaces
}

// New returns a Function that takes the time from now: that of a status change,
// where the request does not tell it, and how long a pod has been as it is.
func New(now func() time.Time) *Function {
	return &Function{now: now}
}

// options are the optional fields of a WebApp.
var options = child.Options()

// Reads says what of a request with an input the function reads. What is not in it looks as if
// it were not in the request: who reads another field adds it here, or where the room
// that reads it says what it reads. Tests run with requests that have nothing else.
func Reads(input *structpb.Struct) wire.Reads {
	// What an input that is wrong says does not matter.
	read, _ := platform.ReadInput(input)
	composite, pipeline := read.Composite.Reads(options)

	reads := wire.Reads{
		Composite: composite.And(rollout.CompositeReads).And(conditionReads).And(rollout.StatusReads.At(read.Composite.Status...)),
		Resources: make(map[string]wire.Fields, len(child.All)),
		Required: map[string]wire.Fields{
			platform.GrantsRequirement:    platform.GrantsReads,
			platform.NamespaceRequirement: platform.NamespaceReads,
			diagnosis.PodsRequirement:     diagnosis.PodReads,
		},
		// Only to put our fields next to those of earlier steps.
		Desired: wire.Fields{}.At(read.Composite.Status...),
		Context: pipeline,
	}

	maps.Copy(reads.Required, config.Reads)

	for _, c := range child.All {
		observed, existing := c.Reads, c.ExistingReads()
		if c.Key == child.KeyDeployment {
			observed, existing = observed.And(rollout.DeploymentReads), existing.And(rollout.DeploymentReads)
		}

		reads.Resources[c.Key], reads.Required[c.ExistingRequirement()] = observed, existing
	}

	return reads
}

// RunFunction answers a request. It never returns an error: whatever is wrong
// with a request becomes a fatal result and a condition, because Crossplane
// drops the conditions of a call that returns an error.
//
// The request is not changed. The same request gives the same answer, but for
// status.lastUpdated when something else in the status changed and the request
// does not say when: see [rollout.NewStatus].
func (f *Function) RunFunction(_ context.Context, req *fnv1.RunFunctionRequest) (*fnv1.RunFunctionResponse, error) {
	c := newCall(f, req)

	for _, s := range steps {
		if refused := s.take(c); refused != nil {
			c.refuse(refused)
			break
		}
	}

	c.ask()

	return c.rsp, nil
}

// Composite returns the kind of composites that a request is for, by its input.
func (f *Function) Composite(req *fnv1.RunFunctionRequest) *webapp.Composite {
	return f.readInput(req.GetInput()).read.Composite
}

// An input is what was read of the input of a pipeline step.
type input struct {
	from *structpb.Struct
	read *platform.Input
	errs field.ErrorList

	// fine is for composites that nothing is wrong with.
	fine *fnv1.Condition
}

// readInput reads the input of the pipeline step. That is the same in every call
// for all WebApps of a Composition: the last ones are remembered by their addresses, which
// is why nobody may change a request.
func (f *Function) readInput(from *structpb.Struct) *input {
	last := f.inputs.Find(func(in *input) bool { return in.from == from })
	if last == nil {
		read, errs := platform.ReadInput(from)
		last = &input{from, read, errs, fine(read.Composite.Kind)}
		f.inputs.Add(last)
	}

	return last
}
