package scenario

// Tunnels: CONNECT, Upgrade to a backend, Upgrade that a handler takes. Both ends
// speak at once and know what they must hear, to the byte; they take their time,
// read nothing for a while, stop in the middle, say nothing at all, or close one
// direction first. Of what either hears nothing may be missing in the middle, out of
// order or from elsewhere (I18, as for responses). Where nothing goes wrong and nobody
// leaves, all of it comes, and the end of one side's words reaches the other. A
// backend hears nothing of its client's before it has agreed to switch.

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"brigade/core/exchange"
	"brigade/core/rt"
	"brigade/core/sys"
	"brigade/netsim"
	"brigade/netsim/client"
	"brigade/sim"
)

// The places of backends.
var (
	rawAddr    = netip.AddrPortFrom(address.Addr(), 81)
	switchAddr = netip.AddrPortFrom(address.Addr(), 82)
	absentAddr = netip.AddrPortFrom(address.Addr(), 83)
)

// routes are the ways into a tunnel.
const (
	byConnect = iota
	byUpgrade
	byHandler // the same request, where no backend is configured
)

// manner is how one end speaks and listens.
type manner struct {
	size  int           // bytes it says
	piece int           // at a time
	pause time.Duration // between them
	stall time.Duration // before it begins to read
	stop  int           // it resets after so many bytes heard; negative: it does not
	quiet bool          // it says nothing and does not close
}

// draw draws a manner.
func drawManner(who string) manner {
	m := manner{
		size:  []int{0, 1, 700, 3000, 16000}[sim.Choose(who+" says", 5)],
		piece: []int{1 << 20, 1000, 97}[sim.Choose(who+" piece", 3)],
		pause: []time.Duration{0, time.Millisecond, 30 * time.Millisecond}[sim.Choose(who+" pause", 3)],
		stop:  -1,
	}
	if m.size > 3000 {
		m.piece = 1 << 20 // or it would take for ever
	}
	switch sim.Choose(who+" manner", 8) {
	case 5:
		m.stall = []time.Duration{time.Second, 8 * time.Second}[sim.Choose(who+" stalls", 2)]
	case 6:
		m.stop = []int{0, 1, 900}[sim.Choose(who+" stops", 3)]
	case 7:
		m.quiet = true
	}
	return m
}

// sound reports whether an end does its part until all is said.
func (m *manner) sound() bool { return m.stop < 0 && !m.quiet && m.stall < 2*time.Second }

// talkers are a run's tunnels and what their ends are to say.
type talkers struct {
	site      *site
	backend   *netsim.Process
	plan      plan
	route     [3]int
	near      [3]manner
	far       [3]manner
	refuses   bool    // the backend of upgrades does
	multiplex bool    // the tunnels are streams of one connection
	over      rt.Bool // clients have gone
	ends      rt.WaitGroup
}

// saying is what an end of tunnel i says.
func saying(who string, i int, m *manner) []byte {
	if m.quiet {
		return nil
	}
	return content(who+string(rune('a'+i)), m.size)
}

// converse is one end's part of a tunnel: it says and hears at once.
func (t *talkers) converse(p *netsim.Process, fd sys.FD, m *manner, say, want []byte, whole bool) {
	var wg rt.WaitGroup
	wg.Label("speaker")
	wg.Go("speaker", func() {
		ok := speak(p, fd, m, say)
		if ok && !m.quiet {
			_ = p.Shutdown(fd, sys.ShutWrite)
		}
	})
	got, ended := t.listen(p, fd, m, want)
	if whole && m.stop < 0 && (got != len(want) || !ended) {
		sim.Failf("I18", "nothing goes wrong, and of what the other end says a part is missing, or its end")
	}
	if m.stop >= 0 {
		_ = p.SetOption(fd, sys.LingerZero, 1)
		_ = p.Shutdown(fd, sys.ShutRead)
	}
	wg.Wait()
	p.Close(fd)
}

// speak says all; false: the other end does not listen any more.
func speak(p *netsim.Process, fd sys.FD, m *manner, say []byte) bool {
	for len(say) > 0 {
		n, e := p.WriteWait(fd, say[:min(m.piece, len(say))], 20*time.Second)
		if e != sys.OK {
			return false
		}
		if say = say[n:]; m.pause > 0 {
			rt.Sleep(m.pause)
		}
	}
	return true
}

// listen hears until the end, and holds what it hears to be a beginning of want.
func (t *talkers) listen(p *netsim.Process, fd sys.FD, m *manner, want []byte) (got int, ended bool) {
	if m.stall > 0 {
		rt.Sleep(m.stall)
	}
	b := make([]byte, 4096)
	for m.stop < 0 || got < m.stop {
		n, e := p.ReadWait(fd, b, 30*time.Second)
		switch {
		case e == sys.EAGAIN:
			if !t.plan.net.Profile.Slows() { // else the clock may have jumped past all its timers
				sim.Failf("I16", "an end of a tunnel hears nothing for 30 s, though a tunnel that is idle ends before")
			}
			return got, false
		case e != sys.OK:
			return got, false
		case n == 0:
			return got, true
		case !bytes.HasPrefix(want[min(got, len(want)):], b[:n]):
			sim.Failf("I18", "an end of a tunnel hears what the other did not say, or not there")
			return got, false
		}
		got += n
	}
	return got, false
}

// calm reports whether all of tunnel i has to come through. In a stream short reads do not
// leave it alone: a client that takes crumbs gives its window back in crumbs, and whoever
// does that for long is taken for one who floods.
func (t *talkers) calm(i int) bool {
	p := &t.plan
	if t.multiplex && p.net.Profile.String() != "none" {
		return false
	}
	return p.net.Profile.Calm() && p.drain == atEnd && p.stage.Connections > 2 && !p.short() && !p.starves() && t.near[i].sound() && (t.route[i] == byHandler || t.far[i].sound())
}

// client opens tunnel i and has its conversation.
func (t *talkers) client(i int) {
	p, m := t.site.clients[i], &t.near[i]
	fd, e := p.Connect(address)
	if e != sys.OK && e != sys.EINPROGRESS {
		return
	}
	if p.ConnectWait(fd, 20*time.Second) != sys.OK {
		p.Close(fd)
		return
	}
	say := append([]byte{byte('a' + i)}, saying("client ", i, m)...)
	want := saying("backend ", i, &t.far[i])
	request, status := "CONNECT "+rawAddr.String()+" HTTP/1.1\r\nHost: t\r\n\r\n", "200"
	switch t.route[i] {
	case byHandler:
		want = say // it is an echo
		fallthrough
	case byUpgrade:
		request, status = "GET /chat HTTP/1.1\r\nHost: t\r\nConnection: upgrade, x-own\r\nX-Own: secret\r\nProxy-Authorization: secret\r\nUpgrade: chat\r\n\r\n", "101"
	}
	early := 0
	if t.route[i] != byConnect || sim.Choose("early", 2) == 1 {
		early = min(len(say), []int{0, 1, 500}[sim.Choose("early bytes", 3)])
	}
	if !speak(p, fd, &manner{piece: 1 << 20}, append([]byte(request), say[:early]...)) {
		p.Close(fd)
		return
	}
	head, ok := t.head(p, fd)
	switch {
	case !ok:
		if t.calm(i) && !t.refuses {
			sim.Failf("I18", "nothing goes wrong, and a tunnel is not answered")
		}
	case string(head[9:12]) == status:
		if why := agreed(head, t.route[i] == byConnect); why != "" {
			sim.Failf("I18", "a tunnel is open, and its head "+why)
		}
		t.site.env.Exchanged(1)
		t.converse(p, fd, m, say[early:], want, t.calm(i))
		return
	case t.calm(i) && !(t.refuses && t.route[i] == byUpgrade):
		sim.Failf("I18", "nothing goes wrong, and a tunnel is answered with "+string(head[9:12]))
	}
	p.Close(fd)
}

// head reads a head byte by byte, so that nothing behind it is taken.
func (t *talkers) head(p *netsim.Process, fd sys.FD) (head []byte, ok bool) {
	one := make([]byte, 1)
	for !bytes.HasSuffix(head, []byte("\r\n\r\n")) {
		if n, e := p.ReadWait(fd, one, 20*time.Second); e != sys.OK || n == 0 {
			return head, false
		}
		head = append(head, one...)
	}
	return head, len(head) > 12
}

// serve is a backend: it accepts until the clients have gone.
func (t *talkers) serve(l sys.FD, switches bool) {
	p := t.backend
	for !t.over.Load() {
		fd, _, e := p.AcceptWait(l, 500*time.Millisecond)
		if e == sys.OK {
			t.ends.Go("backend", func() { t.answer(fd, switches) })
		}
	}
	p.Close(l)
}

// answer is the backend's part of one tunnel.
func (t *talkers) answer(fd sys.FD, switches bool) {
	p := t.backend
	if switches && !t.agree(fd) {
		p.Close(fd)
		return
	}
	one := make([]byte, 1)
	if n, e := p.ReadWait(fd, one, 20*time.Second); e != sys.OK || n == 0 {
		p.Close(fd)
		return
	}
	i := int(one[0] - 'a')
	if i < 0 || i >= len(t.near) {
		sim.Failf("I18", "a backend hears what no client said first")
		return
	}
	t.converse(p, fd, &t.far[i], saying("backend ", i, &t.far[i]), saying("client ", i, &t.near[i]), t.calm(i))
}

// agree reads the request for another protocol and answers it.
func (t *talkers) agree(fd sys.FD) bool {
	p := t.backend
	head, ok := t.head(p, fd)
	switch {
	case !ok:
		return false
	}
	if why := wanted(head); why != "" {
		sim.Failf("I18", fmt.Sprintf("a backend is asked to switch, and %s: %q", why, head))
	}
	if n, _ := p.ReadWait(fd, make([]byte, 1), time.Millisecond); n > 0 {
		sim.Failf("I19", "a backend hears of its client before it has agreed to switch")
	}
	answer := "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n"
	if t.refuses {
		answer = "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno"
	}
	ok = speak(p, fd, &manner{piece: 1 + sim.Choose("answer in pieces", 3)*40, pause: time.Millisecond}, []byte(answer))
	if !t.refuses {
		return ok
	}
	if n, _ := p.ReadWait(fd, make([]byte, 1), time.Second); n > 0 {
		sim.Failf("I19", "a backend that has refused to switch hears of its client")
	}
	return false
}

// chats is a handler that takes over who asks for a chat, and passes the rest on.
type chats struct {
	exchange.Handler
	held  *rt.Int64 // connections that were taken over, and have not ended
	grain int       // how many bytes they are answered for at a time
}

// Local implements exchange.Handler.
func (h *chats) Local() exchange.Local { return chatsLocal{h.Handler.Local()} }

// Handle implements exchange.Handler.
func (h *chats) Handle(x *exchange.Exchange) {
	if !x.Switch("chat", &echo{held: h.held, grain: h.grain}) {
		h.Handler.Handle(x)
		return
	}
	h.held.Add(1)
}

type chatsLocal struct{ exchange.Local }

// Inline implements exchange.Local.
func (l chatsLocal) Inline(x *exchange.Exchange) bool {
	return x.Request.Upgrade == nil && l.Local.Inline(x)
}

// echo says what it hears, a little at a time, and leaves what is no whole grain, until
// nothing comes behind it.
type echo struct {
	held  *rt.Int64
	grain int
	said  int
	over  bool
}

// Step implements exchange.Application.
func (e *echo) Step(in []byte, ended bool, out []byte) (taken, given int, done bool) {
	n := len(in)
	if !ended {
		n = max(n-(e.said+n)%e.grain, 0)
	}
	n = copy(out[:min(len(out), 300)], in[:n])
	e.said += n
	return n, n, ended && n == len(in)
}

// End implements exchange.Application.
func (e *echo) End() {
	if e.over {
		rt.Bug("an application ends twice")
	}
	e.over = true
	e.held.Add(-1)
}

// tunnels is the scenario.
func tunnels() *Scenario {
	return &Scenario{
		Name:  "tunnels",
		Story: "clients and backends speak through tunnels, both at once, stop, stall, leave and keep silent; each hears what the other said",
		Prepare: func(e *Env) func() {
			s := newSite(e)
			backend := s.net.Process("backend")
			return func() {
				t := &talkers{site: s, backend: backend, plan: s.draw(sim.Choose("faults", 2) == 1)}
				p := &t.plan
				s.soften(p)
				p.stage.Connect = []netip.AddrPort{rawAddr, absentAddr}
				p.stage.Dial, p.stage.Tunnel, p.stage.Half = 4*time.Second, 6*time.Second, 5*time.Second
				p.stage.Connections, p.chats = 100, true
				if sim.Choose("upgrade", 2) == 1 {
					p.stage.Upgrade, p.chats = switchAddr, false
				}
				p.grain = []int{1, 30}[sim.Choose("grain", 2)]
				t.refuses = sim.Choose("refuses", 4) == 1
				t.multiplex = sim.Choose("in streams", 2) == 1
				for i := range t.near {
					t.route[i] = sim.Choose("route", 2)
					if t.route[i] == byUpgrade && p.chats {
						t.route[i] = byHandler
					}
					t.near[i], t.far[i] = drawManner("client"), drawManner("backend")
				}
				s.serve(*p, t.run)
			}
		},
	}
}

// denials are requests for what is no tunnel, or may not be one, and the answer.
var denials = []struct {
	request string
	status  int
}{
	{"CONNECT " + switchAddr.String() + " HTTP/1.1\r\nHost: t\r\n\r\n", 403}, // somebody is there, for others
	{"CONNECT " + rawAddr.String() + " HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\nabc", 400},
	{"GET /none HTTP/1.1\r\nHost: t\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n", 404}, // which is nobody's to agree to but ours
}

// denied asks for one.
func (t *talkers) denied(c *client.Client) error {
	conn, err := c.Dial()
	if err != nil {
		return err
	}
	defer conn.Close()
	d := denials[sim.Choose("asks for what is denied", len(denials))]
	if err := conn.Send([]byte(d.request)); err != nil {
		return err
	}
	method, _, _ := strings.Cut(d.request, " ")
	_, err = conn.Response(client.Want{Method: method, Status: d.status, Also: t.plan.also()})
	return err
}

// refused asks for a tunnel to where nobody listens, and must hear so at once; or for what
// is denied.
func (t *talkers) refused() behaviour {
	return behaviour{"refused", 1, func(c *client.Client) error {
		switch sim.Choose("asks for nobody", 4) {
		case 3:
		case 2:
			return t.denied(c)
		default:
			return nil
		}
		p := &t.plan
		conn, err := c.Dial()
		if err != nil {
			return err
		}
		defer conn.Close()
		if err := conn.Send([]byte("CONNECT " + absentAddr.String() + " HTTP/1.1\r\nHost: t\r\n\r\n")); err != nil {
			return err
		}
		began, calm := rt.Now(), p.net.Profile.String() == "none"
		also := p.also()
		if !calm {
			also = append(also, 503, 504)
		} else if p.starves() || p.drain != atEnd {
			also = append(also, 503) // a tunnel would be cut as soon as it is open
		}
		_, err = conn.Response(client.Want{Method: "CONNECT", Status: 502, Also: also})
		if took := rt.Now().Sub(began); err == nil && calm && !p.starves() && p.chain == unfiltered && took > time.Second {
			sim.Failf("I16", "nobody is where a client wants a tunnel to, which it hears only after "+took.String())
		}
		return err
	}}
}

// run has the tunnels' ends live, beside a client who wants files.
func (t *talkers) run() {
	var wg rt.WaitGroup
	wg.Label("clients")
	t.ends.Label("backends")
	t.over.Label("over")
	for i, addr := range []netip.AddrPort{rawAddr, switchAddr} {
		l, e := t.backend.Listen(addr, sys.ListenOptions{})
		if e != sys.OK {
			return
		}
		t.ends.Go("listener", func() { t.serve(l, i == 1) })
	}
	var part [3]bool
	for i := range t.near {
		part[i] = sim.Will("takes part")
		if part[i] && !t.multiplex {
			wg.Go("client", func() { t.client(i) })
		}
	}
	if t.multiplex {
		wg.Go("client", func() { t.streams(part) })
	}
	t.site.crowd(t.plan, thoughtful(2), t.refused())
	wg.Wait()
	t.over.Store(true)
	t.ends.Wait()
}
