package report

// The page.

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"brigade/fuzz"
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"grouped": grouped,
	"hex":     func(n uint64) string { return fmt.Sprintf("%#x", n) },
	"share":   share,
	"heat":    heat,
	"short":   short,
	"after":   duration,
	"percent": func(f float64) string { return fmt.Sprintf("%.3g %%", 100*f) },
	"among":   among,
}).Parse(pageText))

// HTML writes s as one page.
func HTML(w io.Writer, s *fuzz.Summary) error {
	return page.Execute(w, struct {
		*fuzz.Summary
		Plots                      []*plot
		UnseenCells                []string
		RunsPerCPU, ExchangePerCPU uint64
		Steps, Speed               string
		Verdict                    string
	}{
		s, plots(s), s.Unseen(),
		uint64(s.PerCPU(s.Runs)), uint64(s.PerCPU(s.Exchanges)),
		fmt.Sprintf("%.0f", s.StepsPerRun()), fmt.Sprintf("%.0f", s.Speedup()), verdict(s),
	})
}

// verdict is the result in a few words.
func verdict(s *fuzz.Summary) string {
	switch n := len(s.Findings); {
	case s.Runs == 0:
		return "Nothing was run"
	case n == 0:
		return "All held"
	case n == 1:
		return "One kind of failure"
	default:
		return fmt.Sprintf("%d kinds of failure", n)
	}
}

// plots are the drawings of how the campaign went.
func plots(s *fuzz.Summary) []*plot {
	line := func(name, class string, step bool, value func(m *fuzz.Moment) float64) series {
		l := series{name: name, class: class, step: step, at: []point{{0, 0}}}
		for i := range s.Curve {
			l.at = append(l.at, point{s.Curve[i].Seconds, value(&s.Curve[i])})
		}
		return l
	}
	unseen := line("probability", "c1", false, func(m *fuzz.Moment) float64 { return m.New })
	unseen.at[0].y = 1
	failures := &plot{Title: "Failures", whole: true, lines: []series{
		line("failed runs", "bad", true, func(m *fuzz.Moment) float64 { return float64(m.Failures) }),
	}}
	for _, f := range s.Findings {
		failures.marks = append(failures.marks, mark{point{f.Seconds, failuresAt(s, f.Seconds)}, f.Signature})
	}
	list := []*plot{failures, {Title: "States seen", whole: true, lines: []series{
		line("states", "c1", true, func(m *fuzz.Moment) float64 { return float64(m.Cells) }),
	}}}
	if !s.Ordered {
		return list
	}
	return append([]*plot{
		{Title: "Different happens-before orders", whole: true, lines: []series{
			line("runs", "c2", false, func(m *fuzz.Moment) float64 { return float64(m.Runs) }),
			line("different orders", "c1", false, func(m *fuzz.Moment) float64 { return float64(m.Orders) }),
		}},
		{Title: "Probability that the next run shows a new order", most: 1, lines: []series{unseen}},
	}, list...)
}

// failuresAt is how many runs had failed by then.
func failuresAt(s *fuzz.Summary, seconds float64) float64 {
	for _, m := range s.Curve {
		if m.Seconds >= seconds {
			return float64(m.Failures)
		}
	}
	return float64(s.Failed)
}

// share is a part of a whole, in percent for a bar.
func share(part, whole uint64) string {
	if whole == 0 {
		return "0"
	}
	return strconv.FormatFloat(100*float64(part)/float64(whole), 'f', 1, 64)
}

// heat is how strongly a count is shown, from 0 to 1, on a logarithmic scale.
func heat(n uint64) string {
	return strconv.FormatFloat(min(1, math.Log10(1+float64(n))/7), 'f', 2, 64)
}

func among(f *fuzz.Finding) string {
	var parts []string
	for name, n := range f.Among {
		parts = append(parts, fmt.Sprintf("%s %s", name, grouped(uint64(n))))
	}
	return strings.Join(parts, ", ")
}

func short(d time.Duration) string {
	if d >= time.Minute {
		return d.Round(time.Second).String()
	}
	return d.Round(10 * time.Millisecond).String()
}

// grouped writes n with commas.
func grouped(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
