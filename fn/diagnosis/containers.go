package diagnosis

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// createErrors are the kubelet's reasons for a container that it cannot make. See
// k8s.io/kubernetes/pkg/kubelet/kuberuntime/kuberuntime_container.go.
var createErrors = []string{"CreateContainerConfigError", "CreateContainerError"}

func cannotCreate(p observedPod) (Trouble, bool) {
	c, _, words := p.waiting(createErrors)
	if c == nil {
		return Trouble{}, false
	}

	found := Trouble{
		What:   fmt.Sprintf("Container %s of pod %s cannot be created%s", value.Text(c, "name"), p.name, because(words)),
		Advice: createAdvice(p, c, words) + p.describe(),
	}

	if heals.MatchString(words) {
		found.patience, found.began = webapp.Patience, p.began(c)
	}

	return found, true
}

func createAdvice(p observedPod, c *structpb.Value, words string) string {
	app := p.of.App
	own, ours := askedOf(app, value.Text(c, "name"))

	switch {
	case heals.MatchString(words):
		return "Kubernetes tries again."
	case !ours:
		return p.stranger(c)
	case strings.Contains(words, "runAsNonRoot"):
		return "Use an image that runs as another user than root and names it by number, as USER 65532 does in a Dockerfile."
	case strings.Contains(words, "non-root policy"):
		return "Set " + own.field("securityContext.runAsUser") + " to another user than root, which is 0."
	case strings.Contains(words, "no command specified"):
		return "Its image does not say what to run: set " + own.field("command") + "."
	case mountOf.MatchString(words):
		return "Check " + app.Field("volumes["+mountOf.FindStringSubmatch(words)[1]+"]") + "."
	}

	if fields := taken(own, words); fields != "" {
		return fmt.Sprintf("Create what is missing, or correct %s.", fields)
	}

	return "Create what is missing, or correct what the " + app.Composite.Kind + " names."
}

// mountOf is how the kubelet names the volume of a path that it cannot mount: see
// makeMounts in k8s.io/kubernetes/pkg/kubelet/kubelet_pods.go.
var mountOf = regexp.MustCompile(`volumeMount "([^"]+)"`)

func outOfMemory(p observedPod) (Trouble, bool) {
	for _, c := range p.containers {
		e := p.lastEnd(c)
		if e.times == 0 || value.Text(e.how, "reason") != "OOMKilled" || (!e.loops && value.Dig(c, "ready").GetBoolValue()) {
			continue
		}

		advice := p.stranger(c)
		if own, ours := askedOf(p.of.App, value.Text(c, "name")); ours {
			advice = "Raise its memory limit (" + own.field("resources.limits.memory") + "), or have it use less."
		}

		return Trouble{
			What:   fmt.Sprintf("Container %s of pod %s ran out of memory and was killed", value.Text(c, "name"), p.name),
			Advice: advice + p.describe(),
			Loops:  e.loops,
		}, true
	}

	return Trouble{}, false
}

func keepsStopping(p observedPod) (Trouble, bool) {
	for _, c := range p.containers {
		// Once is no loop: many applications stop when they start before their
		// database.
		e := p.lastEnd(c)
		if e.times < 2 || !e.loops {
			continue
		}

		return Trouble{
			What: fmt.Sprintf("Container %s of pod %s keeps stopping, with exit code %d (%s)",
				value.Text(c, "name"), p.name, value.Number(e.how, "exitCode"), value.Text(e.how, "reason")),
			Advice: p.whyStopped(c, e.how) + fmt.Sprintf("Its log says why: kubectl -n %s logs %s -c %s --previous", p.of.App.Namespace, p.name, value.Text(c, "name")),
			Loops:  true,
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
func (p observedPod) lastEnd(c *structpb.Value) end {
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
		ran := p.of.Now.Sub(value.Time(value.Text(state, "running", "startedAt")))
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
	began := value.Time(value.Text(terminated, "startedAt"))
	if began.Unix() <= 0 || began.Before(value.Time(p.created)) {
		return 0
	}

	return max(0, value.Time(value.Text(terminated, "finishedAt")).Sub(began))
}

// killed are the exit codes of a container that the kubelet stops, for its liveness
// probe or its startup probe: that of a server which ends well when it is asked to, and
// those of SIGKILL and SIGTERM. The pod's status does not say that it was the kubelet.
var killed = []int64{0, 137, 143}

// whyStopped is what there is to say of why a container stops, beside its log.
func (p observedPod) whyStopped(c, how *structpb.Value) string {
	own, ours := askedOf(p.of.App, value.Text(c, "name"))
	if !ours {
		return p.stranger(c) + " "
	}

	reason, code := value.Text(how, "reason"), value.Number(how, "exitCode")

	var probes []string

	for _, name := range []string{webapp.LivenessProbe, webapp.StartupProbe} {
		if own.Get(name) != nil {
			probes = append(probes, own.field(name))
		}
	}

	switch {
	case reason == "StartError" || reason == "ContainerCannotRun":
		return "Its command cannot be run. Check " + command(own) + ". "
	case own.mustEnd():
		return "The application starts when it has ended with exit code 0. "
	case len(probes) > 0 && slices.Contains(killed, code):
		return fmt.Sprintf("It may be stopped because %s fails: kubectl -n %s describe pod %s tells. ", strings.Join(probes, " or "), p.of.App.Namespace, p.name)
	case code == 0 && own.beside != "":
		return "With restartPolicy Always, it must go on running. "
	case code == 0:
		return "A web application must go on running. "
	default:
		return ""
	}
}
