package fn

import (
	"maps"
	"slices"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/webapp-operator/function-webapp/internal/wire"
)

// Desired keys. They are the identity of the children: Crossplane deletes a
// child whose key it does not find. None is ever renamed.
const (
	keyDeployment = "deployment"
	keyService    = "service"
	keyConfigMap  = "configmap"
	keyAutoscaler = "horizontalpodautoscaler"
	keyBudget     = "poddisruptionbudget"
	keyIngress    = "ingress"
	keyRoute      = "httproute"
	keyMonitor    = "servicemonitor"
	keyPolicy     = "networkpolicy"
)

// A child is one object that a WebApp is made of.
type child struct {
	// key is the name of the desired resource. Frozen.
	key string

	objectType

	// name is the object's name. Frozen: another name is another object.
	name func(app *webApp) string

	// optional says when there is such an object: for children that every WebApp
	// has, it is always.
	optional

	// build returns what we want of the object, but for its type and metadata.
	build func(app *webApp, set *settings, common common) fields

	// reads are the fields of the observed object that ready reads, and whoever
	// else looks at it.
	reads wire.Fields

	// ready says whether the object does its job. The observed one is nil while
	// it does not exist.
	ready func(observed *structpb.Struct, roll rollout) bool
}

// children is all that a WebApp is made of.
var children = []*child{
	{keyDeployment, typeOf("apps/v1", "Deployment"), sameName, always, deployment, deploymentReads, deploymentReady},
	{keyService, typeOf("v1", "Service"), sameName, withService, service, staysReads, staysReady},
	{keyConfigMap, typeOf("v1", "ConfigMap"), configMapName, always, configMap, staysReads, staysReady},
	{keyAutoscaler, typeOf("autoscaling/v2", "HorizontalPodAutoscaler"), sameName, withAutoscaler, autoscaler, staysReads, staysReady},
	// After the autoscaler, on which it depends whether there is one.
	{keyBudget, typeOf("policy/v1", "PodDisruptionBudget"), sameName, withBudget, budget, staysReads, staysReady},
	{keyIngress, typeOf("networking.k8s.io/v1", "Ingress"), sameName, withIngress, ingress, staysReads, staysReady},
	{keyRoute, typeOf("gateway.networking.k8s.io/v1", "HTTPRoute"), sameName, withRoute, route, staysReads, staysReady},
	{keyMonitor, typeOf("monitoring.coreos.com/v1", "ServiceMonitor"), sameName, withMonitor, monitor, staysReads, staysReady},
	{keyPolicy, typeOf("networking.k8s.io/v1", "NetworkPolicy"), sameName, withPolicy, policy, staysReads, staysReady},
}

// An optional says when a WebApp has a child.
type optional struct {
	// option is the field of spec by which a WebApp asks for it.
	option option

	// feature is what the platform team must have switched on. Frozen.
	feature string

	// custom says that the kind is one of a CustomResourceDefinition, which may
	// not be installed.
	custom bool

	// wanted says whether there is one, as far as the WebApp is concerned.
	wanted func(app *webApp) bool
}

var always = optional{wanted: func(*webApp) bool { return true }}

// An objectType is the type of an object, in words and as it is sent.
type objectType struct {
	apiVersion, kind           string
	apiVersionValue, kindValue *structpb.Value
}

func typeOf(apiVersion, kind string) objectType {
	return objectType{apiVersion, kind, str(apiVersion), str(kind)}
}

func sameName(app *webApp) string { return app.name }

// staysReady is for objects that do their job from the moment they exist. While
// the Deployment is not ready, and with it the WebApp, one that does not exist yet
// passes for ready: it is applied with this answer, and every new WebApp would have
// two more events and one more change of its conditions.
func staysReady(observed *structpb.Struct, roll rollout) bool {
	if observed == nil {
		return !deploymentReady(nil, roll)
	}

	return text(observed.GetFields()["metadata"], "deletionTimestamp") == ""
}

// staysReads is what staysReady reads.
var staysReads = wire.Fields{"metadata": {"deletionTimestamp": nil}}

// common is what the children of a WebApp share.
type common struct {
	// labels are on the pods; children have the platform team's, too.
	labels *structpb.Value

	// selector selects the pods, and matching does so as a LabelSelector.
	selector, matching *structpb.Value

	// env is the environment, in the order of names.
	env []variable
}

// A variable is one of the environment.
type variable struct {
	name  string
	value *structpb.Value
}

func environment(env map[string]string) []variable {
	variables := make([]variable, 0, len(env))
	for _, name := range slices.Sorted(maps.Keys(env)) {
		variables = append(variables, variable{name, str(env[name])})
	}

	return variables
}

// compose builds some children, by key.
func compose(app *webApp, set *settings, chosen []*child) map[string]*structpb.Struct {
	out := make(map[string]*structpb.Struct, len(chosen))
	selector := selector(app)
	common := common{
		labels:   childLabels(app.name),
		selector: selector,
		matching: obj(fields{"matchLabels": selector}),
		env:      environment(app.spec.Env),
	}
	namespace := str(app.namespace)
	labels := withTexts(common.labels, set.labels)

	for _, c := range chosen {
		object := c.build(app, set, common)
		object["apiVersion"] = c.apiVersionValue
		object["kind"] = c.kindValue
		object["metadata"] = obj(fields{
			"name":        str(c.name(app)),
			"namespace":   namespace,
			"labels":      labels,
			"annotations": annotations(set, app.options[c.option.name]),
		})

		out[c.key] = obj(object).GetStructValue()
	}

	stampTemplateHash(out[keyDeployment])
	stampDefaults(out[keyDeployment], app, set)

	return out
}

// annotations are the platform team's, and those that a WebApp's option says go on
// its object.
func annotations(set *settings, option *structpb.Value) *structpb.Value {
	own := dig(option, "annotations").GetStructValue().GetFields()
	if len(own) == 0 {
		return strs(set.annotations)
	}

	all := strs(set.annotations).GetStructValue().GetFields()
	if all == nil {
		all = make(fields, len(own))
	}

	maps.Copy(all, own)

	return obj(all)
}

const (
	labelApp       = "app"
	labelManagedBy = "managed-by"
	managedBy      = "webapp-operator"

	// managedByLabel is the recommended one of the same meaning.
	managedByLabel = "app.kubernetes.io/managed-by"
)

var managedByUs = str(managedBy)

// selector selects the pods of a WebApp. Frozen: a Deployment's selector cannot
// be changed.
func selector(app *webApp) *structpb.Value {
	return obj(fields{labelApp: str(app.name), labelManagedBy: managedByUs})
}

// selectorText is selector as text, for the scale subresource.
func selectorText(app *webApp) string {
	return labelApp + "=" + app.name + "," + labelManagedBy + "=" + managedBy
}

// childLabels are on every child and on the pods. They never change in the life
// of a WebApp, so that they never restart a pod.
// See https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/.
func childLabels(app string) *structpb.Value {
	name := str(app)

	return obj(fields{
		labelApp:                     name,
		labelManagedBy:               managedByUs,
		"app.kubernetes.io/name":     name,
		"app.kubernetes.io/instance": name,
		managedByLabel:               managedByUs,
	})
}

// isOurLabel says whether childLabels sets a label.
func isOurLabel(key string) bool { return dig(childLabels(""), key) != nil }

// withTexts returns an object with more fields. A nil object is an empty one.
func withTexts(object *structpb.Value, texts map[string]string) *structpb.Value {
	if len(texts) == 0 {
		return object
	}

	f := make(fields, len(object.GetStructValue().GetFields())+len(texts))
	maps.Copy(f, object.GetStructValue().GetFields())

	for name, text := range texts {
		f[name] = str(text)
	}

	return obj(f)
}
