package fn

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/util/validation/field"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
)

var envPrefixPattern = regexp.MustCompile(v1.EnvPrefixPattern)

func checkEnvFrom(spec object) {
	sources, _ := native[[]v1.EnvFromSource](spec, "envFrom")
	path := spec.child("envFrom")

	if len(sources) > v1.MaxEnvFrom {
		*spec.errs = append(*spec.errs, field.TooMany(path, len(sources), v1.MaxEnvFrom))
		return
	}

	for i, s := range sources {
		at := path.Index(i)

		if len(s.Prefix) > v1.MaxSubdomainLength || !envPrefixPattern.MatchString(s.Prefix) {
			*spec.errs = append(*spec.errs, field.Invalid(at.Child("prefix"), clip(s.Prefix, maxQuoted), "may hold at most 253 printable ASCII characters other than ="))
		}

		switch {
		case s.ConfigMapRef != nil && s.SecretRef != nil:
			*spec.errs = append(*spec.errs, field.Forbidden(at.Child("secretRef"), "set configMapRef or secretRef, and not both"))
		case s.ConfigMapRef != nil:
			*spec.errs = append(*spec.errs, checkReference(at.Child("configMapRef", "name"), s.ConfigMapRef.Name, "ConfigMap")...)
		case s.SecretRef != nil:
			*spec.errs = append(*spec.errs, checkReference(at.Child("secretRef", "name"), s.SecretRef.Name, "Secret")...)
		default:
			*spec.errs = append(*spec.errs, field.Required(at, "set configMapRef or secretRef"))
		}
	}
}

// checkReference checks the name of an object of the namespace.
func checkReference(path *field.Path, name, kind string) field.ErrorList {
	switch {
	case name == "":
		return field.ErrorList{field.Required(path, "say which "+kind+" of the namespace")}
	case len(name) > v1.MaxSubdomainLength:
		return field.ErrorList{field.Invalid(path, clip(name, maxQuoted), "is longer than the name of a "+kind+" may be")}
	default:
		return nil
	}
}

func applyEnvFrom(p *pod, v *structpb.Value) { p.container["envFrom"] = v }

func checkSecretEnv(spec object) {
	secrets, _ := native[map[string]v1.SecretKeySelector](spec, "secretEnv")
	path := spec.child("secretEnv")

	if len(secrets) > v1.MaxEnv {
		*spec.errs = append(*spec.errs, field.TooMany(path, len(secrets), v1.MaxEnv))
		return
	}

	for _, name := range slices.Sorted(maps.Keys(secrets)) {
		at, s := path.Key(clip(name, maxQuoted)), secrets[name]

		if !isEnvName(name) {
			*spec.errs = append(*spec.errs, field.Invalid(path, clip(name, maxQuoted),
				"environment variable names must not be empty and may hold printable ASCII characters other than ="))
		}

		if dig(spec.get("env"), name) != nil {
			*spec.errs = append(*spec.errs, field.Forbidden(at, "the variable is in env, too: remove it from one of them"))
		}

		*spec.errs = append(*spec.errs, checkReference(at.Child("name"), s.Name, "Secret")...)
		*spec.errs = append(*spec.errs, checkKey(at.Child("key"), s.Key)...)
	}
}

// checkKey checks a key of a ConfigMap or a Secret.
func checkKey(path *field.Path, key string) field.ErrorList {
	switch {
	case key == "":
		return field.ErrorList{field.Required(path, "say which entry of it")}
	case !isConfigMapKey(key):
		return field.ErrorList{field.Invalid(path, clip(key, maxQuoted), "must be a key: at most 253 letters, digits, dashes, underscores and dots")}
	default:
		return nil
	}
}

// applySecretEnv puts the variables among those of env, in the order of names, so
// that each may refer to all that sort before it.
func applySecretEnv(p *pod, v *structpb.Value) {
	env := slices.Clone(p.container["env"].GetListValue().GetValues())

	for name, entry := range v.GetStructValue().GetFields() {
		env = append(env, obj(fields{"name": str(name), "valueFrom": obj(fields{"secretKeyRef": entry})}))
	}

	slices.SortFunc(env, func(a, b *structpb.Value) int { return strings.Compare(text(a, "name"), text(b, "name")) })

	p.container["env"] = list(env...)
}
