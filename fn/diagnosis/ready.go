package diagnosis

import (
	"fmt"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/structpb"
	corev1 "k8s.io/api/core/v1"

	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// waitsToBegin is for a pod that is on its node, and of which no container is begun.
// The kubelet waits for its volumes, then for its network, and then for its image: that
// the network is there, it says only when it has pulled the image for the first time,
// and kubelets before 1.29 not at all. For what it waits is in events only. It may heal,
// and may be no more than a large image, until the Deployment's deadline.
func waitsToBegin(p observedPod) (Trouble, bool) {
	network := p.condition(corev1.PodReadyToStartContainers)
	since := later(later(p.since(corev1.PodReadyToStartContainers), p.since(corev1.PodScheduled)), p.done)

	if value.Text(p.condition(corev1.PodScheduled), "status") == string(corev1.ConditionFalse) ||
		len(p.containers) == 0 || since.IsZero() || p.of.Now.Sub(since) < webapp.Patience {
		return Trouble{}, false
	}

	for _, c := range p.containers {
		if reason := value.Text(c, "state", "waiting", "reason"); reason != "ContainerCreating" && reason != podInitializing {
			return Trouble{}, false
		}
	}

	volumes := Mounts(p.of.App)

	forWhat, advice := "its image, or its network", ""

	switch {
	case value.Text(network, "status") == string(corev1.ConditionTrue):
		forWhat = "its image"
	case volumes != "":
		forWhat = "its volumes, its image, or its network"
		advice = "Check that there is what it mounts: " + volumes + "." + recreate(p.of.App)
	}

	return Trouble{
		What:     fmt.Sprintf("Pod %s has waited on its node for %s or more: for %s", p.name, Span(webapp.Patience), forWhat),
		Advice:   strings.TrimSpace(advice + p.describe()),
		patience: untilDeadline,
	}, true
}

// podInitializing is the kubelet's reason for a container that waits for those before it.
const podInitializing = "PodInitializing"

// waitsForOthers is for a pod whose containers wait for one before them, which is not done,
// or has not started.
func waitsForOthers(p observedPod) (Trouble, bool) {
	for _, c := range p.containers {
		since, name := value.Time(value.Text(c, "state", "running", "startedAt")), value.Text(c, "name")
		if since.IsZero() || p.of.Now.Sub(since) < webapp.Patience || !p.initializes() || (p.isBeside(name) && value.Dig(c, "started").GetBoolValue()) {
			continue
		}

		advice := p.stranger(c)

		switch own, ours := askedOf(p.of.App, name); {
		case !ours:
		case own.mustEnd():
			advice = "The application starts when it has ended with exit code 0."
		default:
			advice = "The application starts when " + own.field(webapp.StartupProbe) + " has found it well."
		}

		return Trouble{
			What: fmt.Sprintf("Container %s of pod %s has run for %s or more, and the others wait for it", name, p.name, Span(webapp.Patience)),
			Advice: fmt.Sprintf("%s Its log may say for what it waits: kubectl -n %s logs %s -c %s",
				advice, p.of.App.Namespace, p.name, name),
			patience: untilDeadline,
		}, true
	}

	return Trouble{}, false
}

// initializes says whether the containers of a pod wait for others to be done.
func (p observedPod) initializes() bool {
	for _, c := range value.Dig(p.status, "containerStatuses").GetListValue().GetValues() {
		if value.Text(c, "state", "waiting", "reason") == podInitializing {
			return true
		}
	}

	return false
}

// neverReady is for a container that runs, and is not ready after all the time that its
// probes give it.
func neverReady(p observedPod) (Trouble, bool) {
	if p.initializes() {
		return Trouble{}, false
	}

	for _, c := range p.containers {
		running := value.Dig(c, "state", "running")
		// One that has a startup probe is started when that has succeeded.
		if running == nil || value.Dig(c, "ready").GetBoolValue() || !value.Dig(c, "started").GetBoolValue() {
			continue
		}

		since, allowed := value.Time(value.Text(running, "startedAt")), webapp.Patience
		lost := p.since(corev1.ContainersReady)

		switch own, ours := askedOf(p.of.App, value.Text(c, "name")); {
		case !ours:
		case lost.After(since):
			allowed = webapp.TimeToBeReadyAgain(own.Get(webapp.ReadinessProbe))
		default:
			allowed = webapp.TimeToBeReady(own.Get(webapp.StartupProbe), own.Get(webapp.ReadinessProbe))
		}

		if p.of.Now.Sub(later(since, lost)) < allowed {
			continue
		}

		return Trouble{
			What: fmt.Sprintf("Container %s of pod %s runs, and has not been ready for %s or more: its readiness probe fails",
				value.Text(c, "name"), p.name, Span(allowed)),
			Advice: p.probeAdvice(c) + p.describe(),
		}, true
	}

	return Trouble{}, false
}

func (p observedPod) probeAdvice(c *structpb.Value) string {
	own, ours := askedOf(p.of.App, value.Text(c, "name"))
	if !ours {
		return p.stranger(c)
	}

	return "It must " + mustDo(own) + "."
}

// Span is a time in words, in the unit in which people set it.
func Span(d time.Duration) string {
	n, unit := int64(d/time.Second), "second"
	if d%time.Minute == 0 {
		n, unit = int64(d/time.Minute), "minute"
	}

	if n == 1 {
		return "1 " + unit
	}

	return fmt.Sprintf("%d %ss", n, unit)
}
