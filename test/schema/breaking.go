package schema

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	extv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"sigs.k8s.io/crdify/pkg/config"
	"sigs.k8s.io/crdify/pkg/validations"
	"sigs.k8s.io/crdify/pkg/validations/property"
)

// What a change does to those who use a published definition.
const (
	refused   = "WebApps written for it would be refused"
	lost      = "WebApps written for it would lose what they say there"
	different = "WebApps written for it would mean something else"
	commands  = "commands and scripts written for it would fail"
	upgrade   = "a cluster that has it could not be upgraded"
)

// A Change is one thing that a new definition breaks for those who use an old
// one.
type Change struct {
	// Where is the version and field, or the part of the definition.
	Where string
	// What changed.
	What string
	// Harm is why that matters.
	Harm string
}

func (c Change) String() string {
	return fmt.Sprintf("%s: %s (%s)", c.Where, c.What, c.Harm)
}

// Breaking returns what a new CustomResourceDefinition breaks for those who use
// an old one. Everything that it does not know to be safe counts as broken.
func Breaking(older, newer *extv1.CustomResourceDefinition) []Change {
	out := names(older, newer)

	for _, o := range older.Spec.Versions {
		if !o.Served {
			continue
		}

		n := validations.GetCRDVersionByName(newer, o.Name)
		if n == nil || !n.Served {
			out = append(out, Change{o.Name, "is no longer served", refused})
			continue
		}

		out = append(out, fields(o, *n)...)
		out = append(out, kubectl(o, *n)...)
	}

	return out
}

// names returns what breaks about how the API is called.
func names(older, newer *extv1.CustomResourceDefinition) []Change {
	var out []Change

	o, n := older.Spec, newer.Spec

	for _, id := range []struct{ what, older, newer string }{
		{"group", o.Group, n.Group},
		{"kind", o.Names.Kind, n.Names.Kind},
		{"listKind", o.Names.ListKind, n.Names.ListKind},
		{"plural", o.Names.Plural, n.Names.Plural},
		{"scope", string(o.Scope), string(n.Scope)},
	} {
		if id.older != id.newer {
			out = append(out, Change{id.what, fmt.Sprintf("changed from %q to %q", id.older, id.newer), upgrade})
		}
	}

	for _, name := range append([]string{o.Names.Singular}, o.Names.ShortNames...) {
		if !slices.Contains(append([]string{n.Names.Singular}, n.Names.ShortNames...), name) {
			out = append(out, Change{"names", fmt.Sprintf("%q removed", name), commands})
		}
	}

	for _, name := range o.Names.Categories {
		if !slices.Contains(n.Names.Categories, name) {
			out = append(out, Change{"categories", fmt.Sprintf("%q removed", name), commands})
		}
	}

	return out
}

// kubectl returns what breaks for those who look at objects and scale them.
func kubectl(older, newer extv1.CustomResourceDefinitionVersion) []Change {
	var out []Change

	if o := older.Subresources; o != nil && o.Scale != nil {
		if n := newer.Subresources; n == nil || !equality.Semantic.DeepEqual(o.Scale, n.Scale) {
			out = append(out, Change{older.Name, "subresource scale removed or changed", "kubectl scale and autoscalers would fail"})
		}
	}

	for _, o := range older.AdditionalPrinterColumns {
		same := func(n extv1.CustomResourceColumnDefinition) bool {
			return n.Name == o.Name && n.Type == o.Type && n.JSONPath == o.JSONPath && n.Priority <= o.Priority
		}
		if !slices.ContainsFunc(newer.AdditionalPrinterColumns, same) {
			out = append(out, Change{older.Name, fmt.Sprintf("printer column %q removed or changed", o.Name), "kubectl get would no longer show it"})
		}
	}

	return out
}

// fields returns what breaks about the fields of a version.
func fields(older, newer extv1.CustomResourceDefinitionVersion) []Change {
	var out []Change

	of, nf := validations.FlattenCRDVersion(older), validations.FlattenCRDVersion(newer)
	diffs := validations.FlattenedCRDVersionDiff(of, nf)

	for _, path := range slices.Sorted(maps.Keys(diffs)) {
		where := older.Name + strings.TrimPrefix(path, "^")

		if _, ok := nf[path]; !ok {
			out = append(out, Change{where, "removed", lost})
			continue
		}

		had := func(field string) bool {
			_, ok := of[path+"."+field]
			return ok
		}

		// The schema of a map's values is a field of its own.
		diff := diffs[path]
		diff.Old.AdditionalProperties, diff.New.AdditionalProperties = nil, nil

		// Nobody who had to say it means the default.
		if above := strings.LastIndex(path, "."); diff.Old.Default == nil && above > 0 && slices.Contains(of[path[:above]].Required, path[above+1:]) {
			diff.New.Default = nil
		}

		for _, r := range validations.CompareProperties(diff.Old, diff.New, config.EnforcementPolicyError, comparators(had)...) {
			harm := refused
			if r.Name == (&property.Default{}).Name() {
				harm = different
			}

			for _, what := range r.Errors {
				out = append(out, Change{where, strings.ReplaceAll(what, " : ", ": "), harm})
			}
		}
	}

	return out
}

// comparators returns what is known to break a field, or not to. Any other
// change of a field is reported too. The older field had some fields in it.
func comparators(had func(field string) bool) []validations.Comparator[extv1.JSONSchemaProps] {
	known := []interface {
		validations.Validation
		validations.Comparator[extv1.JSONSchemaProps]
	}{
		&property.Type{},
		&property.Required{},
		&property.Nullable{NullableConfig: property.NullableConfig{AdditionPolicy: property.NullableAdditionPolicyAllow}},
		&property.Enum{EnumConfig: property.EnumConfig{AdditionPolicy: property.AdditionPolicyAllow}},
		&property.Pattern{PatternConfig: property.PatternConfig{RemovalPolicy: property.PatternRemovalPolicyAllow}},
		&property.Minimum{},
		&property.MinItems{},
		&property.MinLength{},
		&property.MinProperties{},
		&property.Maximum{},
		&property.MaxItems{},
		&property.MaxLength{},
		&property.MaxProperties{},
		&property.Default{},
		&property.Description{},
	}

	out := make([]validations.Comparator[extv1.JSONSchemaProps], 0, len(known)+1)
	out = append(out, rules{had})

	for _, k := range known {
		k.SetEnforcement(config.EnforcementPolicyError)

		// Words may always be improved.
		if _, ok := k.(*property.Description); ok {
			k.SetEnforcement(config.EnforcementPolicyNone)
		}

		out = append(out, k)
	}

	return out
}

// rules reports CEL rules that were not there before, but for those that only hold
// where a field is set that was not there before either.
type rules struct{ had func(field string) bool }

// together is a rule by which two fields may not be set together.
var together = regexp.MustCompile(`^!has\(self\.(\w+)\) \|\| !has\(self\.(\w+)\)$`)

// guarded is a rule about a field that need not be set.
var guarded = regexp.MustCompile(`^!has\(self\.(\w+)\) \|\| `)

// oneOf is a rule by which exactly one of some fields is set.
var oneOf = regexp.MustCompile(`^\[(has\(self\.\w+\)(?:, has\(self\.\w+\))*)\]\.filter\(set, set\)\.size\(\) == 1$`)

// Compare implements validations.Comparator.
func (r rules) Compare(older, newer *extv1.JSONSchemaProps) validations.ComparisonResult {
	var errs []error

	for _, n := range newer.XValidations {
		if both := together.FindStringSubmatch(n.Rule); both != nil && (!r.had(both[1]) || !r.had(both[2])) {
			continue
		}

		if field := guarded.FindStringSubmatch(n.Rule); field != nil && !r.had(field[1]) {
			continue
		}

		if !slices.ContainsFunc(older.XValidations, func(o extv1.ValidationRule) bool { return o.Rule == n.Rule || r.widens(n.Rule, o.Rule) }) {
			errs = append(errs, errors.New("new rule: "+n.Rule))
		}
	}

	// A comparator takes away what it has judged.
	older.XValidations, newer.XValidations = nil, nil

	return validations.HandleErrors("rules", config.EnforcementPolicyError, errs...)
}

// widens says whether a rule is an old one of exactly one field, with new fields to choose
// from: without them, it holds where the old one did.
func (r rules) widens(rule, old string) bool {
	some, fewer := oneOf.FindStringSubmatch(rule), oneOf.FindStringSubmatch(old)
	if some == nil || fewer == nil {
		return false
	}

	added, found := strings.CutPrefix(some[1], fewer[1])
	for field := range strings.SplitSeq(strings.NewReplacer(", ", "", "has(self.", "").Replace(added), ")") {
		found = found && (field == "" || !r.had(field))
	}

	return found
}
