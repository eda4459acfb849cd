// Package pages knows the commands that the project's pages tell people to run, and which
// test runs each.
package pages

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A Command is one that a page tells people to run.
type Command struct {
	Page string
	Line int
	Text string

	// Mention is one within a sentence. It may name a program and what it does, and nothing
	// to do it to.
	Mention bool
}

func (c Command) String() string {
	return fmt.Sprintf("%s:%d: %s", c.Page, c.Line, c.Text)
}

// Program is what the command runs first.
func (c Command) Program() string {
	return strings.TrimPrefix(strings.Fields(c.Text)[0], bin)
}

// Shape says that the command leaves something out that a person has to fill in.
func (c Command) Shape() bool {
	return strings.ContainsAny(c.Text, "…<") || c.Mention && len(strings.Fields(c.Text)) <= 2
}

// bin is where make puts what it builds for itself.
const bin = ".cache/bin/"

// programs are what commands begin with. A line of a block of commands must, what a sentence
// quotes is a command if it does.
var programs = []string{
	"apt-get", "cd", "cosign", "crossplane", "curl", "diff", "docker", "function-webapp", "git", "go", "helm", "kubectl", "make",
}

// Read returns the commands of the project's pages, and of what manifests say of themselves.
func Read(root string) ([]Command, error) {
	var all []Command

	for _, pattern := range []string{"README.md", "CONTRIBUTING.md", "SECURITY.md", ".github/*.md", "docs/*.md", "examples/*.md", "test/*/README.md", "apis/new/templates/README.md"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			return nil, err
		}

		for _, path := range found {
			if err := read(root, path, page, &all); err != nil {
				return nil, err
			}
		}
	}

	for _, folder := range []string{"install", "examples"} {
		if err := filepath.WalkDir(filepath.Join(root, folder), func(path string, _ fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".yaml" {
				return err
			}

			return read(root, path, comments, &all)
		}); err != nil {
			return nil, err
		}
	}

	return all, nil
}

func read(root, path string, commands func([]string) []Command, all *[]Command) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}

	name, err := filepath.Rel(root, path)
	if err != nil {
		return err
	}

	for _, c := range commands(strings.Split(string(content), "\n")) {
		c.Page = name
		*all = append(*all, c)
	}

	return nil
}

var (
	fence  = regexp.MustCompile("^\\s*```(\\w*)$")
	quoted = regexp.MustCompile("`([^`]+)`")

	// A remark stands behind a command, or alone.
	remark = regexp.MustCompile(`(^|\s\s+)#.*$`)
)

// page returns the commands of a page: the lines of blocks of commands, or of those that show
// what is printed the ones behind a prompt, and those that sentences quote.
func page(lines []string) []Command {
	var (
		all      []Command
		language string
		inside   bool
	)

	for i := 0; i < len(lines); i++ {
		if found := fence.FindStringSubmatch(lines[i]); found != nil {
			inside, language = !inside, found[1]
			continue
		}

		switch {
		case !inside:
			for _, found := range quoted.FindAllStringSubmatch(lines[i], -1) {
				if name, rest, _ := strings.Cut(found[1], " "); rest != "" && slices.Contains(programs, name) {
					all = append(all, Command{Line: i + 1, Text: found[1], Mention: true})
				}
			}
		case language == "sh", language == "console" && !prompts(lines[i:]):
			line := i + 1

			if text := whole(lines, &i, ""); text != "" {
				all = append(all, Command{Line: line, Text: text})
			}
		case language == "console":
			// What is printed goes on until the block ends.
			all = append(all, Command{Line: i + 1, Text: strings.TrimPrefix(lines[i], "$ ")})

			for !fence.MatchString(lines[i+1]) {
				i++
			}
		}
	}

	return all
}

// prompts says whether a command is shown behind a prompt, with what it prints.
func prompts(lines []string) bool {
	return strings.HasPrefix(lines[0], "$ ")
}

// comments returns the commands in the comments of a manifest, which are set off from the words
// around them.
func comments(lines []string) []Command {
	var all []Command

	for i := 0; i < len(lines); i++ { //nolint:intrange // A command may go on in further lines.
		text, is := strings.CutPrefix(strings.TrimSpace(lines[i]), "#   ")
		if name, _, _ := strings.Cut(strings.TrimPrefix(text, bin), " "); is && slices.Contains(programs, name) {
			line := i + 1
			all = append(all, Command{Line: line, Text: whole(lines, &i, "#   ")})
		}
	}

	return all
}

// whole returns a command with the lines that it goes on in, and without what is said of it.
func whole(lines []string, i *int, prefix string) string {
	text := ""

	for {
		part := strings.TrimPrefix(strings.TrimSpace(lines[*i]), prefix)
		part = strings.TrimSpace(remark.ReplaceAllString(part, ""))

		more := strings.HasSuffix(part, `\`)
		text = strings.TrimSpace(text + " " + strings.TrimSpace(strings.TrimSuffix(part, `\`)))

		if !more {
			return text
		}

		*i++
	}
}
