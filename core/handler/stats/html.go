package stats

// The page. It is whole without a script, and then reads itself anew every few seconds;
// with one it asks for the JSON form and puts the numbers where they belong: markup names
// a number by its path in the report and its format (data-v, data-f), and both sides read
// it there. Nothing on it comes from elsewhere, and the policy allows nothing that does.

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"html"
	"math"
	"strconv"
	"strings"
	"text/template"
)

// parsed is the page's template.
func parsed() *template.Template { return template.Must(template.New("stats").Parse(markup)) }

// policy is the page's Content-Security-Policy: its own style and script, its own server.
func policy() string {
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return "default-src 'none'; style-src " + hash(style) + "; script-src " + hash(script) +
		"; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

// html writes r as the page.
func (h *Handler) html(p *pen, r *Report) {
	v := view{Style: style, Script: script}
	if err := json.Unmarshal(encoded(r), &v.tree); err != nil {
		p.err = err
		return
	}
	if err := h.page.Execute(p, &v); err != nil && p.err == nil {
		p.err = err
	}
}

// view is what the template sees: each method is a piece of markup, escaped.
type view struct {
	Style, Script string

	tree any // the report, as who reads its JSON has it
}

// at is what stands at a path in the report; nil: nothing does.
func (v *view) at(path string) any { return within(v.tree, path) }

func within(tree any, path string) any {
	for name := range strings.SplitSeq(path, ".") {
		m, ok := tree.(map[string]any)
		if !ok {
			return nil
		}
		tree = m[name]
	}
	return tree
}

// number is the number at a path, or 0.
func (v *view) number(path string) float64 {
	x, _ := v.at(path).(float64)
	return x
}

// written is a number and its unit.
func written(number, unit string) string {
	return "<span>" + html.EscapeString(number) + "</span><small>" + html.EscapeString(unit) + "</small>"
}

// V is the value at a path.
func (v *view) V(path, format string) string {
	return `<b data-v="` + path + `" data-f="` + format + `">` + written(shown(format, v.at(path))) + "</b>"
}

// Rate is how fast the number at a path grows: here, on average since the server began.
func (v *view) Rate(path, format string) string {
	x := v.number(path) / math.Max(v.number("server.uptime_seconds"), 1)
	return `<b data-r="` + path + `" data-f="` + format + `">` + written(shown(format, x)) + "</b>"
}

// percent is a share as SVG has it.
func percent(x float64) string {
	return strconv.FormatFloat(math.Round(math.Min(math.Max(x, 0), 1)*10000)/100, 'f', -1, 64) + "%"
}

// Bar shows how much of one number another is.
func (v *view) Bar(part, whole string) string {
	share := v.number(part) / math.Max(v.number(whole), 1)
	return `<svg class="bar" data-part="` + part + `" data-whole="` + whole + `" aria-hidden="true"><rect class="track" width="100%" height="6" rx="3"/>` +
		`<rect class="fill" width="` + percent(share) + `" height="6" rx="3"/></svg>`
}

// Answers shows how responses are shared out among classes.
func (v *view) Answers(classes ...string) string {
	total := 0.0
	for _, c := range classes {
		total += v.number("requests.answers." + c)
	}
	b, at := `<svg class="stack" data-stack="requests.answers" aria-hidden="true"><rect class="track" width="100%" height="10"/>`, 0.0
	for _, c := range classes {
		share := v.number("requests.answers."+c) / math.Max(total, 1)
		b += `<rect class="c` + c + `" data-c="` + c + `" x="` + percent(at) + `" width="` + percent(share) + `" height="10"/>`
		at += share
	}
	return b + "</svg>"
}

// The spectrum: bars of half an octave each, from a microsecond to 17 seconds.
const (
	bars     = 48
	leftmost = 1.024e-6
)

// Spectrum shows a histogram: how many there are of each duration, as parts of the most.
func (v *view) Spectrum(path string) string {
	var heights [bars]float64
	list, _ := v.at(path).([]any)
	most := 0.0
	for _, x := range list {
		bound, _ := within(x, "below_seconds").(float64)
		n, _ := within(x, "count").(float64)
		i := int(math.Ceil(2*math.Log2(bound/leftmost)-1e-9)) - 1
		i = min(max(i, 0), bars-1)
		heights[i] += n
		most = math.Max(most, heights[i])
	}
	b := `<svg class="spectrum" data-spectrum="` + path + `" role="img" aria-label="How many requests took how long">`
	for i, n := range heights {
		tall := 0.0
		if n > 0 {
			tall = math.Max(n/most, 0.015)
		}
		b += `<rect x="` + percent((float64(i)+0.1)/bars) + `" width="` + percent(0.8/bars) + `" y="` + percent((1-tall)*0.84) + `" height="` + percent(tall*0.84) + `" rx="1.5"/>`
	}
	for _, t := range [...]struct {
		at   float64
		name string
	}{{1e-5, "10 µs"}, {1e-4, "100 µs"}, {1e-3, "1 ms"}, {1e-2, "10 ms"}, {0.1, "100 ms"}, {1, "1 s"}, {10, "10 s"}} {
		x := percent(2 * math.Log2(t.at/leftmost) / bars)
		b += `<line x1="` + x + `" x2="` + x + `" y1="84%" y2="88%"/><text x="` + x + `" y="99%">` + t.name + `</text>`
	}
	return b + `<line class="base" x1="0" x2="100%" y1="84%" y2="84%"/></svg>`
}

// Rows is the rows of a table: of the list at a path, the columns, each name:format. A row
// whose last column is 0 is faint. empty is what is said if there are none.
func (v *view) Rows(path, empty string, columns ...string) string {
	b := `<tbody data-rows="` + path + `" data-columns="` + strings.Join(columns, " ") + `" data-empty="` + html.EscapeString(empty) + `">`
	list, _ := v.at(path).([]any)
	if len(list) == 0 {
		b += `<tr class="none"><td colspan="` + strconv.Itoa(len(columns)) + `">` + html.EscapeString(empty) + `</td></tr>`
	}
	for _, row := range list {
		last, _, _ := strings.Cut(columns[len(columns)-1], ":")
		if n, ok := within(row, last).(float64); ok && n == 0 {
			b += `<tr class="zero">`
		} else {
			b += "<tr>"
		}
		for _, c := range columns {
			name, format, _ := strings.Cut(c, ":")
			x := within(row, name)
			if x == false {
				format += " no"
			}
			b += `<td class="` + format + `">` + written(shown(format, x)) + "</td>"
		}
		b += "</tr>"
	}
	return b + "</tbody>"
}

// On reports whether the number at a path is other than 0.
func (v *view) On(path string) bool { return v.number(path) != 0 }

// P99 is what 99 of 100 requests took at most.
func (v *view) P99() string { return written(shown("seconds", v.at("latency.p99_seconds"))) }
