package exposure

import (
	"regexp"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
)

// firstURL is that of the first of some hosts that is one, or "". A port has a colon before
// it.
func firstURL(scheme string, hosts []*structpb.Value, port, path string) string {
	for _, host := range hosts {
		if u := outsideURL(scheme, host.GetStringValue()+port, path); u != "" {
			return u
		}
	}

	return ""
}

// outsideURL is the URL of a host, which may have a port, and a path, or "" for a host
// that stands for many.
func outsideURL(scheme, host, path string) string {
	if host == "" || strings.HasPrefix(host, "*") {
		return ""
	}

	if path == "/" {
		path = ""
	}

	return scheme + "://" + host + path
}

// withoutSlash is a path below which everything is reached, as people write it.
func withoutSlash(path string) string { return strings.TrimSuffix(path, "/") }

// plainPath is how a path begins that means nothing but itself, whatever a controller
// takes for a pattern. It ends with a whole part: before a slash or the end, whether or
// not more may follow, as in /shop(/|$)(.*), /shop/* and /shop$.
var plainPath = regexp.MustCompile(`^((?:/[-A-Za-z0-9_~!&',;=:@.]*[-A-Za-z0-9_~!&',;=:@])*)(?:/|\(/|\$|$)`)

// literal is what people can open of a path that may have wildcards, or be a regular
// expression.
func literal(path string) string {
	if found := plainPath.FindStringSubmatch(path); found != nil {
		return found[1]
	}

	return ""
}
