package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const root = "../../.."

// used are what workflows use of others.
var used = regexp.MustCompile(`(?m)uses: (\S+)(.*)$`)

// pinned is an action by the commit that was looked at, with the version for people.
var pinned = regexp.MustCompile(`^[\w-]+/[\w./-]+@[0-9a-f]{40}$`)

// TestWorkflows holds that workflows run what they name: actions by their digest, and
// targets that make has, with no rights but those that a job says it needs.
func TestWorkflows(t *testing.T) {
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	must(t, err)

	files, err := filepath.Glob(filepath.Join(root, ".github/workflows/*.yaml"))
	must(t, err)

	if len(files) == 0 {
		t.Fatal("there are no workflows")
	}

	for _, file := range files {
		content, err := os.ReadFile(file)
		must(t, err)

		for _, use := range used.FindAllStringSubmatch(string(content), -1) {
			if !pinned.MatchString(use[1]) || !strings.HasPrefix(use[2], " # v") {
				t.Errorf("%s: want %s by digest, with its version behind it", file, use[0])
			}
		}

		if !strings.Contains(string(content), "\npermissions: {}\n") || strings.Contains(string(content), "write-all") {
			t.Errorf("%s: want no rights for all jobs", file)
		}

		for _, target := range regexp.MustCompile(`\bmake:? (?:--silent )?"?([a-z][a-z0-9-]*)( sign)?`).FindAllStringSubmatch(string(content), -1) {
			if !strings.Contains(string(makefile), "\n"+target[1]+":") {
				t.Errorf("%s: make has no target %s", file, target[1])
			}
		}
	}
}

// TestUpdates holds that every module is kept up to date.
func TestUpdates(t *testing.T) {
	content, err := os.ReadFile(filepath.Join(root, ".github/dependabot.yml"))
	must(t, err)

	folders := []string{}
	for _, folder := range regexp.MustCompile(`"(/[^"]*)"`).FindAllStringSubmatch(string(content), -1) {
		folders = append(folders, folder[1])
	}

	modules := 0

	must(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}

		if entry.IsDir() && path != root && (strings.HasPrefix(entry.Name(), ".") || strings.HasPrefix(entry.Name(), "_")) {
			return filepath.SkipDir
		}

		if entry.Name() != "go.mod" {
			return nil
		}

		module, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}

		modules++

		required, err := os.ReadFile(path)
		if err != nil {
			return err
		}

		// What stands in for a module and needs none has nothing to update.
		if !strings.Contains(string(required), "\nrequire ") {
			return nil
		}

		if !slices.ContainsFunc(folders, func(pattern string) bool {
			found, _ := filepath.Match(pattern, filepath.Join("/", module))
			return found
		}) {
			t.Errorf("nobody updates the module in %s: name it in .github/dependabot.yml", module)
		}

		return nil
	}))

	if modules < 2 {
		t.Errorf("want every module looked at, got %d", modules)
	}
}
