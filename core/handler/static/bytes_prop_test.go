package static

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The cache holds at most Bytes, and counts them right, whatever it learns.
func TestBytesAreBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := &Handler{opt: Options{Entries: 4, Bytes: 100}.withDefaults()}
		c := h.Local().(*cache)
		for range rapid.IntRange(0, 30).Draw(t, "lessons") {
			path := fmt.Sprint("/", rapid.IntRange(0, 5).Draw(t, "path"))
			body := make([]byte, rapid.SampledFrom([]int{0, 1, 30, 60, 100, 101, 500}).Draw(t, "size"))
			c.Learn(&found{&entry{path: path, body: body}, 0})
			held := int64(0)
			for _, f := range c.files {
				held += int64(len(f.entry.body))
			}
			if held != c.bytes || held > h.opt.Bytes || len(c.files) > h.opt.Entries || len(c.order) != len(c.files) {
				t.Fatalf("%d bytes, counted as %d, in %d entries, %d in order", held, c.bytes, len(c.files), len(c.order))
			}
			for _, p := range c.order {
				if c.files[p] == nil {
					t.Fatalf("%s stands in line, but is no entry", p)
				}
			}
		}
		c.Learn(nil)
		c.Learn("no lesson")
	})
}

// A measure that was left out is what is usual, and the others stay.
func TestMeasuresAreCompleted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		usual := Options{256 << 10, 1024, 16 << 20, time.Second}
		o := Options{
			int64(rapid.IntRange(0, 2).Draw(t, "small")), rapid.IntRange(0, 2).Draw(t, "entries"),
			int64(rapid.IntRange(0, 2).Draw(t, "bytes")), time.Duration(rapid.IntRange(0, 2).Draw(t, "fresh")),
		}
		want := o
		if o.Small == 0 {
			want.Small = usual.Small
		}
		if o.Entries == 0 {
			want.Entries = usual.Entries
		}
		if o.Bytes == 0 {
			want.Bytes = usual.Bytes
		}
		if o.Fresh == 0 {
			want.Fresh = usual.Fresh
		}
		if got := o.withDefaults(); got != want {
			t.Fatalf("%+v becomes %+v", o, got)
		}
	})
}
