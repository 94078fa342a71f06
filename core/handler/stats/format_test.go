package stats

import (
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"

	"brigade/core/histogram"
	"brigade/core/stage"
)

var rewrite = flag.Bool("rewrite", false, "write testdata anew")

// Numbers are written as they are in testdata/format.txt, which the page's script is held
// to as well.
func TestFormat(t *testing.T) {
	var b strings.Builder
	for _, c := range []struct {
		format string
		values []float64
	}{
		{"count", []float64{0, 1, 999, 1000, 12345, 999999, 1e6, 123456789}},
		{"rate", []float64{0, 0.004, 0.05, 1, 9.994, 9.996, 12.34, 99.94, 99.96, 100.5, 999.4, 999.6, 1000, 54321, 1e6, 2.5e9}},
		{"bytes", []float64{0, 1, 999, 1000, 1023, 1024, 32768, 1 << 20, 5.5 * (1 << 30), 1 << 50}},
		{"byterate", []float64{0, 512.5, 10240, 123456789}},
		{"seconds", []float64{0, 2.56e-7, 8.192e-6, 9.99e-4, 0.0009996, 0.001, 0.0123, 0.9994, 0.9996, 1.5, 59.2, 99.4, 99.6, 137.4}},
		{"age", []float64{0, 0.9, 59, 60, 61, 3600, 3661, 7322, 86400, 90000, 86460, 1e7}},
	} {
		for _, v := range c.values {
			number, unit := shown(c.format, v)
			text, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			b.WriteString(c.format + "\t" + string(text) + "\t" + strings.TrimSpace(number+" "+unit) + "\n")
		}
	}
	const name = "testdata/format.txt"
	if *rewrite {
		if err := os.WriteFile(name, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	golden, err := os.ReadFile(name)
	if err != nil || string(golden) != b.String() {
		t.Errorf("%s is otherwise (%v); -rewrite writes it anew:\n%s", name, err, b.String())
	}
}

// Every path that the page names is one of the report.
func TestPathsAreThere(t *testing.T) {
	s := &stage.Snapshot{Loops: []stage.LoopStats{{}}, Delays: []stage.Delay{{}}, Waits: []stage.Waiting{{}}}
	h := New(Options{Snapshot: func() *stage.Snapshot { return s }, Backends: func() []Backend { return []Backend{{}} }})
	v := view{}
	if err := json.Unmarshal(encoded(h.report()), &v.tree); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, action := range strings.Split(markup, "{{.")[1:] {
		action, _, _ = strings.Cut(action, "}}")
		method, rest, _ := strings.Cut(action, " ")
		args := strings.Split(strings.ReplaceAll(rest, `"`, ""), " ")
		var paths []string
		switch method {
		case "V", "Rate", "Spectrum":
			paths = args[:1]
		case "Bar":
			paths = args[:2]
		case "Rows":
			list, _ := v.at(args[0]).([]any)
			if len(list) != 1 {
				t.Errorf("%s is no list of one", args[0])
				continue
			}
			for _, c := range args[1:] {
				if name, _, ok := strings.Cut(c, ":"); ok && name != "backends" && within(list[0], name) == nil {
					t.Errorf("a row of %s has no %s", args[0], name)
				}
			}
		}
		for _, p := range paths {
			if n++; v.at(p) == nil {
				t.Errorf("the page names %s, which is not in the report", p)
			}
		}
	}
	if n < 40 {
		t.Errorf("%d paths were looked for", n)
	}
}

// The bounds of octaves that Prometheus is told are those of buckets, so that its counts
// are exact.
func TestOctaves(t *testing.T) {
	var h histogram.Histogram
	for i := range histogram.Buckets {
		from, _ := histogram.Bounds(i)
		h.Add(from)
	}
	l := latency(&h)
	p := &pen{}
	p.text = make([]byte, 0, 1<<16)
	p.x = nil
	below := uint64(0)
	for g := firstOctave; g <= lastOctave; g++ {
		from, _ := histogram.Bounds(g * histogram.Fine)
		below = 0
		for _, b := range l.Buckets {
			if b.Bound <= from.Seconds() {
				below += b.Count
			}
		}
		if want := uint64(g * histogram.Fine); below != want {
			t.Errorf("%d are below %v; want %d", below, from, want)
		}
	}
}
