package stage_test

// The talk of these tests: a server on a simulated machine, judged by every
// checker, and clients that say what they want and why.

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"brigade/core/exchange"
	"brigade/core/handler/proxy"
	"brigade/core/httpconn"
	"brigade/core/rt"
	"brigade/core/stage"
	"brigade/core/sys"
	"brigade/invariants"
	"brigade/netsim"
	"brigade/netsim/client"
	"brigade/sim"
)

var address = netip.MustParseAddrPort("127.0.0.1:80")

const ms = time.Millisecond

// topologies are those that every test of the server's behaviour runs in.
var topologies = []stage.Topology{stage.Fused, stage.Staged, stage.Event}

// world is a machine with a server and a client process, in one run.
type world struct {
	net    *netsim.Net
	kernel *netsim.Process // the server's
	peer   *netsim.Process
	server *stage.Server
	totals stage.Totals
}

// setup is what a test's server is made of. The zero value is a fused server of
// scripted answers.
type setup struct {
	cfg  stage.Config
	net  netsim.Config
	late bool // f starts the server
	long bool // heads have a minute

	backends []netip.AddrPort // a proxy of the run's own is before these; nil: none is
}

// measures are the timeouts of every test, all different.
func (s *setup) measures(t stage.Topology) {
	c := &s.cfg
	c.Topology, c.Listen = t, address
	c.Header, c.Idle, c.Write, c.Linger = 2*time.Second, 5*time.Second, 3*time.Second, time.Second
	c.Body, c.Room = 2500*ms, 8*time.Second
	if s.long {
		c.Header = time.Minute
	}
	if c.Pages == (httpconn.Sizes{}) {
		c.Pages = httpconn.Sizes{In: 2048, Out: 16 << 10}
	}
	if c.Handler == nil {
		c.Handler = scripted{}
	}
}

// everywhere runs f in both topologies under several schedules, and fails the
// test at the first run that fails. It returns the last report of each topology.
func everywhere(t *testing.T, s setup, f func(w *world)) map[stage.Topology]*sim.Report {
	t.Helper()
	last := make(map[stage.Topology]*sim.Report)
	for _, topology := range topologies {
		for seed := range uint64(12) {
			last[topology] = serve(t, s, topology, seed+1, f)
		}
	}
	return last
}

// serve is one run: start, f, drain at leisure, wait.
func serve(t *testing.T, s setup, topology stage.Topology, seed uint64, f func(w *world)) *sim.Report {
	t.Helper()
	s.measures(topology)
	w := &world{net: netsim.New(s.net)}
	w.kernel, w.peer = w.net.Process("server"), w.net.Process("client")
	o := sim.Options{Seed: seed, World: w.net, Observers: invariants.Server(int32(w.kernel.ID())), Record: true}
	r := sim.Run(o, func() {
		cfg := s.cfg
		cfg.Kernel = w.kernel
		var err error
		if s.backends != nil {
			if cfg.Handler, err = proxy.New(proxy.Options{Backends: s.backends}); err != nil {
				rt.Bug("a proxy that must be: %v", err)
			}
		}
		if w.server, err = stage.New(cfg); err != nil {
			rt.Bug("a server that must start: %v", err)
		}
		if !s.late {
			w.server.Start()
		}
		f(w)
		w.server.Drain(10 * time.Second)
		w.totals = w.server.Wait()
	})
	if r.Verdict != nil {
		t.Fatalf("%v, seed %d: %v, in %s\n%s", topology, seed, r.Verdict, r.Verdict.Task, r.Verdict.Stack)
	}
	if left := w.net.OpenDescriptors(w.kernel); len(left) != 0 {
		t.Fatalf("%v, seed %d: left open: %v", topology, seed, left)
	}
	return r
}

// talk is a client's end of a connection.
type talk struct {
	*client.Conn
}

// dial connects.
func (w *world) dial() *talk {
	c, err := client.Dial(w.peer, address)
	if err != nil {
		rt.Bug("dial: %v", err)
	}
	c.Patience = 30 * time.Second
	return &talk{c}
}

// send sends text.
func (c *talk) send(text string) {
	if err := c.Send([]byte(text)); err != nil {
		rt.Bug("sending %.40q: %v", text, err)
	}
}

// get sends a plain request.
func (c *talk) get(path string) { c.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n") }

// wantResponse reads the next response and says why it must have this status.
func (c *talk) wantResponse(why string, status int) *client.Response {
	r, err := c.Response(client.Want{Status: status})
	if err != nil {
		rt.Bug("%s: %v", why, err)
	}
	return r
}

// wantClosing is wantResponse for one that announces the close.
func (c *talk) wantClosing(why string, status int) {
	if r := c.wantResponse(why, status); !r.Close {
		rt.Bug("%s: the response does not say Connection: close", why)
	}
}

// wantOpen wants the response not to have announced the close, and another
// request to be answered.
func (c *talk) wantOpen(why string) {
	c.get("/hello")
	if r := c.wantResponse(why, 200); r.Close {
		rt.Bug("%s: the connection closes", why)
	}
}

// wantEnd waits for the end: no byte before it, and no reset.
func (c *talk) wantEnd(why string) {
	var b [1]byte
	if n, err := c.Recv(b[:], c.Patience); n != 0 || err != nil {
		rt.Bug("%s: %d bytes and %v, not the end", why, n, err)
	}
	c.Close()
}

// wantCut waits for the end, in whichever way.
func (c *talk) wantCut(why string) {
	b := make([]byte, 1<<16)
	for {
		n, err := c.Recv(b, c.Patience)
		if kind, ok := client.KindOf(err); ok && kind == client.Timeout {
			rt.Bug("%s: still open: %v", why, err)
		}
		if n == 0 || err != nil {
			c.Close()
			return
		}
	}
}

// wantNow wants the clock to stand at d after start, to the millisecond.
func wantNow(why string, start rt.Instant, d time.Duration) {
	if got := rt.Now().Sub(start); got < d || got >= d+ms {
		rt.Bug("%s: after %v, not %v", why, got, d)
	}
}

// scripted answers by path: inline those that begin with /inline, the rest on a
// processor.
type scripted struct{}

var (
	hello  = []byte("hello\n")
	bulk   = []byte(strings.Repeat("0123456789abcdef", 1<<13)) // 128 KiB
	copied = []byte(strings.Repeat("x", 1000))
)

func (scripted) Local() exchange.Local { return local{} }

func (scripted) Handle(x *exchange.Exchange) {
	switch string(x.Request.Path) {
	case "/slow":
		rt.Sleep(time.Second)
		answer(x, hello)
	case "/bulk":
		answer(x, bulk)
	case "/panic":
		x.Begin(200)
		panic("as planned")
	case "/partial":
		answer(x, bulk)
		panic("too late")
	case "/finishes", "/finishes-twice":
		answer(x, hello)
		x.Finish()
		if string(x.Request.Path) == "/finishes-twice" {
			x.Finish()
		}
	case "/mute":
	case "/scraps":
		x.Bytes(copied)
	default:
		answer(x, hello)
	}
}

type local struct{}

func (local) Inline(x *exchange.Exchange) bool {
	switch string(x.Request.Path) {
	case "/inline":
		answer(x, hello)
		return true
	case "/inline-mute":
		return true
	case "/inline-panic":
		panic("inline")
	}
	return false
}

func (local) Learn(any) {}

func answer(x *exchange.Exchange, body []byte) {
	x.Begin(200)
	x.ContentLength(int64(len(body)))
	x.End()
	x.Shared(body)
}

// closedAt is when the n-th connection was closed, by its probe.
func closedAt(r *sim.Report, n int) (time.Duration, error) {
	for _, e := range r.Events {
		if e.Op == rt.OpProbe && rt.Kind(e.Object) == rt.ProbeConnClose {
			if n--; n < 0 {
				return time.Duration(e.Time), nil
			}
		}
	}
	return 0, fmt.Errorf("it was never closed")
}

// wantClosedAt wants the first connection to close at d, to the millisecond, in
// every topology.
func wantClosedAt(t *testing.T, reports map[stage.Topology]*sim.Report, why string, d time.Duration) {
	t.Helper()
	for topology, r := range reports {
		got, err := closedAt(r, 0)
		if err != nil || got < d || got >= d+ms {
			t.Errorf("%v: %s: closed at %v (%v), not %v", topology, why, got, err, d)
		}
	}
}

var _ sys.Kernel = (*netsim.Process)(nil)

// gentle is what a kernel may do at any moment that nobody has to notice: it takes and gives
// less than it might, tells of readiness that is none, and of events in another order. Each
// client of a model gets what it would without, at the same moment.
func gentle() netsim.Profile {
	p, err := netsim.ParseProfile([]string{"none", "short-read=0.3,short-write=0.3,spurious-eagain=0.1,spurious-wake=0.1,event-batch=0.2"}[sim.Choose("gentle faults", 2)])
	if err != nil {
		rt.Bug("%v", err)
	}
	return p
}
