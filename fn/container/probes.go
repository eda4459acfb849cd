package container

import (
	"fmt"
	"maps"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// PortName names the port that the application listens on, and the Service's. The Service
// and the probes refer to the port by it, so that while a changed port rolls out every pod
// is reached on the port it listens on.
const PortName = "http"

// HTTPPort is the name as it is sent, and TCP what is spoken there.
var (
	HTTPPort = value.String(PortName)
	TCP      = value.String(corev1.ProtocolTCP)
)

// handlers are the ways to ask a container how it is.
var handlers = []string{"httpGet", "tcpSocket", "grpc", "exec"}

// CheckReadinessProbe checks readinessProbe.
func CheckReadinessProbe(spec value.Reader) {
	p, ok := value.Native[v1.ReadinessProbe](spec, webapp.ReadinessProbe)
	if !ok {
		return
	}

	in := spec.Object(webapp.ReadinessProbe)
	checkProbe(in, p.Probe)
	atLeast(in, "successThreshold", p.SuccessThreshold, 1)

	if p.Disabled && len(in.Fields) > 1 {
		in.Forbidden("disabled", "a disabled probe has nothing else")
	}
}

// CheckLivenessProbe checks livenessProbe.
func CheckLivenessProbe(of value.Reader) { checkRestartProbe(of, webapp.LivenessProbe) }

// CheckStartupProbe checks startupProbe.
func CheckStartupProbe(of value.Reader) { checkRestartProbe(of, webapp.StartupProbe) }

func checkRestartProbe(spec value.Reader, name string) {
	p, ok := value.Native[v1.RestartProbe](spec, name)
	if !ok {
		return
	}

	in := spec.Object(name)
	checkProbe(in, p.Probe)

	if n := p.SuccessThreshold; n != nil && *n != 1 {
		in.Invalid("successThreshold", *n, "must be 1")
	}

	atLeast(in, "terminationGracePeriodSeconds", p.TerminationGracePeriodSeconds, 1)
}

// atLeast notes if a number that a field holds is too small.
func atLeast[T int32 | int64](in value.Reader, name string, n *T, least T) {
	if n != nil && *n < least {
		in.Invalid(name, *n, fmt.Sprintf("must be at least %d", least))
	}
}

// checkProbe checks what all probes have.
func checkProbe(in value.Reader, p v1.Probe) {
	set := 0

	for _, name := range handlers {
		if in.Get(name) != nil {
			set++
		}
	}

	if set > 1 {
		in.Forbidden("", "set one of httpGet, tcpSocket, grpc and exec")
	}

	atLeast(in, "initialDelaySeconds", p.InitialDelaySeconds, 0)
	atLeast(in, "timeoutSeconds", p.TimeoutSeconds, 1)
	atLeast(in, "periodSeconds", p.PeriodSeconds, 1)
	atLeast(in, "failureThreshold", p.FailureThreshold, 1)

	if p.HTTPGet != nil {
		checkHTTPGet(in.Object("httpGet"), p.HTTPGet)
	}

	if p.TCPSocket != nil {
		checkPort(in.Object("tcpSocket"), p.TCPSocket.Port)
	}

	if p.GRPC != nil {
		in.Object("grpc").Integer("port", v1.MinPort, v1.MaxPort)
	}

	if p.Exec != nil && len(p.Exec.Command) == 0 {
		in.Object("exec").Required("command", "say which program of the container to run")
	}
}

func checkHTTPGet(get value.Reader, a *v1.HTTPGetAction) {
	checkPort(get, a.Port)

	if path, set := get.Text("path"); set && path == "" {
		get.Invalid("path", path, "must not be empty: the default is /")
	}

	get.OneOf("scheme", string(corev1.URISchemeHTTP), string(corev1.URISchemeHTTPS))

	for i, header := range a.HTTPHeaders {
		if wrong := validation.IsHTTPHeaderName(header.Name); len(wrong) > 0 {
			get.Items("httpHeaders")[i].Invalid("name", header.Name, strings.Join(wrong, "; "))
		}
	}
}

// checkPort checks the port of a probe. The container has one that has a name.
func checkPort(action value.Reader, port *intstr.IntOrString) {
	switch {
	case port == nil:
	case port.Type == intstr.Int:
		action.Integer("port", v1.MinPort, v1.MaxPort)
	case port.StrVal != PortName:
		action.NotSupported("port", port.StrVal, PortName, "1–65535")
	}
}

// Probe is a probe of the application as it was written, with the port where it names
// none. It is the name where that may be, so that while a changed port rolls out every
// pod is asked on the port that it listens on.
func Probe(app *webapp.App, v *structpb.Value) *structpb.Value {
	f := make(value.Fields, len(v.GetStructValue().GetFields())+1)
	maps.Copy(f, v.GetStructValue().GetFields())
	delete(f, "disabled")

	ports := value.Fields{"httpGet": HTTPPort, "tcpSocket": HTTPPort, "grpc": value.Int(app.Spec.Port)}
	asks := false

	for _, name := range handlers {
		action := f[name]
		if !value.IsSet(action) {
			continue
		}

		asks = true

		if port := ports[name]; port != nil && !value.IsSet(value.Dig(action, "port")) {
			f[name] = value.With(action, value.Fields{"port": port})
		}
	}

	if !asks {
		f["tcpSocket"] = value.Object(value.Fields{"port": HTTPPort})
	}

	return value.Object(f)
}
