package validation

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"testing"

	"github.com/webapp-operator/function-webapp/test/validation/webapps"
)

var (
	tries = flag.Int("webapps", 60000, "how many WebApps to generate")
	seed  = flag.Uint64("seed", 1, "with which seed to begin")
)

// TestAccepted holds that Kubernetes accepts what WebApps are made of that we accept.
func TestAccepted(t *testing.T) {
	server, err := NewAPIServer(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	platform, err := webapps.NewPlatform(t.Context(), root, *seed)
	if err != nil {
		t.Fatal(err)
	}

	taken, objects := 0, map[string]int{}
	found := map[string]bool{}

	for i := range *tries {
		spec, input := platform.Write()

		made, err := platform.Take(t.Context(), spec, input)
		if err != nil {
			t.Fatal(err)
		}

		if len(made.Objects) > 0 {
			taken++
		}

		for _, object := range made.Objects {
			objects[fmt.Sprint(object["kind"])]++
		}

		wrong := refused(t, server, made.Objects)
		if wrong == "" || found[sort(wrong)] {
			continue
		}

		found[sort(wrong)] = true

		least := func(spec, input map[string]any) bool {
			made, err := platform.Take(t.Context(), spec, input)
			return err == nil && sort(refused(t, server, made.Objects)) == sort(wrong)
		}
		shrink(spec, func() bool { return least(spec, input) })
		shrink(input, func() bool { return least(spec, input) })

		t.Errorf("WebApp %d: %s\nspec: %s\ninput: %s", i+1, wrong, text(spec), text(input))
	}

	t.Logf("of %d WebApps, %d were accepted, of which %v were made", *tries, taken, objects)

	if taken < *tries/20 {
		t.Errorf("only %d of %d WebApps were accepted: what is refused shows nothing", taken, *tries)
	}

	for kind := range strategies {
		if objects[kind] == 0 {
			t.Errorf("no %s was made", kind)
		}
	}
}

// harmless are warnings of what works, and worked before: of two entries of a ConfigMap
// that become one file, the last counts, what a platform team sets for memory may have a
// fraction: to refuse that would refuse every WebApp of theirs, controllers read the annotation that was there before the class, and odd
// ways to write addresses are taken until a later version.
var harmless = regexp.MustCompile(`non-standard CIDR value|ingress.class" is deprecated|overlapping paths|resources.(requests|limits)\[[a-z-]+\]: fractional byte value`)

// sort is what errors of the same sort have in common.
func sort(wrong string) string {
	return regexp.MustCompile(`"[^"]*"|\[[^\]]*\]|\d+`).ReplaceAllString(wrong, "")
}

// refused says why one of some objects is refused.
func refused(t *testing.T, server *APIServer, made []map[string]any) string {
	t.Helper()

	for _, object := range made {
		warnings, err := create(t.Context(), server, object)
		if err != nil {
			return fmt.Sprintf("%s: %v", object["kind"], err)
		}

		for _, w := range warnings {
			if !harmless.MatchString(w) {
				return fmt.Sprintf("%s: warning: %s", object["kind"], w)
			}
		}
	}

	return ""
}

func create(ctx context.Context, server *APIServer, object map[string]any) (warnings []string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()

	return server.Create(ctx, object)
}

// shrink takes everything away that something does not need to be so.
func shrink(v any, still func() bool) {
	object, ok := v.(map[string]any)
	if !ok {
		if items, ok := v.([]any); ok {
			for _, item := range items {
				shrink(item, still)
			}
		}

		return
	}

	for _, name := range slices.Sorted(maps.Keys(object)) {
		was := object[name]

		delete(object, name)

		if still() {
			continue
		}

		object[name] = was

		if items, ok := was.([]any); ok {
			for _, one := range items {
				object[name] = []any{one}
				if still() {
					was = object[name]
					break
				}
			}

			object[name] = was
		}

		shrink(object[name], still)
	}
}

func text(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}

	return string(data)
}
