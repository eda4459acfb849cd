package rollout

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/structpb"
	corev1 "k8s.io/api/core/v1"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
)

// A Trouble is why a pod does not serve.
type Trouble struct {
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
	find   func(p observedPod, now time.Time) (Trouble, bool)

	// ofEnded says that it is about pods that have ended for good. What their
	// containers say has nothing to do with whether the application serves.
	ofEnded bool
}{
	{reason: v1.ReasonImagePullError, find: cannotPull},
	{reason: v1.ReasonConfigError, find: cannotCreate},
	{reason: v1.ReasonOOMKilled, find: outOfMemory},
	{reason: v1.ReasonCrashLoop, find: keepsStopping},
	{reason: v1.ReasonUnschedulable, find: findsNoNode},
	{reason: v1.ReasonEvicted, find: evicted, ofEnded: true},
	{reason: v1.ReasonContainerCreating, find: waitsForVolumes},
	{reason: v1.ReasonProbeFailing, find: neverReady},
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

// FindTrouble returns what the first rule finds that finds anything, or nil. Of
// several pods it is that of the oldest.
func FindTrouble(pods []*fnv1.Resource, facts Facts, now time.Time) *Trouble {
	if len(pods) == 0 {
		return nil
	}

	observed := newPods(pods, facts)

	for _, rule := range podRules {
		for _, p := range observed {
			if p.ended != rule.ofEnded {
				continue
			}

			if found, ok := rule.find(p, now); ok {
				found.reason = rule.reason
				return &found
			}
		}
	}

	return nil
}

// pullErrors are the kubelet's reasons for a container that waits for its image. See
// k8s.io/kubernetes/pkg/kubelet/images/types.go and k8s.io/cri-api/pkg/errors.
var pullErrors = []string{
	"ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName", "ImageInspectError", "RegistryUnavailable", "SignatureValidationFailed",
}

func cannotPull(p observedPod, _ time.Time) (Trouble, bool) {
	for _, c := range p.containers {
		waiting := value.Dig(c, "state", "waiting")
		if !slices.Contains(pullErrors, value.Text(waiting, "reason")) {
			continue
		}

		return Trouble{
			what:   fmt.Sprintf("The image of container %s of pod %s cannot be pulled%s", value.Text(c, "name"), p.name, because(value.Text(waiting, "message"))),
			advice: "Check the image's name, and spec.imagePullSecrets if its registry asks for a password." + p.describe(),
		}, true
	}

	return Trouble{}, false
}

// createErrors are the kubelet's reasons for a container that it cannot make. See
// k8s.io/kubernetes/pkg/kubelet/kuberuntime/kuberuntime_container.go.
var createErrors = []string{"CreateContainerConfigError", "CreateContainerError"}

func cannotCreate(p observedPod, _ time.Time) (Trouble, bool) {
	for _, c := range p.containers {
		waiting := value.Dig(c, "state", "waiting")
		if !slices.Contains(createErrors, value.Text(waiting, "reason")) {
			continue
		}

		advice := "Create what is missing, or correct what the WebApp names."
		if strings.Contains(value.Text(waiting, "message"), "runAsNonRoot") {
			advice = "Use an image that runs as another user than root and names it by number, as USER 65532 does in a Dockerfile."
		}

		return Trouble{
			what:   fmt.Sprintf("Container %s of pod %s cannot be created%s", value.Text(c, "name"), p.name, because(value.Text(waiting, "message"))),
			advice: advice + p.describe(),
		}, true
	}

	return Trouble{}, false
}

func outOfMemory(p observedPod, now time.Time) (Trouble, bool) {
	for _, c := range p.containers {
		e := p.lastEnd(c, now)
		if e.times == 0 || value.Text(e.how, "reason") != "OOMKilled" || (!e.loops && value.Dig(c, "ready").GetBoolValue()) {
			continue
		}

		return Trouble{
			what:   fmt.Sprintf("Container %s of pod %s ran out of memory and was killed", value.Text(c, "name"), p.name),
			advice: "Raise its memory limit, or have it use less." + p.describe(),
			loops:  e.loops,
		}, true
	}

	return Trouble{}, false
}

func keepsStopping(p observedPod, now time.Time) (Trouble, bool) {
	for _, c := range p.containers {
		// Once is no loop: many applications stop when they start before their
		// database.
		e := p.lastEnd(c, now)
		if e.times < 2 || !e.loops {
			continue
		}

		advice := p.whyStopped(e.how)

		return Trouble{
			what: fmt.Sprintf("Container %s of pod %s keeps stopping, with exit code %d (%s)",
				value.Text(c, "name"), p.name, value.Number(e.how, "exitCode"), value.Text(e.how, "reason")),
			advice: advice + fmt.Sprintf("Its log says why: kubectl -n %s logs %s -c %s --previous", p.app.Namespace, p.name, value.Text(c, "name")),
			loops:  true,
		}, true
	}

	return Trouble{}, false
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
func (p observedPod) lastEnd(c *structpb.Value, now time.Time) end {
	state, restarts := value.Dig(c, "state"), value.Number(c, "restartCount")

	if how := value.Dig(state, "terminated"); how != nil {
		return end{how: how, times: restarts + 1, loops: p.duration(how) < forgotten}
	}

	how := value.Dig(c, "lastState", "terminated")

	switch {
	case how == nil:
		return end{}
	case value.Text(state, "waiting", "reason") == "CrashLoopBackOff":
		return end{how: how, times: max(restarts+1, 2), loops: true}
	case value.Text(state, "waiting", "reason") == "RunContainerError":
		// It could not be started again.
		return end{how: how, times: restarts + 1, loops: p.duration(how) < forgotten}
	case value.Dig(state, "running") != nil:
		ran := now.Sub(parseTime(value.Text(state, "running", "startedAt")))
		before := p.duration(how)
		loops := before < forgotten && ran < min(max(2*before, settling), forgotten)

		return end{how: how, times: restarts, loops: loops}
	default:
		return end{how: how, times: restarts, loops: p.duration(how) < forgotten}
	}
}

// duration is how long a container ran that ended. One that could not be started has
// begun before there was its pod: containerd says that it was in 1970
// (https://github.com/containerd/containerd/issues/9080). It did not run.
func (p observedPod) duration(terminated *structpb.Value) time.Duration {
	began := parseTime(value.Text(terminated, "startedAt"))
	if began.Unix() <= 0 || began.Before(parseTime(p.created)) {
		return 0
	}

	return max(0, parseTime(value.Text(terminated, "finishedAt")).Sub(began))
}

// killed are the exit codes of a container that the kubelet stops, for its liveness
// probe or its startup probe: that of a server which ends well when it is asked to, and
// those of SIGKILL and SIGTERM. The pod's status does not say that it was the kubelet.
var killed = []int64{0, 137, 143}

// whyStopped is what there is to say of why a container stops, beside its log.
func (p observedPod) whyStopped(how *structpb.Value) string {
	reason, code := value.Text(how, "reason"), value.Number(how, "exitCode")

	var probes []string

	for _, name := range []string{"livenessProbe", "startupProbe"} {
		if p.app.Options[name] != nil {
			probes = append(probes, "spec."+name)
		}
	}

	switch {
	case reason == "StartError" || reason == "ContainerCannotRun":
		return "Its command cannot be run. "
	case len(probes) > 0 && slices.Contains(killed, code):
		return fmt.Sprintf("It may be stopped because %s fails: kubectl -n %s describe pod %s tells. ", strings.Join(probes, " or "), p.app.Namespace, p.name)
	case code == 0:
		return "A web application must go on running. "
	default:
		return ""
	}
}

// patience is how long a pod may take to find a node, and to become ready when its
// container runs: a cluster may add nodes, and some applications take their time.
const patience = 2 * time.Minute

func findsNoNode(p observedPod, now time.Time) (Trouble, bool) {
	scheduled := p.condition(corev1.PodScheduled)
	if value.Text(scheduled, "status") != string(corev1.ConditionFalse) || value.Text(scheduled, "reason") != corev1.PodReasonUnschedulable {
		return Trouble{}, false
	}

	words := withoutCounts(value.Text(scheduled, "message"))
	found := Trouble{
		what:   fmt.Sprintf("Pod %s finds no node%s", p.name, because(words)),
		advice: "Have it ask for less, or add nodes." + p.describe(),
	}

	if claim.MatchString(words) {
		found.advice = fmt.Sprintf("Create the PersistentVolumeClaim that spec.volumes names, or a volume for it. See: kubectl -n %s get pvc", p.app.Namespace)
	}

	if now.Sub(parseTime(value.Text(scheduled, "lastTransitionTime"))) < patience {
		found.phase = v1.PhasePending
	}

	return found, true
}

// claim is what the scheduler says of PersistentVolumeClaims: see volume_binding.go and
// binder.go of k8s.io/kubernetes/pkg/scheduler/framework/plugins/volumebinding.
var claim = regexp.MustCompile(`(?i)persistentvolumeclaim|persistent volumes? to bind|unbound .*claim`)

// evicted is for a pod that its node stopped for want of memory, disk or process
// IDs. The pod stays as it is, and another takes its place: it tells something as
// long as that may still have to do with it.
func evicted(p observedPod, now time.Time) (Trouble, bool) {
	if value.Text(p.status, "reason") != "Evicted" {
		return Trouble{}, false
	}

	since := parseTime(value.Text(p.condition(corev1.PodReady), "lastTransitionTime"))
	if t := parseTime(value.Text(p.condition(corev1.DisruptionTarget), "lastTransitionTime")); t.After(since) {
		since = t
	}

	return Trouble{
		what:   fmt.Sprintf("Pod %s was evicted from its node%s", p.name, because(value.Text(p.status, "message"))),
		advice: "Another takes its place. Have it ask for as much as it uses, or use less." + p.describe(),
	}, now.Sub(since) < forgotten
}

// waitsForVolumes is for a pod that is on its node, and of which no container is begun.
// The kubelet waits for its volumes, then for its network, and then for its image: that
// the network is there, it says only when it has pulled the image for the first time.
// For what it waits is in events only. It may heal, and may be no more than a large
// image, until the Deployment's deadline.
func waitsForVolumes(p observedPod, now time.Time) (Trouble, bool) {
	ready := p.condition(corev1.PodReadyToStartContainers)
	if value.Text(ready, "status") != string(corev1.ConditionFalse) || now.Sub(parseTime(value.Text(ready, "lastTransitionTime"))) < patience {
		return Trouble{}, false
	}

	for _, c := range p.containers {
		if reason := value.Text(c, "state", "waiting", "reason"); reason != "ContainerCreating" && reason != "PodInitializing" {
			return Trouble{}, false
		}
	}

	found := Trouble{
		phase:  v1.PhasePending,
		what:   fmt.Sprintf("Pod %s has waited on its node for %.0f minutes or more: for its image, or its network", p.name, patience.Minutes()),
		advice: strings.TrimSpace(p.describe()),
	}

	if volumes := mounts(p.app); volumes != "" {
		found.what = fmt.Sprintf("Pod %s has waited on its node for %.0f minutes or more: for its volumes, its image, or its network", p.name, patience.Minutes())
		found.advice = "Check that there is what it mounts: " + volumes + "." + p.describe()
	}

	return found, true
}

func neverReady(p observedPod, now time.Time) (Trouble, bool) {
	for _, c := range value.Dig(p.status, "containerStatuses").GetListValue().GetValues() {
		running := value.Dig(c, "state", "running")
		// One that has a startup probe is started when that has succeeded.
		if running == nil || value.Dig(c, "ready").GetBoolValue() || !value.Dig(c, "started").GetBoolValue() {
			continue
		}

		since := parseTime(value.Text(running, "startedAt"))
		if t := parseTime(value.Text(p.condition(corev1.ContainersReady), "lastTransitionTime")); t.After(since) {
			since = t
		}

		if now.Sub(since) < patience {
			continue
		}

		return Trouble{
			what:   fmt.Sprintf("Container %s of pod %s runs, and has not been ready for %.0f minutes or more: its readiness probe fails", value.Text(c, "name"), p.name, patience.Minutes()),
			advice: "It must answer on its port, and not on 127.0.0.1 only." + p.describe(),
		}, true
	}

	return Trouble{}, false
}
