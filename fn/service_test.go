package fn

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/crossplane/function-sdk-go/resource"

	"github.com/webapp-operator/function-webapp/fn/child"
	"github.com/webapp-operator/function-webapp/fn/value"
)

// TestService holds what each field changes of the Service, and of where the
// WebApp says it is.
func TestService(t *testing.T) {
	const platform = `{"apiVersion": "webapp.fn.example.com/v1beta1", "kind": "Input", "annotations": {"a": "1", "b": "2"}, "defaults": {"service": {"type": "NodePort"}}}`

	type want struct {
		// changed is what differs from the Service of a WebApp that says nothing,
		// as JSON.
		changed string

		url string
	}

	cases := map[string]struct {
		reason string
		fields string
		input  string
		want   want
	}{
		"Empty": {
			reason: "What says nothing changes nothing.",
			fields: `"service": {}`,
		},
		"Type": {
			reason: "A WebApp may be reached from outside.",
			fields: `"service": {"type": "LoadBalancer"}`,
			want:   want{changed: `{"spec": {"type": "LoadBalancer"}}`},
		},
		"Port": {
			reason: "The port is part of where it is reached. The pods listen where they did.",
			fields: `"service": {"port": 8080}`,
			want: want{
				changed: `{"spec": {"ports": [{"name": "http", "port": 8080, "protocol": "TCP", "targetPort": "http"}]}}`,
				url:     "http://shop.acme.svc:8080",
			},
		},
		"Port80": {
			reason: "The usual port is left out.",
			fields: `"service": {"port": 80}`,
		},
		"AppProtocol": {
			reason: "It is the port's.",
			fields: `"service": {"appProtocol": "kubernetes.io/h2c"}`,
			want:   want{changed: `{"spec": {"ports": [{"name": "http", "port": 80, "protocol": "TCP", "appProtocol": "kubernetes.io/h2c", "targetPort": "http"}]}}`},
		},
		"HTTPS": {
			reason: "Who speaks TLS is not reached without.",
			fields: `"service": {"port": 443, "appProtocol": "https"}`,
			want: want{
				changed: `{"spec": {"ports": [{"name": "http", "port": 443, "protocol": "TCP", "appProtocol": "https", "targetPort": "http"}]}}`,
				url:     "https://shop.acme.svc",
			},
		},
		"HTTPSOnPort80": {
			reason: "That is not where TLS usually is.",
			fields: `"service": {"appProtocol": "HTTPS"}`,
			want: want{
				changed: `{"spec": {"ports": [{"name": "http", "port": 80, "protocol": "TCP", "appProtocol": "HTTPS", "targetPort": "http"}]}}`,
				url:     "https://shop.acme.svc:80",
			},
		},
		"AdditionalPorts": {
			reason: "They lead to ports of the container, by number, so that the pods stay as they are. A protocol is a part of what a port is known by.",
			fields: `"service": {"additionalPorts": [{"name": "grpc", "port": 9000}, {"name": "dns", "port": 80, "protocol": "UDP", "targetPort": 5353, "appProtocol": "dns"}]}`,
			want: want{changed: `{"spec": {"ports": [{"name": "http", "port": 80, "protocol": "TCP", "targetPort": "http"},
				{"name": "grpc", "port": 9000, "protocol": "TCP", "targetPort": 9000}, {"name": "dns", "port": 80, "protocol": "UDP", "targetPort": 5353, "appProtocol": "dns"}]}}`},
		},
		"SessionAffinity": {
			reason: "Kubernetes has a default for how long.",
			fields: `"service": {"sessionAffinity": "ClientIP"}`,
			want:   want{changed: `{"spec": {"sessionAffinity": "ClientIP"}}`},
		},
		"Annotations": {
			reason: "They are the Service's.",
			fields: `"service": {"annotations": {"example.com/internal": "true"}}`,
			want:   want{changed: `{"metadata": {"annotations": {"example.com/internal": "true"}}}`},
		},
		"Platform": {
			reason: "The platform team says what is usual.",
			input:  platform,
			want:   want{changed: `{"metadata": {"annotations": {"a": "1", "b": "2"}}, "spec": {"type": "NodePort"}}`},
		},
		"OverPlatform": {
			reason: "The WebApp knows better.",
			fields: `"service": {"type": "ClusterIP", "annotations": {"b": "3"}}`,
			input:  platform,
			want:   want{changed: `{"metadata": {"annotations": {"a": "1", "b": "3"}}}`},
		},
	}

	plain := run(t, request(webAppWith(`"port": 8080`))).GetDesired().GetResources()

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			fields := tc.fields
			if fields == "" {
				fields = `"port": 8080`
			}

			req := request(webAppWith(fields))
			if tc.input != "" {
				withInput(tc.input)(req)
			}

			if tc.want.changed == "" {
				tc.want.changed = "{}"
			}

			if tc.want.url == "" {
				tc.want.url = "http://shop.acme.svc"
			}

			rsp := run(t, req)
			got := want{changed: tc.want.changed, url: value.Text(rsp.GetDesired().GetComposite().GetResource().GetFields()["status"], "url")}

			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("\n%s\n-want, +got:\n%s", tc.reason, diff)
			}

			changed := difference(plain[child.KeyService].GetResource(), rsp.GetDesired().GetResources()[child.KeyService].GetResource())
			if diff := cmp.Diff(resource.MustStructJSON(tc.want.changed).AsMap(), changed.AsMap()); diff != "" {
				t.Errorf("\n%s\nthe Service: -want, +got:\n%s", tc.reason, diff)
			}

			// Annotations of the WebApp's Service are nobody else's.
			if tc.input == "" {
				for _, key := range []string{child.KeyDeployment, child.KeyConfigMap} {
					if diff := cmp.Diff(plain[key].GetResource().AsMap(), rsp.GetDesired().GetResources()[key].GetResource().AsMap()); diff != "" {
						t.Errorf("\n%s\nthe %s: -want, +got:\n%s", tc.reason, key, diff)
					}
				}
			}
		})
	}
}

func TestCheckService(t *testing.T) {
	cases := map[string]struct {
		reason string
		fields string
		want   []string
	}{
		"Type": {
			reason: "ExternalName stands for something else than pods.",
			fields: `{"type": "ExternalName"}`,
			want:   []string{`spec.service.type: Unsupported value: "ExternalName": supported values: "ClusterIP", "NodePort", "LoadBalancer"`},
		},
		"EmptyType": {
			reason: "The API server refuses it, too.",
			fields: `{"type": ""}`,
			want:   []string{`spec.service.type: Unsupported value: "": supported values: "ClusterIP", "NodePort", "LoadBalancer"`},
		},
		"Port": {
			reason: "It is a port.",
			fields: `{"port": 65536}`,
			want:   []string{"spec.service.port: Invalid value: 65536: must be between 1 and 65535, inclusive"},
		},
		"AppProtocol": {
			reason: "Kubernetes takes qualified names.",
			fields: `{"appProtocol": "http/1/1"}`,
			want:   []string{`spec.service.appProtocol: Invalid value: "http/1/1": must be the name of a protocol, such as http, grpc or kubernetes.io/h2c`},
		},
		"AdditionalPortNames": {
			reason: "Each has a name of its own, and the first port has one already.",
			fields: `{"additionalPorts": [{"name": "grpc", "port": 1}, {"name": "grpc", "port": 2}, {"name": "http", "port": 3}, {"port": 4}, {"name": "A", "port": 5}]}`,
			want: []string{
				`spec.service.additionalPorts[1].name: Duplicate value: "grpc"`,
				`spec.service.additionalPorts[2].name: Invalid value: "http": is what the first port of the Service is called: give this one another`,
				"spec.service.additionalPorts[3].name: Required value: give the port a name, for example grpc",
				`spec.service.additionalPorts[4].name: Invalid value: "A": must be at most 63 lower case letters, digits and dashes, starting and ending with a letter or digit`,
			},
		},
		"AdditionalPortNumbers": {
			reason: "A number may be there once for each protocol, and the first port has 80 if it says nothing.",
			fields: `{"additionalPorts": [{"name": "a", "port": 80}, {"name": "b", "port": 53, "protocol": "UDP"}, {"name": "c", "port": 53, "protocol": "TCP"}, {"name": "d", "port": 53}, {"name": "e"}, {"name": "f", "port": 65536, "targetPort": 70000}]}`,
			want: []string{
				"spec.service.additionalPorts[0].port: Invalid value: 80: is one that the Service answers on already: each needs another number, or another protocol",
				"spec.service.additionalPorts[3].port: Invalid value: 53: is one that the Service answers on already: each needs another number, or another protocol",
				"spec.service.additionalPorts[4].port: Required value: say on which port the Service answers, from 1 to 65535",
				"spec.service.additionalPorts[5].port: Invalid value: 65536: must be between 1 and 65535, inclusive",
				"spec.service.additionalPorts[5].targetPort: Invalid value: 70000: must be between 1 and 65535, inclusive",
			},
		},
		"AdditionalPortWords": {
			reason: "Protocols are Kubernetes' own.",
			fields: `{"port": 53, "additionalPorts": [{"name": "a", "port": 80, "protocol": "HTTP", "appProtocol": "a b"}]}`,
			want: []string{
				`spec.service.additionalPorts[0].protocol: Unsupported value: "HTTP": supported values: "TCP", "UDP", "SCTP"`,
				`spec.service.additionalPorts[0].appProtocol: Invalid value: "a b": must be the name of a protocol, such as http, grpc or kubernetes.io/h2c`,
			},
		},
		"TooManyPorts": {
			reason: "Their number is bounded.",
			fields: `{"additionalPorts": [` + strings.Repeat("{}, ", 20) + `{}]}`,
			want:   []string{"spec.service.additionalPorts: Too many: 21: must have at most 20 items"},
		},
		"SessionAffinity": {
			reason: "It is Kubernetes' own.",
			fields: `{"sessionAffinity": "Cookie"}`,
			want:   []string{`spec.service.sessionAffinity: Unsupported value: "Cookie": supported values: "ClientIP", "None"`},
		},
		"Annotations": {
			reason: "Crossplane's are its own, and values are text.",
			fields: `{"annotations": {"crossplane.io/paused": "true", "x.crossplane.io/y": ""}}`,
			want: []string{
				"spec.service.annotations[crossplane.io/paused]: Forbidden: this annotation is set for you",
				"spec.service.annotations[x.crossplane.io/y]: Forbidden: this annotation is set for you",
			},
		},
		"AnnotationNumber": {
			reason: "Values are text.",
			fields: `{"annotations": {"example.com/idle": 60}}`,
			want:   []string{`spec.service.annotations: Invalid value: "number": must be a string`},
		},
		"LongAnnotation": {
			reason: "All of them together must fit.",
			fields: `{"annotations": {"a": "` + strings.Repeat("é", 4096) + `", "b": "` + strings.Repeat("é", 4097) + `"}}`,
			want:   []string{"spec.service.annotations[b]: Too long: may not have more than 4096 characters"},
		},
		"TooManyAnnotations": {
			reason: "Their number is bounded.",
			fields: `{"annotations": {"a0": ""` + manyAnnotations(50) + `}}`,
			want:   []string{"spec.service.annotations: Too many: 51: must have at most 50 items"},
		},
		"Unknown": {
			reason: "A Service of a WebApp has its port, and additional ones.",
			fields: `{"ports": []}`,
			want:   []string{`spec.service: Forbidden: unknown field "ports"`},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			errs := mistakes(webAppWith(`"service": ` + tc.fields))
			if diff := cmp.Diff(tc.want, errs); diff != "" {
				t.Errorf("\n%s\nwebapp.Read(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

func manyAnnotations(n int) string {
	all := &strings.Builder{}
	for i := range n {
		fmt.Fprintf(all, `, "b%d": ""`, i)
	}

	return all.String()
}
