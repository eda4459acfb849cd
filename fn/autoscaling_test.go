package fn

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	"github.com/crossplane/function-sdk-go/resource"

	"github.com/webapp-operator/function-webapp/fn/child"
	"github.com/webapp-operator/function-webapp/fn/platform"
	"github.com/webapp-operator/function-webapp/fn/value"
)

const (
	autoscalingOn      = `{"apiVersion": "webapp.fn.example.com/v1beta1", "kind": "Input", "features": ["autoscaling", "podDisruptionBudget"]}`
	autoscalingGranted = `{"data": {"features": ["autoscaling", "podDisruptionBudget"]}}`
)

// autoscaled is a request for a WebApp with 2 replicas and an autoscaler, which the
// platform team has switched on.
func autoscaled(option string, edits ...func(*fnv1.RunFunctionRequest)) *fnv1.RunFunctionRequest {
	edits = append([]func(*fnv1.RunFunctionRequest){withInput(autoscalingOn), withRequired(platform.GrantsRequirement, autoscalingGranted)}, edits...)

	return request(webAppWith(`"autoscaling": `+option), edits...)
}

// TestHandOver holds who decides how many replicas the Deployment has.
func TestHandOver(t *testing.T) {
	const (
		crossplane = `{"manager": "apiextensions.crossplane.io/composed/ab12", "operation": "Apply", "fieldsV1": {"f:spec": {"f:replicas": {}, "f:template": {}}}}`
		template   = `{"manager": "apiextensions.crossplane.io/composed/ab12", "operation": "Apply", "fieldsV1": {"f:spec": {"f:template": {}}}}`
		hpa        = `{"manager": "kube-controller-manager", "operation": "Update", "subresource": "scale", "fieldsV1": {"f:spec": {"f:replicas": {}}}}`
		kubectl    = `{"manager": "kubectl", "operation": "Update", "subresource": "scale", "fieldsV1": {"f:spec": {"f:replicas": {}}}}`
		controller = `{"manager": "kube-controller-manager", "operation": "Update", "subresource": "status", "fieldsV1": {"f:status": {"f:replicas": {}}}}`
	)

	// deployment has 7 replicas, and these managers.
	deployment := func(managers ...string) func(*fnv1.RunFunctionRequest) {
		return withObserved(child.KeyDeployment, `{"metadata": {"managedFields": [`+strings.Join(managers, ", ")+`]}, "spec": {"replicas": 7}}`)
	}

	const option = `{"minReplicas": 2, "maxReplicas": 10}`

	cases := map[string]struct {
		reason string
		req    *fnv1.RunFunctionRequest

		// want is what is sent, and 0 if nothing is.
		want int64
	}{
		"New": {
			reason: "A new WebApp begins with spec.replicas.",
			req:    autoscaled(option),
			want:   2,
		},
		"NewBelow": {
			reason: "But with no fewer than the autoscaler holds.",
			req:    autoscaled(`{"minReplicas": 3, "maxReplicas": 10}`),
			want:   3,
		},
		"NewAbove": {
			reason: "And with no more.",
			req:    autoscaled(`{"maxReplicas": 1}`),
			want:   1,
		},
		"Ours": {
			reason: "What we stop to send while it is ours alone is reset to 1: the number stays ours until the autoscaler has written one.",
			req:    autoscaled(option, deployment(crossplane, controller)),
			want:   7,
		},
		"OursBelow": {
			reason: "It is the autoscaler that brings a running WebApp to its least.",
			req:    autoscaled(`{"minReplicas": 8, "maxReplicas": 10}`, deployment(crossplane)),
			want:   7,
		},
		"OursAbove": {
			reason: "And to its most.",
			req:    autoscaled(`{"maxReplicas": 5}`, deployment(crossplane)),
			want:   7,
		},
		"Autoscalers": {
			reason: "The autoscaler has written a number.",
			req:    autoscaled(option, deployment(template, hpa, controller)),
		},
		"Both": {
			reason: "The same number may be of both, when the autoscaler is switched on again.",
			req:    autoscaled(option, deployment(crossplane, hpa, controller)),
		},
		"Somebodys": {
			reason: "The autoscaler overrules whoever scales the Deployment.",
			req:    autoscaled(option, deployment(template, kubectl)),
		},
		"Nobodys": {
			reason: "Somebody has removed managedFields.",
			req:    autoscaled(option, deployment()),
			want:   7,
		},
		"Nothing": {
			reason: "An autoscaler does not touch what has no replicas, so that somebody must.",
			req:    autoscaled(option, withObserved(child.KeyDeployment, `{"metadata": {"managedFields": [`+kubectl+`]}, "spec": {"replicas": 0}}`)),
			want:   2,
		},
		"SwitchedOff": {
			reason: "Without the autoscaler, spec.replicas counts at once.",
			req:    request(webAppWith(`"port": 8080`), withInput(autoscalingOn), deployment(template, hpa), withObserved(child.KeyAutoscaler, `{}`)),
			want:   2,
		},
		"FeatureOff": {
			reason: "What the platform team has not switched on changes nothing.",
			req:    request(webAppWith(`"autoscaling": `+option), deployment(template, hpa)),
			want:   2,
		},
		"NotGranted": {
			reason: "Nor does what Crossplane has no rights for.",
			req:    autoscaled(option, deployment(crossplane), withRequired(platform.GrantsRequirement)),
			want:   2,
		},
		"NoLongerGranted": {
			reason: "An autoscaler that is there goes on.",
			req:    autoscaled(option, deployment(template, hpa), withObserved(child.KeyAutoscaler, `{}`), withRequired(platform.GrantsRequirement)),
		},
		"HeldBack": {
			reason: "Another autoscaler, of the same name, may scale the WebApp: then spec.replicas is its number.",
			req:    autoscaled(option, deployment(crossplane), withRequired("existing-"+child.KeyAutoscaler, `{"metadata": {"name": "shop"}}`)),
			want:   2,
		},
		"OtherConflict": {
			reason: "An autoscaler that is there goes on when something else is in the way.",
			req:    autoscaled(option, deployment(template, hpa), withObserved(child.KeyAutoscaler, `{}`), withRequired("existing-"+child.KeyService, `{"metadata": {"name": "shop"}}`)),
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			rsp := run(t, tc.req)
			spec := rsp.GetDesired().GetResources()[child.KeyDeployment].GetResource().GetFields()["spec"]

			if got := value.Number(spec, "replicas"); got != tc.want || (tc.want == 0) != (value.Dig(spec, "replicas") == nil) {
				t.Errorf("\n%s\nreplicas: want %d, got %v", tc.reason, tc.want, value.Dig(spec, "replicas"))
			}

			// Whoever decides, the number of pods is not what they look like.
			if reason := value.Text(rsp.GetDesired().GetComposite().GetResource().GetFields()["status"], "reason"); reason == "Updating" {
				t.Errorf("\n%s\nwant the same template, got reason %s", tc.reason, reason)
			}
		})
	}
}

func TestAutoscaler(t *testing.T) {
	const (
		cpu       = `{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 60}}}`
		memory    = `{"type": "Resource", "resource": {"name": "memory", "target": {"type": "Utilization", "averageUtilization": 70}}}`
		container = `{"type": "ContainerResource", "containerResource": {"name": "cpu", "container": "app", "target": {"type": "Utilization", "averageUtilization": 60}}}`
		target    = `"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "shop"}`
		queue     = `{"type": "External", "external": {"metric": {"name": "depth"}, "target": {"type": "AverageValue", "averageValue": 30}}}`
		fast      = `{"scaleUp": {"policies": [{"type": "Pods", "value": 4, "periodSeconds": 15}]}, "scaleDown": {"selectPolicy": "Disabled"}}`
	)

	cases := map[string]struct {
		reason string
		option string
		want   string
	}{
		"Default": {
			reason: "Without a target, it follows the CPU. What is not set is Kubernetes' choice.",
			option: `{"maxReplicas": 5}`,
			want:   `{` + target + `, "maxReplicas": 5, "metrics": [` + strings.ReplaceAll(cpu, "60", "80") + `]}`,
		},
		"CPU": {
			reason: "The target is the WebApp's.",
			option: `{"minReplicas": 2, "maxReplicas": 5, "targetCPUUtilizationPercentage": 60}`,
			want:   `{` + target + `, "minReplicas": 2, "maxReplicas": 5, "metrics": [` + cpu + `]}`,
		},
		"Memory": {
			reason: "Who follows memory need not follow the CPU.",
			option: `{"maxReplicas": 5, "targetMemoryUtilizationPercentage": 70}`,
			want:   `{` + target + `, "maxReplicas": 5, "metrics": [` + memory + `]}`,
		},
		"Both": {
			reason: "Who follows both does.",
			option: `{"maxReplicas": 5, "targetMemoryUtilizationPercentage": 70, "targetCPUUtilizationPercentage": 60}`,
			want:   `{` + target + `, "maxReplicas": 5, "metrics": [` + cpu + `, ` + memory + `]}`,
		},
		"Metrics": {
			reason: "Metrics are sent as they were written. Who has some need not follow the CPU.",
			option: `{"maxReplicas": 5, "metrics": [` + container + `, ` + queue + `]}`,
			want:   `{` + target + `, "maxReplicas": 5, "metrics": [` + container + `, ` + queue + `]}`,
		},
		"MetricsAndTarget": {
			reason: "And who does follows both.",
			option: `{"maxReplicas": 5, "targetMemoryUtilizationPercentage": 70, "metrics": [` + queue + `]}`,
			want:   `{` + target + `, "maxReplicas": 5, "metrics": [` + memory + `, ` + queue + `]}`,
		},
		"Behavior": {
			reason: "It is sent as it was written.",
			option: `{"maxReplicas": 5, "targetCPUUtilizationPercentage": 60, "behavior": ` + fast + `}`,
			want:   `{` + target + `, "maxReplicas": 5, "metrics": [` + cpu + `], "behavior": ` + fast + `}`,
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			hpa := run(t, autoscaled(tc.option)).GetDesired().GetResources()[child.KeyAutoscaler].GetResource()
			if diff := cmp.Diff(resource.MustStructJSON(tc.want).AsMap(), hpa.GetFields()["spec"].GetStructValue().AsMap()); diff != "" {
				t.Errorf("\n%s\n-want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

func TestCheckAutoscaling(t *testing.T) {
	cases := map[string]struct {
		reason string
		option string
		want   []string
	}{
		"Full": {
			reason: "All of it, and as much as there may be.",
			option: `{"minReplicas": 100, "maxReplicas": 100, "targetCPUUtilizationPercentage": 400, "targetMemoryUtilizationPercentage": 1, "behavior": {
				"scaleUp": {"stabilizationWindowSeconds": 3600, "selectPolicy": "Min", "policies": [{"type": "Percent", "value": 900, "periodSeconds": 1800}]},
				"scaleDown": {"stabilizationWindowSeconds": 0, "selectPolicy": "Max"}}}`,
		},
		"Empty": {
			reason: "There is no good number for everybody.",
			option: `{}`,
			want:   []string{"spec.autoscaling.maxReplicas: Required value: say how many replicas may run at most, from 1 to 100"},
		},
		"Numbers": {
			reason: "Every number has its bounds.",
			option: `{"minReplicas": 0, "maxReplicas": 101, "targetCPUUtilizationPercentage": 0, "targetMemoryUtilizationPercentage": -1}`,
			want: []string{
				"spec.autoscaling.maxReplicas: Invalid value: 101: must be between 1 and 100, inclusive",
				"spec.autoscaling.minReplicas: Invalid value: 0: must be between 1 and 100, inclusive",
				"spec.autoscaling.targetCPUUtilizationPercentage: Invalid value: 0: must be between 1 and 2147483647, inclusive",
				"spec.autoscaling.targetMemoryUtilizationPercentage: Invalid value: -1: must be between 1 and 2147483647, inclusive",
			},
		},
		"MoreThanMost": {
			reason: "Kubernetes refuses it, and says it of maxReplicas.",
			option: `{"minReplicas": 6, "maxReplicas": 5}`,
			want:   []string{"spec.autoscaling.minReplicas: Invalid value: 6: must not be more than maxReplicas"},
		},
		"Behavior": {
			reason: "What Kubernetes refuses would keep the autoscaler from being changed.",
			option: `{"maxReplicas": 5, "behavior": {
				"scaleUp": {"stabilizationWindowSeconds": 3601, "selectPolicy": "Most", "policies": [{"type": "Nodes", "periodSeconds": 1801}]},
				"scaleDown": {"policies": []}}}`,
			want: []string{
				"spec.autoscaling.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: 3601: must be between 0 and 3600, inclusive",
				`spec.autoscaling.behavior.scaleUp.selectPolicy: Unsupported value: "Most": supported values: "Max", "Min", "Disabled"`,
				"spec.autoscaling.behavior.scaleUp.policies[0].value: Required value: a policy says how much of what may change in how much time",
				`spec.autoscaling.behavior.scaleUp.policies[0].type: Unsupported value: "Nodes": supported values: "Pods", "Percent"`,
				"spec.autoscaling.behavior.scaleUp.policies[0].periodSeconds: Invalid value: 1801: must be between 1 and 1800, inclusive",
				"spec.autoscaling.behavior.scaleDown.policies: Required value: say at least one, or leave it out",
			},
		},
		"Metrics": {
			reason: "Every type of metric, with every target that it may have.",
			option: `{"maxReplicas": 5, "metrics": [
				{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 400}}},
				{"type": "ContainerResource", "containerResource": {"name": "memory", "container": "istio-proxy", "target": {"type": "AverageValue", "averageValue": "64Mi"}}},
				{"type": "Pods", "pods": {"metric": {"name": "http:rps_5m"}, "target": {"type": "AverageValue", "averageValue": 30}}},
				{"type": "Object", "object": {"describedObject": {"kind": "Service", "name": "shop"}, "metric": {"name": "rps"}, "target": {"type": "Value", "value": "0.5"}}},
				{"type": "Object", "object": {"describedObject": {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "name": "shop"}, "metric": {"name": "rps"}, "target": {"type": "AverageValue", "averageValue": 1}}},
				{"type": "External", "external": {"metric": {"name": "depth", "selector": {"matchExpressions": [{"key": "queue", "operator": "Exists"}]}}, "target": {"type": "Value", "value": "1k"}}}]}`,
		},
		"MetricsEmpty": {
			reason: "Nothing is not what somebody means.",
			option: `{"maxReplicas": 5, "metrics": []}`,
			want:   []string{"spec.autoscaling.metrics: Required value: say at least one, or leave it out"},
		},
		"MetricsTooMany": {
			reason: "They are told by their number.",
			option: `{"maxReplicas": 5, "metrics": [{}` + strings.Repeat(", {}", 10) + `]}`,
			want:   []string{"spec.autoscaling.metrics: Too many: 11: must have at most 10 items"},
		},
		"MetricTypes": {
			reason: "A type names the one field that there is.",
			option: `{"maxReplicas": 5, "metrics": [{}, {"type": "Pod"}, {"type": "Pods"}, {"type": "External", "pods": {"metric": {"name": "a"}, "target": {"type": "AverageValue", "averageValue": 1}}}]}`,
			want: []string{
				"spec.autoscaling.metrics[0].type: Required value: say which: Resource, ContainerResource, Pods, Object, External",
				`spec.autoscaling.metrics[1].type: Unsupported value: "Pod": supported values: "Resource", "ContainerResource", "Pods", "Object", "External"`,
				"spec.autoscaling.metrics[2].pods: Required value: say what is measured",
				"spec.autoscaling.metrics[3].pods: Forbidden: is for type Pods only",
				"spec.autoscaling.metrics[3].external: Required value: say what is measured",
			},
		},
		"MetricTargets": {
			reason: "So does the type of a target, and percents are of a request.",
			option: `{"maxReplicas": 5, "metrics": [
				{"type": "Pods", "pods": {"metric": {"name": "a"}, "target": {"type": "Utilization", "averageUtilization": 50}}},
				{"type": "External", "external": {"metric": {"name": "a"}, "target": {"type": "Value", "averageValue": 1}}},
				{"type": "External", "external": {"metric": {"name": "a"}}},
				{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 0}}}]}`,
			want: []string{
				`spec.autoscaling.metrics[0].pods.target.type: Unsupported value: "Utilization": supported values: "AverageValue"`,
				"spec.autoscaling.metrics[1].external.target.value: Required value: say how much",
				"spec.autoscaling.metrics[1].external.target.averageValue: Forbidden: is for type AverageValue only",
				"spec.autoscaling.metrics[2].external.target.type: Required value: say which: Value, AverageValue",
				"spec.autoscaling.metrics[3].resource.target.averageUtilization: Invalid value: 0: must be between 1 and 2147483647, inclusive",
			},
		},
		"MetricAmounts": {
			reason: "What is no amount, or none, is told before anything else, because some are not safe to read.",
			option: `{"maxReplicas": 500, "metrics": [
				{"type": "External", "external": {"metric": {"name": "a"}, "target": {"type": "Value", "value": "1e-999999999"}}},
				{"type": "External", "external": {"metric": {"name": "a"}, "target": {"type": "Value", "value": 0}}},
				{"type": "External", "external": {"metric": {"name": "a"}, "target": {"type": "Value", "value": 0.5}}},
				{"type": "External", "external": {"metric": {"name": "a"}, "target": {"type": "Value", "value": "0"}}},
				{"type": "External", "external": {"metric": {"name": "a"}, "target": {"type": "Value", "value": -1}}},
				{"type": "External", "external": {"metric": {"name": "a"}, "target": {"type": "AverageValue", "averageValue": {}}}},
				{"type": "External", "external": "a"}, "a"]}`,
			want: []string{
				`spec.autoscaling.metrics[0].external.target.value: Invalid value: "1e-999999999": must be a quantity such as 30, 500m or 256Mi`,
				`spec.autoscaling.metrics[1].external.target.value: Invalid value: 0: must be more than 0`,
				`spec.autoscaling.metrics[2].external.target.value: Invalid value: 0.5: must be a quantity such as 30, 500m or 256Mi`,
				`spec.autoscaling.metrics[3].external.target.value: Invalid value: "0": must be more than 0`,
				`spec.autoscaling.metrics[4].external.target.value: Invalid value: -1: must be a quantity such as 30, 500m or 256Mi`,
				`spec.autoscaling.metrics[5].external.target.averageValue: Invalid value: "object": must be a quantity such as 30, 500m or 256Mi`,
			},
		},
		"MetricNames": {
			reason: "What is measured has a name that Kubernetes can ask for.",
			option: `{"maxReplicas": 5, "metrics": [
				{"type": "Resource", "resource": {"name": "nvidia.com/gpu", "target": {"type": "AverageValue", "averageValue": 1}}},
				{"type": "ContainerResource", "containerResource": {"name": "cpu", "target": {"type": "AverageValue", "averageValue": 1}}},
				{"type": "ContainerResource", "containerResource": {"name": "cpu", "container": "My_App", "target": {"type": "AverageValue", "averageValue": 1}}},
				{"type": "Pods", "pods": {"metric": {"name": "a/b"}, "target": {"type": "AverageValue", "averageValue": 1}}},
				{"type": "External", "external": {"metric": {"name": "..", "selector": {"matchLabels": {"a b": "c"}}}, "target": {"type": "Value", "value": 1}}},
				{"type": "Object", "object": {"target": {"type": "Value", "value": 1}}},
				{"type": "Object", "object": {"describedObject": {"apiVersion": "a/b/c", "kind": "In gress", "name": "A"}, "metric": {"name": "a"}, "target": {"type": "Value", "value": 1}}}]}`,
			want: []string{
				`spec.autoscaling.metrics[0].resource.name: Unsupported value: "nvidia.com/gpu": supported values: "cpu", "memory"`,
				"spec.autoscaling.metrics[1].containerResource.container: Required value: say which container of the pods: app is the one that runs the image",
				`spec.autoscaling.metrics[2].containerResource.container: Invalid value: "My_App": must be at most 63 lower case letters, digits and dashes, starting and ending with a letter or digit`,
				`spec.autoscaling.metrics[3].pods.metric.name: Invalid value: "a/b": must be the name of a metric: at most 253 characters, without / and %`,
				`spec.autoscaling.metrics[4].external.metric.name: Invalid value: "..": must be the name of a metric: at most 253 characters, without / and %`,
				`spec.autoscaling.metrics[4].external.metric.selector.matchLabels: Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
				"spec.autoscaling.metrics[5].object.describedObject.kind: Required value: say which kind of object, for example Ingress",
				"spec.autoscaling.metrics[5].object.describedObject.name: Required value: say which object of the namespace",
				"spec.autoscaling.metrics[5].object.metric.name: Required value: say which metric",
				`spec.autoscaling.metrics[6].object.describedObject.apiVersion: Invalid value: "a/b/c": must be the version of a kind, after its group and a slash if it has one, for example networking.k8s.io/v1`,
				`spec.autoscaling.metrics[6].object.describedObject.kind: Invalid value: "In gress": must be the name of a kind: at most 63 letters, digits and dashes, starting with a letter`,
				`spec.autoscaling.metrics[6].object.describedObject.name: Invalid value: "A": must be the name of a In gress` + objectName,
			},
		},
		"TooManyPolicies": {
			reason: "They are told by their number.",
			option: `{"maxReplicas": 5, "behavior": {"scaleUp": {"policies": [{}` + strings.Repeat(", {}", 10) + `]}}}`,
			want:   []string{"spec.autoscaling.behavior.scaleUp.policies: Too many: 11: must have at most 10 items"},
		},
		"Unknown": {
			reason: "A slip of the pen is told.",
			option: `{"maxReplicas": 5, "maxreplicas": 6}`,
			want:   []string{`spec.autoscaling: Forbidden: unknown field "maxreplicas"`},
		},
		"Fraction": {
			reason: "There are no half replicas.",
			option: `{"maxReplicas": 2.5}`,
			want:   []string{"spec.autoscaling.maxReplicas: Invalid value: \"number\": must be a whole number"},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			errs := mistakes(webAppWith(`"autoscaling": ` + tc.option))
			if diff := cmp.Diff(tc.want, errs); diff != "" {
				t.Errorf("\n%s\nwebapp.Read(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestBudgetOfAutoscaled holds that it is the least number of replicas by which
// there is a budget.
func TestBudgetOfAutoscaled(t *testing.T) {
	for option, want := range map[string]bool{
		`{"maxReplicas": 5}`:                   false,
		`{"minReplicas": 1, "maxReplicas": 5}`: false,
		`{"minReplicas": 2, "maxReplicas": 5}`: true,
	} {
		if _, got := run(t, autoscaled(option)).GetDesired().GetResources()[child.KeyBudget]; got != want {
			t.Errorf("autoscaling %s: want a PodDisruptionBudget: %t, got %t", option, want, got)
		}
	}
}

// TestUnmeasurable holds that an autoscaler which cannot work is told of.
func TestUnmeasurable(t *testing.T) {
	const but = "The WebApp is valid and no other object is in its way. Its autoscaler measures use of "

	cases := map[string]struct {
		reason    string
		resources string
		option    string
		want      string

		// then is what comes of it, but for what comes of nothing else being followed.
		then string
	}{
		"Nothing": {
			reason:    "Nobody asks for anything.",
			resources: `{}`,
			option:    `{"maxReplicas": 5, "targetCPUUtilizationPercentage": 60, "targetMemoryUtilizationPercentage": 60}`,
			want:      but + "cpu and memory against",
		},
		"Other": {
			reason:    "A request for memory says nothing of the CPU.",
			resources: `{"requests": {"memory": "64Mi"}}`,
			option:    `{"maxReplicas": 5}`,
			want:      but + "cpu against",
		},
		"Request": {
			reason:    "There is a request.",
			resources: `{"requests": {"cpu": "50m"}}`,
			option:    `{"maxReplicas": 5}`,
			want:      valid,
		},
		"Container": {
			reason:    "So does a metric of the container, which is told of once.",
			resources: `{}`,
			option:    `{"maxReplicas": 5, "targetCPUUtilizationPercentage": 60, "metrics": [{"type": "ContainerResource", "containerResource": {"name": "cpu", "container": "app", "target": {"type": "Utilization", "averageUtilization": 60}}}]}`,
			want:      but + "cpu against",
		},
		"Another": {
			reason:    "What others have added to the pods, they know.",
			resources: `{}`,
			option:    `{"maxReplicas": 5, "metrics": [{"type": "ContainerResource", "containerResource": {"name": "cpu", "container": "mesh", "target": {"type": "Utilization", "averageUtilization": 60}}}]}`,
			want:      valid,
		},
		"Sidecar": {
			reason:    "What runs beside the application counts with it, and what runs before it does not.",
			resources: `{}`,
			option:    `{"maxReplicas": 5}, "resources": {"requests": {"cpu": "50m"}}, "initContainers": [{"name": "migrate", "image": "a:1"}, {"name": "mesh", "image": "a:1", "restartPolicy": "Always"}]`,
			want:      but + "cpu of container mesh against",
		},
		"SidecarLeftOut": {
			reason:    "But not where the application alone is measured.",
			resources: `{}`,
			option:    `{"maxReplicas": 5, "metrics": [{"type": "ContainerResource", "containerResource": {"name": "cpu", "container": "app", "target": {"type": "Utilization", "averageUtilization": 60}}}]}, "resources": {"requests": {"cpu": "50m"}}, "initContainers": [{"name": "mesh", "image": "a:1", "restartPolicy": "Always"}]`,
			want:      valid,
		},
		"Partly": {
			reason:    "Kubernetes scales up by what it can measure, and down by all or nothing.",
			resources: `{"requests": {"memory": "64Mi"}}`,
			option:    `{"maxReplicas": 5, "targetCPUUtilizationPercentage": 60, "targetMemoryUtilizationPercentage": 60}`,
			want:      but + "cpu against",
			then:      "it scales up by what else it follows, and never down.",
		},
		"Amount": {
			reason:    "An amount is no share of a request.",
			resources: `{}`,
			option:    `{"maxReplicas": 5, "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "AverageValue", "averageValue": "500m"}}}]}`,
			want:      valid,
		},
		"External": {
			reason:    "Nor is what is measured elsewhere, and nothing follows the CPU then.",
			resources: `{}`,
			option:    `{"maxReplicas": 5, "metrics": [{"type": "External", "external": {"metric": {"name": "depth"}, "target": {"type": "Value", "value": 30}}}]}`,
			want:      valid,
		},
		"Limit": {
			reason:    "A limit is a request where there is none.",
			resources: `{"limits": {"cpu": 1}}`,
			option:    `{"maxReplicas": 5}`,
			want:      valid,
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			input := strings.TrimSuffix(autoscalingOn, "}") + `, "defaults": {"resources": ` + tc.resources + `}}`
			condition := run(t, autoscaled(tc.option, withInput(input))).GetConditions()[0]

			then := tc.then
			if then == "" && tc.want != valid {
				then = "it can only hold minReplicas and maxReplicas."
			}

			if !strings.HasPrefix(condition.GetMessage(), tc.want) || !strings.HasSuffix(condition.GetMessage(), then) || (tc.want == valid) != (condition.GetMessage() == valid) || condition.GetReason() != "Accepted" {
				t.Errorf("\n%s\nwant the condition to say %q, got %s: %q", tc.reason, tc.want, condition.GetReason(), condition.GetMessage())
			}
		})
	}
}
