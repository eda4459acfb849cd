package owner

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestOthers holds who has a part in an object beside the composite that composes it.
func TestOthers(t *testing.T) {
	const (
		ours    = `{"manager": "apiextensions.crossplane.io/composed/0a", "time": "2026-01-05T12:00:10Z"}`
		again   = `{"manager": "apiextensions.crossplane.io/composed/0a", "time": "2026-01-05T12:00:00Z", "apiVersion": "autoscaling/v1"}`
		before  = `{"manager": "apiextensions.crossplane.io/composed/0b", "time": "2026-01-05T12:00:00Z"}`
		at      = `{"manager": "apiextensions.crossplane.io/composed/0c", "time": "2026-01-05T12:00:10Z"}`
		timely  = `{"manager": "kubectl-edit", "time": "2026-01-05T12:00:20Z"}`
		another = "another composite"
	)

	cases := map[string]struct {
		reason, args string
		want         []string
	}{
		"Ours":    {reason: "Crossplane's own is nobody else's.", args: ours},
		"Theirs":  {reason: "Whoever else has set something, and whenever.", args: ours + "," + timely, want: []string{"kubectl-edit"}},
		"Before":  {reason: "What was taken over from another composite is still that one's, too.", args: before + "," + ours + "," + timely, want: []string{another, "kubectl-edit"}},
		"Behind":  {reason: "In whatever order they come.", args: ours + "," + before, want: []string{another}},
		"Again":   {reason: "One manager has an entry for each version of the API.", args: again + "," + ours},
		"Tie":     {reason: "Of two that wrote in one second, either may be ours.", args: ours + "," + at},
		"Nobody":  {reason: "An object may have no entries.", args: ""},
		"Foreign": {reason: "Or none of Crossplane's.", args: timely, want: []string{"kubectl-edit"}},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, entry := range others(parse(t, `{"metadata": {"managedFields": [`+tc.args+`]}}`)) {
				got = append(got, calledBy(entry))
			}

			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
