package fn

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apiresource "k8s.io/apimachinery/pkg/api/resource"

	"github.com/crossplane/function-sdk-go/resource"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
)

// inputWith is an input with more fields.
func inputWith(fields string) string {
	return `{"apiVersion": "webapp.fn.example.com/v1beta1", "kind": "Input", ` + fields + `}`
}

func TestReadPolicy(t *testing.T) {
	type want struct {
		policy platformPolicy
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
			want:   want{policy: platformPolicy{requiredLabels: []string{}}},
		},
		"Everything": {
			reason: "Every part is read, and registries as images name them.",
			policy: `{"registries": ["GHCR.io/acme", "index.docker.io", "localhost:5000/a/b", "[::1]:5000", "localhost"], "forbidLatestTag": true,
				"requiredLabels": ["example.com/team", "stage"], "maxReplicas": 3, "maxResources": {"requests": {"cpu": 1}, "limits": {"memory": "1Gi"}}}`,
			want: want{policy: platformPolicy{
				registries:      []string{"ghcr.io/acme", "docker.io", "localhost:5000/a/b", "[::1]:5000", "localhost"},
				forbidLatestTag: true,
				requiredLabels:  []string{"example.com/team", "stage"},
				maxReplicas:     3,
				maxResources: resources{
					requests: corev1.ResourceList{"cpu": apiresource.MustParse("1")},
					limits:   corev1.ResourceList{"memory": apiresource.MustParse("1Gi")},
				},
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
			policy: `{"maxResources": {"requests": {"cpu": "250m"}, "limits": {"memory": "1Gi"}}}, "defaults": {"resources": {"requests": {"cpu": 0.5}, "limits": {"memory": "2Gi"}}}`,
			want: want{errs: []string{
				`defaults.resources.requests[cpu]: Invalid value: "500m": must not exceed the policy's 250m`,
				`defaults.resources.limits[memory]: Invalid value: "2Gi": must not exceed the policy's 1Gi`,
			}},
		},
		"Wrong": {
			reason: "A policy that is wrong is none, and nobody must believe that it is.",
			policy: `{"registry": "ghcr.io", "registries": "ghcr.io", "forbidLatestTag": "yes", "requiredLabels": ["a/b/c"], "maxReplicas": 0, "maxResources": {"cpu": 1, "limits": {"memory": "lots"}}}`,
			want: want{errs: []string{
				`policy.registry: Forbidden: unknown field: known here are registries, forbidLatestTag, requiredLabels, maxReplicas, maxResources`,
				`policy.registries: Invalid value: "string": must be a list`,
				`policy.forbidLatestTag: Invalid value: "string": must be true or false`,
				`policy.requiredLabels[0]: Invalid value: "a/b/c": a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
				`policy.maxReplicas: Invalid value: 0: must be between 1 and 100, inclusive`,
				`policy.maxResources.cpu: Forbidden: unknown field: known here are requests, limits`,
				`policy.maxResources.limits[memory]: Invalid value: "lots": must be a quantity such as 100m, 0.5 or 128Mi`,
			}},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, errs := readSettings(resource.MustStructJSON(inputWith(`"policy": ` + tc.policy)))
			if diff := cmp.Diff(tc.want.errs, messages(errs)); diff != "" {
				t.Errorf("\n%s\nreadSettings(...): -want errors, +got errors:\n%s", tc.reason, diff)
			}

			if tc.want.errs != nil {
				return
			}

			if diff := cmp.Diff(tc.want.policy, got.policy, cmp.AllowUnexported(platformPolicy{}, resources{})); diff != "" {
				t.Errorf("\n%s\nreadSettings(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
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

			rsp := run(t, request(webApp, withInput(inputWith(input))))
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

// TestImages holds how images are read where policies speak of them.
func TestImages(t *testing.T) {
	const digest = "@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

	type want struct {
		repository string
		latest     bool
	}

	cases := map[string]want{
		"nginx":                           {"docker.io/library/nginx", true},
		"nginx:latest":                    {"docker.io/library/nginx", true},
		"nginx:1.27":                      {"docker.io/library/nginx", false},
		"nginx" + digest:                  {"docker.io/library/nginx", false},
		"nginx:latest" + digest:           {"docker.io/library/nginx", false},
		"docker.io/nginx":                 {"docker.io/library/nginx", true},
		"index.docker.io/nginx:1":         {"docker.io/library/nginx", false},
		"acme/shop:v1":                    {"docker.io/acme/shop", false},
		"docker.io/acme/shop":             {"docker.io/acme/shop", true},
		"ghcr.io/acme/shop:v1":            {"ghcr.io/acme/shop", false},
		"GHCR.io/acme/shop":               {"ghcr.io/acme/shop", true},
		"localhost/shop":                  {"localhost/shop", true},
		"Registry/shop:1":                 {"registry/shop", false},
		"registry:5000/team/shop":         {"registry:5000/team/shop", true},
		"registry:5000/team/shop:v1":      {"registry:5000/team/shop", false},
		"[::1]:5000/shop:v1" + digest:     {"[::1]:5000/shop", false},
		"registry.acme.com/a/b/c:latest":  {"registry.acme.com/a/b/c", true},
		"registry.acme.com/a/b/c:latest1": {"registry.acme.com/a/b/c", false},
	}

	for image, want := range cases {
		if got := repository(image); got != want.repository {
			t.Errorf("repository(%q): want %q, got %q", image, want.repository, got)
		}

		if got := isLatest(image); got != want.latest {
			t.Errorf("isLatest(%q): want %t, got %t", image, want.latest, got)
		}
	}
}

func TestIsPartOf(t *testing.T) {
	for _, tc := range []struct {
		repository, of string
		want           bool
	}{
		{"ghcr.io/acme/shop", "ghcr.io", true},
		{"ghcr.io/acme/shop", "ghcr.io/acme", true},
		{"ghcr.io/acme/shop", "ghcr.io/acme/shop", true},
		{"ghcr.io/acme-evil/shop", "ghcr.io/acme", false},
		{"ghcr.io/acmeevil/shop", "ghcr.io/acme", false},
		{"ghcr.io.evil.com/acme/shop", "ghcr.io", false},
		{"ghcr.io:8443/acme/shop", "ghcr.io", false},
		{"evil.com/ghcr.io/acme/shop", "ghcr.io/acme", false},
		{"ghcr.io/acme", "ghcr.io/acme/shop", false},
	} {
		if got := isPartOf(tc.repository, tc.of); got != tc.want {
			t.Errorf("isPartOf(%q, %q): want %t, got %t", tc.repository, tc.of, tc.want, got)
		}
	}
}
