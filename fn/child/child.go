package child

import (
	"slices"

	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/util/validation/field"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/webapp-operator/function-webapp/fn/exposure"
	"github.com/webapp-operator/function-webapp/fn/network"
	"github.com/webapp-operator/function-webapp/fn/owner"
	"github.com/webapp-operator/function-webapp/fn/pod"
	"github.com/webapp-operator/function-webapp/fn/scaling"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
	"github.com/webapp-operator/function-webapp/internal/wire"
)

// Desired keys. They are the identity of the children: Crossplane deletes a
// child whose key it does not find. None is ever renamed.
const (
	KeyDeployment = "deployment"
	KeyService    = "service"
	KeyConfigMap  = "configmap"
	KeyAutoscaler = "horizontalpodautoscaler"
	KeyBudget     = "poddisruptionbudget"
	KeyIngress    = "ingress"
	KeyRoute      = "httproute"
	KeyMonitor    = "servicemonitor"
	KeyPolicy     = "networkpolicy"
)

// A Child is one object that a WebApp is made of.
type Child struct {
	// Key is the name of the desired resource. Frozen.
	Key string

	Type

	// Suffix is what the object's name has behind the WebApp's. Frozen: another name
	// is another object.
	Suffix string

	// Option is the field of spec by which a WebApp asks for the child, or says what
	// it is like. One without a check is one of [pod.Fields], which has it.
	Option webapp.Option

	// Default reads what the platform team, or a namespace, says of the child for
	// all, over what is set already. It is nil if nobody can.
	Default func(defaults value.Reader, into *webapp.Defaults)

	// Feature is what the platform team must have switched on. Frozen. It is empty
	// for what needs no rights beyond Crossplane's own.
	Feature string

	// Custom says that the kind is one of a CustomResourceDefinition, which may
	// not be installed.
	Custom bool

	// Reads are the fields of the observed object that build, Ready and package owner read.
	Reads wire.Fields

	// unfit says what of an object that exists already would stay as it is, and does not fit
	// the child, if it were taken over; it reads taken of the object, beside Reads. It is nil
	// where all of it can be changed: see [Conflict].
	unfit func(app *webapp.App, object *structpb.Struct) Hindrance
	taken wire.Fields

	// fits refuses what a WebApp and the platform team say of the child, each of them
	// right, that does not go together. It is nil where all does.
	fits func(app *webapp.App, settings *webapp.Settings) *field.Error

	// wanted says whether there is one, as far as the WebApp and the defaults are
	// concerned, with an autoscaler or without. It is nil for what every WebApp has.
	wanted func(app *webapp.App, settings *webapp.Settings, autoscaled bool) bool

	// build returns what we want of the object, but for its type and metadata, of which
	// it has annotations of ours at most. The observed one is nil while it does not
	// exist.
	build func(plan *webapp.Plan, observed *structpb.Struct) value.Fields

	// ready says whether the object does its job, where that is not for staysReady to
	// say.
	ready func(running bool) bool

	// way is how the WebApp is reached from outside by this child, if it is meant to be.
	way func(plan *webapp.Plan, observed *structpb.Struct) (exposure.Way, bool)
}

// All is all that a WebApp is made of. Features are listed in this order, and errors
// of options told.
var All = []*Child{
	{
		Key: KeyDeployment, Type: typeOf("apps/v1", "Deployment"), Reads: deploymentReads,
		build: buildDeployment, ready: func(running bool) bool { return running }, fits: pod.RequireShareable,
		unfit: unfitDeployment, taken: wire.Fields{"spec": {"selector": nil}},
	},
	{
		Key: KeyService, Type: typeOf("v1", "Service"), Reads: othersReads.And(exposure.BalancerReads),
		Option: webapp.Option{Name: "service", Check: exposure.CheckService}, Default: exposure.ReadDefaultService,
		build: buildService, way: exposure.ServiceWay,
		unfit: unfitService, taken: wire.Fields{"spec": wire.Later},
	},
	{
		Key: KeyConfigMap, Type: typeOf("v1", "ConfigMap"), Reads: othersReads, Suffix: "-config",
		build: buildConfigMap,
		unfit: unfitConfigMap, taken: wire.Fields{"immutable": nil, "binaryData": wire.Later, "data": wire.Later},
	},
	{
		Key: KeyAutoscaler, Type: typeOf("autoscaling/v2", "HorizontalPodAutoscaler"), Reads: othersReads,
		Option: webapp.Option{Name: webapp.AutoscalingOption, Check: scaling.Check}, Feature: "autoscaling",
		wanted: asked(webapp.AutoscalingOption), build: buildAutoscaler,
	},
	{
		Key: KeyBudget, Type: typeOf("policy/v1", "PodDisruptionBudget"), Reads: othersReads,
		Option: webapp.Option{Name: budgetOption, Check: checkBudget}, Feature: "podDisruptionBudget",
		wanted: wantsBudget, build: buildBudget,
	},
	{
		Key: KeyIngress, Type: typeOf("networking.k8s.io/v1", "Ingress"), Reads: staysReads.And(exposure.BalancerReads),
		Option: webapp.Option{Name: "ingress", Check: exposure.CheckIngress}, Default: exposure.ReadDefaultIngress, Feature: "ingress",
		wanted: exposure.WantsIngress, fits: exposure.FitsIngress, build: buildIngress, way: exposure.IngressWay,
	},
	{
		Key: KeyRoute, Type: typeOf("gateway.networking.k8s.io/v1", "HTTPRoute"), Reads: othersReads.And(exposure.RouteReads),
		Option: webapp.Option{Name: "httpRoute", Check: exposure.CheckRoute}, Default: exposure.ReadDefaultRoute, Feature: "httpRoute", Custom: true,
		wanted: exposure.WantsRoute, fits: exposure.FitsRoute, build: buildRoute, way: exposure.RouteWay,
	},
	{
		Key: KeyMonitor, Type: typeOf("monitoring.coreos.com/v1", "ServiceMonitor"), Reads: othersReads,
		Option: webapp.Option{Name: "metrics"}, Feature: "metrics", Custom: true,
		wanted: asked("metrics"), build: buildMonitor,
	},
	{
		Key: KeyPolicy, Type: typeOf("networking.k8s.io/v1", "NetworkPolicy"), Reads: policyReads,
		Option: webapp.Option{Name: policyOption, Check: network.CheckPolicy}, Default: network.ReadDefaultPolicy, Feature: "networkPolicy",
		wanted: wantsPolicy, build: buildNetworkPolicy,
	},
}

// asked is for a child that there is if a WebApp has its option.
func asked(option string) func(*webapp.App, *webapp.Settings, bool) bool {
	return func(app *webapp.App, _ *webapp.Settings, _ bool) bool { return app.Options[option] != nil }
}

// Options are the optional fields of a WebApp: those that shape its pods, and those
// of its children.
func Options() []webapp.Option {
	var all []webapp.Option

	for _, f := range pod.Fields {
		if f.Check != nil {
			all = append(all, webapp.Option{Name: f.Name, Check: f.Check})
		}
	}

	for _, c := range All {
		if c.Option.Check != nil {
			all = append(all, c.Option)
		}
	}

	return all
}

// A Type is the type of an object, in words and as it is sent.
type Type struct {
	APIVersion, Kind string

	apiVersion, kind *structpb.Value
}

func typeOf(apiVersion, kind string) Type {
	return Type{apiVersion, kind, value.String(apiVersion), value.String(kind)}
}

// Name is the object's name. Frozen.
func (c *Child) Name(app *webapp.App) string { return app.Name + c.Suffix }

// Wanted says whether a WebApp has the child, with an autoscaler or without.
func (c *Child) Wanted(app *webapp.App, settings *webapp.Settings, autoscaled bool) bool {
	return c.wanted == nil || c.wanted(app, settings, autoscaled)
}

// Fits refuses what a WebApp and the platform team say of some children that does not go
// together.
func Fits(app *webapp.App, settings *webapp.Settings, chosen []*Child) *field.Error {
	for _, c := range chosen {
		if c.fits == nil {
			continue
		}

		if err := c.fits(app, settings); err != nil {
			return err
		}
	}

	return nil
}

// Ready says whether the object does its job. The observed one is nil while it does
// not exist. Running says whether the Deployment does its own.
func (c *Child) Ready(observed *structpb.Struct, running bool) bool {
	if c.ready != nil {
		return c.ready(running)
	}

	return staysReady(observed, running)
}

// staysReady is for objects that do their job from the moment they exist. While
// the Deployment is not ready, and with it the WebApp, one that does not exist yet
// passes for ready: it is applied with this answer, and every new WebApp would have
// two more events and one more change of its conditions.
func staysReady(observed *structpb.Struct, running bool) bool {
	if observed == nil {
		return !running
	}

	return value.Text(observed.GetFields()["metadata"], "deletionTimestamp") == ""
}

// staysReads is what staysReady reads, and othersReads what is read of a child of which
// others may set what is in its way, too.
var (
	staysReads  = wire.Fields{"metadata": {"deletionTimestamp": nil}}
	othersReads = staysReads.And(owner.ChildReads)
)

// Ways are how a WebApp is reached from outside by some of its children, by what their
// objects say.
func Ways(plan *webapp.Plan, made []*Child, observed map[string]*fnv1.Resource) []exposure.Way {
	var ways []exposure.Way

	// What somebody has asked for by name counts before a type of Service.
	for _, c := range slices.Backward(made) {
		if c.way == nil {
			continue
		}

		object := observed[c.Key].GetResource()
		if way, is := c.way(plan, object); is {
			way.Object = object
			ways = append(ways, way)
		}
	}

	return ways
}
