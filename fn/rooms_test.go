package fn

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestRooms holds that the rooms below fn know only those below them, and that none
// has grown too large to live in.
func TestRooms(t *testing.T) {
	const (
		module   = "github.com/webapp-operator/function-webapp/fn/"
		maxLines = 1500
	)

	knows := map[string][]string{
		"value":     {},
		"webapp":    {"value"},
		"network":   {"value", "webapp"},
		"volume":    {"value", "webapp"},
		"env":       {"value", "webapp"},
		"placement": {"value", "webapp"},
		"container": {"value", "webapp", "volume", "env"},
		"config":    {"value", "webapp", "env"},
		"pod":       {"value", "webapp", "volume", "env", "config", "container", "placement"},
		"exposure":  {"value", "webapp", "network", "container"},
		"scaling":   {"value", "webapp", "container", "pod"},
		"owner":     {"value"},
		"child":     {"value", "webapp", "network", "exposure", "container", "placement", "pod", "scaling", "owner"},
		"platform":  {"value", "webapp", "container", "placement", "volume", "pod", "child"},
		"diagnosis": {"value", "webapp", "env", "container", "placement", "pod", "child"},
		"rollout":   {"value", "webapp", "container", "pod", "owner", "child", "diagnosis"},
		".":         {"value", "webapp", "exposure", "config", "scaling", "child", "platform", "diagnosis", "rollout"},
	}

	folders, err := filepath.Glob("*/")
	if err != nil {
		t.Fatal(err)
	}

	for _, folder := range folders {
		if room := filepath.Base(folder); room != "testdata" && knows[room] == nil {
			t.Errorf("%s is a room that this test does not know", room)
		}
	}

	for room, may := range knows {
		files, err := filepath.Glob(filepath.Join(room, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: there are no files: %v", room, err)
		}

		lines, documented := 0, false

		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}

			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}

			lines += strings.Count(string(content), "\n")

			parsed, err := parser.ParseFile(token.NewFileSet(), file, content, parser.ImportsOnly|parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}

			documented = documented || parsed.Doc != nil

			for _, i := range parsed.Imports {
				path, err := strconv.Unquote(i.Path.Value)
				if err != nil {
					t.Fatal(err)
				}

				if below, ours := strings.CutPrefix(path, module); ours && !slices.Contains(may, below) {
					t.Errorf("%s imports %s: %s knows %v only", file, below, room, may)
				}
			}
		}

		if !documented {
			t.Errorf("%s does not say what is in it", room)
		}

		if lines > maxLines {
			t.Errorf("%s has %d lines: cut it before it has more than %d", room, lines, maxLines)
		}
	}
}
