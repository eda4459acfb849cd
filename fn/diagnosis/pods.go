package diagnosis

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/structpb"
	corev1 "k8s.io/api/core/v1"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/webapp-operator/function-webapp/fn/child"
	"github.com/webapp-operator/function-webapp/fn/container"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
	"github.com/webapp-operator/function-webapp/internal/wire"
)

// PodsRequirement is the name by which we ask for pods. The Deployment says that they
// do not serve, and they say why. Crossplane has no right to read pods, so that they
// are read only where the platform team wants it (diagnostics in the function's input)
// and has granted the right.
const PodsRequirement = "pods"

// PodReads is what is read of a pod. The message of a container that ended is not
// among it: the application writes it, and it may hold anything. See
// https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/.
var PodReads = wire.Fields{
	"metadata": {"name": nil, "creationTimestamp": nil, "deletionTimestamp": nil, "ownerReferences": {"name": nil, "controller": nil}, "managedFields": wire.Later},
	"spec":     {"initContainers": {"name": nil, "restartPolicy": nil}},
	"status": {
		"phase": nil, "reason": nil, "message": nil,
		"conditions":            {"type": nil, "status": nil, "reason": nil, "message": nil, "lastTransitionTime": nil},
		"initContainerStatuses": containerReads,
		"containerStatuses":     containerReads,
	},
}

var containerReads = wire.Fields{
	"name": nil, "ready": nil, "started": nil, "restartCount": nil,
	"state":     {"waiting": {"reason": nil, "message": nil}, "running": {"startedAt": nil}, "terminated": endReads},
	"lastState": {"terminated": endReads},
}

var endReads = wire.Fields{"exitCode": nil, "reason": nil, "startedAt": nil, "finishedAt": nil}

// Ask returns what Crossplane must be asked for to see the pods of a WebApp.
func Ask(app *webapp.App) map[string]*fnv1.ResourceSelector {
	return map[string]*fnv1.ResourceSelector{PodsRequirement: {
		ApiVersion: "v1",
		Kind:       "Pod",
		Match:      &fnv1.ResourceSelector_MatchLabels{MatchLabels: &fnv1.MatchLabels{Labels: webapp.SelectorLabels(app)}},
		Namespace:  &app.Namespace,
	}}
}

// An observedPod is one of a WebApp's pods.
type observedPod struct {
	of *Case

	name, created string

	status *structpb.Value

	// beside are the names of containers that start before the others and go on running.
	beside []string

	// done is when the last one ended that had something to do before the others.
	done time.Time

	// ended means that it never serves again: it was evicted, refused by its node, shut
	// down with it, or is done; or it is about to be, to make room or with its node.
	ended bool

	// containers are all that have not done what they had to do before others.
	containers []*structpb.Value
}

// newPods returns the pods of the newest ReplicaSet, but for those that are being
// deleted: whatever is wrong with older ones, a rollout is about to replace them. They
// come in the order in which they were created, and then by name: one that is created
// later does not change of which is told.
func newPods(of *Case, pods []*fnv1.Resource) []observedPod {
	out := make([]observedPod, 0, len(pods))

	for _, item := range pods {
		metadata, status := item.GetResource().GetFields()["metadata"], item.GetResource().GetFields()["status"]

		if value.Text(metadata, "deletionTimestamp") != "" || (of.ReplicaSet != "" && value.Text(child.ControllerOf(metadata), "name") != of.ReplicaSet) {
			continue
		}

		p := observedPod{
			of:      of,
			name:    value.Text(metadata, "name"),
			created: value.Text(metadata, "creationTimestamp"),
			status:  status,
		}
		p.ended = slices.Contains(endedPhases, corev1.PodPhase(value.Text(status, "phase"))) ||
			value.Text(p.condition(corev1.DisruptionTarget), "status") == string(corev1.ConditionTrue)

		for _, c := range value.Dig(item.GetResource().GetFields()["spec"], webapp.InitContainers).GetListValue().GetValues() {
			if container.IsSidecar(c) {
				p.beside = append(p.beside, value.Text(c, "name"))
			}
		}

		for _, c := range value.Dig(status, "initContainerStatuses").GetListValue().GetValues() {
			how := value.Dig(c, "state", "terminated")
			if how == nil || value.Number(how, "exitCode") != 0 || p.isBeside(value.Text(c, "name")) {
				p.containers = append(p.containers, c)
			} else {
				p.done = later(p.done, value.Time(value.Text(how, "finishedAt")))
			}
		}

		p.containers = append(p.containers, value.Dig(status, "containerStatuses").GetListValue().GetValues()...)
		out = append(out, p)
	}

	slices.SortFunc(out, func(a, b observedPod) int {
		// Times of the API server sort as text.
		return cmp.Or(strings.Compare(a.created, b.created), strings.Compare(a.name, b.name))
	})

	return out
}

// isBeside says whether a container starts before the others and goes on running.
func (p observedPod) isBeside(name string) bool { return slices.Contains(p.beside, name) }

var endedPhases = []corev1.PodPhase{corev1.PodFailed, corev1.PodSucceeded}

func (p observedPod) condition(kind corev1.PodConditionType) *structpb.Value {
	return value.Condition(p.status, kind)
}

// since is when a condition last changed, or the zero time if the pod does not say.
func (p observedPod) since(kind corev1.PodConditionType) time.Time {
	return value.Time(value.Text(p.condition(kind), "lastTransitionTime"))
}

// waiting returns the first container that waits for one of some reasons, the reason,
// and the kubelet's words. There is none if it is nil.
func (p observedPod) waiting(reasons []string) (c *structpb.Value, reason, words string) {
	for _, c := range p.containers {
		if reason := value.Text(c, "state", "waiting", "reason"); slices.Contains(reasons, reason) {
			return c, reason, value.Text(c, "state", "waiting", "message")
		}
	}

	return nil, "", ""
}

func (p observedPod) describe() string {
	return fmt.Sprintf(" See: kubectl -n %s describe pod %s", p.of.App.Namespace, p.name)
}
