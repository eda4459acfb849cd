package webapp

import (
	"regexp"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
)

var (
	hostPattern = regexp.MustCompile(v1.HostPattern)
	pathPattern = regexp.MustCompile(v1.PathPattern)
)

// CheckHost checks the name of a host, which a field is, or without a name the item
// of a list.
func CheckHost(in value.Reader, name, host string) {
	if len(host) > v1.MaxHostLength || !hostPattern.MatchString(host) {
		in.Invalid(name, host, "must be a host name such as shop.example.com or *.example.com: lower case, without https://, port and path")
	}
}

// CheckPath checks the path of a URL, which a field is. There may be more to say of what
// it must be.
func CheckPath(in value.Reader, name, path, more string) {
	if len(path) > v1.MaxPathLength || !pathPattern.MatchString(path) {
		in.Invalid(name, path, "must be a path such as / or /shop/cart: it begins with a slash, and has no empty part, no . or .., and no ?, # or %"+more)
	}
}
