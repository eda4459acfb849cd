package webapp

import "testing"

// TestPath holds which paths there may be.
func TestPath(t *testing.T) {
	for _, path := range []string{"/", "/a", "/a/", "/a/b.html", "/.well-known/x", "/a/...", "/~ada/(x)"} {
		if !pathPattern.MatchString(path) {
			t.Errorf("%s: want a path", path)
		}
	}

	for _, path := range []string{"", "a", "//", "/a//b", "/.", "/a/..", "/a/../b", "/./a", "/a?b", "/a#b", "/a%2fb", "/a b", "/ä"} {
		if pathPattern.MatchString(path) {
			t.Errorf("%s: want no path", path)
		}
	}
}
