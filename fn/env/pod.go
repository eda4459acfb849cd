package env

import (
	"regexp"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/util/validation"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
)

var (
	fieldPattern = regexp.MustCompile(v1.EnvFieldPattern)

	// subscript is the key of a label or an annotation: see
	// k8s.io/apimachinery/pkg/fields and fieldpath.SplitMaybeSubscriptedPath.
	subscript = regexp.MustCompile(`^metadata[.](labels|annotations)\['([^']+)'\]$`)
)

// CheckPod checks fieldEnv.
func CheckPod(spec value.Reader) {
	check(spec, Pod, v1.MaxEnvFields, checkFromPod)
}

func checkFromPod(entries value.Reader, name, from string) {
	if !fieldPattern.MatchString(from) {
		entries.Invalid(name, from, "must be metadata.name, .namespace, .uid, .labels['KEY'] or .annotations['KEY'], spec.nodeName or .serviceAccountName, status.hostIP, .hostIPs, .podIP or .podIPs, or cpu, memory or ephemeral-storage of limits or requests, such as limits.memory")
		return
	}

	parts := subscript.FindStringSubmatch(from)
	if parts == nil {
		return
	}

	key := parts[2]
	if parts[1] == "annotations" {
		// Those may have capitals before the slash, too.
		key = strings.ToLower(key)
	}

	for _, problem := range validation.IsQualifiedName(key) {
		entries.Invalid(name, from, problem)
	}
}

// FromPod is where a variable of fieldEnv comes from, as in a Pod.
func FromPod(v *structpb.Value) *structpb.Value {
	of, _, _ := strings.Cut(v.GetStringValue(), ".")
	if of == "limits" || of == "requests" {
		return value.Object(value.Fields{"resourceFieldRef": value.Object(value.Fields{"resource": v})})
	}

	return value.Object(value.Fields{"fieldRef": value.Object(value.Fields{"fieldPath": v})})
}
