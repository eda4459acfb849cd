package fn

import (
	"fmt"
	"maps"

	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/runtime"
)

// Desired keys. They are the identity of the children: Crossplane deletes a
// child whose key it does not find. None is ever renamed.
const (
	keyDeployment = "deployment"
	keyService    = "service"
	keyConfigMap  = "configmap"
)

// A child is one object that a WebApp is made of.
type child struct {
	// key is the name of the desired resource. Frozen.
	key string

	apiVersion string
	kind       string

	// name is the object's name. Frozen: another name is another object.
	name func(app *webApp) string

	// build returns what we want of the object, as an apply configuration: what
	// is not set in it is not sent, so that it is not ours.
	build func(app *webApp, set *settings) any

	// ready says whether the observed object does its job.
	ready func(observed *structpb.Struct, roll rollout) bool
}

// children is all that a WebApp is made of.
var children = []child{
	{keyDeployment, "apps/v1", "Deployment", sameName, deployment, deploymentReady},
	{keyService, "v1", "Service", sameName, service, staysReady},
	{keyConfigMap, "v1", "ConfigMap", configMapName, configMap, staysReady},
}

func sameName(app *webApp) string { return app.name }

// staysReady is for objects that do their job from the moment they exist.
func staysReady(observed *structpb.Struct, _ rollout) bool {
	return text(observed.GetFields()["metadata"], "deletionTimestamp") == ""
}

// compose builds every child, by key.
func compose(app *webApp, set *settings) (map[string]*structpb.Struct, error) {
	out := make(map[string]*structpb.Struct, len(children))

	for _, c := range children {
		fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(c.build(app, set))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.kind, err)
		}

		s, err := structpb.NewStruct(fields)
		if err != nil {
			// The error quotes the text, which may be a secret.
			return nil, fmt.Errorf("%s: there is text that is not UTF-8", c.kind)
		}

		out[c.key] = s
	}

	stampTemplateHash(out[keyDeployment])

	return out, nil
}

const (
	labelApp       = "app"
	labelManagedBy = "managed-by"
	managedBy      = "webapp-operator"
)

// selector selects the pods of a WebApp. Frozen: a Deployment's selector cannot
// be changed.
func selector(app *webApp) map[string]string {
	return map[string]string{labelApp: app.name, labelManagedBy: managedBy}
}

// selectorText is selector as text, for the scale subresource.
func selectorText(app *webApp) string {
	return labelApp + "=" + app.name + "," + labelManagedBy + "=" + managedBy
}

// childLabels are on every child and on the pods. They never change in the life
// of a WebApp, so that they never restart a pod.
// See https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/.
func childLabels(name string) map[string]string {
	return map[string]string{
		labelApp:                       name,
		labelManagedBy:                 managedBy,
		"app.kubernetes.io/name":       name,
		"app.kubernetes.io/instance":   name,
		"app.kubernetes.io/managed-by": managedBy,
	}
}

// labelsOf are the labels of a child: the platform team's and ours.
func labelsOf(app *webApp, set *settings) map[string]string {
	labels := childLabels(app.name)
	maps.Copy(labels, set.labels)

	return labels
}
