package fn

import (
	"maps"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
)

// handlers are the ways to ask a container how it is.
var handlers = []string{"httpGet", "tcpSocket", "grpc", "exec"}

func checkReadinessProbe(spec object) {
	p, ok := native[v1.ReadinessProbe](spec, "readinessProbe")
	if !ok {
		return
	}

	probe := spec.object("readinessProbe")
	checkProbe(probe, p.Probe)
	atLeast(probe, "successThreshold", p.SuccessThreshold, 1)

	if p.Disabled && len(probe.fields) > 1 {
		*probe.errs = append(*probe.errs, field.Forbidden(probe.child("disabled"), "a disabled probe has nothing else"))
	}
}

func checkLivenessProbe(spec object) { checkRestartProbe(spec, "livenessProbe") }

func checkStartupProbe(spec object) { checkRestartProbe(spec, "startupProbe") }

func checkRestartProbe(spec object, name string) {
	p, ok := native[v1.RestartProbe](spec, name)
	if !ok {
		return
	}

	probe := spec.object(name)
	checkProbe(probe, p.Probe)

	if n := p.SuccessThreshold; n != nil && *n != 1 {
		*probe.errs = append(*probe.errs, field.Invalid(probe.child("successThreshold"), *n, "must be 1"))
	}

	atLeast(probe, "terminationGracePeriodSeconds", p.TerminationGracePeriodSeconds, 1)
}

// checkProbe checks what all probes have.
func checkProbe(probe object, p v1.Probe) {
	set := 0

	for _, name := range handlers {
		if probe.get(name) != nil {
			set++
		}
	}

	if set > 1 {
		*probe.errs = append(*probe.errs, field.Forbidden(probe.path, "set one of httpGet, tcpSocket, grpc and exec"))
	}

	atLeast(probe, "initialDelaySeconds", p.InitialDelaySeconds, 0)
	atLeast(probe, "timeoutSeconds", p.TimeoutSeconds, 1)
	atLeast(probe, "periodSeconds", p.PeriodSeconds, 1)
	atLeast(probe, "failureThreshold", p.FailureThreshold, 1)

	if p.HTTPGet != nil {
		checkHTTPGet(probe.object("httpGet"), p.HTTPGet)
	}

	if p.TCPSocket != nil {
		checkPort(probe.object("tcpSocket"), p.TCPSocket.Port)
	}

	if p.GRPC != nil {
		probe.object("grpc").integer("port", v1.MinPort, v1.MaxPort)
	}

	if p.Exec != nil && len(p.Exec.Command) == 0 {
		*probe.errs = append(*probe.errs, field.Required(probe.child("exec").Child("command"), "say which program of the container to run"))
	}
}

func checkHTTPGet(get object, a *v1.HTTPGetAction) {
	checkPort(get, a.Port)

	if path, set := get.text("path"); set && path == "" {
		*get.errs = append(*get.errs, field.Invalid(get.child("path"), path, "must not be empty: the default is /"))
	}

	get.oneOf("scheme", string(corev1.URISchemeHTTP), string(corev1.URISchemeHTTPS))

	for i, header := range a.HTTPHeaders {
		path := get.child("httpHeaders").Index(i).Child("name")
		if wrong := validation.IsHTTPHeaderName(header.Name); len(wrong) > 0 {
			*get.errs = append(*get.errs, field.Invalid(path, clip(header.Name, maxQuoted), strings.Join(wrong, "; ")))
		}
	}
}

// checkPort checks the port of a probe. The container has one that has a name.
func checkPort(action object, port *intstr.IntOrString) {
	switch {
	case port == nil:
	case port.Type == intstr.Int:
		action.integer("port", v1.MinPort, v1.MaxPort)
	case port.StrVal != portName:
		*action.errs = append(*action.errs, field.NotSupported(action.child("port"), clip(port.StrVal, maxQuoted), []string{portName, "1–65535"}))
	}
}

func applyReadinessProbe(p *pod, v *structpb.Value) {
	if dig(v, "disabled").GetBoolValue() {
		delete(p.container, "readinessProbe")
		return
	}

	p.container["readinessProbe"] = probe(p.app, v)
}

func applyLivenessProbe(p *pod, v *structpb.Value) { p.container["livenessProbe"] = probe(p.app, v) }

func applyStartupProbe(p *pod, v *structpb.Value) { p.container["startupProbe"] = probe(p.app, v) }

// probe is a probe as it was written, with the port where it names none. It is the
// name where that may be, so that while a changed port rolls out every pod is asked
// on the port that it listens on.
func probe(app *webApp, v *structpb.Value) *structpb.Value {
	f := make(fields, len(v.GetStructValue().GetFields())+1)
	maps.Copy(f, v.GetStructValue().GetFields())
	delete(f, "disabled")

	ports := fields{"httpGet": httpPort, "tcpSocket": httpPort, "grpc": num(app.spec.Port)}
	asks := false

	for _, name := range handlers {
		action := object{fields: f}.get(name)
		asks = asks || action != nil

		if port := ports[name]; port != nil && action != nil && (object{fields: action.GetStructValue().GetFields()}).get("port") == nil {
			f[name] = withFields(action, fields{"port": port})
		}
	}

	if !asks {
		f["tcpSocket"] = obj(fields{"port": httpPort})
	}

	return obj(f)
}
