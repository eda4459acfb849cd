package fn

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/child"
	"github.com/webapp-operator/function-webapp/fn/diagnosis"
	"github.com/webapp-operator/function-webapp/fn/platform"
	"github.com/webapp-operator/function-webapp/fn/rollout"
)

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

	// template is that of the Deployment when it was made, by number.
	template int

	// How often its container has stopped, since when it is as it is, and whether it
	// waits to be started again.
	stops   int
	since   time.Time
	waiting bool
}

// pass lets time pass for a pod. A container that stops runs for five seconds, and waits
// for up to five minutes.
func (p *modelPod) pass(now time.Time) {
	age := now.Sub(p.since)

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
			p.waiting, p.since, p.stops = true, now, p.stops+1
		case p.waiting && age >= backoff:
			p.waiting, p.since = false, now
		}
	}
}

// A wish is what a WebApp asks for, or its Deployment: a template, by number, and how
// many replicas of it.
type wish struct{ template, replicas int }

// A model is a cluster of which the facts are known.
type model struct {
	random *rand.Rand
	now    time.Time

	// old says that the kubelet is one that does not repeat why it cannot pull, which is
	// told by then, and autoscaled that an autoscaler decides how many replicas there are.
	// deadline is for how long the Deployment may make no progress.
	old, told, autoscaled bool
	deadline              time.Duration

	// asked is what the WebApp asks for, since when, and written what Crossplane has
	// written of it. While the API server refuses that, refused is since when.
	asked, written   wish
	changed, refused time.Time

	// paused says that somebody has paused the Deployment. Its controller has seen one
	// generation of it.
	paused           bool
	generation, seen int

	pods []*modelPod
	made int

	// What the controller says of progress, since when, and of which template; when there
	// was some last, and how far it was.
	progress                 string
	since, moved             time.Time
	named                    int
	olds, updated, available int
}

// newModel is a cluster in which somebody has just made a WebApp.
func newModel(seed uint64) *model {
	m := &model{
		random: rand.New(rand.NewPCG(seed, 1)), now: noon, changed: noon,
		old: seed%3 == 0, autoscaled: seed%4 == 1, deadline: 10 * time.Minute,
		asked: wish{template: 1, replicas: 2},
	}

	if seed%2 == 0 {
		m.deadline = time.Minute
	}

	return m
}

// chance is one of so many.
func (m *model) chance(of int) bool { return m.random.IntN(of) == 0 }

func replicaSet(template int) string { return fmt.Sprintf("shop-%dd", template) }

// newPod is one of a template. Half of them serve.
func (m *model) newPod(template int) *modelPod {
	m.made++

	f := serves
	if m.chance(2) {
		f = fate(m.random.IntN(int(fates)))
	}

	return &modelPod{name: fmt.Sprintf("%s-%05d", replicaSet(template), m.made), template: template, fate: f, created: m.now, since: m.now}
}

// happen has people, an autoscaler and nodes do something, at times, and Crossplane write
// what is asked for, if it may.
func (m *model) happen() {
	if len(m.pods) > 0 && m.chance(20) {
		i := m.random.IntN(len(m.pods))
		m.pods[i] = m.newPod(m.pods[i].template)
	}

	if m.chance(40) {
		m.asked.template, m.changed = m.asked.template+1, m.now
	}

	switch {
	case m.chance(30) && m.autoscaled && m.seen > 0:
		m.written.replicas = m.random.IntN(4) + 1
		m.asked.replicas = m.written.replicas
		m.generation++
	case m.chance(30) && !m.autoscaled:
		m.asked.replicas, m.changed = m.random.IntN(3)+1, m.now
	}

	if m.generation > 0 && (m.chance(40) || m.paused && m.chance(10)) {
		m.paused = !m.paused
		m.generation++
	}

	switch {
	case m.refused.IsZero() && m.chance(30):
		m.refused = m.now
	case !m.refused.IsZero() && m.chance(12):
		m.refused = time.Time{}
	}

	if m.asked != m.written && m.refused.IsZero() && m.chance(2) {
		m.written = m.asked
		m.generation++
	}
}

// pass lets time pass. The Deployment controller is not always quick.
func (m *model) pass(d time.Duration) {
	for range int(d / time.Second) {
		m.now = m.now.Add(time.Second)

		for _, p := range m.pods {
			p.pass(m.now)
		}

		if m.generation > 0 && m.chance(2) {
			m.sync()
		}

		m.note()
	}
}

// sync is what the Deployment controller does, a pod at a time: see sync.go and rolling.go
// of k8s.io/kubernetes/pkg/controller/deployment.
func (m *model) sync() {
	m.seen = m.generation

	switch {
	case m.paused && m.progress != "ProgressDeadlineExceeded":
		m.progress, m.named = "DeploymentPaused", 0
	case m.progress == "DeploymentPaused":
		m.progress, m.moved = "DeploymentResumed", m.now
	}

	template, most := m.written.template, m.written.replicas+1
	if last := len(m.pods) - 1; m.paused && last >= 0 {
		template, most = m.pods[last].template, m.written.replicas
	}

	olds, updated, available := m.count(template)

	switch {
	case updated == 0 && !m.paused && m.named != template:
		m.progress, m.named, m.moved, m.updated = "NewReplicaSetCreated", template, m.now, 0
	case updated < m.written.replicas && len(m.pods) < most:
		m.pods = append(m.pods, m.newPod(template))
	case updated > m.written.replicas:
		m.remove(func(p *modelPod) bool { return p.template == template })
	case olds > 0 && !m.paused && available > m.written.replicas:
		m.remove(func(p *modelPod) bool { return p.template != template })
	case olds > 0 && !m.paused:
		m.remove(func(p *modelPod) bool { return p.template != template && !m.isReady(p) })
	}
}

// remove takes away the first pod that may go.
func (m *model) remove(mayGo func(p *modelPod) bool) {
	if i := slices.IndexFunc(m.pods, mayGo); i >= 0 {
		m.pods = slices.Delete(m.pods, i, i+1)
	}
}

// count returns how many pods are not of a template, how many are, and how many serve.
func (m *model) count(template int) (olds, updated, available int) {
	for _, p := range m.pods {
		if p.template == template {
			updated++
		} else {
			olds++
		}

		if m.isReady(p) {
			available++
		}
	}

	return olds, updated, available
}

// note has the Deployment controller say what has come of it: see progress.go there.
func (m *model) note() {
	if m.seen < m.generation {
		return
	}

	olds, updated, available := m.count(m.written.template)
	moved := updated > m.updated || available > m.available || olds < m.olds
	m.olds, m.updated, m.available = olds, updated, available

	switch want := m.written.replicas; {
	case m.paused, m.progress == "NewReplicaSetAvailable" && olds == 0:
	case olds == 0 && updated == want && available == want:
		m.progress, m.named = "NewReplicaSetAvailable", m.written.template
	case moved:
		m.progress, m.named, m.moved = "ReplicaSetUpdated", m.written.template, m.now
	case m.progress != "NewReplicaSetAvailable" && m.progress != "ProgressDeadlineExceeded" && m.now.Sub(m.moved) >= m.deadline:
		m.progress, m.named, m.since = "ProgressDeadlineExceeded", m.written.template, m.now
	}
}

// late says that Crossplane has failed for a minute to write what is asked for.
func (m *model) late() bool {
	return !m.refused.IsZero() && m.now.Sub(m.refused) >= time.Minute && m.now.Sub(m.changed) >= time.Minute
}

// serving says that there are as many pods as there must be, and no others: with an
// autoscaler those that it asks for, or once there were those that it must have.
func (m *model) serving() bool {
	if m.autoscaled {
		calm := m.progress == "NewReplicaSetAvailable" || m.paused || m.updated == m.written.replicas && m.available >= m.updated

		return m.olds == 0 && m.available >= 2 && calm
	}

	return m.olds == 0 && m.updated == m.written.replicas && m.available >= m.written.replicas
}

// facts are what is true of the Deployment and its pods: one that decides hides the others.
func (m *model) facts(said v1.Reason) string {
	var pods []string

	for _, p := range m.pods {
		if m.named == 0 || p.template == m.named {
			pods = append(pods, m.fact(p))
		}
	}

	all := strings.Join(pods, ", ")

	switch {
	case m.written.template != m.asked.template:
		return fmt.Sprint("not written ", m.generation == 0, m.late())
	case m.seen == 0:
		// Until something is said of it, it is as if it was not.
		return fmt.Sprint("not written ", true, false)
	case m.written != m.asked:
		return fmt.Sprint("scaled ", m.written, m.asked)
	case m.paused && m.olds > 0:
		return "paused on the way"
	case m.seen < m.generation:
		return "not seen"
	case strings.Contains(all, "again and again"):
		// Nobody looks at the pods of one that serves, unless they have told something.
		return all + strconv.FormatBool(m.serving() && !diagnosis.Tells(said))
	case m.serving():
		return "serves"
	default:
		return all + fmt.Sprint(m.paused, m.progress, m.olds > 0, m.updated >= m.written.replicas, m.available >= m.written.replicas)
	}
}

// request is what Crossplane asks, of a WebApp that says so until now.
func (m *model) request(before rollout.Status) *fnv1.RunFunctionRequest {
	m.told = before.Phase == v1.PhaseFailed && before.Reason == v1.ReasonImagePullError

	synced := `{"type": "Synced", "status": "True"}`
	if !m.refused.IsZero() {
		synced = fmt.Sprintf(`{"type": "Synced", "status": "False", "lastTransitionTime": %q}`, m.at(m.refused))
	}

	autoscaling := ""
	if m.autoscaled {
		autoscaling = `, "autoscaling": {"minReplicas": 2, "maxReplicas": 4}`
	}

	webApp := fmt.Sprintf(`{"apiVersion": "example.com/v1", "kind": "WebApp", "metadata": {"name": "shop", "namespace": "acme", "uid": "u1", "generation": 1, "managedFields": [{"manager": "kubectl", "time": %q}]},
		"spec": {"image": "nginx:1.27", "replicas": %d%s}, "status": {"phase": %q, "reason": %q, "message": %q, "lastUpdated": %q, "conditions": [%s]}}`,
		m.at(m.changed), m.asked.replicas, autoscaling, before.Phase, before.Reason, before.Message, before.LastUpdated, synced)

	options := []func(*fnv1.RunFunctionRequest){
		withInput(strings.TrimSuffix(diagnosed, "}") + `, "features": ["autoscaling"]}`),
		withRequired(platform.GrantsRequirement, everythingGranted), withRequired(diagnosis.PodsRequirement, m.observed()...),
	}

	if m.generation > 0 {
		options = append(options, withObserved(child.KeyDeployment, m.deployment()))
	}

	return request(webApp, options...)
}

// deployment is what there is to see of it.
func (m *model) deployment() string {
	annotations := ""
	if m.written.template != m.asked.template {
		annotations = `"example.com/template-hash": "other"`
	}

	if m.seen == 0 {
		return fmt.Sprintf(`{"metadata": {"generation": %d, "annotations": {%s}}, "spec": {"replicas": %d}}`, m.generation, annotations, m.written.replicas)
	}

	status, words := "True", fmt.Sprintf("ReplicaSet %q is progressing.", replicaSet(m.named))

	switch m.progress {
	case "DeploymentPaused", "DeploymentResumed":
		status, words = "Unknown", "Deployment is paused or resumed"
	case "ProgressDeadlineExceeded":
		status = "False"
	}

	return fmt.Sprintf(`{"metadata": {"generation": %d, "annotations": {%s}}, "spec": {"replicas": %d, "paused": %t, "progressDeadlineSeconds": %d},
		"status": {"observedGeneration": %d, "replicas": %d, "updatedReplicas": %d, "availableReplicas": %d, "conditions": [{"type": "Progressing", "status": %q, "reason": %q, "message": %q, "lastTransitionTime": %q}]}}`,
		m.generation, annotations, m.written.replicas, m.paused, int(m.deadline.Seconds()),
		m.seen, m.olds+m.updated, m.updated, m.available, status, m.progress, words, m.at(m.since))
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
		return name
	case p.fate == imageBusy, p.fate == neverAnswers:
		return name + strconv.FormatBool(age >= 2*time.Minute+4*time.Second)
	case p.fate == noNode:
		return name + strconv.FormatBool(age >= 2*time.Minute)
	case p.fate == eatsMemory && p.stops >= 1, p.fate == cannotStart && p.stops == 1 && !p.waiting, p.stops >= 2:
		return name + "again and again"
	default:
		return name + fmt.Sprint(p.stops, m.isReady(p))
	}
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
		if m.old && m.told && m.chance(2) {
			return waits("ImagePullBackOff", `Back-off pulling image "acme/shop:9"`)
		}

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
	pod := func(template int, name string, created time.Time, status string) string {
		return fmt.Sprintf(`{"metadata": {"name": %q, "creationTimestamp": %q, "ownerReferences": [{"kind": "ReplicaSet", "name": %q, "controller": true}]}, "status": %s}`,
			name, m.at(created), replicaSet(template), status)
	}

	var all []string
	for _, p := range m.pods {
		all = append(all, pod(p.template, p.name, p.created, m.status(p)))
	}

	lost := `"containerStatuses": [{"name": "app", "restartCount": 3, "state": {"terminated": {"exitCode": 137, "reason": "ContainerStatusUnknown", "startedAt": null, "finishedAt": null}}}]}`

	for name, status := range map[string]string{
		"x": `{"phase": "Failed", "reason": "Evicted", "conditions": [{"type": "Ready", "status": "False", "lastTransitionTime": "` + m.at(m.now.Add(-11*time.Minute)) + `"}], ` + lost,
		"y": `{"phase": "Failed", "reason": "NodeShutdown", ` + lost,
		"z": `{"phase": "Running", "conditions": [{"type": "DisruptionTarget", "status": "True", "reason": "PreemptionByScheduler"}], ` + lost,
		"w": `{"phase": "Failed", "reason": "OutOfcpu"}`,
		"v": `{"phase": "Running", ` + lost,
	} {
		if m.random.IntN(2) == 0 {
			continue
		}

		dead := pod(m.written.template, "shop-dead-"+name, m.now.Add(-time.Hour), status)
		if name == "v" {
			dead = strings.Replace(dead, `"metadata": {`, `"metadata": {"deletionTimestamp": "2026-01-05T12:00:00Z", `, 1)
		}

		all = append(all, dead)
	}

	m.random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })

	return all
}
