package fn

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/webapp-operator/function-webapp/fn/child"
	"github.com/webapp-operator/function-webapp/fn/pod"
	"github.com/webapp-operator/function-webapp/fn/value"
)

// TestGenerations holds when a WebApp takes newer defaults of ours, of which the pause
// before a container is asked to stop is one: never because of an upgrade.
func TestGenerations(t *testing.T) {
	// first is the Deployment that v0.1.0 made of WebApp shop.
	const first = `{"metadata": {"annotations": {"example.com/template-hash": "c575a73ae178e811"}}, "spec": {"replicas": 2}}`

	annotated := func(generation string) string {
		return strings.Replace(first, `"annotations": {`, `"annotations": {"example.com/defaults-generation": "`+generation+`", `, 1)
	}

	type want struct {
		hash, generation string
		pauses           bool
		pulls            string
	}

	old := want{hash: "c575a73ae178e811"}
	second := want{hash: "987357064cf7fcd2", generation: "2", pauses: true}
	newest := want{hash: "6238d8d2931c257a", generation: "3", pauses: true, pulls: "IfNotPresent"}

	cases := map[string]struct {
		reason   string
		webApp   string
		observed string
		want     want
	}{
		"New": {
			reason: "What is made now is made as well as we can.",
			webApp: shop,
			want:   newest,
		},
		"Upgrade": {
			reason:   "What nobody changes stays as it is, to the byte: no pod restarts.",
			webApp:   shop,
			observed: first,
			want:     old,
		},
		"Scaled": {
			reason:   "How many there are is no setting of the pods.",
			webApp:   strings.Replace(shop, `"replicas": 2`, `"replicas": 5`, 1),
			observed: first,
			want:     old,
		},
		"Changed": {
			reason:   "Pods that are replaced anyway take the newest.",
			webApp:   strings.Replace(shop, `"A": "1"`, `"A": "2"`, 1),
			observed: first,
			want:     want{hash: "7011e57f5b206247", generation: "3", pauses: true, pulls: "IfNotPresent"},
		},
		"Newest": {
			reason:   "What has the newest keeps it.",
			webApp:   shop,
			observed: `{"metadata": {"annotations": {"example.com/template-hash": "6238d8d2931c257a", "example.com/defaults-generation": "3"}}}`,
			want:     newest,
		},
		"Second": {
			reason:   "So does what has one before it.",
			webApp:   shop,
			observed: `{"metadata": {"annotations": {"example.com/template-hash": "987357064cf7fcd2", "example.com/defaults-generation": "2"}}}`,
			want:     second,
		},
		"AskedFor": {
			reason:   "kubectl annotate takes them at once.",
			webApp:   shop,
			observed: annotated("latest"),
			want:     newest,
		},
		"AskedForByNumber": {
			reason:   "By their number, too.",
			webApp:   shop,
			observed: annotated("3"),
			want:     newest,
		},
		"Newer": {
			reason:   "What a newer release made is nothing that this one could make again.",
			webApp:   shop,
			observed: annotated("7"),
			want:     newest,
		},
		"Unknown": {
			reason:   "Of a Deployment that does not say what was written, nothing is known to have changed.",
			webApp:   shop,
			observed: `{"metadata": {}, "spec": {"replicas": 2}}`,
			want:     old,
		},
		"UnknownOtherImage": {
			reason:   "But for its image, if that is another.",
			webApp:   strings.Replace(shop, "nginx:1.27", "nginx:latest", 1),
			observed: `{"metadata": {}, "spec": {"replicas": 2, "template": {"spec": {"containers": [{"name": "app", "image": "nginx:1.27", "imagePullPolicy": "IfNotPresent"}]}}}}`,
			want:     want{hash: "2211582f50f0dfff", generation: "3", pauses: true, pulls: "Always"},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			req := request(tc.webApp)
			if tc.observed != "" {
				withObserved(child.KeyDeployment, tc.observed)(req)
			}

			deployment := run(t, req).GetDesired().GetResources()[child.KeyDeployment].GetResource()
			annotations := value.Dig(deployment.GetFields()["metadata"], "annotations")
			got := want{
				hash:       value.Text(annotations, "example.com/template-hash"),
				generation: value.Text(annotations, "example.com/defaults-generation"),
				pauses:     value.Dig(pod.Container(deployment), "lifecycle") != nil,
				pulls:      value.Text(pod.Container(deployment), "imagePullPolicy"),
			}

			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("\n%s\n-want, +got:\n%s", tc.reason, diff)
			}

			// Asked again about what it made, the function wants nothing else.
			withObserved(child.KeyDeployment, `{}`)(req)
			req.Observed.Resources[child.KeyDeployment].Resource = deployment

			again := run(t, req).GetDesired().GetResources()[child.KeyDeployment].GetResource()
			if diff := cmp.Diff(structpb.NewStructValue(deployment).AsInterface(), structpb.NewStructValue(again).AsInterface()); diff != "" {
				t.Errorf("\n%s\nasked again: -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// TestDefaultPause holds that the platform team says how long replicas that leave go on
// serving, where a WebApp does not.
func TestDefaultPause(t *testing.T) {
	const set = `"defaults": {"lifecycle": {"preStop": {"sleep": {"seconds": 15}}}}`

	for fields, want := range map[string]string{
		`"port": 8080`: "15 45",
		`"lifecycle": {"preStop": {"sleep": {"seconds": 1}}}`: "1 31",
		`"terminationGracePeriodSeconds": 20`:                 "10 20",
		`"terminationGracePeriodSeconds": 60`:                 "15 60",
	} {
		deployment := run(t, request(webAppWith(fields), withInput(inputWith(set)))).GetDesired().GetResources()[child.KeyDeployment].GetResource()
		spec := value.Dig(deployment.GetFields()["spec"], "template", "spec")

		got := fmt.Sprint(value.Number(pod.Container(deployment), "lifecycle", "preStop", "sleep", "seconds"), value.Number(spec, "terminationGracePeriodSeconds"))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: seconds of pause and to stop in: -want, +got:\n%s", fields, diff)
		}
	}
}
