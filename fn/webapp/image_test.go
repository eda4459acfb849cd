package webapp

import "testing"

func TestDefaultPullPolicy(t *testing.T) {
	const digest = "@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

	cases := map[string]struct {
		reason string
		args   string
		want   string
	}{
		"Bare":         {reason: "No tag is latest.", args: "nginx", want: "Always"},
		"Latest":       {reason: "It says so.", args: "nginx:latest", want: "Always"},
		"Tag":          {reason: "It says another.", args: "nginx:1.27", want: "IfNotPresent"},
		"Similar":      {reason: "A tag may begin like it.", args: "nginx:latest-alpine", want: "IfNotPresent"},
		"Port":         {reason: "A port is no tag.", args: "registry.acme.com:5000/shop", want: "Always"},
		"PortAndTag":   {reason: "It may have both.", args: "registry.acme.com:5000/shop:2", want: "IfNotPresent"},
		"Digest":       {reason: "A digest is always the same image.", args: "nginx" + digest, want: "IfNotPresent"},
		"LatestDigest": {reason: "Kubernetes goes by the tag first.", args: "nginx:latest" + digest, want: "Always"},
	}

	for name, tc := range cases {
		if got := DefaultPullPolicy(tc.args).GetStringValue(); got != tc.want {
			t.Errorf("%s: %s\nDefaultPullPolicy(%q): want %s, got %s", name, tc.reason, tc.args, tc.want, got)
		}
	}
}
