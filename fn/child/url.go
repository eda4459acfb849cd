package child

import "strings"

// outsideURL is the URL of a host and a path, or "" for a host that stands for
// many.
func outsideURL(scheme, host, path string) string {
	if host == "" || strings.HasPrefix(host, "*") {
		return ""
	}

	return scheme + "://" + host + strings.TrimSuffix(path, "/")
}
