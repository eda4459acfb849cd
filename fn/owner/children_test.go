package owner

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
)

// theirs is a child of which kubectl owns some fields, and Crossplane others.
func theirs(t *testing.T, content, owned string) *structpb.Struct {
	t.Helper()

	return parse(t, `{"metadata": {"namespace": "acme", "managedFields": [
		{"manager": "apiextensions.crossplane.io/composed/0a1b", "fieldsV1": {"f:spec": {"f:ports": {"k:{\"port\":80,\"protocol\":\"TCP\"}": {".": {}}, "k:{\"port\":79,\"protocol\":\"TCP\"}": {".": {}}}, "f:minAvailable": {}}}},
		{"manager": "kube-controller-manager", "subresource": "status", "fieldsV1": {"f:status": {}}},
		{"manager": "kubectl-edit", "fieldsV1": `+owned+`}]}, `+content+`}`)
}

// A rival is a port of a Service that kubectl has made.
func rival(number, more string) string {
	return `{"f:spec": {"f:ports": {"k:{\"port\":` + number + `,\"protocol\":\"TCP\"}": {".": {}, "f:name": {}, "f:port": {}, "f:protocol": {}, "f:targetPort": {}` + more + `}}}}`
}

const http = `{"name": "http", "port": 80, "protocol": "TCP", "targetPort": "http"}`

// TestClear lists what others may set of the children that is in the way of what a WebApp
// says, and what is not. What the API server makes of it was tried on Kubernetes 1.35.
func TestClear(t *testing.T) {
	type args struct{ kind, desired, observed, owned string }

	cases := map[string]struct {
		reason string
		args   args
		// want is what is desired, if empty.
		want string
	}{
		"OtherHalf": {
			reason: "A budget has one of the two, and the API server refuses both.",
			args:   args{kind: "PodDisruptionBudget", desired: `{"maxUnavailable": 1}`, observed: `{"minAvailable": 2}`, owned: `{"f:spec": {"f:minAvailable": {}}}`},
			want:   `{"maxUnavailable": 1, "minAvailable": null}`,
		},
		"OtherHalfInPercent": {
			reason: "So it is the other way round, and in percent.",
			args:   args{kind: "PodDisruptionBudget", desired: `{"minAvailable": 1}`, observed: `{"maxUnavailable": "30%"}`, owned: `{"f:spec": {"f:maxUnavailable": {}}}`},
			want:   `{"minAvailable": 1, "maxUnavailable": null}`,
		},
		"SameHalf": {
			reason: "Force takes over what is sent.",
			args:   args{kind: "PodDisruptionBudget", desired: `{"minAvailable": 1}`, observed: `{"minAvailable": 2}`, owned: `{"f:spec": {"f:minAvailable": {}}}`},
		},
		"OurHalf": {
			reason: "What is ours alone goes when we stop to send it.",
			args:   args{kind: "PodDisruptionBudget", desired: `{"maxUnavailable": 1}`, observed: `{"minAvailable": 2}`, owned: `{"f:metadata": {"f:labels": {}}}`},
		},
		"GoneHalf": {
			reason: "What is owned and not there is in nobody's way.",
			args:   args{kind: "PodDisruptionBudget", desired: `{"maxUnavailable": 1}`, observed: `{"maxUnavailable": 1}`, owned: `{"f:spec": {"f:minAvailable": {}}}`},
		},
		"Minimum": {
			reason: "A minimum above our maximum is refused; without one it is 1.",
			args:   args{kind: "HorizontalPodAutoscaler", desired: `{"maxReplicas": 5}`, observed: `{"minReplicas": 20, "maxReplicas": 30}`, owned: `{"f:spec": {"f:minReplicas": {}, "f:maxReplicas": {}}}`},
			want:   `{"maxReplicas": 5, "minReplicas": null}`,
		},
		"Rules": {
			reason: "Rules of theirs may be not to scale at all. The object that they are in stays, with Kubernetes' defaults.",
			args: args{
				kind: "HorizontalPodAutoscaler", desired: `{"maxReplicas": 5}`,
				observed: `{"maxReplicas": 5, "behavior": {"scaleUp": {"selectPolicy": "Disabled", "stabilizationWindowSeconds": 0, "policies": [{"type": "Pods"}]}}}`,
				owned:    `{"f:spec": {"f:behavior": {".": {}, "f:scaleUp": {".": {}, "f:policies": {}, "f:selectPolicy": {}}}}}`,
			},
			want: `{"maxReplicas": 5, "behavior": {"scaleUp": {"policies": null, "selectPolicy": null}}}`,
		},
		"RulesBesideOurs": {
			reason: "What the WebApp says of them is sent.",
			args: args{
				kind: "HorizontalPodAutoscaler", desired: `{"behavior": {"scaleUp": {"selectPolicy": "Max"}}}`,
				observed: `{"behavior": {"scaleUp": {"selectPolicy": "Min"}, "scaleDown": {"stabilizationWindowSeconds": 3000}}}`,
				owned:    `{"f:spec": {"f:behavior": {"f:scaleUp": {"f:selectPolicy": {}}, "f:scaleDown": {"f:stabilizationWindowSeconds": {}}}}}`,
			},
			want: `{"behavior": {"scaleUp": {"selectPolicy": "Max"}, "scaleDown": {"stabilizationWindowSeconds": null}}}`,
		},
		"Protocol": {
			reason: "Pods do not speak another protocol because somebody says so of the Service.",
			args: args{
				kind: "Service", desired: `{"type": "LoadBalancer", "ports": [` + http + `]}`,
				observed: `{"ports": [{"name": "http", "port": 80, "protocol": "TCP", "appProtocol": "https"}]}`,
				owned:    `{"f:spec": {"f:ports": {"k:{\"port\":80,\"protocol\":\"TCP\"}": {"f:appProtocol": {}}}}}`,
			},
			want: `{"type": "LoadBalancer", "ports": [{"name": "http", "port": 80, "protocol": "TCP", "targetPort": "http", "appProtocol": null}]}`,
		},
		"Ranges": {
			reason: "Kubernetes refuses them of what is no load balancer any more, and does not drop them by itself.",
			args: args{
				kind: "Service", desired: `{"type": "NodePort", "ports": [` + http + `]}`, observed: `{"type": "LoadBalancer", "loadBalancerSourceRanges": ["10.0.0.0/8"]}`,
				owned: `{"f:spec": {"f:type": {}, "f:loadBalancerSourceRanges": {}, "f:externalTrafficPolicy": {}}}`,
			},
			want: `{"type": "NodePort", "ports": [` + http + `], "loadBalancerSourceRanges": null}`,
		},
		"RangesOfABalancer": {
			reason: "A load balancer may have them.",
			args: args{
				kind: "Service", desired: `{"type": "LoadBalancer", "ports": [` + http + `]}`, observed: `{"type": "LoadBalancer", "loadBalancerSourceRanges": ["10.0.0.0/8"]}`,
				owned: `{"f:spec": {"f:loadBalancerSourceRanges": {}}}`,
			},
		},
		"Renumbered": {
			reason: "A port of another number is another port. It cannot keep the name of ours.",
			args:   args{kind: "Service", desired: `{"ports": [` + http + `]}`, observed: `{"ports": [{"name": "http", "port": 81, "protocol": "TCP", "appProtocol": "grpc"}]}`, owned: rival("81", `, "f:appProtocol": {}`)},
			want:   `{"ports": [` + http + `, {"name": "http-81", "port": 81, "protocol": "TCP"}]}`,
		},
		"RenumberedAgain": {
			reason: "It keeps its other name while it is there: without one it would be refused.",
			args:   args{kind: "Service", desired: `{"ports": [` + http + `]}`, observed: `{"ports": [` + http + `, {"name": "http-81", "port": 81, "protocol": "TCP"}]}`, owned: rival("81", "")},
			want:   `{"ports": [` + http + `, {"name": "http-81", "port": 81, "protocol": "TCP"}]}`,
		},
		"Nameless": {
			reason: "A single port may have no name, and one of two must have one.",
			args:   args{kind: "Service", desired: `{"ports": [` + http + `]}`, observed: `{"ports": [{"port": 81, "protocol": "TCP"}]}`, owned: rival("81", "")},
			want:   `{"ports": [` + http + `, {"name": "http-81", "port": 81, "protocol": "TCP"}]}`,
		},
		"PortOfTheirs": {
			reason: "A port by a name of its own is in nobody's way.",
			args:   args{kind: "Service", desired: `{"ports": [` + http + `]}`, observed: `{"ports": [` + http + `, {"name": "admin", "port": 81, "protocol": "TCP"}]}`, owned: rival("81", "")},
		},
		"PortOfBoth": {
			reason: "So is one that is ours.",
			args:   args{kind: "Service", desired: `{"ports": [` + http + `]}`, observed: `{"ports": [` + http + `]}`, owned: rival("80", "")},
		},
		"PortThatGoes": {
			reason: "One that was ours goes, with what they have set of it.",
			args: args{
				kind: "Service", desired: `{"ports": [` + http + `]}`, observed: `{"ports": [{"name": "http", "port": 79, "protocol": "TCP"}]}`,
				owned: `{"f:spec": {"f:ports": {"k:{\"port\":79,\"protocol\":\"TCP\"}": {"f:nodePort": {}}}}}`,
			},
		},
		"ServiceOfTheirs": {
			reason: "What no WebApp can say stays.",
			args: args{
				kind: "Service", desired: `{"type": "ClusterIP", "ports": [` + http + `]}`, observed: `{"ports": [` + http + `], "sessionAffinity": "ClientIP", "externalName": "example.com", "externalIPs": ["10.0.0.1"]}`,
				owned: `{"f:spec": {"f:sessionAffinity": {}, "f:externalName": {}, "f:externalIPs": {}}}`,
			},
		},
		"Hosts": {
			reason: "A route without hosts is for all of its Gateway. A kind of a CustomResourceDefinition takes no null.",
			args:   args{kind: "HTTPRoute", desired: `{"parentRefs": []}`, observed: `{"hostnames": ["a.example.com"]}`, owned: `{"f:spec": {"f:hostnames": {}}}`},
			want:   `{"parentRefs": [], "hostnames": []}`,
		},
		"Ingress": {
			reason: "Its rules are one whole, which is sent, and nothing beside them is in their way. Without a class it would not get the cluster's, either.",
			args: args{
				kind: "Ingress", desired: `{"rules": []}`, observed: `{"rules": [], "tls": [{"secretName": "a"}], "ingressClassName": "a", "defaultBackend": {}}`,
				owned: `{"f:spec": {"f:rules": {}, "f:tls": {}, "f:ingressClassName": {}, "f:defaultBackend": {}}}`,
			},
		},
		"NetworkPolicy": {
			reason: "Rules of a direction that is not among its types are none.",
			args:   args{kind: "NetworkPolicy", desired: `{"policyTypes": ["Ingress"]}`, observed: `{"policyTypes": ["Ingress"], "egress": [{}]}`, owned: `{"f:spec": {"f:egress": {}}}`},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			desired := structpb.NewStructValue(parse(t, tc.args.desired))
			before, _ := json.Marshal(desired.AsInterface())

			got := Clear(tc.args.kind, theirs(t, `"spec": `+tc.args.observed, tc.args.owned), desired)

			want := desired
			if tc.want != "" {
				want = structpb.NewStructValue(parse(t, tc.want))
			}

			if diff := cmp.Diff(want.AsInterface(), got.AsInterface()); diff != "" {
				t.Errorf("%s\nClear(...): -want, +got:\n%s", tc.reason, diff)
			}

			if after, _ := json.Marshal(desired.AsInterface()); string(before) != string(after) {
				t.Errorf("what was desired was changed to %s", after)
			}
		})
	}
}

func TestFindStuck(t *testing.T) {
	const by = "kubectl-edit"

	type args struct{ kind, desired, observed, owned string }

	cases := map[string]struct {
		reason string
		args   args
		want   Stuck
	}{
		"Port": {
			reason: "A port that has got another name does no harm, and is nobody's plan.",
			args: args{
				kind: "Service", desired: `"spec": {"ports": [` + http + `, {"name": "http-81", "port": 81, "protocol": "TCP"}]}`, observed: `"spec": {}`,
				owned: rival("81", ""),
			},
			want: Stuck{What: "has a port too many", Field: Field{"ports[81/TCP]", by}},
		},
		"PortBesideOurs": {
			reason: "Further ports of ours lead somewhere.",
			args: args{
				kind: "Service", desired: `"spec": {"ports": [` + http + `, {"name": "grpc", "port": 82, "protocol": "TCP", "targetPort": 82}, {"name": "http-81", "port": 81, "protocol": "TCP"}]}`, observed: `"spec": {}`,
				owned: rival("81", ""),
			},
			want: Stuck{What: "has a port too many", Field: Field{"ports[81/TCP]", by}},
		},
		"OtherPort": {
			reason: "Who has made another is not who has made this.",
			args: args{
				kind: "Service", desired: `"spec": {"ports": [` + http + `, {"name": "http-81", "port": 81, "protocol": "TCP"}]}`, observed: `"spec": {}`,
				owned: rival("8181", ""),
			},
			want: Stuck{What: "has a port too many", Field: Field{"ports[81/TCP]", ""}},
		},
		"Headless": {
			reason: "The address of a Service never changes, and without one callers come to the pods, who do not listen on its port.",
			args: args{
				kind: "Service", desired: `"spec": {"ports": [` + http + `]}`, observed: `"spec": {"clusterIP": "None"}`,
				owned: `{"f:spec": {"f:clusterIP": {}, "f:clusterIPs": {}}}`,
			},
			want: Stuck{What: "has no address, so that its port leads nowhere", Field: Field{"clusterIP None", by}, Fixed: true},
		},
		"Address": {
			reason: "An address that somebody has chosen is one.",
			args: args{
				kind: "Service", desired: `"spec": {"ports": [` + http + `]}`, observed: `"spec": {"clusterIP": "10.96.0.7"}`,
				owned: `{"f:spec": {"f:clusterIP": {}}}`,
			},
		},
		"Annotation": {
			reason: "Kubernetes refuses it of what is no load balancer, and null would leave it there, empty.",
			args: args{
				kind: "Service", desired: `"spec": {"type": "ClusterIP", "ports": [` + http + `]}`, observed: `"spec": {"type": "LoadBalancer"}`,
				owned: `{"f:metadata": {"f:annotations": {"f:service.beta.kubernetes.io/load-balancer-source-ranges": {}}}}`,
			},
			want: Stuck{What: "cannot be changed", Field: Field{"annotation service.beta.kubernetes.io/load-balancer-source-ranges", by}},
		},
		"AnnotationOfABalancer": {
			reason: "A load balancer may have it.",
			args: args{
				kind: "Service", desired: `"spec": {"type": "LoadBalancer", "ports": [` + http + `]}`, observed: `"spec": {"type": "LoadBalancer"}`,
				owned: `{"f:metadata": {"f:annotations": {"f:service.beta.kubernetes.io/load-balancer-source-ranges": {}}}}`,
			},
		},
		"Immutable": {
			reason: "What is immutable stays so.",
			args:   args{kind: "ConfigMap", desired: `"data": {"A": "1"}`, observed: `"immutable": true`, owned: `{"f:immutable": {}}`},
			want:   Stuck{What: "cannot be changed", Field: Field{"immutable", by}, Fixed: true},
		},
		"Mutable": {
			reason: "What is not is not.",
			args:   args{kind: "ConfigMap", desired: `"data": {"A": "1"}`, observed: `"immutable": false`, owned: `{"f:immutable": {}}`},
		},
		"Binary": {
			reason: "A key is in data or in binaryData, and null leaves it there.",
			args:   args{kind: "ConfigMap", desired: `"data": {"A": "1"}`, observed: `"binaryData": {"A": "MQ==", "B": "MQ=="}`, owned: `{"f:binaryData": {".": {}, "f:A": {}, "f:B": {}}}`},
			want:   Stuck{What: "cannot be changed", Field: Field{"binaryData.A", by}, Fixed: true},
		},
		"OtherBinary": {
			reason: "Another key is theirs.",
			args:   args{kind: "ConfigMap", desired: `"data": {"A": "1"}`, observed: `"binaryData": {"B": "MQ=="}`, owned: `{"f:binaryData": {"f:B": {}}}`},
		},
		"Elsewhere": {
			reason: "The WebApp is in its monitor's namespace.",
			args: args{
				kind: "ServiceMonitor", desired: `"metadata": {"namespace": "acme"}`, observed: `"spec": {"namespaceSelector": {"matchNames": ["other"]}}`,
				owned: `{"f:spec": {"f:namespaceSelector": {"f:matchNames": {}}}}`,
			},
			want: Stuck{What: "looks in other namespaces than its own", Field: Field{"namespaceSelector.matchNames", by}},
		},
		"ElsewhereToo": {
			reason: "Who looks in others, too, finds it.",
			args: args{
				kind: "ServiceMonitor", desired: `"metadata": {"namespace": "acme"}`, observed: `"spec": {"namespaceSelector": {"matchNames": ["other", "acme"]}}`,
				owned: `{"f:spec": {"f:namespaceSelector": {"f:matchNames": {}}}}`,
			},
		},
		"Deployment": {
			reason: "That is for others to look at.",
			args:   args{kind: "Deployment", desired: `"spec": {}`, observed: `"spec": {}`, owned: `{"f:spec": {}}`},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, found := FindStuck(tc.args.kind, theirs(t, tc.args.observed, tc.args.owned), parse(t, "{"+tc.args.desired+"}"))
			if found != (tc.want != Stuck{}) {
				t.Errorf("%s\nFindStuck(...): want %t, got %t", tc.reason, !found, found)
			}

			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s\nFindStuck(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestChildrenCostNothing holds that nothing is read of children as they come, while nobody
// but Crossplane and Kubernetes' controllers has set any of them.
func TestChildrenCostNothing(t *testing.T) {
	desired := parse(t, `{"spec": {"ports": [`+http+`]}, "data": {"A": "1"}}`)
	observed := theirs(t, `"spec": {"clusterIP": "None"}`, `{"f:metadata": {"f:finalizers": {}}}`)

	for _, object := range []map[string]*structpb.Value{observed.GetFields(), observed.GetFields()["metadata"].GetStructValue().GetFields()} {
		for _, name := range []string{"managedFields", "spec"} {
			if object[name] == nil {
				continue
			}

			raw, err := proto.Marshal(object[name])
			if err != nil {
				t.Fatal(err)
			}

			// As the codec keeps it.
			object[name] = &structpb.Value{}
			object[name].ProtoReflect().SetUnknown(raw)
		}
	}

	for _, kind := range []string{"Service", "ConfigMap", "HorizontalPodAutoscaler", "PodDisruptionBudget", "HTTPRoute", "ServiceMonitor", "Ingress", "NetworkPolicy"} {
		if got := testing.AllocsPerRun(100, func() {
			Clear(kind, observed, desired.GetFields()["spec"])
			FindStuck(kind, observed, desired)
		}); got > 0 {
			t.Errorf("%s: want no allocations, got %v", kind, got)
		}

		if _, found := FindStuck(kind, nil, desired); found || Clear(kind, nil, desired.GetFields()["spec"]) != desired.GetFields()["spec"] {
			t.Errorf("%s: want nothing to be found of what is not there", kind)
		}
	}
}
