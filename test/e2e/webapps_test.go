package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// testExample does what the README says, and looks at it as people do.
func testExample(t *testing.T, n *namespace) {
	// It is where the example says that it is.
	n = n.namespace(t, metav1.NamespaceDefault)
	states := n.record(t, "my-app")

	n.do(t, "apply", "-f", filepath.Join(root, "examples/webapp.yaml"))
	n.do(t, "wait", "--for=condition=Ready", "wa/my-app", "--timeout=120s")
	n.running(t, "my-app", 2)
	n.look(t, "my-app")
	n.expect(t, webApps, "my-app", "{.status.url} {.status.labelSelector}", "http://my-app."+n.name+".svc app=my-app,managed-by=webapp-operator")

	const image = "nginxinc/nginx-unprivileged:1.27"

	for _, tc := range []struct {
		reason, command, want string
	}{
		{
			"The columns say what a person wants to know first.",
			"get wa",
			`^NAME +IMAGE +REPLICAS +AVAILABLE +PHASE +SYNCED +READY +COMPOSITION +AGE\nmy-app +` + image + ` +2 +2 +Running +True +True +webapps +\S+\n$`,
		},
		{
			"The wide columns say the rest.",
			"get webapps.example.com -o wide",
			`^NAME +IMAGE +REPLICAS +AVAILABLE +PHASE +REASON +URL +SYNCED +READY +COMPOSITION +COMPOSITIONREVISION +AGE\n` +
				`my-app +` + image + ` +2 +2 +Running +Available +http://my-app\.` + n.name + `\.svc +True +True +webapps +webapps-\S+ +\S+\n$`,
		},
		{"It is among all there is.", "get all", `(?m)^webapp.example.com/my-app +` + image},
		{"The description has the message.", "describe wa my-app", `(?m)^  Message: +2 of 2 replicas are available\.$`},
		{"Fields are explained, with their types.", "explain webapp.spec", `(?s)env\t<map\[string\]string>\n.*image\t<string> -required-\n.*port\t<integer>\n.*replicas\t<integer>\n +Replicas is how many copies`},
		{"The status is explained.", "explain wa.status.phase", `(?s)ENUM:\n +Pending\n +Running\n +Failed\n.*Running:\s+every replica you asked for`},
		{"The selector finds the pods.", "get pods -l app=my-app,managed-by=webapp-operator -o name", `^(pod/my-app-\S+\n){2}$`},
	} {
		// While a WebApp is new, Crossplane may write a condition as it was, and
		// then as it is.
		n.eventually(t, func() error {
			if got := n.do(t, strings.Fields(tc.command)...); !regexp.MustCompile(tc.want).MatchString(got) {
				return fmt.Errorf("%s\nkubectl %s: want it to match %s, got:\n%s", tc.reason, tc.command, tc.want, got)
			}

			return nil
		})
	}

	n.told(t, "my-app",
		"Created: Creating Deployment my-app.",
		"Running: 2 of 2 replicas are available. Reach it at http://my-app."+n.name+".svc")
	n.steady(t, "my-app")

	// Events come in order, and this is the last.
	n.patch(t, webApps, "my-app", "{metadata: {annotations: {crossplane.io/paused: 'true'}}}")

	reasons := func() []string {
		out := []string{}
		for _, e := range n.events(t, "my-app") {
			out = append(out, read(t, &e, "{.type} {.reason}"))
		}

		return slices.Compact(out)
	}

	n.eventually(t, func() error {
		if got := reasons(); !slices.Contains(got, "Normal ReconciliationPaused") {
			return fmt.Errorf("want the event that it is paused, got %q", got)
		}

		return nil
	})

	if diff := cmp.Diff([]string{
		"Normal CompositionSelection", "Normal SelectComposition", "Normal Created", "Normal ComposeResources", "Normal Running", "Normal ReconciliationPaused",
	}, reasons()); diff != "" {
		t.Errorf("events of all kinds: -want, +got:\n%s", diff)
	}

	for _, e := range n.events(t, "my-app") {
		if reason := read(t, &e, "{.reason}"); (reason == "Created" || reason == "Running") && read(t, &e, "{.count}") != "1" {
			t.Errorf("want one event %s, got %s", reason, read(t, &e, "{.count}"))
		}
	}

	described := regexp.MustCompile(`(?s)Normal +Created .*: Creating Deployment my-app\.\n.*Normal +Running .*: 2 of 2 replicas are available\. Reach it at http://my-app\.default\.svc\n`)
	if got := n.do(t, "describe", "wa", "my-app"); !described.MatchString(got) {
		t.Errorf("want the description to have the events in order, got:\n%s", got)
	}

	n.patch(t, webApps, "my-app", "{metadata: {annotations: {crossplane.io/paused: null}}}")

	// Kubernetes may be faster than Crossplane looks.
	got := slices.DeleteFunc(states(), func(state string) bool { return state == "Pending RollingOut" })
	if diff := cmp.Diff([]string{" ", "Pending Creating", "Running Available"}, got); diff != "" {
		t.Errorf("phases: -want, +got:\n%s", diff)
	}

	n.do(t, "delete", "wa", "my-app", "--cascade=foreground", "--timeout=120s")

	if out := n.do(t, "get", "deployment,service,configmap", "-l", "managed-by=webapp-operator", "-o", "name"); out != "" {
		t.Errorf("want nothing left, got %s", out)
	}
}

// testChange changes one field, and only what must change does.
func testChange(t *testing.T, n *namespace) {
	for name, tc := range map[string]struct {
		reason, spec string
		replicas     int

		// What the Deployment has of it, in jsonpath.
		fields, want string

		// Does it replace the pods, and change the ConfigMap?
		rolls, configures bool

		events []string
	}{
		"up": {
			reason: "More replicas are added to those there are.",
			spec:   "image: 'nginx:1', replicas: 4, env: {COLOR: red}", replicas: 4,
			fields: "{.spec.replicas}", want: "4",
			events: []string{"Scaled: Scaling from 2 to 4 replicas."},
		},
		"down": {
			reason: "Fewer replicas are some of those there were.",
			spec:   "image: 'nginx:1', replicas: 1, env: {COLOR: red}", replicas: 1,
			fields: "{.spec.replicas}", want: "1",
			events: []string{"Scaled: Scaling from 2 to 1 replicas."},
		},
		"image": {
			reason: "A new image replaces the pods, and nothing else.",
			spec:   "image: 'nginx:2', replicas: 2, env: {COLOR: red}", replicas: 2,
			fields: "{.spec.template.spec.containers[0].image}", want: "nginx:2", rolls: true,
			events: []string{"Updated: Updating the image from nginx:1 to nginx:2."},
		},
		"env": {
			reason: "A new environment replaces the pods, and the ConfigMap follows.",
			spec:   "image: 'nginx:1', replicas: 2, env: {COLOR: blue, SIZE: '1'}", replicas: 2,
			fields: "{.spec.template.spec.containers[0].env[*].value}", want: "blue 1", rolls: true, configures: true,
			events: []string{"Updated: Updating the pods' settings."},
		},
		"no-env": {
			reason: "Without an environment, nothing is left of it.",
			spec:   "image: 'nginx:1', replicas: 2", replicas: 2,
			fields: "{.spec.template.spec.containers[0].env}", want: "", rolls: true, configures: true,
			events: []string{"Updated: Updating the pods' settings."},
		},
		"port": {
			reason: "A new port replaces the pods. The Service refers to it by name.",
			spec:   "image: 'nginx:1', replicas: 2, port: 9090, env: {COLOR: red}", replicas: 2,
			fields: "{.spec.template.spec.containers[0].ports[*].containerPort} {.spec.template.spec.containers[0].readinessProbe.tcpSocket.port}", want: "9090 http", rolls: true,
			events: []string{"Updated: Updating the pods' settings."},
		},
		"all": {
			reason: "Everything at once is one change of the Deployment.",
			spec:   "image: 'nginx:3', replicas: 3, port: 9090, env: {COLOR: blue}", replicas: 3,
			fields: "{.spec.replicas} {.spec.template.spec.containers[0].image}", want: "3 nginx:3", rolls: true, configures: true,
			events: []string{"Updated: Updating the image from nginx:1 to nginx:3.", "Scaled: Scaling from 2 to 3 replicas."},
		},
	} {
		t.Run(name, func(t *testing.T) {
			n.webApp(t, name, "image: 'nginx:1', replicas: 2, env: {COLOR: red}")
			n.running(t, name, 2)

			parts, pods := n.parts(t, name), n.podsOf(t, name)
			states := n.record(t, name)

			n.webApp(t, name, tc.spec)
			n.expect(t, deployments, name, tc.fields, tc.want)
			n.running(t, name, tc.replicas)

			if seen := states(); len(seen) < 3 || !strings.HasPrefix(seen[1], "Pending ") || seen[len(seen)-1] != "Running Available" {
				t.Errorf("%s\nwant the phase to go from Running through Pending to Running, got %q", tc.reason, seen)
			}

			now := n.parts(t, name)
			if before, after := parts[0], now[0]; before.GetUID() != after.GetUID() || before.GetGeneration()+1 != after.GetGeneration() {
				t.Errorf("%s\nwant one change of the same Deployment, got %s generation %d and then %s generation %d",
					tc.reason, before.GetUID(), before.GetGeneration(), after.GetUID(), after.GetGeneration())
			}

			if diff := cmp.Diff(parts[1], now[1]); diff != "" {
				t.Errorf("%s\nwant the Service untouched: -before, +after:\n%s", tc.reason, diff)
			}

			if diff := cmp.Diff(parts[2], now[2]); (diff != "") != tc.configures {
				t.Errorf("%s\nwant the ConfigMap to change: %t; -before, +after:\n%s", tc.reason, tc.configures, diff)
			}

			kept := 0

			for _, pod := range n.podsOf(t, name) {
				if slices.Contains(pods, pod) {
					kept++
				}
			}

			if want := map[bool]int{true: 0, false: min(len(pods), tc.replicas)}[tc.rolls]; kept != want {
				t.Errorf("%s\nwant %d of the pods %v to stay, %d did", tc.reason, want, pods, kept)
			}

			n.told(t, name, append([]string{
				"Created: Creating Deployment " + name + ".",
				"Running: 2 of 2 replicas are available. Reach it at http://" + name + "." + n.name + ".svc",
			}, tc.events...)...)
		})
	}
}

// testEnv gives an application 200 variables, and changes one.
func testEnv(t *testing.T, n *namespace) {
	const count = 200

	env := make(map[string]any, count)
	list := make([]any, 0, count)

	for i := range count {
		name, value := fmt.Sprintf("NAME_%03d", i), fmt.Sprintf("value %d: \"quoted\", ü, $(NAME_000)", i)
		env[name] = value
		list = append(list, map[string]any{"name": name, "value": value})
	}

	check := func() {
		n.running(t, "many", 2)

		containers, _, _ := unstructured.NestedSlice(n.get(t, deployments, "many").Object, "spec", "template", "spec", "containers")
		if diff := cmp.Diff(list, containers[0].(map[string]any)["env"]); diff != "" {
			t.Errorf("variables of the container: -want, +got:\n%s", diff)
		}

		data, _, _ := unstructured.NestedMap(n.get(t, configMaps, "many-config").Object, "data")
		if diff := cmp.Diff(env, data); diff != "" {
			t.Errorf("entries of the ConfigMap: -want, +got:\n%s", diff)
		}
	}

	app := parse(t, `{apiVersion: example.com/v1, kind: WebApp, metadata: {name: many}, spec: {image: nginx, replicas: 2}}`)
	must(t, unstructured.SetNestedMap(app.Object, env, "spec", "env"))

	_, err := n.client.Resource(webApps).Namespace(n.name).Create(t.Context(), app, metav1.CreateOptions{})
	must(t, err)
	check()

	env["NAME_100"] = "changed"
	list[100].(map[string]any)["value"] = "changed"

	n.patch(t, webApps, "many", "spec: {env: {NAME_100: changed}}")
	check()
	n.steady(t, "many")
}

// testRefused has the API server refuse every WebApp that test/schema knows to be
// wrong, with the same words.
func testRefused(t *testing.T, n *namespace) {
	files, err := filepath.Glob(filepath.Join(root, "test/schema/invalid/*.yaml"))
	must(t, err)

	if len(files) == 0 {
		t.Fatal("there are no invalid WebApps to try")
	}

	for _, file := range files {
		content, err := os.ReadFile(file)
		must(t, err)

		app := parse(t, string(content))
		app.SetNamespace(n.name)

		_, err = n.client.Resource(webApps).Namespace(n.name).Create(t.Context(), app, metav1.CreateOptions{FieldValidation: metav1.FieldValidationStrict})
		said := &strings.Builder{}
		fmt.Fprintln(said, err)

		if status, ok := err.(apierrors.APIStatus); ok && status.Status().Details != nil {
			for _, cause := range status.Status().Details.Causes {
				fmt.Fprintf(said, "%s: %s\n", cause.Field, cause.Message)
			}
		}

		for line := range strings.Lines(string(content)) {
			want, ok := strings.CutPrefix(line, "# want: ")
			want = strings.TrimSuffix(strings.TrimSpace(want), "…")

			// What the API server says beside the field depends on its version.
			if ok && !strings.HasPrefix(want, "<nil>") && !strings.Contains(said.String(), want) {
				t.Errorf("%s: want the API server to say %q, got:\n%s", filepath.Base(file), want, said.String())
			}
		}
	}

	n.webApp(t, "shop", "image: nginx, replicas: 1")
	n.running(t, "shop", 1)

	for fields, want := range map[string]string{
		`{"replicas": 0}`:        "spec.replicas: Invalid value: 0: spec.replicas in body should be greater than or equal to 1",
		`{"image": "https://a"}`: "spec.image: Invalid value: \"https://a\": must be an image reference",
	} {
		if _, err := n.try(t, "patch", "wa", "shop", "--type=merge", "--patch", `{"spec": `+fields+`}`); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("kubectl patch %s: want an error with %q, got %v", fields, want, err)
		}
	}

	n.steady(t, "shop")
}

// testNamespaces has WebApps of one name in two namespaces, which do not know of
// each other.
func testNamespaces(t *testing.T, n *namespace) {
	other := n.namespace(t, n.name+"-other")

	n.webApp(t, "shop", "image: 'nginx:1', replicas: 1")
	other.webApp(t, "shop", "image: 'nginx:2', replicas: 2")
	n.running(t, "shop", 1)
	other.running(t, "shop", 2)
	n.expect(t, deployments, "shop", "{.spec.replicas} {.spec.template.spec.containers[0].image}", "1 nginx:1")
	other.expect(t, deployments, "shop", "{.spec.replicas} {.spec.template.spec.containers[0].image}", "2 nginx:2")
	n.expect(t, webApps, "shop", "{.status.url}", "http://shop."+n.name+".svc")
	other.expect(t, webApps, "shop", "{.status.url}", "http://shop."+other.name+".svc")

	before := n.parts(t, "shop")

	other.delete(t, webApps, "shop", metav1.DeletePropagationForeground)
	other.gone(t, webApps, "shop")
	n.steady(t, "shop")

	if diff := cmp.Diff(before, n.parts(t, "shop")); diff != "" {
		t.Errorf("want nothing changed by another namespace's deletion: -before, +after:\n%s", diff)
	}
}
