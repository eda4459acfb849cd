package platform

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apiresource "k8s.io/apimachinery/pkg/api/resource"

	"github.com/crossplane/function-sdk-go/resource"

	"github.com/webapp-operator/function-webapp/fn/webapp"
)

func TestReadPolicy(t *testing.T) {
	type want struct {
		policy *Policy
		errs   []string
	}

	cases := map[string]struct {
		reason string
		policy string
		want   want
	}{
		"Empty": {
			reason: "What is not set forbids nothing.",
			policy: `{"registries": [], "requiredLabels": [], "forbidLatestTag": false, "maxResources": {}}`,
			want:   want{policy: &Policy{requiredLabels: []string{}}},
		},
		"Everything": {
			reason: "Every part is read, and registries as images name them.",
			policy: `{"registries": ["GHCR.io/acme", "index.docker.io", "localhost:5000/a/b", "[::1]:5000", "localhost"], "forbidLatestTag": true,
				"requiredLabels": ["example.com/team", "stage"], "maxReplicas": 3, "maxResources": {"requests": {"cpu": 1}, "limits": {"memory": "1Gi"}}, "priorityClassNames": ["high"], "tolerations": [], "serviceAccounts": ["robot"], "volumes": ["secret"], "serviceTypes": ["ClusterIP"], "hosts": ["{name}.{namespace}.acme.com", "*.{namespace}.acme.com"]}`,
			want: want{policy: &Policy{
				registries:      []string{"ghcr.io/acme", "docker.io", "localhost:5000/a/b", "[::1]:5000", "localhost"},
				forbidLatestTag: true,
				requiredLabels:  []string{"example.com/team", "stage"},
				maxReplicas:     3,
				maxResources: webapp.Resources{
					Requests: corev1.ResourceList{"cpu": apiresource.MustParse("1")},
					Limits:   corev1.ResourceList{"memory": apiresource.MustParse("1Gi")},
				},
				priorities: allowance{"high"}, tolerations: allowance{}, serviceAccounts: allowance{"robot"}, volumes: allowance{"secret"},
				serviceTypes: allowance{"ClusterIP"}, hosts: allowance{"{name}.{namespace}.acme.com", "*.{namespace}.acme.com"},
			}},
		},
		"Registries": {
			reason: "A registry that no image can be from would forbid everything.",
			policy: `{"registries": ["acme", "https://ghcr.io", "ghcr.io/", "ghcr.io/acme:v1", "ghcr.io/Acme", "ghcr.io/*", ""]}`,
			want: want{errs: []string{
				`policy.registries[0]: Invalid value: "acme": must be a registry such as ghcr.io, or a part of one such as ghcr.io/acme, without https://, a tag or a slash at the end; Docker Hub is docker.io`,
				`policy.registries[1]: Invalid value: "https://ghcr.io": must be a registry such as ghcr.io, or a part of one such as ghcr.io/acme, without https://, a tag or a slash at the end; Docker Hub is docker.io`,
				`policy.registries[2]: Invalid value: "ghcr.io/": must be a registry such as ghcr.io, or a part of one such as ghcr.io/acme, without https://, a tag or a slash at the end; Docker Hub is docker.io`,
				`policy.registries[3]: Invalid value: "ghcr.io/acme:v1": must be a registry such as ghcr.io, or a part of one such as ghcr.io/acme, without https://, a tag or a slash at the end; Docker Hub is docker.io`,
				`policy.registries[4]: Invalid value: "ghcr.io/Acme": must be a registry such as ghcr.io, or a part of one such as ghcr.io/acme, without https://, a tag or a slash at the end; Docker Hub is docker.io`,
				`policy.registries[5]: Invalid value: "ghcr.io/*": must be a registry such as ghcr.io, or a part of one such as ghcr.io/acme, without https://, a tag or a slash at the end; Docker Hub is docker.io`,
				`policy.registries[6]: Invalid value: "": must be a registry such as ghcr.io, or a part of one such as ghcr.io/acme, without https://, a tag or a slash at the end; Docker Hub is docker.io`,
			}},
		},
		"Defaults": {
			reason: "Nobody must be refused for a default.",
			policy: `{"serviceTypes": ["ClusterIP"], "hosts": ["*.{namespace}.acme.com"], "maxResources": {"requests": {"cpu": "250m"}, "limits": {"memory": "1Gi"}}}, "defaults": {"ingress": {"host": "{name}.acme.com"}, "httpRoute": {"hostname": "{name}.{namespace}.acme.com"}, "service": {"type": "NodePort"}, "resources": {"requests": {"cpu": 0.5}, "limits": {"memory": "2Gi"}}}`,
			want: want{errs: []string{
				`defaults.service.type: Invalid value: "NodePort": must be one of the policy's: ClusterIP`,
				`defaults.ingress.host: Invalid value: "{name}.acme.com": must be one of the policy's hosts: *.{namespace}.acme.com`,
				`defaults.resources.requests[cpu]: Invalid value: "500m": must not exceed the policy's 250m`,
				`defaults.resources.limits[memory]: Invalid value: "2Gi": must not exceed the policy's 1Gi`,
			}},
		},
		"Wrong": {
			reason: "A policy that is wrong is none, and nobody must believe that it is.",
			policy: `{"registry": "ghcr.io", "registries": "ghcr.io", "forbidLatestTag": "yes", "requiredLabels": ["a/b/c"], "maxReplicas": 0, "maxResources": {"cpu": 1, "limits": {"memory": "lots"}}, "priorityClassNames": ["High"], "tolerations": "spot", "volumes": ["hostPath"], "serviceTypes": ["ExternalName"], "hosts": ["https://{name}", "{name}.*.com", "{tenant}.acme.com"]}`,
			want: want{errs: []string{
				`policy.registry: Forbidden: unknown field: known here are registries, forbidLatestTag, requiredLabels, maxReplicas, maxResources, priorityClassNames, tolerations, serviceAccounts, volumes, serviceTypes, hosts`,
				`policy.registries: Invalid value: "string": must be a list`,
				`policy.forbidLatestTag: Invalid value: "string": must be true or false`,
				`policy.requiredLabels[0]: Invalid value: "a/b/c": a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
				`policy.maxReplicas: Invalid value: 0: must be between 1 and 100, inclusive`,
				`policy.maxResources.cpu: Forbidden: unknown field: known here are requests, limits`,
				`policy.maxResources.limits[memory]: Invalid value: "lots": must be a quantity such as 100m, 0.5 or 128Mi`,
				`policy.priorityClassNames[0]: Invalid value: "High": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
				`policy.tolerations: Invalid value: "string": must be a list`,
				`policy.volumes[0]: Invalid value: "hostPath": must be one of configMap, secret, emptyDir, persistentVolumeClaim, projected, ephemeral`,
				`policy.serviceTypes[0]: Invalid value: "ExternalName": must be one of ClusterIP, NodePort, LoadBalancer`,
				`policy.hosts[0]: Invalid value: "https://{name}": must be the name of a host such as {name}.{namespace}.apps.acme.com, or *.{namespace}.acme.com for all below`,
				`policy.hosts[1]: Invalid value: "{name}.*.com": must be the name of a host such as {name}.{namespace}.apps.acme.com, or *.{namespace}.acme.com for all below`,
				`policy.hosts[2]: Invalid value: "{tenant}.acme.com": must be the name of a host such as {name}.{namespace}.apps.acme.com, or *.{namespace}.acme.com for all below`,
			}},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, errs := ReadInput(resource.MustStructJSON(`{"apiVersion": "webapp.fn.example.com/v1beta1", "kind": "Input", "policy": ` + tc.policy + `}`))
			if diff := cmp.Diff(tc.want.errs, messages(errs)); diff != "" {
				t.Errorf("\n%s\nReadInput(...): -want errors, +got errors:\n%s", tc.reason, diff)
			}

			if tc.want.errs != nil {
				return
			}

			if diff := cmp.Diff(tc.want.policy, got.Policy, cmp.AllowUnexported(Policy{})); diff != "" {
				t.Errorf("\n%s\nReadInput(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}
