package webapp

import (
	"regexp"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/util/validation"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
)

// TestNames holds that names are what the patterns say, which are slower.
func TestNames(t *testing.T) {
	pattern := regexp.MustCompile(v1.EnvNamePattern)

	names := []string{"", ".", "..", "...", "..a", "a..", strings.Repeat("a", 253), strings.Repeat("a", 254), "für", "日本", "\xff", "a=b", "with space"}
	for a := range 256 {
		names = append(names, string([]byte{byte(a)}), string([]byte{'x', byte(a)}), string([]byte{byte(a), 'x'}))
	}

	for _, name := range names {
		if want := len(validation.IsConfigMapKey(name)) == 0; IsConfigMapKey(name) != want {
			t.Errorf("IsConfigMapKey(%q): want %t", name, want)
		}

		if want := pattern.MatchString(name); isEnvName(name) != want {
			t.Errorf("isEnvName(%q): want %t", name, want)
		}
	}
}
