package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A validation is what crossplane resource validate says.
type validation struct {
	code int

	Resources []struct {
		Kind, Status string
		Errors       []struct{ Type, Message string }
	}
}

// validate runs crossplane resource validate, as docs/check.md says, without the internet.
func validate(t *testing.T, files ...string) validation {
	t.Helper()

	var stdout, stderr bytes.Buffer

	cmd := exec.CommandContext(t.Context(), filepath.Join(root, ".cache/bin/crossplane"), "resource", "validate", filepath.Join(root, "apis/webapp/definition.yaml"),
		strings.Join(files, ","), "--crossplane-image=", "--cache-dir="+t.TempDir(), "--output=json")
	cmd.Stdout, cmd.Stderr = &stdout, &stderr

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
// cluster sees them, takes what is valid.
func TestValidate(t *testing.T) {
	for _, folder := range []string{"examples", "test/schema/valid"} {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			files := webAppsOf(t, folder)
			v := validate(t, files...)

			if v.code != 0 || len(files) == 0 || len(v.Resources) < len(files) {
				t.Errorf("want exit code 0 for %d files, got %d for %d objects", len(files), v.code, len(v.Resources))
			}

			for i, r := range v.Resources {
				if r.Status != "valid" {
					t.Errorf("%s, object %d: want it to be valid, got %+v", folder, i, r)
				}
			}
		})
	}
}

// TestValidateInvalid shows what it says of what an API server refuses, and holds that it takes
// nothing more than what docs/check.md says.
func TestValidateInvalid(t *testing.T) {
	files := webAppsOf(t, "test/schema/invalid")
	v := validate(t, files...)

	if v.code != 1 || len(v.Resources) != len(files) {
		t.Fatalf("want exit code 1 and one object of each of %d files, got %d and %d", len(files), v.code, len(v.Resources))
	}

	said := strings.Builder{}

	for i, r := range v.Resources {
		fmt.Fprintf(&said, "%s: %s\n", strings.TrimSuffix(filepath.Base(files[i]), ".yaml"), r.Status)

		for _, e := range r.Errors {
			fmt.Fprintf(&said, "  %s: %s\n", e.Type, e.Message)
		}
	}

	compare(t, "testdata/validate.txt", said.String())
}
