package fn

import (
	"k8s.io/apimachinery/pkg/util/validation"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
)

func configMapName(app *webApp) string { return app.name + "-config" }

// configMap holds spec.env for tools and other pods; the WebApp's own pods do
// not read it. Environment variables may have names that a ConfigMap's keys may
// not: those are left out.
func configMap(app *webApp, set *settings) any {
	data := make(map[string]string, len(app.spec.Env))

	for name, value := range app.spec.Env {
		if len(validation.IsConfigMapKey(name)) == 0 {
			data[name] = value
		}
	}

	return corev1ac.ConfigMap(configMapName(app), app.namespace).
		WithLabels(labelsOf(app, set)).
		WithAnnotations(set.annotations).
		WithData(data)
}
