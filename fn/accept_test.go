package fn

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/crossplane/function-sdk-go/resource"

	"github.com/webapp-operator/function-webapp/fn/child"
	"github.com/webapp-operator/function-webapp/fn/platform"
)

// TestRefusedByKubernetes holds that what the API server would refuse of a child is
// refused at the WebApp, by the name of its field. test/validation looks for more.
func TestRefusedByKubernetes(t *testing.T) {
	const (
		peer  = "set webApp alone, ipBlock alone, or podSelector, namespaceSelector or both"
		bytes = "must be whole bytes: m is a thousandth of a byte, so that Mi may be meant"
		share = "must be a whole number without quotes, or percents from 0% to 100%, such as 50%"
	)

	cases := map[string]struct {
		reason string
		args   string
		want   []string
	}{
		"Protocol": {
			reason: "Protocols are upper case.",
			args:   `"networkPolicy": {"ingress": [{"ports": [{"port": 80, "protocol": "tcp"}]}], "egress": [{"ports": [{"protocol": "ICMP"}, {"protocol": "SCTP"}]}]}`,
			want: []string{
				`spec.networkPolicy.ingress[0].ports[0].protocol: Unsupported value: "tcp": supported values: "TCP", "UDP", "SCTP"`,
				`spec.networkPolicy.egress[0].ports[0].protocol: Unsupported value: "ICMP": supported values: "TCP", "UDP", "SCTP"`,
			},
		},
		"PolicyPort": {
			reason: "Ports begin at 1, and a range with a number that is not above its end.",
			args: `"networkPolicy": {"ingress": [{"ports": [{"port": 0}, {"endPort": 90}, {"port": 90, "endPort": 80}, {"port": "http", "endPort": 90}, {"port": "80"}, {"port": 80, "endPort": 65536}]}],
				"egress": [{"ports": [{"port": 80, "endPort": 80}, {"port": "http"}, {}]}]}`,
			want: []string{
				"spec.networkPolicy.ingress[0].ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive",
				"spec.networkPolicy.ingress[0].ports[1].port: Required value: say with which port the range begins that ends with endPort",
				"spec.networkPolicy.ingress[0].ports[2].endPort: Invalid value: 80: must not be below port",
				"spec.networkPolicy.ingress[0].ports[3].endPort: Forbidden: is for a range of ports, which begins with a number",
				`spec.networkPolicy.ingress[0].ports[4].port: Invalid value: "80": must be a number from 1 to 65535 without quotes, or the name of a port: it must contain at least one letter (a-z)`,
				"spec.networkPolicy.ingress[0].ports[5].endPort: Invalid value: 65536: must be between 1 and 65535, inclusive",
			},
		},
		"Peer": {
			reason: "A peer is addresses or pods.",
			args:   `"networkPolicy": {"ingress": [{"from": [{}, {"podSelector": {}, "ipBlock": {"cidr": "10.0.0.0/8"}}]}], "egress": [{"to": [{"podSelector": {}, "namespaceSelector": {}}, {"ipBlock": {"cidr": ""}}]}]}`,
			want: []string{
				"spec.networkPolicy.ingress[0].from[0]: Required value: " + peer,
				"spec.networkPolicy.ingress[0].from[1].ipBlock: Forbidden: " + peer,
				"spec.networkPolicy.egress[0].to[1].ipBlock.cidr: Required value: say which addresses are meant, for example 10.0.0.0/8",
			},
		},
		"Selector": {
			reason: "Selectors are Kubernetes' own.",
			args:   `"networkPolicy": {"ingress": [{"from": [{"podSelector": {"matchExpressions": [{"key": "a", "operator": "in", "values": ["b"]}, {"key": "a", "operator": "In"}]}}]}]}`,
			want: []string{
				`spec.networkPolicy.ingress[0].from[0].podSelector.matchExpressions[0].operator: Invalid value: "in": not a valid selector operator`,
				"spec.networkPolicy.ingress[0].from[0].podSelector.matchExpressions[1].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
			},
		},
		"Addresses": {
			reason: "One address is a range, too, and what is left out of a range is in it.",
			args: `"networkPolicy": {"ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.1", "except": ["10.0.0.1/32"]}},
				{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["11.0.0.0/16", "10.0.0.0/8", "10.1.0.0/16", "a"]}}]}]}`,
			want: []string{
				`spec.networkPolicy.ingress[0].from[0].ipBlock.cidr: Invalid value: "10.0.0.1": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)`,
				`spec.networkPolicy.ingress[0].from[1].ipBlock.except[0]: Invalid value: "11.0.0.0/16": must be within cidr, and less than all of it`,
				`spec.networkPolicy.ingress[0].from[1].ipBlock.except[1]: Invalid value: "10.0.0.0/8": must be within cidr, and less than all of it`,
				`spec.networkPolicy.ingress[0].from[1].ipBlock.except[3]: Invalid value: "a": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)`,
			},
		},
		"References": {
			reason: "No object has such a name: the Deployment would be refused, or its pods wait for ever.",
			args: `"envFrom": [{"configMapRef": {"name": "Shop"}}, {"secretRef": {"name": "a_b", "optional": true}}], "secretEnv": {"A": {"name": "A", "key": "a"}},
				"imagePullSecrets": [{"name": "A"}], "volumes": [{"name": "a", "mountPath": "/a", "persistentVolumeClaim": {"claimName": "A"}}],
				"ingress": {"host": "a.b", "ingressClassName": "A", "tls": {"secretName": "A"}}`,
			want: []string{
				`spec.envFrom[0].configMapRef.name: Invalid value: "Shop": must be the name of a ConfigMap` + objectName,
				`spec.envFrom[1].secretRef.name: Invalid value: "a_b": must be the name of a Secret` + objectName,
				`spec.secretEnv[A].name: Invalid value: "A": must be the name of a Secret` + objectName,
				`spec.volumes[0].persistentVolumeClaim.claimName: Invalid value: "A": must be the name of a PersistentVolumeClaim` + objectName,
				`spec.imagePullSecrets[0].name: Invalid value: "A": must be the name of a Secret` + objectName,
				`spec.ingress.ingressClassName: Invalid value: "A": must be the name of a class of Ingresses` + objectName,
				`spec.ingress.tls.secretName: Invalid value: "A": must be the name of a Secret` + objectName,
			},
		},
		"ProjectedTwice": {
			reason: "Two files cannot have one path, however it is written. In two volumes they can.",
			args: `"volumes": [
				{"name": "a", "mountPath": "/a", "projected": {"sources": [
					{"configMap": {"name": "a", "items": [{"key": "a", "path": "a/b"}, {"key": "b", "path": "./a//b"}]}},
					{"serviceAccountToken": {"path": "token"}}, {"secret": {"name": "a", "items": [{"key": "a", "path": "token"}]}},
					{"downwardAPI": {"items": [{"path": "a/b", "fieldRef": {"fieldPath": "metadata.name"}}]}}]}},
				{"name": "b", "mountPath": "/b", "projected": {"sources": [{"serviceAccountToken": {"path": "token"}}]}}]`,
			want: []string{
				`spec.volumes[0].projected.sources[0].configMap.items[1].path: Duplicate value: "./a//b"`,
				`spec.volumes[0].projected.sources[2].secret.items[0].path: Duplicate value: "token"`,
				`spec.volumes[0].projected.sources[3].downwardAPI.items[0].path: Duplicate value: "a/b"`,
			},
		},
		"FieldOfPod": {
			reason: "The key of a label is one that a label may have, and that of an annotation may have capitals.",
			args: `"volumes": [{"name": "a", "mountPath": "/a", "projected": {"sources": [{"downwardAPI": {"items": [
				{"path": "a", "fieldRef": {"fieldPath": "metadata.annotations['A/b']"}}, {"path": "b", "fieldRef": {"fieldPath": "metadata.labels['A/b']"}}]}}]}}]`,
			want: []string{
				`spec.volumes[0].projected.sources[0].downwardAPI.items[1].fieldRef.fieldPath: Invalid value: "metadata.labels['A/b']": the key prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
			},
		},
		"Thousandths": {
			reason: "Half a byte is a slip of the pen. Of a processor it is not.",
			args: `"resources": {"requests": {"memory": "100u", "cpu": "512m"}, "limits": {"memory": "512m", "ephemeral-storage": "0.5", "cpu": "1.5"}},
				"volumes": [{"name": "a", "mountPath": "/a", "emptyDir": {"sizeLimit": "512m"}}, {"name": "b", "mountPath": "/b", "emptyDir": {"sizeLimit": "1.5Gi"}}]`,
			want: []string{
				`spec.volumes[0].emptyDir.sizeLimit: Invalid value: "512m": ` + bytes,
				`spec.resources.requests[memory]: Invalid value: "100u": ` + bytes,
				`spec.resources.limits[ephemeral-storage]: Invalid value: "0.5": ` + bytes,
				`spec.resources.limits[memory]: Invalid value: "512m": ` + bytes,
			},
		},
		"Resources": {
			reason: "What cannot be shared is counted, and pages have a size.",
			args:   `"resources": {"limits": {"nvidia.com/gpu": "0.5", "hugepages-2Mi": "3Mi", "hugepages-a": "1", "requests.a/b": "1", "cpu": 1}}`,
			want: []string{
				`spec.resources.limits[hugepages-2Mi]: Invalid value: "3Mi": must be a multiple of 2Mi, which is the size of a page`,
				`spec.resources.limits[hugepages-a]: Unsupported value: "hugepages-a": supported values: "cpu", "memory", "ephemeral-storage", "hugepages-<size>", "<domain>/<name>"`,
				`spec.resources.limits[nvidia.com/gpu]: Invalid value: "0.5": must be a whole number`,
				`spec.resources.limits[requests.a/b]: Unsupported value: "requests.a/b": supported values: "cpu", "memory", "ephemeral-storage", "hugepages-<size>", "<domain>/<name>"`,
			},
		},
		"BudgetInQuotes": {
			reason: "A number in quotes is no percentage.",
			args:   `"podDisruptionBudget": {"minAvailable": "1"}`,
			want:   []string{`spec.podDisruptionBudget.minAvailable: Invalid value: "1": ` + share},
		},
		"BudgetPercent": {
			reason: "Percents are whole, and not more than all.",
			args:   `"podDisruptionBudget": {"minAvailable": "5.5%", "maxUnavailable": "150%"}`,
			want: []string{
				"spec.podDisruptionBudget.maxUnavailable: Forbidden: set minAvailable or maxUnavailable, not both",
				`spec.podDisruptionBudget.minAvailable: Invalid value: "5.5%": ` + share,
				`spec.podDisruptionBudget.maxUnavailable: Invalid value: "150%": ` + share,
			},
		},
		"BudgetNegative": {
			reason: "Less than none is nothing.",
			args:   `"podDisruptionBudget": {"maxUnavailable": -1}`,
			want:   []string{`spec.podDisruptionBudget.maxUnavailable: Invalid value: "-1": ` + share},
		},
		"Budget": {
			reason: "Numbers and percents are right.",
			args:   `"podDisruptionBudget": {"minAvailable": "0%"}`,
		},
		"AnyPath": {
			reason: "What the controller takes is for it to say, but for the slash that Kubernetes wants.",
			args:   `"ingress": {"host": "a.b", "path": "shop(/|$)(.*)", "pathType": "ImplementationSpecific"}`,
			want:   []string{`spec.ingress.path: Invalid value: "shop(/|$)(.*)": must begin with a slash`},
		},
		"Address": {
			reason: "Kubernetes wants a name.",
			args:   `"ingress": {"host": "10.0.0.1"}`,
			want:   []string{`spec.ingress.host: Invalid value: "10.0.0.1": must be a name, not an IP address`},
		},
		"Regex": {
			reason: "A regular expression goes with its annotation.",
			args:   `"ingress": {"host": "a.b", "path": "/shop(/|$)(.*)", "pathType": "ImplementationSpecific", "annotations": {"nginx.ingress.kubernetes.io/rewrite-target": "/$2"}}`,
		},
		"AnyPathTooLong": {
			reason: "It is bounded all the same.",
			args:   `"ingress": {"host": "a.b", "path": "/` + strings.Repeat("a", 1024) + `", "pathType": "ImplementationSpecific"}`,
			want:   []string{"spec.ingress.path: Too long: may not have more than 1024 characters"},
		},
		"Annotations": {
			reason: "Kubernetes bounds all annotations of an object together.",
			args:   `"service": {"annotations": {` + many(17) + `}}`,
			want:   []string{`spec.service.annotations: Invalid value: "278681 bytes": keys and values together may not have more than 262144 bytes, which is all that Kubernetes takes`},
		},
		"TooManyAnnotations": {
			reason: "Their number is bounded.",
			args:   `"ingress": {"host": "a.b", "annotations": {` + many(51) + `}}`,
			want:   []string{"spec.ingress.annotations: Too many: 51: must have at most 50 items"},
		},
		"Parents": {
			reason: "A Gateway's names are checked where it has been defined.",
			args: `"httpRoute": {"parentRefs": [{"name": "a", "group": "A_b", "kind": "1", "namespace": "a.b", "sectionName": "A", "port": 0}, {"name": "b", "sectionName": "http"}, {"name": "b"},
				{"name": "c", "sectionName": "http"}, {"name": "c", "sectionName": "https"}, {"name": "b", "namespace": "edge"}]}`,
			want: []string{
				`spec.httpRoute.parentRefs[0].group: Invalid value: "A_b": must be what Kubernetes takes for a group: letters, digits and dashes, starting and ending with a letter or digit`,
				`spec.httpRoute.parentRefs[0].kind: Invalid value: "1": must be what Kubernetes takes for a kind: letters, digits and dashes, starting and ending with a letter or digit`,
				`spec.httpRoute.parentRefs[0].namespace: Invalid value: "a.b": must be what Kubernetes takes for a namespace: letters, digits and dashes, starting and ending with a letter or digit`,
				`spec.httpRoute.parentRefs[0].sectionName: Invalid value: "A": must be what Kubernetes takes for a sectionName: letters, digits and dashes, starting and ending with a letter or digit`,
				"spec.httpRoute.parentRefs[0].port: Invalid value: 0: must be between 1 and 65535, inclusive",
				`spec.httpRoute.parentRefs[2].sectionName: Invalid value: "": must name another listener than each other parentRef to the same Gateway, which must name one, too`,
			},
		},
		"Bounds": {
			reason: "An HTTPRoute has no more of each.",
			args:   `"httpRoute": {"hostnames": [` + strings.TrimSuffix(strings.Repeat(`"a.b",`, 17), ",") + `]}`,
			want:   []string{"spec.httpRoute.hostnames: Too many: 17: must have at most 16 items"},
		},
		"ParentBounds": {
			reason: "An HTTPRoute has no more of each.",
			args:   `"httpRoute": {"parentRefs": [` + strings.TrimSuffix(strings.Repeat(`{"name": "a"},`, 33), ",") + `]}`,
			want:   []string{"spec.httpRoute.parentRefs: Too many: 33: must have at most 32 items"},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, mistakes(webAppWith(tc.args))); diff != "" {
				t.Errorf("\n%s\nwebapp.Read(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// many are annotations as long as one may be.
func many(n int) string {
	var all []string
	for i := range n {
		all = append(all, `"a`+strings.Repeat("b", i)+`": "`+strings.Repeat("😀", 4096)+`"`)
	}

	return strings.Join(all, ", ")
}

// TestFits holds what a WebApp and the platform team may not say together.
func TestFits(t *testing.T) {
	cases := map[string]struct{ reason, fields, settings, want string }{
		"Class": {
			reason:   "Kubernetes refuses an Ingress that names its controller twice.",
			fields:   `"ingress": {"host": "a.b", "ingressClassName": "nginx"}`,
			settings: `"annotations": {"kubernetes.io/ingress.class": "nginx"}`,
			want:     "the WebApp is wrong: spec.ingress.ingressClassName: Forbidden: annotation kubernetes.io/ingress.class names the controller already, in spec.ingress.annotations or for all in the input of the Composition's step: leave one of them out",
		},
		"DefaultClass": {
			reason:   "A default gives way to the annotation of a WebApp.",
			fields:   `"ingress": {"host": "a.b", "annotations": {"kubernetes.io/ingress.class": "nginx"}}`,
			settings: `"defaults": {"ingress": {"ingressClassName": "other"}}`,
			want:     "The WebApp is valid and no other object is in its way.",
		},
		"Pages": {
			reason:   "Kubernetes gives nobody large pages only.",
			fields:   `"resources": {"limits": {"hugepages-2Mi": "4Mi"}, "requests": {"hugepages-2Mi": "4Mi"}}`,
			settings: `"ttl": "10m"`,
			want:     "the WebApp is wrong: spec.resources.requests: Required value: who asks for hugepages must ask for cpu or memory, too",
		},
		"PagesAndMore": {
			reason:   "The platform team may say what else.",
			fields:   `"resources": {"limits": {"hugepages-2Mi": "4Mi"}, "requests": {"hugepages-2Mi": "4Mi"}}`,
			settings: `"defaults": {"resources": {"requests": {"memory": "64Mi"}}}`,
			want:     "The WebApp is valid and no other object is in its way.",
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			input := `{"apiVersion": "webapp.fn.example.com/v1beta1", "kind": "Input", "features": ["ingress"], ` + tc.settings + `}`

			rsp := run(t, request(webAppWith(tc.fields), withInput(input), withRequired(platform.GrantsRequirement, everythingGranted)))
			if got := rsp.GetConditions()[0].GetMessage(); got != tc.want {
				t.Errorf("\n%s\ncondition: want %q, got %q", tc.reason, tc.want, got)
			}
		})
	}
}

// TestBudget holds that no PodDisruptionBudget keeps a drain from going on, and that the
// WebApp is told where it asks for one that would.
func TestBudget(t *testing.T) {
	const (
		scaled = `"autoscaling": {"minReplicas": 2, "maxReplicas": 10}, `
		from1  = `"autoscaling": {"maxReplicas": 10}, `
		one    = "maxUnavailable: 1"
	)

	cases := map[string]struct {
		reason, fields string
		replicas       int
		// budget is what there is of it, and told what condition Accepted says more.
		budget, told string
	}{
		"Default":           {"One at a time.", ``, 2, `{"maxUnavailable": 1}`, ""},
		"DefaultSingle":     {"Nobody asked for one.", ``, 1, ``, ""},
		"DefaultScaled":     {"Nor here.", strings.TrimSuffix(from1, ", "), 2, ``, ""},
		"Disabled":          {"None is wanted.", `"podDisruptionBudget": {"disabled": true, "minAvailable": 2}`, 2, ``, ""},
		"RoundedUp":         {"75% of two are two.", `"podDisruptionBudget": {"minAvailable": "75%"}`, 2, `{"maxUnavailable": 1}`, "minAvailable would let none of 2 replicas go"},
		"RoundedUpScaled":   {"The least number counts.", scaled + `"podDisruptionBudget": {"minAvailable": "75%"}`, 8, `{"maxUnavailable": 1}`, "minAvailable would let none of 2 replicas go"},
		"All":               {"All are all.", `"podDisruptionBudget": {"minAvailable": "100%"}`, 10, `{"maxUnavailable": 1}`, "minAvailable would let none of 10 replicas go"},
		"AsMany":            {"As many as there are.", `"podDisruptionBudget": {"minAvailable": 3}`, 3, `{"maxUnavailable": 1}`, "minAvailable would let none of 3 replicas go"},
		"More":              {"More than there are.", `"podDisruptionBudget": {"minAvailable": 30}`, 3, `{"maxUnavailable": 1}`, "minAvailable would let none of 3 replicas go"},
		"None":              {"None may go.", `"podDisruptionBudget": {"maxUnavailable": 0}`, 3, `{"maxUnavailable": 1}`, "maxUnavailable would let none of 3 replicas go"},
		"NonePercent":       {"None may go.", `"podDisruptionBudget": {"maxUnavailable": "0%"}`, 3, `{"maxUnavailable": 1}`, "maxUnavailable would let none of 3 replicas go"},
		"Half":              {"One of two may go.", `"podDisruptionBudget": {"minAvailable": "50%"}`, 2, `{"minAvailable": "50%"}`, ""},
		"ThreeOfFour":       {"One of four may go.", `"podDisruptionBudget": {"minAvailable": "75%"}`, 4, `{"minAvailable": "75%"}`, ""},
		"OnePercent":        {"It is rounded up, too.", `"podDisruptionBudget": {"maxUnavailable": "1%"}`, 2, `{"maxUnavailable": "1%"}`, ""},
		"NoneMustStay":      {"All may go.", `"podDisruptionBudget": {"minAvailable": 0}`, 1, `{"minAvailable": 0}`, ""},
		"Single":            {"The only one may go.", `"podDisruptionBudget": {"maxUnavailable": 1}`, 1, `{"maxUnavailable": 1}`, ""},
		"SingleScaled":      {"There may be ten.", from1 + `"podDisruptionBudget": {"maxUnavailable": 1}`, 1, `{"maxUnavailable": 1}`, ""},
		"SingleStays":       {"One for nobody would lock its node.", `"podDisruptionBudget": {"minAvailable": 1}`, 1, ``, "minAvailable would let none of 1 replicas go, so that no node with one could ever be drained: it is left out"},
		"SingleStaysScaled": {"There may be ten, for which it is good.", from1 + `"podDisruptionBudget": {"minAvailable": 1}`, 1, `{"maxUnavailable": 1}`, one},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			req := request(webAppWith(strings.TrimPrefix(tc.fields+`, "port": 80`, ", ")), withInput(autoscalingOn), withRequired(platform.GrantsRequirement, autoscalingGranted))
			spec := req.GetObserved().GetComposite().GetResource().GetFields()["spec"].GetStructValue().GetFields()
			spec["replicas"] = structpb.NewNumberValue(float64(tc.replicas))
			// So that the autoscaler has nothing to remark.
			spec["resources"] = structpb.NewStructValue(resource.MustStructJSON(`{"requests": {"cpu": "1"}}`))

			rsp := run(t, req)

			var got map[string]any
			if budget := rsp.GetDesired().GetResources()[child.KeyBudget]; budget != nil {
				got, _ = budget.GetResource().GetFields()["spec"].AsInterface().(map[string]any)
				delete(got, "selector")
				delete(got, "unhealthyPodEvictionPolicy")
			}

			var want map[string]any
			if tc.budget != "" {
				want = resource.MustStructJSON(tc.budget).AsMap()
			}

			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("\n%s\nPodDisruptionBudget: -want, +got:\n%s", tc.reason, diff)
			}

			told := strings.TrimPrefix(rsp.GetConditions()[0].GetMessage(), valid)
			if !strings.Contains(told, tc.told) || tc.told == "" && told != "" || tc.told != "" && !strings.Contains(told, "spec.podDisruptionBudget.") {
				t.Errorf("\n%s\ncondition: want %q, got %q", tc.reason, tc.told, told)
			}
		})
	}
}

// TestAddress holds that status.url is what a person can open.
func TestAddress(t *testing.T) {
	const host = `"ingress": {"host": "a.b", "pathType": "ImplementationSpecific", "path": "`

	route := func(rest string) string { return `"httpRoute": {"hostnames": ["*.b", "a.b"], ` + rest + `}` }

	cases := map[string]struct{ reason, fields, want string }{
		"Star":          {"A star is no part of an address.", host + `/*"}`, "http://a.b"},
		"StarBelow":     {"What is before it is.", host + `/shop/*"}`, "http://a.b/shop"},
		"Rewrite":       {"Nor are groups.", host + `/shop(/|$)(.*)"}`, "http://a.b/shop"},
		"End":           {"Nor is the end.", host + `/shop/cart$"}`, "http://a.b/shop/cart"},
		"Group":         {"A group below a path.", host + `/shop/(.*)"}`, "http://a.b/shop"},
		"Choice":        {"Who knows which.", host + `/(shop|cart)"}`, "http://a.b"},
		"Part":          {"A part of a name is no name.", host + `/api/v[0-9]+/shop"}`, "http://a.b/api"},
		"Dots":          {"A dot before a star is none.", host + `/shop/.*"}`, "http://a.b/shop"},
		"Maybe":         {"A slash that may be missing is none.", host + `/shop/?(.*)"}`, "http://a.b/shop"},
		"Query":         {"What has a meaning in addresses is cut.", host + `/shop/a#b?c%"}`, "http://a.b/shop"},
		"Plain":         {"A plain path is one.", host + `/shop/index.html"}`, "http://a.b/shop/index.html"},
		"PlainSlash":    {"With or without a slash.", host + `/shop/"}`, "http://a.b/shop"},
		"Root":          {"The root needs no slash.", host + `/"}`, "http://a.b"},
		"Exact":         {"Exact is exact.", `"ingress": {"host": "a.b", "path": "/shop/", "pathType": "Exact", "tls": {}}`, "https://a.b/shop/"},
		"ExactRoot":     {"But for the root, which every address has.", `"ingress": {"host": "a.b", "path": "/", "pathType": "Exact"}`, "http://a.b"},
		"Prefix":        {"Both are below.", `"ingress": {"host": "a.b", "path": "/shop/"}`, "http://a.b/shop"},
		"RoutePort":     {"A port that is not the scheme's is part of the address.", route(`"parentRefs": [{"name": "a", "port": 8080}]`), "http://a.b:8080"},
		"RouteTLSPort":  {"So it is with https.", route(`"parentRefs": [{"name": "a", "port": 8443}], "path": {"value": "/shop/"}`), "https://a.b:8443/shop"},
		"RouteUsual":    {"The scheme's own is not.", route(`"parentRefs": [{"name": "a", "port": 80}]`), "http://a.b"},
		"RouteBoth":     {"Of two listeners, the one for https counts.", route(`"parentRefs": [{"name": "a", "sectionName": "http", "port": 8080}, {"name": "a", "sectionName": "shop-https"}]`), "https://a.b"},
		"RouteNamed":    {"Its name says so whatever its port is.", route(`"parentRefs": [{"name": "a", "sectionName": "websecure", "port": 4443}]`), "https://a.b:4443"},
		"RouteExact":    {"Exact is exact.", route(`"path": {"type": "Exact", "value": "/shop/"}`), "http://a.b/shop/"},
		"RouteWildcard": {"Many hosts have no one address.", `"httpRoute": {"hostnames": ["*.b"], "parentRefs": [{"name": "a", "port": 8443}]}`, "http://shop.acme.svc"},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if got := askFor(t, tc.fields).url(); got != tc.want {
				t.Errorf("\n%s\nurl: want %q, got %q", tc.reason, tc.want, got)
			}
		})
	}
}
