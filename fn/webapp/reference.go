package webapp

import (
	"regexp"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
)

var (
	subdomainPattern = regexp.MustCompile(v1.SubdomainPattern)
	labelPattern     = regexp.MustCompile(v1.LabelPattern)
)

// CheckReference checks the name of an object of the namespace, which a field is.
func CheckReference(in value.Reader, field, name, kind string) {
	switch {
	case name == "":
		in.Required(field, "say which "+kind+" of the namespace")
	case len(name) > v1.MaxSubdomainLength || !subdomainPattern.MatchString(name):
		in.Invalid(field, name, "must be the name of a "+kind+
			": at most 253 lower case letters, digits, dashes and dots, starting and ending with a letter or digit")
	}
}

// CheckLabel checks the name of a part of a pod, which a field is. Missing says what to do if
// there is none.
func CheckLabel(in value.Reader, field, name, missing string) {
	switch {
	case name == "":
		in.Required(field, missing)
	case len(name) > v1.MaxNameLength || !labelPattern.MatchString(name):
		in.Invalid(field, name, "must be at most 63 lower case letters, digits and dashes, starting and ending with a letter or digit")
	}
}

// CheckKey checks a key of a ConfigMap or a Secret, which field key is.
func CheckKey(in value.Reader, key string) {
	switch {
	case key == "":
		in.Required("key", "say which entry of it")
	case !IsConfigMapKey(key):
		in.Invalid("key", key, "must be a key: at most 253 letters, digits, dashes, underscores and dots")
	}
}
