package fn

import (
	corev1 "k8s.io/api/core/v1"
)

func service(_ *webApp, _ *settings, common common) fields {
	return fields{
		"spec": obj(fields{
			"type":     clusterIP,
			"selector": common.selector,
			"ports":    servicePorts,
		}),
	}
}

var (
	clusterIP = str(corev1.ServiceTypeClusterIP)

	// The Service answers on port 80.
	servicePorts = list(obj(fields{
		"name":       str(portName),
		"port":       num(int32(80)),
		"protocol":   str(corev1.ProtocolTCP),
		"targetPort": str(portName),
	}))
)

// url is where the Service is reached inside the cluster. It names no cluster
// domain, which we cannot know: <service>.<namespace>.svc resolves whatever it
// is (https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/).
func url(app *webApp) string {
	return "http://" + app.name + "." + app.namespace + ".svc"
}
