package scaling

import (
	"cmp"
	"math"
	"regexp"
	"strings"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// Types of metrics of which we know what they are measured against, and types of targets.
const (
	ofPods      = string(autoscalingv2.ResourceMetricSourceType)
	ofContainer = string(autoscalingv2.ContainerResourceMetricSourceType)

	utilization  = string(autoscalingv2.UtilizationMetricType)
	plainValue   = string(autoscalingv2.ValueMetricType)
	averageValue = string(autoscalingv2.AverageValueMetricType)
)

// A source is a field of a metric that says where it comes from.
type source struct {
	name string

	// kind is the type that names the field, and targets are those that it may have.
	kind    string
	targets []string

	// check checks the field, but for its target.
	check func(in value.Reader)
}

// sources are all there are: see validateMetricSpec of
// k8s.io/kubernetes/pkg/apis/autoscaling/validation. Of targets it takes what its
// controller does not know what to do with.
var sources = []source{
	{name: "resource", kind: ofPods, targets: []string{utilization, averageValue}, check: checkResource},
	{name: "containerResource", kind: ofContainer, targets: []string{utilization, averageValue}, check: checkContainer},
	{name: "pods", kind: string(autoscalingv2.PodsMetricSourceType), targets: []string{averageValue}, check: checkIdentifier},
	{name: "object", kind: string(autoscalingv2.ObjectMetricSourceType), targets: []string{plainValue, averageValue}, check: checkObject},
	{name: "external", kind: string(autoscalingv2.ExternalMetricSourceType), targets: []string{plainValue, averageValue}, check: checkIdentifier},
}

// amounts are the fields of a target, with the type that names each.
var amounts = []struct{ name, kind string }{
	{name: "value", kind: plainValue}, {name: "averageValue", kind: averageValue}, {name: "averageUtilization", kind: utilization},
}

var (
	kindPattern       = regexp.MustCompile(v1.KindPattern)
	metricNamePattern = regexp.MustCompile(v1.MetricNamePattern)
	apiVersionPattern = regexp.MustCompile(v1.APIVersionPattern)
)

// checkQuantities checks the quantities of metrics, and says whether they are right.
func checkQuantities(autoscaling value.Reader) bool {
	right := true

	for _, metric := range autoscaling.Items("metrics") {
		for _, s := range sources {
			for _, name := range []string{"value", "averageValue"} {
				right = webapp.CheckQuantity(metric.Within(s.name, "target"), name, "must be a quantity such as 30, 500m or 256Mi", mustBePositive) && right
			}
		}
	}

	return right
}

func mustBePositive(q resource.Quantity) string {
	if q.Sign() > 0 {
		return ""
	}

	return "must be more than 0"
}

func checkMetrics(in value.Reader) {
	metrics := in.Items("metrics")

	if len(metrics) == 0 && in.Get("metrics") != nil {
		in.Required("metrics", "say at least one, or leave it out")
	}

	if in.TooMany("metrics", len(metrics), v1.MaxScalingMetrics) {
		return
	}

	for _, at := range metrics {
		checkMetric(at)
	}
}

func checkMetric(at value.Reader) {
	kinds := make([]string, 0, len(sources))
	for _, s := range sources {
		kinds = append(kinds, s.kind)
	}

	kind, ok := oneOf(at, "type", kinds)
	if !ok {
		return
	}

	for _, s := range sources {
		switch there := at.Get(s.name) != nil; {
		case there && s.kind != kind:
			at.Forbidden(s.name, "is for type "+s.kind+" only")
		case there:
			in := at.Object(s.name)
			s.check(in)
			checkTarget(in.Object("target"), s.targets)
		case s.kind == kind:
			at.Required(s.name, "say what is measured")
		}
	}
}

// oneOf returns a field that must be there and be one of some strings.
func oneOf(in value.Reader, name string, supported []string) (string, bool) {
	if in.Get(name) == nil {
		in.Required(name, "say which: "+strings.Join(supported, ", "))
	}

	return in.OneOf(name, supported...)
}

func checkTarget(in value.Reader, supported []string) {
	kind, ok := oneOf(in, "type", supported)
	if !ok {
		return
	}

	for _, a := range amounts {
		switch there := in.Get(a.name) != nil; {
		case there && a.kind != kind:
			in.Forbidden(a.name, "is for type "+a.kind+" only")
		case !there && a.kind == kind:
			in.Required(a.name, "say how much")
		}
	}

	in.Integer("averageUtilization", 1, math.MaxInt32)
}

func checkResource(in value.Reader) {
	// A metrics server knows no others.
	oneOf(in, "name", []string{string(corev1.ResourceCPU), string(corev1.ResourceMemory)})
}

// checkContainer takes containers that the WebApp does not know, too: others may add some
// to its pods.
func checkContainer(in value.Reader) {
	checkResource(in)

	name, _ := in.Text("container")
	webapp.CheckLabel(in, "container", name, "say which container of the pods: app is the one that runs the image")
}

func checkObject(in value.Reader) {
	object := in.Object("describedObject")

	if version, _ := object.Text("apiVersion"); version != "" && (len(version) > v1.MaxAPIVersionLength || !apiVersionPattern.MatchString(version)) {
		object.Invalid("apiVersion", version, "must be the version of a kind, after its group and a slash if it has one, for example networking.k8s.io/v1")
	}

	kind, _ := object.Text("kind")

	switch {
	case kind == "":
		object.Required("kind", "say which kind of object, for example Ingress")
	case len(kind) > v1.MaxNameLength || !kindPattern.MatchString(kind):
		object.Invalid("kind", kind, "must be the name of a kind: at most 63 letters, digits and dashes, starting with a letter")
	}

	name, _ := object.Text("name")
	webapp.CheckReference(object, "name", name, cmp.Or(kind, "object"))

	checkIdentifier(in)
}

func checkIdentifier(in value.Reader) {
	metric := in.Object("metric")

	name, _ := metric.Text("name")

	switch {
	case name == "":
		metric.Required("name", "say which metric")
	case len(name) > v1.MaxSubdomainLength || name == "." || name == ".." || !metricNamePattern.MatchString(name):
		metric.Invalid("name", name, "must be the name of a metric: at most 253 characters, without / and %")
	}

	if selector, ok := value.Native[metav1.LabelSelector](metric, "selector"); ok {
		webapp.CheckSelector(metric, "selector", &selector)
	}
}
