// Package chart draws what was measured, so that it can be printed: every text
// fits, legends lie beside the data, axes begin at 0, and what is this project's
// is told apart by colour, and by dashes or brightness where there is none.
package chart

import (
	"bytes"
	"image/color"
	"os"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Colours that also the colour-blind tell apart, of Okabe and Ito. The first is
// for what is ours.
var (
	blue   = color.RGBA{R: 0x00, G: 0x72, B: 0xb2, A: 0xff}
	orange = color.RGBA{R: 0xe6, G: 0x9f, B: 0x00, A: 0xff}
	pale   = color.RGBA{R: 0xff, G: 0xe8, B: 0xb3, A: 0xff}
	grey   = color.RGBA{R: 0x90, G: 0x90, B: 0x90, A: 0xff}
	dark   = color.RGBA{R: 0x80, G: 0x80, B: 0x80, A: 0xff}

	palette = []color.RGBA{
		{A: 0xff},
		{R: 0xd5, G: 0x5e, B: 0x00, A: 0xff},
		{R: 0x00, G: 0x9e, B: 0x73, A: 0xff},
		{R: 0xcc, G: 0x79, B: 0xa7, A: 0xff},
		{R: 0x56, G: 0xb4, B: 0xe9, A: 0xff},
		orange,
	}

	dashes = [][]vg.Length{nil, {7, 3}, {2, 2}, {8, 2, 2, 2}, {1, 3}, {4, 1}, {10, 2, 1, 2, 1, 2}, {2, 5}, {12, 4}}
)

const (
	margin = 4 * vg.Millimeter
	small  = 9
	normal = 11

	// other is how much wider than ours another font may be. A viewer takes its
	// own if it does not have ours.
	other = 1.25
)

// A Picture is drawn, and not yet written.
type Picture struct {
	width, height vg.Length

	title  string
	panels []*plot.Plot

	// legends are those of the panels.
	legends []plot.Legend
}

// layout is where on the canvas things are.
type layout struct{ data, legends []vg.Rectangle }

// Write writes it as SVG.
func (p *Picture) Write(file string) error {
	canvas := vgsvg.New(p.width, p.height)
	p.draw(draw.New(canvas))

	out := &bytes.Buffer{}
	if _, err := canvas.WriteTo(out); err != nil {
		return err
	}

	// These are as wide as ours, and most machines have one of them.
	svg := bytes.ReplaceAll(out.Bytes(), []byte("font-family:Liberation Sans;"), []byte("font-family:Liberation Sans,Arimo,Arial,Helvetica,sans-serif;"))

	return os.WriteFile(file, svg, 0o644)
}

// draw draws the title above, the legends on the right, and the panels one below
// the other in what is left.
func (p *Picture) draw(c draw.Canvas) layout {
	c.SetColor(color.White)
	c.Fill(c.Path())

	c = draw.Crop(c, margin, -margin, margin, -margin)

	title := textStyle(normal + 1)
	title.YAlign = draw.YTop
	c.FillText(title, vg.Point{X: c.Min.X, Y: c.Max.Y}, p.title)

	c = draw.Crop(c, 0, 0, 0, -title.Rectangle(p.title).Size().Y-margin)

	width := vg.Length(0)
	for i := range p.legends {
		width = max(width, legendWidth(&p.legends[i]))
	}

	rows := make([][]*plot.Plot, len(p.panels))
	for i, panel := range p.panels {
		rows[i] = []*plot.Plot{panel}
	}

	l := layout{}
	tiles := draw.Tiles{Rows: len(rows), Cols: 1, PadY: margin}

	for i, row := range plot.Align(rows, tiles, draw.Crop(c, 0, -width-2*margin, 0, 0)) {
		p.panels[i].Draw(row[0])

		data := p.panels[i].DataCanvas(row[0])
		beside := draw.Canvas{Canvas: c, Rectangle: vg.Rectangle{
			Min: vg.Point{X: c.Max.X - width, Y: row[0].Min.Y},
			Max: vg.Point{X: c.Max.X, Y: data.Max.Y},
		}}
		p.legends[i].Draw(beside)

		l.data = append(l.data, data.Rectangle)
		l.legends = append(l.legends, beside.Rectangle)
	}

	return l
}

func newPanel(x, y string) *plot.Plot {
	p := plot.New()
	p.X.Label.Text, p.Y.Label.Text = x, y
	p.X.Min, p.Y.Min = 0, 0
	p.X.Tick.Marker, p.Y.Tick.Marker = few{}, few{}
	p.X.Tick.Length, p.Y.Tick.Length = vg.Points(4), vg.Points(4)
	p.X.Label.Padding = vg.Points(4)
	p.Y.Label.Padding = vg.Points(4)

	for _, style := range []*text.Style{&p.X.Label.TextStyle, &p.Y.Label.TextStyle} {
		style.Font = textStyle(normal).Font
	}

	for _, style := range []*text.Style{&p.X.Tick.Label, &p.Y.Tick.Label} {
		style.Font = textStyle(small).Font
	}

	return p
}

func newLegend() plot.Legend {
	l := plot.NewLegend()
	l.Top, l.Left = true, true
	l.ThumbnailWidth, l.Padding, l.YOffs = 28, 3, -3
	l.TextStyle = textStyle(small)

	return l
}

func legendWidth(l *plot.Legend) vg.Length {
	size := l.Rectangle(draw.Canvas{}).Size().X

	return l.ThumbnailWidth + (size-l.ThumbnailWidth)*other
}

// legendHeight is more than gonum's, which is that of the letters.
func legendHeight(l *plot.Legend) vg.Length {
	return l.Rectangle(draw.Canvas{}).Size().Y + 2*margin
}

func textStyle(size vg.Length) text.Style {
	style := plot.New().Title.TextStyle
	style.Font.Variant, style.Font.Size, style.XAlign, style.YAlign = "Sans", size, draw.XLeft, draw.YBottom

	return style
}

// widest is how wide the widest of some texts is.
func widest(style text.Style, texts []string) vg.Length {
	width := vg.Length(0)
	for _, t := range texts {
		width = max(width, style.Width(t))
	}

	return width
}
