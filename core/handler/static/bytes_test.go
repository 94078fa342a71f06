package static

import (
	"fmt"
	"testing"

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
