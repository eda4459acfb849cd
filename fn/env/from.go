package env

import (
	"regexp"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

var prefixPattern = regexp.MustCompile(v1.EnvPrefixPattern)

// CheckFrom checks envFrom.
func CheckFrom(spec value.Reader) {
	sources, _ := value.Native[[]v1.EnvFromSource](spec, "envFrom")
	if spec.TooMany("envFrom", len(sources), v1.MaxEnvFrom) {
		return
	}

	items := spec.Items("envFrom")

	for i, s := range sources {
		at := items[i]

		if len(s.Prefix) > v1.MaxSubdomainLength || !prefixPattern.MatchString(s.Prefix) {
			at.Invalid("prefix", s.Prefix, "may hold at most 253 printable ASCII characters other than =")
		}

		switch {
		case s.ConfigMapRef != nil && s.SecretRef != nil:
			at.Forbidden("secretRef", "set configMapRef or secretRef, and not both")
		case s.ConfigMapRef != nil:
			webapp.CheckReference(at.Object("configMapRef"), "name", s.ConfigMapRef.Name, "ConfigMap")
		case s.SecretRef != nil:
			webapp.CheckReference(at.Object("secretRef"), "name", s.SecretRef.Name, "Secret")
		default:
			at.Required("", "set configMapRef or secretRef")
		}
	}
}
