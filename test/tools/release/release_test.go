package main

import (
	"debug/buildinfo"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	intoto "github.com/in-toto/attestation/go/v1"
	"google.golang.org/protobuf/encoding/protojson"
)

const mit = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`

func TestUnder(t *testing.T) {
	for _, tc := range []struct {
		reason string
		files  map[string]string
		want   []string
	}{
		{"The licence of a module is in its folder.", map[string]string{"LICENSE": mit}, []string{"MIT"}},
		{"Code of others that it has copied has its own.", map[string]string{"README.md": mit, "third/party/COPYING.txt": mit}, []string{"MIT"}},
		{"Data of tests is linked into nothing.", map[string]string{"testdata/LICENSE": mit}, []string{}},
		{"Pages are linked into nothing.", map[string]string{"LICENSE.docs": mit}, []string{}},
		{"A program about licences is none.", map[string]string{"license.go": mit}, []string{}},
		{"What we do not know is none.", map[string]string{"LICENSE": "Ask me, and I may say yes. " + strings.Repeat("Or not. ", 100)}, []string{}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			dir := t.TempDir()

			for name, content := range tc.files {
				must(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700))
				must(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
			}

			got, err := under(dir)
			must(t, err)

			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("under(...): -want, +got:\n%s", diff)
			}
		})
	}
}

func TestJudge(t *testing.T) {
	for _, tc := range []struct {
		reason string
		names  []string
		want   string
	}{
		{"All must be allowed.", []string{"Apache-2.0", "MIT"}, ""},
		{"One that is not is named.", []string{"MIT", "AGPL-3.0"}, "licence AGPL-3.0 is not allowed"},
		{"None is no permission.", nil, "no licence is found"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			err := judge(tc.names)
			if (err == nil) != (tc.want == "") || err != nil && !strings.Contains(err.Error(), tc.want) {
				t.Errorf("judge(%v): want %q, got %v", tc.names, tc.want, err)
			}
		})
	}
}

// TestDescribe holds that an SBOM has what is linked into a program, and nothing else,
// each with a licence, and that it is the same each time. The program is this test.
func TestDescribe(t *testing.T) {
	binary := self(t)

	bom, err := describe(binary, "v1.2.3")
	must(t, err)

	info, err := buildinfo.ReadFile(binary)
	must(t, err)

	want := []string{"std@" + info.GoVersion}
	for _, module := range info.Deps {
		want = append(want, module.Path+"@"+module.Version)
	}

	got := []string{}

	for _, component := range *bom.Components {
		got = append(got, component.Name+"@"+component.Version)

		if component.Licenses == nil || len(*component.Licenses) == 0 {
			t.Errorf("%s has no licence", component.Name)
		}
	}

	slices.Sort(want)
	slices.Sort(got)

	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("describe(...): -linked, +described:\n%s", diff)
	}

	if bom.SerialNumber != "" || bom.Metadata.Timestamp != "" {
		t.Errorf("want no serial number and no date, got %q and %q", bom.SerialNumber, bom.Metadata.Timestamp)
	}
}

// TestProvenance holds that a statement says of the files from what they were made,
// and that it is the same each time.
func TestProvenance(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "function.xpkg")
	must(t, os.WriteFile(file, []byte("package"), 0o600))

	c := provenanceCmd{
		Source: "git+https://example.com/project", Tag: "v1.2.3", Commit: strings.Repeat("ab", 20), Builder: "https://example.com/us",
		Parameter: map[string]string{"ORG": "acme"}, Binary: []string{self(t)},
		Image: map[string]string{"example.com/function": "sha256:" + strings.Repeat("cd", 32)}, Files: []string{file},
	}

	var first []byte

	for range 2 {
		c.Output = filepath.Join(dir, "provenance.json")
		must(t, c.Run())

		got, err := os.ReadFile(c.Output)
		must(t, err)

		if first != nil {
			if diff := cmp.Diff(string(first), string(got)); diff != "" {
				t.Errorf("want the same statement again: -first, +second:\n%s", diff)
			}
		}

		first = got
	}

	statement := &intoto.Statement{}
	must(t, protojson.Unmarshal(first, statement))

	subjects := map[string]string{}
	for _, subject := range statement.GetSubject() {
		subjects[subject.GetName()] = subject.GetDigest()["sha256"]
	}

	if diff := cmp.Diff(map[string]string{
		"function.xpkg":        "bc4a71180870f7945155fbb02f4b0a2e3faa2a62d6d31b7039013055ed19869a",
		"example.com/function": strings.Repeat("cd", 32),
	}, subjects); diff != "" {
		t.Errorf("subjects: -want, +got:\n%s", diff)
	}

	build := statement.GetPredicate().AsMap()["buildDefinition"].(map[string]any)
	if diff := cmp.Diff(map[string]any{"tag": "v1.2.3", "target": "release", "ORG": "acme"}, build["externalParameters"]); diff != "" {
		t.Errorf("parameters: -want, +got:\n%s", diff)
	}

	info, err := buildinfo.ReadFile(self(t))
	must(t, err)

	materials := build["resolvedDependencies"].([]any)
	if want := len(info.Deps) + 2; len(materials) != want {
		t.Errorf("want the source, Go and %d modules, got %d materials", len(info.Deps), len(materials))
	}

	if diff := cmp.Diff(map[string]any{
		"uri": "git+https://example.com/project@refs/tags/v1.2.3", "digest": map[string]any{"gitCommit": strings.Repeat("ab", 20)},
	}, materials[0]); diff != "" {
		t.Errorf("source: -want, +got:\n%s", diff)
	}
}

// TestProvenanceRefused holds that nothing is said of what is not known.
func TestProvenanceRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "script")
	must(t, os.WriteFile(file, []byte("#!/bin/sh\n"), 0o600))

	c := provenanceCmd{Source: "git+https://example.com/project", Tag: "v1.2.3", Commit: "ab", Builder: "https://example.com/us", Binary: []string{file}, Files: []string{file}}
	if _, err := c.statement(); err == nil || !strings.Contains(err.Error(), "does not say of what it is made") {
		t.Errorf("want a program refused that Go has not built, got %v", err)
	}
}

// self is the program that runs now.
func self(t *testing.T) string {
	t.Helper()

	path, err := os.Executable()
	must(t, err)

	return path
}

func must(t *testing.T, err error) {
	t.Helper()

	if err != nil {
		t.Fatal(err)
	}
}
