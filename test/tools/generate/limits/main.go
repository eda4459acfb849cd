// Command limits writes the numbers and patterns by which the function checks a
// WebApp, as Go constants, from the CustomResourceDefinition that controller-gen
// makes of the markers in apis/v1: so a rule stands once, in its marker.
package main

import (
	"bytes"
	"fmt"
	"go/format"
	"regexp"
	"strconv"
	"strings"

	extv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"github.com/webapp-operator/function-webapp/test/tools/generate/crd"
)

const header = `// Code generated from the markers of apis/v1 by make generate. DO NOT EDIT.

package v1

`

// A limit is a constant that has a number or a pattern of the schema.
type limit struct {
	// name of the constant.
	name string

	// path of a field that has it, from the root of the schema. Items of lists are
	// [], and values of maps {}.
	path string

	// keyword is that of the schema, or matches for the first pattern of the field's
	// CEL rules.
	keyword string

	// kind is the constant's type, if it has one.
	kind string

	// why the limit is what it is, as the rest of a sentence.
	why string
}

// limits are all there are. What several fields have stands once: test/schema holds
// the others to it.
var limits = []limit{
	{name: "NamePattern", path: "", keyword: "matches", why: "is what a WebApp may be called: a label of RFC 1035, as Kubernetes asks of the Service that takes the name. MaxNameLength bounds its length."},
	{name: "ImagePattern", path: "spec.image", keyword: "matches", why: "is an image reference by the grammar of github.com/distribution/reference: an optional registry host, a repository, an optional tag, an optional digest."},
	{name: "MaxImageLength", path: "spec.image", keyword: "maxLength", why: "is beyond the longest legal reference: 255 characters of repository, 128 of tag and 135 of a SHA-512 digest."},
	{name: "MinReplicas", path: "spec.replicas", keyword: "minimum", kind: "int32", why: "is the least number of replicas that a person may ask for."},
	{name: "MaxReplicas", path: "spec.replicas", keyword: "maximum", kind: "int32", why: "is the most."},
	{name: "MinPort", path: "spec.port", keyword: "minimum", kind: "int32", why: "is the lowest port."},
	{name: "MaxPort", path: "spec.port", keyword: "maximum", kind: "int32", why: "is the highest port."},
	{name: "MaxEnv", path: "spec.env", keyword: "maxProperties", why: "bounds the number of environment variables, and that of secretEnv."},
	{name: "EnvNamePattern", path: "spec.env", keyword: "matches", why: "is the name of an environment variable as Kubernetes takes it since 1.34 (KEP-4369): printable ASCII, without the = that ends it."},
	{name: "MaxEnvValueLength", path: "spec.env.{}", keyword: "maxLength", why: "is what Linux accepts for one environment string."},
	{name: "MaxEnvFrom", path: "spec.envFrom", keyword: "maxItems", why: "bounds the number of ConfigMaps and Secrets of envFrom."},
	{name: "EnvPrefixPattern", path: "spec.envFrom.[].prefix", keyword: "matches", why: "is what names of environment variables may begin with."},
	{name: "KeyPattern", path: "spec.secretEnv.{}.key", keyword: "matches", why: "is a key of a ConfigMap or a Secret."},
	{name: "EnvFieldPattern", path: "spec.fieldEnv.{}", keyword: "matches", why: "is a field of a pod, or a resource of a container, that may become an environment variable: see k8s.io/kubernetes/pkg/apis/core/validation, validEnvDownwardAPIFieldPathExpressions and validateContainerResourceFieldSelector."},
	{name: "MaxEnvFields", path: "spec.fieldEnv", keyword: "maxProperties", why: "bounds the number of variables of fieldEnv."},
	{name: "MaxArguments", path: "spec.args", keyword: "maxItems", why: "bounds the number of arguments of a container, and that of the words of its command."},
	{name: "MaxArgumentLength", path: "spec.args.[]", keyword: "maxLength", why: "is what Linux accepts for one argument."},
	{name: "MaxResources", path: "spec.resources.requests", keyword: "maxProperties", why: "bounds the number of resources of a container."},
	{name: "MaxGracePeriod", path: "spec.terminationGracePeriodSeconds", keyword: "maximum", kind: "int32", why: "is an hour: no node that is drained waits longer for a replica."},
	{name: "SubdomainPattern", path: "spec.serviceAccountName", keyword: "matches", why: "is what most objects may be called: a DNS subdomain of RFC 1123. MaxSubdomainLength bounds its length."},
	{name: "MaxSubdomainLength", path: "spec.serviceAccountName", keyword: "maxLength", why: "is the longest name of most objects (RFC 1123 subdomain)."},
	{name: "MaxVolumes", path: "spec.volumes", keyword: "maxItems", why: "bounds the number of volumes."},
	{name: "LabelPattern", path: "spec.volumes.[].name", keyword: "matches", why: "is a DNS label of RFC 1123. MaxNameLength bounds its length."},
	{name: "MaxNameLength", path: "spec.volumes.[].name", keyword: "maxLength", why: "is the longest DNS label, and so the longest Service name and the longest name of a WebApp."},
	{name: "MountPathPattern", path: "spec.volumes.[].mountPath", keyword: "matches", why: "is where a volume may be mounted."},
	{name: "MaxMountPathLength", path: "spec.volumes.[].mountPath", keyword: "maxLength", why: "bounds the path of a mount."},
	{name: "MaxVolumeItems", path: "spec.volumes.[].configMap.items", keyword: "maxItems", why: "bounds the number of entries that are picked of what is in a volume."},
	{name: "MaxVolumeSources", path: "spec.volumes.[].projected.sources", keyword: "maxItems", why: "bounds what is projected into one volume."},
	{name: "MaxFileMode", path: "spec.volumes.[].secret.defaultMode", keyword: "maximum", why: "is the highest mode of a file, 0777."},
	{name: "MinExpirationSeconds", path: "spec.volumes.[].projected.sources.[].serviceAccountToken.expirationSeconds", keyword: "minimum", why: "is the least time that a token may hold."},
	{name: "MaxExpirationSeconds", path: "spec.volumes.[].projected.sources.[].serviceAccountToken.expirationSeconds", keyword: "maximum", why: "is the most."},
	{name: "FieldPathPattern", path: "spec.volumes.[].projected.sources.[].downwardAPI.items.[].fieldRef.fieldPath", keyword: "pattern", why: "is a field of a pod that may become a file: see k8s.io/kubernetes/pkg/apis/core/validation, validVolumeDownwardAPIFieldPathExpressions."},
	{name: "MaxInitContainers", path: "spec.initContainers", keyword: "maxItems", why: "bounds the number of containers beside the application's."},
	{name: "MaxInitEnv", path: "spec.initContainers.[].env", keyword: "maxProperties", why: "bounds the number of variables that one of them has of a kind."},
	{name: "LabelKeyPattern", path: "spec.nodeSelector", keyword: "matches", why: "is the key of a label: see k8s.io/apimachinery/pkg/util/validation.IsQualifiedName."},
	{name: "MaxLabels", path: "spec.nodeSelector", keyword: "maxProperties", why: "bounds the number of labels of pods, and of those that nodes must have."},
	{name: "MaxAffinityTerms", path: "spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution", keyword: "maxItems", why: "bounds what one part of an affinity says."},
	{name: "MaxNodeExpressions", path: "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms.[].matchExpressions", keyword: "maxItems", why: "bounds what must be so of one node."},
	{name: "MaxNodeLabelValues", path: "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms.[].matchExpressions.[].values", keyword: "maxItems", why: "bounds the values that a label is compared with."},
	{name: "MaxAffinityNamespaces", path: "spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution.[].namespaces", keyword: "maxItems", why: "bounds the namespaces that are named."},
	{name: "MinAffinityWeight", path: "spec.affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution.[].weight", keyword: "minimum", kind: "int32", why: "is Kubernetes' own: see k8s.io/kubernetes/pkg/apis/core/validation."},
	{name: "MaxAffinityWeight", path: "spec.affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution.[].weight", keyword: "maximum", kind: "int32", why: "is Kubernetes' own, too."},
	{name: "MaxTolerations", path: "spec.tolerations", keyword: "maxItems", why: "bounds the number of taints that are tolerated."},
	{name: "MaxTolerationSeconds", path: "spec.tolerations.[].tolerationSeconds", keyword: "maximum", kind: "int32", why: "is a day."},
	{name: "TaintKeyPattern", path: "spec.tolerations.[].key", keyword: "matches", why: "is the key of a taint, or nothing, which is every one."},
	{name: "MaxReadySeconds", path: "spec.minReadySeconds", keyword: "maximum", kind: "int32", why: "is an hour."},
	{name: "MaxProgressDeadline", path: "spec.progressDeadlineSeconds", keyword: "maximum", kind: "int32", why: "is a day."},
	{name: "CapabilityPattern", path: "spec.securityContext.capabilities.drop.[]", keyword: "matches", why: "is the name of a capability of Linux, without CAP_, or ALL."},
	{name: "PercentPattern", path: "spec.strategy.rollingUpdate.maxSurge", keyword: "matches", why: "is a share of replicas."},
	{name: "MaxAdditionalPorts", path: "spec.service.additionalPorts", keyword: "maxItems", why: "bounds how many further ports a Service has."},
	{name: "AppProtocolPattern", path: "spec.service.appProtocol", keyword: "matches", why: "is what is spoken on a port of a Service: see k8s.io/kubernetes/pkg/apis/core/validation.ValidateQualifiedName."},
	{name: "MaxAnnotations", path: "spec.service.annotations", keyword: "maxProperties", why: "bounds the number of annotations of an object."},
	{name: "MaxAnnotationLength", path: "spec.service.annotations.{}", keyword: "maxLength", why: "bounds the value of one."},
	{name: "AnnotationKeyPattern", path: "spec.service.annotations", keyword: "matches", why: "is the key of an annotation: see k8s.io/apimachinery/pkg/api/validation.ValidateAnnotations."},
	{name: "MaxAutoscaledReplicas", path: "spec.autoscaling.maxReplicas", keyword: "maximum", kind: "int32", why: "is as many pods as one EndpointSlice holds, and keeps one zero too many from filling a cluster. A person who says a number means fewer: see MaxReplicas."},
	{name: "MaxStabilizationSeconds", path: "spec.autoscaling.behavior.scaleUp.stabilizationWindowSeconds", keyword: "maximum", kind: "int32", why: "is Kubernetes' own: see k8s.io/kubernetes/pkg/apis/autoscaling/validation."},
	{name: "MaxPeriodSeconds", path: "spec.autoscaling.behavior.scaleUp.policies.[].periodSeconds", keyword: "maximum", kind: "int32", why: "is Kubernetes' own, too."},
	{name: "MaxScalingPolicies", path: "spec.autoscaling.behavior.scaleUp.policies", keyword: "maxItems", why: "bounds what one direction says."},
	{name: "MaxScalingMetrics", path: "spec.autoscaling.metrics", keyword: "maxItems", why: "bounds what an autoscaler follows."},
	{name: "MetricNamePattern", path: "spec.autoscaling.metrics.[].pods.metric.name", keyword: "matches", why: "is the name of a metric: see k8s.io/apimachinery/pkg/api/validation/path.IsValidPathSegmentName."},
	{name: "APIVersionPattern", path: "spec.autoscaling.metrics.[].object.describedObject.apiVersion", keyword: "matches", why: "is the version of a kind, and its group. MaxAPIVersionLength bounds its length."},
	{name: "MaxAPIVersionLength", path: "spec.autoscaling.metrics.[].object.describedObject.apiVersion", keyword: "maxLength", why: "is beyond the longest group and version."},
	{name: "HostPattern", path: "spec.httpRoute.hostnames.[]", keyword: "matches", why: "is the name of a host as Ingresses and HTTPRoutes take it: a subdomain of RFC 1123, of which the first label may be a star. MaxHostLength bounds its length."},
	{name: "MaxHostLength", path: "spec.ingress.host", keyword: "maxLength", why: "is the longest host name (RFC 1123 subdomain)."},
	{name: "PathPattern", path: "spec.metrics.path", keyword: "matches", why: "is the path of a URL as Ingresses and HTTPRoutes take it: absolute, and in its shortest form. MaxPathLength bounds its length."},
	{name: "MaxPathLength", path: "spec.ingress.path", keyword: "maxLength", why: "is the longest path of an HTTPRoute."},
	{name: "MaxHostnames", path: "spec.httpRoute.hostnames", keyword: "maxItems", why: "is as many as an HTTPRoute may have."},
	{name: "MaxParentRefs", path: "spec.httpRoute.parentRefs", keyword: "maxItems", why: "is as many as an HTTPRoute may have."},
	{name: "GroupPattern", path: "spec.httpRoute.parentRefs.[].group", keyword: "matches", why: "is the group of a kind, or nothing, which is that of Kubernetes' own kinds."},
	{name: "KindPattern", path: "spec.httpRoute.parentRefs.[].kind", keyword: "matches", why: "is a kind as the Gateway API takes it."},
	{name: "IntervalPattern", path: "spec.metrics.interval", keyword: "matches", why: "is a duration as the Prometheus Operator takes it, or nothing. MaxIntervalLength bounds its length."},
	{name: "MaxIntervalLength", path: "spec.metrics.interval", keyword: "maxLength", why: "is beyond what anybody means."},
}

func main() { crd.Main(generate) }

func generate(crd *extv1.CustomResourceDefinition) ([]byte, error) {
	out := bytes.NewBufferString(header + "// Limits of a WebApp's fields, as their markers say.\nconst (\n")

	for _, l := range limits {
		schema, err := find(crd.Spec.Versions[0].Schema.OpenAPIV3Schema, l.path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", l.name, err)
		}

		value, err := l.of(schema)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", l.name, err)
		}

		fmt.Fprintf(out, "\n// %s %s\n%s %s = %s\n", l.name, l.why, l.name, l.kind, value)
	}

	out.WriteString(")\n")

	return format.Source(out.Bytes())
}

// find follows a path into a schema.
func find(s *extv1.JSONSchemaProps, path string) (*extv1.JSONSchemaProps, error) {
	for name := range strings.SplitSeq(path, ".") {
		switch property, found := s.Properties[name]; {
		case name == "":
		case name == "[]" && s.Items != nil:
			s = s.Items.Schema
		case name == "{}" && s.AdditionalProperties != nil:
			s = s.AdditionalProperties.Schema
		case found:
			s = &property
		default:
			return nil, fmt.Errorf("there is no %q on the way to %s", name, path)
		}
	}

	return s, nil
}

// matches is the pattern of a CEL rule.
var matches = regexp.MustCompile(`[.]matches\(r?'([^']*)'\)`)

// of is what a limit is, in Go.
func (l limit) of(s *extv1.JSONSchemaProps) (string, error) {
	numbers := map[string]*int64{"maxLength": s.MaxLength, "maxItems": s.MaxItems, "maxProperties": s.MaxProperties}
	bounds := map[string]*float64{"minimum": s.Minimum, "maximum": s.Maximum}

	switch {
	case numbers[l.keyword] != nil:
		return strconv.FormatInt(*numbers[l.keyword], 10), nil
	case bounds[l.keyword] != nil:
		return strconv.FormatInt(int64(*bounds[l.keyword]), 10), nil
	case l.keyword == "pattern" && s.Pattern != "":
		return "`" + s.Pattern + "`", nil
	case l.keyword == "matches":
		for _, rule := range s.XValidations {
			if pattern := matches.FindStringSubmatch(rule.Rule); pattern != nil {
				return "`" + pattern[1] + "`", nil
			}
		}
	}

	return "", fmt.Errorf("%s has no %s", l.path, l.keyword)
}
