package stage_test

// A tunnel, held to a model of all that it does: what either end says, the other hears, and
// its end, and a reset; and when nothing moves both ends are cut, at the moment that what it
// waits for says: 6 s when nothing is held, 2 s when one end has said all, 3 s when an end
// does not take what is held for it, each anew when something has moved, the last only when
// some of that has. The same model holds for CONNECT, for Upgrade to a backend, and for an
// application of the server's, for connections and for streams, with each poller.
//
// The ends do nothing by themselves (relay_ends_test.go): the test has one of them do
// something, sees to it that all arrives, and lets time pass.

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"brigade/core/accesslog"
	"brigade/core/httpconn"
	"brigade/core/poll"
	"brigade/core/rt"
	"brigade/core/stage"
	"brigade/invariants"
	"brigade/netsim"
	"brigade/sim"
)

// The times of a tunnel.
const (
	idleTunnel = 6 * time.Second
	halfTunnel = 2 * time.Second
	flowTunnel = 3 * time.Second
)

// looseness is by how much a moment may be late: bytes go through small sockets in steps.
const looseness = 80 * ms

func TestTunnelIsItsModel(t *testing.T) {
	net := netsim.New(netsim.Config{})
	net.Build("/log", netsim.Entry{Dir: true})
	w := &world{net: net, kernel: net.Process("server"), peer: net.Process("client")}
	o := sim.Options{Seed: 1, Runs: 400, World: net, Observers: invariants.Server(int32(w.kernel.ID()))}
	r := sim.Explore(o, func() { tunnelRun(w) })
	if f := r.Failure; f != nil {
		t.Fatalf("run %d: seed %d: %v, in %s\n%s", r.Runs, f.Seed, f.Verdict, f.Verdict.Task, f.Verdict.Stack)
	}
}

// route is a way into a tunnel.
type route int

const (
	byConnect route = iota
	byUpgrade
	byHandler
)

// passage is a run of it.
type passage struct {
	w      *world
	route  route
	two    bool // the client's end is a stream
	small  bool // sockets hold little
	window int  // of the stream

	near, far tunnelEnd // far: nil, if it is an application
	app       *lines
	up, down  way
	kind      time.Duration // what nothing may move for
	since     rt.Instant    // that
	late      bool          // the tunnel was cut
}

// way is what the model knows of one direction.
type way struct {
	said   []byte // all of it
	unread int    // bytes that have not been listened to
	deaf   bool   // as nobody listens
	shut   bool   // nothing more is said
	held   bool   // some of it is held on the way, for certain
}

func tunnelRun(w *world) {
	p := &passage{w: w, route: route(sim.Choose("route", 3)), two: sim.Choose("in a stream", 2) == 1, small: sim.Choose("small sockets", 2) == 1}
	p.window = []int{65535, 1000}[sim.Choose("window", 2)]
	p.app = &lines{}
	p.serve()
	p.open()
	p.live()
	if p.near.close(); p.far != nil {
		p.far.close()
	}
	rt.Sleep(looseness)
	if n := w.server.Load().Tunnels; n != 0 || p.app.ends != map[bool]int{true: 1}[p.route == byHandler] {
		rt.Bug("%v: both ends have gone; there are %d tunnels still, and an application was told %d times", p, n, p.app.ends)
	}
	w.server.Drain(time.Second)
	p.account(w.server.Wait())
}

func (p *passage) String() string {
	return fmt.Sprintf("at %v: route %d, in a stream: %t, small sockets: %t, window %d, up %v, down %v, waits %v since %v", rt.Now(), p.route, p.two, p.small, p.window, &p.up, &p.down, p.kind, p.since)
}

func (y *way) String() string {
	return fmt.Sprintf("{%d bytes, %d unread, deaf %t, shut %t, held %t}", len(y.said), y.unread, y.deaf, y.shut, y.held)
}

// serve begins the server.
func (p *passage) serve() {
	s := setup{long: true}
	s.cfg.Pages = httpconn.Sizes{In: 2048, Out: 16 << 10}
	s.cfg.Handler = switches{scripted{}, p.app}
	s.measures(topologies[sim.Choose("topology", len(topologies))])
	c := &s.cfg
	c.Kernel, c.Dial, c.Tunnel, c.Half, c.Write, c.Idle = p.w.kernel, dialTime, idleTunnel, halfTunnel, flowTunnel, time.Minute
	c.Poller, c.Buffers, c.Connect = poll.Kind(sim.Choose("poller", 2)), []int{0, 1}[sim.Choose("i/o buffers", 2)], []netip.AddrPort{backend}
	if p.route == byUpgrade {
		c.Upgrade = backend
	}
	size := 0
	if p.small {
		size = 600
	}
	p.w.net.Adjust(netsim.Config{SendBuffer: size, RecvBuffer: size, Profile: gentle()})
	var err error
	if c.Log, err = accesslog.Open(p.w.kernel, "/log/access.log", 1<<16); err != nil {
		rt.Bug("%v", err)
	}
	if p.w.server, err = stage.New(*c); err != nil {
		rt.Bug("%v", err)
	}
	p.w.server.Start()
}

// live has the ends act, until it is over.
func (p *passage) live() {
	p.since, p.kind = rt.Now(), idleTunnel
	p.pump()
	p.check()
	for range 1 + sim.Choose("acts", 7) {
		if p.waits([]time.Duration{100 * ms, time.Second, 1700 * ms, 2500 * ms, 5 * time.Second}[sim.Choose("gap", 5)]) || p.acts() {
			return
		}
	}
	p.waits(idleTunnel + time.Second)
}

// over reports whether both ends have said all, and heard it.
func (p *passage) over() bool {
	return p.up.shut && !p.up.held && p.down.shut && !p.down.held
}

// waits lets time pass, and the tunnel be cut, if it has to be then.
func (p *passage) waits(gap time.Duration) (cut bool) {
	due := p.since.Add(p.kind)
	if p.over() || rt.Now().Add(gap+looseness) < due {
		rt.Sleep(gap)
		p.pump()
		p.check()
		return p.over()
	}
	rt.Sleep(due.Sub(rt.Now()) - 5*ms)
	p.pump()
	p.check()
	rt.Sleep(looseness)
	p.pump()
	p.late = true
	want := "reset"
	if !p.two && p.kind != flowTunnel {
		want = "end"
	}
	for i, e := range []tunnelEnd{p.far, p.near} {
		deaf := []bool{p.up.deaf, p.down.deaf}[i]
		if e != nil && e.state() != want && !(deaf && want == "end") {
			rt.Bug("%v: nothing has moved for that long, and end %d hears %q, not %q", p, i, e.state(), want)
		}
	}
	return true
}

// acts has one end do something. over: that was the last.
func (p *passage) acts() (over bool) {
	end, other, y, heard := p.near, p.far, &p.up, &p.down
	if p.far != nil && sim.Choose("who", 2) == 1 {
		end, other, y, heard = p.far, p.near, &p.down, &p.up
	}
	held := p.up.held || p.down.held
	moved, relieved := false, false
	switch sim.Choose("act", 9) {
	case 8:
		if heard.held && heard.unread > 10_000 {
			n := end.sip()
			relieved, heard.unread = n > 0, heard.unread-n
		}
	case 0, 1, 2:
		moved = p.says(end, y, []int{100, 20_000}[sim.Choose("much", 2)])
	case 3, 4:
		if !y.shut {
			y.shut, moved = true, !y.held
			end.shut()
		}
	case 5, 6:
		if heard.deaf = !heard.deaf; !heard.deaf {
			relieved, heard.held, heard.unread = heard.held, false, 0
		}
		end.listen(!heard.deaf)
	default:
		end.reset()
		rt.Sleep(ms)
		p.pump()
		if p.late = true; other != nil && other.state() != "reset" && !p.over() {
			rt.Bug("%v: an end is reset, and the other hears %q", p, other.state())
		}
		return true
	}
	if p.route == byHandler {
		p.echoes()
	}
	p.times(held, moved, relieved)
	if p.pump(); p.over() {
		p.check()
		return true
	}
	p.check()
	return false
}

// says has an end say n bytes, or as many as there is no doubt about what becomes of them.
// moved: some of them go on.
func (p *passage) says(end tunnelEnd, y *way, n int) (moved bool) {
	sink := y // where they are listened to
	if p.route == byHandler {
		sink = &p.down
	}
	held := p.up.held || p.down.held
	tight := p.small
	if sink == &p.down && p.two {
		tight = p.window == 1000
	}
	switch {
	case y.shut:
		return false
	case held, sink.deaf && sink.unread+n > 50_000:
		n = 100
	case n == 100 && tight && sink.deaf && sink.unread+n > 500:
		n = 20_000
	}
	if n == 100 && tight && sink.deaf && !sink.held && sink.unread+n > 500 {
		return false
	}
	text := content(len(y.said), n)
	y.said = append(y.said, text...)
	end.say(text)
	if moved = !sink.held && !y.held; sink.deaf {
		sink.unread += n
		sink.held = sink.held || tight && n == 20_000
	}
	return moved
}

// echoes is what the application makes of what it has heard.
func (p *passage) echoes() {
	p.down.said = p.up.said[:len(p.up.said)/lineLength*lineLength]
	p.down.shut = p.up.shut
}

// times has the timer be that of what is waited for.
func (p *passage) times(held, moved, relieved bool) {
	was := p.kind
	switch {
	case p.up.held || p.down.held:
		p.kind = flowTunnel
	case p.up.shut || p.down.shut:
		p.kind = halfTunnel
	default:
		p.kind = idleTunnel
	}
	if relieved || p.kind != was || moved && !held {
		p.since = rt.Now()
	}
}

// pump has the ends move what they can.
func (p *passage) pump() {
	for idle := 0; idle < 3; {
		moved := p.near.pump()
		if p.far != nil {
			moved = p.far.pump() || moved
		}
		if idle++; moved {
			idle = 0
		}
		rt.Sleep(ms / 10)
	}
}

// check holds what the ends have heard to what was said.
func (p *passage) check() {
	for i, e := range []tunnelEnd{p.far, p.near} {
		y := []*way{&p.up, &p.down}[i]
		if e == nil {
			continue
		}
		want := ""
		if y.shut {
			want = "end"
		}
		switch heard := e.heard(); {
		case !bytes.HasPrefix(y.said, heard), !y.deaf && len(heard) != len(y.said):
			rt.Bug("%v: end %d has heard %d bytes, of what was said", p, i, len(heard))
		case !y.deaf && e.state() != want || e.state() == "reset":
			rt.Bug("%v: end %d hears %q, not %q", p, i, e.state(), want)
		}
	}
}

// account holds what is told of the tunnel to the model.
func (p *passage) account(t stage.Totals) {
	text, _ := p.w.peer.ReadFile("/log/access.log")
	line := strings.TrimSuffix(string(text), "\n")
	status := map[bool]int{true: 200, false: 101}[p.two || p.route == byConnect]
	var sent, received int
	i, k := strings.Index(line, fmt.Sprintf("\" %d ", status)), strings.Index(line, " received=")
	if i < 0 || k < 0 || strings.Contains(line, "\n") {
		rt.Bug("%v: the log has %q", p, line)
	}
	_, _ = fmt.Sscanf(line[i:], "\" %d %d", &status, &sent)
	_, _ = fmt.Sscanf(line[k:], " received=%d", &received)
	if t.Tunnels != 1 || t.Received != uint64(received) {
		rt.Bug("%v: %d tunnels are counted, and %d bytes received; the log has %q", p, t.Tunnels, t.Received, line)
	}
	if p.late {
		return // nobody knows what was on its way
	}
	if down := p.near.head() + len(p.down.said); received != len(p.up.said) || !p.two && sent != down {
		rt.Bug("%v: %d bytes went up, and %d came down; the log has %q", p, len(p.up.said), down, line)
	}
}
