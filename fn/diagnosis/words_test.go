package diagnosis

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestBecause holds what is left of Kubernetes' words.
func TestBecause(t *testing.T) {
	cases := map[string]struct {
		reason string
		args   string
		want   string
	}{
		"Nothing": {reason: "Nothing is nothing.", args: "", want: ""},
		"Port": {
			reason: "Every connection has another port, and a name many addresses.",
			args:   `failed to do request: Head "https://registry.acme.com/v2/shop/manifests/9": dial tcp: lookup registry.acme.com on 10.96.0.10:53: read udp 10.244.0.5:41234->10.96.0.10:53: i/o timeout`,
			want:   `: failed to do request: Head "https://registry.acme.com/v2/shop/manifests/9": dial tcp: lookup registry.acme.com on 10.96.0.10:53: read udp: i/o timeout`,
		},
		"Address": {
			reason: "One of many.",
			args:   `Head "https://registry.acme.com/v2/": dial tcp 34.1.2.3:443: connect: connection refused; dial tcp [2600:1f18::1]:443: i/o timeout`,
			want:   `: Head "https://registry.acme.com/v2/": dial tcp: connect: connection refused; dial tcp: i/o timeout`,
		},
		"Secrets": {
			reason: "What lets one in does not belong into a status.",
			args:   `Get "https://robot:hunter2@registry.acme.com/v2/?token=hunter2": denied; see https://bucket.acme.com/blob?X-Amz-Signature=hunter2 now`,
			want:   `: Get "https://registry.acme.com/v2/": denied; see https://bucket.acme.com/blob now`,
		},
		"IDs": {
			reason: "Every attempt has another.",
			args:   "denied at 2026-01-05T12:00:00.123Z: Request ID: 6f1c7c6e-9d3c-4c65-8ad9-7a5c8a0c1b2d, trace 6f1c7c6e-9d3c-4c65-8ad9-7a5c8a0c1b2d.",
			want:   ": denied at …: request, trace …",
		},
		"Digest": {
			reason: "A digest is what was asked for.",
			args:   "acme/shop@sha256:0000000000000000000000000000000000000000000000000000000000000000: not found",
			want:   ": acme/shop@sha256:0000000000000000000000000000000000000000000000000000000000000000: not found",
		},
		"Long":  {reason: "There must be room for what to do.", args: strings.Repeat("a", 1000), want: ": " + strings.Repeat("a", maxCause-3) + "…"},
		"Lines": {reason: "A message is one line.", args: "a\n  b\t c. ", want: ": a b c"},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, because(tc.args)); diff != "" {
				t.Errorf("\n%s\nbecause(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestWithoutCounts holds what is left of the scheduler's words, of 1.35 and before.
func TestWithoutCounts(t *testing.T) {
	cases := map[string]struct {
		reason string
		args   string
		want   string
	}{
		"Counts": {
			reason: "Numbers of nodes change with every pod, and so does their order.",
			args:   "0/5 nodes are available: 2 Too many pods, 3 Insufficient cpu. preemption: 0/5 nodes are available: 5 No preemption victims found for incoming pod.",
			want:   "Insufficient cpu, Too many pods",
		},
		"Missing": {
			reason: "A claim that is missing is so once.",
			args:   `0/2 nodes are available: persistentvolumeclaim "data" not found. not found`,
			want:   `persistentvolumeclaim "data" not found`,
		},
		"Unbound": {
			reason: "That there is nobody to preempt says nothing of the claim.",
			args:   "0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found",
			want:   "pod has unbound immediate PersistentVolumeClaims",
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, withoutCounts(tc.args)); diff != "" {
				t.Errorf("\n%s\nwithoutCounts(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestSpan holds how long something takes, in words.
func TestSpan(t *testing.T) {
	for want, args := range map[string]time.Duration{
		"1 second": time.Second, "90 seconds": 90 * time.Second, "1 minute": time.Minute, "10 minutes": 10 * time.Minute,
	} {
		if got := Span(args); got != want {
			t.Errorf("Span(%v): want %q, got %q", args, want, got)
		}
	}
}
