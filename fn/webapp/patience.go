package webapp

import (
	"time"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/webapp-operator/function-webapp/fn/value"
)

// Fields by which a WebApp asks how its container is.
const (
	ReadinessProbe = "readinessProbe"
	LivenessProbe  = "livenessProbe"
	StartupProbe   = "startupProbe"
)

// Fields by which a WebApp says how its Deployment counts time.
const (
	MinReadySeconds         = "minReadySeconds"
	ProgressDeadlineSeconds = "progressDeadlineSeconds"
)

// InitContainers is the field of a WebApp with the containers that run before the
// application, or beside it.
const InitContainers = "initContainers"

// Patience is how long what may heal by itself has to do so, whatever a WebApp asks
// for: a cluster may add nodes, a registry may have a bad minute.
const Patience = 2 * time.Minute

// UsualProgressDeadline is Kubernetes' own, of a Deployment that has none:
// see SetDefaults_Deployment of k8s.io/kubernetes/pkg/apis/apps/v1.
const UsualProgressDeadline = 10 * time.Minute

// TimeToBeReady is how long a container may take from its start until it is ready. The
// readiness probe waits until the startup probe has succeeded. See
// https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/.
func (a *App) TimeToBeReady() time.Duration {
	return TimeToBeReady(a.Options[StartupProbe], a.Options[ReadinessProbe])
}

// TimeToBeReady is how long a container with such probes may take, each of which may be nil.
func TimeToBeReady(startup, readiness *structpb.Value) time.Duration {
	allowed := delay(readiness) + asking(readiness)

	if startup != nil {
		allowed += delay(startup) + asking(startup)
	}

	return max(Patience, allowed)
}

// TimeToBeReadyAgain is how long one may take that was ready: without the delays at its
// start.
func (a *App) TimeToBeReadyAgain() time.Duration {
	return TimeToBeReadyAgain(a.Options[ReadinessProbe])
}

// TimeToBeReadyAgain is how long a container with such a readiness probe, which may be nil,
// may take that was ready.
func TimeToBeReadyAgain(readiness *structpb.Value) time.Duration {
	return max(Patience, asking(readiness))
}

// ProgressDeadline is how long a rollout may go without progress. Unless the WebApp says
// how long, it is never shorter than what the probes allow, of the application and of what
// must have started before it, what comes before the first of them, and how long a replica
// must then be ready. How long a container may take that must be done before, nobody says.
func (a *App) ProgressDeadline() time.Duration {
	if written := value.Number(a.Options[ProgressDeadlineSeconds]); written > 0 {
		return duration(written)
	}

	before := time.Duration(0)

	for _, c := range a.Options[InitContainers].GetListValue().GetValues() {
		if startup := value.Dig(c, StartupProbe); value.IsSet(startup) {
			before += delay(startup) + asking(startup)
		}
	}

	return max(UsualProgressDeadline, before+a.TimeToBeReady()+duration(value.Number(a.Options[MinReadySeconds]))+Patience)
}

// asking is how long a probe takes to make up its mind, with what Kubernetes takes for
// what is not set: see SetDefaults_Probe of k8s.io/kubernetes/pkg/apis/core/v1.
func asking(probe *structpb.Value) time.Duration {
	each := max(orElse(probe, "periodSeconds", 10), orElse(probe, "timeoutSeconds", 1))
	times := max(orElse(probe, "failureThreshold", 3), value.Number(probe, "successThreshold"))

	return duration(times * each)
}

func delay(probe *structpb.Value) time.Duration {
	return duration(orElse(probe, "initialDelaySeconds", 0))
}

// duration is of so many seconds, but of no more than a year: the fields of a probe may
// multiply to more than a duration holds.
func duration(seconds int64) time.Duration {
	const year = 365 * 24 * 60 * 60
	return time.Duration(min(seconds, year)) * time.Second
}

func orElse(probe *structpb.Value, name string, otherwise int64) int64 {
	if n := value.Number(probe, name); n > 0 {
		return n
	}

	return otherwise
}
