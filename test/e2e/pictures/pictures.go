// Package pictures draws what Jaeger and Grafana show of a run, for docs/operate.md: one
// trace, and the panels of the dashboard.
package pictures

import (
	"bytes"
	_ "embed"
	"html/template"
	"math"
	"strconv"
	"strings"
)

// Files of the project: what is drawn, and where it is shown. Pictures are beside the page.
const (
	DashboardFile    = "install/monitoring/dashboard.json"
	Page             = "docs/operate.md"
	DashboardPicture = "dashboard.svg"
	TracePicture     = "trace.svg"
)

//go:embed picture.svg.tmpl
var source string

// html/template leaves out the comments of a template.
var layout = template.Must(template.New("picture").Funcs(template.FuncMap{
	"origin": func() template.HTML { return "<!-- Written by make pictures. -->" },
}).Parse(source))

// A picture is what there is to draw: boxes, paths on them, and words on these.
type picture struct {
	Title         string
	Width, Height px

	Boxes []box
	Paths []path
	Texts []text
}

type box struct {
	Class                       string
	X, Y, Width, Height, Radius px
}

type path struct{ Class, Points string }

type text struct {
	Class string
	X, Y  px
	Words string
}

// px is a coordinate. Tenths are enough for every screen.
type px float64

func (p px) String() string {
	return strconv.FormatFloat(math.Round(float64(p)*10)/10, 'f', -1, 64)
}

// A point is where something is.
type point struct{ x, y float64 }

func (p *picture) svg() ([]byte, error) {
	out := &bytes.Buffer{}
	err := layout.Execute(out, p)

	return out.Bytes(), err
}

func (p *picture) box(class string, x, y, width, height, radius float64) {
	p.Boxes = append(p.Boxes, box{class, px(x), px(y), px(width), px(height), px(radius)})
}

func (p *picture) text(class string, x, y float64, words string) {
	p.Texts = append(p.Texts, text{class, px(x), px(y), words})
}

// line draws a line through points. One alone is a dot.
func (p *picture) line(class string, points ...point) {
	if len(points) == 1 {
		points = append(points, points[0])
	}

	p.Paths = append(p.Paths, path{class, through(points)})
}

// area fills what is inside of a line.
func (p *picture) area(class string, points ...point) {
	p.Paths = append(p.Paths, path{class, through(points) + " Z"})
}

func through(points []point) string {
	out := make([]string, 0, len(points))
	for _, at := range points {
		out = append(out, px(at.x).String()+" "+px(at.y).String())
	}

	return "M" + strings.Join(out, " L")
}
