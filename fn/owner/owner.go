package owner

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/internal/wire"
)

// composedManager is how the name of the manager of what Crossplane composes
// begins: see FieldOwnerComposedPrefix in
// github.com/crossplane/crossplane/v2/internal/controller/apiextensions/composite.
const composedManager = "apiextensions.crossplane.io/composed"

// described is what a WebApp describes of a Deployment's spec: what others set beside it
// is theirs. Of a list whose items it goes into, others may have more.
var described = wire.Fields{"template": {"spec": {
	"containers": containerFields, initContainers: containerFields.And(wire.Fields{"restartPolicy": nil}),
	"automountServiceAccountToken": nil, "enableServiceLinks": nil, "imagePullSecrets": nil, "securityContext": nil,
	"affinity": nil, "nodeSelector": nil, "priorityClassName": nil, "serviceAccount": nil, "serviceAccountName": nil,
	"terminationGracePeriodSeconds": nil, "tolerations": nil, "topologySpreadConstraints": nil, "volumes": nil,
}}}

// initContainers are those that run before the application, or beside it.
const initContainers = "initContainers"

var containerFields = wire.Fields{
	"args": nil, "command": nil, "env": nil, "envFrom": nil, "image": nil, "imagePullPolicy": nil, "lifecycle": nil,
	"livenessProbe": nil, "ports": nil, "readinessProbe": nil, "resources": nil, "securityContext": nil,
	"startupProbe": nil, "volumeMounts": nil,
}

// Reads is what is read here of a Deployment.
var Reads = wire.Fields{"metadata": {"managedFields": wire.Later}, "spec": {"template": wire.Later}}

// ScaledByOthers says whether the number of a Deployment's replicas is somebody
// else's, too.
func ScaledByOthers(deployment *structpb.Struct) bool {
	return slices.ContainsFunc(others(deployment), func(entry *structpb.Value) bool {
		return value.Dig(entry, "fieldsV1", "f:spec", "f:replicas") != nil
	})
}

// Beside returns the first container of a Deployment's pods that has none of some names, and
// that would stay beside those if Crossplane wrote them: it is not only Crossplane's. It is
// empty if there is none.
func Beside(deployment *structpb.Struct, names []string) string {
	pods := value.Dig(wire.Open(value.Dig(deployment.GetFields()["spec"], "template")), "spec")

	for _, list := range []string{initContainers, "containers"} {
		for _, c := range value.Dig(pods, list).GetListValue().GetValues() {
			name := value.Text(c, "name")
			if slices.Contains(names, name) {
				continue
			}

			item := fmt.Sprintf("k:{\"name\":%q}", name)
			if managedFields(deployment) == nil || setBy(deployment, ofTemplate, "f:spec", "f:template", "f:spec", "f:"+list, item) != "" {
				return name
			}
		}
	}

	return ""
}

// others are the entries of managedFields that are not of the composite that composes the
// object. What another one has written when the object was its own stays with a manager of
// that one's: see ComposedFieldOwnerName in the package that composedManager is of.
func others(observed *structpb.Struct) []*structpb.Value {
	entries := wire.Open(managedFields(observed)).GetListValue().GetValues()
	ours := composers(entries)

	var found []*structpb.Value

	for _, entry := range entries {
		if !slices.Contains(ours, value.Text(entry, "manager")) {
			found = append(found, entry)
		}
	}

	return found
}

// composers are the managers of the composite that wrote last. They are more than one only
// if they wrote in the same second, which is all that entries tell.
func composers(entries []*structpb.Value) []string {
	names, last := make([]string, 0, 1), ""

	for _, entry := range entries {
		manager, at := value.Text(entry, "manager"), value.Text(entry, "time")

		switch {
		case !strings.HasPrefix(manager, composedManager) || at < last:
		case at > last:
			names, last = append(names[:0], manager), at
		default:
			names = append(names, manager)
		}
	}

	return names
}

// calledBy is who has an entry of managedFields, in words.
func calledBy(entry *structpb.Value) string {
	manager := value.Text(entry, "manager")
	if strings.HasPrefix(manager, composedManager) {
		return "another composite"
	}

	return manager
}

func managedFields(deployment *structpb.Struct) *structpb.Value {
	return value.Dig(deployment.GetFields()["metadata"], "managedFields")
}
