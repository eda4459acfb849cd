package diagnosis

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/webapp-operator/function-webapp/fn/placement"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

func findsNoNode(p observedPod) (Trouble, bool) {
	scheduled := p.condition(corev1.PodScheduled)
	if value.Text(scheduled, "status") != string(corev1.ConditionFalse) || value.Text(scheduled, "reason") != corev1.PodReasonUnschedulable {
		return Trouble{}, false
	}

	words := withoutCounts(value.Text(scheduled, "message"))

	return Trouble{
		What:     fmt.Sprintf("Pod %s finds no node%s", p.name, because(words)),
		Advice:   nodeAdvice(p, words),
		patience: webapp.Patience,
		began:    p.since(corev1.PodScheduled),
	}, true
}

// What the scheduler says of PersistentVolumeClaims and their volumes: see the plugins
// volumebinding, volumerestrictions, volumezone and nodevolumelimits in
// k8s.io/kubernetes/pkg/scheduler/framework/plugins.
var (
	heldClaim = regexp.MustCompile(`(?i)ReadWriteOncePod|volume node affinity|no available volume zone|available disk|max volume count`)
	claim     = regexp.MustCompile(`(?i)persistentvolumeclaim|persistent volumes? to bind|unbound .*claim`)
	scarce    = regexp.MustCompile(`Insufficient|Too many pods`)
	spread    = regexp.MustCompile(`topology spread`)
	unlabeled = regexp.MustCompile(`didn't match Pod's node affinity/selector`)
	tainted   = regexp.MustCompile(`untolerated taint`)

	repelled   = regexp.MustCompile(`existing pods anti-affinity rules`)
	unfriendly = regexp.MustCompile(`pod (anti-)?affinity rules`)
)

// Parts of a WebApp's affinity.
const (
	nodeAffinity    = placement.Affinity + ".nodeAffinity"
	podAffinity     = placement.Affinity + ".podAffinity"
	podAntiAffinity = placement.Affinity + ".podAntiAffinity"
)

func nodeAdvice(p observedPod, words string) string {
	switch {
	case heldClaim.MatchString(words):
		return fmt.Sprintf("Its volumes tie it to a node that cannot take it, or another pod holds one of them: %s.%s%s", Mounts(p.of.App), recreate(p.of.App), p.describe())
	case claim.MatchString(words):
		return claimAdvice(p)
	case scarce.MatchString(words):
		return "Have it ask for less (" + p.of.App.Field("resources.requests") + "), or add nodes." + p.describe()
	case spread.MatchString(words):
		return "Add nodes, or ask the platform team, whose topologySpread says where replicas may run." + p.describe()
	case unlabeled.MatchString(words):
		return "Add nodes with the labels, or " + whoSays(p.of.App, "nodeSelector or affinity", "nodeSelector", nodeAffinity) + p.describe()
	case repelled.MatchString(words):
		return "Add nodes: other pods keep it away from where they run." + p.describe()
	case unfriendly.MatchString(words):
		return "Add nodes, or " + whoSays(p.of.App, "affinity", podAffinity, podAntiAffinity) + p.describe()
	case tainted.MatchString(words):
		return "Add nodes without such taints, or tolerate them with " + p.of.App.Field(placement.Tolerations) + "." + p.describe()
	default:
		return "Add nodes that may take it." + p.describe()
	}
}

// claimAdvice tells how claims get volumes. That of an ephemeral volume nobody need create.
func claimAdvice(p observedPod) string {
	app, advice := p.of.App, ""

	each := claiming(app, claimOfEach)
	if each != "" {
		advice = fmt.Sprintf("No volume is there yet for the claim that it has for itself: check storageClassName and size of %s. ", each)
	}

	if each == "" || claiming(app, claimOfAll) != "" {
		advice += fmt.Sprintf("Create the PersistentVolumeClaim that %s names, or a volume for it. ", app.Field("volumes"))
	}

	return advice + fmt.Sprintf("See: kubectl -n %s get pvc", app.Namespace)
}

// whoSays tells to correct those of some fields that a WebApp has, or else to ask the platform
// team, which may say the same for all.
func whoSays(app *webapp.App, theirs string, fields ...string) string {
	var own []string

	for _, f := range fields {
		name, part, parts := strings.Cut(f, ".")

		v := app.Options[name]
		if parts {
			v = value.Dig(v, part)
		}

		if v != nil {
			own = append(own, app.Field(f))
		}
	}

	if len(own) == 0 {
		return "ask the platform team, whose " + theirs + " says where replicas may run."
	}

	return "correct " + strings.Join(own, " or ") + "."
}

// evicted is for a pod that its node stopped for want of memory, disk or process
// IDs. The pod stays as it is, and another takes its place: it tells something as
// long as that may still have to do with it. Once is the node's affair; if one that took
// the place of another had to go, too, it will not be the last.
func evicted(p observedPod) (Trouble, bool) {
	at, was := p.evictedAt()
	if !was || p.of.Now.Sub(at) >= forgotten {
		return Trouble{}, false
	}

	found := Trouble{
		What:     fmt.Sprintf("Pod %s was evicted from its node%s", p.name, because(value.Text(p.status, "message"))),
		Advice:   "Another takes its place. " + evictionAdvice(p.of.App, value.Text(p.status, "message")) + p.describe(),
		patience: untilDeadline,
	}

	if p.isForgotten() {
		found.What = fmt.Sprintf("Pod %s was stopped by its node, which has forgotten why", p.name)
		found.Advice = "Another takes its place. " + forgottenAdvice(p.of.App) + p.describe()
	}

	for _, other := range p.of.pods {
		// Times are in seconds: one may be created and evicted within the same.
		if before, was := other.evictedAt(); was && other.name != p.name && p.created != "" && !before.After(value.Time(p.created)) {
			found.patience = 0
		}
	}

	return found, true
}

// evictedAt says whether and when a node stopped a pod.
func (p observedPod) evictedAt() (at time.Time, was bool) {
	return later(p.since(corev1.PodReady), p.since(corev1.DisruptionTarget)), p.ended && (value.Text(p.status, "reason") == "Evicted" || p.isForgotten())
}

// isForgotten says whether a pod was evicted, and looks as if it had been done. The pods of
// a Deployment never are: their containers are started again. But if those end with exit
// code 0 when the kubelet evicts their pod, it takes that for success, and the reason goes
// with the phase that it belongs to; of what a pod itself writes too much, there is no
// condition either. See generateAPIPodStatus of k8s.io/kubernetes/pkg/kubelet, and
// localStorageEviction of its eviction manager.
func (p observedPod) isForgotten() bool {
	return value.Text(p.status, "phase") == string(corev1.PodSucceeded) && value.Text(p.status, "reason") == "" && p.condition(corev1.DisruptionTarget) == nil
}

// forgottenAdvice names what a pod may have written too much to.
func forgottenAdvice(app *webapp.App) string {
	var limits []string

	for _, v := range app.Options["volumes"].GetListValue().GetValues() {
		if value.IsSet(value.Dig(v, "emptyDir", "sizeLimit")) {
			limits = append(limits, app.Field("volumes["+value.Text(v, "name")+"].emptyDir.sizeLimit"))
		}
	}

	if value.IsSet(value.Dig(app.Options["resources"], "limits", string(corev1.ResourceEphemeralStorage))) {
		limits = append(limits, app.Field("resources.limits.ephemeral-storage"))
	}

	if len(limits) == 0 {
		return "It may have written more than it may."
	}

	return "It may have written more than " + value.Clip(strings.Join(limits, " or "), value.MaxMessage/3) + " allows."
}

// evictionAdvice says which field of the WebApp is about what a node ran out of: see
// k8s.io/kubernetes/pkg/kubelet/eviction/eviction_manager.go and helpers.go.
func evictionAdvice(app *webapp.App, words string) string {
	if volume := emptyDir.FindStringSubmatch(words); volume != nil {
		return "Raise " + app.Field("volumes["+volume[1]+"].emptyDir.sizeLimit") + ", or have it write less."
	}

	switch {
	case strings.Contains(words, "ephemeral"):
		return "Have it ask for as much ephemeral-storage as it writes (" + app.Field("resources") + "), or write less."
	case strings.Contains(words, "memory"):
		return "Have it ask for as much memory as it uses (" + app.Field("resources.requests.memory") + "), or use less."
	default:
		return "Have it ask for as much as it uses (" + app.Field("resources.requests") + "), or use less."
	}
}

var emptyDir = regexp.MustCompile(`Usage of EmptyDir volume "([^"]+)"`)
