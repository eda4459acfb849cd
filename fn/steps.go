package fn

import (
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/child"
	"github.com/webapp-operator/function-webapp/fn/config"
	"github.com/webapp-operator/function-webapp/fn/diagnosis"
	"github.com/webapp-operator/function-webapp/fn/exposure"
	"github.com/webapp-operator/function-webapp/fn/platform"
	"github.com/webapp-operator/function-webapp/fn/rollout"
	"github.com/webapp-operator/function-webapp/fn/scaling"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// A step takes what earlier ones found, asks a room, and notes what that found. It
// changes nothing that was found before (TestStepsKeepWhatWasFound), and only the last
// ones write the answer. One that refuses ends the walk.
type step struct {
	name string
	take func(c *call) *refusal
}

// steps are the walk, from what was asked for to what is said of it.
var steps = [...]step{
	// What is asked for.
	{name: "read the input", take: (*call).readInput},
	{name: "read the WebApp", take: (*call).readWebApp},
	{name: "look at earlier steps of the pipeline", take: (*call).checkDesired},
	{name: "read the namespace's defaults", take: (*call).readNamespace},
	// What is made.
	{name: "choose the children", take: (*call).choose},
	{name: "find conflicts", take: (*call).findConflicts},
	{name: "take over what has consented", take: (*call).takeOver},
	{name: "read the ConfigMaps", take: (*call).readConfig},
	{name: "plan", take: (*call).makePlan},
	{name: "build the children", take: (*call).build},
	{name: "hold them against the policy", take: (*call).checkPolicy},
	// What became of it.
	{name: "observe the Deployment", take: (*call).observe},
	{name: "look at the pods", take: (*call).lookAtPods},
	{name: "judge", take: (*call).judge},
	{name: "see how it is reached", take: (*call).seeWays},
	// What is said of it.
	{name: "answer with the children", take: (*call).answerChildren},
	{name: "answer with the status, and when to ask again", take: (*call).answerStatus},
	{name: "answer with the conditions", take: (*call).answerConditions},
}

// A call is one request on its way through the steps, and what they found.
type call struct {
	function  *Function
	req       *fnv1.RunFunctionRequest
	composite *structpb.Struct
	observed  map[string]*fnv1.Resource
	now       time.Time

	found
	rsp *fnv1.RunFunctionResponse
}

// found is what steps found, in their order.
type found struct {
	input *platform.Input
	// fine is the condition of a WebApp that nothing is wrong with.
	fine *fnv1.Condition
	app  *webapp.App

	settings *webapp.Settings
	// known says whether the settings are all there is to know.
	known bool

	choice    platform.Choice
	conflicts []child.Conflict
	takeover

	// config is the hash of what pods read of ConfigMaps, or nil.
	config *structpb.Value

	plan  webapp.Plan
	built map[string]*structpb.Struct

	facts   rollout.Facts
	pods    []*fnv1.Resource
	verdict rollout.Verdict
	running bool

	// ways are those by which the WebApp is reached from outside.
	ways []exposure.Way

	// asked is what steps want Crossplane to be asked for.
	asked struct {
		namespace, config, conflicts, pods map[string]*fnv1.ResourceSelector
	}
}

func newCall(f *Function, req *fnv1.RunFunctionRequest) *call {
	return &call{
		function:  f,
		req:       req,
		composite: req.GetObserved().GetComposite().GetResource(),
		observed:  req.GetObserved().GetResources(),
		now:       f.now(),
		rsp:       passThrough(req),
	}
}

func (c *call) readInput() *refusal {
	in := c.function.readInput(c.req.GetInput())
	if len(in.errs) > 0 {
		return &refusal{v1.ReasonInvalidInput, "the input of this step of the Composition is wrong: " + value.Sentence(in.errs)}
	}

	c.input, c.fine = in.read, in.fine

	return nil
}

func (c *call) readWebApp() *refusal {
	if err := c.input.Composite.Check(c.composite); err != nil {
		return &refusal{v1.ReasonInvalidRequest, err.Error()}
	}

	app, errs := webapp.Read(c.input.Composite, c.composite, c.req.GetContext(), options)
	if len(errs) > 0 {
		return &refusal{v1.ReasonInvalidSpec, c.wrong(value.Sentence(errs))}
	}

	c.app = app

	return nil
}

// wrong is what is said of a WebApp that is.
func (c *call) wrong(why string) string { return "the " + c.input.Composite.Kind + " is wrong: " + why }

func (c *call) checkDesired() *refusal {
	if err := checkDesired(c.input.Composite, c.req.GetDesired()); err != nil {
		return &refusal{v1.ReasonInvalidRequest, err.Error()}
	}

	return nil
}

func (c *call) readNamespace() (refused *refusal) {
	var err error

	c.asked.namespace = c.function.namespaces.Asked(c.app, c.input)
	c.settings, c.known, err = c.function.namespaces.Settings(c.app, c.input, c.req.GetRequiredResources())
	if err != nil {
		return &refusal{v1.ReasonInvalidDefaults, err.Error()}
	}

	return nil
}

func (c *call) choose() *refusal {
	c.choice = platform.Choose(c.app, c.settings, c.input, c.observed, platform.Rights{
		Resources: c.req.GetRequiredResources(),
		Schemas:   c.req.GetRequiredSchemas(),
		Meta:      c.req.GetMeta(),
	})

	if err := child.Fits(c.app, c.settings, c.choice.Children); err != nil {
		return &refusal{v1.ReasonInvalidSpec, c.wrong(err.Error())}
	}

	return nil
}

func (c *call) findConflicts() *refusal {
	c.conflicts, c.asked.conflicts = child.Conflicts(c.app, c.choice.Children, c.observed, c.req.GetRequiredResources())

	return nil
}

func (c *call) readConfig() *refusal {
	watch, err := config.NewWatch(c.app, &c.settings.Defaults)
	if err != nil {
		return &refusal{v1.ReasonInvalidSpec, c.wrong(err.Error())}
	}

	c.asked.config = watch.Asked()
	c.config = watch.Hash(c.req.GetRequiredResources(), c.seen[child.KeyDeployment].GetResource())

	return nil
}

func (c *call) makePlan() *refusal {
	// An autoscaler that is not made decides nothing. One that is to be taken over later goes
	// on deciding how many replicas its Deployment has, which may be the one of that name.
	_, scales := c.seen[child.KeyAutoscaler]
	c.plan = webapp.NewPlan(c.app, c.settings, c.choice.Autoscaled && (!c.blocked || scales))
	c.plan.ConfigHash = c.config

	return nil
}

func (c *call) build() *refusal {
	c.built = child.Compose(&c.plan, c.choice.Children, c.seen)

	return nil
}

func (c *call) checkPolicy() *refusal {
	if errs := c.input.Policy.Check(c.app, c.built); c.known && len(errs) > 0 {
		return &refusal{v1.ReasonPolicyViolation, "the platform team does not allow the " + c.input.Composite.Kind + ": " + value.Sentence(errs)}
	}

	return nil
}

func (c *call) observe() *refusal {
	c.facts = rollout.Observe(&c.plan, c.seen[child.KeyDeployment].GetResource(), c.built[child.KeyDeployment], rollout.ReadStatus(c.input.Composite.StatusOf(c.composite)), c.now)

	return nil
}

func (c *call) lookAtPods() *refusal {
	if c.choice.Diagnostics {
		c.asked.pods = rollout.AskForPods(c.facts)
	}

	if c.asked.pods != nil {
		c.pods = c.req.GetRequiredResources()[diagnosis.PodsRequirement].GetItems()
	}

	return nil
}

func (c *call) judge() *refusal {
	c.verdict = rollout.Late(rollout.Judge(c.facts, rollout.FindTrouble(c.pods, c.facts)), c.facts, c.composite)
	c.verdict = c.verdict.With(child.Stuck(c.app, c.choice.Children, c.seen, c.built))
	c.running = c.verdict.Phase == v1.PhaseRunning

	switch {
	case c.blocked:
		c.verdict = rollout.JudgeConflicts(c.app, c.conflicts)
	case len(c.held) > 0:
		c.verdict = rollout.Hold(c.verdict, c.app, c.held)
	}

	return nil
}

func (c *call) seeWays() *refusal {
	c.ways = child.Ways(&c.plan, c.made(), c.seen)

	return nil
}

func (c *call) answerChildren() *refusal {
	for _, chosen := range c.made() {
		c.rsp.Desired.Resources[chosen.Key] = &fnv1.Resource{
			Resource: c.built[chosen.Key],
			Ready:    readiness(chosen.Ready(c.seen[chosen.Key].GetResource(), c.running)),
		}
	}

	return nil
}

func (c *call) answerStatus() *refusal {
	observed := rollout.Observed{Composite: c.composite, Deployment: c.seen[child.KeyDeployment].GetResource(), Pods: c.pods}
	for _, way := range c.ways {
		observed.Ways = append(observed.Ways, way.Object)
	}

	for _, made := range c.made() {
		observed.Awaited = observed.Awaited || c.seen[made.Key].GetResource() == nil
	}

	after := rollout.NewStatus(c.verdict, c.facts, exposure.URL(c.app, c.ways), observed)

	c.rsp.Desired.Composite = withStatus(c.rsp.GetDesired().GetComposite(), c.composite, after, c.input.Composite.Status)
	c.rsp.Results = append(c.rsp.Results, rollout.TellTaken(c.app, c.taken)...)
	c.rsp.Results = append(c.rsp.Results, rollout.Tell(after, c.facts)...)
	c.rsp.Meta.Ttl = durationpb.New(rollout.AskAgain(after, observed, c.app, c.input.TTL, c.now))

	return nil
}

func (c *call) answerConditions() *refusal {
	switch {
	case c.blocked:
		// Without this, Crossplane would take a WebApp whose children are held
		// back for ready: none of its desired resources is unready.
		c.rsp.Desired.Composite.Ready = fnv1.Ready_READY_FALSE
		c.rsp.Conditions = append(c.rsp.Conditions, notAccepted(c.verdict.Reason, c.verdict.Message))
	case c.choice.Missed != "":
		c.rsp.Conditions = append(c.rsp.Conditions, notAccepted(c.choice.Missed, c.choice.Message))
	case len(c.held) > 0:
		c.rsp.Conditions = append(c.rsp.Conditions, accepted(fnv1.Status_STATUS_CONDITION_TRUE, v1.ReasonAccepted,
			"The "+c.app.Composite.Kind+" is valid, and what is in its way has consented to be taken over."))
	default:
		c.rsp.Conditions = append(c.rsp.Conditions, butFor(c.fine,
			scaling.Unmeasurable(&c.plan, c.built[child.KeyDeployment]), child.Blocking(&c.plan)))
	}

	if reason, message := exposure.Judge(c.ways, c.composite); reason != "" {
		c.rsp.Conditions = append(c.rsp.Conditions, reachable(reason, message))
	}

	return nil
}

// refuse ends the walk. What can be mended is mended by a change, which Crossplane
// sees: it is asked again when it would be in any case.
func (c *call) refuse(refused *refusal) {
	ttl := platform.DefaultTTL
	if c.input != nil {
		ttl = c.input.TTL
	}

	c.rsp.Meta.Ttl = durationpb.New(ttl)
	refuse(c.rsp, refused)

	// Nothing is changed, and neither is how it is reached.
	if said := saidReachable(c.composite); said != nil {
		c.rsp.Conditions = append(c.rsp.Conditions, said)
	}
}

// ask has Crossplane asked for what steps want to know. It has to be asked for in
// every answer.
func (c *call) ask() {
	for _, asked := range []map[string]*fnv1.ResourceSelector{c.asked.namespace, c.asked.config, c.choice.Resources, c.asked.conflicts, c.asked.pods} {
		require(c.rsp, asked)
	}

	// Whoever asks for the schema of a kind asks for what is granted, too.
	if len(c.choice.Schemas) > 0 {
		c.rsp.Requirements.Schemas = c.choice.Schemas
	}
}
