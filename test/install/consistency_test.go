package install

import (
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	extv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/yaml"

	webapp "github.com/webapp-operator/function-webapp/test/schema"
)

// functionName is what Crossplane calls the function as a dependency.
const functionName = "webapp-operator-function-webapp"

// podLabels are those that Crossplane puts on the function's pods, beside those of
// the DeploymentRuntimeConfig.
var podLabels = labels.Set{"pkg.crossplane.io/function": functionName}

// A flag is an option of the server, by its --help.
type flag struct{ name, env, byDefault string }

// flags asks the function for its options.
func flags(t *testing.T) map[string]flag {
	t.Helper()

	path, err := binary()
	must(t, err)
	help, err := exec.CommandContext(t.Context(), path, "serve", "--help").Output()
	must(t, err)

	out := map[string]flag{}

	for _, entry := range regexp.MustCompile(`(?m)^  (?:-\w, |    )--`).Split(string(help), -1)[1:] {
		words := strings.Join(strings.Fields(entry), " ")
		name, value, _ := strings.Cut(strings.Fields(words)[0], "=")

		f := flag{name: "--" + name, byDefault: strings.Trim(value, `"`)}
		if env := regexp.MustCompile(`\(\$([A-Z_]+)\)`).FindStringSubmatch(words); env != nil {
			f.env = env[1]
		}

		if f.byDefault == "STRING" {
			f.byDefault = ""
		}

		out[f.name] = f
	}

	return out
}

func read(t *testing.T, path string) string {
	t.Helper()

	data, err := os.ReadFile(filepath.Join(Root, path))
	must(t, err)

	return string(data)
}

// variable returns a variable of the Makefile.
func variable(t *testing.T, name string) string {
	t.Helper()

	found := regexp.MustCompile(`(?m)^` + name + ` \?= (.*)$`).FindStringSubmatch(read(t, "Makefile"))
	if found == nil {
		t.Fatalf("the Makefile has no %s", name)
	}

	return found[1]
}

func networkPolicy(t *testing.T, manifests []Manifest) networkingv1.NetworkPolicy {
	t.Helper()

	return find[networkingv1.NetworkPolicy](t, manifests, "NetworkPolicy", functionName)
}

// TestNames holds that what must have one name has one.
func TestNames(t *testing.T) {
	base, err := Build(filepath.Join(Root, "install"))
	must(t, err)
	composition, err := Read(filepath.Join(Root, "apis/webapp/composition.yaml"))
	must(t, err)
	pkg, err := Read(filepath.Join(Root, "apis/crossplane.yaml"))
	must(t, err)

	text := func(m []Manifest, kind, name string, field ...string) string {
		return find[string](t, m, kind, name, field...)
	}
	prefix := variable(t, "REGISTRY") + "/" + variable(t, "ORG") + "/"
	version := ":" + variable(t, "VERSION")

	pipeline := find[[]map[string]any](t, composition, "Composition", "webapps", "spec", "pipeline")
	dependsOn := find[[]map[string]any](t, pkg, "Configuration", "configuration-webapp", "spec", "dependsOn")

	for what, pair := range map[string][2]string{
		"the Composition's function":    {pipeline[0]["functionRef"].(map[string]any)["name"].(string), functionName},
		"the Configuration's function":  {dependsOn[0]["package"].(string), prefix + "function-webapp"},
		"the Function's package":        {text(base, "Function", functionName, "spec", "package"), prefix + "function-webapp" + version},
		"the Configuration's package":   {text(base, "Configuration", "webapp-operator-configuration-webapp", "spec", "package"), prefix + "configuration-webapp" + version},
		"the Function's runtime config": {text(base, "Function", functionName, "spec", "runtimeConfigRef", "name"), functionName},
		"the runtime config":            {text(base, "DeploymentRuntimeConfig", functionName, "metadata", "name"), functionName},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: want %q, got %q", what, pair[1], pair[0])
		}
	}
}

// TestVersion holds that everything speaks of the version that make builds, and that it
// is ready to be published: there are notes of it, and its definition is kept.
func TestVersion(t *testing.T) {
	version := variable(t, "VERSION")

	if !strings.Contains(read(t, "CHANGELOG.md"), "\n## "+version+"\n") {
		t.Errorf("CHANGELOG.md says nothing of %s", version)
	}

	if _, err := os.Stat(filepath.Join(Root, "test/schema/published", version+".yaml")); err != nil {
		t.Errorf("%v: see test/schema/README.md", err)
	}

	if !strings.Contains(read(t, "test/e2e/checkout/checkout.go"), `Version = "`+version+`"`) {
		t.Errorf("the tests on control planes do not have %s", version)
	}

	// Of a package or an image, of the Dockerfile, and what the Configuration asks for.
	says := regexp.MustCompile(`(?:(?:function|configuration)-webapp:|ARG VERSION=|version: ">=|push .*VERSION=)(v\d+\.\d+\.\d+)(?:[^-\w.]|$)`)

	for _, folder := range []string{"README.md", "Dockerfile", "apis/crossplane.yaml", "docs", "examples", "install"} {
		must(t, filepath.WalkDir(filepath.Join(Root, folder), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}

			content, err := os.ReadFile(path)
			for _, found := range says.FindAllStringSubmatch(string(content), -1) {
				if found[1] != version {
					t.Errorf("%s: want %s, got %s", path, version, found[0])
				}
			}

			return err
		}))
	}
}

// TestNext holds that install/next is what is installed, under other names.
func TestNext(t *testing.T) {
	base, err := Build(filepath.Join(Root, "install"))
	must(t, err)
	next, err := Build(filepath.Join(Root, "install/next"))
	must(t, err)
	composition, err := Read(filepath.Join(Root, "apis/webapp/composition.yaml"))
	must(t, err)

	const suffix = "-next"

	function := find[map[string]any](t, base, "Function", functionName, "spec")
	// It must not take part in what depends on what: see TestLifecycle/Twins of test/e2e.
	function["skipDependencyResolution"] = true

	spec := find[map[string]any](t, composition, "Composition", "webapps", "spec")
	spec["pipeline"].([]any)[0].(map[string]any)["functionRef"] = map[string]any{"name": functionName + suffix}

	if diff := cmp.Diff(function, find[map[string]any](t, next, "Function", functionName+suffix, "spec")); diff != "" {
		t.Errorf("the Function: -install, +next:\n%s", diff)
	}

	if diff := cmp.Diff(spec, find[map[string]any](t, next, "Composition", "webapps"+suffix, "spec")); diff != "" {
		t.Errorf("the Composition: -apis, +next:\n%s", diff)
	}
}

// TestProtection holds that what is protected is what is installed, and that Crossplane
// keeps the label by which the API server asks.
func TestProtection(t *testing.T) {
	base, err := Build(filepath.Join(Root, "install"))
	must(t, err)
	protection, err := Build(filepath.Join(Root, "install/protection"))
	must(t, err)
	crd, err := webapp.Derive(filepath.Join(Root, "apis/webapp/definition.yaml"))
	must(t, err)

	const configuration = "webapp-operator-configuration-webapp"

	if labels := find[map[string]string](t, base, "Configuration", configuration, "spec", "commonLabels"); labels["crossplane.io/in-use"] != "true" {
		t.Errorf("the Configuration: want label crossplane.io/in-use on what it brings, got %v", labels)
	}

	got := map[string]string{}

	for _, m := range protection {
		of := find[map[string]any](t, protection, "ClusterUsage", m.Object.GetName(), "spec", "of")
		got[of["kind"].(string)] = of["resourceRef"].(map[string]any)["name"].(string)
	}

	want := map[string]string{"CompositeResourceDefinition": crd.Name, "CustomResourceDefinition": crd.Name, "Configuration": configuration, "Function": functionName}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what is protected: -want, +got:\n%s", diff)
	}
}

// runtimeConfig returns how the function runs with all overlays, and without.
func runtimeConfig(t *testing.T, folder string) appsv1.DeploymentSpec {
	t.Helper()

	manifests, err := Build(filepath.Join(Root, folder))
	must(t, err)

	return find[appsv1.DeploymentSpec](t, manifests, "DeploymentRuntimeConfig", functionName, "spec", "deploymentTemplate", "spec")
}

// TestRuntime holds the DeploymentRuntimeConfig to the function's own flags, and
// to what a highly available function needs.
func TestRuntime(t *testing.T) {
	options := flags(t)

	for _, folder := range []string{"install", "install/production"} {
		t.Run(folder, func(t *testing.T) {
			spec := runtimeConfig(t, folder)
			pod, container := spec.Template.Spec, spec.Template.Spec.Containers[0]

			if *spec.Replicas < 3 || spec.Strategy.RollingUpdate.MaxUnavailable.IntValue() != 1 || len(pod.TopologySpreadConstraints) != 2 {
				t.Errorf("want three replicas, spread, of which one may go, got %v", spec)
			}

			for _, c := range pod.TopologySpreadConstraints {
				if !matches(t, c.LabelSelector, podLabels) {
					t.Errorf("the function's pods do not count for %s", c.TopologyKey)
				}
			}

			env := map[string]string{}
			for _, e := range container.Env {
				env[e.Name] = e.Value
			}

			drain, err := time.ParseDuration(options["--drain-timeout"].byDefault)
			must(t, err)

			if set, ok := env["DRAIN_TIMEOUT"]; ok {
				drain, err = time.ParseDuration(set)
				must(t, err)
			}

			// main.go's flushTimeout comes after it.
			if grace := time.Duration(*pod.TerminationGracePeriodSeconds) * time.Second; drain+5*time.Second >= grace {
				t.Errorf("terminationGracePeriodSeconds: want more than %s and 5 s, got %s", drain, grace)
			}

			known := []string{"GOMEMLIMIT", "POD_NAME"}
			for _, f := range options {
				known = append(known, f.env)
			}

			for name := range env {
				if !slices.Contains(known, name) && !strings.HasPrefix(name, "OTEL_") {
					t.Errorf("nobody reads the variable %s", name)
				}
			}

			memory := container.Resources.Limits[corev1.ResourceMemory]
			soft, err := resource.ParseQuantity(strings.TrimSuffix(env["GOMEMLIMIT"], "B"))
			must(t, err)

			if ratio := soft.AsApproximateFloat64() / memory.AsApproximateFloat64(); ratio < 0.8 || ratio > 0.95 {
				t.Errorf("GOMEMLIMIT: want about nine tenths of %s, got %s", memory.String(), env["GOMEMLIMIT"])
			}

			if got := ":" + strconv.Itoa(int(container.Ports[0].ContainerPort)); got != options["--http-address"].byDefault || container.Ports[0].Name != "metrics" {
				t.Errorf("the port metrics: want that of --http-address, got %v", container.Ports[0])
			}

			if container.Name != "package-runtime" {
				t.Errorf("Crossplane knows the container as package-runtime, not as %s", container.Name)
			}

			for path, probe := range map[string]*corev1.Probe{"/readyz": container.ReadinessProbe, "/healthz": container.LivenessProbe} {
				if probe.HTTPGet.Path != path || probe.HTTPGet.Port.StrVal != "metrics" {
					t.Errorf("want a probe of %s, got %v", path, probe.HTTPGet)
				}
			}

			restricted(t, pod)
		})
	}
}

// restricted holds a pod to Pod Security's restricted profile, and more.
func restricted(t *testing.T, pod corev1.PodSpec) {
	t.Helper()

	c := pod.Containers[0].SecurityContext
	user := "USER " + strconv.FormatInt(*pod.SecurityContext.RunAsUser, 10) + ":" + strconv.FormatInt(*pod.SecurityContext.RunAsGroup, 10)

	if !strings.Contains(read(t, "Dockerfile"), "\n"+user+"\n") {
		t.Errorf("the image has another user than %q", user)
	}

	if !*pod.SecurityContext.RunAsNonRoot || pod.SecurityContext.SeccompProfile.Type != corev1.SeccompProfileTypeRuntimeDefault ||
		*c.AllowPrivilegeEscalation || !*c.ReadOnlyRootFilesystem || !slices.Equal(c.Capabilities.Drop, []corev1.Capability{"ALL"}) ||
		*pod.AutomountServiceAccountToken {
		t.Errorf("want the restricted profile, a read-only root and no token, got %v and %v", pod.SecurityContext, c)
	}
}

// TestSelectors holds that what is for the function's pods selects them, and that
// the ports are those that the function serves.
func TestSelectors(t *testing.T) {
	all, err := Build(filepath.Join(Root, "install/production"))
	must(t, err)

	options := flags(t)
	port := func(flag string) int32 {
		n, err := strconv.ParseInt(strings.TrimPrefix(options[flag].byDefault, ":"), 10, 32)
		must(t, err)

		return int32(n)
	}

	budget := find[policyv1.PodDisruptionBudget](t, all, "PodDisruptionBudget", functionName)
	policy := networkPolicy(t, all)
	monitor := find[metav1.LabelSelector](t, all, "PodMonitor", functionName, "spec", "selector")

	for what, selector := range map[string]*metav1.LabelSelector{
		"disruption budget": budget.Spec.Selector, "network policy": &policy.Spec.PodSelector, "PodMonitor": &monitor,
	} {
		if !matches(t, selector, podLabels) || matches(t, selector, labels.Set{"pkg.crossplane.io/function": "another"}) {
			t.Errorf("%s: want the function's pods and no others, got %v", what, selector)
		}
	}

	for i, want := range []int32{port("--address"), port("--http-address")} {
		if got := policy.Spec.Ingress[i].Ports[0].Port.IntVal; got != want {
			t.Errorf("network policy: want port %d, got %d", want, got)
		}
	}

	// The job is what the alerts and the dashboard ask for.
	if label := find[string](t, all, "PodMonitor", functionName, "spec", "jobLabel"); podLabels[label] != job {
		t.Errorf("PodMonitor: the job is that of label %q, and not %q", label, job)
	}

	endpoint := find[[]map[string]any](t, all, "PodMonitor", functionName, "spec", "podMetricsEndpoints")[0]
	if name := runtimeConfig(t, "install/production").Template.Spec.Containers[0].Ports[0].Name; endpoint["port"] != name {
		t.Errorf("PodMonitor: want port %q, got %q", name, endpoint["port"])
	}

	// Traces may go where they are sent.
	var endpoints []string

	for _, e := range runtimeConfig(t, "install/production").Template.Spec.Containers[0].Env {
		if e.Name == "OTEL_EXPORTER_OTLP_ENDPOINT" {
			endpoints = append(endpoints, e.Value)
		}
	}

	to := policy.Spec.Egress[1]
	want := "." + to.To[0].NamespaceSelector.MatchLabels["kubernetes.io/metadata.name"] + ":" + strconv.Itoa(to.Ports[0].Port.IntValue())

	if len(endpoints) != 1 || !strings.HasSuffix(endpoints[0], want) {
		t.Errorf("want traces sent to %s, which the network policy allows, got %v", want, endpoints)
	}
}

// TestRoles holds that roles name what the definition has, and grant no more than
// they say.
func TestRoles(t *testing.T) {
	base, err := Build(filepath.Join(Root, "install"))
	must(t, err)
	crd, err := webapp.Derive(filepath.Join(Root, "apis/webapp/definition.yaml"))
	must(t, err)

	plural := crd.Spec.Names.Plural
	resources := []string{plural, plural + "/status", plural + "/scale"}
	reads := []string{"get", "list", "watch"}

	for _, name := range []string{"webapp-operator-edit", "webapp-operator-view"} {
		for _, r := range find[rbacv1.ClusterRole](t, base, "ClusterRole", name).Rules {
			if !slices.Equal(r.APIGroups, []string{crd.Spec.Group}) {
				t.Errorf("%s: groups %v", name, r.APIGroups)
			}

			for _, resource := range r.Resources {
				if !slices.Contains(resources, resource) {
					t.Errorf("%s: there is no %s", name, resource)
				}

				if resource == plural+"/status" && !slices.Equal(r.Verbs, reads) {
					t.Errorf("%s: the status is Crossplane's to write", name)
				}
			}

			if name == "webapp-operator-view" && !slices.Equal(r.Verbs, reads) {
				t.Errorf("%s: verbs %v", name, r.Verbs)
			}
		}
	}

	optional, err := Read(filepath.Join(Root, "install/rbac.yaml"))
	must(t, err)

	granted := find[[]string](t, optional, "EnvironmentConfig", "webapp-operator", "data", "features")

	// A role for each feature that is said to be granted, and no other.
	roles := 0

	for _, m := range optional {
		if m.Object.GetKind() == "ClusterRole" {
			roles++
		}
	}

	if roles != len(granted) {
		t.Errorf("want a role for each of %v, got %d", granted, roles)
	}

	input := &extv1.CustomResourceDefinition{}
	must(t, yaml.Unmarshal([]byte(read(t, "package/input/webapp.fn.example.com_inputs.yaml")), input))

	known := []string{}
	for _, v := range input.Spec.Versions[0].Schema.OpenAPIV3Schema.Properties["features"].Items.Schema.Enum {
		known = append(known, strings.Trim(string(v.Raw), `"`))
	}

	if input.Spec.Versions[0].Schema.OpenAPIV3Schema.Properties["diagnostics"].Enum != nil {
		known = append(known, "diagnostics")
	}

	slices.Sort(known)

	if diff := cmp.Diff(known, slices.Sorted(slices.Values(granted))); diff != "" {
		t.Errorf("features of the input, and what install/rbac.yaml says it grants: -input, +rbac.yaml:\n%s", diff)
	}

	rules := []rbacv1.PolicyRule{}
	for _, feature := range granted {
		rules = append(rules, find[rbacv1.ClusterRole](t, optional, "ClusterRole", "webapp-operator-"+strings.ToLower(feature)).Rules...)
	}

	for _, r := range rules {
		if slices.Contains(r.APIGroups, "*") || slices.Contains(r.Resources, "*") || slices.Contains(r.Verbs, "*") {
			t.Errorf("a rule for everything: %v", r)
		}

		if slices.Contains(r.Resources, "pods") && !slices.Equal(r.Verbs, reads) {
			t.Errorf("pods are only read: %v", r.Verbs)
		}

		if slices.Contains(r.Resources, "secrets") {
			t.Error("Secrets are never read")
		}
	}
}

// TestExamples holds that the page of the examples leads to every one.
func TestExamples(t *testing.T) {
	const page = "README.md"

	readme, err := os.ReadFile(filepath.Join(Root, "examples", page))
	must(t, err)

	examples, err := os.ReadDir(filepath.Join(Root, "examples"))
	must(t, err)

	for _, e := range examples {
		if e.Name() != page && !strings.Contains(string(readme), "("+e.Name()+")") {
			t.Errorf("examples/%s does not lead to %s", page, e.Name())
		}
	}
}

// testName is how pages name a test, and a part of it.
var testName = regexp.MustCompile("`(Test[A-Z]\\w*)((?:/[A-Za-z]+)*)`")

// TestClaims holds that there are the tests that pages name for what they promise.
func TestClaims(t *testing.T) {
	source := strings.Builder{}

	must(t, filepath.WalkDir(Root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}

		if entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && path != Root {
			return filepath.SkipDir
		}

		if strings.HasSuffix(path, "_test.go") {
			content, err := os.ReadFile(path)
			source.Write(content)

			return err
		}

		return nil
	}))

	all := source.String()

	pages, err := filepath.Glob(filepath.Join(Root, "docs/*.md"))
	must(t, err)

	named := 0

	for _, page := range append(pages, filepath.Join(Root, "README.md"), filepath.Join(Root, "CONTRIBUTING.md")) {
		content, err := os.ReadFile(page)
		must(t, err)

		for _, found := range testName.FindAllStringSubmatch(string(content), -1) {
			named++

			if !strings.Contains(all, "func "+found[1]+"(") {
				t.Errorf("%s names %s, which is not there", page, found[1])
			}

			for _, part := range strings.FieldsFunc(found[2], func(r rune) bool { return r == '/' }) {
				if !strings.Contains(all, strconv.Quote(part)) {
					t.Errorf("%s names %s%s, and nothing is called %s", page, found[1], found[2], part)
				}
			}
		}
	}

	if named == 0 {
		t.Error("no page names a test")
	}
}

// tableRows returns the rows of a table of docs/operate.md, by their first cell.
func tableRows(t *testing.T, heading string) map[string][]string {
	t.Helper()

	_, section, found := strings.Cut(read(t, "docs/operate.md"), "\n## "+heading+"\n")
	if !found {
		t.Fatalf("docs/operate.md has no section %q", heading)
	}

	section, _, _ = strings.Cut(section, "\n## ")
	out := map[string][]string{}

	for line := range strings.Lines(section) {
		if !strings.HasPrefix(line, "| `") {
			continue
		}

		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		for i := range cells {
			cells[i] = strings.Trim(strings.TrimSpace(cells[i]), "`")
		}

		out[cells[0]] = cells[1:]
	}

	return out
}

// TestFlagsTable holds docs/operate.md to the function's --help.
func TestFlagsTable(t *testing.T) {
	rows := tableRows(t, "Which settings does the function have?")
	options := flags(t)

	for _, f := range options {
		row := rows[f.name]

		switch {
		case f.name == "--help" || f.name == "--version":
		case row == nil:
			t.Errorf("%s is missing", f.name)
		case row[0] != f.env || row[1] != f.byDefault:
			t.Errorf("%s: want variable %q and default %q, got %q", f.name, f.env, f.byDefault, row)
		}
	}

	for name := range rows {
		if _, ok := options[name]; strings.HasPrefix(name, "--") && !ok {
			t.Errorf("there is no %s", name)
		}
	}
}

// TestMetricsTable holds docs/operate.md to what the function exposes.
func TestMetricsTable(t *testing.T) {
	rows := tableRows(t, "What does it measure?")
	known, families := exposed(t, startFunction(t))

	for name, family := range families {
		if strings.HasPrefix(name, "go_") || strings.HasPrefix(name, "process_") {
			continue
		}

		series := known[name]
		if series == nil {
			series = known[name+"_sum"]
		}

		names := slices.DeleteFunc(slices.Sorted(maps.Keys(series)), func(l string) bool { return l == "le" })

		row := rows[name]
		if row == nil {
			t.Errorf("%s is missing", name)
			continue
		}

		kind, labels := strings.ToLower(family.GetType().String()), strings.Join(names, "`, `")
		if row[0] != kind || row[1] != labels {
			t.Errorf("%s: want %q with %q, got %q", name, kind, labels, row)
		}
	}

	for name := range rows {
		if families[name] == nil {
			t.Errorf("there is no %s", name)
		}
	}
}

// TestVersions holds the table of versions to those that make builds and that are tried
// every night, and the constraint of the Configuration to the oldest.
func TestVersions(t *testing.T) {
	want, nightly, oldest := []string{}, read(t, ".github/workflows/nightly.yaml"), ""

	for _, tool := range []struct{ folder, module, variable string }{
		{"kubernetes", "k8s.io/kubernetes", "KUBERNETES"},
		{"crossplane", "github.com/crossplane/crossplane/v2", "CROSSPLANE"},
	} {
		others, err := filepath.Glob(filepath.Join(Root, "test/tools", tool.folder, "*/go.mod"))
		must(t, err)

		if len(others) == 0 {
			t.Errorf("there is only one version of %s", tool.folder)
		}

		for _, file := range append(others, filepath.Join(Root, "test/tools", tool.folder, "go.mod")) {
			content, err := os.ReadFile(file)
			must(t, err)

			version := regexp.MustCompile(`(?m)\s` + tool.module + ` v(\S+)`).FindSubmatch(content)
			if version == nil {
				t.Fatalf("%s does not name %s", file, tool.module)
			}

			want = append(want, string(version[1]))

			minor := filepath.Base(filepath.Dir(file))
			if minor == tool.folder {
				continue
			}

			if !strings.HasPrefix(string(version[1]), minor+".") {
				t.Errorf("%s: want a version of %s, got %s", file, minor, version[1])
			}

			if !strings.Contains(nightly, "make: e2e "+tool.variable+"="+minor+"}") {
				t.Errorf("nothing tries %s %s every night", tool.folder, minor)
			}

			if tool.folder == "crossplane" && (oldest == "" || minor < oldest) {
				oldest = minor
			}
		}
	}

	_, section, _ := strings.Cut(read(t, "docs/operate.md"), "\n## Which versions does it work with?\n")
	section, _, _ = strings.Cut(section, "\n- ")
	got := []string{}

	for _, found := range regexp.MustCompile("`([0-9]+\\.[0-9]+\\.[0-9]+)`").FindAllStringSubmatch(section, -1) {
		got = append(got, found[1])
	}

	slices.Sort(want)
	slices.Sort(got)

	if diff := cmp.Diff(want, slices.Compact(got)); diff != "" {
		t.Errorf("versions in docs/operate.md: -want, +got:\n%s", diff)
	}

	for _, file := range []string{"apis/crossplane.yaml", "apis/new/templates/apis/crossplane.yaml"} {
		if constraint := `version: ">=v` + oldest + `.0-0"`; !strings.Contains(read(t, file), constraint) {
			t.Errorf("%s: want %s, the oldest Crossplane that is tried", file, constraint)
		}
	}
}

// TestPaths holds that files and folders that docs/operate.md names are there.
func TestPaths(t *testing.T) {
	for _, path := range regexp.MustCompile(`\binstall/[-a-z/.]*[a-z]`).FindAllString(read(t, "docs/operate.md"), -1) {
		if _, err := os.Stat(filepath.Join(Root, path)); err != nil {
			t.Error(err)
		}
	}
}

// link is a link of a page to a file of the project, or to a heading.
var link = regexp.MustCompile(`\]\(([^)#:\s]*)(?:#([^)\s]*))?\)`)

// TestLinks holds that links of pages lead to files and headings that are there.
func TestLinks(t *testing.T) {
	pages, err := filepath.Glob(filepath.Join(Root, "docs/*.md"))
	must(t, err)

	for _, page := range append(pages, filepath.Join(Root, "README.md"), filepath.Join(Root, "CONTRIBUTING.md"), filepath.Join(Root, "CHANGELOG.md"), filepath.Join(Root, "examples/README.md")) {
		content, err := os.ReadFile(page)
		must(t, err)

		for _, found := range link.FindAllStringSubmatch(string(content), -1) {
			to := page
			if found[1] != "" {
				to = filepath.Join(filepath.Dir(page), found[1])
			}

			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s: %s leads nowhere: %v", page, found[0], err)
				continue
			}

			if found[2] != "" && !slices.Contains(headings(t, to), found[2]) {
				t.Errorf("%s: %s has no such heading", page, found[0])
			}
		}
	}
}

// headings are those of a page, as links name them.
func headings(t *testing.T, page string) []string {
	t.Helper()

	content, err := os.ReadFile(page)
	must(t, err)

	var all []string

	for line := range strings.Lines(string(content)) {
		if title, is := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); is && strings.HasPrefix(line, "#") {
			title = regexp.MustCompile("[^a-z0-9 _-]").ReplaceAllString(strings.ToLower(strings.TrimSpace(title)), "")
			all = append(all, strings.ReplaceAll(title, " ", "-"))
		}
	}

	return all
}

// TestFirstRender holds that the function and the engine of make render are made of the same
// versions of what both need: it is then compiled once.
func TestFirstRender(t *testing.T) {
	needs := func(folder string) map[string]string {
		out, err := exec.CommandContext(t.Context(), "go", "-C", filepath.Join(Root, folder), "list", "-deps", "-f", "{{with .Module}}{{.Path}} {{.Version}}{{end}}", ".").Output()
		must(t, err)

		versions := map[string]string{}

		for line := range strings.Lines(string(out)) {
			module, version, _ := strings.Cut(strings.TrimSpace(line), " ")
			versions[module] = version
		}

		return versions
	}

	engine := needs("test/tools/render")

	for module, version := range needs(".") {
		if got, both := engine[module]; both && got != version {
			t.Errorf("%s: want the engine to be made with %s as the function is, got %s", module, version, got)
		}
	}
}
