package fn

import (
	"reflect"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/webapp-operator/function-webapp/fn/child"
	"github.com/webapp-operator/function-webapp/fn/diagnosis"
	"github.com/webapp-operator/function-webapp/fn/platform"
)

// TestStepsKeepWhatWasFound holds that a step changes nothing that an earlier one has
// found: neither a decision nor what is behind a pointer. What no step has found yet is
// zero, and may be set once.
func TestStepsKeepWhatWasFound(t *testing.T) {
	requests := append(everything(),
		request(shop),
		request(webAppWith(`"autoscaling": {"minReplicas": 2, "maxReplicas": 5}`), withInput(everythingSet), withRequired(platform.GrantsRequirement, everythingGranted), withObserved(child.KeyDeployment, rolling)),
		request(shop, withInput(diagnosed), withObserved(child.KeyDeployment, rolling), withRequired(platform.GrantsRequirement, everythingGranted), withRequired(diagnosis.PodsRequirement, waits("shop-7d-a", "ErrImagePull", pullFailed))),
		request(shop, withRequired("existing-service", `{"metadata": {"name": "shop"}}`)),
		request(shop, withObserved(child.KeyDeployment, rolling), withRequired("existing-service", consentingService)),
		request(shop, withObserved(child.KeyDeployment, complete), withRequired("existing-service", consentingService)),
	)

	for _, req := range requests {
		before := proto.CloneOf(req)
		c := newCall(New(noonNow), req)

		var earlier map[string]any

		for _, s := range steps {
			if refused := s.take(c); refused != nil {
				t.Fatalf("%s: refused: %v", s.name, refused)
			}

			now := snapshot(c.found)
			for name, was := range earlier {
				if v := reflect.ValueOf(was); v.IsValid() && !v.IsZero() && !reflect.DeepEqual(was, now[name]) {
					t.Errorf("%q changes %s: was %v, is %v", s.name, name, was, now[name])
				}
			}

			earlier = now
		}

		if !proto.Equal(before, req) {
			t.Error("the request was changed")
		}
	}
}

// snapshot returns what was found by name, by value: messages and what pointers lead to
// are copied.
func snapshot(f found) map[string]any {
	copied := map[string]any{
		"known": f.known, "facts": f.facts, "verdict": f.verdict, "running": f.running,
		"choice": f.choice, "plan": f.plan, "conflicts": f.conflicts, "takeover": f.takeover, "config": f.config,
	}

	if f.input != nil {
		copied["input"] = *f.input
	}

	if f.app != nil {
		copied["app"] = *f.app
	}

	if f.settings != nil {
		copied["settings"] = *f.settings
	}

	for key, object := range f.built {
		raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(object)
		if err != nil {
			panic(err)
		}

		copied["built "+key] = string(raw)
	}

	return copied
}
