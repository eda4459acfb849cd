package schema

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	extv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/utils/ptr"
)

// TestPublished compares the definition with every one that was published.
func TestPublished(t *testing.T) {
	paths, err := filepath.Glob("published/*.yaml")
	if err != nil {
		t.Fatal(err)
	}

	if len(paths) == 0 {
		t.Fatal("there is nothing in published")
	}

	for _, path := range paths {
		release := strings.TrimSuffix(filepath.Base(path), ".yaml")

		t.Run(release, func(t *testing.T) {
			published, err := Derive(path)
			if err != nil {
				t.Fatal(err)
			}

			for _, c := range Breaking(published, derived(t)) {
				t.Errorf("breaks release %s: %s", release, c)
			}
		})
	}
}

func TestBreaking(t *testing.T) {
	// spec changes the schema of the one version's spec.
	spec := func(change func(spec *extv1.JSONSchemaProps)) func(*extv1.CustomResourceDefinition) {
		return func(crd *extv1.CustomResourceDefinition) {
			root := crd.Spec.Versions[0].Schema.OpenAPIV3Schema
			s := root.Properties["spec"]
			change(&s)
			root.Properties["spec"] = s
		}
	}

	// property changes the schema of one field of the spec.
	property := func(name string, change func(s *extv1.JSONSchemaProps)) func(*extv1.CustomResourceDefinition) {
		return spec(func(spec *extv1.JSONSchemaProps) {
			s := spec.Properties[name]
			change(&s)
			spec.Properties[name] = s
		})
	}

	cases := map[string]struct {
		reason string
		args   func(crd *extv1.CustomResourceDefinition)
		want   []Change
	}{
		"Same": {
			reason: "Nothing changed.",
			args:   func(*extv1.CustomResourceDefinition) {},
		},
		"NewOptionalField": {
			reason: "Those who do not know a field do not set it.",
			args: spec(func(s *extv1.JSONSchemaProps) {
				s.Properties["other"] = extv1.JSONSchemaProps{Type: "string", MaxLength: ptr.To[int64](3)}
			}),
		},
		"BetterDescription": {
			reason: "Words are not part of the promise.",
			args:   property("port", func(s *extv1.JSONSchemaProps) { s.Description = "Better." }),
		},
		"LooserBound": {
			reason: "What was valid still is.",
			args:   property("replicas", func(s *extv1.JSONSchemaProps) { s.Maximum = new(20.0); s.Minimum = new(0.0) }),
		},
		"LooserValueOfMap": {
			reason: "What was valid still is, inside a map too.",
			args:   property("env", func(s *extv1.JSONSchemaProps) { s.AdditionalProperties.Schema.MaxLength = nil }),
		},
		"NoLongerRequired": {
			reason: "Those who set the field may still do.",
			args:   spec(func(s *extv1.JSONSchemaProps) { s.Required = []string{"image"} }),
		},
		"DefaultOfRequired": {
			reason: "Those who had to set the field did.",
			args: spec(func(s *extv1.JSONSchemaProps) {
				s.Required = nil
				image := s.Properties["image"]
				image.Default = &extv1.JSON{Raw: []byte(`"nginx"`)}
				s.Properties["image"] = image
			}),
		},
		"RuleRemoved": {
			reason: "What was valid still is.",
			args:   property("image", func(s *extv1.JSONSchemaProps) { s.XValidations = nil }),
		},
		"NewVersion": {
			reason: "The old version is still served.",
			args: func(crd *extv1.CustomResourceDefinition) {
				v := crd.Spec.Versions[0].DeepCopy()
				v.Name, v.Storage = "v2", false
				crd.Spec.Versions = append(crd.Spec.Versions, *v)
			},
		},
		"NewPrinterColumn": {
			reason: "The old columns are still shown.",
			args: func(crd *extv1.CustomResourceDefinition) {
				v := &crd.Spec.Versions[0]
				v.AdditionalPrinterColumns = append(v.AdditionalPrinterColumns, extv1.CustomResourceColumnDefinition{Name: "Port"})
			},
		},
		"FieldRemoved": {
			reason: "The API server would drop the field without a word.",
			args:   spec(func(s *extv1.JSONSchemaProps) { delete(s.Properties, "port") }),
			want:   []Change{{"v1.spec.port", "removed", lost}},
		},
		"FieldOfMapRemoved": {
			reason: "A map whose values have no schema any more keeps none.",
			args:   property("env", func(s *extv1.JSONSchemaProps) { s.AdditionalProperties = nil }),
			want:   []Change{{"v1.spec.env.additionalProperties", "removed", lost}},
		},
		"TypeChanged": {
			reason: "A number is not a string.",
			args:   property("port", func(s *extv1.JSONSchemaProps) { s.Type = "string" }),
			want:   []Change{{"v1.spec.port", `type changed: "integer" -> "string"`, refused}},
		},
		"NewlyRequired": {
			reason: "Those who did not set the field would have to.",
			args:   spec(func(s *extv1.JSONSchemaProps) { s.Required = append(s.Required, "env") }),
			want:   []Change{{"v1.spec", "new required fields: [env]", refused}},
		},
		"TighterMaximum": {
			reason: "Ten replicas were valid.",
			args:   property("replicas", func(s *extv1.JSONSchemaProps) { s.Maximum = new(5.0) }),
			want:   []Change{{"v1.spec.replicas", "maximum decreased: 10 -> 5", refused}},
		},
		"TighterMinimum": {
			reason: "One replica was valid.",
			args:   property("replicas", func(s *extv1.JSONSchemaProps) { s.Minimum = new(2.0) }),
			want:   []Change{{"v1.spec.replicas", "minimum increased: 1 -> 2", refused}},
		},
		"TighterValueOfMap": {
			reason: "Long values were valid.",
			args:   property("env", func(s *extv1.JSONSchemaProps) { s.AdditionalProperties.Schema.MaxLength = ptr.To[int64](1024) }),
			want:   []Change{{"v1.spec.env.additionalProperties", "maximum decreased: 131072 -> 1024", refused}},
		},
		"NewEnum": {
			reason: "Any image was valid.",
			args:   property("image", func(s *extv1.JSONSchemaProps) { s.Enum = []extv1.JSON{{Raw: []byte(`"nginx"`)}} }),
			want:   []Change{{"v1.spec.image", `enum constraint added when there was none previously: ["nginx"]`, refused}},
		},
		"NewPattern": {
			reason: "Any image was valid.",
			args:   property("image", func(s *extv1.JSONSchemaProps) { s.Pattern = "^nginx$" }),
			want:   []Change{{"v1.spec.image", `pattern added: "" -> "^nginx$"`, refused}},
		},
		"NewRule": {
			reason: "An image without a tag was valid.",
			args: property("image", func(s *extv1.JSONSchemaProps) {
				s.XValidations = append(s.XValidations, extv1.ValidationRule{Rule: "self.contains(':')"})
			}),
			want: []Change{{"v1.spec.image", "new rule: self.contains(':')", refused}},
		},
		"NewRuleForOldFields": {
			reason: "An image and a port were valid together.",
			args: spec(func(s *extv1.JSONSchemaProps) {
				s.XValidations = append(s.XValidations, extv1.ValidationRule{Rule: "!has(self.image) || !has(self.port)"})
			}),
			want: []Change{{"v1.spec", "new rule: !has(self.image) || !has(self.port)", refused}},
		},
		"NewRuleForNewField": {
			reason: "Nobody has written the new field yet.",
			args: spec(func(s *extv1.JSONSchemaProps) {
				s.XValidations = append(s.XValidations, extv1.ValidationRule{Rule: "!has(self.image) || !has(self.colour)"})
			}),
		},
		"NewRuleAboutNewField": {
			reason: "Nor has anybody meant what it means.",
			args: spec(func(s *extv1.JSONSchemaProps) {
				s.XValidations = append(s.XValidations, extv1.ValidationRule{Rule: "!has(self.colour) || self.colour != self.image"})
			}),
		},
		"NewRuleAboutOldField": {
			reason: "A port of 80 was valid.",
			args: spec(func(s *extv1.JSONSchemaProps) {
				s.XValidations = append(s.XValidations, extv1.ValidationRule{Rule: "!has(self.port) || self.port != 80"})
			}),
			want: []Change{{"v1.spec", "new rule: !has(self.port) || self.port != 80", refused}},
		},
		"DefaultChanged": {
			reason: "Those who left the port out meant 8080.",
			args:   property("port", func(s *extv1.JSONSchemaProps) { s.Default = &extv1.JSON{Raw: []byte("80")} }),
			want:   []Change{{"v1.spec.port", `default value changed: "8080" -> "80"`, different}},
		},
		"VersionRemoved": {
			reason: "A version goes only after everybody has left it.",
			args:   func(crd *extv1.CustomResourceDefinition) { crd.Spec.Versions[0].Name = "v2" },
			want:   []Change{{"v1", "is no longer served", refused}},
		},
		"VersionNotServed": {
			reason: "A version that is not served is as good as removed.",
			args:   func(crd *extv1.CustomResourceDefinition) { crd.Spec.Versions[0].Served = false },
			want:   []Change{{"v1", "is no longer served", refused}},
		},
		"ScaleRemoved": {
			reason: "Autoscalers use the subresource.",
			args:   func(crd *extv1.CustomResourceDefinition) { crd.Spec.Versions[0].Subresources.Scale = nil },
			want:   []Change{{"v1", "subresource scale removed or changed", "kubectl scale and autoscalers would fail"}},
		},
		"ShortNameRemoved": {
			reason: "People type it.",
			args:   func(crd *extv1.CustomResourceDefinition) { crd.Spec.Names.ShortNames = nil },
			want:   []Change{{"names", `"wa" removed`, commands}},
		},
		"CategoryRemoved": {
			reason: "kubectl get all shows WebApps.",
			args:   func(crd *extv1.CustomResourceDefinition) { crd.Spec.Names.Categories = crd.Spec.Names.Categories[1:] },
			want:   []Change{{"categories", `"all" removed`, commands}},
		},
		"PrinterColumnRemoved": {
			reason: "People read it.",
			args: func(crd *extv1.CustomResourceDefinition) {
				v := &crd.Spec.Versions[0]
				v.AdditionalPrinterColumns = v.AdditionalPrinterColumns[1:]
			},
			want: []Change{{"v1", `printer column "Image" removed or changed`, "kubectl get would no longer show it"}},
		},
		"ScopeChanged": {
			reason: "The API server does not let it change.",
			args:   func(crd *extv1.CustomResourceDefinition) { crd.Spec.Scope = extv1.ClusterScoped },
			want:   []Change{{"scope", `changed from "Namespaced" to "Cluster"`, upgrade}},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			newer := derived(t)
			tc.args(newer)

			if diff := cmp.Diff(tc.want, Breaking(derived(t), newer)); diff != "" {
				t.Errorf("\n%s\n-want, +got:\n%s", tc.reason, diff)
			}
		})
	}

	t.Run("AnythingElse", func(t *testing.T) {
		newer := derived(t)
		property("env", func(s *extv1.JSONSchemaProps) { s.XMapType = new("granular") })(newer)

		got := Breaking(derived(t), newer)
		if len(got) != 1 || got[0].Where != "v1.spec.env" {
			t.Errorf("want one change of v1.spec.env, which no rule knows, got %v", got)
		}
	})
}

// TestWidens holds that one of several may become one of more, if nobody could have the
// others before.
func TestWidens(t *testing.T) {
	const old = "[has(self.image), has(self.port)].filter(set, set).size() == 1"

	r := rules{func(field string) bool { return field != "colour" }}

	for rule, want := range map[string]bool{
		"[has(self.image), has(self.port), has(self.colour)].filter(set, set).size() == 1":                     true,
		"[has(self.image), has(self.port), has(self.replicas)].filter(set, set).size() == 1":                   false,
		"[has(self.image), has(self.port), has(self.colour), has(self.replicas)].filter(set, set).size() == 1": false,
		"[has(self.image), has(self.colour)].filter(set, set).size() == 1":                                     false,
		"[has(self.image), has(self.port), has(self.colour)].filter(set, set).size() == 2":                     false,
	} {
		if got := r.widens(rule, old); got != want {
			t.Errorf("%s: want %t, got %t", rule, want, got)
		}
	}
}
