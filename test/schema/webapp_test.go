package schema

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
)

// webApps returns the manifests of kind WebApp that match a glob, by file name.
// There must be some.
func webApps(t *testing.T, glob string) map[string][]byte {
	t.Helper()

	paths, err := filepath.Glob(glob)
	if err != nil {
		t.Fatal(err)
	}

	manifests := map[string][]byte{}

	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}

		if bytes.Contains(data, []byte("\nkind: WebApp\n")) {
			manifests[filepath.Base(path)] = data
		}
	}

	if len(manifests) == 0 {
		t.Fatalf("%s has no WebApp", glob)
	}

	return manifests
}

// webApp returns a manifest that says no more than it must, after a change.
func webApp(t *testing.T, change func(*v1.WebApp)) []byte {
	t.Helper()

	w := &v1.WebApp{Spec: v1.WebAppSpec{Image: "nginx", Replicas: 1}}
	w.APIVersion, w.Kind = v1.GroupVersion.String(), v1.Kind
	w.Name, w.Namespace = "my-app", "default"
	change(w)

	data, err := yaml.Marshal(w)
	if err != nil {
		t.Fatal(err)
	}

	return data
}

// env returns n environment variables.
func env(n int) map[string]string {
	e := map[string]string{}
	for i := range n {
		e[fmt.Sprintf("VARIABLE_%d", i)] = "value"
	}

	return e
}

// TestValid creates WebApps that are odd, but legal. It also decodes what the
// server stores into the Go types and encodes it again: nothing may be lost.
func TestValid(t *testing.T) {
	server := served(t)

	for name, manifest := range valids(t) {
		t.Run(name, func(t *testing.T) {
			stored, err := server.Create(t.Context(), manifest)
			if err != nil {
				t.Fatal(err)
			}

			w := &v1.WebApp{}
			if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(stored.Object, w, true); err != nil {
				t.Fatal(err)
			}

			got, err := runtime.DefaultUnstructuredConverter.ToUnstructured(w)
			if err != nil {
				t.Fatal(err)
			}

			if diff := cmp.Diff(withoutEmpty(stored.Object), withoutEmpty(got)); diff != "" {
				t.Errorf("-stored, +after a round trip through Go:\n%s", diff)
			}
		})
	}
}

func valids(t *testing.T) map[string][]byte {
	t.Helper()

	cases := map[string][]byte{
		"the-most-env":      webApp(t, func(w *v1.WebApp) { w.Spec.Env = env(v1.MaxEnv) }),
		"the-longest-value": webApp(t, func(w *v1.WebApp) { w.Spec.Env = map[string]string{"A": strings.Repeat("é", v1.MaxEnvValueLength)} }),
		"the-longest-name":  webApp(t, func(w *v1.WebApp) { w.Name = strings.Repeat("a", v1.MaxNameLength) }),
		"the-longest-image": webApp(t, func(w *v1.WebApp) { w.Spec.Image = strings.Repeat("a", v1.MaxImageLength) }),
		"the-longest-tag":   webApp(t, func(w *v1.WebApp) { w.Spec.Image = "nginx:" + strings.Repeat("1", 128) }),
		"two-hundred-env":   webApp(t, func(w *v1.WebApp) { w.Spec.Env = env(200) }),
		"all-of-ascii-in-env": webApp(t, func(w *v1.WebApp) {
			w.Spec.Env = map[string]string{}
			for c := ' '; c <= '~'; c++ {
				if c != '=' {
					w.Spec.Env[string(c)] = "value"
				}
			}
		}),
	}

	for _, glob := range []string{"valid/*.yaml", "../../examples/*.yaml"} {
		maps.Copy(cases, webApps(t, glob))
	}

	return cases
}

// withoutEmpty leaves out objects without fields: the Go types cannot tell them
// from absent ones, and always have a status.
func withoutEmpty(in map[string]any) map[string]any {
	out := map[string]any{}

	for k, v := range in {
		if m, ok := v.(map[string]any); ok {
			if m = withoutEmpty(m); len(m) == 0 {
				continue
			}

			v = m
		}

		out[k] = v
	}

	return out
}

// TestInvalid creates WebApps that are wrong in one way each, and compares the
// answer, which developers see in their terminals. A file starts with it.
func TestInvalid(t *testing.T) {
	server := served(t)

	for name, tc := range invalids(t) {
		t.Run(name, func(t *testing.T) {
			_, err := server.Create(t.Context(), tc.manifest)

			if diff := cmp.Diff(tc.want, causes(err), anyVersion); diff != "" {
				t.Errorf("-want, +got:\n%s", diff)
			}
		})
	}
}

// anyVersion takes a cause that ends in … for all that begin so: how they go on depends on
// the version of Kubernetes.
var anyVersion = cmp.Comparer(func(a, b string) bool {
	begin, open := strings.CutSuffix(a, "…")
	other, otherOpen := strings.CutSuffix(b, "…")

	return a == b || open && strings.HasPrefix(b, begin) || otherOpen && strings.HasPrefix(a, other)
})

// An invalid WebApp, and what is wrong with it, in the order of words.
type invalid struct {
	manifest []byte
	want     []string
}

func invalids(t *testing.T) map[string]invalid {
	t.Helper()

	cases := map[string]invalid{
		"env-too-many": {
			manifest: webApp(t, func(w *v1.WebApp) { w.Spec.Env = env(v1.MaxEnv + 1) }),
			want:     []string{"spec.env: Too many: 1001: must have at most 1000 items"},
		},
		"env-value-too-long": {
			manifest: webApp(t, func(w *v1.WebApp) {
				w.Spec.Env = map[string]string{"A": strings.Repeat("a", v1.MaxEnvValueLength+1)}
			}),
			want: []string{"spec.env.A: Too long: may not be more than 131072 bytes"},
		},
		"image-too-long": {
			manifest: webApp(t, func(w *v1.WebApp) { w.Spec.Image = strings.Repeat("a", v1.MaxImageLength+1) }),
			want:     []string{"spec.image: Too long: may not be more than 1024 bytes"},
		},
		"name-too-long": {
			manifest: webApp(t, func(w *v1.WebApp) { w.Name = strings.Repeat("a", v1.MaxNameLength+1) }),
			want:     []string{"metadata.name: Too long: may not be more than 63 bytes"},
		},
	}

	for name, manifest := range webApps(t, "invalid/*.yaml") {
		tc := invalid{manifest: manifest}

		for line := range strings.Lines(string(manifest)) {
			want, ok := strings.CutPrefix(line, "# want: ")
			if !ok {
				break
			}

			tc.want = append(tc.want, strings.TrimSpace(want))
		}

		slices.Sort(tc.want)
		cases[name] = tc
	}

	return cases
}

// causes returns what an answer says about each field, without the API server's
// remark that other rules wait until a field is there or has the right type.
func causes(err error) []string {
	status := apierrors.APIStatus(nil)
	if !errors.As(err, &status) {
		return []string{fmt.Sprint(err)}
	}

	var out []string

	for _, c := range status.Status().Details.Causes {
		if !strings.Contains(c.Message, "some validation rules were not checked") {
			out = append(out, fmt.Sprintf("%s: %s", c.Field, c.Message))
		}
	}

	// The API server has no order in which it says what is wrong.
	slices.Sort(out)

	return out
}

// TestDefault creates a WebApp that says no more than it must.
func TestDefault(t *testing.T) {
	stored, err := served(t).Create(t.Context(), webApp(t, func(*v1.WebApp) {}))
	if err != nil {
		t.Fatal(err)
	}

	want := map[string]any{"image": "nginx", "replicas": int64(1), "port": int64(v1.DefaultPort)}
	if diff := cmp.Diff(want, stored.Object["spec"]); diff != "" {
		t.Errorf("-want, +got:\n%s", diff)
	}
}
