package webapp

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/webapp-operator/function-webapp/fn/value"
)

// A HostTemplate is the name of a host in which {name} stands for the name of a WebApp and
// {namespace} for that of its namespace. It is empty where there is none.
type HostTemplate string

// For returns the host of a WebApp.
func (h HostTemplate) For(app *App) string { return h.fill(app.Name, app.Namespace) }

// IsValid says whether it can be the name of a host.
func (h HostTemplate) IsValid() bool { return IsHostname(h.fill("a", "a")) }

// Check checks one that is set by the platform team, in a field.
func (h HostTemplate) Check(in value.Reader, name string) {
	if !h.IsValid() {
		in.Invalid(name, string(h), "must be the name of a host such as {name}.{namespace}.apps.acme.com")
	}
}

func (h HostTemplate) fill(name, namespace string) string {
	return strings.NewReplacer("{name}", name, "{namespace}", namespace).Replace(string(h))
}

// IsHostname says whether a host can have a name: a subdomain of RFC 1123 whose parts have
// at most 63 characters, as DNS wants it.
func IsHostname(host string) bool {
	tooLong := slices.ContainsFunc(strings.Split(host, "."), func(part string) bool { return len(part) > validation.DNS1123LabelMaxLength })

	return !tooLong && len(validation.IsDNS1123Subdomain(host)) == 0
}
