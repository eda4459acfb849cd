package diagnosis

import (
	"fmt"
	"slices"
	"time"

	"google.golang.org/protobuf/types/known/structpb"
	corev1 "k8s.io/api/core/v1"

	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// pullErrors are the kubelet's reasons for a container that waits for its image, and
// finalPullErrors those of them that the next attempt does not mend. See
// k8s.io/kubernetes/pkg/kubelet/images/types.go and k8s.io/cri-api/pkg/errors.
var (
	finalPullErrors = []string{neverPull, "InvalidImageName", "SignatureValidationFailed"}
	pullErrors      = append([]string{"ErrImagePull", "ImagePullBackOff", "ImageInspectError", "RegistryUnavailable"}, finalPullErrors...)
)

const neverPull = "ErrImageNeverPull"

// cannotPull is for an image that cannot be pulled. Older kubelets do not repeat why
// while they wait to try again, and new causes come up: only what is known to last is
// not waited for.
func cannotPull(p observedPod) (Trouble, bool) {
	c, reason, words := p.waiting(pullErrors)
	if c == nil {
		return Trouble{}, false
	}

	found := Trouble{
		What:   fmt.Sprintf("The image of container %s of pod %s cannot be pulled%s", value.Text(c, "name"), p.name, because(words)),
		Advice: pullAdvice(p, c, reason, words),
	}

	found.unclear = !heals.MatchString(words) && !lasts.MatchString(words)

	if !slices.Contains(finalPullErrors, reason) && (heals.MatchString(words) || found.unclear) {
		found.patience, found.began = webapp.Patience, p.began(c)
	}

	return found, true
}

func pullAdvice(p observedPod, c *structpb.Value, reason, words string) string {
	own, ours := askedOf(p.of.App, value.Text(c, "name"))

	switch {
	case heals.MatchString(words):
		return "Check that the nodes reach the image's registry, and how many pulls it allows." + p.describe()
	case !ours:
		return p.stranger(c) + p.describe()
	case reason == neverPull:
		return "No image is pulled where " + p.of.App.Field("imagePullPolicy") + " is Never: use another, or bring the image to the nodes." + p.describe()
	default:
		return "Check " + own.image() + ", and " + p.of.App.Field("imagePullSecrets") + " if its registry asks for a password." + p.describe()
	}
}

// began is when a container can have begun to wait at the earliest, for its image or
// for what it is made of: the pod was on its node by then, had its network and was done
// with what comes before, and the container had stopped if it ran before. It is the
// zero time if the pod does not say.
func (p observedPod) began(c *structpb.Value) time.Time {
	at := value.Time(p.created)

	for _, kind := range []corev1.PodConditionType{corev1.PodScheduled, corev1.PodReadyToStartContainers, corev1.PodInitialized, corev1.ContainersReady} {
		at = later(at, p.since(kind))
	}

	return later(at, value.Time(value.Text(c, "lastState", "terminated", "finishedAt")))
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}

	return b
}
