package fn

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/structpb"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/input/v1beta1"
	"github.com/webapp-operator/function-webapp/internal/wire"
)

// The Deployment says that pods do not serve, and the pods say why. Crossplane has
// no right to read pods, so that they are read only where the platform team wants
// it (diagnostics in the function's input) and has granted the right.
const (
	diagnosticsFeature = "diagnostics"
	podsRequirement    = "pods"
)

// podReads is what is read of a pod. The message of a container that ended is not
// among it: the application writes it, and it may hold anything. See
// https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/.
var podReads = wire.Fields{
	"metadata": {"name": nil, "deletionTimestamp": nil, "ownerReferences": {"name": nil, "controller": nil}, "managedFields": wire.Later},
	"status": {
		"reason": nil, "message": nil,
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

func readDiagnostics(root object, into *settings) {
	from, ok := root.text("diagnostics")
	if ok && from != string(v1beta1.DiagnosticsPods) {
		*root.errs = append(*root.errs, field.NotSupported(root.child("diagnostics"), clip(from, maxQuoted), []v1beta1.Diagnostics{v1beta1.DiagnosticsPods}))
	}

	into.diagnostics = ok
}

// watchPods returns the pods of a WebApp that does not run, or did not until now,
// and asks Crossplane for them.
//
// Of one that runs they would say nothing: thirty make its request twenty times as
// large, and ten times as slow to read. That they are asked for only at times costs
// one more call when a WebApp stops running: Crossplane keeps pods in memory from the
// first time on, whoever asks for them, and reads them there.
func watchPods(req *fnv1.RunFunctionRequest, rsp *fnv1.RunFunctionResponse, set *settings, before status, r rollout) []*fnv1.Resource {
	if !set.diagnostics {
		return nil
	}

	if granted, _ := isGranted(req, rsp, diagnosticsFeature); !granted {
		return nil
	}

	if judgeRollout(r).phase == v1.PhaseRunning && !isOfPods(before.reason) {
		return nil
	}

	require(rsp, podsRequirement, &fnv1.ResourceSelector{
		ApiVersion: "v1",
		Kind:       "Pod",
		Match: &fnv1.ResourceSelector_MatchLabels{MatchLabels: &fnv1.MatchLabels{
			Labels: map[string]string{labelApp: r.app.name, labelManagedBy: managedBy},
		}},
		Namespace: &r.app.namespace,
	})

	return req.GetRequiredResources()[podsRequirement].GetItems()
}

// A trouble is why a pod does not serve.
type trouble struct {
	reason v1.Reason
	phase  v1.Phase

	// what is wrong, and what to do.
	what, advice string

	// loops means that it will not last if the pod serves now.
	loops bool
}

// podRules are in order of how much they tell a person: first what never heals by
// itself, and last what may only be late. They are documented with the reasons, in
// apis/v1/reasons.go and in the README.
var podRules = []struct {
	reason v1.Reason
	find   func(p observedPod, now time.Time) (trouble, bool)
}{
	{v1.ReasonImagePullError, cannotPull},
	{v1.ReasonConfigError, cannotCreate},
	{v1.ReasonOOMKilled, outOfMemory},
	{v1.ReasonCrashLoop, keepsStopping},
	{v1.ReasonUnschedulable, findsNoNode},
	{v1.ReasonEvicted, evicted},
	{v1.ReasonProbeFailing, neverReady},
}

// isOfPods says whether pods told a reason.
func isOfPods(reason v1.Reason) bool {
	for _, rule := range podRules {
		if rule.reason == reason {
			return true
		}
	}

	return false
}

// findTrouble returns what the first rule finds that finds anything, or nil. Of
// several pods it is that of the first by name, unless the status names another one
// already: what is said changes no more often than what there is to say.
func findTrouble(pods []*fnv1.Resource, r rollout, before verdict, now time.Time) *trouble {
	if len(pods) == 0 {
		return nil
	}

	observed := newPods(pods, r)

	for _, rule := range podRules {
		var first *trouble

		for _, p := range observed {
			found, ok := rule.find(p, now)
			if !ok {
				continue
			}

			found.reason = rule.reason

			if before.reason == rule.reason && strings.Contains(before.message, p.name) {
				// Older kubelets say why an image cannot be pulled when they have just
				// tried, and not while they wait to try again.
				if strings.HasPrefix(before.message, found.what+": ") {
					found.what = counted.Split(before.message, 2)[0]
				}

				return &found
			}

			if first == nil {
				first = &found
			}
		}

		if first != nil {
			return first
		}
	}

	return nil
}

// counted is what follows what is wrong in a message: see podsInTrouble.
var counted = regexp.MustCompile(`; \d+ of \d+ replicas are available\. `)

// An observedPod is one of a WebApp's pods.
type observedPod struct {
	namespace, name string

	status *structpb.Value

	// containers are all that have not done what they had to do before others.
	containers []*structpb.Value
}

// newPods returns the pods of the newest ReplicaSet by name, but for those that are
// being deleted: whatever is wrong with older ones, a rollout is about to replace
// them.
func newPods(pods []*fnv1.Resource, r rollout) []observedPod {
	newest := newestReplicaSet(r)
	out := make([]observedPod, 0, len(pods))

	for _, item := range pods {
		metadata, status := item.GetResource().GetFields()["metadata"], item.GetResource().GetFields()["status"]

		if text(metadata, "deletionTimestamp") != "" || (newest != "" && text(controllerOf(metadata), "name") != newest) {
			continue
		}

		p := observedPod{namespace: r.app.namespace, name: text(metadata, "name"), status: status}

		for _, c := range dig(status, "initContainerStatuses").GetListValue().GetValues() {
			if how := dig(c, "state", "terminated"); how == nil || number(how, "exitCode") != 0 {
				p.containers = append(p.containers, c)
			}
		}

		p.containers = append(p.containers, dig(status, "containerStatuses").GetListValue().GetValues()...)
		out = append(out, p)
	}

	slices.SortFunc(out, func(a, b observedPod) int { return strings.Compare(a.name, b.name) })

	return out
}

// replicaSetName is how the Deployment controller names the ReplicaSet of the
// current template in condition Progressing: see progress.go and sync.go of
// k8s.io/kubernetes/pkg/controller/deployment.
var replicaSetName = regexp.MustCompile(`(?i)replica ?set "([^"]+)"`)

// newestReplicaSet returns the name of the ReplicaSet of the current template, or ""
// if it is not known. Then all pods are looked at.
func newestReplicaSet(r rollout) string {
	if name := replicaSetName.FindStringSubmatch(r.progressing.message); name != nil {
		return name[1]
	}

	return ""
}

// pullErrors are the kubelet's reasons for a container that waits for its image. See
// k8s.io/kubernetes/pkg/kubelet/images/types.go and k8s.io/cri-api/pkg/errors.
var pullErrors = []string{
	"ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName", "ImageInspectError", "RegistryUnavailable", "SignatureValidationFailed",
}

func cannotPull(p observedPod, _ time.Time) (trouble, bool) {
	for _, c := range p.containers {
		waiting := dig(c, "state", "waiting")
		if !slices.Contains(pullErrors, text(waiting, "reason")) {
			continue
		}

		return trouble{
			what:   fmt.Sprintf("The image of container %s of pod %s cannot be pulled%s", text(c, "name"), p.name, because(text(waiting, "message"))),
			advice: "Check the image's name, and spec.imagePullSecrets if its registry asks for a password." + p.describe(),
		}, true
	}

	return trouble{}, false
}

// createErrors are the kubelet's reasons for a container that it cannot make. See
// k8s.io/kubernetes/pkg/kubelet/kuberuntime/kuberuntime_container.go.
var createErrors = []string{"CreateContainerConfigError", "CreateContainerError"}

func cannotCreate(p observedPod, _ time.Time) (trouble, bool) {
	for _, c := range p.containers {
		waiting := dig(c, "state", "waiting")
		if !slices.Contains(createErrors, text(waiting, "reason")) {
			continue
		}

		advice := "Create what is missing, or correct what the WebApp names."
		if strings.Contains(text(waiting, "message"), "runAsNonRoot") {
			advice = "Use an image that runs as another user than root and names it by number, as USER 65532 does in a Dockerfile."
		}

		return trouble{
			what:   fmt.Sprintf("Container %s of pod %s cannot be created%s", text(c, "name"), p.name, because(text(waiting, "message"))),
			advice: advice + p.describe(),
		}, true
	}

	return trouble{}, false
}

func outOfMemory(p observedPod, now time.Time) (trouble, bool) {
	for _, c := range p.containers {
		e := lastEnd(c, now)
		if e.times == 0 || text(e.how, "reason") != "OOMKilled" || (!e.loops && dig(c, "ready").GetBoolValue()) {
			continue
		}

		return trouble{
			what:   fmt.Sprintf("Container %s of pod %s ran out of memory and was killed", text(c, "name"), p.name),
			advice: "Raise its memory limit, or have it use less." + p.describe(),
			loops:  e.loops,
		}, true
	}

	return trouble{}, false
}

func keepsStopping(p observedPod, now time.Time) (trouble, bool) {
	for _, c := range p.containers {
		// Once is no loop: many applications stop when they start before their
		// database.
		e := lastEnd(c, now)
		if e.times < 2 || !e.loops {
			continue
		}

		advice := ""

		switch {
		case text(e.how, "reason") == "StartError" || text(e.how, "reason") == "ContainerCannotRun":
			advice = "Its command cannot be run. "
		case number(e.how, "exitCode") == 0:
			advice = "A web application must go on running. "
		}

		return trouble{
			what: fmt.Sprintf("Container %s of pod %s keeps stopping, with exit code %d (%s)",
				text(c, "name"), p.name, number(e.how, "exitCode"), text(e.how, "reason")),
			advice: advice + fmt.Sprintf("Its log says why: kubectl -n %s logs %s -c %s --previous", p.namespace, p.name, text(c, "name")),
			loops:  true,
		}, true
	}

	return trouble{}, false
}

// An end is how a container ended last.
type end struct {
	// how is the terminated state, and times how often it ended in its pod.
	how   *structpb.Value
	times int64

	// loops means that it is likely to end again soon.
	loops bool
}

const (
	// forgotten is how long a container must run for the kubelet to restart it at
	// once when it ends, and not to wait longer each time: twice the longest wait. See
	// https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy.
	forgotten = 10 * time.Minute

	// settling is how long at least it must run to be trusted again.
	settling = time.Minute
)

// lastEnd returns how a container ended last. One that loops is at times waiting, at
// times running and even ready, and at times terminated, and must look the same all
// the time: it loops until it has run twice as long as the last time.
func lastEnd(c *structpb.Value, now time.Time) end {
	state, restarts := dig(c, "state"), number(c, "restartCount")

	if how := dig(state, "terminated"); how != nil {
		return end{how: how, times: restarts + 1, loops: duration(how) < forgotten}
	}

	how := dig(c, "lastState", "terminated")

	switch {
	case how == nil:
		return end{}
	case text(state, "waiting", "reason") == "CrashLoopBackOff":
		return end{how: how, times: max(restarts+1, 2), loops: true}
	case dig(state, "running") != nil:
		ran := now.Sub(parseTime(text(state, "running", "startedAt")))
		loops := duration(how) < forgotten && ran < min(max(2*duration(how), settling), forgotten)

		return end{how: how, times: restarts, loops: loops}
	default:
		return end{how: how, times: restarts, loops: duration(how) < forgotten}
	}
}

// duration is how long a container ran that ended.
func duration(terminated *structpb.Value) time.Duration {
	return parseTime(text(terminated, "finishedAt")).Sub(parseTime(text(terminated, "startedAt")))
}

// patience is how long a pod may take to find a node, and to become ready when its
// container runs: a cluster may add nodes, and some applications take their time.
const patience = 2 * time.Minute

func findsNoNode(p observedPod, now time.Time) (trouble, bool) {
	scheduled := p.condition(corev1.PodScheduled)
	if text(scheduled, "status") != string(corev1.ConditionFalse) || text(scheduled, "reason") != corev1.PodReasonUnschedulable {
		return trouble{}, false
	}

	found := trouble{
		what:   fmt.Sprintf("Pod %s finds no node%s", p.name, because(withoutCounts(text(scheduled, "message")))),
		advice: "Have it ask for less, or add nodes." + p.describe(),
	}

	if now.Sub(parseTime(text(scheduled, "lastTransitionTime"))) < patience {
		found.phase = v1.PhasePending
	}

	return found, true
}

// withoutCounts takes the numbers of nodes out of the scheduler's words, and what it
// says of preemption: they change whenever any pod of the cluster comes or goes. See
// FitError in k8s.io/kubernetes/pkg/scheduler/framework/types.go.
func withoutCounts(message string) string {
	message = preemption.ReplaceAllString(nodesAvailable.ReplaceAllString(message, ""), "")
	message = strings.TrimSuffix(message, ".")

	reasons := strings.Split(message, ", ")
	for i, reason := range reasons {
		reasons[i] = nodeCount.ReplaceAllString(reason, "")
	}

	slices.Sort(reasons)

	return strings.Join(slices.Compact(reasons), ", ")
}

var (
	nodesAvailable = regexp.MustCompile(`^\d+/\d+ nodes are available: ?`)
	nodeCount      = regexp.MustCompile(`^\d+ `)
	preemption     = regexp.MustCompile(`\. [^.]*preemption: .*$`)
)

// evicted is for a pod that its node stopped for want of memory, disk or process
// IDs. The pod stays as it is, and another takes its place: it tells something as
// long as that may still have to do with it.
func evicted(p observedPod, now time.Time) (trouble, bool) {
	if text(p.status, "reason") != "Evicted" {
		return trouble{}, false
	}

	since := parseTime(text(p.condition(corev1.PodReady), "lastTransitionTime"))
	if t := parseTime(text(p.condition(corev1.DisruptionTarget), "lastTransitionTime")); t.After(since) {
		since = t
	}

	return trouble{
		what:   fmt.Sprintf("Pod %s was evicted from its node%s", p.name, because(text(p.status, "message"))),
		advice: "Another takes its place. Have it ask for as much as it uses, or use less." + p.describe(),
	}, now.Sub(since) < forgotten
}

func neverReady(p observedPod, now time.Time) (trouble, bool) {
	for _, c := range dig(p.status, "containerStatuses").GetListValue().GetValues() {
		running := dig(c, "state", "running")
		// One that has a startup probe is started when that has succeeded.
		if running == nil || dig(c, "ready").GetBoolValue() || !dig(c, "started").GetBoolValue() {
			continue
		}

		since := parseTime(text(running, "startedAt"))
		if t := parseTime(text(p.condition(corev1.ContainersReady), "lastTransitionTime")); t.After(since) {
			since = t
		}

		if now.Sub(since) < patience {
			continue
		}

		return trouble{
			what:   fmt.Sprintf("Container %s of pod %s runs, and has not been ready for %.0f minutes or more: its readiness probe fails", text(c, "name"), p.name, patience.Minutes()),
			advice: "It must answer on its port, and not on 127.0.0.1 only." + p.describe(),
		}, true
	}

	return trouble{}, false
}

func (p observedPod) condition(kind corev1.PodConditionType) *structpb.Value {
	for _, c := range dig(p.status, "conditions").GetListValue().GetValues() {
		if text(c, "type") == string(kind) {
			return c
		}
	}

	return nil
}

func (p observedPod) describe() string {
	return fmt.Sprintf(" See: kubectl -n %s describe pod %s", p.namespace, p.name)
}

// maxCause is how much is repeated of what Kubernetes says, so that there is room
// for what to do.
const maxCause = 300

// because returns Kubernetes' words as the end of a sentence.
func because(said string) string {
	for _, v := range varying {
		said = v.pattern.ReplaceAllString(said, v.with)
	}

	said = strings.TrimRight(strings.Join(strings.Fields(said), " "), ". ")
	if said == "" {
		return ""
	}

	return ": " + clip(said, maxCause)
}

// varying is what is different each time Kubernetes says the same: the kubelet's
// wait, names of pods, addresses, IDs and times. And what nobody needs to know:
// passwords and signatures in URLs.
var varying = []struct {
	pattern *regexp.Regexp
	with    string
}{
	// See EnsureImageExists in k8s.io/kubernetes/pkg/kubelet/images/image_manager.go.
	{regexp.MustCompile(`^Back-off pulling image "[^"]*"(: |$)`), ""},
	{regexp.MustCompile(`^(ErrImagePull|RegistryUnavailable|SignatureValidationFailed): `), ""},
	{regexp.MustCompile(`rpc error: code = \w+ desc = `), ""},
	// See security_context_others.go of k8s.io/kubernetes/pkg/kubelet/kuberuntime.
	{regexp.MustCompile(` \(pod: "[^"]*", container: [^)]*\)`), ""},
	{regexp.MustCompile(`://[^/@\s"]*@`), "://"},
	{regexp.MustCompile(`(://[^\s"?]*)\?[^\s"]*`), "$1"},
	{regexp.MustCompile(`\b(\d+\.){3}\d+:\d+->`), ""},
	{regexp.MustCompile(`\b(dial|read|write) (tcp|udp) (\[[0-9a-fA-F:]+\]|[0-9.]+):\d+`), "$1 $2"},
	{regexp.MustCompile(`(?i)\brequest.?id["']?[:= ]+["']?[-\w]+`), "request"},
	{regexp.MustCompile(`\b[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b`), "…"},
	{regexp.MustCompile(`\b\d{4}-\d\d-\d\dT[0-9:.]+(Z|[-+]\d\d:?\d\d)?`), "…"},
}
