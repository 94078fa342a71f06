package report_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"brigade/fuzz"
	"brigade/fuzz/report"
	"brigade/netsim"
)

// shown is a campaign with one failure, one state that never came up, and one fault
// that never mattered.
func shown() *fuzz.Summary {
	s := &fuzz.Summary{
		Counts: fuzz.Counts{Runs: 4000, Steps: 4_000_000, Exchanges: 9000, Virtual: time.Hour}, Scenarios: []string{"crowd"},
		Strategy: "portfolio", First: 0x5ee1, Workers: 2, Failed: 3, Real: 90 * time.Second, CPU: 2 * time.Second,
		Orders: 3999, OrdersExact: true, New: 0.25, Ordered: true,
		Findings: []*fuzz.Finding{{
			Failure: fuzz.Failure{Scenario: "crowd", Seed: 0x5ee2, Verdict: "property", Invariant: "I22", Signature: "property:I22", Message: `3 < 4 & "so"`, Count: 3},
			Among:   map[string]int{"crowd": 3}, Path: "traces/new/crowd-5ee2.trace", Seconds: 40, Runs: 1700,
		}},
		Coverage: []fuzz.Group{{Name: "wait", Cells: []fuzz.Count{{Name: "idle", Times: 12, Expected: true}, {Name: "body", Expected: true}, {Name: "odd", Times: 1}}}},
		Drawn:    []fuzz.Group{{Name: "shards", Cells: []fuzz.Count{{Name: "1", Times: 2000, Expected: true}}}},
		Idle:     []string{"signal changed none of 6 runs made again without it"},
		Suffered: []fuzz.Suffered{
			{Fault: netsim.Fault{Name: "rst", Cause: "a middlebox"}, FaultCount: fuzz.FaultCount{Enabled: 9, Struck: 8, Fired: 7, Sampled: 6, Changed: 5}},
			{Fault: netsim.Fault{Name: "signal", Cause: "a signal"}, FaultCount: fuzz.FaultCount{Enabled: 9, Struck: 8, Fired: 7, Sampled: 6}},
		},
	}
	for i := range 100 {
		s.Curve = append(s.Curve, fuzz.Moment{Seconds: float64(i) * 0.9, Runs: uint64(i * 40), Orders: uint64(i * 39), New: 1 - float64(i)/200, Failures: i / 33, Kinds: i / 50, Cells: 2})
	}
	return s
}

// The page says what was found and what is missing, needs nothing from elsewhere,
// and its drawings are well formed.
func TestPage(t *testing.T) {
	var b bytes.Buffer
	if err := report.HTML(&b, shown()); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	for _, want := range []string{
		"One kind of failure", "property I22: 3 &lt; 4 &amp; &#34;so&#34;", "replay traces/new/crowd-5ee2.trace", "after 1,700 runs",
		`<li class="none" style="--heat: 0.00"><span>body</span>`, `<li class="extra"`, `<tr class="none"><td class="mono">signal`, `<tr><td class="mono">rst`,
		"2,000", "25 %", "<b>1</b><span>states never seen",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
	if m := regexp.MustCompile(`https?:|src=|@import|url\(|<script|ZgotmplZ|NaN`).FindString(text); m != "" {
		t.Errorf("the page holds %q", m)
	}
	drawings := regexp.MustCompile(`(?s)<svg.*?</svg>`).FindAllString(text, -1)
	if len(drawings) != 4 {
		t.Errorf("%d drawings, want 4", len(drawings))
	}
	for _, d := range drawings {
		for x := xml.NewDecoder(strings.NewReader(d)); ; {
			if _, err := x.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%v in %.300s", err, d)
			}
		}
	}
	if n := strings.Count(text, `class="mark"`); n != 1 {
		t.Errorf("%d marks for one kind of failure", n)
	}
}

// A campaign in which nothing was run has a page as well.
func TestEmptyPage(t *testing.T) {
	var b bytes.Buffer
	if err := report.HTML(&b, new(fuzz.Summary)); err != nil || !strings.Contains(b.String(), "Nothing was run") || strings.Contains(b.String(), "NaN") {
		t.Errorf("%v\n%s", err, b.String())
	}
}

func TestText(t *testing.T) {
	var b bytes.Buffer
	report.Text(&b, shown())
	for _, want := range []string{
		"! signal", "  rst ", "! wait  body  0\n", "1 states and values never seen: wait body\n",
		"1 faults that came to nothing: signal changed none of 6 runs made again without it\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}
