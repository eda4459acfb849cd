package fn

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
)

// servicePort is the port that the Service answers on.
const servicePort = 80

func service(app *webApp, set *settings) any {
	return corev1ac.Service(app.name, app.namespace).
		WithLabels(labelsOf(app, set)).
		WithAnnotations(set.annotations).
		WithSpec(corev1ac.ServiceSpec().
			WithType(corev1.ServiceTypeClusterIP).
			WithSelector(selector(app)).
			WithPorts(corev1ac.ServicePort().
				WithName(portName).
				WithPort(servicePort).
				WithProtocol(corev1.ProtocolTCP).
				WithTargetPort(intstr.FromString(portName))))
}

// url is where the Service is reached inside the cluster. It names no cluster
// domain, which we cannot know: <service>.<namespace>.svc resolves whatever it
// is (https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/).
func url(app *webApp) string {
	return "http://" + app.name + "." + app.namespace + ".svc"
}
