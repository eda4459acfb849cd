package fn

import (
	"encoding/json"
	"errors"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/util/validation/field"
	kjson "sigs.k8s.io/json"
)

// An option is an optional field of a WebApp's spec. One that shapes the pods or
// their Deployment has a file of its own and a line in podOptions; one that asks for
// another object is that of a child. An option that is not set costs nothing and sends nothing.
type option struct {
	// name of the field. Frozen.
	name string

	// check notes what is wrong with the field, which is there.
	check func(spec object)

	// apply gives the pods what the field says. It is nil for the option of a
	// child, unless that shapes the pods, too.
	apply func(p *pod, v *structpb.Value)
}

// podOptions are applied in this order: what looks at volumes comes after them.
var podOptions = []option{
	{"envFrom", checkEnvFrom, applyEnvFrom},
	{"secretEnv", checkSecretEnv, applySecretEnv},
	{"volumes", checkVolumes, applyVolumes},
	{"strategy", checkStrategy, applyStrategy},
	{"command", checkCommand, applyCommand},
	{"args", checkArgs, applyArgs},
	{"imagePullPolicy", checkImagePullPolicy, applyImagePullPolicy},
	{"imagePullSecrets", checkImagePullSecrets, applyImagePullSecrets},
	{"resources", checkResources, applyResources},
	{"readinessProbe", checkReadinessProbe, applyReadinessProbe},
	{"livenessProbe", checkLivenessProbe, applyLivenessProbe},
	{"startupProbe", checkStartupProbe, applyStartupProbe},
	{"terminationGracePeriodSeconds", checkGracePeriod, applyGracePeriod},
	{"securityContext", checkSecurityContext, applySecurityContext},
	{"serviceAccountName", checkServiceAccountName, applyServiceAccountName},
	metricsOption,
}

// options are all there are.
var options = allOptions()

func allOptions() []option {
	all := slices.Clone(podOptions)

	for _, c := range children {
		if c.option.name != "" && c.option.apply == nil {
			all = append(all, c.option)
		}
	}

	return all
}

// readOptions checks the options that a WebApp has, and returns them by name.
func readOptions(spec object) map[string]*structpb.Value {
	var set map[string]*structpb.Value

	for _, o := range options {
		v := spec.get(o.name)
		if v == nil {
			continue
		}

		o.check(spec)

		if set == nil {
			set = make(map[string]*structpb.Value, len(options))
		}

		set[o.name] = v
	}

	return set
}

// native reads a field that is written as in Kubernetes into one of its types, or
// ours of the same shape, and notes what that does not have. The field itself is
// what is sent, so that nothing is sent but what was written.
func native[T any](o object, name string) (into T, ok bool) {
	v, path := o.get(name), o.child(name)
	if v == nil {
		return into, false
	}

	raw, err := v.MarshalJSON()
	if err != nil {
		// Only numbers that JSON does not have.
		*o.errs = append(*o.errs, field.Invalid(path, "", "must be JSON"))
		return into, false
	}

	unknown, err := kjson.UnmarshalStrict(raw, &into)
	if err != nil {
		*o.errs = append(*o.errs, mistyped(path, err))
		return *new(T), false
	}

	for _, u := range unknown {
		*o.errs = append(*o.errs, field.Forbidden(path, clip(u.Error(), maxQuoted)))
	}

	return into, len(unknown) == 0
}

// mistyped says which part of a field has another type than it must have.
func mistyped(path *field.Path, err error) *field.Error {
	wrong := &json.UnmarshalTypeError{}
	if !errors.As(err, &wrong) {
		return field.Invalid(path, "", clip(err.Error(), maxQuoted))
	}

	if wrong.Field != "" {
		path = path.Child(embedded.ReplaceAllString(wrong.Field, ""))
	}

	// Of a number, Go says which one it is.
	is, _, _ := strings.Cut(wrong.Value, " ")

	return field.TypeInvalid(path, is, "must be "+jsonTypes[wrong.Type.Kind()])
}

// embedded are Go's names of what is no field in JSON.
var embedded = regexp.MustCompile(`\b[A-Z]\w*\.`)

// jsonTypes say in words what Go's kinds are in JSON.
var jsonTypes = map[reflect.Kind]string{
	reflect.Bool: "true or false", reflect.Int32: "a whole number", reflect.Int64: "a whole number",
	reflect.String: "a string", reflect.Slice: "a list", reflect.Map: "an object", reflect.Struct: "an object",
}
