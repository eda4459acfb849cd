package diagnosis

import (
	"regexp"
	"slices"
	"strings"

	"github.com/webapp-operator/function-webapp/fn/value"
)

// maxCause is how much is repeated of what Kubernetes says, so that there is room
// for what to do.
const maxCause = 300

// because returns Kubernetes' words as the end of a sentence.
func because(words string) string {
	words = steady(words)
	if words == "" {
		return ""
	}

	return ": " + value.Clip(words, maxCause)
}

// steady returns words that are the same each time they say the same.
func steady(words string) string {
	for _, v := range varying {
		words = v.pattern.ReplaceAllString(words, v.with)
	}

	return strings.TrimRight(strings.Join(strings.Fields(words), " "), ". ")
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
	{regexp.MustCompile(`(\b(\d+\.){3}\d+|\[[0-9a-fA-F:]+\]):\d+->`), ""},
	{regexp.MustCompile(`\b(dial|read|write) (tcp|udp) (\[[0-9a-fA-F:]+\]|[0-9.]+):\d+`), "$1 $2"},
	{regexp.MustCompile(`(?i)\brequest.?id["']?[:= ]+["']?[-\w]+`), "request"},
	// Of a container's name, the pod's UID and the number of the attempt: see makeContainerName
	// in k8s.io/kubernetes/pkg/kubelet, and its like in cri-dockerd.
	{regexp.MustCompile(`_[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}_\d+`), ""},
	// IDs of containers and of requests. A digest, which has sha256: before it, stays.
	{regexp.MustCompile(`(^|[^:\w])[0-9a-f]{32,64}\b`), "$1…"},
	{regexp.MustCompile(`(?i)retry[- ]?after:? *[0-9.]+ ?[a-zµ]*,? *`), ""},
	{regexp.MustCompile(`\b[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b`), "…"},
	{regexp.MustCompile(`\b\d{4}-\d\d-\d\dT[0-9:.]+(Z|[-+]\d\d:?\d\d)?`), "…"},
}

// withoutCounts takes the numbers of nodes out of the scheduler's words, and what it
// says of preemption: they change whenever any pod of the cluster comes or goes. See
// FitError in k8s.io/kubernetes/pkg/scheduler/framework/types.go.
func withoutCounts(message string) string {
	message = preemption.ReplaceAllString(nodesAvailable.ReplaceAllString(message, ""), "")
	message = strings.TrimSuffix(noVictim.ReplaceAllString(message, ""), ".")

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
	// What preemption found, where it says no more. It reads as if it were of the cause.
	noVictim   = regexp.MustCompile(`\. not found\b`)
	preemption = regexp.MustCompile(`\. [^.]*preemption: .*$`)
)

// used is how much of a quota is taken: it changes whenever any pod of the namespace
// comes or goes. See checkRequest in k8s.io/apiserver/pkg/admission/plugin/resourcequota.
var used = regexp.MustCompile(`, used: [^ ]+,`)

// podSuffix is what a ReplicaSet adds to the Deployment's name to name a pod:
// a hash, and five characters of k8s.io/apimachinery/pkg/util/rand's alphabet.
var podSuffix = regexp.MustCompile(`-[bcdfghjklmnpqrstvwxz2456789]{1,10}-[bcdfghjklmnpqrstvwxz2456789]{5}\b`)

// podRefused is how the API server begins to say why it refuses a pod.
var podRefused = regexp.MustCompile(`^pods "[^"]*" is forbidden: `)

// withoutPods takes the names of single pods out of Kubernetes' words. Every attempt
// to create a pod has another name, and none of them exists.
func withoutPods(message string) string {
	return steady(podRefused.ReplaceAllString(podSuffix.ReplaceAllString(used.ReplaceAllString(message, ","), ""), ""))
}
