package pictures

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Trace is what Jaeger's API gives of one.
type Trace struct {
	ID        string             `json:"traceID"`
	Spans     []Span             `json:"spans"`
	Processes map[string]Process `json:"processes"`
}

// A Span is a piece of work.
type Span struct {
	Operation  string `json:"operationName"`
	References []any  `json:"references"`

	// Start is in microseconds of Unix time, and Duration in microseconds.
	Start    int64 `json:"startTime"`
	Duration int64 `json:"duration"`

	Tags []Tag `json:"tags"`
	Logs []struct {
		Fields []Tag `json:"fields"`
	} `json:"logs"`

	Process string `json:"processID"`
}

// A Process is who worked.
type Process struct {
	Service string `json:"serviceName"`
	Tags    []Tag  `json:"tags"`
}

// A Tag is what is said of a span or of a process.
type Tag struct {
	Key   string `json:"key"`
	Value any    `json:"value"`
}

// Promised are the tags that the span of every call has.
var Promised = []string{
	"container.image.name", "crossplane.request.tag", "k8s.deployment.replicas", "k8s.namespace.name", "k8s.webapp.generation", "k8s.webapp.kind",
	"k8s.webapp.name", "k8s.webapp.uid", "webapp.phase", "webapp.reason", "webapp.result",
}

// Sizes of the picture of a trace.
const (
	traceWidth   = 880.0
	traceColumn  = 260.0
	traceRow     = 20.0
	spanRow      = 34.0
	traceHeading = 84.0

	// room is how much of a value there is room for.
	room = 78
)

// Draw draws the trace as Jaeger's page does: who did what, when, and what is said of it.
func (trace *Trace) Draw() ([]byte, error) {
	spans := slices.SortedFunc(slices.Values(trace.Spans), func(a, b Span) int { return cmp.Compare(a.Start, b.Start) })
	if len(spans) == 0 {
		return nil, fmt.Errorf("trace %s has no span", trace.ID)
	}

	begin, end := spans[0].Start, spans[0].Start
	for _, s := range spans {
		end = max(end, s.Start+s.Duration)
	}

	p := &picture{Title: "A call of the function, as Jaeger shows it", Width: px(traceWidth)}

	// Boxes are drawn in this order, and the height of this one is known in the end.
	p.box("panel", 0.5, 0.5, traceWidth-1, 0, 6)

	first := trace.Processes[spans[0].Process].Service
	p.text("name", 20, 32, first+": "+spans[0].Operation)
	p.text("name dim end", traceWidth-20, 32, trace.ID)
	p.text("dim", 20, 58, fmt.Sprintf("Began %s     Took %s     Spans %d", time.UnixMicro(begin).UTC().Format("2006-01-02 15:04:05.000000"), took(end-begin), len(spans)))

	y := traceHeading

	for _, s := range spans {
		y = trace.drawSpan(p, s, y, func(at int64) float64 {
			return traceColumn + (traceWidth-traceColumn-20)*float64(at-begin)/float64(max(end-begin, 1))
		})
	}

	p.Boxes[0].Height, p.Height = px(y+11), px(y+12)

	return p.svg()
}

// drawSpan draws a span from a height on, and returns where it ends.
func (trace *Trace) drawSpan(p *picture, s Span, y float64, x func(int64) float64) float64 {
	p.line("grid", point{0.5, y}, point{traceWidth - 0.5, y})
	p.line("grid", point{traceColumn - 10, y}, point{traceColumn - 10, y + spanRow})
	p.text("title", 20, y+21, trace.Processes[s.Process].Service)
	p.text("small dim", 20+8.6*float64(len(trace.Processes[s.Process].Service)), y+21, s.Operation)

	bar := "bar"
	if s.Failed() {
		bar = "failed"
	}

	p.box(bar, x(s.Start), y+8, x(s.Start+s.Duration)-x(s.Start), 18, 3)
	p.text("small inside", x(s.Start)+8, y+21, took(s.Duration))
	p.line("grid", point{0.5, y + spanRow}, point{traceWidth - 0.5, y + spanRow})

	y = drawTags(p, "Tags", s.Tags, y+spanRow)
	y = drawTags(p, "Process", trace.Processes[s.Process].Tags, y)

	for _, l := range s.Logs {
		y = drawTags(p, "Logs", l.Fields, y)
	}

	return y
}

// Failed says whether the span says that it is an error.
func (s Span) Failed() bool {
	return slices.ContainsFunc(s.Tags, func(t Tag) bool { return t.Key == "error" && fmt.Sprint(t.Value) == "true" })
}

// drawTags draws a table from a height on, and returns where it ends.
func drawTags(p *picture, title string, tags []Tag, y float64) float64 {
	p.text("title", 20, y+24, title)

	y += 34

	for i, t := range slices.SortedFunc(slices.Values(tags), func(a, b Tag) int { return strings.Compare(a.Key, b.Key) }) {
		if i%2 == 0 {
			p.box("odd", 12, y, traceWidth-24, traceRow, 0)
		}

		value := []rune(fmt.Sprint(t.Value))
		if len(value) > room {
			value = append(value[:room-1], '…')
		}

		p.text("code key", 20, y+14, t.Key)
		p.text("code", traceColumn, y+14, string(value))

		y += traceRow
	}

	return y
}

func took(microseconds int64) string {
	return (time.Duration(microseconds) * time.Microsecond).String()
}
