package stage_test

// Talk through a proxy: what is sent again and what is not, what a client hears when a
// backend fails, and that neither side's end leaves the other's behind.

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"brigade/core/handler/proxy"
	"brigade/core/rt"
	"brigade/core/stage"
	"brigade/core/sys"
	"brigade/netsim"
	"brigade/netsim/client"
)

var backendAt = netip.MustParseAddrPort("127.0.0.1:90")

// origin is a backend whose answers are scripted: turn by turn, one for each request, on
// whichever connection that comes; "" closes it. It counts connections and requests.
type origin struct {
	p     *netsim.Process
	at    netip.AddrPort // zero: backendAt
	over  rt.Bool
	ended rt.WaitGroup

	mu          rt.Mutex
	hears       func(o *origin, fd sys.FD) // has one connection; nil: turns do
	turns       []string                   // guarded by mu
	connections int                        // guarded by mu
	asked       int                        // guarded by mu
}

// begin has o listen. each: connections are served beside each other.
func (o *origin) begin(each bool) {
	o.ended.Label("origin")
	if !o.at.IsValid() {
		o.at = backendAt
	}
	l, e := o.p.Listen(o.at, sys.ListenOptions{})
	if e != sys.OK {
		rt.Bug("an origin that must listen: %v", e)
	}
	o.ended.Go("origin", func() {
		for !o.over.Load() {
			fd, _, e := o.p.AcceptWait(l, 100*ms)
			if e != sys.OK {
				continue
			}
			o.mu.Lock()
			o.connections++
			o.mu.Unlock()
			if each {
				o.ended.Go("origin", func() { o.serve(fd) })
			} else {
				o.serve(fd)
			}
		}
		o.p.Close(l)
	})
}

// end has o end, when its connections have.
func (o *origin) end() {
	o.over.Store(true)
	o.ended.Wait()
}

// turn is the answer to a request that came; false: there are no more.
func (o *origin) turn() (text string, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.asked++
	if ok = len(o.turns) > 0; ok {
		text, o.turns = o.turns[0], o.turns[1:]
	}
	return text, ok
}

// counts are the connections and requests so far.
func (o *origin) counts() (connections, requests int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.connections, o.asked
}

// behind runs f against a server that has everything fetched from o.
func behind(t *testing.T, turns []string, f func(w *world, o *origin)) {
	t.Helper()
	p, err := proxy.New(proxy.Options{Backends: []netip.AddrPort{backendAt}})
	if err != nil {
		t.Fatal(err)
	}
	var s setup
	s.cfg.Handler = p
	s.cfg.Dial, s.cfg.Answer, s.cfg.More, s.cfg.Spare = 700*ms, 4*time.Second, 3500*ms, 1500*ms
	before(t, s, turns, f)
}

// before runs f against a server of s, and an origin for it.
func before(t *testing.T, s setup, turns []string, f func(w *world, o *origin)) {
	t.Helper()
	facing(t, s, turns, nil, f)
}

// facing is before; hears has each connection of the origin, if it is there.
func facing(t *testing.T, s setup, turns []string, hears func(o *origin, fd sys.FD), f func(w *world, o *origin)) {
	t.Helper()
	for _, topology := range topologies {
		for seed := range uint64(12) {
			confronts(t, s, topology, seed+1, turns, hears, f)
		}
	}
}

// confronts is one run of facing.
func confronts(t *testing.T, s setup, topology stage.Topology, seed uint64, turns []string, hears func(o *origin, fd sys.FD), f func(w *world, o *origin)) {
	t.Helper()
	serve(t, s, topology, seed, func(w *world) {
		o := &origin{p: w.peer, turns: turns, hears: hears}
		o.begin(hears != nil)
		f(w, o)
		o.end()
	})
}

// serve answers on one connection until it ends, or has been silent for two seconds.
func (o *origin) serve(fd sys.FD) {
	defer o.p.Close(fd)
	if o.hears != nil {
		o.hears(o, fd)
		return
	}
	o.answers(fd)
}

// answers has each request that comes have its turn.
func (o *origin) answers(fd sys.FD) {
	var got []byte
	b := make([]byte, 4096)
	for {
		n, e := o.p.ReadWait(fd, b, 2*time.Second)
		if e != sys.OK || n == 0 {
			return
		}
		got = append(got, b[:n]...)
		if !strings.Contains(string(got), "\r\n\r\n") {
			continue
		}
		got = got[:0]
		turn, ok := o.turn()
		if !ok || turn == "" {
			return
		}
		if turn == "silent" {
			rt.Sleep(6 * time.Second)
			return
		}
		if _, e := o.p.WriteWait(fd, []byte(turn), time.Second); e != sys.OK {
			return
		}
	}
}

const (
	fine  = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
	fines = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nend"
)

func wantAsked(o *origin, connections, requests int, why string) {
	if n, asked := o.counts(); n != connections || asked != requests {
		rt.Bug("%s: %d connections and %d requests came to the backend, not %d and %d", why, n, asked, connections, requests)
	}
}

func TestFetchKeepsConnections(t *testing.T) {
	behind(t, []string{fine, fine, fines, fine}, func(w *world, o *origin) {
		c := w.dial()
		for range 2 {
			c.get("/a")
			c.wantResponse("a backend that answers", 200)
		}
		wantAsked(o, 1, 2, "a connection is kept")
		c.get("/a")
		c.wantResponse("a backend that closes behind its answer", 200)
		c.get("/a")
		c.wantResponse("the next has a connection of its own", 200)
		wantAsked(o, 2, 4, "what says close is not kept")
		c.Close()
	})
}

func TestFetchTriesAgain(t *testing.T) {
	behind(t, []string{fine, "", fine}, func(w *world, o *origin) {
		c := w.dial()
		c.get("/a")
		c.wantResponse("a backend that answers", 200)
		c.get("/a")
		c.wantResponse("the kept connection turns out closed, and GET may be sent twice (RFC 9110 §9.2.2)", 200)
		wantAsked(o, 2, 3, "sent again on a connection of its own")
		c.Close()
	})
}

func TestFetchFails(t *testing.T) {
	for _, x := range []struct {
		turn   string
		status int
		note   string
	}{
		{"silent", 504, "does not answer in time"},
		{"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na", 502, "more than one field that says where it ends"},
		{"HTTP/1.1 101 x\r\n\r\n", 502, "switches protocols"},
		{"HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 3000), 502, "the response head is larger"},
	} {
		behind(t, []string{x.turn}, func(w *world, o *origin) {
			c := w.dial()
			c.get("/a")
			if r := c.wantResponse("a backend that does not answer as it should", x.status); strings.Contains(string(r.Body), "127.0.0.1") {
				rt.Bug("a client is told where backends are: %q", r.Body)
			}
			c.Close()
			w.server.Drain(time.Second)
			w.totals = w.server.Wait()
			if notes := strings.Join(w.totals.Notes, "\n"); !strings.Contains(notes, "backend 127.0.0.1:90") || !strings.Contains(notes, x.note) {
				rt.Bug("the operator is not told of the backend, or not why (%s): %q", x.note, notes)
			}
		})
	}
}

// TestFetchCutShort: a response that cannot be whole ends with a reset, not as if it were.
func TestFetchCutShort(t *testing.T) {
	for _, head := range []string{"Content-Length: 9\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"} {
		behind(t, []string{"HTTP/1.1 200 OK\r\nConnection: close\r\n" + head}, func(w *world, o *origin) {
			c := w.dial()
			c.get("/a")
			_, err := c.Response(client.Want{Status: 200})
			if kind, ok := client.KindOf(err); !ok || kind != client.Truncated && kind != client.Reset {
				rt.Bug("a response of which a part is missing: %v", err)
			}
			c.Close()
		})
	}
}

// TestFetchEndsWithItsClient: a client that resets ends the backend's connection at once.
func TestFetchEndsWithItsClient(t *testing.T) {
	behind(t, []string{"silent"}, func(w *world, o *origin) {
		c := w.dial()
		c.get("/a")
		for _, asked := o.counts(); asked == 0; _, asked = o.counts() {
			rt.Sleep(ms)
		}
		c.Reset()
		rt.Sleep(ms)
		if n := len(w.net.OpenDescriptors(w.kernel)); w.server.Load().Connections != 0 {
			rt.Bug("a client has gone; its connection is still there, and %d descriptors are open", n)
		}
	})
}
