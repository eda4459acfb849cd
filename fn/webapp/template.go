package webapp

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
)

// A Template is a name in which {name} stands for the name of a WebApp and {namespace} for
// that of its namespace. It is empty where there is none.
type Template string

// For returns the name for a WebApp.
func (t Template) For(app *App) string { return t.fill(app.Name, app.Namespace) }

// IsHost says whether it can be the name of a host.
func (t Template) IsHost() bool { return IsHostname(t.fill("a", "a")) }

// CheckHost checks the name of a host that is set by the platform team, in a field.
func (t Template) CheckHost(in value.Reader, name string) {
	if !t.IsHost() {
		in.Invalid(name, string(t), "must be the name of a host such as {name}.{namespace}.apps.acme.com")
	}
}

// CheckObject checks the name of an object of the namespace, which the platform team has set
// in a field. It must fit whatever the WebApp is called.
func (t Template) CheckObject(in value.Reader, name string) {
	longest := strings.Repeat("a", v1.MaxNameLength)

	if filled := t.fill(longest, longest); len(filled) > v1.MaxSubdomainLength || !subdomainPattern.MatchString(filled) {
		in.Invalid(name, string(t), "must be the name of an object such as {name}-tls: lower case letters, digits, dashes and dots, at most 253 with the longest names")
	}
}

func (t Template) fill(name, namespace string) string {
	return strings.NewReplacer("{name}", name, "{namespace}", namespace).Replace(string(t))
}

// IsHostname says whether a host can have a name: a subdomain of RFC 1123 whose parts have
// at most 63 characters, as DNS wants it.
func IsHostname(host string) bool {
	tooLong := slices.ContainsFunc(strings.Split(host, "."), func(part string) bool { return len(part) > validation.DNS1123LabelMaxLength })

	return !tooLong && len(validation.IsDNS1123Subdomain(host)) == 0
}
