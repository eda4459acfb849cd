package nodes_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/webapp-operator/function-webapp/test/e2e/nodes"
)

// steadily is the environment variable that says how long a WebApp must say the
// same of an application that stays broken. Crash loops last for minutes.
const steadily = "STEADY"

// A broken application, and what its WebApp should say of it.
type broken struct {
	// name says what is wrong.
	name string

	// spec is the WebApp's but for the image, and objects are what it needs.
	image, spec string
	objects     []string

	// reason is in the status, and words are in its message.
	reason string
	words  []string

	// pending means that it may heal, so that there is no warning yet.
	pending bool

	// recovers means that it serves in between, and that its WebApp says so.
	recovers bool
}

var allBroken = []broken{
	{
		name: "command-missing", spec: "command: [/missing]",
		reason: "CrashLoop", words: []string{"spec.command", "app"},
	},
	{
		name: "liveness-kills", spec: `env: {UNHEALTHY: "1"}, livenessProbe: {httpGet: {path: /healthz}, periodSeconds: 1, failureThreshold: 1}`,
		reason: "CrashLoop", words: []string{"liveness"},
	},
	{
		name: "claim-missing", spec: "volumes: [{name: data, mountPath: /data, persistentVolumeClaim: {claimName: missing}}]",
		reason: "Unschedulable", words: []string{`persistentvolumeclaim "missing" not found`, "claim"},
	},
	{
		name: "claim-of-each", spec: "volumes: [{name: data, mountPath: /data, ephemeral: {volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}}}]",
		reason: "Unschedulable", words: []string{"claim", "storageClassName"},
	},
	{
		name: "claim-unbound", spec: "volumes: [{name: data, mountPath: /data, persistentVolumeClaim: {claimName: unbound}}]",
		objects: []string{"{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: unbound}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}"},
		reason:  "Unschedulable", words: []string{"unbound", "claim"},
	},
	{
		name: "volume-secret-missing", spec: "volumes: [{name: tls, mountPath: /tls, secret: {secretName: missing-tls}}]",
		reason: "ContainerCreating", words: []string{"Secret missing-tls", "spec.volumes[tls]"}, pending: true,
	},
	{
		name: "volume-configmap-missing", spec: "volumes: [{name: conf, mountPath: /conf, configMap: {name: missing-conf}}]",
		reason: "ContainerCreating", words: []string{"ConfigMap missing-conf", "spec.volumes[conf]"}, pending: true,
	},
	{
		name: "image-missing", image: nodes.Registry + "/missing:1",
		reason: "ImagePullError", words: []string{"missing:1", "not found"},
	},
	{
		name: "tag-missing", image: nodes.Registry + "/web:missing",
		reason: "ImagePullError", words: []string{"web:missing", "not found"},
	},
	{
		name: "registry-unauthorized", image: nodes.BrokenRegistry + "/unauthorized/web:1",
		reason: "ImagePullError", words: []string{"401", "spec.imagePullSecrets"},
	},
	// For two minutes it is Pending for the same reason, without a warning.
	{
		name: "registry-busy", image: nodes.BrokenRegistry + "/busy/web:1",
		reason: "ImagePullError", words: []string{"429", "2 minutes or more", "how many pulls"},
	},
	{
		name: "registry-hangs", image: nodes.BrokenRegistry + "/hangs/web:1",
		reason: "ContainerCreating", words: []string{"image"}, pending: true,
	},
	{
		name: "exits-0", spec: `env: {EXIT_AFTER: 1s, EXIT_CODE: "0"}`,
		reason: "CrashLoop", words: []string{"exit code 0"},
	},
	{
		name: "exits-1", spec: `env: {EXIT_AFTER: 1s, EXIT_CODE: "1"}`,
		reason: "CrashLoop", words: []string{"exit code 1", "--previous"},
	},
	{
		name: "out-of-memory", spec: `env: {EAT_MIB: "200"}, resources: {limits: {memory: 64Mi}}`,
		reason: "OOMKilled", words: []string{"memory limit", "spec.resources.limits.memory"},
	},
	{
		name: "never-healthy", spec: `readinessProbe: {exec: {command: [/missing]}, periodSeconds: 2}`,
		reason: "ProbeFailing", words: []string{"spec.readinessProbe.exec", "/missing"},
	},
	{
		name: "never-ready", spec: `env: {UNHEALTHY: "1"}, readinessProbe: {httpGet: {path: /healthz}, periodSeconds: 2}`,
		reason: "ProbeFailing", words: []string{"not been ready", "GET /healthz", "spec.readinessProbe.httpGet"},
	},
	{
		name: "runs-as-root", image: nodes.RootImage(),
		reason: "ConfigError", words: []string{"runAsNonRoot", "USER"},
	},
	{
		name: "secret-missing", spec: "secretEnv: {PASSWORD: {name: missing-password, key: password}}",
		reason: "ConfigError", words: []string{"missing-password", "spec.secretEnv.PASSWORD"},
	},
	{
		name: "env-from-missing", spec: "envFrom: [{secretRef: {name: missing-settings}}]",
		reason: "ConfigError", words: []string{"missing-settings", "spec.envFrom[0]"},
	},
	{
		name: "asks-for-too-much", spec: `resources: {requests: {cpu: "100"}}`,
		reason: "Unschedulable", words: []string{"Insufficient cpu", "ask for less"},
	},
	{
		name: "volume-full", spec: `volumes: [{name: data, mountPath: /data, emptyDir: {sizeLimit: 8Mi}}], env: {FILL: /data, FILL_MIB: "64", START_AFTER: 20s}`,
		reason: "Evicted", words: []string{"spec.volumes[data].emptyDir.sizeLimit"}, recovers: true,
	},
	{
		name: "migration-fails", spec: `initContainers: [{name: migrate, env: {EXIT_AFTER: 1s, EXIT_CODE: "3"}}]`,
		reason: "CrashLoop", words: []string{"Container migrate", "exit code 3", "-c migrate --previous"},
	},
	{
		name: "migration-hangs", spec: "initContainers: [{name: migrate}]",
		reason: "ContainerCreating", words: []string{"Container migrate", "ended with exit code 0", "-c migrate"}, pending: true,
	},
	{
		name: "migration-secret", spec: "initContainers: [{name: migrate, secretEnv: {PASSWORD: {name: missing-password, key: password}}}]",
		reason: "ConfigError", words: []string{"missing-password", "spec.initContainers[migrate].secretEnv.PASSWORD"},
	},
	{
		name: "sidecar-exits-0", spec: `initContainers: [{name: proxy, restartPolicy: Always, env: {PORT: "9901", EXIT_AFTER: 1s, EXIT_CODE: "0"}}]`,
		reason: "CrashLoop", words: []string{"Container proxy", "exit code 0", "must go on running"},
	},
	{
		name: "sidecar-image", spec: `initContainers: [{name: proxy, restartPolicy: Always, image: "` + nodes.Registry + `/missing:1"}]`,
		reason: "ImagePullError", words: []string{"container proxy", "spec.initContainers[proxy].image"},
	},
	{
		name: "sidecar-never-starts", spec: `initContainers: [{name: proxy, restartPolicy: Always, env: {PORT: "9901"}, startupProbe: {tcpSocket: {port: 9902}, failureThreshold: 100}}]`,
		reason: "ContainerCreating", words: []string{"Container proxy", "spec.initContainers[proxy].startupProbe"}, pending: true,
	},
}

// found is what there was to see of a broken application.
type found struct {
	after int

	phase, reason, message string
	events, other          []string
}

// testDiagnostics breaks applications in all the ways that people know. Their
// WebApps say why, tell it once, and do not change their minds.
func testDiagnostics(t *testing.T) {
	steady := 30 * time.Second
	if d, err := time.ParseDuration(os.Getenv(steadily)); err == nil {
		steady = d
	}

	n := newNamespace(t, "diagnostics")

	// It ends before the namespace goes: a pod goes when its image is no longer pulled.
	serveBroken(t)

	n.breakAll(t, allBroken, steady)
}

// breakAll applies WebApps of broken applications, and holds what they say to what they
// should.
func (n *namespace) breakAll(t *testing.T, list []broken, steady time.Duration) {
	t.Helper()

	results := newTable("Application", "says after", "phase", "reason", "message", "warnings", "changed its mind in "+steady.String())
	all := make([]*found, len(list))

	// They run at the same time: most of it is waiting.
	t.Run("all", func(t *testing.T) {
		for i, b := range list {
			all[i] = &found{}

			t.Run(b.name, func(t *testing.T) {
				t.Parallel()
				b.check(t, n, steady, all[i])
			})
		}
	})

	n.awaitWarnings(t, list, all)

	for i, b := range list {
		f := all[i]
		results.row(b.name, fmt.Sprintf("%d s", f.after), f.phase, f.reason, strings.ReplaceAll(f.message, "|", "\\|"), strconv.Itoa(len(f.events)), strconv.Itoa(len(f.other)))

		for _, e := range f.events {
			if strings.Contains(e, " times within ") {
				sayf("%s: %s was told of %s", t.Name(), b.name, e)
			}
		}

		if !b.recovers && len(f.events) != b.warnings() {
			t.Errorf("%s: want %d warnings, got %d: %q", b.name, b.warnings(), len(f.events), f.events)
		}
	}

	results.log(t)
}

// awaitWarnings waits until all have been told of that should be. Crossplane writes events one
// after the other, however many wait: on a busy machine, those of all that is broken at the
// same time take minutes.
func (n *namespace) awaitWarnings(t *testing.T, list []broken, all []*found) {
	t.Helper()

	for until := time.Now().Add(patience); ; time.Sleep(5 * time.Second) {
		said, missing := n.warnings(t), false

		for i, b := range list {
			all[i].events = said[b.name]
			missing = missing || len(said[b.name]) < b.warnings()
		}

		if !missing || time.Now().After(until) {
			return
		}
	}
}

// warnings is how many there must be.
func (b broken) warnings() int {
	if b.pending || b.recovers {
		return 0
	}

	return 1
}

// check applies the WebApp, waits until it says what it should, and watches it.
func (b broken) check(t *testing.T, n *namespace, steady time.Duration, f *found) {
	t.Helper()

	for _, object := range b.objects {
		n.apply(t, object)
	}

	image, spec := b.image, b.spec
	if image == "" {
		image = nodes.Image("web")
	}

	if spec != "" {
		spec = ", " + spec
	}

	w, began := n.watch(t, webApps, b.name), time.Now()

	n.webApp(t, b.name, fmt.Sprintf("image: %q, replicas: 1%s", image, spec))

	if b.recovers {
		b.recurs(t, n, w, f)
		return
	}

	phase := "Failed"
	if b.pending {
		phase = "Pending"
	}

	last := began

	// Two minutes from the first attempt, and what follows from them.
	for time.Since(began) < 190*time.Second && f.phase+" "+f.reason != phase+" "+b.reason {
		time.Sleep(250 * time.Millisecond)

		for _, m := range w.since(last) {
			last = m.at
			f.look(t, m.object)
		}
	}

	f.after = int(time.Since(began).Seconds())
	before := f.says()

	time.Sleep(steady)

	for _, m := range w.since(last) {
		if now := f.look(t, m.object); now != before {
			f.other = append(f.other, before)
			before = now
		}
	}

	if f.phase != phase || f.reason != b.reason {
		t.Errorf("want it to be %s for %s, got %s for %s: %s", phase, b.reason, f.phase, f.reason, f.message)
	}

	for _, word := range b.words {
		if !strings.Contains(f.message, word) {
			t.Errorf("want the message to contain %q, got %q", word, f.message)
		}
	}

	if len(f.other) > 0 {
		t.Errorf("want it to say the same for %s, got %q and then %q", steady, f.other, f.message)
	}
}

// recurs waits until the WebApp has said what it should while it does not serve. In
// between it serves, and must run.
func (b broken) recurs(t *testing.T, n *namespace, w *watcher, f *found) {
	t.Helper()

	began := time.Now()
	last := began

	n.eventually(t, 2*patience, func() error {
		for _, m := range w.since(last) {
			last = m.at

			if f.look(t, m.object); f.reason == b.reason {
				return nil
			}
		}

		return fmt.Errorf("want %s, got %s", b.reason, f.reason)
	})

	f.after = int(time.Since(began).Seconds())

	for _, word := range b.words {
		if !strings.Contains(f.message, word) {
			t.Errorf("want the message to contain %q, got %q", word, f.message)
		}
	}

	again := *f
	n.eventually(t, patience, func() error {
		for _, m := range w.since(last) {
			last = m.at

			if again.look(t, m.object); again.phase == "Running" {
				return nil
			}
		}

		return fmt.Errorf("want it to be Running, got %s", again.phase)
	})
}

// look reads what a WebApp said.
func (f *found) look(t *testing.T, app *unstructured.Unstructured) string {
	t.Helper()

	f.phase, f.reason, f.message = read(t, app, "{.status.phase}"), read(t, app, "{.status.reason}"), read(t, app, "{.status.message}")

	return f.says()
}

// available is what changes while an application is broken: for a moment, it serves.
var available = regexp.MustCompile(`\d+ of \d+ replicas are available`)

// says is what must not change while an application stays broken.
func (f *found) says() string {
	return f.phase + " " + f.reason + " " + available.ReplaceAllString(f.message, "")
}

// stale is for how long Crossplane may go on with a WebApp as it was before its last
// write. Called once more in that time, the function says once more what it said, of which
// Kubernetes makes one event that came twice. See
// https://github.com/crossplane/crossplane/issues/7062. With as many that break at once on
// two processors, two seconds were not enough for two of 36.
const stale = 10 * time.Second

// warnings returns the function's warnings of each WebApp, one for each time that it was
// told.
func (n *namespace) warnings(t *testing.T) map[string][]string {
	t.Helper()

	list, err := n.client.Resource(events).Namespace(n.name).List(t.Context(), metav1.ListOptions{FieldSelector: "involvedObject.kind=WebApp,type=Warning"})
	must(t, err)

	said := map[string][]string{}

	for _, e := range list.Items {
		message, ours := strings.CutPrefix(read(t, &e, "{.message}"), `Pipeline step "webapp": `)
		if !ours {
			continue
		}

		times := 1
		_, _ = fmt.Sscan(read(t, &e, "{.count}"), &times)

		webApp := read(t, &e, "{.involvedObject.name}")

		if times > 1 {
			apart := when(t, &e, "{.lastTimestamp}").Sub(when(t, &e, "{.firstTimestamp}"))
			message = fmt.Sprintf("%d times within %s: %s", times, apart, message)

			if times == 2 && apart <= stale {
				times = 1
			}
		}

		for range times {
			said[webApp] = append(said[webApp], message)
		}
	}

	return said
}

// when reads a time of an object.
func when(t *testing.T, object *unstructured.Unstructured, field string) time.Time {
	t.Helper()

	at, err := time.Parse(time.RFC3339, read(t, object, field))
	must(t, err)

	return at
}

// serveBroken is a registry that does not give what it has.
func serveBroken(t *testing.T) {
	t.Helper()

	mux := &http.ServeMux{}
	mux.HandleFunc("/v2/unauthorized/", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("WWW-Authenticate", `Basic realm="registry"`)
		http.Error(w, `{"errors": [{"code": "UNAUTHORIZED"}]}`, http.StatusUnauthorized)
	})
	mux.HandleFunc("/v2/busy/", func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, `{"errors": [{"code": "TOOMANYREQUESTS"}]}`, http.StatusTooManyRequests)
	})
	mux.HandleFunc("/v2/hangs/", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })

	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", nodes.BrokenRegistry)
	must(t, err)

	server := &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute, BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(t.Context()) }}
	t.Cleanup(func() { _ = server.Close() })

	go func() { _ = server.Serve(l) }()
}
