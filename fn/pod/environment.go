package pod

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

var envPrefixPattern = regexp.MustCompile(v1.EnvPrefixPattern)

func checkEnvFrom(spec value.Reader) {
	sources, _ := value.Native[[]v1.EnvFromSource](spec, "envFrom")
	if spec.TooMany("envFrom", len(sources), v1.MaxEnvFrom) {
		return
	}

	items := spec.Items("envFrom")

	for i, s := range sources {
		at := items[i]

		if len(s.Prefix) > v1.MaxSubdomainLength || !envPrefixPattern.MatchString(s.Prefix) {
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

func applyEnvFrom(t *template, v *structpb.Value) { t.container["envFrom"] = v }

func checkSecretEnv(spec value.Reader) {
	secrets, _ := value.Native[map[string]v1.SecretKeySelector](spec, "secretEnv")
	if spec.TooMany("secretEnv", len(secrets), v1.MaxEnv) {
		return
	}

	entries := spec.Map("secretEnv")

	for _, name := range slices.Sorted(maps.Keys(secrets)) {
		at, s := entries.Object(name), secrets[name]

		webapp.CheckEnvName(spec, "secretEnv", name)

		if value.Dig(spec.Get("env"), name) != nil {
			at.Forbidden("", "the variable is in env, too: remove it from one of them")
		}

		webapp.CheckReference(at, "name", s.Name, "Secret")
		webapp.CheckKey(at, s.Key)
	}
}

// applySecretEnv puts the variables among those of env, in the order of names, so
// that each may refer to all that sort before it.
func applySecretEnv(t *template, v *structpb.Value) {
	env := slices.Clone(t.container["env"].GetListValue().GetValues())

	for name, entry := range v.GetStructValue().GetFields() {
		env = append(env, value.Object(value.Fields{"name": value.String(name), "valueFrom": value.Object(value.Fields{"secretKeyRef": entry})}))
	}

	slices.SortFunc(env, func(a, b *structpb.Value) int { return strings.Compare(value.Text(a, "name"), value.Text(b, "name")) })

	t.container["env"] = value.List(env...)
}
