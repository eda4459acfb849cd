package fn

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/webapp-operator/function-webapp/fn/child"
	"github.com/webapp-operator/function-webapp/fn/value"
)

// An answer is what the function says, as tests read it.
type answer struct{ *fnv1.RunFunctionResponse }

// child returns a child that is desired, or nil.
func (a *answer) child(key string) *structpb.Struct {
	return a.GetDesired().GetResources()[key].GetResource()
}

func (a *answer) url() string {
	return value.Text(a.GetDesired().GetComposite().GetResource().GetFields()["status"], "url")
}

// reached is the answer when all that leads in from outside does: Ingress and Service have
// addresses, and Gateways have accepted the route.
func reached(t *testing.T, req *fnv1.RunFunctionRequest) *answer {
	t.Helper()

	desired := run(t, req).GetDesired().GetResources()

	for _, key := range []string{child.KeyIngress, child.KeyService} {
		if desired[key] != nil {
			withObserved(key, `{"status": {"loadBalancer": {"ingress": [{"ip": "203.0.113.10"}]}}}`)(req)
		}
	}

	if route := desired[child.KeyRoute]; route != nil {
		var parents []any

		for _, ref := range value.Dig(route.GetResource().GetFields()["spec"], "parentRefs").GetListValue().AsSlice() {
			parents = append(parents, map[string]any{"parentRef": ref, "conditions": []any{
				map[string]any{"type": "Accepted", "status": "True"}, map[string]any{"type": "ResolvedRefs", "status": "True"},
			}})
		}

		status, err := json.Marshal(map[string]any{"status": map[string]any{"parents": parents}})
		if err != nil {
			t.Fatal(err)
		}

		withObserved(child.KeyRoute, string(status))(req)
	}

	return &answer{run(t, req)}
}

// TestOptionsOfChildren holds what is wrong with fields that ask for other objects.
func TestOptionsOfChildren(t *testing.T) {
	const (
		host = "must be a host name such as shop.example.com or *.example.com: lower case, without https://, port and path"
		more = "; other paths, such as regular expressions, need pathType ImplementationSpecific"
		path = "must be a path such as / or /shop/cart: it begins with a slash, and has no empty part, no . or .., and no ?, # or %"
	)

	cases := map[string]struct {
		reason string
		fields string
		want   []string
	}{
		"RouteAndIngress": {
			reason: "A WebApp has one address.",
			fields: `"ingress": {"host": "a.b"}, "httpRoute": {}`,
			want:   []string{"spec.httpRoute: Forbidden: set ingress or httpRoute, not both"},
		},
		"RouteWrong": {
			reason: "Every field is looked at.",
			fields: `"httpRoute": {"hostnames": ["a.b", "A"], "parentRefs": [{"namespace": "edge"}], "path": {"type": "RegularExpression", "value": ""}}`,
			want: []string{
				`spec.httpRoute.hostnames[1]: Invalid value: "A": ` + host,
				"spec.httpRoute.parentRefs[0].name: Required value: say which Gateway sends the traffic",
				`spec.httpRoute.path.type: Unsupported value: "RegularExpression": supported values: "Exact", "PathPrefix"`,
				`spec.httpRoute.path.value: Invalid value: "": ` + path,
			},
		},
		"RouteMistyped": {
			reason: "A list is no name.",
			fields: `"httpRoute": {"hostnames": "a.b"}`,
			want:   []string{`spec.httpRoute.hostnames: Invalid value: "string": must be a list`},
		},
		"MetricsWrong": {
			reason: "Every field is looked at.",
			fields: `"metrics": {"path": "metrics", "port": 65536, "interval": "often", "scheme": "HTTPS", "tlsConfig": {"serverName": ""}}`,
			want: []string{
				"spec.metrics.port: Invalid value: 65536: must be between 1 and 65535, inclusive",
				`spec.metrics.scheme: Unsupported value: "HTTPS": supported values: "http", "https"`,
				`spec.metrics.tlsConfig.serverName: Invalid value: "": must be the name that the certificate is for`,
				`spec.metrics.path: Invalid value: "metrics": ` + path,
				`spec.metrics.interval: Invalid value: "often": must be a duration such as 30s, 1m30s or 500ms`,
			},
		},
		"MetricsUnknown": {
			reason: "A ServiceMonitor has more than we take.",
			fields: `"metrics": {"honorLabels": true}`,
			want:   []string{`spec.metrics: Forbidden: unknown field "honorLabels"`},
		},
		"PolicyEmpty": {
			reason: "A policy without rules would let nothing in.",
			fields: `"networkPolicy": {}`,
			want:   []string{"spec.networkPolicy: Required value: say what may come in (ingress), what may go out (egress), or both"},
		},
		"PolicyUnknown": {
			reason: "Whom it selects is not for the WebApp to say.",
			fields: `"networkPolicy": {"podSelector": {}, "ingress": [{"form": []}]}`,
			want:   []string{`spec.networkPolicy: Forbidden: unknown field "ingress[0].form"`, `spec.networkPolicy: Forbidden: unknown field "podSelector"`},
		},
		"IngressWrong": {
			reason: "Every field is looked at.",
			fields: `"ingress": {"host": "https://shop", "path": "shop", "pathType": "Regex", "annotations": {"crossplane.io/paused": "true", "ä": ""}}`,
			want: []string{
				`spec.ingress.host: Invalid value: "https://shop": ` + host,
				`spec.ingress.path: Invalid value: "shop": ` + path + more,
				`spec.ingress.pathType: Unsupported value: "Regex": supported values: "Prefix", "Exact", "ImplementationSpecific"`,
				"spec.ingress.annotations[crossplane.io/paused]: Forbidden: this annotation is set for you",
				`spec.ingress.annotations[ä]: Invalid value: "ä": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
			},
		},
		"IngressHosts": {
			reason: "Each of several hosts is one, and is there once.",
			fields: `"ingress": {"hosts": ["shop.example.com", "10.0.0.1", "https://shop", "shop.example.com"]}`,
			want: []string{
				`spec.ingress.hosts[1]: Invalid value: "10.0.0.1": must be a name, not an IP address`,
				`spec.ingress.hosts[2]: Invalid value: "https://shop": ` + host,
				`spec.ingress.hosts[3]: Duplicate value: "shop.example.com"`,
			},
		},
		"IngressHostAndHosts": {
			reason: "Nobody knows which is the first.",
			fields: `"ingress": {"host": "a.b", "hosts": ["c.d"]}`,
			want:   []string{"spec.ingress.hosts: Forbidden: set host or hosts, not both"},
		},
		"IngressManyHosts": {
			reason: "Their number is bounded, as that of a route is.",
			fields: `"ingress": {"hosts": [` + strings.Repeat(`"a.b", `, 16) + `"c.d"]}`,
			want:   []string{"spec.ingress.hosts: Too many: 17: must have at most 16 items"},
		},
		"IngressPathEmpty": {
			reason: "An empty path is none.",
			fields: `"ingress": {"host": "a.b", "path": ""}`,
			want:   []string{`spec.ingress.path: Invalid value: "": ` + path + more},
		},
		"IngressUnknown": {
			reason: "What Kubernetes writes in another way is not taken.",
			fields: `"ingress": {"host": "a.b", "className": "nginx", "tls": {"hosts": []}}`,
			want:   []string{`spec.ingress: Forbidden: unknown field "className"`, `spec.ingress: Forbidden: unknown field "tls.hosts"`},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			errs := mistakes(webAppWith(tc.fields))
			if diff := cmp.Diff(tc.want, errs); diff != "" {
				t.Errorf("\n%s\nwebapp.Read(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
