package fn

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	"github.com/crossplane/function-sdk-go/resource"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/child"
	"github.com/webapp-operator/function-webapp/fn/platform"
	"github.com/webapp-operator/function-webapp/fn/pod"
	"github.com/webapp-operator/function-webapp/fn/value"
)

// withNamespaceDefaults is Crossplane's answer: a ConfigMap with these defaults.
func withNamespaceDefaults(yaml string) func(*fnv1.RunFunctionRequest) {
	written, err := json.Marshal(yaml)
	if err != nil {
		panic(err)
	}

	return withRequired(platform.NamespaceRequirement, `{"metadata": {"name": "webapp-defaults"}, "data": {"defaults.yaml": `+string(written)+`, "README": "x"}}`)
}

// defaultNames are those of all defaults, in their order.
func defaultNames() []string {
	var names []string

	for _, f := range pod.Fields {
		if f.Default() != nil {
			names = append(names, f.Name)
		}
	}

	for _, c := range child.All {
		if c.Default != nil {
			names = append(names, c.Option.Name)
		}
	}

	return names
}

// TestNamespaceDefaults holds which defaults a WebApp has, and what is said of where
// they come from.
func TestNamespaceDefaults(t *testing.T) {
	const (
		defaults = `"defaults": {"resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}}}`
		on       = `"namespaceDefaults": true, ` + defaults
	)

	type want struct {
		asks       bool
		resources  string
		spread     int
		annotation any

		// refusal is what is wrong.
		refusal string
	}

	wrong := func(what string) want {
		return want{asks: true, refusal: "defaults.yaml of ConfigMap webapp-defaults in namespace acme: " + what}
	}

	composition := want{
		asks: true, spread: 2,
		resources:  `{"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}}`,
		annotation: "resources.limits.memory, resources.requests.cpu, resources.requests.memory from the Composition",
	}

	cases := map[string]struct {
		reason string
		req    *fnv1.RunFunctionRequest
		want   want
	}{
		"Off": {
			reason: "Where it is off, nothing is asked for and nothing said.",
			req:    request(shop, withInput(inputWith(defaults)), withNamespaceDefaults("resources: {requests: {cpu: 1}}")),
			want:   want{resources: composition.resources, spread: 2},
		},
		"NotAnsweredYet": {
			reason: "Until Crossplane has answered there are those of the Composition. It calls again.",
			req:    request(shop, withInput(inputWith(on))),
			want:   composition,
		},
		"None": {
			reason: "A namespace without defaults has those of the Composition.",
			req:    request(shop, withInput(inputWith(on)), withRequired(platform.NamespaceRequirement)),
			want:   composition,
		},
		"Empty": {
			reason: "So has one that says nothing.",
			req:    request(shop, withInput(inputWith(on)), withNamespaceDefaults("# nothing yet\n")),
			want:   composition,
		},
		"Over": {
			reason: "Those of the namespace go before those of the Composition, one by one, which give way where they do not go together.",
			req:    request(shop, withInput(inputWith(on)), withNamespaceDefaults("resources:\n  requests:\n    memory: 512Mi\n    ephemeral-storage: 1Gi\n")),
			want: want{
				asks: true, spread: 2,
				resources:  `{"requests": {"cpu": "100m", "memory": "512Mi", "ephemeral-storage": "1Gi"}, "limits": {"memory": "512Mi"}}`,
				annotation: "resources.requests.ephemeral-storage, resources.requests.memory from ConfigMap webapp-defaults; resources.limits.memory, resources.requests.cpu from the Composition",
			},
		},
		"Spread": {
			reason: "Everything that the input has for defaults can be said.",
			req:    request(shop, withInput(inputWith(`"namespaceDefaults": true`)), withNamespaceDefaults("topologySpread: {disabled: true}")),
			want:   want{asks: true, annotation: "topologySpread.disabled from ConfigMap webapp-defaults"},
		},
		"Under": {
			reason: "What the WebApp says goes before both, and is nobody's default.",
			req: request(webAppWith(`"resources": {"requests": {"cpu": "2", "memory": "64Mi"}}`),
				withInput(inputWith(on)), withNamespaceDefaults("resources: {requests: {cpu: 1}}")),
			want: want{
				asks: true, spread: 2,
				resources:  `{"requests": {"cpu": "2", "memory": "64Mi"}, "limits": {"memory": "256Mi"}}`,
				annotation: "resources.limits.memory from the Composition",
			},
		},
		"Hosts": {
			reason: "Who names a host of its own, or several, has none by default; what adds up is there all the same.",
			req: request(webAppWith(`"ingress": {"hosts": ["shop.com"]}, "networkPolicy": {"ingress": []}`), withInput(inputWith(`"features": ["ingress", "networkPolicy"], "namespaceDefaults": true`)),
				withNamespaceDefaults(`{ingress: {host: "{name}.acme.com", always: true}, httpRoute: {hostname: "{name}.acme.com"}, networkPolicy: {ingress: [], egress: []}}`)),
			want: want{asks: true, spread: 2, annotation: "ingress.always, networkPolicy.egress, networkPolicy.ingress from ConfigMap webapp-defaults"},
		},
		"NoHosts": {
			reason: "An empty list of hosts names none.",
			req: request(webAppWith(`"ingress": {"hosts": []}`), withInput(inputWith(`"features": ["ingress"], "namespaceDefaults": true`)),
				withNamespaceDefaults(`{ingress: {host: "{name}.acme.com"}}`)),
			want: want{asks: true, spread: 2, annotation: "ingress.host from ConfigMap webapp-defaults"},
		},
		"ForAllButOff": {
			reason: "A namespace gives to all what the platform team has switched on.",
			req:    request(shop, withInput(inputWith(on)), withNamespaceDefaults(`{ingress: {host: "{name}.acme.com", always: true}}`)),
			want:   wrong("ingress: Forbidden: is for all WebApps, and feature ingress is off: add ingress to features, and apply install/rbac.yaml of the function"),
		},
		"NoDefaults": {
			reason: "Where there are no defaults, nothing is said.",
			req:    request(shop, withInput(inputWith(`"namespaceDefaults": true`)), withRequired(platform.NamespaceRequirement)),
			want:   want{asks: true, spread: 2},
		},
		"NoKey": {
			reason: "A ConfigMap that does nothing is worse than none.",
			req:    request(shop, withInput(inputWith(on)), withRequired(platform.NamespaceRequirement, `{"data": {"defaults.yml": "x"}}`)),
			want:   wrong("there is no such key: put the defaults there, or delete the ConfigMap"),
		},
		"NotYAML": {
			reason: "It must be YAML.",
			req:    request(shop, withInput(inputWith(on)), withNamespaceDefaults("resources: {")),
			want:   wrong("must be YAML: yaml: line 1: did not find expected node content"),
		},
		"Twice": {
			reason: "Nobody knows which of two counts.",
			req:    request(shop, withInput(inputWith(on)), withNamespaceDefaults("resources: {}\nresources: {}")),
			want:   wrong(`must be YAML: yaml: unmarshal errors: line 2: key "resources" already set in map`),
		},
		"NoObject": {
			reason: "It must be an object.",
			req:    request(shop, withInput(inputWith(on)), withNamespaceDefaults("- resources")),
			want:   wrong("must be an object as defaults is in the input, such as resources: {requests: {cpu: 100m}}"),
		},
		"NotJSON": {
			reason: "It must be what JSON can say.",
			req:    request(shop, withInput(inputWith(on)), withNamespaceDefaults("a: .inf")),
			want:   wrong("must be YAML: json: unsupported value: +Inf"),
		},
		"Long": {
			reason: "There is not so much to say.",
			req:    request(shop, withInput(inputWith(on)), withNamespaceDefaults("# "+strings.Repeat("x", 16<<10))),
			want:   wrong("must have at most 16384 bytes"),
		},
		"Wrong": {
			reason: "It is checked as the input is.",
			req:    request(shop, withInput(inputWith(on)), withNamespaceDefaults("resources: {requests: {cpu: lots}}\nreplicas: 3\npolicy: {}")),
			want: wrong("policy: Forbidden: unknown field: known here are " + strings.Join(defaultNames(), ", ") +
				"; replicas: Forbidden: unknown field: known here are " + strings.Join(defaultNames(), ", ") +
				`; resources.requests[cpu]: Invalid value: "lots": must be a quantity such as 100m, 0.5 or 128Mi`),
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			rsp := run(t, tc.req)
			_, asks := rsp.GetRequirements().GetResources()[platform.NamespaceRequirement]
			got := want{asks: asks}

			if c := rsp.GetConditions()[0]; c.GetReason() == string(v1.ReasonInvalidDefaults) {
				got.refusal = c.GetMessage()
			}

			if deployment := rsp.GetDesired().GetResources()[child.KeyDeployment].GetResource(); deployment != nil {
				template := value.Dig(deployment.GetFields()["spec"], "template", "spec")
				got.spread = len(value.Dig(template, "topologySpreadConstraints").GetListValue().GetValues())

				if a := value.Dig(deployment.GetFields()["metadata"], "annotations", "example.com/defaults"); a != nil {
					got.annotation = a.GetStringValue()
				}

				var resources any
				if tc.want.resources != "" {
					resources = resource.MustStructJSON(tc.want.resources).AsMap()
				}

				if diff := cmp.Diff(resources, value.Dig(pod.Container(deployment), "resources").AsInterface()); diff != "" {
					t.Errorf("\n%s\nresources: -want, +got:\n%s", tc.reason, diff)
				}

				got.resources = tc.want.resources
			}

			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("\n%s\nRunFunction(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestNamespaceDefaultsPolicy holds that a policy is over defaults, and that nobody
// is refused before they are known: Crossplane does not call again then.
func TestNamespaceDefaultsPolicy(t *testing.T) {
	input := withInput(inputWith(`"namespaceDefaults": true, "policy": {"maxResources": {"limits": {"memory": "1Gi"}}}`))

	for name, tc := range map[string]struct {
		reason string
		req    *fnv1.RunFunctionRequest
		want   v1.Reason
	}{
		"NotAnsweredYet": {"The limit may be a default of the namespace.", request(shop, input), v1.ReasonAccepted},
		"None":           {"There is no limit.", request(shop, input, withRequired(platform.NamespaceRequirement)), v1.ReasonPolicyViolation},
		"Kept":           {"There is one.", request(shop, input, withNamespaceDefaults("resources: {limits: {memory: 1Gi}}")), v1.ReasonAccepted},
		"Broken":         {"There is one that is too much.", request(shop, input, withNamespaceDefaults("resources: {limits: {memory: 2Gi}}")), v1.ReasonPolicyViolation},
	} {
		t.Run(name, func(t *testing.T) {
			if got := run(t, tc.req).GetConditions()[0]; got.GetReason() != string(tc.want) {
				t.Errorf("\n%s\nwant %s, got %v", tc.reason, tc.want, got)
			}
		})
	}
}

// TestEverythingSet holds that tests of a platform team that sets all it can have
// every default.
func TestEverythingSet(t *testing.T) {
	set := resource.MustStructJSON(everythingSet).GetFields()["defaults"]

	for _, name := range defaultNames() {
		if value.Dig(set, name) == nil {
			t.Errorf("everythingSet has no defaults.%s", name)
		}
	}
}
