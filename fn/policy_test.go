package fn

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/platform"
)

// inputWith is an input with more fields.
func inputWith(fields string) string {
	return `{"apiVersion": "webapp.fn.example.com/v1beta1", "kind": "Input", ` + fields + `}`
}

// TestPlatformPolicy holds what is refused, and with which words.
func TestPlatformPolicy(t *testing.T) {
	cases := map[string]struct {
		reason string

		// policy and defaults are parts of the input, and fields those of the spec.
		policy, defaults, fields string

		// image is nginx:1.27 if it is empty.
		image string

		// want is what is against the policy, or nothing.
		want string
	}{
		"Registry": {
			reason: "An image from elsewhere is refused.",
			policy: `{"registries": ["ghcr.io/acme", "registry.acme.com"]}`,
			want:   `spec.image: Forbidden: policy.registries of the platform team allows images from ghcr.io/acme, registry.acme.com only`,
		},
		"RegistryAllowed": {
			reason: "An image without a registry is Docker Hub's.",
			policy: `{"registries": ["ghcr.io/acme", "docker.io/library"]}`,
		},
		"LatestTag": {
			reason: "What is latest today is not tomorrow.",
			policy: `{"forbidLatestTag": true}`,
			image:  "ghcr.io/acme/shop",
			want:   `spec.image: Forbidden: policy.forbidLatestTag of the platform team asks for a tag other than latest, or a digest`,
		},
		"OtherTag": {
			reason: "Any other tag will do.",
			policy: `{"forbidLatestTag": true}`,
		},
		"OtherContainers": {
			reason:   "Containers beside the application are no way around what holds for its own: image, tag and resources.",
			policy:   `{"registries": ["docker.io"], "forbidLatestTag": true, "maxResources": {"requests": {"cpu": "500m"}, "limits": {"memory": "1Gi"}}}`,
			defaults: `{"resources": {"limits": {"memory": "512Mi"}}}`,
			fields: `, "initContainers": [
				{"name": "migrate"},
				{"name": "proxy", "restartPolicy": "Always", "image": "ghcr.io/acme/proxy", "resources": {"requests": {"cpu": 1}, "limits": {"memory": "2Gi"}}}]`,
			want: `spec.initContainers[1].image: Forbidden: policy.registries of the platform team allows images from docker.io only; ` +
				`spec.initContainers[1].image: Forbidden: policy.forbidLatestTag of the platform team asks for a tag other than latest, or a digest; ` +
				`spec.initContainers[1].resources.requests[cpu]: Forbidden: policy.maxResources.requests of the platform team allows at most 500m; ` +
				`spec.initContainers[1].resources.limits[memory]: Forbidden: policy.maxResources.limits of the platform team allows at most 1Gi`,
		},
		"OtherContainersWithoutLimit": {
			reason: "Nor may one use all there is.",
			policy: `{"maxResources": {"limits": {"memory": "1Gi"}}}`,
			fields: `, "resources": {"limits": {"memory": "1Gi"}}, "initContainers": [{"name": "migrate"}]`,
			want:   `spec.initContainers[0].resources.limits[memory]: Required value: policy.maxResources.limits of the platform team asks for a limit of at most 1Gi`,
		},
		"OtherContainersKept": {
			reason:   "One that runs the application's image, with what the platform team gives to all, is as right as that.",
			policy:   `{"registries": ["docker.io"], "forbidLatestTag": true, "maxResources": {"limits": {"memory": "1Gi"}}}`,
			defaults: `{"resources": {"limits": {"memory": "512Mi"}}}`,
			fields:   `, "initContainers": [{"name": "migrate"}]`,
		},
		"RequiredLabels": {
			reason: "Every label that is missing is named, and an empty one is missing.",
			policy: `{"requiredLabels": ["example.com/team", "stage", "owner"]}`,
			want: `metadata.labels[example.com/team]: Required value: policy.requiredLabels of the platform team asks for this label; ` +
				`metadata.labels[owner]: Required value: policy.requiredLabels of the platform team asks for this label`,
		},
		"MaxReplicas": {
			reason: "Fewer are allowed than the schema allows.",
			policy: `{"maxReplicas": 1}`,
			want:   `spec.replicas: Forbidden: policy.maxReplicas of the platform team allows at most 1`,
		},
		"MaxReplicasAutoscaled": {
			reason: "An autoscaler is bound by it, too.",
			policy: `{"maxReplicas": 5}`,
			fields: `, "autoscaling": {"maxReplicas": 6}`,
			want:   `spec.autoscaling.maxReplicas: Forbidden: policy.maxReplicas of the platform team allows at most 5`,
		},
		"MaxReplicasKept": {
			reason: "As many as allowed are allowed.",
			policy: `{"maxReplicas": 2}`,
		},
		"NoLimit": {
			reason: "Without a limit, a container may use all there is; without a request it asks for nothing.",
			policy: `{"maxResources": {"requests": {"cpu": 1}, "limits": {"memory": "1Gi"}}}`,
			want:   `spec.resources.limits[memory]: Required value: policy.maxResources.limits of the platform team asks for a limit of at most 1Gi`,
		},
		"ImpliedRequest": {
			reason:   "A limit is a request where there is none.",
			policy:   `{"maxResources": {"requests": {"memory": "1Gi"}}}`,
			defaults: `{"resources": {"limits": {"memory": "2Gi"}}}`,
			want:     `spec.resources.requests[memory]: Forbidden: policy.maxResources.requests of the platform team allows at most 1Gi`,
		},
		"Resources": {
			reason:   "What the WebApp asks for counts, with the defaults for the rest.",
			policy:   `{"maxResources": {"requests": {"cpu": "500m"}, "limits": {"memory": "1Gi", "cpu": 1}}}`,
			defaults: `{"resources": {"requests": {"cpu": "250m"}, "limits": {"memory": "512Mi"}}}`,
			fields:   `, "resources": {"requests": {"cpu": "750m"}, "limits": {"memory": "1025Mi"}}`,
			want: `spec.resources.requests[cpu]: Forbidden: policy.maxResources.requests of the platform team allows at most 500m; ` +
				`spec.resources.limits[cpu]: Required value: policy.maxResources.limits of the platform team asks for a limit of at most 1; ` +
				`spec.resources.limits[memory]: Forbidden: policy.maxResources.limits of the platform team allows at most 1Gi`,
		},
		"ResourcesKept": {
			reason:   "As much as allowed is allowed, however it is written.",
			policy:   `{"maxResources": {"requests": {"cpu": "500m"}, "limits": {"memory": "1Gi"}}}`,
			defaults: `{"resources": {"requests": {"cpu": 0.5}, "limits": {"memory": "1024Mi"}}}`,
		},
		"PriorityClass": {
			reason:   "It is one of those, or what the platform team gives to all.",
			policy:   `{"priorityClassNames": ["low", "high"]}`,
			defaults: `{"priorityClassName": "usual"}`,
			fields:   `, "priorityClassName": "system-node-critical"`,
			want:     `spec.priorityClassName: Forbidden: policy.priorityClassNames of the platform team allows low, high`,
		},
		"PriorityClassNone": {
			reason: "An empty list allows none.",
			policy: `{"priorityClassNames": []}`,
			fields: `, "priorityClassName": "low"`,
			want:   `spec.priorityClassName: Forbidden: policy.priorityClassNames of the platform team allows none`,
		},
		"PriorityClassKept": {
			reason:   "What is given to all need not be allowed.",
			policy:   `{"priorityClassNames": [], "tolerations": []}`,
			defaults: `{"priorityClassName": "usual", "tolerations": [{"operator": "Exists"}]}`,
		},
		"Tolerations": {
			reason:   "Every taint is tolerated by one without a key, which only the platform team may.",
			policy:   `{"tolerations": ["spot"]}`,
			defaults: `{"tolerations": [{"key": "pool", "operator": "Exists"}]}`,
			fields:   `, "tolerations": [{"key": "spot", "operator": "Exists"}, {"operator": "Exists"}, {"key": "pool", "value": "a"}]`,
			want: `spec.tolerations: Forbidden: policy.tolerations of the platform team allows spot, and not ""; ` +
				`spec.tolerations: Forbidden: policy.tolerations of the platform team allows spot, and not "pool"`,
		},
		"ServiceAccounts": {
			reason: "An account may have rights in a cloud.",
			policy: `{"serviceAccounts": ["robot"]}`,
			fields: `, "serviceAccountName": "admin"`,
			want:   `spec.serviceAccountName: Forbidden: policy.serviceAccounts of the platform team allows robot`,
		},
		"Volumes": {
			reason: "What is mounted comes from where it may.",
			policy: `{"volumes": ["configMap", "emptyDir"]}`,
			fields: `, "volumes": [{"name": "a", "mountPath": "/a", "emptyDir": {}}, {"name": "b", "mountPath": "/b", "persistentVolumeClaim": {"claimName": "b"}, "secret": null}]`,
			want:   `spec.volumes[1].persistentVolumeClaim: Forbidden: policy.volumes of the platform team allows configMap, emptyDir`,
		},
		"VolumesEphemeral": {
			reason: "A volume of each pod's own costs money, too.",
			policy: `{"volumes": ["persistentVolumeClaim"]}`,
			fields: `, "volumes": [{"name": "c", "mountPath": "/c", "ephemeral": {"volumeClaimTemplate": {"spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}}}]`,
			want:   `spec.volumes[0].ephemeral: Forbidden: policy.volumes of the platform team allows persistentVolumeClaim`,
		},
		"VolumesProjected": {
			reason: "A Secret is one in whatever folder it is.",
			policy: `{"volumes": ["configMap", "projected"]}`,
			fields: `, "volumes": [{"name": "a", "mountPath": "/a", "projected": {"sources": [{"configMap": {"name": "a"}}, {"serviceAccountToken": {"path": "t"}}, {"secret": {"name": "b"}}]}}]`,
			want:   `spec.volumes[0].projected.sources[2].secret: Forbidden: policy.volumes of the platform team allows configMap, projected`,
		},
		"ServiceTypes": {
			reason: "A load balancer costs money.",
			policy: `{"serviceTypes": ["ClusterIP"]}`,
			fields: `, "service": {"type": "LoadBalancer"}`,
			want:   `spec.service.type: Forbidden: policy.serviceTypes of the platform team allows ClusterIP, and not LoadBalancer`,
		},
		"Hosts": {
			reason: "One team does not take another's address.",
			policy: `{"hosts": ["{name}.{namespace}.apps.acme.com", "*.{namespace}.acme.com"]}`,
			fields: `, "ingress": {"host": "shop.other.apps.acme.com"}`,
			want:   `spec.ingress.host: Forbidden: policy.hosts of the platform team allows shop.acme.apps.acme.com, *.acme.acme.com`,
		},
		"HostsSeveral": {
			reason: "Each of several is held against it.",
			policy: `{"hosts": ["*.{namespace}.acme.com"]}`,
			fields: `, "ingress": {"hosts": ["shop.acme.acme.com", "shop.other.acme.com", "till.acme.acme.com"]}`,
			want:   `spec.ingress.hosts[1]: Forbidden: policy.hosts of the platform team allows *.acme.acme.com`,
		},
		"HostsForAll": {
			reason:   "Who has an address without asking has his own.",
			policy:   `{"hosts": ["{name}.{namespace}.apps.acme.com"]}`,
			defaults: `{"ingress": {"host": "{name}.{namespace}.apps.acme.com", "always": true}}`,
		},
		"HostsOfRoute": {
			reason: "A route without hosts has all of its Gateway's, and a star takes no more than it may.",
			policy: `{"hosts": ["*.{namespace}.acme.com"]}`,
			fields: `, "httpRoute": {"hostnames": ["a.b.acme.acme.com", "*.acme.acme.com", "*.acme.com", "acme.acme.com", "xacme.acme.com"], "parentRefs": [{"name": "public"}]}`,
			want: `spec.httpRoute.hostnames[2]: Forbidden: policy.hosts of the platform team allows *.acme.acme.com; ` +
				`spec.httpRoute.hostnames[3]: Forbidden: policy.hosts of the platform team allows *.acme.acme.com; ` +
				`spec.httpRoute.hostnames[4]: Forbidden: policy.hosts of the platform team allows *.acme.acme.com`,
		},
		"HostsOfRouteMissing": {
			reason: "A route without hosts has all of its Gateway's.",
			policy: `{"hosts": []}`,
			fields: `, "httpRoute": {"parentRefs": [{"name": "public"}]}`,
			want:   `spec.httpRoute.hostnames: Required value: policy.hosts of the platform team allows none`,
		},
		"HostsKept": {
			reason:   "Its own address is its own, and be it by default.",
			policy:   `{"hosts": ["{name}.{namespace}.apps.acme.com"]}`,
			defaults: `{"ingress": {"host": "{name}.{namespace}.apps.acme.com"}}`,
			fields:   `, "ingress": {}`,
		},
		"NothingAskedFor": {
			reason: "Who asks for nothing is refused nothing.",
			policy: `{"hosts": [], "serviceTypes": ["ClusterIP"], "volumes": [], "serviceAccounts": [], "priorityClassNames": [], "tolerations": []}`,
		},
		"TolerationsKept": {
			reason: "Without a policy, any.",
			policy: `{"maxReplicas": 5}`,
			fields: `, "tolerations": [{"operator": "Exists"}], "priorityClassName": "high"`,
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			input := `"policy": ` + tc.policy
			if tc.defaults != "" {
				input += `, "defaults": ` + tc.defaults
			}

			image := tc.image
			if image == "" {
				image = "nginx:1.27"
			}

			webApp := `{"apiVersion": "example.com/v1", "kind": "WebApp", "metadata": {"name": "shop", "namespace": "acme", "labels": {"stage": "test", "owner": ""}},
				"spec": {"image": "` + image + `", "replicas": 2` + tc.fields + `}}`

			input += `, "features": ["ingress", "httpRoute"]`
			rsp := run(t, request(webApp, withInput(inputWith(input)), withRequired(platform.GrantsRequirement, everythingGranted), withKinds))
			reason, message := v1.ReasonAccepted, "The WebApp is valid and no other object is in its way."

			if tc.want != "" {
				reason, message = v1.ReasonPolicyViolation, "the platform team does not allow the WebApp: "+tc.want
			}

			if got := rsp.GetConditions()[0]; got.GetReason() != string(reason) || got.GetMessage() != message {
				t.Errorf("\n%s\nAccepted: -want, +got:\n%s", tc.reason, cmp.Diff(string(reason)+": "+message, got.GetReason()+": "+got.GetMessage()))
			}

			if refused := len(rsp.GetDesired().GetResources()) == 0; refused != (tc.want != "") {
				t.Errorf("\n%s\nwant all that is desired or nothing, got %v", tc.reason, rsp.GetDesired().GetResources())
			}
		})
	}
}
