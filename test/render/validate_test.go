package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A validation is what crossplane resource validate says.
type validation struct {
	code int

	Resources []struct {
		Kind   string       `json:"kind"`
		Status string       `json:"status"`
		Errors []fieldError `json:"errors"`
	} `json:"resources"`
}

type fieldError struct {
	Message string `json:"message"`
}

// validate holds files to a definition, as docs/check.md says, without the internet.
func validate(t *testing.T, definition string, files ...string) validation {
	t.Helper()

	var stdout, stderr bytes.Buffer

	cmd := exec.CommandContext(t.Context(), filepath.Join(root, ".cache/bin/crossplane"), "resource", "validate", definition,
		strings.Join(files, ","), "--crossplane-image=", "--cache-dir="+t.TempDir(), "--output=json")
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	// The tool keeps settings of its user.
	cmd.Env = append(os.Environ(), "CROSSPLANE_CONFIG=")

	v := validation{}

	if err := cmd.Run(); err != nil {
		exit := (*exec.ExitError)(nil)
		if !errors.As(err, &exit) {
			t.Fatal(err)
		}

		v.code = exit.ExitCode()
	}

	if err := json.Unmarshal(stdout.Bytes(), &v); err != nil {
		t.Fatalf("%v: %s%s", err, stdout.String(), stderr.String())
	}

	return v
}

// webAppsOf returns the files of a folder that have a WebApp.
func webAppsOf(t *testing.T, folder string) []string {
	t.Helper()

	files, err := filepath.Glob(filepath.Join(root, folder, "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}

	return slices.DeleteFunc(files, func(file string) bool {
		content, err := os.ReadFile(file)
		return err != nil || !bytes.Contains(content, []byte("\nkind: WebApp\n"))
	})
}

// TestValidate holds that crossplane resource validate, by which teams check WebApps before a
// cluster has them, takes what is valid, but for fields that are null.
func TestValidate(t *testing.T) {
	t.Parallel()

	for _, tc := range []struct {
		folder string
		code   int
		want   []string
	}{
		{"examples", 0, nil},
		{"test/schema/valid", 1, []string{`spec.env: Invalid value: "null": spec.env in body must be of type object: "null"`}},
	} {
		t.Run(filepath.Base(tc.folder), func(t *testing.T) {
			files := webAppsOf(t, tc.folder)
			v := validate(t, filepath.Join(root, "apis/webapp/definition.yaml"), files...)

			if v.code != tc.code || len(files) == 0 || len(v.Resources) < len(files) {
				t.Errorf("want exit code %d for %d files, got %d for %d objects", tc.code, len(files), v.code, len(v.Resources))
			}

			var said []string

			for _, r := range v.Resources {
				for _, e := range r.Errors {
					said = append(said, e.Message)
				}
			}

			if diff := cmp.Diff(tc.want, said); diff != "" {
				t.Errorf("-want, +got:\n%s", diff)
			}
		})
	}
}

// TestValidateInvalid holds that it refuses what an API server refuses, for the same field and
// mostly in the same words, but for what is twice in a list.
func TestValidateInvalid(t *testing.T) {
	t.Parallel()

	files := webAppsOf(t, "test/schema/invalid")
	v := validate(t, filepath.Join(root, "apis/webapp/definition.yaml"), files...)

	if v.code != 1 || len(v.Resources) != len(files) {
		t.Fatalf("want exit code 1 and one object of each of %d files, got %d and %d", len(files), v.code, len(v.Resources))
	}

	refused, word := 0, 0

	for i, r := range v.Resources {
		content, err := os.ReadFile(files[i])
		if err != nil {
			t.Fatal(err)
		}

		// What the API server says: test/schema holds that.
		want, _, _ := strings.Cut(strings.TrimPrefix(string(content), "# want: "), "\n")
		want = strings.TrimSuffix(want, "…")

		if r.Status == "valid" && strings.Contains(want, ": Duplicate value: ") {
			continue
		}

		refused++

		field, _, _ := strings.Cut(want, ": ")
		if field == "strict decoding error" {
			field = strings.Split(want, `"`)[1]
		}

		says := func(text string) bool {
			return slices.ContainsFunc(r.Errors, func(e fieldError) bool { return strings.HasPrefix(e.Message, text) })
		}

		switch {
		case r.Status != "invalid":
			t.Errorf("%s: want it to be invalid, got %s", files[i], r.Status)
		case says(want):
			word++
		case !says(field + ": "):
			t.Errorf("%s: want %q, got %+v", files[i], want, r.Errors)
		}
	}

	if refused < len(files)-5 || word < 180 {
		t.Errorf("of %d files, want all but 5 to be refused and 180 in the API server's words, got %d and %d", len(files), refused, word)
	}
}
