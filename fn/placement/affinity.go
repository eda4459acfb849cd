package placement

import (
	"regexp"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

const (
	required  = "requiredDuringSchedulingIgnoredDuringExecution"
	preferred = "preferredDuringSchedulingIgnoredDuringExecution"
)

// CheckAffinity checks affinity as Kubernetes does: see validateAffinity of
// k8s.io/kubernetes/pkg/apis/core/validation. Kubernetes takes terms, too, that nothing
// meets.
func CheckAffinity(spec value.Reader) {
	if _, ok := value.Native[v1.Affinity](spec, Affinity); !ok {
		return
	}

	in := spec.Object(Affinity)

	checkNodeAffinity(in.Object("nodeAffinity"))
	checkPodAffinity(in.Object("podAffinity"))
	checkPodAffinity(in.Object("podAntiAffinity"))
}

func checkNodeAffinity(in value.Reader) {
	if in.Get(required) != nil {
		checkSome(in.Object(required), "nodeSelectorTerms", v1.MaxAffinityTerms, checkNodeTerm)
	}

	checkEach(in, preferred, v1.MaxAffinityTerms, func(at value.Reader) {
		checkWeight(at)
		checkNodeTerm(at.Object("preference"))
	})
}

func checkNodeTerm(in value.Reader) {
	checkSome(in, "matchExpressions", v1.MaxNodeExpressions, checkNodeExpression)
}

// checkNodeExpression checks what must be so of a label of a node. What is no number the
// scheduler cannot compare.
func checkNodeExpression(at value.Reader) {
	values, _ := value.Native[[]string](at, "values")

	if at.TooMany("values", len(values), v1.MaxNodeLabelValues) {
		return
	}

	checkLabelKey(at, "key")

	for i, v := range values {
		for _, problem := range validation.IsValidLabelValue(v) {
			at.Items("values")[i].Invalid("", v, problem)
		}
	}

	operator, _ := at.OneOf("operator",
		string(corev1.NodeSelectorOpIn), string(corev1.NodeSelectorOpNotIn), string(corev1.NodeSelectorOpExists),
		string(corev1.NodeSelectorOpDoesNotExist), string(corev1.NodeSelectorOpGt), string(corev1.NodeSelectorOpLt))

	switch corev1.NodeSelectorOperator(operator) {
	case corev1.NodeSelectorOpIn, corev1.NodeSelectorOpNotIn:
		if len(values) == 0 {
			at.Required("values", "say which, for operators In and NotIn")
		}
	case corev1.NodeSelectorOpGt, corev1.NodeSelectorOpLt:
		if len(values) != 1 || !isNumber(values[0]) {
			at.Required("values", "say one whole number in quotes, for operators Gt and Lt")
		}
	case corev1.NodeSelectorOpExists, corev1.NodeSelectorOpDoesNotExist:
		if len(values) > 0 {
			at.Forbidden("values", "are not for operators Exists and DoesNotExist")
		}
	default:
		if at.Get("operator") == nil {
			at.Required("operator", "say how the label is compared")
		}
	}
}

var numberPattern = regexp.MustCompile(`^[0-9]+$`)

func isNumber(text string) bool { return numberPattern.MatchString(text) }

func checkPodAffinity(in value.Reader) {
	checkEach(in, required, v1.MaxAffinityTerms, checkPodTerm)

	checkEach(in, preferred, v1.MaxAffinityTerms, func(at value.Reader) {
		checkWeight(at)
		checkPodTerm(at.Object("podAffinityTerm"))
	})
}

func checkPodTerm(in value.Reader) {
	if in.Get("labelSelector") == nil {
		in.Required("labelSelector", "say which pods: {} for all of them")
	}

	checkLabelKey(in, "topologyKey")

	for _, name := range []string{"labelSelector", "namespaceSelector"} {
		if selector, ok := value.Native[metav1.LabelSelector](in, name); ok {
			webapp.CheckSelector(in, name, &selector)
		}
	}

	namespaces, _ := value.Native[[]string](in, "namespaces")
	if in.TooMany("namespaces", len(namespaces), v1.MaxAffinityNamespaces) {
		return
	}

	for i, name := range namespaces {
		for _, problem := range validation.IsDNS1123Label(name) {
			in.Items("namespaces")[i].Invalid("", name, problem)
		}
	}
}

func checkWeight(at value.Reader) {
	if at.Get("weight") == nil {
		at.Required("weight", "say how much it counts, from 1 to 100")
	}

	at.Integer("weight", v1.MinAffinityWeight, v1.MaxAffinityWeight)
}

func checkLabelKey(in value.Reader, name string) {
	key, _ := in.Text(name)
	if key == "" {
		in.Required(name, "say which label")
		return
	}

	for _, problem := range validation.IsQualifiedName(key) {
		in.Invalid(name, key, problem)
	}
}

// checkEach checks the items of a list, of which there may be none.
func checkEach(in value.Reader, name string, most int, check func(at value.Reader)) {
	items := in.Items(name)
	if in.TooMany(name, len(items), most) {
		return
	}

	for _, at := range items {
		check(at)
	}
}

// checkSome checks the items of a list, of which there must be some.
func checkSome(in value.Reader, name string, most int, check func(at value.Reader)) {
	if len(in.Items(name)) == 0 {
		in.Required(name, "say at least one: without any, nothing is met")
	}

	checkEach(in, name, most, check)
}
