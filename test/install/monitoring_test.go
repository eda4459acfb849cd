package install

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
	"sigs.k8s.io/yaml"
)

// job is what Prometheus calls the function, by the PodMonitor.
const job = "webapp-operator-function-webapp"

// targetLabels are those that the Prometheus Operator puts on what a PodMonitor
// scrapes.
var targetLabels = []string{"job", "instance", "pod", "namespace", "container", "endpoint"}

func reader(b []byte) io.Reader { return bytes.NewReader(b) }

// A rule is an alert of the PrometheusRule.
type rule struct {
	Alert       string            `json:"alert"`
	Expr        string            `json:"expr"`
	For         string            `json:"for"`
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
}

type ruleGroups struct {
	Groups []struct {
		Name  string `json:"name"`
		Rules []rule `json:"rules"`
	} `json:"groups"`
}

// writeRules writes the spec of the PrometheusRule, which is a rule file of
// Prometheus, and returns its alerts.
func writeRules(t *testing.T, dir string) (path string, rules []rule) {
	t.Helper()

	manifests, err := Build(filepath.Join(Root, "install/monitoring"))
	must(t, err)

	spec := find[map[string]any](t, manifests, "PrometheusRule", job, "spec")
	data, err := yaml.Marshal(spec)
	must(t, err)

	path = filepath.Join(dir, "rules.yaml")
	must(t, os.WriteFile(path, data, 0o600))

	groups := ruleGroups{}
	must(t, yaml.UnmarshalStrict(data, &groups))

	for _, g := range groups.Groups {
		rules = append(rules, g.Rules...)
	}

	return path, rules
}

// A dashboard is what this test reads of Grafana's.
type dashboard struct {
	Templating struct {
		List []struct {
			Name  string          `json:"name"`
			Type  string          `json:"type"`
			Query json.RawMessage `json:"query"`
		} `json:"list"`
	} `json:"templating"`
	Panels []struct {
		ID      int    `json:"id"`
		Title   string `json:"title"`
		Targets []struct {
			Expr string `json:"expr"`
		} `json:"targets"`
	} `json:"panels"`
}

// expressions returns every expression of the alerts and of the dashboard, with
// the dashboard's variables as Grafana fills them in.
func expressions(t *testing.T) map[string]string {
	t.Helper()

	manifests, err := Build(filepath.Join(Root, "install/monitoring"))
	must(t, err)

	d := dashboard{}
	must(t, json.Unmarshal([]byte(find[string](t, manifests, "ConfigMap", "webapp-operator-dashboard", "data", "webapp-operator.json")), &d))

	out := map[string]string{}
	fill := strings.NewReplacer("$job", job, "$namespace", ".*", "$__rate_interval", "2m")

	for _, v := range d.Templating.List {
		if v.Type != "query" {
			continue
		}

		query := struct {
			Query string `json:"query"`
		}{}
		must(t, json.Unmarshal(v.Query, &query))

		inner, found := strings.CutPrefix(query.Query, "label_values(")
		selector, label, _ := strings.Cut(strings.TrimSuffix(inner, ")"), ", ")

		if !found || label == "" {
			t.Fatalf("variable %s: this test does not know %q", v.Name, query.Query)
		}

		out["variable "+v.Name] = "count by (" + label + ") (" + fill.Replace(selector) + ")"
	}

	for _, p := range d.Panels {
		for i, target := range p.Targets {
			out[fmt.Sprintf("panel %s %d", p.Title, i)] = fill.Replace(target.Expr)
		}
	}

	_, rules := writeRules(t, t.TempDir())
	for _, r := range rules {
		out["alert "+r.Alert] = r.Expr
	}

	for name, expr := range out {
		if strings.Contains(expr, "$") {
			t.Errorf("%s has a variable that this test does not know: %s", name, expr)
		}
	}

	return out
}

// unknown returns what an expression asks for that is not exposed: metrics,
// labels, and values of labels.
func unknown(expr string, known map[string]series) ([]string, error) {
	parsed, err := parser.NewParser(parser.Options{}).ParseExpr(expr)
	if err != nil {
		return nil, err
	}

	var (
		out     []string
		visible = slices.Clone(targetLabels)
	)

	parser.Inspect(parsed, func(node parser.Node, _ []parser.Node) error {
		selector, ok := node.(*parser.VectorSelector)
		if !ok {
			return nil
		}

		// Prometheus' own, for every target.
		if selector.Name == "up" {
			return nil
		}

		s, ok := known[selector.Name]
		if !ok {
			out = append(out, selector.Name)
			return nil
		}

		visible = append(visible, slices.Collect(maps.Keys(s))...)

		for _, m := range selector.LabelMatchers {
			values, ok := s[m.Name]

			switch {
			case m.Name == model.MetricNameLabel || (!ok && slices.Contains(targetLabels, m.Name)):
			case !ok:
				out = append(out, selector.Name+" "+m.Name)
			case m.Type == labels.MatchEqual && !values[m.Value]:
				out = append(out, selector.Name+" "+m.String())
			}
		}

		return nil
	})

	parser.Inspect(parsed, func(node parser.Node, _ []parser.Node) error {
		if a, ok := node.(*parser.AggregateExpr); ok {
			for _, label := range a.Grouping {
				if !slices.Contains(visible, label) {
					out = append(out, "by "+label)
				}
			}
		}

		return nil
	})

	return out, nil
}

// TestExpressions holds that alerts and dashboard ask for nothing that the
// function does not expose, and for its own job only.
func TestExpressions(t *testing.T) {
	known, _ := exposed(t, startFunction(t))

	for name, expr := range expressions(t) {
		got, err := unknown(expr, known)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}

		if len(got) > 0 {
			t.Errorf("%s asks for what is not exposed: %q", name, got)
		}

		if name != "variable job" && !strings.Contains(expr, `job="`+job+`"`) {
			t.Errorf("%s takes metrics of other jobs, too: %s", name, expr)
		}
	}
}

// TestUnknown holds that the test above can fail.
func TestUnknown(t *testing.T) {
	known := map[string]series{"webapp_reconcile_total": {"result": {"success": true, "fatal": true}}}

	cases := map[string]struct {
		reason string
		args   string
		want   []string
	}{
		"Known": {
			reason: "What is exposed may be asked for, with the labels of the target.",
			args:   `sum by (pod, result) (rate(webapp_reconcile_total{job="a",result="fatal"}[5m])) and on() up{job="a"} == 1`,
		},
		"Metric": {
			reason: "A metric that is not there.",
			args:   `rate(webapp_reconciles_total[5m])`,
			want:   []string{"webapp_reconciles_total"},
		},
		"Label": {
			reason: "A label that the metric does not have.",
			args:   `webapp_reconcile_total{code="fatal"}`,
			want:   []string{"webapp_reconcile_total code"},
		},
		"Value": {
			reason: "A value that the label does not have.",
			args:   `webapp_reconcile_total{result="failed"}`,
			want:   []string{`webapp_reconcile_total result="failed"`},
		},
		"Grouping": {
			reason: "A label to group by that nothing has.",
			args:   `sum by (code) (webapp_reconcile_total)`,
			want:   []string{"by code"},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := unknown(tc.args, known)
			must(t, err)

			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("\n%s\nunknown(...): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

// tool returns a program that make test-install provides.
func tool(name string) string { return filepath.Join(Root, ".cache/bin", name) }

func promtool(t *testing.T, stdin []byte, args ...string) (string, error) {
	t.Helper()

	cmd := exec.CommandContext(t.Context(), tool("promtool"), args...)
	cmd.Stdin = reader(stdin)
	out, err := cmd.CombinedOutput()

	return string(out), err
}

// TestRules has Prometheus' own tool check the rules.
func TestRules(t *testing.T) {
	path, rules := writeRules(t, t.TempDir())

	out, err := promtool(t, nil, "check", "rules", path)
	if err != nil {
		t.Errorf("promtool check rules: %v\n%s", err, out)
	}

	if want := fmt.Sprintf("SUCCESS: %d rules found", len(rules)); !strings.Contains(out, want) {
		t.Errorf("promtool check rules: want %q, got %s", want, out)
	}

	for _, r := range rules {
		for _, annotation := range []string{"summary", "description", "runbook"} {
			if r.Annotations[annotation] == "" {
				t.Errorf("%s has no %s", r.Alert, annotation)
			}
		}

		if !slices.Contains([]string{"critical", "warning"}, r.Labels["severity"]) {
			t.Errorf("%s: severity %q", r.Alert, r.Labels["severity"])
		}
	}
}

// TestAlerts runs the tests of testdata/alerts with promtool. Every alert fires
// in one, and does not in another.
func TestAlerts(t *testing.T) {
	dir := t.TempDir()
	_, rules := writeRules(t, dir)

	for _, r := range rules {
		t.Run(r.Alert, func(t *testing.T) {
			source, err := os.ReadFile(filepath.Join("testdata/alerts", r.Alert+".yaml"))
			must(t, err)

			test := filepath.Join(dir, r.Alert+".yaml")
			must(t, os.WriteFile(test, complete(t, source, r), 0o600))

			if out, err := promtool(t, nil, "test", "rules", test); err != nil {
				t.Errorf("promtool test rules: %v\n%s", err, out)
			}
		})
	}

	tests, err := filepath.Glob("testdata/alerts/*.yaml")
	must(t, err)

	if len(tests) != len(rules) {
		t.Errorf("want a test for each of %d alerts, and no more, got %v", len(rules), tests)
	}
}

// complete adds to a test what promtool compares and what a test need not say
// again: annotations that are the same in every alert.
func complete(t *testing.T, source []byte, r rule) []byte {
	t.Helper()

	whole := map[string]any{}
	must(t, yaml.Unmarshal(source, &whole))

	var fires, silent bool

	for _, test := range list(whole["tests"]) {
		for _, check := range list(test["alert_rule_test"]) {
			if check["alertname"] != r.Alert {
				t.Errorf("a test of %s is for %q", r.Alert, check["alertname"])
			}

			alerts := list(check["exp_alerts"])
			fires = fires || len(alerts) > 0
			silent = silent || len(alerts) == 0

			for _, alert := range alerts {
				annotations := map[string]any{}

				for name, text := range r.Annotations {
					if !strings.Contains(text, "{{") {
						annotations[name] = text
					}
				}

				if said, ok := alert["exp_annotations"].(map[string]any); ok {
					maps.Copy(annotations, said)
				}

				alert["exp_annotations"] = annotations
			}
		}
	}

	if !fires || !silent {
		t.Errorf("want a test in which %s fires, and one in which it does not", r.Alert)
	}

	data, err := yaml.Marshal(whole)
	must(t, err)

	return data
}

// list is a list of objects in YAML.
func list(value any) []map[string]any {
	var out []map[string]any

	items, _ := value.([]any)
	for _, item := range items {
		out = append(out, item.(map[string]any))
	}

	return out
}

// TestCheckMetrics has Prometheus' own tool check what the function exposes.
func TestCheckMetrics(t *testing.T) {
	out, err := promtool(t, get(t, startFunction(t)), "check", "metrics")

	// Code 3 is for findings; anything else is a failure of another kind.
	if exit := (*exec.ExitError)(nil); err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 3) {
		t.Fatalf("promtool check metrics: %v\n%s", err, out)
	}

	var got []string

	for line := range strings.Lines(out) {
		got = append(got, strings.TrimSpace(line))
	}

	// Its name is older than this rule, and frozen.
	want := []string{`webapp_count non-histogram and non-summary metrics should not have "_count" suffix`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("promtool check metrics: -want, +got:\n%s", diff)
	}
}

// TestPrometheus has a Prometheus scrape the function as the PodMonitor says,
// load the rules, and answer every expression of the alerts and the dashboard.
func TestPrometheus(t *testing.T) {
	manifests, err := Build(filepath.Join(Root, "install/monitoring"))
	must(t, err)

	endpoint := find[map[string]any](t, manifests, "PodMonitor", job, "spec")["podMetricsEndpoints"].([]any)[0].(map[string]any)

	metrics, err := url.Parse(startFunction(t))
	must(t, err)

	dir := t.TempDir()
	rules, alerts := writeRules(t, dir)
	config, err := yaml.Marshal(map[string]any{
		"global":     map[string]any{"scrape_interval": "200ms", "evaluation_interval": "200ms"},
		"rule_files": []string{rules},
		"scrape_configs": []any{map[string]any{
			"job_name":     job,
			"honor_labels": endpoint["honorLabels"],
			"metrics_path": endpoint["path"],
			"static_configs": []any{map[string]any{
				"targets": []string{metrics.Host},
				"labels":  map[string]string{"namespace": "crossplane-system", "pod": "function-1", "container": "package-runtime", "endpoint": endpoint["port"].(string)},
			}},
		}},
	})
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "prometheus.yaml"), config, 0o600))

	prometheus := startPrometheus(t, dir)

	eventually(t, "the function to be up for some scrapes", func() bool {
		return len(prometheus.query(t, `count_over_time(up{job="`+job+`"}[1m]) > 4 and up == 1`)) == 1
	})

	known, _ := exposed(t, metrics.String())
	for name := range known {
		if strings.HasPrefix(name, "webapp_") && len(prometheus.query(t, name+`{job="`+job+`"}`)) == 0 {
			t.Errorf("Prometheus has no %s", name)
		}
	}

	// The namespace is that of the WebApps, and not of the function's pod.
	if got := prometheus.query(t, `webapp_count{namespace="acme",phase="Failed",pod="function-1"}`); len(got) != 1 {
		t.Errorf("webapp_count: want the namespace of the WebApps, got %v", prometheus.query(t, "webapp_count"))
	}

	for name, expr := range expressions(t) {
		prometheus.query(t, expr)

		// These need more than one call, or something that is wrong.
		if strings.HasPrefix(name, "panel") && !strings.Contains(expr, "rate(") && len(prometheus.query(t, expr)) == 0 {
			t.Errorf("%s shows nothing", name)
		}
	}

	loaded := struct {
		Groups []struct {
			Rules []struct{ Name, Health, LastError string }
		}
	}{}

	var healthy int

	eventually(t, "every rule to be evaluated", func() bool {
		prometheus.api(t, "rules", nil, &loaded)

		healthy = 0

		for _, g := range loaded.Groups {
			for _, r := range g.Rules {
				if r.Health == "err" {
					t.Errorf("%s: %s", r.Name, r.LastError)
				}

				if r.Health != "unknown" {
					healthy++
				}
			}
		}

		return healthy == len(alerts)
	})
}

// A prometheus is a server that runs.
type prometheus string

func startPrometheus(t *testing.T, dir string) prometheus {
	t.Helper()

	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)

	address := l.Addr().String()
	must(t, l.Close())

	log := &bytes.Buffer{}
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), tool("prometheus"), "--config.file", filepath.Join(dir, "prometheus.yaml"),
		"--storage.tsdb.path", filepath.Join(dir, "data"), "--web.listen-address", address)
	cmd.Stdout, cmd.Stderr = log, log
	must(t, cmd.Start())

	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()

		if t.Failed() {
			t.Logf("prometheus: %s", log)
		}
	})

	eventually(t, "Prometheus to be ready", func() bool {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/-/ready", nil)
		must(t, err)

		rsp, err := http.DefaultClient.Do(req)
		if err != nil {
			return false
		}

		must(t, rsp.Body.Close())

		return rsp.StatusCode == http.StatusOK
	})

	return prometheus("http://" + address)
}

// query returns the result of an expression, which must have one, if it is empty.
func (p prometheus) query(t *testing.T, expr string) []json.RawMessage {
	t.Helper()

	result := struct{ Result []json.RawMessage }{}
	p.api(t, "query", url.Values{"query": {expr}}, &result)

	return result.Result
}

func (p prometheus) api(t *testing.T, path string, query url.Values, data any) {
	t.Helper()

	answer := struct {
		Data json.RawMessage `json:"data"`
	}{}
	must(t, json.Unmarshal(get(t, string(p)+"/api/v1/"+path+"?"+query.Encode()), &answer))
	must(t, json.Unmarshal(answer.Data, data))
}

// eventually waits until something is so.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()

	for deadline := time.Now().Add(time.Minute); !so(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited too long for %s", what)
		}
	}
}
