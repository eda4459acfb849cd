package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// TestCrossplane upgrades Crossplane from an older version to the newest, as its chart
// does, under WebApps that run: nothing of them is touched, and what is asked for while
// no Crossplane runs is done by the new one.
func TestCrossplane(t *testing.T) {
	if os.Getenv("CROSSPLANE") == "" {
		t.Skip("this is the newest Crossplane: CROSSPLANE= says from which to upgrade")
	}

	c := newCluster(t, false)
	c.install(t)
	c.grant(t)

	n := c.namespace(t, "kept")
	n.featured(t, "podDisruptionBudget, networkPolicy")
	n.webApp(t, "shop", "image: 'nginx:1', replicas: 3, env: {COLOR: red}")
	n.webApp(t, "full", "image: 'nginx:1', replicas: 2, podDisruptionBudget: {minAvailable: 1}, networkPolicy: {ingress: []}"+n.compositionRef())
	n.webApp(t, "grown", "image: 'nginx:1', replicas: 1")
	n.webApp(t, "deleted", "image: 'nginx:1', replicas: 1")

	kept := map[string]int{"shop": 3, "full": 2}
	for name, replicas := range kept {
		n.running(t, name, replicas)
		n.steady(t, name)
	}

	n.running(t, "grown", 1)
	n.running(t, "deleted", 1)

	state := func() map[string]any {
		all := map[string]any{}
		for name := range kept {
			app := n.get(t, webApps, name)
			all[name] = []any{app.GetUID(), app.Object["spec"], n.parts(t, name), n.podsOf(t, name)}
		}

		all["others of full"] = []any{n.get(t, budgets, "full"), n.get(t, policies, "full")}

		return all
	}

	before, grown := state(), n.podsOf(t, "grown")

	must(t, c.UpgradeCrossplane(t.Context(), "", func() {
		t.Log("no Crossplane runs")
		n.patch(t, webApps, "grown", "{spec: {replicas: 2}}")
		n.webApp(t, "created", "image: 'nginx:1', replicas: 1")
		n.delete(t, webApps, "deleted", metav1.DeletePropagationForeground)
	}))
	must(t, c.Installed(t.Context()))
	c.checkVersions(t)

	if p, _ := c.Process("crossplane"); p.Program != c.Program("crossplane-core") {
		t.Fatalf("want the newest Crossplane to run, got %s", p.Program)
	}

	t.Log("what was asked for meanwhile is done")
	n.running(t, "created", 1)
	n.running(t, "grown", 2)
	n.gone(t, webApps, "deleted")
	n.nothingLeft(t, "deleted")

	if now := strings.Join(n.podsOf(t, "grown"), " "); !strings.Contains(now, grown[0]) {
		t.Errorf("want pod %s to stay, got %s", grown[0], now)
	}

	t.Log("nothing else is touched")

	for name, replicas := range kept {
		n.look(t, name)
		n.running(t, name, replicas)
		n.steady(t, name)
	}

	n.told(t, "shop",
		"Created: Creating Deployment shop.",
		"Running: 3 of 3 replicas are available. Reach it at http://shop."+n.name+".svc")

	// Not the revisions of packages: Crossplane 2.4 names them anew.
	if diff := cmp.Diff(before, state()); diff != "" {
		t.Errorf("want everything as it was: -before, +after:\n%s", diff)
	}

	t.Log("and WebApps work as before")
	n.do(t, "scale", "wa/shop", "--replicas=4")
	n.running(t, "shop", 4)
	n.patch(t, webApps, "shop", "{spec: {image: 'nginx:2'}}")
	n.expect(t, deployments, "shop", "{.spec.template.spec.containers[0].image}", "nginx:2")
	n.running(t, "shop", 4)
	n.delete(t, deployments, "full", metav1.DeletePropagationBackground)
	n.running(t, "full", 2)
	n.delete(t, webApps, "shop", metav1.DeletePropagationForeground)
	n.gone(t, webApps, "shop")
	n.nothingLeft(t, "shop")

	t.Log("the packages can be upgraded, too")
	must(t, c.Push(t.Context(), newer))
	n.setPackage(t, "function", newer)
	must(t, c.StartFunction(t.Context(), "function-"+newer, c.functionBinary(newer), "--debug"))
	must(t, c.StopFunction(t.Context(), "function-"+version))
	n.setPackage(t, "configuration", newer)
	n.look(t, "grown")
	n.steady(t, "grown")
}

// checkVersions holds that what runs is what was asked for.
func (c *cluster) checkVersions(t *testing.T) {
	t.Helper()

	said, err := c.Kubectl(t.Context(), "get", "--raw", "/version")
	must(t, err)

	server := struct {
		Version string `json:"gitVersion"`
	}{}
	must(t, json.Unmarshal([]byte(said), &server))

	p, _ := c.Process("crossplane")
	crossplane, err := exec.CommandContext(t.Context(), p.Program, "--version").Output()
	must(t, err)
	t.Logf("Kubernetes %s, Crossplane %s", server.Version, strings.TrimSpace(string(crossplane)))

	for _, v := range []struct{ name, got, want string }{
		{"Kubernetes", server.Version, c.Kubernetes},
		{"Crossplane", string(crossplane), c.Crossplane},
	} {
		if v.want != "" && !strings.HasPrefix(v.got, "v"+v.want+".") {
			t.Fatalf("want %s %s, got %s", v.name, v.want, v.got)
		}
	}
}
