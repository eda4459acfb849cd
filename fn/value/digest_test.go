package value

import (
	"testing"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/crossplane/function-sdk-go/resource"
)

// TestDigest pins the hash of a template: another hash for the same
// template would make every WebApp look updated after an upgrade.
func TestDigest(t *testing.T) {
	hash := func(json string) Digest {
		return NewDigest().Value(structpb.NewStructValue(resource.MustStructJSON(json)))
	}

	const template = `{"a": ["x", 1, true, null], "b": {"c": ""}}`
	if got := hash(template); got != 0x8e99c256cfd69205 {
		t.Errorf("hash(%s): want 0x8e99c256cfd69205, got %#x", template, got)
	}

	seen := map[Digest]string{}

	for _, json := range []string{
		`{}`, `{"a": null}`, `{"a": ""}`, `{"a": 0}`, `{"a": false}`, `{"a": true}`, `{"a": []}`, `{"a": {}}`,
		`{"a": "b"}`, `{"ab": ""}`, `{"a": "1"}`, `{"a": 1}`, `{"a": ["b", "c"]}`, `{"a": ["bc"]}`, `{"a": [["b"], "c"]}`, `{"a": {"b": "c"}}`,
	} {
		if other, twice := seen[hash(json)]; twice {
			t.Errorf("%s and %s have the same hash", json, other)
		}

		seen[hash(json)] = json
	}
}
