package nodes_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/webapp-operator/function-webapp/test/e2e/nodes"
)

// Annotations by which pods ask for a proxy, and say more of what is added to them.
const (
	// injected is how: as a container beside the application's, or as a native sidecar.
	injected    = "mesh.example.com/inject"
	asContainer = "container"
	asSidecar   = "sidecar"

	proxyImage = "mesh.example.com/proxy-image"
	proxyEnv   = "mesh.example.com/proxy-env"
	setupEnv   = "mesh.example.com/setup-env"

	// proxyPort is where it listens.
	proxyPort = 15006

	// unanswered asks a webhook that does not answer.
	unanswered = "mesh.example.com/unanswered"
)

// inject has webhooks see the pods that are created in the namespace, as service meshes
// do: one of ours, which is the test itself, and one that nobody serves.
func (n *namespace) inject(t *testing.T) {
	t.Helper()

	server := httptest.NewTLSServer(http.HandlerFunc(review))
	t.Cleanup(server.Close)

	must(t, n.Kubectl().Apply(t.Context(), fmt.Sprintf(`
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: {name: %[1]s}
webhooks:
- name: inject.mesh.example.com
  clientConfig: {url: %[2]q, caBundle: %[3]s}
  matchConditions: [{name: asked, expression: "'%[4]s' in object.metadata.?annotations.orValue({})"}]
  namespaceSelector: &namespace {matchLabels: {kubernetes.io/metadata.name: %[1]s}}
  rules: &pods [{apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE]}]
  admissionReviewVersions: [v1]
  sideEffects: None
- name: unanswered.mesh.example.com
  clientConfig: {url: "https://127.0.0.1:1"}
  matchConditions: [{name: asked, expression: "'%[5]s' in object.metadata.?annotations.orValue({})"}]
  namespaceSelector: *namespace
  rules: *pods
  admissionReviewVersions: [v1]
  sideEffects: None
`, n.name, server.URL, base64.StdEncoding.EncodeToString(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})), injected, unanswered)))
	t.Cleanup(func() {
		_, _ = n.Kubectl().Run(context.Background(), "delete", "mutatingwebhookconfiguration", n.name)
	})
}

// review answers the API server.
func review(w http.ResponseWriter, r *http.Request) {
	asked, pod := admissionv1.AdmissionReview{}, corev1.Pod{}

	err := json.NewDecoder(r.Body).Decode(&asked)
	if err == nil {
		err = json.Unmarshal(asked.Request.Object.Raw, &pod)
	}

	addProxy(&pod)

	spec, wrong := json.Marshal(pod.Spec)
	if err := errors.Join(err, wrong); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}

	how := admissionv1.PatchTypeJSONPatch
	asked.Response = &admissionv1.AdmissionResponse{
		UID: asked.Request.UID, Allowed: true,
		PatchType: &how, Patch: fmt.Appendf(nil, `[{"op": "replace", "path": "/spec", "value": %s}]`, spec),
	}
	asked.Request = nil

	if err := json.NewEncoder(w).Encode(asked); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

// addProxy has all that is sent to the pod go through a proxy, which takes the name of
// the application's port: a mesh's own way, by rules of the pod's network, needs rights
// that a restricted namespace does not give. Before it, a container sets something up.
func addProxy(pod *corev1.Pod) {
	app := &pod.Spec.Containers[0]
	port := app.Ports[0]
	app.Ports[0].Name = "behind-mesh"

	// As meshes do, too: the kubelet asks the application, and not the proxy.
	if ready := app.ReadinessProbe; ready != nil && ready.TCPSocket != nil {
		ready.TCPSocket.Port = intstr.FromInt32(port.ContainerPort)
	}

	setup := corev1.Container{
		Name: "mesh-setup", Image: nodes.Image("web"), SecurityContext: app.SecurityContext,
		Env: variables("EXIT_AFTER=0s " + pod.Annotations[setupEnv]),
	}
	proxy := corev1.Container{
		Name: "mesh-proxy", Image: nodes.Image("web"), SecurityContext: app.SecurityContext,
		Env:            variables(fmt.Sprintf("PORT=%d FORWARD_TO=http://127.0.0.1:%d %s", proxyPort, port.ContainerPort, pod.Annotations[proxyEnv])),
		Ports:          []corev1.ContainerPort{{Name: port.Name, ContainerPort: proxyPort, Protocol: corev1.ProtocolTCP}},
		ReadinessProbe: &corev1.Probe{ProbeHandler: corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/healthz", Port: intstr.FromInt32(proxyPort)}}, PeriodSeconds: 1},
	}

	if image := pod.Annotations[proxyImage]; image != "" {
		proxy.Image = image
	}

	pod.Spec.InitContainers = append(pod.Spec.InitContainers, setup)

	// When the pod begins to end, the proxy lets go of its callers. One that is a container
	// like the others is asked to stop when the application is, and pauses for as long.
	drain := "/drain"

	if pod.Annotations[injected] == asSidecar {
		always := corev1.ContainerRestartPolicyAlways
		proxy.RestartPolicy = &always
	} else {
		drain += "?for=5s"
	}

	proxy.Lifecycle = &corev1.Lifecycle{PreStop: &corev1.LifecycleHandler{HTTPGet: &corev1.HTTPGetAction{Path: drain, Port: intstr.FromInt32(proxyPort)}}}

	if pod.Annotations[injected] == asSidecar {
		pod.Spec.InitContainers = append(pod.Spec.InitContainers, proxy)
	} else {
		pod.Spec.Containers = append(pod.Spec.Containers, proxy)
	}
}

// variables are those of a text with NAME=value, between spaces. The last of a name
// counts.
func variables(text string) []corev1.EnvVar {
	all := []corev1.EnvVar{}

	for word := range strings.FieldsSeq(text) {
		name, value, _ := strings.Cut(word, "=")
		all = append(all, corev1.EnvVar{Name: name, Value: value})
	}

	return all
}
