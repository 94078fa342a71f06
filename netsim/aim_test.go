package netsim_test

import (
	"strings"
	"testing"

	"brigade/core/sys"
	"brigade/netsim"
)

// TestResetAfterByte: when the response has passed byte 1,000 on the second connection,
// that one is reset, and what has come by then is exactly 1,000 bytes.
func TestResetAfterByte(t *testing.T) {
	p, err := netsim.ParseProfile("none,rst@2:1000")
	if err != nil {
		t.Fatal(err)
	}
	run(t, netsim.Config{Profile: p}, func(w *world) {
		body := make([]byte, 3000)
		for i, want := range []string{"3000", "1000"} {
			c, s := w.pair()
			w.s.Write(s, body)
			b := make([]byte, 5000)
			n, e := w.c.Read(c, b)
			w.want("what has come is read", e, 0)
			w.equal("bytes", n, want)
			_, e = w.c.Read(c, b)
			w.want("then", e, []sys.Errno{sys.EAGAIN, sys.ECONNRESET}[i])
			w.equal("a fault did it", w.c.Disturbed(c), i == 1)
		}
	})
}

// TestStrikeAtTime: the third open fails, by whatever schedule, and no other.
func TestStrikeAtTime(t *testing.T) {
	p, err := netsim.ParseProfile("none,no-memory#3")
	if err != nil {
		t.Fatal(err)
	}
	run(t, netsim.Config{Profile: p}, func(w *world) {
		for i := range 5 {
			_, e := w.s.EventFD()
			w.want("eventfd", e, map[bool]sys.Errno{true: sys.ENOMEM}[i == 2])
		}
	})
}

func TestParseAimed(t *testing.T) {
	for text, want := range map[string]string{
		"none,page-refused#7":       "page-refused#7",
		"page-refused#7/2":          "page-refused#7/2",
		"short-read=0.5,rst@3:1000": "short-read=0.5,rst@3:1000",
		"page-refused#0":            "both from 1 on",
		"rst@0:1":                   "connections from 1 on",
		"rst@x":                     "is not of the form rst@CONNECTION:BYTE",
		"jitter@1:5":                "jitter cannot be aimed at a byte of a response; only rst and zero-window can",
	} {
		p, err := netsim.ParseProfile(text)
		got := p.String()
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, want) {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
		if err == nil && !p.Includes(strings.FieldsFunc(want, func(r rune) bool { return strings.ContainsRune("=#@", r) })[0]) {
			t.Errorf("%q does not include it", text)
		}
	}
}
