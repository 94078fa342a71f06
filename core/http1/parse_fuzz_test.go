package http1

import (
	"reflect"
	"testing"
)

// addHeads adds the seeds for fuzzing heads.
func addHeads(f *testing.F) {
	for _, c := range refusals {
		if len(c.head) < 200 {
			f.Add([]byte(c.head))
		}
	}
	for _, s := range []string{
		curlHead, browserHead,
		"CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\n\r\n",
		"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET http://a:80/b?c HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n",
	} {
		f.Add([]byte(s))
	}
}

// FuzzParse looks for heads that read differently in one piece, in two and byte
// by byte, or that do not survive being written again.
func FuzzParse(f *testing.F) {
	addHeads(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		whole, n, e := feed(b, nil, nil)
		cuts := []int{len(b) / 2}
		if len(b) < 300 {
			cuts = cuts[:0]
			for i := range b {
				cuts = append(cuts, i)
			}
		}
		parts, m, g := feed(b, cuts, nil)
		if n != m || e != g || !reflect.DeepEqual(whole, parts) {
			t.Fatalf("%q whole: %d, %v; in parts: %d, %v", b, n, e, m, g)
		}
		if n == 0 || e != nil {
			return
		}
		again := new(Request)
		text := render(whole)
		// What was near a limit may be beyond it when it is written out in full.
		n, e = again.Parse(text, 0, &Limits{Line: 1 << 30, Head: 1 << 30})
		if n != len(text) || e != nil || !reflect.DeepEqual(whole, again) {
			t.Fatalf("%q written as %q: %d, %v", b, text, n, e)
		}
	})
}
