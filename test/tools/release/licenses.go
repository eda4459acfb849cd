package main

import (
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/google/licensecheck"
)

// allowed are licences, by their SPDX names, under which a program may be linked into
// one with the licence Apache-2.0 and given to others, who keep the notices.
var allowed = []string{"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "Unicode-DFS-2016", "0BSD"}

// least is how much of a file, in per cent, must be a licence for it to be one.
const least = 75

// file is what files with licences are called.
var file = regexp.MustCompile(`(?i)^(li[cs]en[cs]e|copying)([-_.].*)?$`)

type licensesCmd struct {
	Binary string `arg:"" help:"The program." type:"existingfile"`
}

// Run prints the licences of a program.
func (c *licensesCmd) Run() error {
	found, err := licenses(c.Binary)

	for _, module := range slices.Sorted(maps.Keys(found)) {
		if _, err := fmt.Fprintf(os.Stdout, "%-80s %s\n", module, strings.Join(found[module], ", ")); err != nil {
			return err
		}
	}

	return err
}

// licenses returns the licences of every module that is linked into a program, and of
// Go, by path@version. One without a licence that we know, or with one that is not
// allowed, is an error that names it; all of them are told at once.
func licenses(binary string) (map[string][]string, error) {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return nil, fmt.Errorf("%s does not say of what it is made: %w", binary, err)
	}

	goroot, err := exec.Command("go", "env", "GOROOT").Output() //nolint:noctx // Go answers at once.
	if err != nil {
		return nil, fmt.Errorf("cannot ask Go where it is: %w", err)
	}

	roots := map[string]string{"std@" + info.GoVersion: filepath.Join(strings.TrimSpace(string(goroot)), "LICENSE")}

	for _, module := range info.Deps {
		if module.Replace != nil {
			module = module.Replace
		}

		if roots[module.Path+"@"+module.Version], err = download(module.Path, module.Version); err != nil {
			return nil, err
		}
	}

	found := map[string][]string{}

	var wrong []error

	for _, module := range slices.Sorted(maps.Keys(roots)) {
		names, err := under(roots[module])
		found[module] = names

		if err == nil {
			err = judge(names)
		}

		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", module, err))
		}
	}

	return found, errors.Join(wrong...)
}

// judge says whether licences are known, and all of them allowed.
func judge(names []string) error {
	if len(names) == 0 {
		return errors.New("no licence is found: look for it, or do without the module")
	}

	for _, name := range names {
		if !slices.Contains(allowed, name) {
			return fmt.Errorf("licence %s is not allowed: do without the module, or have it allowed in test/tools/release/licenses.go", name)
		}
	}

	return nil
}

// download returns where the source of a module is, from the module cache or else the
// proxy. Go checks it against what is known of it.
func download(path, version string) (string, error) {
	out, err := exec.Command("go", "mod", "download", "-json", path+"@"+version).Output() //nolint:noctx // Go has limits of its own.
	if err != nil {
		return "", fmt.Errorf("cannot get the source of %s@%s: %w: %s", path, version, err, out)
	}

	var module struct {
		Dir string `json:"Dir"` //nolint:tagliatelle // Go calls it so.
	}

	if err := json.Unmarshal(out, &module); err != nil {
		return "", err
	}

	return module.Dir, nil
}

// under returns the licences in the folder of a module, or in a file: of the module
// itself, and of code of others that it has copied. Data of tests is not linked.
func under(root string) ([]string, error) {
	names := []string{}

	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}

		if entry.IsDir() {
			if entry.Name() == "testdata" {
				return filepath.SkipDir
			}

			return nil
		}

		// Some write programs about licences, and some have another for their pages.
		if !file.MatchString(entry.Name()) || slices.Contains([]string{".go", ".docs"}, filepath.Ext(path)) {
			return nil
		}

		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}

		coverage := licensecheck.Scan(text)
		if coverage.Percent < least {
			return nil
		}

		for _, match := range coverage.Match {
			names = append(names, match.ID)
		}

		return nil
	})

	slices.Sort(names)

	return slices.Compact(names), err
}
