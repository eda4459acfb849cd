package fn

import (
	"context"
	"flag"
	"fmt"
	"os"
	"regexp"
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

// consentingService leads to other pods.
const consentingService = `{"metadata": {"annotations": {"example.com/adopt": "shop"}}, "spec": {"selector": {"app": "web"}}}`

// states are what there is to see of a WebApp, and what it says of it, whatever it said
// before. Where that counts, other is what it says if it had given up on the same.
var states = map[string]struct {
	deployment string
	pods       []string

	// existing is a Service in the way, and takes how often it is told that it is taken over.
	existing string
	takes    int

	want, other string
}{
	"Creating":                 {want: "Pending Creating"},
	"Terminating":              {deployment: `{"metadata": {"deletionTimestamp": "2026-01-05T11:59:59Z"}}`, want: "Pending Terminating"},
	"TerminatingOther":         {existing: `{"metadata": {"deletionTimestamp": "2026-01-05T11:59:59Z"}}`, want: "Pending Terminating"},
	"NameConflict":             {existing: `{"metadata": {}}`, want: "Failed NameConflict"},
	"TakingOverNew":            {existing: consentingService, want: "Pending Creating"},
	"TakingOver":               {existing: consentingService, deployment: rolling, want: "Pending TakingOver"},
	"TakingOverLost":           {existing: consentingService, deployment: deploymentSaying(1, "", hasProgressed), want: "Pending TakingOver"},
	"TakingOverPaused":         {existing: consentingService, deployment: deploymentSaying(1, `, "paused": true`, hasPaused), want: "Pending Paused"},
	"TakingOverFailing":        {existing: consentingService, deployment: rolling, pods: []string{waits("shop-7d-a", "ErrImagePull", pullFailed)}, want: "Failed ImagePullError"},
	"TakingOverStalled":        {existing: consentingService, deployment: deploymentSaying(1, "", hasStalled), want: "Failed ProgressDeadlineExceeded"},
	"TakenOver":                {existing: consentingService, deployment: complete, takes: 1, want: "Running Available"},
	"Updating":                 {deployment: `{"metadata": {"annotations": {"example.com/template-hash": "1"}}, "spec": {"replicas": 2}}`, want: "Pending Updating"},
	"Scaling":                  {deployment: `{"spec": {"replicas": 3}}`, want: "Pending Scaling"},
	"RollingOut":               {deployment: deploymentSaying(1, "", isProgressing), want: "Pending RollingOut"},
	"ReplicasUnavailable":      {deployment: deploymentSaying(1, "", hasProgressed), want: "Pending ReplicasUnavailable"},
	"Paused":                   {deployment: deploymentSaying(1, `, "paused": true`, hasPaused), want: "Pending Paused"},
	"Available":                {deployment: deploymentSaying(2, "", hasProgressed), want: "Running Available"},
	"PausedOnTheWay":           {deployment: strings.Replace(deploymentSaying(1, `, "paused": true`, hasStalled), `"replicas": 2, "updatedReplicas"`, `"replicas": 3, "updatedReplicas"`, 1), want: "Pending Paused"},
	"AvailablePaused":          {deployment: deploymentSaying(2, `, "paused": true`, hasPaused), want: "Running Available"},
	"ProgressDeadlineExceeded": {deployment: deploymentSaying(1, "", hasStalled), want: "Failed ProgressDeadlineExceeded"},
	"QuotaExceeded":            {deployment: deploymentSaying(1, "", isProgressing, isRefused("exceeded quota: team")), want: "Failed QuotaExceeded"},
	"AdmissionRefused":         {deployment: deploymentSaying(1, "", isProgressing, isRefused("pods is forbidden: no")), want: "Failed AdmissionRefused"},
	"AdmissionRefusedNow":      {deployment: deploymentSaying(1, "", isProgressing, isRefused("pods is forbidden: status unknown for quota: team")), want: "Pending AdmissionRefused", other: "Failed AdmissionRefused"},
	"ReplicaFailure":           {deployment: deploymentSaying(1, "", isProgressing, isRefused("no")), want: "Failed ReplicaFailure"},
	"ReplicaFailureStalled":    {deployment: deploymentSaying(1, "", hasStalled, isRefused("etcdserver: leader changed")), want: "Failed ReplicaFailure"},
	"ReplicaFailureNow":        {deployment: deploymentSaying(1, "", isProgressing, isRefused("etcdserver: leader changed")), want: "Pending ReplicaFailure", other: "Failed ReplicaFailure"},
	"ImagePullError":           {deployment: rolling, pods: []string{waits("shop-7d-a", "ErrImagePull", pullFailed)}, want: "Failed ImagePullError"},
	"ImagePullErrorNow":        {deployment: rolling, pods: []string{createdAt("11:59:00", waits("shop-7d-a", "ErrImagePull", "429 Too Many Requests"))}, want: "Pending ImagePullError", other: "Failed ImagePullError"},
	"ImagePullErrorStalled":    {deployment: deploymentSaying(1, "", hasStalled), pods: []string{createdAt("11:59:00", waits("shop-7d-a", "ErrImagePull", "429 Too Many Requests"))}, want: "Failed ImagePullError"},
	"ImagePullErrorOfTwo":      {deployment: rolling, pods: []string{createdAt("11:59:00", waits("shop-7d-a", "ErrImagePull", "429 Too Many Requests")), createdAt("11:59:00", waits("shop-7d-b", "ErrImagePull", pullFailed))}, want: "Failed ImagePullError"},
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

		if state.existing != "" {
			options = append(options, withRequired("existing-"+child.KeyService, state.existing))
		}

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
			if diff := cmp.Diff(after, again); diff != "" || told != state.takes {
				t.Errorf("%s after itself: told %d times: -before, +after:\n%s", name, told, diff)
			}

			seen[string(after.Reason)] = true
		}
	}

	for _, reason := range reasonsOfStatus(t) {
		if !seen[reason] {
			t.Errorf("%s: no state says it", reason)
		}
	}
}

// reasonsOfStatus are all there are of a phase: those of condition Accepted come after
// them.
func reasonsOfStatus(t *testing.T) []string {
	t.Helper()

	source, err := os.ReadFile("../apis/v1/reasons.go")
	if err != nil {
		t.Fatal(err)
	}

	ofPhases, _, _ := strings.Cut(string(source), "ConditionAccepted")

	var reasons []string
	for _, found := range regexp.MustCompile(` Reason = "(\w+)"`).FindAllStringSubmatch(ofPhases, -1) {
		reasons = append(reasons, found[1])
	}

	if len(reasons) < 20 {
		t.Fatalf("want all reasons of a phase, got %v", reasons)
	}

	return reasons
}

// counted is how many replicas serve, which is a fact of its own.
var counted = regexp.MustCompile(`\d+ of \d+ replicas`)

var sequences = flag.Uint64("sequences", 100, "how many sequences of states TestPhasesFollowFacts looks at")

// TestPhasesFollowFacts holds that a WebApp changes its mind no more often than the facts
// do, in sequences of anything that may become of its Deployment and its pods, as
// controllers and kubelets may report it.
func TestPhasesFollowFacts(t *testing.T) {
	const moments = 100

	for seed := range *sequences {
		m := newModel(seed)

		f := New(func() time.Time { return m.now })
		before, facts := rollout.Status{}, ""
		changes, changed := 0, 0

		for moment := range moments {
			m.happen()
			m.pass(time.Duration(m.random.IntN(20)) * time.Second)

			req, now := m.request(before), m.facts(before.Reason)

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
