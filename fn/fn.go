// Package fn composes WebApps. A request holds the WebApp, what exists of it and
// what the platform team set; the answer holds what should exist and what the
// WebApp's status should say.
//
// Data goes one way: [Function.RunFunction] reads the request into a WebApp
// (webapp.go), settings (settings.go, defaults.go, namespace.go, policy.go), the
// observed Deployment (rollout.go), its pods (diagnostics.go) and conflicts
// (conflict.go); children.go lists what to build from them; status.go decides what
// to say and events.go what to tell.
package fn

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/internal/wire"
)

// A Function composes WebApps. It keeps nothing between calls but the last input
// and the defaults of namespaces that it read, and may be called by any number of goroutines.
type Function struct {
	fnv1.UnimplementedFunctionRunnerServiceServer

	now    func() time.Time
	input  atomic.Pointer[input]
	layers layers
}

// New returns a Function that takes the time from now: that of a status change,
// where the request does not tell it, and how long a pod has been as it is.
func New(now func() time.Time) *Function {
	return &Function{now: now}
}

// Reads says what of a request the function reads. What is not in it looks as if
// it were not in the request: who reads another field adds it here. Tests run
// with requests that have nothing else.
func Reads() wire.Reads {
	reads := wire.Reads{
		Composite: compositeReads(),
		Resources: make(map[string]wire.Fields, len(children)),
		Required:  map[string]wire.Fields{grantsRequirement: grantsReads, podsRequirement: podReads, namespaceDefaultsRequirement: namespaceDefaultsReads},
		// Only to put our fields next to those of earlier steps.
		Desired: wire.Fields{"status": {}},
	}

	for _, c := range children {
		reads.Resources[c.key] = c.reads
		reads.Required[c.requirement()] = existingReads
	}

	return reads
}

// RunFunction answers a request. It never returns an error: whatever is wrong
// with a request becomes a fatal result and a condition, because Crossplane
// drops the conditions of a call that returns an error.
//
// The request is not changed. The same request gives the same answer, but for
// status.lastUpdated when something else in the status changed and the request
// does not say when: see [changedAt].
func (f *Function) RunFunction(_ context.Context, req *fnv1.RunFunctionRequest) (*fnv1.RunFunctionResponse, error) {
	rsp := passThrough(req)

	settings, errs := f.settings(req.GetInput())
	if len(errs) > 0 {
		return refuse(rsp, v1.ReasonInvalidInput, "the input of this step of the Composition is wrong: "+sentence(errs)), nil
	}

	rsp.Meta.Ttl = durationpb.New(settings.ttl)

	composite := req.GetObserved().GetComposite().GetResource()
	if err := checkComposite(composite); err != nil {
		return refuse(rsp, v1.ReasonInvalidRequest, err.Error()), nil
	}

	app, errs := readWebApp(composite)
	if len(errs) > 0 {
		return refuse(rsp, v1.ReasonInvalidSpec, "the WebApp is wrong: "+sentence(errs)), nil
	}

	if err := checkDesired(req.GetDesired()); err != nil {
		return refuse(rsp, v1.ReasonInvalidRequest, err.Error()), nil
	}

	settings, known, err := f.inNamespace(req, rsp, app, settings)
	if err != nil {
		return refuse(rsp, v1.ReasonInvalidDefaults, err.Error()), nil
	}

	observed := req.GetObserved().GetResources()
	chosen, refusal := choose(req, rsp, app, settings)
	if err := requireParents(app, settings, chosen); err != nil {
		return refuse(rsp, v1.ReasonInvalidSpec, "the WebApp is wrong: "+err.Error()), nil
	}

	conflicts := findConflicts(req, rsp, app, chosen)

	if _, exists := observed[keyAutoscaler]; !exists && len(conflicts) > 0 {
		// It is held back, too.
		app.autoscaled = false
	}

	desired := compose(app, settings, chosen)
	if errs := settings.policy.check(app, desired[keyDeployment]); known && len(errs) > 0 {
		return refuse(rsp, v1.ReasonPolicyViolation, "the platform team does not allow the WebApp: "+sentence(errs)), nil
	}

	deployment := observed[keyDeployment].GetResource()

	if app.autoscaled {
		handOver(app, desired[keyDeployment], deployment)
	}

	roll := observeRollout(app, deployment, desired[keyDeployment])

	before, now := readStatus(composite), f.now()
	pods := watchPods(req, rsp, settings, before, roll)
	roll.trouble = findTrouble(pods, roll, before.verdict, now)

	for _, c := range chosen {
		_, exists := observed[c.key]
		if !exists && len(conflicts) > 0 {
			// Leaving out what does not exist deletes nothing. Pods of a half
			// composed WebApp could receive the traffic of the Service that is in
			// the way, so it is all or nothing.
			continue
		}

		ready := c.ready(observed[c.key].GetResource(), roll)
		rsp.Desired.Resources[c.key] = &fnv1.Resource{Resource: desired[c.key], Ready: readiness(ready)}
	}

	after := status{
		verdict:       judge(roll, conflicts),
		available:     roll.available,
		replicas:      roll.replicas,
		labelSelector: selectorText(app),
		url:           url(app, settings, rsp.GetDesired().GetResources()),
		lastUpdated:   before.lastUpdated,
	}

	if after != before || before.lastUpdated == "" {
		after.lastUpdated = changedAt(before, composite, deployment, pods, now)
	}

	rsp.Desired.Composite = withStatus(rsp.GetDesired().GetComposite(), composite, after)

	switch {
	case len(conflicts) > 0:
		// Without this, Crossplane would take a WebApp whose children are held
		// back for ready: none of its desired resources is unready.
		rsp.Desired.Composite.Ready = fnv1.Ready_READY_FALSE
		rsp.Conditions = append(rsp.Conditions, accepted(fnv1.Status_STATUS_CONDITION_FALSE, after.reason, after.message))
	case refusal != nil:
		rsp.Conditions = append(rsp.Conditions, refusal)
	default:
		rsp.Conditions = append(rsp.Conditions, acceptedButFor(unmeasurable(app, desired[keyDeployment])))
	}

	rsp.Results = append(rsp.Results, tell(before.verdict, after, roll)...)

	if after.phase != v1.PhaseRunning {
		rsp.Meta.Ttl = durationpb.New(min(settings.ttl, unsettledTTL))

		if len(pods) > 0 && settings.ttl == 0 {
			// What pods say changes with time, too.
			rsp.Meta.Ttl = durationpb.New(unsettledTTL)
		}
	}

	return rsp, nil
}

// allAccepted is the condition of a WebApp that nothing is wrong with.
var allAccepted = accepted(fnv1.Status_STATUS_CONDITION_TRUE, v1.ReasonAccepted, fine)

const fine = "The WebApp is valid and no other object is in its way."

// acceptedButFor is the condition of a WebApp whose autoscaler may not be able to
// measure something. That is no error: a LimitRange of the namespace, which we do
// not see, may set what is missing.
func acceptedButFor(unmeasured string) *fnv1.Condition {
	if unmeasured == "" {
		return allAccepted
	}

	return accepted(fnv1.Status_STATUS_CONDITION_TRUE, v1.ReasonAccepted, fmt.Sprintf(
		"%s Its autoscaler measures use of %s against a request that neither the WebApp nor the platform team sets (defaults.resources in the input of the Composition's step): unless a LimitRange of the namespace does, it can only hold minReplicas and maxReplicas.",
		fine, unmeasured))
}

// refuse makes rsp a fatal answer. Crossplane then keeps everything as it is and
// shows the condition and the message; it writes no status field.
func refuse(rsp *fnv1.RunFunctionResponse, reason v1.Reason, message string) *fnv1.RunFunctionResponse {
	message = clip(message, maxMessage)

	rsp.Conditions = append(rsp.Conditions, accepted(fnv1.Status_STATUS_CONDITION_FALSE, reason, message))
	rsp.Results = append(rsp.Results, &fnv1.Result{
		Severity: fnv1.Severity_SEVERITY_FATAL,
		Message:  message,
		Target:   fnv1.Target_TARGET_COMPOSITE.Enum(),
	})

	return rsp
}
