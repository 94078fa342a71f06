package stage_test

// Talk through a proxy with a cache: what is fetched once and read by many, what each of
// them hears, and what has to be fetched again.

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"brigade/core/cache"
	"brigade/core/handler/proxy"
	"brigade/core/rt"
	"brigade/core/sys"
	"brigade/netsim"
	"brigade/netsim/client"
)

// kitchen is an origin that serves every connection in a task of its own.
type kitchen struct {
	p     *netsim.Process
	over  rt.Bool
	ended rt.WaitGroup
	mu    rt.Mutex
	heads []string // guarded by mu: of the requests so far
	serve func(n int, head string, say func(text string))
}

// cached runs f against a server with a cache, behind which is a kitchen.
func cached(t *testing.T, options cache.Options, serve func(n int, head string, say func(text string)), f func(w *world, k *kitchen)) {
	t.Helper()
	p, err := proxy.New(proxy.Options{Backends: []netip.AddrPort{backendAt}})
	if err != nil {
		t.Fatal(err)
	}
	var s setup
	s.cfg.Handler, s.cfg.Cache = p, options
	s.cfg.Dial, s.cfg.Answer, s.cfg.More, s.cfg.Spare, s.cfg.Shards = 700*ms, 4*time.Second, 3500*ms, 1500*ms, 2
	everywhere(t, s, func(w *world) {
		k := &kitchen{p: w.peer, serve: serve}
		k.ended.Label("kitchen")
		l, e := w.peer.Listen(backendAt, sys.ListenOptions{})
		if e != sys.OK {
			rt.Bug("an origin that must listen: %v", e)
		}
		k.ended.Go("kitchen", func() {
			for !k.over.Load() {
				if fd, _, e := k.p.AcceptWait(l, 500*ms); e == sys.OK {
					k.ended.Go("cook", func() { k.cooks(fd) })
				}
			}
			k.p.Close(l)
		})
		f(w, k)
		k.over.Store(true)
		k.ended.Wait()
	})
}

func (k *kitchen) cooks(fd sys.FD) {
	defer k.p.Close(fd)
	var got []byte
	b := make([]byte, 4096)
	open := true
	for open {
		n, e := k.p.ReadWait(fd, b, 2*time.Second)
		if e != sys.OK || n == 0 {
			return
		}
		if got = append(got, b[:n]...); !strings.Contains(string(got), "\r\n\r\n") {
			continue
		}
		head := string(got)
		got = got[:0]
		k.mu.Lock()
		k.heads = append(k.heads, head)
		nth := len(k.heads)
		k.mu.Unlock()
		k.serve(nth, head, func(text string) {
			open = open && text != ""
			for b := []byte(text); open && len(b) > 0; {
				n, e := k.p.WriteWait(fd, b, 10*time.Second)
				b, open = b[n:], e == sys.OK
			}
		})
	}
}

// asked are the heads that came.
func (k *kitchen) asked() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return append([]string(nil), k.heads...)
}

func (k *kitchen) wantAsked(n int, why string) {
	if got := k.asked(); len(got) != n {
		rt.Bug("%s: the origin was asked %d times, not %d: %q", why, len(got), n, got)
	}
}

// dish is an answer that says which it is.
func dish(n int, fields, body string) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nX-Nth: %d\r\n%sContent-Length: %d\r\n\r\n%s", n, fields, len(body), body)
}

var small = cache.Options{Bytes: 256 << 10, Longest: 40_000}

// wantNth is wantResponse for the nth answer of the origin.
func (c *talk) wantNth(why string, n int, status string) *client.Response {
	r := c.wantResponse(why, 200)
	if got := r.Header.Get("X-Nth"); got != fmt.Sprint(n) {
		rt.Bug("%s: the origin's answer number %s, not %d", why, got, n)
	}
	if got := r.Header.Get("Cache-Status"); !strings.HasPrefix(got, "brigade; "+status) {
		rt.Bug("%s: Cache-Status is %q, and has to begin with %q", why, got, status)
	}
	return r
}

func TestCacheKeepsWhatIsFresh(t *testing.T) {
	cached(t, small, func(n int, _ string, say func(string)) { say(dish(n, "Cache-Control: max-age=5\r\n", "ok")) }, func(w *world, k *kitchen) {
		c := w.dial()
		c.get("/a")
		c.wantNth("the first has it fetched", 1, "fwd=uri-miss")
		rt.Sleep(2 * time.Second)
		d := w.dial()
		d.get("/a")
		if r := d.wantNth("the second has it from the cache", 1, "hit; ttl="); r.Header.Get("Age") != "2" {
			rt.Bug("two seconds later its Age is %q", r.Header.Get("Age"))
		}
		d.send("HEAD /a HTTP/1.1\r\nHost: A:80\r\n\r\n")
		if r, err := d.Response(client.Want{Status: 200, Method: "HEAD"}); err != nil || r.Header.Get("Content-Length") != "2" {
			rt.Bug("HEAD is answered from what GET has stored: %v", err)
		}
		k.wantAsked(1, "what is fresh")
		c.Close()
		rt.Sleep(4 * time.Second)
		d.get("/a")
		d.wantNth("what is not", 2, "fwd=stale")
		d.Close()
	})
}

func TestCacheFetchesOnceForMany(t *testing.T) {
	body := strings.Repeat("0123456789", 3000)
	for _, framing := range []string{"length", "chunks"} {
		cached(t, small, func(n int, _ string, say func(string)) {
			rt.Sleep(300 * ms)
			text := dish(n, "Cache-Control: max-age=9\r\n", body)
			end := ""
			if framing == "chunks" {
				text = fmt.Sprintf("HTTP/1.1 200 OK\r\nX-Nth: %d\r\nCache-Control: max-age=9\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s", n, len(body), body)
				end = "\r\n0\r\n\r\n"
			}
			say(text[:len(text)/2])
			rt.Sleep(300 * ms)
			say(text[len(text)/2:] + end)
		}, func(w *world, k *kitchen) {
			var all []*talk
			for range 4 {
				c := w.dial()
				c.get("/a")
				all = append(all, c)
				rt.Sleep(150 * ms) // before its head, and while it grows
			}
			all[0].Reset() // who has asked for it leaves: the others read on
			for _, c := range all[1:] {
				if r := c.wantNth("one fetch for all", 1, ""); string(r.Body) != body {
					rt.Bug("a body of %d bytes, not %d", len(r.Body), len(body))
				}
				c.Close()
			}
			k.wantAsked(1, "all came while it was fetched")
		})
	}
}

func TestCacheLeavesWhatIsNotShared(t *testing.T) {
	cached(t, small, func(n int, _ string, say func(string)) {
		rt.Sleep(500 * ms)
		say(dish(n, "Cache-Control: no-store\r\n", "ok"))
	}, func(w *world, k *kitchen) {
		var all []*talk
		start := rt.Now()
		for range 4 {
			c := w.dial()
			c.get("/a")
			all = append(all, c)
		}
		seen := map[string]bool{}
		for _, c := range all {
			r := c.wantResponse("each has one of its own", 200)
			seen[r.Header.Get("X-Nth")] = true
		}
		if d := rt.Now().Sub(start); len(seen) != 4 || d > 1100*ms {
			rt.Bug("four were answered with %d answers in %v; the others ask together when the first has been answered", len(seen), d)
		}
		start = rt.Now()
		for _, c := range all {
			c.get("/a")
		}
		for _, c := range all {
			c.wantResponse("nobody waits for another's", 200)
			c.Close()
		}
		if d := rt.Now().Sub(start); d > 600*ms {
			rt.Bug("what is known not to be shared is waited for: %v", d)
		}
	})
}

func TestCacheFailsVisibly(t *testing.T) {
	cached(t, small, func(n int, _ string, say func(string)) {
		say("HTTP/1.1 200 OK\r\nCache-Control: max-age=9\r\nContent-Length: 1000\r\n\r\n")
		rt.Sleep(300 * ms)
		say(strings.Repeat("x", 500))
		rt.Sleep(300 * ms)
		say("")
	}, func(w *world, k *kitchen) {
		c, d := w.dial(), w.dial()
		c.get("/a")
		rt.Sleep(100 * ms)
		d.get("/a")
		for _, x := range []*talk{c, d} {
			_, err := x.Response(client.Want{Status: 200})
			if kind, ok := client.KindOf(err); !ok || kind != client.Truncated && kind != client.Reset {
				rt.Bug("a response of which a part is missing: %v", err)
			}
			x.Close()
		}
		k.wantAsked(1, "both read of it")
	})
}

func TestCacheValidates(t *testing.T) {
	body := strings.Repeat("x", 9000)
	cached(t, small, func(n int, head string, say func(string)) {
		if strings.Contains(head, "If-None-Match: \"v\"\r\n") {
			say(fmt.Sprintf("HTTP/1.1 304 x\r\nX-Nth: %d\r\nETag: \"v\"\r\nCache-Control: max-age=2\r\n\r\n", n))
			return
		}
		say(dish(n, "ETag: \"v\"\r\nCache-Control: max-age=1\r\n", body))
	}, func(w *world, k *kitchen) {
		c := w.dial()
		c.get("/a")
		c.wantNth("it is fetched", 1, "fwd=uri-miss")
		rt.Sleep(1500 * ms)
		c.get("/a")
		if r := c.wantNth("it holds still", 2, "fwd=stale; fwd-status=304"); string(r.Body) != body {
			rt.Bug("a body of %d bytes", len(r.Body))
		}
		rt.Sleep(1500 * ms)
		c.get("/a")
		c.wantNth("and is fresh again", 2, "hit")
		c.send("GET /a HTTP/1.1\r\nHost: a\r\nIf-None-Match: \"v\"\r\n\r\n")
		c.wantResponse("the client's own condition is met here", 304)
		k.wantAsked(2, "one answer, one validation")
		c.send("GET /a HTTP/1.1\r\nHost: a\r\nCache-Control: no-cache\r\n\r\n")
		c.wantNth("who insists has it validated", 3, "fwd=stale; fwd-status=304")
		c.Close()
	})
}

func TestCacheTellsVariantsApart(t *testing.T) {
	cached(t, small, func(n int, head string, say func(string)) {
		if strings.Contains(head, "POST") {
			say(dish(n, "", "done"))
			return
		}
		who := head[strings.Index(head, "X-Who: ")+len("X-Who: "):][:1]
		say(dish(n, "Vary: X-Who\r\nCache-Control: max-age=9\r\n", who))
	}, func(w *world, k *kitchen) {
		c := w.dial()
		for round := range 2 {
			for i, who := range []string{"a", "b", "c"} {
				c.send("GET /a HTTP/1.1\r\nHost: a\r\nX-Who: " + who + "\r\n\r\n")
				status := "fwd="
				if round == 1 {
					status = "hit"
				}
				if r := c.wantNth("each has its own", i+1, status); string(r.Body) != who {
					rt.Bug("%s is answered with what is %q's", who, r.Body)
				}
			}
		}
		c.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
		c.wantResponse("it is changed", 200)
		c.send("GET /a HTTP/1.1\r\nHost: a\r\nX-Who: b\r\n\r\n")
		c.wantNth("so all of them are gone (RFC 9111 §4.4)", 5, "fwd=uri-miss")
		c.send("GET /b HTTP/1.1\r\nHost: a\r\nX-Who: b\r\nCache-Control: only-if-cached\r\n\r\n")
		c.wantResponse("nothing is stored, and nothing else is wanted", 504)
		k.wantAsked(5, "three, a change, and one anew")
		c.Close()
	})
}

func TestCacheHoldsNoMoreThanAWindowOfWhatIsTooLong(t *testing.T) {
	body := strings.Repeat("0123456789abcdef", 40<<10/16*10) // 400 KiB
	for _, fields := range []string{"Cache-Control: max-age=9\r\n", "Cache-Control: no-store\r\n"} {
		cached(t, small, func(n int, _ string, say func(string)) {
			say("HTTP/1.1 200 OK\r\nConnection: close\r\n" + fields + "\r\n" + body)
			say("")
		}, func(w *world, _ *kitchen) {
			c, d := w.dial(), w.dial()
			c.get("/a")
			rt.Sleep(10 * ms)
			d.get("/a")
			rt.Sleep(time.Second)
			if n := w.server.Cache(); n.Used > small.Bytes || n.Transit > 4*(64<<10) {
				rt.Bug("of two readers who do not read, this is held: %+v", n)
			}
			for _, x := range []*talk{c, d} {
				if r := x.wantResponse("it is passed on", 200); string(r.Body) != body {
					rt.Bug("a body of %d bytes, not %d", len(r.Body), len(body))
				}
				x.Close()
			}
		})
	}
}

func TestCacheEndsAFetchThatNobodyWants(t *testing.T) {
	cached(t, small, func(n int, _ string, say func(string)) {
		rt.Sleep(1500 * ms)
		say(dish(n, "Cache-Control: max-age=9\r\n", "ok"))
	}, func(w *world, k *kitchen) {
		c := w.dial()
		c.get("/a")
		rt.Sleep(500 * ms)
		c.Reset()
		rt.Sleep(500 * ms)
		if n := w.server.Cache(); n.Failed != 1 {
			rt.Bug("its only reader has left, and it goes on: %+v", n)
		}
		d := w.dial()
		d.get("/a")
		d.wantNth("the next has it fetched anew", 2, "fwd=uri-miss")
		d.Close()
	})
}
