package diagnosis

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	"github.com/crossplane/function-sdk-go/resource"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

var noon = time.Date(2026, time.January, 5, 12, 0, 0, 0, time.UTC)

// ago is a time as long before noon.
func ago(d time.Duration) string { return noon.Add(-d).Format(time.RFC3339) }

// shop is WebApp shop with options, at noon.
func shop(options string) Case {
	return Case{Now: noon, App: &webapp.App{Composite: webapp.WebApp, Name: "shop", Namespace: "acme", Spec: v1.WebAppSpec{Port: 8080}, Options: resource.MustStructJSON(options).GetFields()}}
}

// newPod is a pod of it with a status.
func newPod(name string, created time.Duration, status string) *fnv1.Resource {
	return &fnv1.Resource{Resource: resource.MustStructJSON(fmt.Sprintf(`{"metadata": {"name": %q, "creationTimestamp": %q}, "status": %s}`, name, ago(created), status))}
}

// waits is the status of a pod whose container waits.
func waits(container, reason, message string) string {
	return fmt.Sprintf(`{"containerStatuses": [{"name": %q, "state": {"waiting": {"reason": %q, "message": %q}}}]}`, container, reason, message)
}

// said is what is found, in short.
func said(t *Trouble) string {
	if t == nil {
		return ""
	}

	return fmt.Sprintf("%s %s: %s", t.Phase, t.Reason, say(*t))
}

func say(t Trouble) string { return t.What + ". " + t.Advice }

// TestTells holds which reasons are those of pods.
func TestTells(t *testing.T) {
	for _, rule := range rules {
		if !Tells(rule.reason) {
			t.Errorf("%s: want it to be told by pods", rule.reason)
		}
	}

	if Tells(v1.ReasonProgressDeadlineExceeded) {
		t.Error("the Deployment says when its deadline is over")
	}
}

// TestHeals holds which causes are waited for, and for how long.
func TestHeals(t *testing.T) {
	const image = `failed to pull and unpack image "registry.acme.com/shop:1": failed to resolve reference "registry.acme.com/shop:1": `

	// By kind of end: those that a moment may mend, and those that it does not.
	moments := map[string][]string{
		"ErrImagePull": {
			image + `unexpected status from HEAD request to https://registry.acme.com/v2/shop/manifests/1: 429 Too Many Requests`,
			image + `unexpected status code https://registry-1.docker.io/v2/acme/shop/manifests/1: 503`,
			`toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating: unauthorized`,
			`TOOMANYREQUESTS: retry-after: 893.9µs, allowed: 44000/minute`,
			image + `failed to authorize: failed to fetch oauth token: unexpected status: 502 Bad Gateway`,
			image + `failed to do request: Head "https://registry.acme.com/v2/": net/http: TLS handshake timeout`,
			image + `failed to do request: Head "https://registry.acme.com/v2/": dial tcp 10.0.0.1:443: i/o timeout`,
			image + `failed to do request: Head "https://registry.acme.com/v2/": dial tcp 10.0.0.1:443: connect: connection refused`,
			image + `failed to do request: Head "https://registry.acme.com/v2/": dial tcp: lookup registry.acme.com: no such host`,
			image + `failed to do request: Head "https://registry.acme.com/v2/": dial tcp: lookup registry.acme.com on 10.96.0.10:53: server misbehaving`,
			image + `failed to do request: Head "https://registry.acme.com/v2/": EOF`,
			`failed to copy: read tcp 10.0.0.2:41234->10.0.0.1:443: read: connection reset by peer`,
			`failed to extract layer: write /var/lib/containerd: no space left on device`,
			`context deadline exceeded`,
			`something new`,
			``,
		},
		"ImagePullBackOff":  {`Back-off pulling image "registry.acme.com/shop:1"`},
		"ImageInspectError": {`rpc error: code = Unavailable desc = transport is closing`},
		"CreateContainerConfigError": {
			`failed to sync secret cache: timed out waiting for the condition`,
			`Get "https://10.96.0.1:443/api/v1/namespaces/acme/secrets/database": dial tcp 10.96.0.1:443: connect: connection refused`,
		},
		"CreateContainerError": {`failed to reserve container name "app_shop-a_acme_6f1c7c6e-9d3c-4c65-8ad9-7a5c8a0c1b2d_3": name is reserved for "c0ffee"`},
	}

	lasting := map[string][]string{
		"ErrImagePull": {
			image + `registry.acme.com/shop:1: not found`,
			image + `unexpected status from HEAD request to https://registry.acme.com/v2/shop/manifests/1: 401 Unauthorized`,
			image + `unexpected status from HEAD request to https://registry.acme.com/v2/shop/manifests/1: 403`,
			image + `pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`,
			image + `failed to do request: Head "https://registry.acme.com/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority`,
			image + `failed to do request: Head "https://registry.acme.com/v2/": http: server gave HTTP response to HTTPS client`,
			`no match for platform in manifest: not found`,
			`manifest for registry.acme.com/shop-429:503 not found: manifest unknown: manifest unknown`,
		},
		"InvalidImageName":           {`Failed to apply default image tag "Shop": couldn't parse image name: invalid reference format`},
		"ErrImageNeverPull":          {`Container image "registry.acme.com/shop:1" is not present with pull policy of Never`},
		"SignatureValidationFailed":  {`SignatureValidationFailed: image pull failed because the signature validation failed`},
		"CreateContainerConfigError": {`secret "database" not found`, `container has runAsNonRoot and image will run as root`},
		"CreateContainerError":       {`no command specified`},
	}

	phases := func(waiting, message string, c Case) v1.Phase {
		return Find(c, []*fnv1.Resource{newPod("shop-a", time.Minute, waits("app", waiting, message))}).Phase
	}

	for waiting, messages := range moments {
		for _, message := range messages {
			c := shop(`{}`)
			if got := phases(waiting, message, c); got != v1.PhasePending {
				t.Errorf("%s, %s: want it to be waited for, got %s", waiting, message, got)
			}

			c.Now = noon.Add(time.Minute)
			if got := phases(waiting, message, c); got != v1.PhaseFailed {
				t.Errorf("%s, %s: want it to be waited for two minutes, got %s", waiting, message, got)
			}
		}
	}

	for waiting, messages := range lasting {
		for _, message := range messages {
			if got := phases(waiting, message, shop(`{}`)); got != v1.PhaseFailed {
				t.Errorf("%s, %s: want no waiting, got %s", waiting, message, got)
			}
		}
	}
}

// TestSince holds since when a trouble is.
func TestSince(t *testing.T) {
	const busy = `429 Too Many Requests`

	// bare is a pod that does not say since when it waits.
	bare := newPod("shop-a", 0, waits("app", "ErrImagePull", busy))
	delete(bare.GetResource().GetFields(), "metadata")

	after := func(phase v1.Phase, reason v1.Reason, since time.Duration) Case {
		c := shop(`{}`)
		c.Phase, c.Reason, c.Since = phase, reason, noon.Add(-since)

		return c
	}

	status := func(fields string) *fnv1.Resource {
		return newPod("shop-a", time.Hour, strings.Replace(waits("app", "ErrImagePull", busy), `"name"`, fields+`"name"`, 1))
	}

	cases := map[string]struct {
		reason string
		c      Case
		pod    *fnv1.Resource
		want   v1.Phase
	}{
		"Unknown":  {"What does not say since when may have begun a moment ago.", shop(`{}`), bare, v1.PhasePending},
		"Told":     {"It has been told for two minutes.", after(v1.PhasePending, v1.ReasonImagePullError, 2*time.Minute), bare, v1.PhaseFailed},
		"TooShort": {"Or for less.", after(v1.PhasePending, v1.ReasonImagePullError, time.Minute), bare, v1.PhasePending},
		"Other":    {"Something else has been told for long.", after(v1.PhasePending, v1.ReasonRollingOut, time.Hour), bare, v1.PhasePending},
		"GivenUp":  {"What was given up on is not waited for again.", after(v1.PhaseFailed, v1.ReasonImagePullError, time.Second), bare, v1.PhaseFailed},
		"Old":      {"A pod that has waited for an hour.", shop(`{}`), status(``), v1.PhaseFailed},
		"Stopped":  {"It ran until a moment ago.", shop(`{}`), status(`"lastState": {"terminated": {"finishedAt": "` + ago(time.Minute) + `"}}, `), v1.PhasePending},
		"Scheduled": {
			"It has found a node a moment ago.", shop(`{}`),
			newPod("shop-a", time.Hour, strings.Replace(waits("app", "ErrImagePull", busy), `{`, `{"conditions": [{"type": "PodScheduled", "status": "True", "lastTransitionTime": "`+ago(time.Minute)+`"}], `, 1)), v1.PhasePending,
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if got := Find(tc.c, []*fnv1.Resource{tc.pod}).Phase; got != tc.want {
				t.Errorf("\n%s\nwant %s, got %s", tc.reason, tc.want, got)
			}
		})
	}
}

// TestFind holds what is found, and what the advice is.
func TestFind(t *testing.T) {
	running := func(container, fields string) string {
		return fmt.Sprintf(`{"name": %q, "ready": false, "started": true, "state": {"running": {"startedAt": %q}}%s}`, container, ago(time.Hour), fields)
	}
	containers := func(all ...string) string { return `{"containerStatuses": [` + strings.Join(all, ",") + `]}` }
	unready := containers(running("app", ""))
	stopped := func(container string, code int) string {
		return containers(fmt.Sprintf(`{"name": %q, "restartCount": 3, "state": {"waiting": {"reason": "CrashLoopBackOff"}}, "lastState": {"terminated": {"exitCode": %d, "reason": "Error"}}}`, container, code))
	}
	unscheduled := func(message string) string {
		return fmt.Sprintf(`{"conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": %q, "lastTransitionTime": %q}]}`, message, ago(time.Hour))
	}
	evicted := func(since time.Duration, message string) string {
		return fmt.Sprintf(`{"phase": "Failed", "reason": "Evicted", "message": %q, "conditions": [{"type": "DisruptionTarget", "status": "True", "lastTransitionTime": %q}]}`, message, ago(since))
	}
	creating := func(conditions string) string {
		return `{"conditions": [` + conditions + `], "containerStatuses": [{"name": "app", "state": {"waiting": {"reason": "ContainerCreating"}}}]}`
	}
	condition := func(kind, status string) string {
		return fmt.Sprintf(`{"type": %q, "status": %q, "lastTransitionTime": %q}`, kind, status, ago(time.Hour))
	}

	const (
		describe = " See: kubectl -n acme describe pod shop-a"
		notReady = "Failed ProbeFailing: Container app of pod shop-a runs, and has not been ready for 2 minutes or more: its readiness probe fails. "
		noNode   = "Failed Unschedulable: Pod shop-a finds no node: "
		lasted   = ". This has lasted for 2 minutes or more. "
		proxy    = "The WebApp does not have a container istio-proxy: ask who adds it to its pods."
		cannot   = "Failed ConfigError: Container app of pod shop-a cannot be created: "
	)

	const initContainers = `{"initContainers": [{"name": "migrate", "secretEnv": {"PASSWORD": {"name": "db", "key": "password"}}},
		{"name": "proxy", "image": "envoy", "restartPolicy": "Always", "startupProbe": {"exec": {"command": ["true"]}, "failureThreshold": 10}, "readinessProbe": {"httpGet": {"port": 9901}}},
		{"name": "ships-logs", "image": "fluent-bit", "restartPolicy": "Always"}]}`

	ended := func(name string, code int) string {
		return fmt.Sprintf(`{"name": %q, "restartCount": 3, "state": {"waiting": {"reason": "CrashLoopBackOff"}}, "lastState": {"terminated": {"exitCode": %d, "reason": "Error"}}}`, name, code)
	}

	// forgotten is a pod whose containers ended well when its node evicted it.
	forgotten := `{"phase": "Succeeded", "conditions": [{"type": "Ready", "status": "False", "lastTransitionTime": "` + ago(time.Minute) + `"}], "containerStatuses": [{"name": "app", "state": {"terminated": {"exitCode": 0, "reason": "Completed"}}}]}`

	cases := map[string]struct {
		reason  string
		options string
		status  string
		want    string
	}{
		"ProbeExec": {
			"A command is no port.", `{"readinessProbe": {"exec": {"command": ["cat", "/tmp/healthy"]}}}`, unready,
			notReady + "It must have the command of spec.readinessProbe.exec end with exit code 0: cat /tmp/healthy." + describe,
		},
		"ProbeHTTP": {
			"A path must answer.", `{"readinessProbe": {"httpGet": {"path": "/ready", "port": 9090}}}`, unready,
			notReady + "It must answer GET /ready on port 9090 with a status from 200 to 399 for spec.readinessProbe.httpGet, and not on 127.0.0.1 only." + describe,
		},
		"ProbeHTTPDefault": {
			"Or the root, on the port of the WebApp.", `{"readinessProbe": {"httpGet": {"port": "http"}}}`, unready,
			notReady + "It must answer GET / on port 8080 (spec.port) with a status from 200 to 399 for spec.readinessProbe.httpGet, and not on 127.0.0.1 only." + describe,
		},
		"ProbeGRPC": {
			"So must a health service.", `{"readinessProbe": {"grpc": {"port": 50051}}}`, unready,
			notReady + "It must answer gRPC health checks on port 50051 for spec.readinessProbe.grpc, and not on 127.0.0.1 only." + describe,
		},
		"ProbeDefault": {
			"Without one, somebody must listen.", `{}`, unready,
			notReady + "It must accept connections on port 8080 (spec.port), and not on 127.0.0.1 only." + describe,
		},
		"ProbePatience": {
			"As long as the probe allows is said in its numbers.", `{"readinessProbe": {"initialDelaySeconds": 301}}`, unready,
			"Failed ProbeFailing: Container app of pod shop-a runs, and has not been ready for 331 seconds or more: its readiness probe fails. It must accept connections on port 8080 (spec.port), and not on 127.0.0.1 only." + describe,
		},
		"ProbePatient": {
			"Nothing has failed before that.", `{"startupProbe": {"failureThreshold": 360}}`, unready, "",
		},
		"ProbeOfOthers": {
			"The WebApp has no probe of a container that it does not have.", `{"readinessProbe": {"initialDelaySeconds": 7200}}`, containers(running("istio-proxy", "")),
			"Failed ProbeFailing: Container istio-proxy of pod shop-a runs, and has not been ready for 2 minutes or more: its readiness probe fails. " + proxy + describe,
		},
		"ProbeOfSidecar": {
			"One that begins before the others goes on with them.", `{}`,
			`{"initContainerStatuses": [` + running("istio-proxy", "") + `], "containerStatuses": [{"name": "app", "ready": true, "state": {"running": {}}}]}`,
			"Failed ProbeFailing: Container istio-proxy of pod shop-a runs, and has not been ready for 2 minutes or more: its readiness probe fails. " + proxy + describe,
		},
		"InitContainer": {
			"One that is not done keeps the others waiting.", `{}`,
			`{"initContainerStatuses": [` + running("istio-proxy", "") + `], "containerStatuses": [` + `{"name": "app", "state": {"waiting": {"reason": "PodInitializing"}}}]}`,
			"Pending ContainerCreating: Container istio-proxy of pod shop-a has run for 2 minutes or more, and the others wait for it. " + proxy + " Its log may say for what it waits: kubectl -n acme logs shop-a -c istio-proxy",
		},
		"MigrationHangs": {
			"One of the WebApp's own, too: the application starts after it.", initContainers,
			`{"initContainerStatuses": [` + running("migrate", "") + `], "containerStatuses": [{"name": "app", "state": {"waiting": {"reason": "PodInitializing"}}}]}`,
			"Pending ContainerCreating: Container migrate of pod shop-a has run for 2 minutes or more, and the others wait for it. The application starts when it has ended with exit code 0. Its log may say for what it waits: kubectl -n acme logs shop-a -c migrate",
		},
		"MigrationFails": {
			"It must end, and well.", initContainers, `{"initContainerStatuses": [` + ended("migrate", 1) + `], "containerStatuses": [{"name": "app", "state": {"waiting": {"reason": "PodInitializing"}}}]}`,
			"Failed CrashLoop: Container migrate of pod shop-a keeps stopping, with exit code 1 (Error). The application starts when it has ended with exit code 0. Its log says why: kubectl -n acme logs shop-a -c migrate --previous",
		},
		"MigrationImage": {
			"It runs the application's image if it names none.", initContainers, `{"initContainerStatuses": [{"name": "migrate", "state": {"waiting": {"reason": "ErrImagePull", "message": "not found"}}}]}`,
			"Failed ImagePullError: The image of container migrate of pod shop-a cannot be pulled: not found. Check spec.image, and spec.imagePullSecrets if its registry asks for a password." + describe,
		},
		"MigrationConfig": {
			"Its own fields are named.", initContainers, `{"initContainerStatuses": [{"name": "migrate", "state": {"waiting": {"reason": "CreateContainerConfigError", "message": "secret \"db\" not found"}}}]}`,
			`Failed ConfigError: Container migrate of pod shop-a cannot be created: secret "db" not found. Create what is missing, or correct spec.initContainers[migrate].secretEnv.PASSWORD.` + describe,
		},
		"MigrationDone": {
			"What waits now has waited since then.", initContainers,
			`{"conditions": [` + condition("PodScheduled", "True") + `], "initContainerStatuses": [{"name": "migrate", "state": {"terminated": {"exitCode": 0, "finishedAt": "` + ago(time.Minute) + `"}}}], "containerStatuses": [{"name": "app", "state": {"waiting": {"reason": "PodInitializing"}}}]}`, "",
		},
		"SidecarStarts": {
			"It has a startup probe, for which the others wait.", initContainers,
			`{"initContainerStatuses": [{"name": "proxy", "started": false, "state": {"running": {"startedAt": "` + ago(time.Hour) + `"}}}], "containerStatuses": [{"name": "app", "state": {"waiting": {"reason": "PodInitializing"}}}]}`,
			"Pending ContainerCreating: Container proxy of pod shop-a has run for 2 minutes or more, and the others wait for it. The application starts when spec.initContainers[proxy].startupProbe has found it well. Its log may say for what it waits: kubectl -n acme logs shop-a -c proxy",
		},
		"SidecarNotReady": {
			"Its own probe says so.", initContainers, `{"initContainerStatuses": [` + running("proxy", "") + `], "containerStatuses": [{"name": "app", "ready": true, "state": {"running": {}}}]}`,
			"Failed ProbeFailing: Container proxy of pod shop-a runs, and has not been ready for 130 seconds or more: its readiness probe fails. It must answer GET / on port 9901 with a status from 200 to 399 for spec.initContainers[proxy].readinessProbe.httpGet, and not on 127.0.0.1 only." + describe,
		},
		"SidecarEnds": {
			"It must go on, though it ends well.", initContainers, `{"initContainerStatuses": [` + ended("ships-logs", 0) + `], "containerStatuses": [{"name": "app", "ready": true, "state": {"running": {}}}]}`,
			"Failed CrashLoop: Container ships-logs of pod shop-a keeps stopping, with exit code 0 (Error). With restartPolicy Always, it must go on running. Its log says why: kubectl -n acme logs shop-a -c ships-logs --previous",
		},
		"SidecarCommand": {
			"Its command is its own.", initContainers, `{"initContainerStatuses": [{"name": "proxy", "restartCount": 3, "state": {"waiting": {"reason": "CrashLoopBackOff"}}, "lastState": {"terminated": {"reason": "StartError", "exitCode": 128}}}]}`,
			"Failed CrashLoop: Container proxy of pod shop-a keeps stopping, with exit code 128 (StartError). Its command cannot be run. Check the ENTRYPOINT of its image, or set spec.initContainers[proxy].command. Its log says why: kubectl -n acme logs shop-a -c proxy --previous",
		},
		"SidecarMemory": {
			"So is its limit.", initContainers, `{"initContainerStatuses": [{"name": "proxy", "state": {"terminated": {"reason": "OOMKilled", "exitCode": 137}}}]}`,
			"Failed OOMKilled: Container proxy of pod shop-a ran out of memory and was killed. Raise its memory limit (spec.initContainers[proxy].resources.limits.memory), or have it use less." + describe,
		},
		"StopsOfOthers": {
			"Nor does it have its liveness probe.", `{"livenessProbe": {}}`, stopped("istio-proxy", 137),
			"Failed CrashLoop: Container istio-proxy of pod shop-a keeps stopping, with exit code 137 (Error). " + proxy + " Its log says why: kubectl -n acme logs shop-a -c istio-proxy --previous",
		},
		"ImageOfOthers": {
			"Nor its image.", `{}`, waits("istio-proxy", "ErrImagePull", "not found"),
			"Failed ImagePullError: The image of container istio-proxy of pod shop-a cannot be pulled: not found. " + proxy + describe,
		},
		"MemoryOfOthers": {
			"Nor its limit.", `{}`, containers(`{"name": "istio-proxy", "state": {"terminated": {"reason": "OOMKilled", "exitCode": 137}}}`),
			"Failed OOMKilled: Container istio-proxy of pod shop-a ran out of memory and was killed. " + proxy + describe,
		},
		"ConfigOfOthers": {
			"Nor its settings.", `{}`, waits("istio-proxy", "CreateContainerConfigError", `configmap "mesh" not found`),
			`Failed ConfigError: Container istio-proxy of pod shop-a cannot be created: configmap "mesh" not found. ` + proxy + describe,
		},
		"NeverPull": {
			"The policy forbids what would help.", `{"imagePullPolicy": "Never"}`, waits("app", "ErrImageNeverPull", "it is not present"),
			"Failed ImagePullError: The image of container app of pod shop-a cannot be pulled: it is not present. No image is pulled where spec.imagePullPolicy is Never: use another, or bring the image to the nodes." + describe,
		},
		"MissingSecret": {
			"The fields that take something from it are named.", `{"secretEnv": {"USER": {"name": "database", "key": "user"}, "PASSWORD": {"name": "database", "key": "password"}, "OTHER": {"name": "other", "key": "x"}}, "envFrom": [{"secretRef": {"name": "database"}}]}`,
			waits("app", "CreateContainerConfigError", `couldn't find key password in Secret acme/database`),
			cannot + "couldn't find key password in Secret acme/database. Create what is missing, or correct spec.secretEnv.PASSWORD, spec.secretEnv.USER, spec.envFrom[0]." + describe,
		},
		"MissingConfigMap": {
			"So is that of a ConfigMap.", `{"configEnv": {"SIZE": {"name": "settings", "key": "size"}}, "envFrom": [{"configMapRef": {"name": "settings"}}]}`,
			waits("app", "CreateContainerConfigError", `configmap "settings" not found`),
			cannot + `configmap "settings" not found. Create what is missing, or correct spec.configEnv.SIZE, spec.envFrom[0].` + describe,
		},
		"RootByNumber": {
			"The WebApp itself may name root.", `{}`, waits("app", "CreateContainerConfigError", "container's runAsUser breaks non-root policy"),
			cannot + "container's runAsUser breaks non-root policy. Set spec.securityContext.runAsUser to another user than root, which is 0." + describe,
		},
		"NoCommand": {
			"The image does not say what to run.", `{}`, waits("app", "CreateContainerError", "no command specified"),
			cannot + "no command specified. Its image does not say what to run: set spec.command." + describe,
		},
		"SubPath": {
			"A path that is not in its volume.", `{}`, waits("app", "CreateContainerConfigError", `failed to prepare subPath for volumeMount "data" of container "app"`),
			cannot + `failed to prepare subPath for volumeMount "data" of container "app". Check spec.volumes[data].` + describe,
		},
		"Attempts": {
			"What counts attempts is left out, so that each says the same.", `{}`,
			waits("app", "CreateContainerError", `failed to create "app_shop-a_acme_6f1c7c6e-9d3c-4c65-8ad9-7a5c8a0c1b2d_17" for 00000000000000000000000000000000000000000000000000000000c0ffee00`),
			cannot + `failed to create "app_shop-a_acme" for …. Create what is missing, or correct what the WebApp names.` + describe,
		},
		"Command": {
			"The command of the WebApp, and not that of its image.", `{"command": ["/missing"]}`,
			containers(`{"name": "app", "restartCount": 3, "state": {"waiting": {"reason": "CrashLoopBackOff"}}, "lastState": {"terminated": {"exitCode": 128, "reason": "StartError"}}}`),
			"Failed CrashLoop: Container app of pod shop-a keeps stopping, with exit code 128 (StartError). Its command cannot be run. Check spec.command. Its log says why: kubectl -n acme logs shop-a -c app --previous",
		},
		"Args": {
			"Or its arguments.", `{"args": ["--wrong"]}`,
			containers(`{"name": "app", "restartCount": 3, "state": {"waiting": {"reason": "CrashLoopBackOff"}}, "lastState": {"terminated": {"exitCode": 128, "reason": "ContainerCannotRun"}}}`),
			"Failed CrashLoop: Container app of pod shop-a keeps stopping, with exit code 128 (ContainerCannotRun). Its command cannot be run. Check spec.args. Its log says why: kubectl -n acme logs shop-a -c app --previous",
		},
		"HeldClaim": {
			"To create a claim that there is would not help.", `{"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]}`,
			unscheduled("0/2 nodes are available: 2 node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode."),
			noNode + "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode" + lasted + "Its volumes tie it to a node that cannot take it, or another pod holds one of them: PersistentVolumeClaim data (spec.volumes[data]). A pod of another node may hold a claim: with spec.strategy.type Recreate, that one goes first." + describe,
		},
		"HeldClaimOfRecreate": {
			"It does so already.", `{"strategy": {"type": "Recreate"}, "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]}`,
			unscheduled("0/2 nodes are available: 2 node(s) had volume node affinity conflict."),
			noNode + "node(s) had volume node affinity conflict" + lasted + "Its volumes tie it to a node that cannot take it, or another pod holds one of them: PersistentVolumeClaim data (spec.volumes[data])." + describe,
		},
		"ClaimOfEach": {
			"Kubernetes makes the claim.", `{"volumes": [{"name": "room", "ephemeral": {}}]}`,
			unscheduled("0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims."),
			noNode + "pod has unbound immediate PersistentVolumeClaims" + lasted + "No volume is there yet for the claim that it has for itself: check storageClassName and size of spec.volumes[room]. See: kubectl -n acme get pvc",
		},
		"ClaimOfEachAndAll": {
			"It may be another one.", `{"volumes": [{"name": "room", "ephemeral": {}}, {"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]}`,
			unscheduled("0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims."),
			noNode + "pod has unbound immediate PersistentVolumeClaims" + lasted + "No volume is there yet for the claim that it has for itself: check storageClassName and size of spec.volumes[room]. Create the PersistentVolumeClaim that spec.volumes names, or a volume for it. See: kubectl -n acme get pvc",
		},
		"HeldClaimOfEach": {
			"No other pod has it.", `{"volumes": [{"name": "room", "ephemeral": {}}]}`,
			unscheduled("0/2 nodes are available: 2 node(s) had volume node affinity conflict."),
			noNode + "node(s) had volume node affinity conflict" + lasted + "Its volumes tie it to a node that cannot take it, or another pod holds one of them: PersistentVolumeClaim <pod>-room (spec.volumes[room])." + describe,
		},
		"Spread": {
			"Less to ask for makes no more zones.", `{}`, unscheduled("0/2 nodes are available: 2 node(s) didn't match pod topology spread constraints."),
			noNode + "node(s) didn't match pod topology spread constraints" + lasted + "Add nodes, or ask the platform team, whose topologySpread says where replicas may run." + describe,
		},
		"Taints": {
			"Nor does it remove a taint.", `{}`, unscheduled("0/2 nodes are available: 2 node(s) had untolerated taint(s)."),
			noNode + "node(s) had untolerated taint(s)" + lasted + "Add nodes without such taints, or tolerate them with spec.tolerations." + describe,
		},
		"Labels": {
			"The WebApp asks for labels.", `{"nodeSelector": {"a": "b"}}`, unscheduled("0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector."),
			noNode + "node(s) didn't match Pod's node affinity/selector" + lasted + "Add nodes with the labels, or correct spec.nodeSelector." + describe,
		},
		"LabelsOfAll": {
			"The platform team does.", `{}`, unscheduled("0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector."),
			noNode + "node(s) didn't match Pod's node affinity/selector" + lasted + "Add nodes with the labels, or ask the platform team, whose nodeSelector or affinity says where replicas may run." + describe,
		},
		"Affinity": {
			"It asks for labels in two ways.", `{"nodeSelector": {"a": "b"}, "affinity": {"nodeAffinity": {}, "podAffinity": {}}}`, unscheduled("0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector."),
			noNode + "node(s) didn't match Pod's node affinity/selector" + lasted + "Add nodes with the labels, or correct spec.nodeSelector or spec.affinity.nodeAffinity." + describe,
		},
		"PodAffinity": {
			"It asks for other pods.", `{"affinity": {"nodeAffinity": {}, "podAffinity": {}}}`, unscheduled("0/2 nodes are available: 2 node(s) didn't match pod affinity rules."),
			noNode + "node(s) didn't match pod affinity rules" + lasted + "Add nodes, or correct spec.affinity.podAffinity." + describe,
		},
		"AntiAffinityOfAll": {
			"The platform team keeps replicas away from pods.", `{"affinity": {"nodeAffinity": {}}}`, unscheduled("0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules."),
			noNode + "node(s) didn't match pod anti-affinity rules" + lasted + "Add nodes, or ask the platform team, whose affinity says where replicas may run." + describe,
		},
		"Repelled": {
			"Nothing of the WebApp is to blame.", `{"affinity": {"podAntiAffinity": {}}}`, unscheduled("0/2 nodes are available: 2 node(s) didn't satisfy existing pods anti-affinity rules."),
			noNode + "node(s) didn't satisfy existing pods anti-affinity rules" + lasted + "Add nodes: other pods keep it away from where they run." + describe,
		},
		"Otherwise": {
			"Whatever the scheduler may say.", `{}`, unscheduled("0/2 nodes are available: 2 node(s) were unschedulable."),
			noNode + "node(s) were unschedulable" + lasted + "Add nodes that may take it." + describe,
		},
		"EvictedForVolume": {
			"The volume has a size.", `{}`, evicted(time.Minute, `Usage of EmptyDir volume "data" exceeds the limit "8Mi".`),
			`Pending Evicted: Pod shop-a was evicted from its node: Usage of EmptyDir volume "data" exceeds the limit "8Mi". Another takes its place. Raise spec.volumes[data].emptyDir.sizeLimit, or have it write less.` + describe,
		},
		"EvictedAndForgotten": {
			"It ended with exit code 0 when its node evicted it, and the kubelet has forgotten that.",
			`{"volumes": [{"name": "data", "emptyDir": {"sizeLimit": "8Mi"}}, {"name": "other", "emptyDir": {}}]}`,
			forgotten,
			"Pending Evicted: Pod shop-a was stopped by its node, which has forgotten why. Another takes its place. It may have written more than spec.volumes[data].emptyDir.sizeLimit allows." + describe,
		},
		"EvictedAndForgottenForStorage": {
			"All that it writes is bounded.", `{"resources": {"limits": {"memory": "1Gi", "ephemeral-storage": "1Gi"}}}`, forgotten,
			"Pending Evicted: Pod shop-a was stopped by its node, which has forgotten why. Another takes its place. It may have written more than spec.resources.limits.ephemeral-storage allows." + describe,
		},
		"EvictedAndForgottenForNothing": {
			"Nothing is known of a bound.", `{"resources": {"limits": {"memory": "1Gi"}}}`, forgotten,
			"Pending Evicted: Pod shop-a was stopped by its node, which has forgotten why. Another takes its place. It may have written more than it may." + describe,
		},
		"EvictedForStorage": {
			"Files take room, too.", `{}`, evicted(time.Minute, `The node was low on resource: ephemeral-storage.`),
			`Pending Evicted: Pod shop-a was evicted from its node: The node was low on resource: ephemeral-storage. Another takes its place. Have it ask for as much ephemeral-storage as it writes (spec.resources), or write less.` + describe,
		},
		"EvictedForPIDs": {
			"And processes.", `{}`, evicted(time.Minute, `The node had condition: [PIDPressure].`),
			`Pending Evicted: Pod shop-a was evicted from its node: The node had condition: [PIDPressure]. Another takes its place. Have it ask for as much as it uses (spec.resources.requests), or use less.` + describe,
		},
		"OldKubelet": {
			"One that does not say when the network is there.", `{}`, creating(condition("PodScheduled", "True")),
			"Pending ContainerCreating: Pod shop-a has waited on its node for 2 minutes or more: for its image, or its network. See: kubectl -n acme describe pod shop-a",
		},
		"LargeImage": {
			"The network is there, and so are the volumes.", `{"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]}`,
			creating(condition("PodScheduled", "True") + "," + condition("PodReadyToStartContainers", "True")),
			"Pending ContainerCreating: Pod shop-a has waited on its node for 2 minutes or more: for its image. See: kubectl -n acme describe pod shop-a",
		},
		"Preempted": {
			"A pod that makes room for others says nothing of itself.", `{}`,
			strings.Replace(stopped("app", 1), `{`, `{"conditions": [`+condition("DisruptionTarget", "True")+`], `, 1), "",
		},
		"RefusedByNode": {
			"Nor does one that its node did not take.", `{}`, strings.Replace(stopped("app", 1), `{`, `{"phase": "Failed", "reason": "OutOfcpu", `, 1), "",
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := said(Find(shop(tc.options), []*fnv1.Resource{newPod("shop-a", time.Hour, tc.status)}))
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("\n%s\nFind(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}

	t.Run("EvictedAgain", func(t *testing.T) {
		first, second := newPod("shop-a", time.Hour, evicted(5*time.Minute, "memory")), newPod("shop-b", 4*time.Minute, evicted(time.Minute, "memory"))

		if got := Find(shop(`{}`), []*fnv1.Resource{second, first}); got.Phase != v1.PhaseFailed || !strings.Contains(got.What, "shop-b") {
			t.Errorf("one that took the place of another had to go, too: want it to have failed, got %s", said(got))
		}

		together := newPod("shop-c", time.Hour, evicted(5*time.Minute, "memory"))
		if got := Find(shop(`{}`), []*fnv1.Resource{first, together}); got.Phase != v1.PhasePending {
			t.Errorf("two of one node had to go: want it to heal, got %s", said(got))
		}

		soon := newPod("shop-a", time.Minute, evicted(time.Minute, "memory"))
		if got := Find(shop(`{}`), []*fnv1.Resource{soon}); got.Phase != v1.PhasePending {
			t.Errorf("one had to go in the second that it came: want it to heal, got %s", said(got))
		}
	})

	t.Run("GivenUpOnAnother", func(t *testing.T) {
		busy, missing := newPod("shop-a", time.Minute, waits("app", "ErrImagePull", "429 Too Many Requests")), newPod("shop-b", time.Minute, waits("app", "ErrImagePull", "not found"))

		of := shop(`{}`)
		for range 2 {
			got := Find(of, []*fnv1.Resource{busy, missing})
			if got.Phase != v1.PhaseFailed || !strings.Contains(got.What, "shop-b") {
				t.Errorf("one has failed, and not the one that may heal: got %s", said(got))
			}

			of.Phase, of.Reason = got.Phase, got.Reason
		}
	})

	t.Run("AnotherLoops", func(t *testing.T) {
		missing, loops := newPod("shop-a", time.Minute, waits("app", "ErrImagePull", "not found")), newPod("shop-b", time.Minute, stopped("app", 1))

		if got := Find(shop(`{}`), []*fnv1.Resource{missing, loops}); got.Reason != v1.ReasonImagePullError || !got.Loops {
			t.Errorf("one that serves at the moment will not last, whatever is wrong with others: got %s, loops %t", said(got), got.Loops)
		}
	})

	t.Run("GaveUp", func(t *testing.T) {
		of := shop(`{}`)
		of.GaveUp = true

		if got := Find(of, []*fnv1.Resource{newPod("shop-a", time.Minute, waits("app", "ErrImagePull", "429 Too Many Requests"))}); strings.Contains(got.Advice, "may heal") {
			t.Errorf("Kubernetes does not wait any more: want no hope, got %s", said(got))
		}
	})

	t.Run("WhatLastsFirst", func(t *testing.T) {
		busy, missing := newPod("shop-a", time.Minute, waits("app", "ErrImagePull", "429 Too Many Requests")), newPod("shop-b", 0, waits("app", "CreateContainerConfigError", `secret "a" not found`))

		if got := Find(shop(`{}`), []*fnv1.Resource{busy, missing}); got.Reason != v1.ReasonConfigError {
			t.Errorf("what cannot heal comes before what may: got %s", said(got))
		}
	})
}

// TestGuesses holds what may keep a rollout from going on.
func TestGuesses(t *testing.T) {
	cases := map[string]struct{ reason, options, want string }{
		"Default":  {"What a WebApp has by default.", `{}`, "the image cannot be pulled, the container stops or runs as root, or nothing listens on port 8080"},
		"Root":     {"One that may be root is.", `{"securityContext": {"runAsNonRoot": false}}`, "the image cannot be pulled, the container stops, or nothing listens on port 8080"},
		"NoProbe":  {"Nobody asks.", `{"readinessProbe": {"disabled": true}}`, "the image cannot be pulled, or the container stops or runs as root"},
		"HTTP":     {"Somebody asks for a path.", `{"readinessProbe": {"httpGet": {"path": "/ready"}}}`, "the image cannot be pulled, the container stops or runs as root, or it does not answer GET /ready on port 8080 (spec.port) with a status from 200 to 399 for spec.readinessProbe.httpGet, and not on 127.0.0.1 only"},
		"Volumes":  {"There may not be what it mounts.", `{"volumes": [{"name": "tls", "secret": {"secretName": "shop-tls"}}]}`, "the image cannot be pulled, the container stops or runs as root, there is not all that it mounts (Secret shop-tls (spec.volumes[tls])), or nothing listens on port 8080"},
		"NoVolume": {"What need not be there may be missing.", `{"volumes": [{"name": "tls", "secret": {"secretName": "shop-tls", "optional": true}}]}`, "the image cannot be pulled, the container stops or runs as root, or nothing listens on port 8080"},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, Guesses(shop(tc.options).App)); diff != "" {
				t.Errorf("\n%s\nGuesses(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestBeside holds that a container that goes on beside the others is not done when it has
// ended, and that it is not for it that they wait once it has started. Whoever adds one says
// so in the pod.
func TestBeside(t *testing.T) {
	const proxy = "The WebApp does not have a container mesh: ask who adds it to its pods."

	cases := map[string]struct {
		reason string
		status string
		want   string
	}{
		"Ended": {
			"It will start again.",
			`{"initContainerStatuses": [{"name": "mesh", "restartCount": 3, "state": {"terminated": {"exitCode": 0, "reason": "Completed", "startedAt": "` + ago(2*time.Minute) + `", "finishedAt": "` + ago(time.Minute) + `"}}}]}`,
			"Failed CrashLoop: Container mesh of pod shop-a keeps stopping, with exit code 0 (Completed). " + proxy + " Its log says why: kubectl -n acme logs shop-a -c mesh --previous",
		},
		"Started": {
			"The others wait for the next one.",
			`{"initContainerStatuses": [
				{"name": "mesh", "started": true, "ready": true, "state": {"running": {"startedAt": "` + ago(time.Hour) + `"}}},
				{"name": "fetch", "state": {"running": {"startedAt": "` + ago(time.Hour) + `"}}}],
				"containerStatuses": [{"name": "app", "state": {"waiting": {"reason": "PodInitializing"}}}]}`,
			"Pending ContainerCreating: Container fetch of pod shop-a has run for 2 minutes or more, and the others wait for it. The WebApp does not have a container fetch: ask who adds it to its pods. Its log may say for what it waits: kubectl -n acme logs shop-a -c fetch",
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			pod := newPod("shop-a", time.Hour, tc.status)
			pod.Resource.Fields["spec"] = structpb.NewStructValue(resource.MustStructJSON(`{"initContainers": [{"name": "mesh", "restartPolicy": "Always"}, {"name": "fetch"}]}`))

			if diff := cmp.Diff(tc.want, said(Find(shop(`{}`), []*fnv1.Resource{pod}))); diff != "" {
				t.Errorf("\n%s\nFind(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
