package main

import (
	"fmt"
	"html"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// shown are the lines of what make render prints that the README's picture has, in two
// columns: by object, with the first line of it.
var shown = [2][][]string{{{
	"apiVersion: example.com/v1",
	"kind: WebApp",
	"status:",
	"  message: The Deployment is being created.",
	"  phase: Pending",
	"  reason: Creating",
	"  replicas: 0",
	"  url: http://my-app.default.svc",
}, {
	"apiVersion: v1",
	"data:",
	"  LOG_LEVEL: info",
	"kind: ConfigMap",
}, {
	"apiVersion: v1",
	"kind: Service",
	"spec:",
	"  ports:",
	"  - name: http",
	"    port: 80",
	"    protocol: TCP",
	"    targetPort: http",
}}, {{
	"apiVersion: apps/v1",
	"kind: Deployment",
	"spec:",
	"  replicas: 2",
	"  strategy:",
	"    rollingUpdate:",
	"      maxSurge: 25%",
	"      maxUnavailable: 0",
	"  template:",
	"    spec:",
	"      automountServiceAccountToken: false",
	"      containers:",
	"      - env:",
	"        - name: LOG_LEVEL",
	"          value: info",
	"        image: nginxinc/nginx-unprivileged:1.27",
	"        readinessProbe:",
	"          tcpSocket:",
	"            port: http",
	"        resources:",
	"          requests:",
	"            cpu: 50m",
	"            memory: 64Mi",
	"        securityContext:",
	"          allowPrivilegeEscalation: false",
	"          capabilities:",
	"            drop:",
	"            - ALL",
}, {
	"apiVersion: render.crossplane.io/v1beta1",
	"kind: Result",
	"message: 'Pipeline step \"webapp\": Creating Deployment my-app.'",
	"reason: Created",
}}}

// TestPicture holds that the README shows what make render prints.
func TestPicture(t *testing.T) {
	file := filepath.Join(root, "examples/webapp.yaml")

	example, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}

	out, failure := startEngine(t).renderAs(t, inputs{webApp: file})
	if failure != "" {
		t.Fatal(failure)
	}

	columns := [2][]string{{"$ grep -v '^#' examples/webapp.yaml"}}

	for line := range strings.Lines(string(example)) {
		if !strings.HasPrefix(line, "#") {
			columns[0] = append(columns[0], strings.TrimSuffix(line, "\n"))
		}
	}

	columns[0] = append(columns[0], "", "$ make render")

	for i, objects := range shown {
		for _, lines := range objects {
			columns[i] = append(columns[i], shorten(t, out, lines)...)
		}
	}

	compare(t, filepath.Join(root, "docs/render.svg"), picture(columns))
}

// shorten returns those lines of an object, with a mark for what is left out between them.
func shorten(t *testing.T, out string, lines []string) []string {
	t.Helper()

	for object := range strings.SplitSeq(out, "---\n") {
		short, left := []string{"---"}, lines

		for line := range strings.Lines(object) {
			line = strings.TrimSuffix(line, "\n")

			switch {
			case len(left) > 0 && line == left[0]:
				short, left = append(short, line), left[1:]
			case !strings.HasSuffix(short[len(short)-1], leftOut):
				short = append(short, line[:len(line)-len(strings.TrimLeft(line, " "))]+leftOut)
			}
		}

		if len(left) == 0 {
			return short
		}
	}

	t.Fatalf("make render prints no object that has these lines: say in shown what the picture is to have:\n%s", strings.Join(lines, "\n"))

	return nil
}

const leftOut = "…"

// Sizes of the picture, and what it looks like on a light and on a dark page.
const (
	firstWidth, secondWidth, lineHeight, margin, bar = 360, 470, 17, 22, 34

	style = `
  .window { fill: #ffffff; stroke: #d0d7de }
  .bar { fill: #f6f8fa }
  .line { stroke: #d0d7de }
  .dot { fill: #d0d7de }
  text { font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace; fill: #1f2328 }
  .key { fill: #0550ae }
  .kind { fill: #8250df; font-weight: bold }
  .command { font-weight: bold }
  .prompt { fill: #1a7f37 }
  .dim { fill: #6e7781 }
  @media (prefers-color-scheme: dark) {
    .window { fill: #0d1117; stroke: #30363d }
    .bar { fill: #161b22 }
    .line { stroke: #30363d }
    .dot { fill: #484f58 }
    text { fill: #e6edf3 }
    .key { fill: #79c0ff }
    .kind { fill: #d2a8ff }
    .prompt { fill: #3fb950 }
    .dim { fill: #8b949e }
  }
`
)

// picture draws lines of a terminal, in two columns.
func picture(columns [2][]string) string {
	width := firstWidth + secondWidth + 2*margin
	height := bar + 2*margin + max(len(columns[0]), len(columns[1]))*lineHeight - 6

	svg := &strings.Builder{}
	fmt.Fprintf(svg, `<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" viewBox="0 0 %d %d" width="%[1]d" height="%[2]d" role="img">
<title>What make render prints, shortened</title>
<!-- Written by make golden. -->
<style>%s</style>
<rect class="window" x="0.5" y="0.5" width="%d" height="%d" rx="8"/>
<path class="bar" d="M1 %d V9 a8 8 0 0 1 8 -8 H%d a8 8 0 0 1 8 8 V%[6]d z"/>
<path class="line" d="M1 %[6]d.5 H%[8]d M%[9]d.5 %[10]d V%[11]d"/>
`, width, height, style, width-1, height-1, bar, width-9, width-1, firstWidth, bar+margin, height-margin)

	for i := range 3 {
		fmt.Fprintf(svg, `<circle class="dot" cx="%d" cy="17" r="5"/>`+"\n", 20+18*i)
	}

	for i, lines := range columns {
		for j, line := range lines {
			fmt.Fprintf(svg, `<text x="%d" y="%d">%s</text>`+"\n", margin+i*firstWidth, bar+margin+10+j*lineHeight, colour(line))
		}
	}

	return svg.String() + "</svg>\n"
}

// colour tells the parts of a line apart.
func colour(line string) string {
	span := func(class, text string) string {
		return fmt.Sprintf(`<tspan class=%q>%s</tspan>`, class, html.EscapeString(text))
	}

	if command, ok := strings.CutPrefix(line, "$ "); ok {
		return span("prompt", "$ ") + span("command", command)
	}

	key, value, ok := strings.Cut(line, ":")

	switch {
	case line == "---" || strings.HasSuffix(line, leftOut):
		return span("dim", line)
	case !ok:
		return html.EscapeString(line)
	case key == "kind":
		return span("key", key+":") + span("kind", value)
	default:
		return span("key", key+":") + html.EscapeString(value)
	}
}
