package fn

import (
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
)

func configMapName(app *webApp) string { return app.name + "-config" }

// configMap holds spec.env for tools and other pods; the WebApp's own pods do
// not read it. Environment variables may have names that a ConfigMap's keys may
// not: those are left out.
func configMap(_ *webApp, _ *settings, common common) fields {
	data := make(fields, len(common.env))

	for _, v := range common.env {
		if isConfigMapKey(v.name) {
			data[v.name] = v.value
		}
	}

	if len(data) == 0 {
		return fields{}
	}

	return fields{"data": obj(data)}
}

// isConfigMapKey says whether a ConfigMap may have a key. It is
// [validation.IsConfigMapKey] without its regular expression, for many keys.
func isConfigMapKey(key string) bool {
	for i := range len(key) {
		switch c := key[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.':
		default:
			return false
		}
	}

	return key != "" && key != "." && !strings.HasPrefix(key, "..") && len(key) <= validation.DNS1123SubdomainMaxLength
}
