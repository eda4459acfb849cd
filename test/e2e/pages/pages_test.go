package pages

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const root = "../../.."

func must(t *testing.T, err error) {
	t.Helper()

	if err != nil {
		t.Fatal(err)
	}
}

func content(t *testing.T, file string) string {
	t.Helper()

	data, err := os.ReadFile(filepath.Join(root, file))
	must(t, err)

	return string(data)
}

// TestCommands holds that what pages have people run is there, and that a test runs it, or
// none can.
func TestCommands(t *testing.T) {
	commands, err := Read(root)
	must(t, err)

	if len(commands) < 100 {
		t.Errorf("want the commands of all pages, got %d", len(commands))
	}

	makefile, gate, tests := content(t, "Makefile"), gate(t), tests(t)
	used := map[*Held]bool{}

	for _, c := range commands {
		if !slices.Contains(programs, c.Program()) {
			t.Errorf("%s: a block of commands has a line of another kind. Give what is printed a block of another language, or add the program to programs", c)
			continue
		}

		for _, problem := range append(missing(c), unmade(c, makefile)...) {
			t.Errorf("%s: %s", c, problem)
		}

		if endless.MatchString(c.Text) && !strings.Contains(c.Text, "--wait=false") {
			t.Errorf("%s: it waits until nothing has the name, and may see no more than what was made again. Give it --wait=false", c)
		}

		for _, name := range testName.FindAllString(c.Text, -1) {
			if !tests.has(name) {
				t.Errorf("%s: there is no %s", c, name)
			}
		}

		if h := c.find(); h != nil {
			used[h] = true
			continue
		}

		if c.Program() == "make" {
			for _, target := range c.targets() {
				one := Command{Page: c.Page, Text: "make " + target}
				if h := one.find(); h != nil {
					used[h] = true
				} else if !one.runs() && !slices.Contains(gate, target) {
					t.Errorf("%s: neither .ci/run nor a test makes %s. Say in test/e2e/pages/held.go which test does the same, or what it needs that no test has", c, target)
				}
			}
		} else if !c.Shape() && !c.Run() {
			t.Errorf("%s: no test runs it. Say in test/e2e/pages/held.go which does the same, or what it needs that none has", c)
		}
	}

	for i, h := range Elsewhere {
		switch {
		case !used[&Elsewhere[i]]:
			t.Errorf("%+v: no page has it any more", h)
		case (h.By == "") == (h.Needs == ""):
			t.Errorf("%+v: want either the test or what it needs", h)
		case h.By != "" && !tests.has(h.By):
			t.Errorf("%+v: there is no such test", h)
		}
	}
}

// endless is a command that deletes what a WebApp makes again at once.
var endless = regexp.MustCompile(`kubectl.* delete (deployment|service|configmap)[ /]`)

// file is a file or folder of the project in a command.
var file = regexp.MustCompile(`(?:^|[\s=,'"])((?:\.ci|apis|docs|examples|fn|input|install|internal|package|test)/[\w./-]*)`)

// missing returns the files that a command names and the project has not.
func missing(c Command) []string {
	base := root

	// What is written for a kind of one's own is about a folder like this.
	if strings.HasPrefix(c.Page, "apis/new/templates/") {
		base = filepath.Join(root, filepath.Dir(c.Page))
	}

	var all []string

	for _, found := range file.FindAllStringSubmatch(c.Text, -1) {
		if _, err := os.Stat(filepath.Join(base, found[1])); err != nil {
			all = append(all, "there is no "+found[1])
		}
	}

	return all
}

var assignment = regexp.MustCompile(`\s([A-Z]+)=`)

// unmade returns what a command asks of make and the Makefile does not know.
func unmade(c Command, makefile string) []string {
	if c.Program() != "make" {
		return nil
	}

	var all []string

	for _, target := range c.targets() {
		if !regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(target) + `:`).MatchString(makefile) {
			all = append(all, "the Makefile makes no "+target)
		}
	}

	for _, found := range assignment.FindAllStringSubmatch(c.Text, -1) {
		if !strings.Contains(makefile, "$("+found[1]+")") {
			all = append(all, "the Makefile does not ask for "+found[1])
		}
	}

	return all
}

// gate returns what .ci/run makes, and what that takes.
func gate(t *testing.T) []string {
	t.Helper()

	var all []string

	for line := range strings.Lines(content(t, ".ci/run")) {
		if _, words, found := strings.Cut(line, "make "); found && !strings.HasPrefix(line, "#") {
			all = append(all, strings.Fields(words)...)
		}
	}

	rules := regexp.MustCompile(`(?m)^([\w-]+):([^=#\n]*)(?:#.*)?\n`).FindAllStringSubmatch(content(t, "Makefile"), -1)

	for i := 0; i < len(all); i++ {
		for _, rule := range rules {
			if rule[1] == all[i] {
				all = append(all, strings.Fields(rule[2])...)
			}
		}
	}

	// A release makes the packages by another make.
	return append(all, "package")
}

var testName = regexp.MustCompile(`\bTest[A-Z]\w*`)

// sources is what all tests are written in.
type sources string

func tests(t *testing.T) sources {
	t.Helper()

	all := strings.Builder{}

	must(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == ".cache" || entry.Name() == "_output"):
			return filepath.SkipDir
		case strings.HasSuffix(path, "_test.go"):
			data, err := os.ReadFile(path)
			all.Write(data)

			return err
		}

		return nil
	}))

	return sources(all.String())
}

// has says whether there is a test, and its parts.
func (s sources) has(name string) bool {
	test, parts, _ := strings.Cut(name, "/")

	return strings.Contains(string(s), "func "+test+"(") && !slices.ContainsFunc(strings.FieldsFunc(parts, func(r rune) bool { return r == '/' }), func(part string) bool {
		return !strings.Contains(string(s), strconv.Quote(part))
	})
}

// TestRead reads pages of all shapes.
func TestRead(t *testing.T) {
	for name, tc := range map[string]struct {
		reason string
		page   string
		want   []string
	}{
		"Block":    {"Each line of a block is a command, and what is said of it is not.", "```console\nmake up   # it starts\n# alone\n\nkubectl get wa\n```", []string{"make up", "kubectl get wa"}},
		"Long":     {"A command goes on in the next line.", "```sh\nhelm install a \\\n  --wait\n```", []string{"helm install a --wait"}},
		"Prompt":   {"What is printed is no command.", "```console\n$ make up\nready\n  kubectl get wa\n```\n`kubectl get xrd`", []string{"make up", "kubectl get xrd"}},
		"Mention":  {"A sentence quotes what is a command, and what is not.", "Say `make up`, `kubectl`, `crossplane.io/paused` and `git push origin x`.", []string{"make up", "git push origin x"}},
		"Other":    {"Blocks of other languages have none.", "```yaml\nmake: up\n```", nil},
		"Quote":    {"A hash within a word belongs to it.", "```sh\ncurl a#b\n```", []string{"curl a#b"}},
		"Indented": {"Blocks stand in lists, too.", "1. Do:\n\n   ```console\n   make up\n   ```", []string{"make up"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, c := range page(strings.Split(tc.page, "\n")) {
				got = append(got, c.Text)
			}

			if !slices.Equal(tc.want, got) {
				t.Errorf("%s page(%q): want %q, got %q", tc.reason, tc.page, tc.want, got)
			}
		})
	}
}
