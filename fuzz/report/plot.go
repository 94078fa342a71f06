package report

// Plots, as SVG that takes its colours from the page.

import (
	"fmt"
	"html/template"
	"math"
	"strings"
)

// The drawing's size and margins, in its own units.
const (
	width, height        = 520, 220
	left, right          = 56, 14
	top, bottom          = 12, 28
	innerWide, innerHigh = width - left - right, height - top - bottom
)

// series is one line of a plot.
type series struct {
	name  string
	class string // of the page's style: its colour
	step  bool   // the value holds until the next point
	at    []point
}

type point struct{ x, y float64 }

// mark is an event of a plot.
type mark struct {
	at   point
	text string
}

// plot is a drawing over the campaign's time.
type plot struct {
	Title string
	lines []series
	marks []mark
	most  float64 // of the vertical axis; 0: what the lines need
	whole bool    // the values are whole numbers
}

// Legend names the lines, if there are several.
func (p *plot) Legend() []struct{ Name, Class string } {
	var list []struct{ Name, Class string }
	for _, l := range p.lines {
		list = append(list, struct{ Name, Class string }{l.name, l.class})
	}
	return list
}

// extent is the largest x and y.
func (p *plot) extent() (x, y float64) {
	for _, l := range p.lines {
		for _, q := range l.at {
			x, y = max(x, q.x), max(y, q.y)
		}
	}
	if p.most > 0 {
		y = p.most
	}
	if x == 0 {
		x = 1
	}
	if y == 0 {
		y = 1
	}
	return x, y
}

// SVG is the drawing.
func (p *plot) SVG() template.HTML {
	var b strings.Builder
	mostX, mostY := p.extent()
	ticksY := ticks(mostY, 4, p.whole)
	mostY = max(mostY, ticksY[len(ticksY)-1])
	x := func(v float64) float64 { return left + v/mostX*innerWide }
	y := func(v float64) float64 { return top + innerHigh - v/mostY*innerHigh }
	fmt.Fprintf(&b, `<svg viewBox="0 0 %d %d" role="img" aria-label="%s">`, width, height, template.HTMLEscapeString(p.Title))
	for _, v := range ticksY {
		fmt.Fprintf(&b, `<line class="grid" x1="%d" x2="%d" y1="%.1f" y2="%.1f"/><text class="tick" x="%d" y="%.1f" text-anchor="end">%s</text>`,
			left, width-right, y(v), y(v), left-8, y(v)+4, brief(v))
	}
	for _, v := range ticks(mostX, 5, false) {
		if v <= mostX {
			fmt.Fprintf(&b, `<text class="tick" x="%.1f" y="%d" text-anchor="middle">%s</text>`, x(v), height-8, duration(v))
		}
	}
	for _, l := range p.lines {
		fmt.Fprintf(&b, `<path class="line %s" d="%s"><title>%s</title></path>`, l.class, l.path(x, y), template.HTMLEscapeString(l.name))
		if n := len(l.at); n > 0 {
			last := l.at[n-1]
			fmt.Fprintf(&b, `<circle class="end %s" cx="%.1f" cy="%.1f" r="3.5"><title>%s: %s</title></circle>`,
				l.class, x(last.x), y(last.y), template.HTMLEscapeString(l.name), brief(last.y))
		}
	}
	for _, m := range p.marks {
		fmt.Fprintf(&b, `<circle class="mark" cx="%.1f" cy="%.1f" r="5"><title>%s</title></circle>`, x(m.at.x), y(m.at.y), template.HTMLEscapeString(m.text))
	}
	b.WriteString("</svg>")
	return template.HTML(b.String()) //nolint:gosec // numbers, and texts that were escaped
}

// path is the line's course.
func (l *series) path(x, y func(float64) float64) string {
	var b strings.Builder
	for i, q := range l.at {
		switch {
		case i == 0:
			fmt.Fprintf(&b, "M%.1f %.1f", x(q.x), y(q.y))
		case l.step:
			fmt.Fprintf(&b, "H%.1fV%.1f", x(q.x), y(q.y))
		default:
			fmt.Fprintf(&b, "L%.1f %.1f", x(q.x), y(q.y))
		}
	}
	return b.String()
}

// ticks are round numbers from 0 on, about n of them, the last at least most.
func ticks(most float64, n int, whole bool) []float64 {
	raw := most / float64(n)
	scale := math.Pow(10, math.Floor(math.Log10(raw)))
	step := 10 * scale
	for _, f := range []float64{1, 2, 2.5, 5} {
		if f*scale >= raw {
			step = f * scale
			break
		}
	}
	if whole {
		step = math.Ceil(step)
	}
	list := []float64{0}
	for i := 1; list[len(list)-1] < most*(1-1e-9); i++ {
		list = append(list, float64(i)*step)
	}
	return list
}

// brief writes a number in few characters.
func brief(v float64) string {
	for _, u := range []struct {
		size float64
		name string
	}{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if v >= u.size {
			return fmt.Sprintf("%.3g", v/u.size) + u.name
		}
	}
	return fmt.Sprintf("%.3g", v)
}

// duration writes seconds as people read them.
func duration(s float64) string {
	switch {
	case s >= 3600:
		return fmt.Sprintf("%.3g h", s/3600)
	case s >= 120:
		return fmt.Sprintf("%.3g min", s/60)
	}
	return fmt.Sprintf("%.3g s", s)
}
