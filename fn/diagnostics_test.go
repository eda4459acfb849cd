package fn

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/child"
	"github.com/webapp-operator/function-webapp/fn/diagnosis"
	"github.com/webapp-operator/function-webapp/fn/platform"
	"github.com/webapp-operator/function-webapp/fn/rollout"
	"github.com/webapp-operator/function-webapp/internal/sample"
)

const (
	diagnosed = `{"apiVersion": "webapp.fn.example.com/v1beta1", "kind": "Input", "diagnostics": "pods"}`

	// progressing is a Deployment of which one of two new pods is up, and complete
	// one of which all are.
	rolling  = `{"metadata": {"generation": 1}, "spec": {"replicas": 2}, "status": {"observedGeneration": 1, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 1, "conditions": [{"type": "Progressing", "status": "True", "reason": "ReplicaSetUpdated", "message": "ReplicaSet \"shop-7d\" is progressing."}]}}`
	complete = `{"metadata": {"generation": 1}, "spec": {"replicas": 2}, "status": {"observedGeneration": 1, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2}}`
)

// webAppSaying is WebApp shop with a status.
func webAppSaying(phase v1.Phase, reason v1.Reason, message string) string {
	return strings.TrimSuffix(shop, "}") + fmt.Sprintf(`, "status": {"phase": %q, "reason": %q, "message": %q, "lastUpdated": "2026-01-05T11:59:00Z"}}`, phase, reason, message)
}

// podNamed is a pod of the newest ReplicaSet, with a status.
func podNamed(name, status string) string {
	return fmt.Sprintf(`{"metadata": {"name": %q, "ownerReferences": [{"kind": "ReplicaSet", "name": "shop-7d", "controller": true}]}, "status": %s}`, name, status)
}

// waits is a pod whose container waits.
func waits(name, reason, message string) string {
	return podNamed(name, fmt.Sprintf(`{"containerStatuses": [{"name": "app", "state": {"waiting": {"reason": %q, "message": %q}}}]}`, reason, message))
}

// container is a pod whose container has a status.
func container(name, fields string) string {
	return podNamed(name, `{"containerStatuses": [{"name": "app", `+fields+`}]}`)
}

// createdAt is a pod that was created at a time of the day.
func createdAt(clock, pod string) string {
	return strings.Replace(pod, `"metadata": {`, `"metadata": {"creationTimestamp": "2026-01-05T`+clock+`Z", `, 1)
}

// ago is a time as long before noon.
func ago(d time.Duration) string { return noon.Add(-d).Format(time.RFC3339) }

// ended is the state of a container that ended at a time, after a while.
func ended(code int, reason string, at, ran time.Duration) string {
	return fmt.Sprintf(`{"terminated": {"exitCode": %d, "reason": %q, "message": "hunter2", "startedAt": %q, "finishedAt": %q}}`, code, reason, ago(at+ran), ago(at))
}

func runs(since time.Duration) string {
	return fmt.Sprintf(`{"running": {"startedAt": %q}}`, ago(since))
}

// backsOff is what the kubelet says while it waits to start a container again.
const backsOff = `{"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting failed container=app pod=shop-7d-a_acme(6f1c7c6e-9d3c-4c65-8ad9-7a5c8a0c1b2d)"}}`

func unscheduled(since time.Duration, message string) string {
	return podNamed("shop-7d-a", fmt.Sprintf(`{"conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": %q, "lastTransitionTime": %q}]}`, message, ago(since)))
}

const (
	pullFailed = `rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/acme/shop:9": failed to resolve reference "docker.io/acme/shop:9": docker.io/acme/shop:9: not found`
	noImage    = `The image of container app of pod shop-7d-a cannot be pulled: failed to pull and unpack image "docker.io/acme/shop:9": failed to resolve reference "docker.io/acme/shop:9": docker.io/acme/shop:9: not found; 1 of 2 replicas are available. Check spec.image, and spec.imagePullSecrets if its registry asks for a password. See: kubectl -n acme describe pod shop-7d-a`
	stops      = "Container app of pod shop-7d-a keeps stopping, with exit code 1 (Error). Its log says why: kubectl -n acme logs shop-7d-a -c app --previous"
	noMemory   = "Container app of pod shop-7d-a ran out of memory and was killed. Raise its memory limit (spec.resources.limits.memory), or have it use less. See: kubectl -n acme describe pod shop-7d-a"
)

// TestDiagnostics holds what is said of a WebApp whose pods do not serve.
func TestDiagnostics(t *testing.T) {
	rollingOut := saying(v1.PhasePending, v1.ReasonRollingOut, "Pods are being started or replaced; 1 of 2 replicas are available.")
	failed := func(reason v1.Reason, message string) rollout.Verdict { return saying(v1.PhaseFailed, reason, message) }
	restarting := `"ready": false, "started": false, "restartCount": 1, `

	cases := map[string]struct {
		reason string
		pods   []string
		want   rollout.Verdict
	}{
		"None": {
			reason: "Without pods, it is the Deployment that counts.",
			want:   rollingOut,
		},
		"Starting": {
			reason: "A pod that starts is on its way.",
			pods:   []string{waits("shop-7d-a", "ContainerCreating", ""), podNamed("shop-7d-b", `{}`)},
			want:   rollingOut,
		},
		"ErrImagePull": {
			reason: "The image does not exist.",
			pods:   []string{waits("shop-7d-a", "ErrImagePull", pullFailed)},
			want:   failed(v1.ReasonImagePullError, noImage),
		},
		"ImagePullBackOff": {
			reason: "Between two attempts, the kubelet says the same in more words.",
			pods:   []string{waits("shop-7d-a", "ImagePullBackOff", `Back-off pulling image "acme/shop:9": ErrImagePull: `+pullFailed)},
			want:   failed(v1.ReasonImagePullError, noImage),
		},
		"MissingSecret": {
			reason: "The kubelet names what is missing.",
			pods:   []string{waits("shop-7d-a", "CreateContainerConfigError", `secret "database" not found`)},
			want:   failed(v1.ReasonConfigError, `Container app of pod shop-7d-a cannot be created: secret "database" not found; 1 of 2 replicas are available. Create what is missing, or correct what the WebApp names. See: kubectl -n acme describe pod shop-7d-a`),
		},
		"MissingKey": {
			reason: "And the key.",
			pods:   []string{waits("shop-7d-a", "CreateContainerConfigError", `couldn't find key password in Secret acme/database`)},
			want:   failed(v1.ReasonConfigError, `Container app of pod shop-7d-a cannot be created: couldn't find key password in Secret acme/database; 1 of 2 replicas are available. Create what is missing, or correct what the WebApp names. See: kubectl -n acme describe pod shop-7d-a`),
		},
		"Root": {
			reason: "Not root is the one default that images fail by.",
			pods:   []string{waits("shop-7d-a", "CreateContainerConfigError", `container has runAsNonRoot and image will run as root (pod: "shop-7d-a_acme(6f1c7c6e-9d3c-4c65-8ad9-7a5c8a0c1b2d)", container: app)`)},
			want:   failed(v1.ReasonConfigError, `Container app of pod shop-7d-a cannot be created: container has runAsNonRoot and image will run as root; 1 of 2 replicas are available. Use an image that runs as another user than root and names it by number, as USER 65532 does in a Dockerfile. See: kubectl -n acme describe pod shop-7d-a`),
		},
		"StoppedOnce": {
			reason: "Once is no loop.",
			pods:   []string{container("shop-7d-a", `"restartCount": 0, "state": `+ended(1, "Error", 0, time.Second))},
			want:   rollingOut,
		},
		"StoppedAgain": {
			reason: "Twice is.",
			pods:   []string{container("shop-7d-a", restarting+`"state": `+ended(1, "Error", 0, time.Second))},
			want:   failed(v1.ReasonCrashLoop, stops),
		},
		"CrashLoopBackOff": {
			reason: "The kubelet waits.",
			pods:   []string{container("shop-7d-a", restarting+`"state": `+backsOff+`, "lastState": `+ended(1, "Error", 0, time.Second))},
			want:   failed(v1.ReasonCrashLoop, stops),
		},
		"StoppedInitContainer": {
			reason: "One that prepares the pod may fail too.",
			pods:   []string{podNamed("shop-7d-a", `{"initContainerStatuses": [{"name": "migrate", `+restarting+`"state": `+backsOff+`, "lastState": `+ended(3, "Error", 0, time.Second)+`}]}`)},
			want:   failed(v1.ReasonCrashLoop, "Container migrate of pod shop-7d-a keeps stopping, with exit code 3 (Error). The WebApp does not have a container migrate: ask who adds it to its pods. Its log says why: kubectl -n acme logs shop-7d-a -c migrate --previous"),
		},
		"DoneInitContainer": {
			reason: "Or be done, if not at the first attempt.",
			pods:   []string{podNamed("shop-7d-a", `{"initContainerStatuses": [{"name": "migrate", "ready": true, "restartCount": 2, "state": `+ended(0, "Completed", 0, time.Second)+`, "lastState": `+ended(3, "Error", 0, time.Second)+`}]}`)},
			want:   rollingOut,
		},
		"Completed": {
			reason: "What is done is no web application.",
			pods:   []string{container("shop-7d-a", restarting+`"state": `+backsOff+`, "lastState": `+ended(0, "Completed", 0, time.Second))},
			want:   failed(v1.ReasonCrashLoop, "Container app of pod shop-7d-a keeps stopping, with exit code 0 (Completed). A web application must go on running. Its log says why: kubectl -n acme logs shop-7d-a -c app --previous"),
		},
		"StartError": {
			reason: "Nor is what cannot be run.",
			pods:   []string{container("shop-7d-a", restarting+`"state": `+backsOff+`, "lastState": `+ended(128, "StartError", 0, 0))},
			want:   failed(v1.ReasonCrashLoop, "Container app of pod shop-7d-a keeps stopping, with exit code 128 (StartError). Its command cannot be run. Check the ENTRYPOINT of its image, or set spec.command. Its log says why: kubectl -n acme logs shop-7d-a -c app --previous"),
		},
		"StartErrorOf1970": {
			reason: "A runtime that could not start it says that it began in 1970. It did not run for fifty years.",
			pods:   []string{container("shop-7d-a", restarting+`"state": {"waiting": {"reason": "RunContainerError"}}, "lastState": {"terminated": {"exitCode": 128, "reason": "StartError", "startedAt": "1970-01-01T00:00:00Z", "finishedAt": "`+ago(0)+`"}}`)},
			want:   failed(v1.ReasonCrashLoop, "Container app of pod shop-7d-a keeps stopping, with exit code 128 (StartError). Its command cannot be run. Check the ENTRYPOINT of its image, or set spec.command. Its log says why: kubectl -n acme logs shop-7d-a -c app --previous"),
		},
		"BeganBeforeItsPod": {
			reason: "Nor did one that began before there was its pod.",
			pods:   []string{createdAt("11:55:00", container("shop-7d-a", restarting+`"state": `+ended(128, "StartError", 0, 48*time.Hour)))},
			want:   failed(v1.ReasonCrashLoop, "Container app of pod shop-7d-a keeps stopping, with exit code 128 (StartError). Its command cannot be run. Check the ENTRYPOINT of its image, or set spec.command. Its log says why: kubectl -n acme logs shop-7d-a -c app --previous"),
		},
		"Ended": {
			reason: "What the containers of a pod say that has ended for good says nothing of the application.",
			pods: []string{
				podNamed("shop-7d-a", `{"phase": "Failed", "reason": "NodeShutdown", "containerStatuses": [{"name": "app", `+restarting+`"state": {"terminated": {"exitCode": 137, "reason": "ContainerStatusUnknown", "startedAt": null, "finishedAt": null}}}]}`),
				podNamed("shop-7d-b", `{"phase": "Succeeded", "containerStatuses": [{"name": "app", `+restarting+`"state": `+ended(0, "Completed", 0, time.Second)+`}]}`),
			},
			want: rollingOut,
		},
		"MissingClaim": {
			reason: "To ask for less would not help.",
			pods:   []string{unscheduled(2*time.Minute, `0/2 nodes are available: persistentvolumeclaim "data" not found. not found`)},
			want:   failed(v1.ReasonUnschedulable, `Pod shop-7d-a finds no node: persistentvolumeclaim "data" not found; 1 of 2 replicas are available. This has lasted for 2 minutes or more. Create the PersistentVolumeClaim that spec.volumes names, or a volume for it. See: kubectl -n acme get pvc`),
		},
		"UnboundClaim": {
			reason: "Nor does it if there is no volume for the claim.",
			pods:   []string{unscheduled(2*time.Minute, `0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.`)},
			want:   failed(v1.ReasonUnschedulable, `Pod shop-7d-a finds no node: pod has unbound immediate PersistentVolumeClaims; 1 of 2 replicas are available. This has lasted for 2 minutes or more. Create the PersistentVolumeClaim that spec.volumes names, or a volume for it. See: kubectl -n acme get pvc`),
		},
		"WaitsForNetwork": {
			reason: "A pod that mounts nothing waits for its network.",
			pods:   []string{podNamed("shop-7d-a", notStarted(2*time.Minute))},
			want:   saying(v1.PhasePending, v1.ReasonContainerCreating, "Pod shop-7d-a has waited on its node for 2 minutes or more: for its image, or its network; 1 of 2 replicas are available. See: kubectl -n acme describe pod shop-7d-a"),
		},
		"NotStartedYet": {
			reason: "A moment is nothing to tell of.",
			pods:   []string{podNamed("shop-7d-a", notStarted(119*time.Second))},
			want:   rollingOut,
		},
		"RestartedLongAgo": {
			reason: "What ran for days is no loop.",
			pods:   []string{container("shop-7d-a", `"ready": false, "restartCount": 7, "state": `+ended(1, "Error", 0, 48*time.Hour))},
			want:   rollingOut,
		},
		"OOMKilled": {
			reason: "Memory is why it stops, the first time too.",
			pods:   []string{container("shop-7d-a", `"restartCount": 0, "state": `+ended(137, "OOMKilled", 0, time.Second))},
			want:   failed(v1.ReasonOOMKilled, noMemory),
		},
		"OOMKilledInLoop": {
			reason: "And later.",
			pods:   []string{container("shop-7d-a", restarting+`"state": `+backsOff+`, "lastState": `+ended(137, "OOMKilled", 0, time.Second))},
			want:   failed(v1.ReasonOOMKilled, noMemory),
		},
		"OOMKilledAfterDays": {
			reason: "And even if it took days, as long as it is not back.",
			pods:   []string{container("shop-7d-a", restarting+`"state": `+runs(time.Second)+`, "lastState": `+ended(137, "OOMKilled", 0, 48*time.Hour))},
			want:   failed(v1.ReasonOOMKilled, strings.Replace(noMemory, "killed.", "killed; 1 of 2 replicas are available.", 1)),
		},
		"OOMKilledAndBack": {
			reason: "Then it is.",
			pods:   []string{container("shop-7d-a", `"ready": true, "restartCount": 1, "state": `+runs(time.Second)+`, "lastState": `+ended(137, "OOMKilled", 0, 48*time.Hour))},
			want:   rollingOut,
		},
		"Unschedulable": {
			reason: "A cluster may be about to add a node.",
			pods:   []string{unscheduled(time.Minute, "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu. no new claims to deallocate, preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.")},
			want:   saying(v1.PhasePending, v1.ReasonUnschedulable, "Pod shop-7d-a finds no node: Insufficient cpu, node(s) had untolerated taint(s); 1 of 2 replicas are available. This may heal by itself within 2 minutes. Have it ask for less (spec.resources.requests), or add nodes. See: kubectl -n acme describe pod shop-7d-a"),
		},
		"UnschedulableForLong": {
			reason: "But does not. The scheduler's numbers may be others by then.",
			pods:   []string{unscheduled(2*time.Minute, "0/4 nodes are available: 2 node(s) had untolerated taint(s), 1 Insufficient cpu, 1 Insufficient cpu. preemption: 0/4 nodes are available: 4 No preemption victims found for incoming pod.")},
			want:   failed(v1.ReasonUnschedulable, "Pod shop-7d-a finds no node: Insufficient cpu, node(s) had untolerated taint(s); 1 of 2 replicas are available. This has lasted for 2 minutes or more. Have it ask for less (spec.resources.requests), or add nodes. See: kubectl -n acme describe pod shop-7d-a"),
		},
		"UnschedulableByLabels": {
			reason: "No node has the labels, which the WebApp or the platform team asks for.",
			pods:   []string{unscheduled(2*time.Minute, "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.")},
			want:   failed(v1.ReasonUnschedulable, "Pod shop-7d-a finds no node: node(s) didn't match Pod's node affinity/selector; 1 of 2 replicas are available. This has lasted for 2 minutes or more. Add nodes with the labels, or ask the platform team, whose nodeSelector or affinity says where replicas may run. See: kubectl -n acme describe pod shop-7d-a"),
		},
		"UnschedulableByTaints": {
			reason: "All nodes keep it away.",
			pods:   []string{unscheduled(2*time.Minute, "0/3 nodes are available: 3 node(s) had untolerated taint(s). preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.")},
			want:   failed(v1.ReasonUnschedulable, "Pod shop-7d-a finds no node: node(s) had untolerated taint(s); 1 of 2 replicas are available. This has lasted for 2 minutes or more. Add nodes without such taints, or tolerate them with spec.tolerations. See: kubectl -n acme describe pod shop-7d-a"),
		},
		"SchedulingGated": {
			reason: "Somebody holds it back, and will let it go.",
			pods:   []string{podNamed("shop-7d-a", `{"conditions": [{"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}]}`)},
			want:   rollingOut,
		},
		"Evicted": {
			reason: "The node says for want of what.",
			pods: []string{
				podNamed("shop-7d-a", `{"phase": "Failed", "reason": "Evicted", "message": "The node was low on resource: memory. Threshold quantity: 100Mi, available: 20Mi. ", "conditions": [
					{"type": "DisruptionTarget", "status": "True", "reason": "TerminationByKubelet", "lastTransitionTime": "`+ago(9*time.Minute)+`"}, {"type": "Ready", "status": "False", "reason": "PodFailed", "lastTransitionTime": "`+ago(9*time.Minute)+`"}]}`),
				waits("shop-7d-b", "ContainerCreating", ""),
			},
			want: saying(v1.PhasePending, v1.ReasonEvicted, "Pod shop-7d-a was evicted from its node: The node was low on resource: memory. Threshold quantity: 100Mi, available: 20Mi; 1 of 2 replicas are available. Another takes its place. Have it ask for as much memory as it uses (spec.resources.requests.memory), or use less. See: kubectl -n acme describe pod shop-7d-a"),
		},
		"EvictedLongAgo": {
			reason: "After a while, it has nothing to do with what happens now.",
			pods:   []string{podNamed("shop-7d-a", `{"phase": "Failed", "reason": "Evicted", "conditions": [{"type": "Ready", "status": "False", "lastTransitionTime": "`+ago(10*time.Minute)+`"}]}`)},
			want:   rollingOut,
		},
		"ProbeFailing": {
			reason: "It runs, and nobody can reach it.",
			pods:   []string{container("shop-7d-a", `"ready": false, "started": true, "restartCount": 0, "state": `+runs(2*time.Minute))},
			want:   failed(v1.ReasonProbeFailing, "Container app of pod shop-7d-a runs, and has not been ready for 2 minutes or more: its readiness probe fails; 1 of 2 replicas are available. It must accept connections on port 8080 (spec.port), and not on 127.0.0.1 only. See: kubectl -n acme describe pod shop-7d-a"),
		},
		"ProbeNotYetFailing": {
			reason: "Some take their time.",
			pods:   []string{container("shop-7d-a", `"ready": false, "started": true, "restartCount": 0, "state": `+runs(119*time.Second))},
			want:   rollingOut,
		},
		"ProbeFailingSinceAMoment": {
			reason: "It was ready until a moment ago.",
			pods: []string{podNamed("shop-7d-a", `{"conditions": [{"type": "ContainersReady", "status": "False", "lastTransitionTime": "`+ago(time.Second)+`"}],
				"containerStatuses": [{"name": "app", "ready": false, "started": true, "restartCount": 0, "state": `+runs(time.Hour)+`}]}`)},
			want: rollingOut,
		},
		"NotStarted": {
			reason: "A startup probe gives it the time it takes.",
			pods:   []string{container("shop-7d-a", `"ready": false, "started": false, "restartCount": 0, "state": `+runs(time.Hour))},
			want:   rollingOut,
		},
		"MostUseful": {
			reason: "Of several pods, what a person must do comes first.",
			pods: []string{
				container("shop-7d-a", `"ready": false, "started": true, "restartCount": 0, "state": `+runs(time.Hour)),
				waits("shop-7d-b", "CreateContainerConfigError", `secret "database" not found`),
				unscheduled(time.Hour, "0/1 nodes are available: 1 Insufficient cpu."),
			},
			want: failed(v1.ReasonConfigError, `Container app of pod shop-7d-b cannot be created: secret "database" not found; 1 of 2 replicas are available. Create what is missing, or correct what the WebApp names. See: kubectl -n acme describe pod shop-7d-b`),
		},
		"FirstByName": {
			reason: "In whatever order they come.",
			pods:   []string{waits("shop-7d-b", "ErrImagePull", pullFailed), waits("shop-7d-a", "ErrImagePull", pullFailed), waits("shop-7d-c", "ErrImagePull", pullFailed)},
			want:   failed(v1.ReasonImagePullError, noImage),
		},
		"Old": {
			reason: "What is wrong with the pods of an older template is about to be put right.",
			pods:   []string{strings.Replace(waits("shop-6c-a", "ErrImagePull", pullFailed), `"shop-7d"`, `"shop-6c"`, 1)},
			want:   rollingOut,
		},
		"Leaving": {
			reason: "So is what is being deleted.",
			pods:   []string{strings.Replace(waits("shop-7d-a", "ErrImagePull", pullFailed), `"metadata": {`, `"metadata": {"deletionTimestamp": "2026-01-05T11:59:59Z", `, 1)},
			want:   rollingOut,
		},
		"Junk": {
			reason: "What is not a pod says nothing.",
			pods:   []string{`{}`, `{"metadata": 1, "status": []}`, podNamed("", `{"containerStatuses": [1, {}, {"restartCount": "x", "state": {"terminated": {}}}], "conditions": [{}]}`)},
			want:   rollingOut,
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			rsp := run(t, request(webAppSaying(v1.PhasePending, v1.ReasonCreating, ""), withInput(diagnosed), withObserved(child.KeyDeployment, rolling),
				withRequired(platform.GrantsRequirement, everythingGranted), withRequired(diagnosis.PodsRequirement, tc.pods...)))

			got := rollout.ReadStatus(rsp.GetDesired().GetComposite().GetResource().GetFields()["status"]).Verdict
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("\n%s\nRunFunction(...): -want, +got:\n%s", tc.reason, diff)
			}

			if told := len(rsp.GetResults()) == 1 && strings.HasPrefix(rsp.GetResults()[0].GetMessage(), string(tc.want.Reason)+": "); told != (tc.want.Phase == v1.PhaseFailed) {
				t.Errorf("\n%s\nwant an event of a failure, and of nothing else, got %v", tc.reason, rsp.GetResults())
			}

			if strings.Contains(rsp.String(), "hunter2") {
				t.Errorf("\n%s\nthe answer has what the application wrote: %v", tc.reason, rsp)
			}
		})
	}
}

// notStarted is the status of a pod that is on its node, and of which nothing is begun.
func notStarted(since time.Duration) string {
	return `{"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "True"}, {"type": "PodReadyToStartContainers", "status": "False", "lastTransitionTime": "` + ago(since) + `"}],
		"containerStatuses": [{"name": "app", "state": {"waiting": {"reason": "ContainerCreating"}}}]}`
}

// TestDiagnosticsOfFields holds that advice names the fields of the WebApp.
func TestDiagnosticsOfFields(t *testing.T) {
	const (
		volumes = `"volumes": [{"name": "certificate", "mountPath": "/tls", "secret": {"secretName": "shop-tls"}}, {"name": "data", "mountPath": "/data", "persistentVolumeClaim": {"claimName": "data"}},
			{"name": "all", "mountPath": "/all", "projected": {"sources": [{"configMap": {"name": "a"}}, {"secret": {"name": "b", "optional": true}}]}}]`
		missed = `{"metadata": {"generation": 1}, "spec": {"replicas": 2}, "status": {"observedGeneration": 1, "replicas": 2, "updatedReplicas": 2, "conditions": [{"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "message": "ReplicaSet \"shop-7d\" has timed out progressing."}]}}`
	)

	stopped := func(code int) string {
		return container("shop-7d-a", `"ready": false, "restartCount": 3, "state": `+backsOff+`, "lastState": `+ended(code, "Error", 0, time.Minute))
	}

	cases := map[string]struct {
		reason     string
		fields     string
		deployment string
		pods       []string
		want       rollout.Verdict
	}{
		"Volumes": {
			reason: "A pod waits for what the WebApp mounts, but for what need not be there.",
			fields: volumes, deployment: rolling, pods: []string{podNamed("shop-7d-a", notStarted(time.Hour))},
			want: saying(v1.PhasePending, v1.ReasonContainerCreating, "Pod shop-7d-a has waited on its node for 2 minutes or more: for its volumes, its image, or its network; 1 of 2 replicas are available. Check that there is what it mounts: Secret shop-tls (spec.volumes[certificate]), PersistentVolumeClaim data (spec.volumes[data]), ConfigMap a (spec.volumes[all]). A pod of another node may hold a claim: with spec.strategy.type Recreate, that one goes first. See: kubectl -n acme describe pod shop-7d-a"),
		},
		"VolumesForTooLong": {
			reason: "Until Kubernetes gives up.",
			fields: volumes, deployment: missed, pods: []string{podNamed("shop-7d-a", notStarted(time.Hour))},
			want: saying(v1.PhaseFailed, v1.ReasonContainerCreating, "Pod shop-7d-a has waited on its node for 2 minutes or more: for its volumes, its image, or its network; 0 of 2 replicas are available. Check that there is what it mounts: Secret shop-tls (spec.volumes[certificate]), PersistentVolumeClaim data (spec.volumes[data]), ConfigMap a (spec.volumes[all]). A pod of another node may hold a claim: with spec.strategy.type Recreate, that one goes first. See: kubectl -n acme describe pod shop-7d-a"),
		},
		"Deadline": {
			reason: "Who is not allowed to see pods still knows what they mount.",
			fields: volumes, deployment: missed,
			want: saying(v1.PhaseFailed, v1.ReasonProgressDeadlineExceeded, "The rollout has made no progress for 10 minutes; 0 of 2 replicas are available. Often the image cannot be pulled, the container stops or runs as root, there is not all that it mounts (Secret shop-tls (spec.volumes[certificate]), PersistentVolumeClaim data (spec.volumes[data]), ConfigMap a (spec.volumes[all])), or nothing listens on port 8080. See: kubectl -n acme describe pods -l app=shop"),
		},
		"LivenessProbe": {
			reason: "A server that ends well when it is asked to looks as if it had ended by itself.",
			fields: `"livenessProbe": {"httpGet": {"path": "/alive"}}`, deployment: rolling, pods: []string{stopped(0)},
			want: saying(v1.PhaseFailed, v1.ReasonCrashLoop, "Container app of pod shop-7d-a keeps stopping, with exit code 0 (Error). It may be stopped because spec.livenessProbe fails: kubectl -n acme describe pod shop-7d-a tells. Its log says why: kubectl -n acme logs shop-7d-a -c app --previous"),
		},
		"Probes": {
			reason: "One that does not is killed.",
			fields: `"livenessProbe": {}, "startupProbe": {}`, deployment: rolling, pods: []string{stopped(137)},
			want: saying(v1.PhaseFailed, v1.ReasonCrashLoop, "Container app of pod shop-7d-a keeps stopping, with exit code 137 (Error). It may be stopped because spec.livenessProbe or spec.startupProbe fails: kubectl -n acme describe pod shop-7d-a tells. Its log says why: kubectl -n acme logs shop-7d-a -c app --previous"),
		},
		"NotTheProbe": {
			reason: "A probe has no exit code of 1.",
			fields: `"livenessProbe": {}`, deployment: rolling, pods: []string{stopped(1)},
			want: saying(v1.PhaseFailed, v1.ReasonCrashLoop, stops),
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			rsp := run(t, request(webAppWith(tc.fields), withInput(diagnosed), withObserved(child.KeyDeployment, tc.deployment),
				withRequired(platform.GrantsRequirement, everythingGranted), withRequired(diagnosis.PodsRequirement, tc.pods...)))

			if diff := cmp.Diff(tc.want, rollout.ReadStatus(rsp.GetDesired().GetComposite().GetResource().GetFields()["status"]).Verdict); diff != "" {
				t.Errorf("\n%s\nRunFunction(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestDiagnosticsStay holds that the same trouble is said in the same words, and
// told once, whatever state the pods are in at the moment.
func TestDiagnosticsStay(t *testing.T) {
	// A step is what pods say and the Deployment counts, and what comes of it.
	type step struct {
		deployment string
		pods       []string
		want       string
	}

	ready := `"ready": true, "started": true, `
	unready := `"ready": false, "started": false, `
	lastTime := `, "lastState": ` + ended(1, "Error", time.Minute, 5*time.Second)
	longer := `, "lastState": ` + ended(1, "Error", 10*time.Minute, 4*time.Minute)
	crash := ended(1, "Error", 0, 5*time.Second)

	cases := map[string]struct {
		reason string
		steps  []step
	}{
		"CrashLoop": {
			reason: "A container that stops after five seconds, and is ready as long as it runs.",
			steps: []step{
				{rolling, []string{container("shop-7d-a", unready+`"restartCount": 0, "state": `+crash)}, "Pending RollingOut"},
				{complete, []string{container("shop-7d-a", ready+`"restartCount": 1, "state": `+runs(time.Second)+lastTime)}, "Running Available"},
				{rolling, []string{container("shop-7d-a", unready+`"restartCount": 1, "state": `+crash+lastTime)}, "Failed CrashLoop!"},
				{rolling, []string{container("shop-7d-a", unready+`"restartCount": 1, "state": `+backsOff+lastTime)}, "Failed CrashLoop"},
				{rolling, []string{container("shop-7d-a", unready+`"restartCount": 2, "state": {"waiting": {"reason": "ContainerCreating"}}`+lastTime)}, "Failed CrashLoop"},
				{rolling, []string{container("shop-7d-a", unready+`"restartCount": 2, "state": `+runs(0)+lastTime)}, "Failed CrashLoop"},
				{complete, []string{container("shop-7d-a", ready+`"restartCount": 2, "state": `+runs(3*time.Second)+lastTime)}, "Failed CrashLoop"},
				{rolling, []string{container("shop-7d-a", unready+`"restartCount": 2, "state": `+crash+lastTime)}, "Failed CrashLoop"},
				{rolling, []string{container("shop-7d-a", unready+`"restartCount": 2, "state": `+backsOff+lastTime)}, "Failed CrashLoop"},
				{complete, []string{container("shop-7d-a", ready+`"restartCount": 3, "state": `+runs(59*time.Second)+lastTime)}, "Failed CrashLoop"},
				{complete, []string{container("shop-7d-a", ready+`"restartCount": 3, "state": `+runs(time.Minute)+lastTime)}, "Running Available"},
			},
		},
		"Slow": {
			reason: "One that runs for minutes must run for longer to be trusted.",
			steps: []step{
				{rolling, []string{container("shop-7d-a", unready+`"restartCount": 3, "state": `+backsOff+longer)}, "Failed CrashLoop!"},
				{complete, []string{container("shop-7d-a", ready+`"restartCount": 4, "state": `+runs(7*time.Minute)+longer)}, "Failed CrashLoop"},
				{complete, []string{container("shop-7d-a", ready+`"restartCount": 4, "state": `+runs(8*time.Minute)+longer)}, "Running Available"},
			},
		},
		"Replicas": {
			reason: "Two replicas stop in turn.",
			steps: []step{
				{rolling, []string{
					container("shop-7d-a", ready+`"restartCount": 2, "state": `+runs(time.Second)+lastTime), container("shop-7d-b", unready+`"restartCount": 1, "state": `+backsOff+lastTime),
				}, "Failed CrashLoop!"},
				{rolling, []string{
					container("shop-7d-a", unready+`"restartCount": 2, "state": `+backsOff+lastTime), container("shop-7d-b", ready+`"restartCount": 2, "state": `+runs(time.Second)+lastTime),
				}, "Failed CrashLoop"},
				{complete, []string{
					container("shop-7d-a", ready+`"restartCount": 3, "state": `+runs(time.Second)+lastTime), container("shop-7d-b", ready+`"restartCount": 2, "state": `+runs(2*time.Second)+lastTime),
				}, "Failed CrashLoop"},
			},
		},
		"SlowStart": {
			reason: "One that stops now and then and is not ready yet is one that stops.",
			steps: []step{
				{rolling, []string{container("shop-7d-a", `"ready": false, "started": true, "restartCount": 5, "state": `+runs(4*time.Minute)+longer)}, "Failed CrashLoop!"},
				{rolling, []string{container("shop-7d-a", unready+`"restartCount": 5, "state": `+crash+longer)}, "Failed CrashLoop"},
			},
		},
		"ImagePull": {
			reason: "The kubelet waits and tries again, and pods are replaced: the oldest is told of.",
			steps: []step{
				{rolling, []string{createdAt("11:50:00", waits("shop-7d-b", "ErrImagePull", pullFailed))}, "Failed ImagePullError!"},
				{rolling, []string{createdAt("11:50:00", waits("shop-7d-b", "ImagePullBackOff", `Back-off pulling image "acme/shop:9": ErrImagePull: `+pullFailed))}, "Failed ImagePullError"},
				{rolling, []string{
					createdAt("11:51:00", waits("shop-7d-a", "ErrImagePull", pullFailed)), createdAt("11:50:00", waits("shop-7d-b", "ErrImagePull", pullFailed)),
				}, "Failed ImagePullError"},
				{rolling, []string{waits("shop-7d-a", "ContainerCreating", ""), container("shop-7d-b", ready+`"restartCount": 0, "state": `+runs(time.Second))}, "Pending RollingOut"},
				{complete, nil, "Running Available!"},
			},
		},
		"Recovered": {
			reason: "One that is gone with its pod was none of the others'.",
			steps: []step{
				{rolling, []string{container("shop-7d-a", unready+`"restartCount": 3, "state": `+backsOff+lastTime)}, "Failed CrashLoop!"},
				{complete, []string{container("shop-7d-b", ready+`"restartCount": 0, "state": `+runs(time.Second))}, "Running Available!"},
			},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			before := saying(v1.PhasePending, v1.ReasonRollingOut, "")

			for i, s := range tc.steps {
				rsp := run(t, request(webAppSaying(before.Phase, before.Reason, before.Message), withInput(diagnosed), withObserved(child.KeyDeployment, s.deployment),
					withRequired(platform.GrantsRequirement, everythingGranted), withRequired(diagnosis.PodsRequirement, s.pods...)))

				after := rollout.ReadStatus(rsp.GetDesired().GetComposite().GetResource().GetFields()["status"]).Verdict

				got := fmt.Sprintf("%s %s", after.Phase, after.Reason)
				if got += strings.Repeat("!", len(rsp.GetResults())); strings.TrimSuffix(got, "!") != strings.TrimSuffix(s.want, "!") || (after.Phase == v1.PhaseFailed && got != s.want) {
					t.Errorf("\n%s\nstep %d: want %s, got %s: %s", tc.reason, i, s.want, got, after.Message)
				}

				// But for how many serve, the words are the same.
				said := func(v rollout.Verdict) string {
					return strings.ReplaceAll(v.Message, "2 of 2 replicas", "1 of 2 replicas")
				}
				if before.Phase == v1.PhaseFailed && after.Phase == v1.PhaseFailed && said(before) != said(after) {
					t.Errorf("\n%s\nstep %d: -before, +after:\n%s", tc.reason, i, cmp.Diff(said(before), said(after)))
				}

				if ready := rsp.GetDesired().GetResources()[child.KeyDeployment].GetReady() == fnv1.Ready_READY_TRUE; ready != (after.Phase == v1.PhaseRunning) {
					t.Errorf("\n%s\nstep %d: %s, and ready is %t", tc.reason, i, after.Phase, ready)
				}

				before = after
			}
		})
	}
}

// TestRewordedMessages holds that no rule reads what the status said in words: what it
// says next is the same whatever it said before, for people or for nobody.
func TestRewordedMessages(t *testing.T) {
	pods := []string{
		waits("shop-7d-a", "ImagePullBackOff", `Back-off pulling image "acme/shop:9"`),
		waits("shop-7d-b", "ErrImagePull", pullFailed),
		container("shop-7d-c", `"ready": false, "restartCount": 3, "state": `+backsOff+`, "lastState": `+ended(1, "Error", 0, time.Second)),
	}

	for _, deployment := range []string{rolling, complete} {
		for n := range pods {
			for _, reason := range []v1.Reason{v1.ReasonImagePullError, v1.ReasonCrashLoop, v1.ReasonRollingOut, v1.ReasonAvailable} {
				say := func(before string) rollout.Verdict {
					rsp := run(t, request(webAppSaying(v1.PhaseFailed, reason, before), withInput(diagnosed), withObserved(child.KeyDeployment, deployment),
						withRequired(platform.GrantsRequirement, everythingGranted), withRequired(diagnosis.PodsRequirement, pods[n:]...)))

					return rollout.ReadStatus(rsp.GetDesired().GetComposite().GetResource().GetFields()["status"]).Verdict
				}

				want := say("")
				for _, before := range []string{noImage, stops, want.Message, strings.ReplaceAll(noImage, "shop-7d-a", "shop-7d-b"), "Reworded."} {
					if diff := cmp.Diff(want, say(before)); diff != "" {
						t.Errorf("after %q: -without, +with a message before:\n%s", before, diff)
					}
				}
			}
		}
	}
}

// TestWatchPods holds when pods are asked for.
func TestWatchPods(t *testing.T) {
	granted := withRequired(platform.GrantsRequirement, everythingGranted)
	image := waits("shop-7d-a", "ErrImagePull", pullFailed)

	cases := map[string]struct {
		reason string
		req    *fnv1.RunFunctionRequest
		asks   bool
		want   string
	}{
		"Off": {
			reason: "Nobody wants it.",
			req:    request(shop, withObserved(child.KeyDeployment, rolling), granted, withRequired(diagnosis.PodsRequirement, image)),
			want:   "Pending RollingOut Accepted",
		},
		"NotKnown": {
			reason: "Without the right, Crossplane would wait until its deadline.",
			req:    request(shop, withInput(diagnosed), withObserved(child.KeyDeployment, rolling), withRequired(diagnosis.PodsRequirement, image)),
			want:   "Pending RollingOut Accepted",
		},
		"NotGranted": {
			reason: "So the status says that it is missing.",
			req:    request(shop, withInput(diagnosed), withObserved(child.KeyDeployment, rolling), withRequired(platform.GrantsRequirement), withRequired(diagnosis.PodsRequirement, image)),
			want:   "Pending RollingOut FeatureNotGranted",
		},
		"NotGrantedAndRuns": {
			reason: "And does so while all is well, too.",
			req:    request(shop, withInput(diagnosed), withObserved(child.KeyDeployment, complete), withRequired(platform.GrantsRequirement)),
			want:   "Running Available FeatureNotGranted",
		},
		"New": {
			reason: "A new WebApp does not run yet.",
			req:    request(shop, withInput(diagnosed), granted),
			asks:   true,
			want:   "Pending Creating Accepted",
		},
		"NotAnsweredYet": {
			reason: "Until pods come, the Deployment counts.",
			req:    request(shop, withInput(diagnosed), withObserved(child.KeyDeployment, rolling), granted),
			asks:   true,
			want:   "Pending RollingOut Accepted",
		},
		"Answered": {
			reason: "Then they do.",
			req:    request(shop, withInput(diagnosed), withObserved(child.KeyDeployment, rolling), granted, withRequired(diagnosis.PodsRequirement, image)),
			asks:   true,
			want:   "Failed ImagePullError Accepted",
		},
		"Runs": {
			reason: "Pods of one that runs have nothing to say, and are not listened to.",
			req:    request(webAppSaying(v1.PhaseRunning, v1.ReasonAvailable, ""), withInput(diagnosed), withObserved(child.KeyDeployment, complete), granted, withRequired(diagnosis.PodsRequirement, image)),
			want:   "Running Available Accepted",
		},
		"RunsAgain": {
			reason: "Unless it is in doubt.",
			req:    request(webAppSaying(v1.PhaseFailed, v1.ReasonCrashLoop, ""), withInput(diagnosed), withObserved(child.KeyDeployment, complete), granted),
			asks:   true,
			want:   "Running Available Accepted",
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			rsp := run(t, tc.req)

			s := rollout.ReadStatus(rsp.GetDesired().GetComposite().GetResource().GetFields()["status"])
			if got := fmt.Sprintf("%s %s %s", s.Phase, s.Reason, rsp.GetConditions()[0].GetReason()); got != tc.want {
				t.Errorf("\n%s\nwant %s, got %s", tc.reason, tc.want, got)
			}

			var want *fnv1.ResourceSelector
			if tc.asks {
				want = &fnv1.ResourceSelector{
					ApiVersion: "v1", Kind: "Pod", Namespace: new("acme"),
					Match: &fnv1.ResourceSelector_MatchLabels{MatchLabels: &fnv1.MatchLabels{Labels: map[string]string{"app": "shop", "managed-by": "webapp-operator"}}},
				}
			}

			if diff := cmp.Diff(want, rsp.GetRequirements().GetResources()[diagnosis.PodsRequirement], protocmp.Transform()); diff != "" {
				t.Errorf("\n%s\npods that are asked for: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestDiagnosticsTTL holds that time counts even if nobody asks.
func TestDiagnosticsTTL(t *testing.T) {
	off := strings.Replace(diagnosed, "}", `, "ttl": "0s"}`, 1)
	loops := container("shop-7d-a", `"ready": true, "restartCount": 3, "state": `+runs(time.Second)+`, "lastState": `+ended(1, "Error", time.Minute, time.Second))

	rsp := run(t, request(webAppSaying(v1.PhaseFailed, v1.ReasonCrashLoop, ""), withInput(off), withObserved(child.KeyDeployment, complete),
		withRequired(platform.GrantsRequirement, everythingGranted), withRequired(diagnosis.PodsRequirement, loops)))

	if got := rsp.GetMeta().GetTtl().AsDuration(); got != time.Minute {
		t.Errorf("a WebApp that will be trusted again: want to be asked in a minute, got %v", got)
	}
}

// TestDiagnosticsLastUpdated holds that what a pod says changes the status when the
// pod was written.
func TestDiagnosticsLastUpdated(t *testing.T) {
	written := strings.Replace(waits("shop-7d-a", "ErrImagePull", pullFailed), `"metadata": {`, `"metadata": {"managedFields": [{"time": "2026-01-05T11:59:50Z", "subresource": "status"}], `, 1)
	rsp := run(t, request(webAppSaying(v1.PhasePending, v1.ReasonRollingOut, ""), withInput(diagnosed), withObserved(child.KeyDeployment, rolling),
		withRequired(platform.GrantsRequirement, everythingGranted), withRequired(diagnosis.PodsRequirement, written)))

	if got := rollout.ReadStatus(rsp.GetDesired().GetComposite().GetResource().GetFields()["status"]).LastUpdated; got != "2026-01-05T11:59:50Z" {
		t.Errorf("lastUpdated: want when the pod was written, got %s", got)
	}
}

// BenchmarkPods is a call about a WebApp that does not run, with thirty pods.
func BenchmarkPods(b *testing.B) {
	req := sample.Pods(sample.Running(5), 30)
	withInput(diagnosed)(req)
	withRequired(platform.GrantsRequirement, everythingGranted)(req)
	req.GetObserved().GetResources()[child.KeyDeployment].GetResource().GetFields()["status"] = nil

	f := New(noonNow)

	b.ReportAllocs()

	for b.Loop() {
		if _, err := f.RunFunction(context.Background(), req); err != nil {
			b.Fatal(err)
		}
	}
}
