package platform

import "testing"

// TestImages holds how images are read where policies speak of them.
func TestImages(t *testing.T) {
	const digest = "@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

	type want struct {
		repository string
		latest     bool
	}

	cases := map[string]want{
		"nginx":                           {"docker.io/library/nginx", true},
		"nginx:latest":                    {"docker.io/library/nginx", true},
		"nginx:1.27":                      {"docker.io/library/nginx", false},
		"nginx" + digest:                  {"docker.io/library/nginx", false},
		"nginx:latest" + digest:           {"docker.io/library/nginx", false},
		"docker.io/nginx":                 {"docker.io/library/nginx", true},
		"index.docker.io/nginx:1":         {"docker.io/library/nginx", false},
		"acme/shop:v1":                    {"docker.io/acme/shop", false},
		"docker.io/acme/shop":             {"docker.io/acme/shop", true},
		"ghcr.io/acme/shop:v1":            {"ghcr.io/acme/shop", false},
		"GHCR.io/acme/shop":               {"ghcr.io/acme/shop", true},
		"localhost/shop":                  {"localhost/shop", true},
		"Registry/shop:1":                 {"registry/shop", false},
		"registry:5000/team/shop":         {"registry:5000/team/shop", true},
		"registry:5000/team/shop:v1":      {"registry:5000/team/shop", false},
		"[::1]:5000/shop:v1" + digest:     {"[::1]:5000/shop", false},
		"registry.acme.com/a/b/c:latest":  {"registry.acme.com/a/b/c", true},
		"registry.acme.com/a/b/c:latest1": {"registry.acme.com/a/b/c", false},
	}

	for image, want := range cases {
		if got := repository(image); got != want.repository {
			t.Errorf("repository(%q): want %q, got %q", image, want.repository, got)
		}

		if got := isLatest(image); got != want.latest {
			t.Errorf("isLatest(%q): want %t, got %t", image, want.latest, got)
		}
	}
}

func TestIsPartOf(t *testing.T) {
	for _, tc := range []struct {
		repository, of string
		want           bool
	}{
		{"ghcr.io/acme/shop", "ghcr.io", true},
		{"ghcr.io/acme/shop", "ghcr.io/acme", true},
		{"ghcr.io/acme/shop", "ghcr.io/acme/shop", true},
		{"ghcr.io/acme-evil/shop", "ghcr.io/acme", false},
		{"ghcr.io/acmeevil/shop", "ghcr.io/acme", false},
		{"ghcr.io.evil.com/acme/shop", "ghcr.io", false},
		{"ghcr.io:8443/acme/shop", "ghcr.io", false},
		{"evil.com/ghcr.io/acme/shop", "ghcr.io/acme", false},
		{"ghcr.io/acme", "ghcr.io/acme/shop", false},
	} {
		if got := isPartOf(tc.repository, tc.of); got != tc.want {
			t.Errorf("isPartOf(%q, %q): want %t, got %t", tc.repository, tc.of, tc.want, got)
		}
	}
}
