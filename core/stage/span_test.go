package stage_test

// Parts of what grows: each is answered when it has come, and not before.

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"brigade/core/rt"
)

// asks is a request for a part of /a.
func (c *talk) asks(from, to int) {
	c.send(fmt.Sprintf("GET /a HTTP/1.1\r\nHost: a\r\nRange: bytes=%d-%d\r\n\r\n", from, to))
}

// wantPart is the answer to that.
func (c *talk) wantPart(why, body string, from, to int) {
	r := c.wantResponse(why, 206)
	if want := fmt.Sprintf("bytes %d-%d/%d", from, to, len(body)); r.Header.Get("Content-Range") != want || string(r.Body) != body[from:to+1] {
		rt.Bug("%s: %q with %d bytes, and it is to be %q", why, r.Header.Get("Content-Range"), len(r.Body), want)
	}
}

func TestCacheAnswersPartsOfWhatGrows(t *testing.T) {
	body := strings.Repeat("0123456789", 3000)
	cached(t, small, func(n int, _ string, say func(string)) {
		text := dish(n, "Cache-Control: max-age=9\r\n", body)
		say(text[:len(text)/2])
		rt.Sleep(500 * ms)
		say(text[len(text)/2:])
	}, func(w *world, k *kitchen) {
		all, early, late, across := w.dial(), w.dial(), w.dial(), w.dial()
		all.get("/a")
		rt.Sleep(100 * ms)
		start := rt.Now()
		early.asks(5, 9004)
		late.asks(25_003, 25_003)
		across.asks(9000, 29_999)
		early.wantPart("it is there already", body, 5, 9004)
		if d := rt.Now().Sub(start); d > 200*ms {
			rt.Bug("what is there is waited for: %v", d)
		}
		late.wantPart("it comes", body, 25_003, 25_003)
		across.wantPart("half of it does", body, 9000, 29_999)
		if r := all.wantResponse("all of it", 200); string(r.Body) != body {
			rt.Bug("a body of %d bytes", len(r.Body))
		}
		early.asks(29_990, 29_999)
		early.wantPart("it is kept", body, 29_990, 29_999)
		k.wantAsked(1, "all are parts of one")
		for _, c := range []*talk{all, early, late, across} {
			c.Close()
		}
	})
}

// TestCacheFailsNoPartThatHasCome: a fetch that fails is none of the business of who has what
// he wanted.
func TestCacheFailsNoPartThatHasCome(t *testing.T) {
	body := strings.Repeat("0123456789", 100)
	cached(t, small, func(n int, _ string, say func(string)) {
		text := dish(n, "Cache-Control: max-age=9\r\n", body)
		say(text[:len(text)-500])
		rt.Sleep(time.Second)
		say("")
	}, func(w *world, _ *kitchen) {
		all, early, late := w.dial(), w.dial(), w.dial()
		all.get("/a")
		rt.Sleep(100 * ms)
		early.asks(0, 499)
		late.asks(0, 500)
		early.wantPart("it is there", body, 0, 499)
		for _, c := range []*talk{all, late} {
			c.wantCut("it does not come whole")
		}
		early.Close()
	})
}
