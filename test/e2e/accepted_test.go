package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"strconv"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// A sampledWebApp is one that test/validation has generated: as it was written, why the
// API server's code refuses it in process, and what the function makes of it.
type sampledWebApp struct {
	Manifest json.RawMessage   `json:"manifest"`
	Refused  string            `json:"refused"`
	Objects  []json.RawMessage `json:"objects"`
}

// testAccepted holds the API server to what test/validation holds its code to: it takes
// the WebApps that the code takes, and everything that they are made of.
func testAccepted(t *testing.T, n *namespace) {
	must(t, n.define(t.Context(), "sigs.k8s.io/gateway-api", "config/crd/standard/gateway.networking.k8s.io_httproutes.yaml"))
	must(t, n.define(t.Context(), "github.com/prometheus-operator/prometheus-operator", "example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml"))

	sample := make(chan sampledWebApp)
	workers := sync.WaitGroup{}

	for range 8 {
		workers.Go(func() {
			for w := range sample {
				if wrong := n.accept(t.Context(), w); wrong != "" {
					t.Errorf("%s\n%s", wrong, w.Manifest)
				}
			}
		})
	}

	accepted, kinds := 0, map[string]bool{}

	for _, w := range n.sample(t, 2000) {
		sample <- w

		if len(w.Objects) > 0 {
			accepted++
		}

		for _, object := range w.Objects {
			kinds[parse(t, string(object)).GetKind()] = true
		}
	}

	close(sample)
	workers.Wait()

	t.Logf("%d WebApps were accepted, and all that they are made of", accepted)

	want := map[string]bool{
		"ConfigMap": true, "Deployment": true, "HorizontalPodAutoscaler": true, "HTTPRoute": true, "Ingress": true,
		"NetworkPolicy": true, "PodDisruptionBudget": true, "Service": true, "ServiceMonitor": true,
	}
	if diff := cmp.Diff(want, kinds); diff != "" || accepted < 300 {
		t.Errorf("what there is little of shows nothing: %d were accepted, of which there were -want, +got:\n%s", accepted, diff)
	}
}

// sample generates WebApps. The same are generated each time.
func (n *namespace) sample(t *testing.T, webApps int) []sampledWebApp {
	t.Helper()

	out, err := exec.CommandContext(t.Context(), n.Program("sample"), "-root", n.Repository, "-seed", "2", "-webapps", strconv.Itoa(webApps)).Output()
	must(t, err)

	all := make([]sampledWebApp, webApps)
	lines := json.NewDecoder(bytes.NewReader(out))

	for i := range all {
		must(t, lines.Decode(&all[i]))
	}

	return all
}

// accept says what is wrong with how the API server takes a WebApp and what it is made of.
func (n *namespace) accept(ctx context.Context, w sampledWebApp) string {
	if err := n.dryRun(ctx, w.Manifest); (err != nil) != (w.Refused != "") {
		return fmt.Sprintf("want the API server to say of a WebApp what its code says, %q, got: %v", w.Refused, err)
	}

	for _, object := range w.Objects {
		if err := n.dryRun(ctx, object); err != nil {
			return fmt.Sprintf("a WebApp is accepted, and an object of it is refused: %v\n%s", err, object)
		}
	}

	return ""
}

// dryRun has the API server say whether it takes an object: of a WebApp as somebody
// creates it, and of others as Crossplane applies them.
func (n *namespace) dryRun(ctx context.Context, manifest []byte) error {
	object := &unstructured.Unstructured{}
	if err := object.UnmarshalJSON(manifest); err != nil {
		return err
	}

	object.SetNamespace(n.name)

	kind, _ := meta.UnsafeGuessKindToResource(object.GroupVersionKind())
	objects, all := n.client.Resource(kind).Namespace(n.name), []string{metav1.DryRunAll}

	var err error
	if kind == webApps {
		_, err = objects.Create(ctx, object, metav1.CreateOptions{DryRun: all, FieldValidation: metav1.FieldValidationStrict})
	} else {
		_, err = objects.Apply(ctx, object.GetName(), object, metav1.ApplyOptions{FieldManager: "e2e", DryRun: all})
	}

	return err
}
