package fn

import (
	"context"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/child"
	"github.com/webapp-operator/function-webapp/fn/diagnosis"
	"github.com/webapp-operator/function-webapp/fn/platform"
	"github.com/webapp-operator/function-webapp/fn/rollout"
)

// deploymentSaying is a Deployment of two replicas with conditions.
func deploymentSaying(available int, spec string, conditions ...string) string {
	return fmt.Sprintf(`{"metadata": {"generation": 1}, "spec": {"replicas": 2%s}, "status": {"observedGeneration": 1, "replicas": 2, "updatedReplicas": 2, "availableReplicas": %d, "conditions": [%s]}}`,
		spec, available, strings.Join(conditions, ", "))
}

const (
	isProgressing = `{"type": "Progressing", "status": "True", "reason": "ReplicaSetUpdated", "message": "ReplicaSet \"shop-7d\" is progressing."}`
	hasProgressed = `{"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable", "message": "ReplicaSet \"shop-7d\" has successfully progressed."}`
	hasStalled    = `{"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "message": "ReplicaSet \"shop-7d\" has timed out progressing."}`
	hasPaused     = `{"type": "Progressing", "status": "Unknown", "reason": "DeploymentPaused", "message": "Deployment is paused"}`
)

func isRefused(message string) string {
	return fmt.Sprintf(`{"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": %q, "lastTransitionTime": %q}`, message, ago(time.Minute))
}

// states are what there is to see of a WebApp, and what it says of it, whatever it said
// before. Where that counts, other is what it says if it had given up on the same.
var states = map[string]struct {
	deployment string
	pods       []string

	want, other string
}{
	"Creating":                 {want: "Pending Creating"},
	"Terminating":              {deployment: `{"metadata": {"deletionTimestamp": "2026-01-05T11:59:59Z"}}`, want: "Pending Terminating"},
	"Updating":                 {deployment: `{"metadata": {"annotations": {"example.com/template-hash": "1"}}, "spec": {"replicas": 2}}`, want: "Pending Updating"},
	"Scaling":                  {deployment: `{"spec": {"replicas": 3}}`, want: "Pending Scaling"},
	"RollingOut":               {deployment: deploymentSaying(1, "", isProgressing), want: "Pending RollingOut"},
	"ReplicasUnavailable":      {deployment: deploymentSaying(1, "", hasProgressed), want: "Pending ReplicasUnavailable"},
	"Paused":                   {deployment: deploymentSaying(1, `, "paused": true`, hasPaused), want: "Pending Paused"},
	"Available":                {deployment: deploymentSaying(2, "", hasProgressed), want: "Running Available"},
	"AvailablePaused":          {deployment: deploymentSaying(2, `, "paused": true`, hasPaused), want: "Running Available"},
	"ProgressDeadlineExceeded": {deployment: deploymentSaying(1, "", hasStalled), want: "Failed ProgressDeadlineExceeded"},
	"QuotaExceeded":            {deployment: deploymentSaying(1, "", isProgressing, isRefused("exceeded quota: team")), want: "Failed QuotaExceeded"},
	"AdmissionRefused":         {deployment: deploymentSaying(1, "", isProgressing, isRefused("pods is forbidden: no")), want: "Failed AdmissionRefused"},
	"AdmissionRefusedNow":      {deployment: deploymentSaying(1, "", isProgressing, isRefused("pods is forbidden: status unknown for quota: team")), want: "Pending AdmissionRefused", other: "Failed AdmissionRefused"},
	"ReplicaFailure":           {deployment: deploymentSaying(1, "", isProgressing, isRefused("no")), want: "Failed ReplicaFailure"},
	"ReplicaFailureNow":        {deployment: deploymentSaying(1, "", isProgressing, isRefused("etcdserver: leader changed")), want: "Pending ReplicaFailure", other: "Failed ReplicaFailure"},
	"ImagePullError":           {deployment: rolling, pods: []string{waits("shop-7d-a", "ErrImagePull", pullFailed)}, want: "Failed ImagePullError"},
	"ImagePullErrorNow":        {deployment: rolling, pods: []string{createdAt("11:59:00", waits("shop-7d-a", "ErrImagePull", "429 Too Many Requests"))}, want: "Pending ImagePullError", other: "Failed ImagePullError"},
	"ConfigError":              {deployment: rolling, pods: []string{waits("shop-7d-a", "CreateContainerConfigError", `secret "a" not found`)}, want: "Failed ConfigError"},
	"ConfigErrorNow":           {deployment: rolling, pods: []string{createdAt("11:59:00", waits("shop-7d-a", "CreateContainerConfigError", "failed to sync secret cache"))}, want: "Pending ConfigError", other: "Failed ConfigError"},
	"OOMKilled":                {deployment: rolling, pods: []string{container("shop-7d-a", `"restartCount": 0, "state": `+ended(137, "OOMKilled", 0, time.Second))}, want: "Failed OOMKilled"},
	"CrashLoop":                {deployment: rolling, pods: []string{container("shop-7d-a", `"restartCount": 1, "state": `+ended(1, "Error", 0, time.Second))}, want: "Failed CrashLoop"},
	"CrashLoopComplete":        {deployment: complete, pods: []string{container("shop-7d-a", `"restartCount": 0, "ready": true, "state": `+runs(time.Hour))}, want: "Running Available"},
	"Unschedulable":            {deployment: rolling, pods: []string{unscheduled(time.Hour, "0/1 nodes are available: 1 Insufficient cpu.")}, want: "Failed Unschedulable"},
	"UnschedulableNow":         {deployment: rolling, pods: []string{unscheduled(time.Minute, "0/1 nodes are available: 1 Insufficient cpu.")}, want: "Pending Unschedulable", other: "Failed Unschedulable"},
	"Evicted":                  {deployment: rolling, pods: []string{podNamed("shop-7d-a", `{"phase": "Failed", "reason": "Evicted", "conditions": [{"type": "Ready", "lastTransitionTime": "`+ago(time.Minute)+`"}]}`)}, want: "Pending Evicted"},
	"ContainerCreating":        {deployment: rolling, pods: []string{podNamed("shop-7d-a", notStarted(time.Hour))}, want: "Pending ContainerCreating"},
	"ContainerCreatingStalled": {deployment: deploymentSaying(1, "", hasStalled), pods: []string{podNamed("shop-7d-a", notStarted(time.Hour))}, want: "Failed ContainerCreating"},
	"ProbeFailing":             {deployment: rolling, pods: []string{container("shop-7d-a", `"ready": false, "started": true, "state": `+runs(time.Hour))}, want: "Failed ProbeFailing"},
}

// TestStates holds what a WebApp says in each state after each other: that is the
// state's affair, and not that of what it said before, but for what was given up on.
// When it is asked again it says the same, and tells nobody.
func TestStates(t *testing.T) {
	seen := map[string]bool{}

	answer := func(t *testing.T, name string, before rollout.Status) (rollout.Status, int) {
		t.Helper()

		state := states[name]
		webApp := strings.TrimSuffix(shop, "}") + fmt.Sprintf(`, "status": {"phase": %q, "reason": %q, "message": %q, "availableReplicas": %d, "replicas": %d, "labelSelector": %q, "url": %q, "lastUpdated": %q}}`,
			before.Phase, before.Reason, before.Message, before.Available, before.Replicas, before.LabelSelector, before.URL, before.LastUpdated)
		options := []func(*fnv1.RunFunctionRequest){withInput(diagnosed), withRequired(platform.GrantsRequirement, everythingGranted), withRequired(diagnosis.PodsRequirement, state.pods...)}

		if state.deployment != "" {
			options = append(options, withObserved(child.KeyDeployment, state.deployment))
		}

		rsp := run(t, request(webApp, options...))

		return rollout.ReadStatus(rsp.GetDesired().GetComposite().GetResource().GetFields()["status"]), len(rsp.GetResults())
	}

	for before, from := range states {
		phase, reason, _ := strings.Cut(from.want, " ")

		for name, state := range states {
			after, _ := answer(t, name, rollout.Status{Verdict: saying(v1.Phase(phase), v1.Reason(reason), "Before."), LastUpdated: ago(time.Second)})

			want := state.want
			if from.want == state.other {
				want = state.other
			}

			if got := fmt.Sprintf("%s %s", after.Phase, after.Reason); got != want {
				t.Errorf("%s after %s: want %s, got %s: %s", name, before, want, got, after.Message)
			}

			again, told := answer(t, name, after)
			if diff := cmp.Diff(after, again); diff != "" || told > 0 {
				t.Errorf("%s after itself: told %d times: -before, +after:\n%s", name, told, diff)
			}

			seen[string(after.Reason)] = true
		}
	}

	for _, reason := range []v1.Reason{
		v1.ReasonCreating, v1.ReasonUpdating, v1.ReasonScaling, v1.ReasonRollingOut, v1.ReasonReplicasUnavailable, v1.ReasonPaused, v1.ReasonTerminating, v1.ReasonAvailable,
		v1.ReasonProgressDeadlineExceeded, v1.ReasonQuotaExceeded, v1.ReasonAdmissionRefused, v1.ReasonReplicaFailure,
		v1.ReasonImagePullError, v1.ReasonConfigError, v1.ReasonOOMKilled, v1.ReasonCrashLoop, v1.ReasonUnschedulable, v1.ReasonEvicted, v1.ReasonContainerCreating, v1.ReasonProbeFailing,
	} {
		if !seen[string(reason)] {
			t.Errorf("%s: no state says it", reason)
		}
	}
}

// A fate is what becomes of a pod: the fact behind all that its kubelet says of it.
type fate int

const (
	serves fate = iota
	imageMissing
	imageBusy
	secretMissing
	stopsAgain
	cannotStart
	eatsMemory
	noNode
	neverAnswers
	fates
)

// A modelPod is a pod of which the fate is known.
type modelPod struct {
	name    string
	fate    fate
	created time.Time

	// How often its container has stopped, since when it is as it is, and whether it
	// waits to be started again.
	stops   int
	since   time.Time
	waiting bool

	// causeSeen says that the kubelet has said why it cannot pull: older ones do so in
	// turn.
	causeSeen bool
}

// A model is a cluster of which the facts are known.
type model struct {
	random *rand.Rand
	now    time.Time
	pods   [2]*modelPod
	made   int

	// old says that the kubelet is one that does not repeat a cause.
	old bool

	progressed bool
}

func (m *model) replace(i int, f fate) {
	m.made++
	m.pods[i] = &modelPod{name: fmt.Sprintf("shop-7d-%05d", m.made), fate: f, created: m.now, since: m.now}
}

// pass lets time pass. A container that stops runs for five seconds, and waits for up to
// five minutes.
func (m *model) pass(d time.Duration) {
	for range int(d / time.Second) {
		m.now = m.now.Add(time.Second)

		for _, p := range m.pods {
			age := m.now.Sub(p.since)

			switch p.fate { //nolint:exhaustive // The others are no different here.
			case stopsAgain, eatsMemory, cannotStart:
				run := 9 * time.Second
				if p.fate == cannotStart {
					run = 4 * time.Second
				}

				backoff := min(10*time.Second<<min(p.stops, 5), 300*time.Second)
				if p.stops < 2 {
					backoff = time.Second
				}

				switch {
				case !p.waiting && age >= run:
					p.waiting, p.since, p.stops = true, m.now, p.stops+1
				case p.waiting && age >= backoff:
					p.waiting, p.since = false, m.now
				}
			}
		}
	}
}

// isReady says whether a pod serves at the moment.
func (m *model) isReady(p *modelPod) bool {
	age := m.now.Sub(p.since)

	switch p.fate { //nolint:exhaustive // The others are no different here.
	case serves:
		return age >= 6*time.Second
	case stopsAgain, eatsMemory:
		return !p.waiting && age >= 6*time.Second
	default:
		return false
	}
}

// fact is what is true of a pod, in a word: it changes when that does, and not when its
// kubelet says the same in other words.
func (m *model) fact(p *modelPod) string {
	age := m.now.Sub(p.created)
	name := fmt.Sprintf("%s %d ", p.name, p.fate)

	switch {
	case age < 4*time.Second && p.fate != noNode:
		return name + "begins"
	case p.fate == imageMissing:
		return name + strconv.FormatBool(p.causeSeen || !m.old)
	case p.fate == imageBusy, p.fate == neverAnswers:
		return name + strconv.FormatBool(age >= 2*time.Minute+4*time.Second)
	case p.fate == noNode:
		return name + strconv.FormatBool(age >= 2*time.Minute)
	case p.fate == eatsMemory && p.stops >= 1, p.stops >= 2:
		return name + "again and again"
	default:
		return name + fmt.Sprint(p.stops, m.isReady(p))
	}
}

// facts are those of the pods, and of the Deployment unless a pod decides about that.
func (m *model) facts() string {
	all := m.fact(m.pods[0]) + ", " + m.fact(m.pods[1])
	if strings.Contains(all, "again and again") {
		return all
	}

	return all + strconv.FormatBool(m.progressed)
}

func (m *model) deployment() string {
	available := 0

	for _, p := range m.pods {
		if m.isReady(p) {
			available++
		}
	}

	m.progressed = m.progressed || available == 2

	condition := isProgressing
	if m.progressed {
		condition = hasProgressed
	}

	return deploymentSaying(available, "", condition)
}

func (m *model) at(t time.Time) string { return t.Format(time.RFC3339) }

// status is what a kubelet says of a pod: one of the many things by which it says the
// same.
func (m *model) status(p *modelPod) string {
	begun := p.created.Add(4 * time.Second)
	one := func(all ...string) string { return all[m.random.IntN(len(all))] }
	said := func(fields string) string {
		return fmt.Sprintf(`{"phase": "Running", "conditions": [{"type": "PodScheduled", "status": "True", "lastTransitionTime": %[1]q}, {"type": "PodReadyToStartContainers", "status": "True", "lastTransitionTime": %[2]q}, {"type": "ContainersReady", "status": "%[3]t", "lastTransitionTime": %[1]q}], "containerStatuses": [{"name": "app", "ready": %[3]t, %[4]s}]}`,
			m.at(p.created), m.at(begun), m.isReady(p), fields)
	}
	waits := func(reason, message string) string {
		return said(fmt.Sprintf(`"started": false, "restartCount": %d, "state": {"waiting": {"reason": %q, "message": %q}}`, p.stops, reason, message))
	}

	if p.fate == noNode {
		return fmt.Sprintf(`{"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/%[1]d nodes are available: %[1]d Insufficient cpu. preemption: 0/%[1]d nodes are available.", "lastTransitionTime": %[2]q}]}`, m.random.IntN(9)+1, m.at(p.created))
	}

	if m.now.Before(begun) {
		return waits("ContainerCreating", "")
	}

	busy := fmt.Sprintf("failed to resolve reference: read tcp 10.0.0.1:%d->10.0.0.2:443: 429 Too Many Requests, retry-after: %d.5ms, request id: %x", m.random.IntN(60000), m.random.IntN(900), m.random.Uint64())

	switch p.fate { //nolint:exhaustive // The others are no different here.
	case imageMissing:
		if m.old && p.causeSeen && m.random.IntN(2) == 0 {
			return waits("ImagePullBackOff", `Back-off pulling image "acme/shop:9"`)
		}

		p.causeSeen = true

		return waits(one("ErrImagePull", "ImagePullBackOff"), one("", `Back-off pulling image "acme/shop:9": ErrImagePull: `)+pullFailed)
	case imageBusy:
		return waits(one("ErrImagePull", "ImagePullBackOff"), one("", `Back-off pulling image "acme/shop:9": ErrImagePull: `)+busy)
	case secretMissing:
		return waits("CreateContainerConfigError", `secret "database" not found`)
	case stopsAgain, eatsMemory, cannotStart:
		return m.stopping(p, said, one)
	default:
		return said(fmt.Sprintf(`"started": true, "restartCount": 0, "state": {"running": {"startedAt": %q}}`, m.at(begun)))
	}
}

// stopping is what a kubelet says of a container that stops.
func (m *model) stopping(p *modelPod, said func(string) string, one func(...string) string) string {
	code, reason, ran := 1, "Error", 5*time.Second

	switch p.fate { //nolint:exhaustive // The others are no different here.
	case eatsMemory:
		code, reason = 137, "OOMKilled"
	case cannotStart:
		code, reason = 128, "StartError"
	}

	stopped := p.since
	if !p.waiting {
		stopped = stopped.Add(-time.Second)
	}

	began := m.at(stopped.Add(-ran))
	if p.fate == cannotStart {
		began = "1970-01-01T00:00:00Z"
	}

	end := fmt.Sprintf(`{"terminated": {"exitCode": %d, "reason": %q, "startedAt": %q, "finishedAt": %q}}`, code, reason, began, m.at(stopped))
	last := ", \"lastState\": " + end

	switch {
	case p.stops == 0:
		return said(fmt.Sprintf(`"started": true, "restartCount": 0, "state": {"running": {"startedAt": %q}}`, m.at(p.since)))
	case p.waiting && p.stops == 1:
		return said("\"restartCount\": 0, \"state\": " + end)
	case p.waiting:
		return said(one(
			fmt.Sprintf(`"restartCount": %d, "state": %s`, p.stops-1, end),
			fmt.Sprintf(`"restartCount": %d, "state": {"waiting": {"reason": "CrashLoopBackOff"}}%s`, p.stops-1, last),
		))
	case p.fate == cannotStart:
		return said(fmt.Sprintf(`"restartCount": %d, "state": {"waiting": {"reason": "RunContainerError"}}%s`, p.stops, last))
	default:
		return said(fmt.Sprintf(`"started": true, "restartCount": %d, "state": {"running": {"startedAt": %q}}%s`, p.stops, m.at(p.since), last))
	}
}

// observed are the pods that there are: in any order, and with others that say nothing
// any more, or never did.
func (m *model) observed() []string {
	pod := func(name string, created time.Time, status string) string {
		return strings.Replace(podNamed(name, status), `"metadata": {`, fmt.Sprintf(`"metadata": {"creationTimestamp": %q, `, m.at(created)), 1)
	}

	all := []string{
		pod(m.pods[0].name, m.pods[0].created, m.status(m.pods[0])),
		pod(m.pods[1].name, m.pods[1].created, m.status(m.pods[1])),
	}

	lost := `"containerStatuses": [{"name": "app", "restartCount": 3, "state": {"terminated": {"exitCode": 137, "reason": "ContainerStatusUnknown", "startedAt": null, "finishedAt": null}}}]}`
	dead := []string{
		pod("shop-7d-x", m.now.Add(-time.Hour), `{"phase": "Failed", "reason": "Evicted", "conditions": [{"type": "Ready", "status": "False", "lastTransitionTime": "`+m.at(m.now.Add(-11*time.Minute))+`"}], `+lost),
		pod("shop-7d-y", m.now.Add(-time.Hour), `{"phase": "Failed", "reason": "NodeShutdown", `+lost),
		pod("shop-7d-z", m.now.Add(-time.Hour), `{"phase": "Running", "conditions": [{"type": "DisruptionTarget", "status": "True", "reason": "PreemptionByScheduler"}], `+lost),
		pod("shop-7d-w", m.now.Add(-time.Hour), `{"phase": "Failed", "reason": "OutOfcpu"}`),
		strings.Replace(pod("shop-7d-v", m.now.Add(-time.Hour), `{"phase": "Running", `+lost), `"metadata": {`, `"metadata": {"deletionTimestamp": "2026-01-05T12:00:00Z", `, 1),
		strings.Replace(pod("shop-6c-u", m.now.Add(-time.Hour), `{"phase": "Running", `+lost), `"shop-7d", `, `"shop-6c", `, 1),
	}

	for _, d := range dead {
		if m.random.IntN(2) == 0 {
			all = append(all, d)
		}
	}

	m.random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })

	return all
}

// counted is how many replicas serve, which is a fact of its own.
var counted = regexp.MustCompile(`\d+ of \d+ replicas`)

// TestPhasesFollowFacts holds that a WebApp changes its mind no more often than the facts
// do, in sequences of anything that may become of its pods, as kubelets may report it.
func TestPhasesFollowFacts(t *testing.T) {
	const sequences, moments = 40, 100

	for seed := range uint64(sequences) {
		m := &model{random: rand.New(rand.NewPCG(seed, 1)), now: noon, old: seed%3 == 0}
		m.replace(0, fate(m.random.IntN(int(fates))))
		m.replace(1, fate(m.random.IntN(int(fates))))

		f := New(func() time.Time { return m.now })
		before, facts := rollout.Status{}, ""
		changes, changed := 0, 0

		for moment := range moments {
			if m.random.IntN(20) == 0 {
				m.replace(m.random.IntN(2), fate(m.random.IntN(int(fates))))
			}

			m.pass(time.Duration(m.random.IntN(20)) * time.Second)

			req := request(strings.TrimSuffix(shop, "}")+fmt.Sprintf(`, "status": {"phase": %q, "reason": %q, "message": %q, "lastUpdated": %q}}`, before.Phase, before.Reason, before.Message, before.LastUpdated),
				withInput(diagnosed), withObserved(child.KeyDeployment, m.deployment()), withRequired(platform.GrantsRequirement, everythingGranted), withRequired(diagnosis.PodsRequirement, m.observed()...))
			now := m.facts()

			rsp, err := f.RunFunction(context.Background(), req)
			if err != nil {
				t.Fatal(err)
			}

			after := rollout.ReadStatus(rsp.GetDesired().GetComposite().GetResource().GetFields()["status"])
			words := func(s rollout.Status) string {
				if m.old {
					return fmt.Sprint(s.Phase, s.Reason)
				}

				return fmt.Sprint(s.Phase, s.Reason, counted.ReplaceAllString(s.Message, ""))
			}

			if now != facts {
				changed++
			}

			if words(after) != words(before) {
				if changes++; now == facts {
					t.Fatalf("sequence %d, moment %d: the facts are %s, as before:\n-%s\n+%s", seed, moment, now, words(before), words(after))
				}
			}

			before, facts = after, now
		}

		if changes == 0 || changes > changed {
			t.Errorf("sequence %d: %d changes of the facts, and %d of the status", seed, changed, changes)
		}
	}
}
