package fn

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
)

// TestReleases holds that WebApps which do not change keep what they got from each
// release: another field of the pods would restart all of them on an upgrade. So each
// file holds what a generation of our defaults makes, byte for byte. A release adds a
// file of its own to testdata, and never changes one that is there.
func TestReleases(t *testing.T) {
	files, err := filepath.Glob("testdata/v*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no releases in testdata: %v", err)
	}

	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}

		cases := map[string]struct {
			WebApp   *structpb.Struct            `json:"webApp"`
			Input    *structpb.Struct            `json:"input"`
			Children map[string]*structpb.Struct `json:"children"`
		}{}
		if err := json.Unmarshal(content, &cases); err != nil {
			t.Fatal(err)
		}

		for name, tc := range cases {
			t.Run(filepath.Base(file)+"/"+name, func(t *testing.T) {
				observed := &fnv1.State{Composite: &fnv1.Resource{Resource: tc.WebApp}, Resources: map[string]*fnv1.Resource{}}
				for key, object := range tc.Children {
					observed.Resources[key] = &fnv1.Resource{Resource: object}
				}

				rsp := run(t, &fnv1.RunFunctionRequest{Input: tc.Input, Observed: observed})

				got := map[string]*structpb.Struct{}
				for key, r := range rsp.GetDesired().GetResources() {
					got[key] = r.GetResource()
				}

				if diff := cmp.Diff(tc.Children, got, protocmp.Transform()); diff != "" {
					t.Errorf("children: -released, +now:\n%s", diff)
				}
			})
		}
	}
}
