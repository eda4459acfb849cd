package webapp

import (
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/webapp-operator/function-webapp/fn/value"
)

// CheckEnvName checks the name of a variable that is in a map of them.
func CheckEnvName(spec value.Reader, variables, name string) {
	if !isEnvName(name) {
		spec.Invalid(variables, name, "environment variable names must not be empty and may hold printable ASCII characters other than =")
	}
}

// isEnvName says whether name matches EnvNamePattern of apis/v1, without a regular
// expression, for many names.
func isEnvName(name string) bool {
	for i := range len(name) {
		if name[i] < ' ' || name[i] > '~' || name[i] == '=' {
			return false
		}
	}

	return name != ""
}

// IsConfigMapKey says whether a ConfigMap or a Secret may have a key. It is
// [validation.IsConfigMapKey] without its regular expression, for many keys.
func IsConfigMapKey(key string) bool {
	for i := range len(key) {
		switch c := key[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.':
		default:
			return false
		}
	}

	return key != "" && key != "." && !strings.HasPrefix(key, "..") && len(key) <= validation.DNS1123SubdomainMaxLength
}
