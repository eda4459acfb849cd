package install

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
	appsv1 "k8s.io/api/apps/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/yaml"
)

// TestCrossplaneChart renders Crossplane's own chart with our values, and holds
// what comes out to be highly available.
func TestCrossplaneChart(t *testing.T) {
	core, err := ModuleDir(t.Context(), "crossplane", "github.com/crossplane/crossplane/v2")
	must(t, err)
	chart, err := loader.LoadDir(filepath.Join(core, "cluster/charts/crossplane"))
	must(t, err)
	data, err := os.ReadFile(filepath.Join(Root, "install/crossplane/values.yaml"))
	must(t, err)

	ours := map[string]any{}
	must(t, yaml.UnmarshalStrict(data, &ours))
	onlyKnown(t, "", ours, chart.Values)

	values, err := chartutil.ToRenderValues(chart, ours, chartutil.ReleaseOptions{Name: "crossplane", Namespace: "crossplane-system", IsInstall: true}, nil)
	must(t, err)
	files, err := engine.Render(chart, values)
	must(t, err)

	s := loadSchemas(t)

	var all []Manifest

	for path, content := range files {
		if filepath.Ext(path) != ".yaml" {
			continue
		}

		manifests, err := split(path, []byte("\n"+content))
		must(t, err)

		for _, m := range manifests {
			if err := s.Validate(t.Context(), m); err != nil {
				t.Errorf("%s: %v", path, err)
			}
		}

		all = append(all, manifests...)
	}

	budget := find[policyv1.PodDisruptionBudget](t, all, "PodDisruptionBudget", "crossplane")

	for _, name := range []string{"crossplane", "crossplane-rbac-manager"} {
		d := find[appsv1.Deployment](t, all, "Deployment", name)

		if *d.Spec.Replicas < 2 {
			t.Errorf("%s: %d replicas", name, *d.Spec.Replicas)
		}

		pods := labels.Set(d.Spec.Template.Labels)

		if len(d.Spec.Template.Spec.TopologySpreadConstraints) == 0 {
			t.Errorf("%s is not spread", name)
		}

		for _, c := range d.Spec.Template.Spec.TopologySpreadConstraints {
			if !matches(t, c.LabelSelector, pods) {
				t.Errorf("%s: its pods do not count for %s", name, c.TopologyKey)
			}
		}

		// Of two pods one may go, whichever of the two programs the other is.
		if want := name == "crossplane"; matches(t, budget.Spec.Selector, pods) != want {
			t.Errorf("%s: the disruption budget applies: %t", name, !want)
		}
	}

	// The network policy lets these pods call the function.
	manifests, err := Build(filepath.Join(Root, "install/network-policy"))
	must(t, err)

	policy := networkPolicy(t, manifests)
	crossplane := labels.Set(find[appsv1.Deployment](t, all, "Deployment", "crossplane").Spec.Template.Labels)
	manager := labels.Set(find[appsv1.Deployment](t, all, "Deployment", "crossplane-rbac-manager").Spec.Template.Labels)

	if from := policy.Spec.Ingress[0].From[0].PodSelector; !matches(t, from, crossplane) || matches(t, from, manager) {
		t.Errorf("want the network policy to let in Crossplane and nobody else, got %v", from)
	}
}

// onlyKnown fails for values that a chart does not know, which Helm ignores.
func onlyKnown(t *testing.T, path string, ours, known map[string]any) {
	t.Helper()

	for key, value := range ours {
		theirs, ok := known[key]
		if !ok {
			t.Errorf("the chart has no value %s", strings.TrimPrefix(path+"."+key, "."))
			continue
		}

		if inner, ok := value.(map[string]any); ok {
			if theirs, ok := theirs.(map[string]any); ok && len(theirs) > 0 {
				onlyKnown(t, path+"."+key, inner, theirs)
			}
		}
	}
}

func matches(t *testing.T, selector *metav1.LabelSelector, of labels.Set) bool {
	t.Helper()

	s, err := metav1.LabelSelectorAsSelector(selector)
	must(t, err)

	return s.Matches(of)
}
